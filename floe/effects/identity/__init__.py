"""Proving who asks, by the tokens of issuers that the policy names."""
