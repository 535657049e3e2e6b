"""Promotes immutable OCI artifacts through environments, and proves what it did."""

__version__ = "0.1.0"
