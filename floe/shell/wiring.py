"""Which adapters stand behind the ports: the one place where they meet."""

from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.fault import Fault, Unavailable
from floe.core.policy import Governance
from floe.effects.gate.runner import GateRunner
from floe.effects.ledger.folder import FolderLedger
from floe.effects.ports import Ledger, Registry, Secondary, World
from floe.effects.registry.folder import LayoutRegistry
from floe.shell import remote
from floe.shell.clock import SystemClock, SystemEntropy
from floe.shell.heralds import herald
from floe.shell.location import Folder, Location
from floe.shell.settings import RegistrySettings, Settings, Surroundings
from floe.shell.signing import verifier


def registry_at(location: Location, settings: RegistrySettings, around: Surroundings) -> Result[Registry, Fault]:
    """The repository at a location, reached as some settings say."""
    if isinstance(location, Folder):
        return Success(LayoutRegistry(location.path, location.written))
    return Success(remote.registry(location, settings, around))


def ledger_in(registry: Registry) -> Ledger:
    """The ledger beside the artifacts of a repository."""
    if isinstance(registry, LayoutRegistry):
        return FolderLedger(registry.layout, registry.location)
    from floe.effects.ledger.registry import RegistryLedger  # noqa: PLC0415 (a folder needs it not)

    return RegistryLedger(registry, SystemClock())


def world(settings: Settings, governance: Governance, around: Surroundings) -> Result[World, Fault]:
    """The world that a manifest describes."""
    audit = settings.audit
    if audit.backend != "oci" or audit.repository or audit.sign or audit.attest:
        why = "this floe keeps unsigned records beside the artifacts, and nowhere else yet; take that key away"
        return Failure(Unavailable(where="artifacts.promotion.audit", why=why))
    clock, entropy = SystemClock(), SystemEntropy()
    return registry_at(settings.registry.location, settings.registry, around).map(
        lambda registry: World(
            registry=registry,
            ledger=ledger_in(registry),
            gates=GateRunner(
                registry=registry,
                governance=governance,
                folder=settings.base,
                inherited=around.variables,
                layout=absolute(registry.layout.path) if isinstance(registry, LayoutRegistry) else None,
            ),
            verifier=verifier(registry, settings.registry, settings.base, around),
            clock=clock,
            entropy=entropy,
            herald=herald(settings, around, clock, entropy),
            secondaries=tuple(_secondary(each, around) for each in settings.secondaries),
        )
    )


def _secondary(settings: RegistrySettings, around: Surroundings) -> Secondary:
    return Secondary(
        name=settings.name,
        location=settings.location.uri,
        registry=registry_at(settings.location, settings, around),
    )


def absolute(path: Path) -> Path:
    """The path from the root, without following links: gates run in a folder of their own."""
    return Path.cwd() / path
