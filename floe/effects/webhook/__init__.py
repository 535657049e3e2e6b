"""Telling others over HTTP: to whom a message may go, how it is signed, and how often it is tried."""
