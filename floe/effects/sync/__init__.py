"""Copies of a repository in other registries: the same bytes under the same names, and nothing overwritten."""
