"""The manifest: text that people write, read once into what is allowed (`Policy`) and how floe works (`Settings`)."""

from floe.shell.manifest.loaded import Loaded, load, parse

__all__ = ["Loaded", "load", "parse"]
