"""FAQ entries: questions that people ask first, with a curated answer."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.citations import Citation
from knowledge.rows import Row

MOST_CITATIONS = 3


@dataclass(frozen=True, slots=True)
class FaqEntry(Row):
    """A curated answer. It carries up to `MOST_CITATIONS`, or is marked editorial and shown as such."""

    id: str
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    editorial: bool = False
