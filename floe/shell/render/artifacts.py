"""What push, pull and inspect say."""

from floe.core.artifact import Descriptor
from floe.effects.ports import Registry
from floe.effects.publish import Inspected, Pulled, Pushed
from floe.effects.publish.looking import Attached
from floe.shell.render.reply import Reply, plain


def pushed(made: Pushed, registry: Registry) -> Reply:
    verb = "Already there" if made.already else "Pushed"
    return Reply(
        document={
            "success": True,
            "registry": registry.location,
            "tag": made.tag,
            "digest": made.digest,
            "size": made.size,
            "already": made.already,
        },
        lines=(f"{verb}: {registry.location}:{made.tag}", f"Digest: {made.digest}"),
    )


def pulled(found: Pulled, verified: tuple[str, ...], warnings: tuple[str, ...]) -> Reply:
    files = tuple(f"  {each.name} ({each.layer.size} bytes)" for each in found.files)
    return Reply(
        document={
            "success": True,
            "digest": found.digest,
            "directory": found.directory,
            "signature": "verified" if verified else "warning" if warnings else "not checked",
            "files": [
                {"name": each.name, "digest": each.layer.digest, "size": each.layer.size} for each in found.files
            ],
        },
        lines=(*verified, f"Pulled {found.digest} to {found.directory}", *files),
        warnings=warnings,
    )


def inspected(found: Inspected) -> Reply:
    layers = tuple(_line(each) for each in found.layers)
    manifests = tuple(_line(each) for each in found.manifests)
    return Reply(
        document=plain(found),
        lines=(
            f"Reference: {found.reference}",
            f"Digest: {found.digest}",
            f"Media type: {found.media_type}",
            *((f"Artifact type: {found.artifact_type}",) if found.artifact_type else ()),
            *(("Layers:", *layers) if layers else ()),
            *(("Manifests:", *manifests) if manifests else ()),
            f"Tags: {', '.join(sorted(found.tags))}",
            *_attached("Signatures (check them with floe artifact verify):", found.signatures),
            *_attached("Attestations:", found.attestations),
            *_attached("Also refers to it:", found.others),
        ),
    )


def _attached(title: str, found: tuple[Attached, ...]) -> tuple[str, ...]:
    lines = tuple(f"  {each.digest}  {each.predicate_type or each.type or 'of no kind'}" for each in found)
    return (title, *lines) if lines else ()


def _line(descriptor: Descriptor) -> str:
    return f"  {descriptor.digest}  {descriptor.size} bytes  {descriptor.media_type}"
