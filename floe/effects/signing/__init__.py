"""Making signatures and checking them; what one is worth is decided in core."""
