"""Credentials that a cloud lends to whatever runs in it: no password is kept, each ends soon and is had anew."""
