"""Formats: what a file of an archive says, whatever it was written with.

Each module reads one kind of file with `read(data, file)`. They run in processes of their own, which have
limits (see `archive_worker`): the libraries are imported there alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from knowledge.errors import IngestError
from knowledge.paragraphs import INVISIBLE, MOST_BYTES, Paragraph

MOST_PARAGRAPHS = 20_000

_READERS: Mapping[str, str] = {
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
    ".epub": "epub",
    ".md": "text",
    ".txt": "text",
}
SUFFIXES = tuple(_READERS)
LIBRARIES = ("pypdfium2", "trafilatura", "docx", "lxml")

_BLANKS = re.compile(r"\s+")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_NO_TEXT = ("Cc", "Cs", "Cn", "Co")


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: its paragraphs, and of itself what it says; `dated_by` is whence it has its date."""

    paragraphs: tuple[Paragraph, ...]
    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str = ""
    dated_by: str = "stated in the file"
    url: str = ""


def missing_libraries() -> tuple[str, ...]:
    """Return which of the libraries that read documents are not installed."""
    return tuple(name for name in LIBRARIES if find_spec(name) is None)


def read(data: bytes, file: Path) -> Document:
    """Return what the bytes of a file say, by its suffix.

    Raises `IngestError` with the reason if they are no document that can be taken in.
    """
    document: Document = import_module(f"knowledge.formats.{_READERS[file.suffix.lower()]}").read(data, file)
    paragraphs = tuple(_clean(document.paragraphs))
    if not paragraphs:
        raise IngestError("has no paragraphs of text")
    if len(paragraphs) > MOST_PARAGRAPHS or sum(len(one.text) for one in paragraphs) > MOST_BYTES:
        most = f"{MOST_PARAGRAPHS:,} paragraphs or {MOST_BYTES // 1_000_000} MB of text"
        raise IngestError(f"has more than {most}; cut it into several documents")
    return replace(
        document,
        paragraphs=paragraphs,
        title=plain(document.title),
        authors=tuple(filter(None, map(plain, document.authors))),
        publisher=plain(document.publisher),
        published=day(document.published),
        url=document.url.strip(),
    )


def plain(text: str) -> str:
    """Return a text on one line, without ligatures, controls and what else nobody can read."""
    text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), INVISIBLE.sub("", text))
    readable = (
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _NO_TEXT
    )
    return _BLANKS.sub(" ", "".join(readable)).strip()


def day(text: str) -> str:
    """Return the day, month or year with which a date in ISO form begins, in that form; else nothing."""
    found = re.match(r"\s*([12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)(?![\d-])", text)
    return found[1] if found else ""


def names(text: str) -> tuple[str, ...]:
    """Return the names in a list that is parted by semicolons; a comma may be part of a name."""
    return tuple(name for part in text.split(";") if (name := part.strip()))


def _clean(paragraphs: Iterable[Paragraph]) -> Iterable[Paragraph]:
    """Yield the paragraphs that say something, none just after itself."""
    before = ""
    for paragraph in paragraphs:
        text = plain(paragraph.text)
        if any(map(str.isalnum, text)) and text != before:
            yield replace(paragraph, text=text)
            before = text
