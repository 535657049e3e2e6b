"""What gates report, read and compared."""
