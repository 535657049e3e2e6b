"""The compiled document: what is in it, whether it is whole, and what a change of it breaks."""
