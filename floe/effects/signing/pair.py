"""A new pair of keys, as it was written."""

from pathlib import Path

from floe.core.value import Value


class Pair(Value, frozen=True, kw_only=True):
    """Where a pair of keys was written to."""

    private: Path
    public: Path
    fingerprint: str  # SHA-256 of the public key's SubjectPublicKeyInfo, hex
