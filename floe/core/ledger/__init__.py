"""Records, their order, and the state that they come to."""
