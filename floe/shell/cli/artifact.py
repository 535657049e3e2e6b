"""`floe artifact`: what is in a registry."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from floe.shell.cli.common import reads
from floe.shell.cli.options import Repository, Tag
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

if TYPE_CHECKING:
    from floe.shell.signing import SigningAsked

SigningKey = Annotated[
    str | None, typer.Option("--key", help="A key file, or the address of a key, to sign with.", metavar="REF")
]
SigningToken = Annotated[
    str | None,
    typer.Option("--identity-token", help="An OIDC token for the audience 'sigstore', to sign with.", metavar="TOKEN"),
]
app = typer.Typer(help="Push, pull, sign, verify and inspect artifacts.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@reads
async def push(
    shared: Shared,
    artifact: Annotated[Path, typer.Option("--artifact", "-a", help="The file to push.", metavar="FILE")],
    registry: Repository,
    tag: Tag,
    key: SigningKey = None,
    identity_token: SigningToken = None,
    *,
    sign: Annotated[bool, typer.Option("--sign", help="Sign it too.")] = False,
) -> Reply:
    """Push a file as an artifact. What is released is never replaced."""
    from floe.shell.commands import artifacts

    signing = _signing(key, identity_token) if sign else None
    return await artifacts.push(shared, artifact, registry, tag, signing)


@app.command()
@reads
async def sign(
    shared: Shared, registry: Repository, tag: Tag, key: SigningKey = None, identity_token: SigningToken = None
) -> Reply:
    """Sign an artifact: with a key, or as whoever an identity token names."""
    from floe.shell.commands import signatures

    return await signatures.sign(shared, registry, tag, _signing(key, identity_token))


@app.command()
@reads
async def verify(
    shared: Shared,
    registry: Repository,
    tag: Tag,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="A public key that counts; may be repeated.", metavar="REF")
    ] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="An issuer that counts.", metavar="URL")] = None,
    subject_regex: Annotated[
        str | None, typer.Option("--subject-regex", help="RE2 for the whole subject.", metavar="REGEX")
    ] = None,
    *,
    legacy: Annotated[
        bool, typer.Option("--legacy", help="Read the tag `….sig` that cosign wrote before version 3; it proves less.")
    ] = False,
) -> Reply:
    """Say who signed an artifact, by what and when; 6 if nobody did who counts."""
    from floe.shell.commands import signatures
    from floe.shell.trusting import TrustAsked

    asked = TrustAsked(keys=tuple(key or ()), issuer=issuer, subject_regex=subject_regex, legacy=legacy)
    return await signatures.verify(shared, registry, tag, asked)


@app.command()
@reads
async def keygen(
    _: Shared,
    name: Annotated[str, typer.Argument(help="Writes NAME.key and NAME.pub.", metavar="NAME")] = "floe",
) -> Reply:
    """Make a pair of keys to sign with; the private one is encrypted as cosign does it."""
    from floe.shell.commands import signatures

    return await signatures.keygen(name)


@app.command()
@reads
async def pull(
    shared: Shared,
    registry: Repository,
    tag: Tag,
    directory: Annotated[Path, typer.Option("--dir", "-d", help="Where to put it.", metavar="DIR")] = Path(),
) -> Reply:
    """Download an artifact; every byte is checked."""
    from floe.shell.commands import artifacts

    return await artifacts.pull(shared, registry, tag, directory)


@app.command()
@reads
async def inspect(shared: Shared, registry: Repository, tag: Tag) -> Reply:
    """Show what an artifact consists of, and where it has been."""
    from floe.shell.commands import artifacts

    return await artifacts.inspect(shared, registry, tag)


def _signing(key: str | None, token: str | None) -> "SigningAsked":
    from floe.shell.secret import Secret
    from floe.shell.signing import SigningAsked

    return SigningAsked(key=key, token=Secret(token) if token else None)
