"""Text and Markdown: a title and a date may stand in the front matter, a title in the first heading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from knowledge.content_files import ContentFile
from knowledge.formats import Document, names
from knowledge.paragraphs import FRONT_MATTER, cut, decoded

_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
_CLOSING = re.compile(r"(?<! ) +#+$")
_MOST_PIECES = 1_000


def read(data: bytes, file: Path) -> Document:
    """Return what a text file says; raises `IngestError`."""
    paragraphs, _ = cut(data, file)
    if file.suffix.lower() != ".md":
        return Document(paragraphs)
    text = "\n".join(decoded(data, file).splitlines())
    about = _front_matter(text)
    heading = _HEADING.search(text)
    authors = about.get("authors", about.get("author", ()))
    return Document(
        paragraphs,
        title=str(about.get("title") or (_CLOSING.sub("", heading[1]) if heading else "")),
        authors=tuple(map(str, authors)) if isinstance(authors, list) else names(str(authors or "")),
        publisher=str(about.get("publisher") or ""),
        published=str(about.get("published") or about.get("date") or ""),
        url=str(about.get("url") or ""),
    )


def _front_matter(text: str) -> Mapping[str, object]:
    """Return the keys at the head of a Markdown file; none if there are none that can be read."""
    found = FRONT_MATTER.match(text)
    lines = found[0].splitlines()[1:-1] if found else []
    read = ContentFile.of("front matter", "\n".join(lines).encode(), _MOST_PIECES)
    return read.raw if isinstance(read.raw, dict) and not read.faults else {}
