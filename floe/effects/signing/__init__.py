"""Making signatures and checking them. What a signature is worth is decided in core."""
