"""The manifest: text that people write, read once into what is allowed (`Policy`) and how floe works (`Settings`)."""

from floe.shell.manifest.loaded import Loaded, load, parse
from floe.shell.manifest.schema import schema

__all__ = ["Loaded", "load", "parse", "schema"]
