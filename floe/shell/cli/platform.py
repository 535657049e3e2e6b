"""`floe platform`: what is promoted, and everything around it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from floe.shell.cli.common import reads, writes
from floe.shell.cli.options import Environment, Version
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

app = typer.Typer(help="Promote, roll back, lock, and see what is where.", no_args_is_help=True, rich_markup_mode=None)

TIMES = [f"%Y-%m-%d{between}{time}{zone}" for between in "T " for time in ("%H:%M", "%H:%M:%S") for zone in ("", "%z")]
TIMES += ["%Y-%m-%d"]

To = Annotated[str, typer.Option("--to", help="The environment to promote into.", metavar="ENV")]
From = Annotated[
    str | None,
    typer.Option("--from", help="Where it comes from; none: from nowhere. Else the environment before.", metavar="ENV"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
RunGates = Annotated[bool, typer.Option("--run-gates", help="With --dry-run: run the gates' commands.")]
Out = Annotated[Path | None, typer.Option("--out", help="With --dry-run: save the plan.", metavar="PLAN")]
Sign = Annotated[bool, typer.Option("--sign", help="With --out: sign the plan, as the manifest says or with --key.")]
Force = Annotated[bool, typer.Option("--force", help="Promote again what is already there.")]
IfNeeded = Annotated[bool, typer.Option("--if-needed", help="Exit with 0 when it is already there.")]
Wait = Annotated[float, typer.Option("--wait", help="How long to try after losing a race.", metavar="SECONDS", min=0)]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 5 when there was a warning.")]
PlanFile = Annotated[Path, typer.Argument(help="A file written by --out.", metavar="PLAN")]
Reason = Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")]


@app.command("compile")
@reads
async def compile_specs(
    shared: Shared,
    spec: Annotated[list[Path], typer.Option("--spec", help="A product's floe.yaml; may be repeated.", metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it.", metavar="FILE")] = Path(
        "target/compiled_artifacts.json"
    ),
) -> Reply:
    """Resolve product specs against the manifest into one deterministic document."""
    from floe.shell.commands.compiling import compile_files

    return await compile_files(shared, spec, out)


@app.command()
@writes
async def promote(
    shared: Shared,
    version: Version,
    to: To,
    source: From = None,
    *,
    dry_run: DryRun = False,
    run_gates: RunGates = False,
    out: Out = None,
    sign: Sign = False,
    key: Annotated[str | None, typer.Option("--key", help="With --sign: the key to sign with.", metavar="REF")] = None,
    force: Force = False,
    if_needed: IfNeeded = False,
    wait: Wait = 30.0,
    strict: Strict = False,
) -> Reply:
    """Promote a version into an environment, after its gates have passed."""
    from floe.shell.commands import promoting
    from floe.shell.render.previews import Asked

    asked = Asked(version=version, to=to, source=source, force=force, if_needed=if_needed, strict=strict)
    if dry_run or run_gates or out is not None or sign or key is not None:
        saving = promoting.Saving(out=out, sign=sign, key=key)
        return await promoting.preview(shared, asked, run_gates=run_gates, saving=saving)
    return await promoting.promote(shared, asked, wait=wait)


@app.command()
@reads
async def show(_: Shared, plan: PlanFile) -> Reply:
    """Show a saved plan for review."""
    from floe.shell.commands import plans

    return await plans.show(plan)


@app.command()
@writes
async def apply(
    shared: Shared,
    plan: PlanFile,
    signature: Annotated[
        Path | None, typer.Option("--signature", help="Its signature; else PLAN.sigstore.json.", metavar="FILE")
    ] = None,
    *,
    require_signed: Annotated[
        bool, typer.Option("--require-signed", help="Refuse a plan that nobody who is trusted has signed.")
    ] = False,
) -> Reply:
    """Carry out a saved plan exactly as it is, or refuse."""
    from floe.shell.commands import plans

    return await plans.apply(shared, plan, require_signed=require_signed, signature=signature)


@app.command()
@writes
async def rollback(
    shared: Shared,
    env: Environment,
    version: Annotated[str | None, typer.Argument(help="The version to go back to; else the one before.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; asked for when left out.", metavar="TEXT")
    ] = None,
    *,
    dry_run: DryRun = False,
) -> Reply:
    """Move an environment's pointer back to a version that was promoted there."""
    from floe.shell.commands import rolling_back

    if dry_run:
        return await rolling_back.preview(shared, version, env)
    return await rolling_back.rollback(shared, version, env, reason)


@app.command()
@reads
async def status(
    shared: Shared,
    version: Annotated[str | None, typer.Argument(help="Where this version is; else what is where.")] = None,
    env: Annotated[str | None, typer.Option("--env", help="This environment alone.", metavar="ENV")] = None,
    history: Annotated[
        int | None, typer.Option("--history", help="With the last N events.", metavar="N", min=1)
    ] = None,
    *,
    refused: Annotated[bool, typer.Option("--refused", help="With the events, also who was refused.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Also compare the tags with the ledger.")] = False,
) -> Reply:
    """Show what is where."""
    from floe.shell.commands import looking

    return await looking.status(shared, version, env, history, refused=refused, check=check)


@app.command()
@writes
async def lock(
    shared: Shared,
    env: Environment,
    reason: Reason,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", help="When the lock ends by itself; UTC unless it says.", metavar="TIME", formats=TIMES
        ),
    ] = None,
) -> Reply:
    """Refuse promotions into an environment."""
    from floe.shell.commands import locking

    return await locking.lock(shared, env, reason, until)


@app.command()
@writes
async def unlock(shared: Shared, env: Environment, reason: Reason) -> Reply:
    """Let promotions into an environment again."""
    from floe.shell.commands import locking

    return await locking.unlock(shared, env, reason)


@app.command()
@reads
async def check(shared: Shared) -> Reply:
    """Say what is wrong or doubtful in the manifest, without asking a registry."""
    from floe.shell.commands import checking

    return await checking.check(shared)


@app.command()
@writes
async def recover(shared: Shared) -> Reply:
    """Finish what interrupted runs recorded and did not draw into tags."""
    from floe.shell.commands import recovering

    return await recovering.recover(shared)


@app.command()
@writes
async def adopt(shared: Shared) -> Reply:
    """Take environment tags that were made by hand into the ledger, marked as adopted; no tag moves."""
    from floe.shell.commands import adopting

    return await adopting.adopt(shared)


@app.command()
@reads
async def notify(
    shared: Shared,
    since: Annotated[
        str, typer.Option("--since", help="From when on: 2026-01-15, 2026-01-15T10:30:00Z, 2h or 7d.", metavar="TIME")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
) -> Reply:
    """Send messages again, from the ledger: each under the id it had."""
    from floe.shell.commands import notifying

    return await notifying.notify(shared, since, dry_run=dry_run)


@app.command()
@reads
async def sync(
    shared: Shared,
    to: Annotated[str | None, typer.Option("--to", help="This registry alone.", metavar="NAME")] = None,
) -> Reply:
    """Copy what is promoted to the other registries: artifacts, signatures, ledger, tags."""
    from floe.shell.commands import syncing

    return await syncing.sync(shared, to)
