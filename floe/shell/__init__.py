"""The part that speaks to people."""
