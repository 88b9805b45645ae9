"""Reviews: which entries have to be looked at again, and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from knowledge.citations import Citation
from knowledge.entries import Content, Entry, State
from knowledge.languages import gettext, translatable
from knowledge.library import Library
from knowledge.sources import Passage


class Cause(Enum):
    """What became of a passage since an entry cited it, in words that are kept in English."""

    VANISHED = translatable("{citation} is no longer in the library")
    RETIRED = translatable("{citation} was retired: its source no longer has it")
    CHANGED = translatable("{citation} no longer reads as it did when it was cited")


@dataclass(frozen=True, slots=True)
class StaleCitation:
    """A citation on which an entry cannot rest any more as it is, and why."""

    citation: Citation
    cause: Cause

    def __str__(self) -> str:
        """Say it in words: `fp-2019¶6 is no longer in the library`."""
        return gettext(self.cause.value, citation=self.citation)


def digest(passage: Passage) -> str:
    """Return a short hash of what a passage says: of its note if it has one, else of its original.

    So no entry becomes stale by a line break, or when an operator adds the original to a note.
    """
    text = " ".join((passage.note or passage.original).split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_digest(text: str) -> bool:
    """Whether a text can be what `digest` returns."""
    return re.fullmatch("[0-9a-f]{16}", text) is not None


def stale_citations(content: Content, library: Library) -> tuple[StaleCitation, ...]:
    """Return the citations whose passage vanished, was retired or has changed; none of a fresh content."""
    return tuple(_stale(content, library))


def _stale(content: Content, library: Library) -> Iterator[StaleCitation]:
    cited = dict(zip(content.citations, content.cited, strict=False))
    for citation in content.citations:
        if citation not in library:
            yield StaleCitation(citation, Cause.VANISHED)
            continue
        _, passage = library.resolve(citation)
        if passage.retired:
            yield StaleCitation(citation, Cause.RETIRED)
        elif digest(passage) != cited.get(citation):
            yield StaleCitation(citation, Cause.CHANGED)


def due_for_review(entry: Entry, library: Library, today: date) -> list[str]:
    """Return why a published entry has to be looked at again, each reason in words; none if it has not."""
    if entry.state is not State.PUBLISHED:
        return []
    reasons = [str(stale) for stale in stale_citations(entry.content, library)]
    review_on = entry.content.review_on
    if review_on is not None and review_on <= today:
        reasons.append(gettext("its review date, {day}, has come", day=review_on))
    return reasons
