"""Which adapters stand behind the ports: the one place where they meet."""
