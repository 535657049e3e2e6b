"""What clients have to be told: whom to trust, and where to sign."""

from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.servers.sigstore.basics import log_id, public, spelt
from tests.servers.sigstore.fulcio import Fulcio
from tests.servers.sigstore.log import Log
from tests.servers.sigstore.timestamps import TimestampAuthority


def trusted_root(url: str, since: datetime, fulcio: Fulcio, log: Log, timestamps: TimestampAuthority) -> dict[str, Any]:
    period = {"start": _time(since)}
    return {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [_log(url, log.key, period)],
        "ctlogs": [_log(f"{url}/ct", fulcio.log_key, period)],
        "certificateAuthorities": [
            _authority(url, (fulcio.authority.certificate, fulcio.root.certificate), period),
        ],
        "timestampAuthorities": [
            _authority(url, (timestamps.signer.certificate, timestamps.root.certificate), period),
        ],
    }


def signing_config(url: str, since: datetime, rekor: int, *, timestamps: bool) -> dict[str, Any]:
    def service(at: str, version: int = 1) -> dict[str, Any]:
        period = {"start": _time(since)}
        return {"url": at, "majorApiVersion": version, "validFor": period, "operator": "sigstore.test"}

    any_of = {"selector": "ANY"}
    stamped = {"tsaUrls": [service(f"{url}/api/v1/timestamp")], "tsaConfig": any_of} if timestamps else {"tsaUrls": []}
    return {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [service(url)],
        "oidcUrls": [],
        "rekorTlogUrls": [service(url, rekor)],
        "rekorTlogConfig": any_of,
        **stamped,
    }


def client_trust_config(root: dict[str, Any], signing: dict[str, Any]) -> dict[str, Any]:
    media_type = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return {"mediaType": media_type, "trustedRoot": root, "signingConfig": signing}


def _log(url: str, key: ec.EllipticCurvePrivateKey, period: dict[str, str]) -> dict[str, Any]:
    published = {"rawBytes": spelt(public(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": period}
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": published,
        "logId": {"keyId": spelt(log_id(key))},
    }


def _authority(url: str, chain: tuple[x509.Certificate, ...], period: dict[str, str]) -> dict[str, Any]:
    certificates = [{"rawBytes": spelt(each.public_bytes(Encoding.DER))} for each in chain]
    subject = {"organization": "sigstore.test", "commonName": "sigstore.test"}
    return {"subject": subject, "uri": url, "certChain": {"certificates": certificates}, "validFor": period}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
