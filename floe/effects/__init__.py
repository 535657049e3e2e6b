"""The part that looks and does, and decides nothing."""
