"""A key by which signatures are checked, as it is named and shown."""

import base64
import hashlib
import textwrap

from floe.core.value import Value


class PublicKey(Value, frozen=True, kw_only=True):
    """A SubjectPublicKeyInfo (RFC 5280) in DER, of a kind that counts: `scheme.public_key` makes it."""

    der: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def hint(self) -> str:
        """What a bundle calls this key, as cosign writes it."""
        return base64.b64encode(hashlib.sha256(self.der).digest()).decode()

    @property
    def pem(self) -> str:
        body = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def is_address(reference: str) -> bool:
    """Whether a key is kept elsewhere: `awskms:…`, `hsm:…`. A file so named is written with `./` before it."""
    scheme, colon, _ = reference.partition(":")
    return bool(colon) and scheme.isalnum() and len(scheme) > 1
