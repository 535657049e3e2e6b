"""Who asks: what the claims of a token mean, by provider."""
