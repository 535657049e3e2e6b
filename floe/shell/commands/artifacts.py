"""`floe artifact push`, `pull` and `inspect`; they work without a manifest."""

from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.names import EnvironmentName, Malformed, is_reserved, parse_tag, parse_version, short
from floe.core.outcome import settled
from floe.core.names import Tag as TagName
from floe.effects.drive import Faulted
from floe.effects.ports import Registry
from floe.effects.publish import Inspected, Pulled, Pushed
from floe.effects.publish import inspect as inspect_artifact
from floe.effects.publish import pull as pull_artifact
from floe.effects.publish import push as push_artifact
from floe.shell import exits, wiring
from floe.shell.commands.opening import load
from floe.shell.location import parse_location
from floe.shell.manifest import Loaded
from floe.shell.render import blocks
from floe.shell.render.reply import Reply, plain
from floe.shell.settings import find_manifest, surroundings
from floe.shell.shared import Shared

DEFAULT_ENVIRONMENTS = tuple(map(EnvironmentName, ("dev", "staging", "prod")))
