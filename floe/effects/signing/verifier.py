"""The `Verifier` port: every bundle is checked by its own kind of proof, and none is believed yet."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import msgspec
from returns.result import Failure, Success

from floe.core.canonical import digest_of
from floe.core.explain.faults import what_failed
from floe.core.fault import Fault
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.core.policy import Trust
from floe.core.signature import bundle as form
from floe.core.signature.candidate import Candidate, Findings, KeyFound, Verified
from floe.core.signature.statement import COSIGN_SIGN
from floe.core.value import Value
from floe.effects.blocking import in_thread
from floe.effects.ports import Outcome, Registry
from floe.effects.signing import old_tags, trust_root
from floe.effects.signing.candidates import Bundle, attached
from floe.effects.signing.kept import About, Kept
from floe.effects.signing.old_tags import Old
from floe.effects.signing.public_key import PublicKey
from floe.effects.signing.trust_root import TrustRoot


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
        found = await self._examined(artifact, beside.bundles, trust)
        candidates = (*found.candidates, *beside.rejected)
        return Success(msgspec.structs.replace(found, candidates=candidates, beyond=beside.beyond))

    async def check_old(self, artifact: Digest, trust: Trust) -> Outcome[Findings]:
        """What was signed before there were bundles, where somebody asks for that; it proves less."""
        listed = settled(await old_tags.kept(self._registry, artifact))
        if isinstance(listed, Failure):
            return Failure(listed.failure())
        found = listed.unwrap()
        keyed, certified = (tuple(each for each in found.old if each.is_certified is way) for way in (False, True))
        keys = await self._keys(trust) if keyed else _Keys()
        old = settled(await in_thread(partial(_old, keyed, keys.public, certified, self._trust_config)))
        if isinstance(old, Failure):
            return Success(Findings(hindrance=_told(old.failure())))
        return Success(
            Findings(
                candidates=(*old.unwrap(), *found.rejected),
                beyond=found.beyond,
                hindrance="; ".join(keys.missing) or None,
                keys=keys.found,
            )
        )

    async def read(self, about: Digest, bundle: bytes, trust: Trust, /) -> Findings:
        return await self._examined(about, (Bundle(digest=digest_of(bundle), content=bundle),), trust)

    async def _examined(self, about: Digest, bundles: tuple[Bundle, ...], trust: Trust) -> Findings:
        read = tuple((each, settled(form.read(each.content))) for each in bundles)
        unreadable = tuple(held.failure() for _, held in read if isinstance(held, Failure))
        keyed, certified = (
            tuple(each for each, held in read if isinstance(held, Success) and held.unwrap().material == material)
            for material in ("key", "certificate")
        )
        by_key = await self._by_key(keyed, trust) if keyed else Findings()
        by_certificate = await self._by_certificate(about, certified) if certified else Findings()
        whys = (by_key.hindrance, by_certificate.hindrance)
        return Findings(
            candidates=(*unreadable, *by_key.candidates, *by_certificate.candidates),
            hindrance="; ".join(why for why in whys if why) or None,
            keys=by_key.keys,
        )

    async def remember(self) -> None:
        await self._kept.keep(self._new)
        self._new = {}

    async def _by_key(self, bundles: Iterable[Bundle], trust: Trust) -> Findings:
        from floe.effects.signing import key_bundle

        keys = await self._keys(trust)
        return Findings(
            candidates=tuple(key_bundle.verify(each.content, keys.public) for each in bundles),
            hindrance="; ".join(keys.missing) or None,
            keys=keys.found,
        )

    async def _keys(self, trust: Trust) -> _Keys:
        from floe.effects.signing import reference

        public: list[PublicKey] = []
        found: list[KeyFound] = []
        missing: list[str] = []
        for key in trust.keys:
            match settled(await reference.public_keys((key.reference,), self._folder)):
                case Failure(fault):
                    missing.append(_told(fault))
                case Success(those):
                    public += those
                    if key.fingerprint is None:
                        found += (KeyFound(reference=key.reference, fingerprint=each.fingerprint) for each in those)
        return _Keys(public=tuple(public), found=tuple(found), missing=tuple(missing))

    async def _by_certificate(self, about: Digest, bundles: tuple[Bundle, ...]) -> Findings:
        rooted = settled(await in_thread(partial(trust_root.read, self._trust_config)))
        if isinstance(rooted, Failure):
            return Findings(hindrance=_told(rooted.failure()))
        root = rooted.unwrap()
        known = {each: About(artifact=about, bundle=each.digest, root=root.digest) for each in bundles}
        kept = {each: await self._kept.find(question) for each, question in known.items()}
        new = tuple(each for each, facts in kept.items() if facts is None)
        checked = settled(await self._checked(new, root)) if new else Success(())
        if isinstance(checked, Failure):
            return Findings(hindrance=_told(checked.failure()))
        found = checked.unwrap()
        self._new |= {known[each]: facts for each, facts in zip(new, found, strict=True) if isinstance(facts, Verified)}
        return Findings(candidates=(*(facts for facts in kept.values() if facts is not None), *found))

    async def _checked(self, bundles: tuple[Bundle, ...], root: TrustRoot) -> Outcome[tuple[Candidate, ...]]:
        from floe.effects.signing import keyless

        return await keyless.check([each.content for each in bundles], root)


def _told(fault: Fault) -> str:
    what, found = what_failed(fault)[:2]
    return f"{what}: {found.removeprefix('Found: ')}"


def _old(
    keyed: tuple[Old, ...], keys: tuple[PublicKey, ...], certified: tuple[Old, ...], trust_config: Path | None
) -> tuple[Candidate, ...]:
    from floe.effects.signing import keyless, legacy, legacy_certificate

    by_key = tuple(legacy.verify(each.payload, each.annotations, keys) for each in keyed)
    if not certified:
        return by_key
    opened = keyless.opened(trust_root.read(trust_config))
    checked = (legacy_certificate.verify(each.payload, each.annotations, opened) for each in certified)
    return (*by_key, *checked)
