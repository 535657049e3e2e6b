"""A repository on a registry: `oci://HOST[:PORT]/PATH`."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import LARGEST_MANIFEST, Descriptor, Manifest
from floe.core.fault import Oversized, TagTaken, Unavailable
from floe.core.names import Digest, Tag
from floe.core.outcome import collect
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Clock, Entropy, Outcome
from floe.effects.registry import stream
from floe.effects.registry.auth import Entrance
from floe.effects.registry.client import Client
from floe.effects.registry.credentials import Finder
from floe.effects.registry.http_transport import HttpTransport
from floe.effects.registry.oras_transport import OrasCarrier
from floe.effects.registry.origin import Origin
from floe.effects.registry.pages import all_tags
from floe.effects.registry.retry import Patience
from floe.effects.registry.transport import Content, FixedTagError
from floe.effects.registry.wire import Wire

T = TypeVar("T")

SCHEME: Final = "oci://"
SECONDS: Final = 30.0  # for all that one call does
BLOB_SECONDS: Final = 600.0
