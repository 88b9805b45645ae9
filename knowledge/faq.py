"""FAQ entries: questions that people ask first, with a curated answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from knowledge.citations import Citation
from knowledge.commands import has_word, is_command
from knowledge.languages import gettext
from knowledge.rows import Row
from knowledge.text import normalise

if TYPE_CHECKING:
    from knowledge.entry_reviews import StaleCitation

MOST_CITATIONS = 3


def never_found(wording: str) -> str:
    """Return why nobody who types a wording would find its entry; nothing if it is found."""
    if is_command(wording):
        return gettext("begins with “/” and would be read as a command; begin with a word")
    if not all(map(has_word, (wording, normalise(wording)))):
        return gettext("has no word of two letters or digits, by which it could be found")
    return ""


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

    `citations` are those that lead somewhere. `stale` has, for each passage that has changed or gone since
    it was cited, what became of it, which `str` says.
    """

    stale: tuple[StaleCitation, ...] = ()
    review_on: date | None = None
