"""What other clients sign floe verifies, and the other way round."""
