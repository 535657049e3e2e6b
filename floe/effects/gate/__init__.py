"""Running checks and reading what they say."""
