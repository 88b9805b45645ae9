"""Known unknowns: details that people ask for and that the sources do not give."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.citations import Citation
from knowledge.rows import Row


@dataclass(frozen=True, slots=True)
class KnownUnknown(Row):
    """A gap beside something the sources do say: a refusal can tell both.

    `told` are passages of the public record that have something on what is missing; `see` are commands that
    show what the public record has around it.
    """

    id: str
    says: str
    lacks: str
    nearest: tuple[Citation, ...]
    asks: tuple[str, ...]
    told: tuple[Citation, ...] = ()
    see: tuple[str, ...] = ()
