"""Sources: documents with their metadata, cut into passages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from knowledge.citations import Citation
from knowledge.languages import ENGLISH, gettext, in_words, listed, ngettext, spoken
from knowledge.rows import Row

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Passage(Row):
    """One paragraph of a source.

    `note` is our own-words text, or empty for a document the operator added, of which only the `original`
    exists. `speaker` is who speaks in it, for an original may have only “she said”. `asks` are questions that
    the passage answers, `wrong_premises` questions that assert what it contradicts; both are indexed and
    never shown. A passage that `is_row` of a dataset is found through the tables, not by its words.
    `page` is that on which it begins, where its document has pages.
    """

    ref: str
    note: str = ""
    original: str = ""
    speaker: str = ""
    asks: tuple[str, ...] = ()
    wrong_premises: tuple[str, ...] = ()
    retired: bool = False
    is_row: bool = False
    page: int | None = None

    @property
    def text(self) -> str:
        """The text to show: the original where the operator has ingested it, else the note."""
        return self.original or self.note

    @property
    def is_original(self) -> bool:
        """Whether `text` is the source's own wording."""
        return bool(self.original)


_PATTERNS = {"day": "yMMMMd", "month": "yMMMM", "year": "y"}
"""How CLDR names what is to be seen of a date of publication, in whatever order a language has it."""

FOUNDING, PUBLIC_RECORD, LOCAL = "core", "public_record", "local"
"""The collections: the two founding documents, the wider record beside them, what the operator adds."""

Quality = Literal[
    "",
    "official",
    "official, reposted",
    "U.S. government broadcaster",
    "news",
    "news, reposted",
    "news digest",
    "trade press",
    "law-firm summary",
    "legal digest",
    "research site",
    "encyclopedia",
    "open letter",
    "NGO statement",
    "NGO statement, reposted",
]
"""What kind of witness a source is, if that is said; `reposted`: read in somebody else's copy."""


FILE_MADE = "the day on which the file was made, as it says"
"""The basis of a date that is no date of publication: a scan of 2018 may be of a report of 1996."""


@dataclass(frozen=True, slots=True)
class Source(Row):
    """One document or dataset with its metadata and its passages in reading order.

    `published` is known to `published_precision`, and missing for a page without a date; `published_basis`
    says where it comes from. It may be the date of the file alone, which `issued` leaves out. Where
    `addressing` is `notes`, the passages are our notes of what the page says, and their numbers are ours, not
    those of its paragraphs. `read_on` is the day on which what is kept of it was last compared with the page
    or file, or with a copy or excerpt, where recorded.
    """

    id: str
    title: str
    publisher: str
    published: date | None
    published_basis: str
    url: str
    kind: str
    collection: str
    passages: tuple[Passage, ...]
    title_is_label: bool = False
    authors: tuple[str, ...] = ()
    credit: str = ""
    revision: int = 1
    published_precision: Literal["day", "month", "year"] = "day"
    quality: Quality = ""
    addressing: Literal["paragraphs", "notes"] = "paragraphs"
    read_on: date | None = None

    def citation(self, passage: Passage) -> Citation:
        """Return the address of one of this source's passages."""
        return Citation(self.id, passage.ref)

    @property
    def byline(self) -> str:
        """Publisher and date in words, as a citation is introduced: `Foreign Policy, 11 January 2019`.

        The publisher calls itself as it does; the date is in the language spoken.
        """
        return f"{self.publisher}, {self.published_in_words}"

    @property
    def published_in_words(self) -> str:
        """The date as far as it is known: `11 January 2019`, `October 2018`, `2017` or `undated`.

        A date that is that of the file alone says so: `file made 4 March 2018`.
        """
        if self.published is None:
            return gettext("undated")
        words = {"day": f"{self.published.day} %B %Y", "month": "%B %Y", "year": "%Y"}
        if spoken() == ENGLISH:
            date = self.published.strftime(words[self.published_precision])
        else:
            date = in_words(self.published, _PATTERNS[self.published_precision])
        return gettext("file made {date}", date=date) if self.published_basis == FILE_MADE else date

    @property
    def published_key(self) -> str:
        """The date as far as it is known, in digits: `2019-01-11`, `2018-10`, `2017` or nothing."""
        length = {"day": 10, "month": 7, "year": 4}[self.published_precision]
        return self.published.isoformat()[:length] if self.published else ""

    @property
    def issued(self) -> str:
        """The date of publication as `published_key` writes it; nothing where only the file has a date."""
        return "" if self.published_basis == FILE_MADE else self.published_key

    @property
    def title_note(self) -> str:
        """What a reader must know of the title: nothing if it is printed on the document."""
        if not self.title_is_label:
            return ""
        if self.addressing == "notes":
            return gettext("our description")
        return gettext("our description: this copy has no headline")

    @property
    def quality_in_words(self) -> str:
        """What kind of witness it is, and whose the numbers of its passages are; empty for most."""
        is_ours = self.addressing == "notes"
        numbers = gettext("¶ numbers are those of our notes, not of the page") if is_ours else ""
        return "; ".join(filter(None, (self.quality, numbers)))

    @property
    def extent(self) -> str:
        """The refs of its passages, numbers as one run: `1 to 17, title, caption and bio`."""
        refs = [passage.ref for passage in self.passages if not passage.retired]
        numbers = [ref for ref in refs if ref.isdecimal()]
        words = [ref for ref in refs if not ref.isdecimal()]
        named = words[:_MOST_NAMED]
        if numbers:
            is_one = len(numbers) == 1
            run = gettext("{first} to {last}", first=numbers[0], last=numbers[-1])
            named.insert(0, numbers[0] if is_one else run)
        if (more := len(words) - _MOST_NAMED) > 0:
            named.append(ngettext("{count} more", "{count} more", more))
        return listed(named) if named else ""


def is_web_address(text: str) -> bool:
    """Whether a text is a whole http or https address that a reader could open."""
    with suppress(ValueError):
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    return False
