"""The walk-through, as the commands that are run and the exit codes they must end with."""

from typing import Final, NamedTuple

from floe.shell import exits

SPECS: Final = ("settings", "analytics-pipeline", "reporting-dashboard")
REGISTRY: Final = "oci-layout://registry"
DOCUMENT: Final = "target/compiled_artifacts.json"


class Step(NamedTuple):
    """One command as it would be typed, who types it, and how it must end."""

    words: tuple[str, ...]
    operator: str = "ci@github.com"
    ends_with: int = exits.DONE


class Chapter(NamedTuple):
    title: str
    steps: tuple[Step, ...]


KEYGEN: Final = Step(("artifact", "keygen"))


def _published(version: str) -> tuple[Step, ...]:
    specs = tuple(word for name in SPECS for word in ("--spec", f"specs/{version}/{name}.yaml"))
    return (
        Step(("platform", "compile", *specs, "--manifest", "manifest.yaml")),
        Step(("artifact", "push", "-a", DOCUMENT, "-r", REGISTRY, "-t", version)),
        Step(("artifact", "sign", "-r", REGISTRY, "-t", version)),
        Step(("platform", "promote", version, "--from=none", "--to=dev")),
    )


CHAPTERS: Final = (
    Chapter("Make a key: from the first promotion on, what is not signed with it goes nowhere", (KEYGEN,)),
    Chapter(
        "Compile, publish and sign two versions, and let them into dev", (*_published("v0.9.0"), *_published("v1.0.0"))
    ),
    Chapter(
        "Unsigned, a version goes nowhere",
        (
            Step(("artifact", "push", "-a", "specs/v1.0.0/settings.yaml", "-r", REGISTRY, "-t", "v1.1.0")),
            Step(("platform", "promote", "v1.1.0", "--from=none", "--to=dev"), ends_with=exits.UNSIGNED),
            Step(("artifact", "verify", "-r", REGISTRY, "-t", "v1.0.0")),
        ),
    ),
    Chapter(
        "Promote them through the environments",
        (
            Step(("platform", "promote", "v0.9.0", "--from=dev", "--to=staging"), "platform@acme.com"),
            Step(("platform", "status")),
            Step(("platform", "promote", "v1.0.0", "--from=dev", "--to=staging", "--dry-run"), "platform@acme.com"),
            Step(("platform", "promote", "v1.0.0", "--from=dev", "--to=staging"), "platform@acme.com"),
            Step(("platform", "promote", "v1.0.0", "--from=dev", "--to=prod"), "release@acme.com", exits.WRONG_STEP),
        ),
    ),
    Chapter(
        "Only some may promote to prod, and never the same hands twice",
        (
            Step(
                ("platform", "promote", "v1.0.0", "--from=staging", "--to=prod"), "dev@acme.com", exits.NOT_AUTHORIZED
            ),
            Step(
                ("platform", "promote", "v1.0.0", "--from=staging", "--to=prod"),
                "platform@acme.com",
                exits.NOT_AUTHORIZED,
            ),
            Step(
                ("platform", "promote", "v1.0.0", "--from=staging", "--to=prod", "--out", "prod.plan"),
                "release@acme.com",
            ),
            Step(("platform", "show", "prod.plan")),
            Step(("platform", "apply", "prod.plan"), "release@acme.com"),
        ),
    ),
    Chapter(
        "Go back",
        (
            Step(("platform", "rollback", "v0.9.0", "--env=staging", "--dry-run"), "platform@acme.com"),
            Step(
                ("platform", "rollback", "v0.9.0", "--env=staging", "--reason=Performance regression"),
                "platform@acme.com",
            ),
        ),
    ),
    Chapter(
        "Keep prod as it is during an incident",
        (
            Step(("platform", "lock", "--env=prod", "--reason=Incident #123 - Database migration"), "sre@acme.com"),
            Step(
                ("platform", "promote", "v0.9.0", "--from=staging", "--to=prod"),
                "release@acme.com",
                exits.LOCKED,
            ),
            Step(
                ("platform", "unlock", "--env=prod", "--reason=Incident #123 resolved - migration complete"),
                "sre@acme.com",
            ),
        ),
    ),
    Chapter(
        "See what happened",
        (
            Step(("platform", "status", "--env=staging", "--history=5")),
            Step(("platform", "status", "--env=prod", "--output=json")),
            Step(("platform", "status", "--check")),
        ),
    ),
)
