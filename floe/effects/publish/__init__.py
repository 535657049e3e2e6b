"""Artifacts in and out of a registry: pushing a file, pulling an artifact, looking into one."""

from floe.effects.publish.fetching import Pulled, PulledFile, pull
from floe.effects.publish.looking import Inspected, inspect
from floe.effects.publish.sending import Pushed, push

__all__ = ["Inspected", "Pulled", "PulledFile", "Pushed", "inspect", "pull", "push"]
