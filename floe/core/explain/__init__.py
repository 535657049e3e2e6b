"""Telling people what was decided, and why not."""
