"""What every section of a manifest has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping in which an unknown key is a mistake, and nothing is taken for what it is not."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
