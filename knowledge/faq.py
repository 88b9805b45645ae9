"""FAQ entries: questions that people ask first, with a curated answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnEntry(FaqEntry):
    """An entry that a server's moderators wrote; its answer is markdown.

    `citations` are those that lead somewhere. `stale` says, for each passage that has changed or gone since
    it was cited, what became of it.
    """

    stale: tuple[str, ...] = ()
    review_on: date | None = None
