"""People and organisations named in the sources, with their role at the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.citations import Citation
from knowledge.rows import Row


@dataclass(frozen=True, slots=True)
class Person(Row):
    """A person or an organisation; `role` and `affiliation` are those the sources give at the time."""

    id: str
    name: str
    kind: Literal["person", "organisation"]
    role: str
    summary: str
    citations: tuple[Citation, ...]
    affiliation: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias."""
        return (self.name, *self.aliases)
