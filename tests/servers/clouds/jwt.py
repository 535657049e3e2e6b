"""A token as clouds write it into files: it says when it ends, and its signature is looked at by nobody here."""

import base64
import json
import time


def jwt(name: str, lasts: float = 3600.0) -> str:
    parts = ({"alg": "RS256"}, {"sub": name, "exp": int(time.time() + lasts)}, "a signature")
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
