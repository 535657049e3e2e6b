"""Options that several commands take, each said once."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Format: TypeAlias = Literal["table", "json", "yaml"]
LogFormat: TypeAlias = Literal["text", "json"]

Manifest: TypeAlias = Annotated[
    Path | None,
    typer.Option("--manifest", "-m", help="The manifest; else FLOE_MANIFEST, else manifest.yaml here.", metavar="FILE"),
]
Output: TypeAlias = Annotated[Format, typer.Option("--output", "-o", "--format", help="The form of the answer.")]
Verbose: TypeAlias = Annotated[bool, typer.Option("--verbose", "-v", help="Tell on stderr what is done.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors and documents.")]
Logs: TypeAlias = Annotated[LogFormat, typer.Option("--log-format", help="The form of warnings and logs.")]
OperatorName: TypeAlias = Annotated[
    str | None, typer.Option("--operator", help="Who asks, as far as nobody verified it.", metavar="NAME")
]
Token: TypeAlias = Annotated[
    str | None, typer.Option("--identity-token", help="An OIDC token that proves who asks.", metavar="TOKEN")
]

Version: TypeAlias = Annotated[str, typer.Argument(help="A release tag: v1.2.3.", metavar="VERSION")]
Environment: TypeAlias = Annotated[str, typer.Option("--env", help="The environment.", metavar="ENV")]
Repository: TypeAlias = Annotated[
    str, typer.Option("--registry", "-r", help="oci://HOST/PATH, or oci-layout://FOLDER.", metavar="URI")
]
Tag: TypeAlias = Annotated[str, typer.Option("--tag", "-t", help="The tag.", metavar="TAG")]
