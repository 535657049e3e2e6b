"""What others are told of, in the forms in which they read it."""
