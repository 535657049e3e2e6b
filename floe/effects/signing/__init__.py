"""Making signatures and checking them; what they are worth is decided in core."""
