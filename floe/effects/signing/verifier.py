"""The `Verifier` port: every bundle beside an artifact is checked by its own kind of proof, and none is believed yet."""

from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec
from returns.result import Failure, Success

from floe.core import bundle as form
from floe.core.explain_faults import what_failed
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.core.policy import Trust
from floe.core.signature import Candidate, Findings, KeyFound, Rejected, Verified
from floe.core.statement import COSIGN_SIGN
from floe.core.value import Value
from floe.effects.blocking import in_thread
from floe.effects.ports import Outcome, Registry
from floe.effects.signing import trust_root
from floe.effects.signing.candidates import Bundle, attached
from floe.effects.signing.kept import About, Kept
from floe.effects.signing.public_key import PublicKey
from floe.effects.signing.trust_root import TrustRoot

Checked: TypeAlias = Candidate | str  # what a bundle is, or why nobody can tell


class _Keys(Value, frozen=True, kw_only=True):
    """The keys that could be had, those of them that have an address, and why others could not."""

    public: tuple[PublicKey, ...] = ()
    found: tuple[KeyFound, ...] = ()
    missing: tuple[str, ...] = ()


class SignatureVerifier:
    """Signatures in one repository. `folder` is where key files are named from; `trust_config` None: the public one."""

    def __init__(self, registry: Registry, folder: Path, trust_config: Path | None, kept: Kept) -> None:
        self._registry = registry
        self._folder = folder
        self._trust_config = trust_config
        self._kept = kept
        self._new: dict[About, Verified] = {}

    async def check(self, artifact: Digest, trust: Trust, /) -> Outcome[Findings]:
        listed = settled(await attached(self._registry, artifact, COSIGN_SIGN))
        if isinstance(listed, Failure):
            return Failure(listed.failure())
        beside = listed.unwrap()
        found = await self.examine(artifact, beside.bundles, trust)
        candidates = (*found.candidates, *beside.rejected)
        return Success(msgspec.structs.replace(found, candidates=candidates, beyond=beside.beyond))

    async def examine(self, about: Digest, bundles: tuple[Bundle, ...], trust: Trust) -> Findings:
        """What these bundles are, wherever they come from."""
        read = tuple((each, settled(form.read(each.content))) for each in bundles)
        materials = {held.unwrap().material for _, held in read if isinstance(held, Success)}
        keys = await self._keys(trust) if "key" in materials else _Keys()
        root = await self._root() if "certificate" in materials else ""
        checked: list[Checked] = []
        for each, held in read:
            match held:
                case Failure(rejected):
                    checked.append(rejected)
                case Success(form.Bundle(material="key")):
                    checked.append(await _by_key(each, keys))
                case Success(_):
                    checked.append(root if isinstance(root, str) else await self._by_certificate(about, each, root))
        hindrances = tuple(each for each in checked if isinstance(each, str))
        return Findings(
            candidates=tuple(each for each in checked if not isinstance(each, str)),
            hindrance="; ".join(dict.fromkeys((*hindrances, *keys.missing))) or None,
            keys=keys.found,
        )

    async def remember(self) -> None:
        await self._kept.keep(self._new)
        self._new = {}

    async def _root(self) -> TrustRoot | str:
        """What certificates must lead back to, or why that cannot be had."""
        match settled(await in_thread(partial(trust_root.read, self._trust_config))):
            case Failure(fault):
                return "; ".join(what_failed(fault)[:2])
            case Success(root):
                return root

    async def _by_certificate(self, about: Digest, bundle: Bundle, root: TrustRoot) -> Candidate:
        known = About(artifact=about, bundle=bundle.digest, root=root.digest)
        before = await self._kept.find(known)
        if before is not None:
            return before
        from floe.effects.signing import keyless  # noqa: PLC0415 (sigstore takes a while to load)

        found = await keyless.verify(bundle.content, root)
        if isinstance(found, Verified):
            self._new[known] = found
        return found

    async def _keys(self, trust: Trust) -> _Keys:
        from floe.effects.signing import keys  # noqa: PLC0415 (cryptography takes a while to load)

        public: list[PublicKey] = []
        found: list[KeyFound] = []
        missing: list[str] = []
        for key in trust.keys:
            match settled(await keys.public_key(key.reference, self._folder)):
                case Failure(fault):
                    missing.append("; ".join(what_failed(fault)[:2]))
                case Success(one):
                    public.append(one)
                    if key.fingerprint is None:
                        found.append(KeyFound(reference=key.reference, fingerprint=one.fingerprint))
        return _Keys(public=tuple(public), found=tuple(found), missing=tuple(missing))


async def _by_key(bundle: Bundle, keys: _Keys) -> Candidate:
    from floe.effects.signing import key_bundle  # noqa: PLC0415 (cryptography takes a while to load)

    found: Verified | Rejected = key_bundle.verify(bundle.content, keys.public)
    return found
