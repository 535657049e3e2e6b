"""A Sigstore of our own on this machine: Fulcio, Rekor v1 and v2, a certificate log, a timestamping authority.

The cryptography is real, and so are its formats; trusted it is by nobody who was not handed its trusted root.
"""
