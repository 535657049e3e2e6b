"""Everything a command needs, opened once: the manifest's policy, the world behind it, who asks, the trace."""

import msgspec

from floe.core.operator import Operator
from floe.core.policy import Policy
from floe.effects.gate.side_by_side import Progress, Silence
from floe.effects.ports import Trace, World
from floe.shell.log import SILENT, Log
from floe.shell.settings import Settings


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One operator under one policy in one world, under one trace."""

    policy: Policy
    world: World
    operator: Operator
    trace: Trace
    settings: Settings | None = None  # None in a world that no manifest describes
    warnings: tuple[str, ...] = ()
    progress: Progress = Silence()
    log: Log = SILENT  # where to tell of what is going on
