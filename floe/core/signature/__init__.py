"""Signatures as they are written, and what is known of each once it was checked."""
