"""What was done, when, and how it ended: spans, and who is told of them."""
