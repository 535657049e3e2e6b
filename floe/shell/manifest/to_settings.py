"""The part of a manifest that says how floe works."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from floe.core.message.form import Format
from floe.shell import settings
from floe.shell.location import Location, Remote, parse_location
from floe.shell.manifest import document, promotion, registry
from floe.shell.manifest.to_trust import trust_of
from floe.shell.secret import Secret, filled, unset

UNDERSTOOD: Final[dict[str, Format]] = {
    "hooks.slack.com": "slack",
    "events.pagerduty.com": "pagerduty",
}


def settings_of(manifest: document.Manifest, *, base: Path, environ: Mapping[str, str]) -> settings.Settings:
    """The settings; every credential in the manifest refers to what is set."""
    artifacts = manifest.artifacts
    return settings.Settings(
        base=base,
        registry=_registry("primary", artifacts.primary, base, environ),
        secondaries=tuple(_registry(name, each, base, environ) for name, each in artifacts.secondaries.items()),
        sync_to_secondary=artifacts.promotion.sync_to_secondary,
        audit=_audit(artifacts.promotion.audit, base, environ),
        webhooks=tuple(_webhook(each, environ) for each in artifacts.promotion.webhooks),
    )


def _registry(
    name: str, written: registry.Registry, base: Path, environ: Mapping[str, str]
) -> settings.RegistrySettings:
    location = _location(written.uri, base)
    auth = written.auth
    return settings.RegistrySettings(
        name=name,
        location=location,
        auth=settings.Auth(
            type=auth.type,
            username=_sealed(auth.username, environ),
            password=_sealed(auth.password, environ),
            token=_sealed(auth.token, environ),
        ),
        plain_http=_is_plain(written, location),
        ca_file=base / written.ca_file if written.ca_file else None,
        signing=_signing(written.signing, base, environ) if written.signing else None,
        trust=trust_of(written.verification, base) if written.verification else None,
    )


def _is_plain(written: registry.Registry, location: Location) -> bool:
    """As it is written; where it is not, http is spoken to this machine alone, unless there are certificates for it."""
    if "plain_http" in written.model_fields_set:
        return written.plain_http
    return isinstance(location, Remote) and location.is_loopback and written.ca_file is None


def _location(uri: str, base: Path) -> Location:
    return parse_location(uri, base=base).unwrap()  # its form was checked when the manifest was read


def _signing(written: registry.Signing, base: Path, environ: Mapping[str, str]) -> settings.Signing:
    return settings.Signing(
        mode=written.mode,
        oidc_issuer=written.oidc_issuer,
        key=_sealed(written.key, environ),
        trust_config=base / written.trust_config if written.trust_config else None,
    )


def _audit(written: promotion.Audit, base: Path, environ: Mapping[str, str]) -> settings.Audit:
    return settings.Audit(
        backend=written.backend,
        repository=_location(written.repository, base) if written.repository else None,
        url=_sealed(written.url, environ),
        sign=written.sign,
        attest=written.attest,
        settle_ms=written.settle_ms,
    )


def _webhook(written: promotion.Webhook, environ: Mapping[str, str]) -> settings.Webhook:
    sealed = {**written.headers, "": written.secret or ""}
    missing = dict.fromkeys(name for text in sealed.values() for name in unset(text, environ))
    host = urlsplit(written.url).hostname or ""
    return settings.Webhook(
        url=Secret(written.url),
        host=host,
        events=tuple(written.events),
        headers=() if missing else tuple((name, filled(text, environ)) for name, text in written.headers.items()),
        format=written.format or UNDERSTOOD.get(host, "floe"),
        timeout_seconds=written.timeout_seconds,
        retry_count=written.retry_count,
        secret=None if missing else _sealed(written.secret, environ),
        allow_private=written.allow_private,
        unset=tuple(missing),
    )


def _sealed(text: str | None, environ: Mapping[str, str]) -> Secret | None:
    return None if text is None else filled(text, environ)
