"""The part that decides: values in, values out, and nothing of the world."""
