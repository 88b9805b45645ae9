"""Sources: documents with their metadata, cut into passages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from knowledge.citations import Citation
from knowledge.rows import Row

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Passage(Row):
    """One paragraph of a source.

    `note` is our own-words text, or empty for a document the operator added, of which only the `original`
    exists. `speaker` is who speaks in it, for an original may have only “she said”. `asks` are questions that
    the passage answers, `wrong_premises` questions that assert what it contradicts; both are indexed and
    never shown.
    """

    ref: str
    note: str = ""
    original: str = ""
    speaker: str = ""
    asks: tuple[str, ...] = ()
    wrong_premises: tuple[str, ...] = ()
    retired: bool = False

    @property
    def text(self) -> str:
        """The text to show: the original where the operator has ingested it, else the note."""
        return self.original or self.note

    @property
    def is_original(self) -> bool:
        """Whether `text` is the source's own wording."""
        return bool(self.original)


@dataclass(frozen=True, slots=True)
class Source(Row):
    """One document or dataset with its metadata and its passages in reading order."""

    id: str
    title: str
    publisher: str
    published: date
    published_basis: str
    url: str
    kind: str
    collection: str
    passages: tuple[Passage, ...]
    title_is_label: bool = False
    authors: tuple[str, ...] = ()
    credit: str = ""
    revision: int = 1

    def citation(self, passage: Passage) -> Citation:
        """Return the address of one of this source's passages."""
        return Citation(self.id, passage.ref)

    @property
    def byline(self) -> str:
        """Publisher and month in words, as a citation is introduced: `Foreign Policy, 11 January 2019`."""
        return f"{self.publisher}, {self.published.day} {self.published:%B %Y}"

    @property
    def extent(self) -> str:
        """The refs of its passages, numbers as one run: `1 to 17, title, caption and bio`."""
        refs = [passage.ref for passage in self.passages if not passage.retired]
        numbers = [ref for ref in refs if ref.isdecimal()]
        words = [ref for ref in refs if not ref.isdecimal()]
        run = [" to ".join(dict.fromkeys((numbers[0], numbers[-1])))] if numbers else []
        more = len(words) - _MOST_NAMED
        named = [*run, *words[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
        return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def is_web_address(text: str) -> bool:
    """Whether a text is a whole http or https address that a reader could open."""
    with suppress(ValueError):
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    return False
