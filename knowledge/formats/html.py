"""Web pages: the article, without the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trafilatura

from knowledge.errors import IngestError
from knowledge.formats import Document, names
from knowledge.paragraphs import Paragraph

_DATES = {"extensive_search": False, "original_date": True}
"""A date that the page itself states; none that is guessed from its words."""

MOST_BYTES = 20_000_000
_BLOCKS = ("p", "head", "item", "quote", "row", "code")


def read(data: bytes, file: Path) -> Document:
    """Return what the article of a web page says; raises `IngestError`."""
    if b"<" not in data:
        raise IngestError("is not HTML: it has no tag")
    if len(data) > MOST_BYTES:
        raise IngestError(f"is larger than {MOST_BYTES // 1_000_000} MB, which no article is")
    found: Any = trafilatura.bare_extraction(
        data, with_metadata=True, include_comments=False, date_extraction_params=_DATES
    )
    if found is None or found.body is None:
        raise IngestError("has no article that can be told from the page around it")
    return Document(
        tuple(_paragraphs(found.body)),
        title=found.title or "",
        authors=names(found.author or ""),
        publisher=found.sitename or "",
        published=found.date or "",
        url=found.url or "",
    )


def _paragraphs(body: Any) -> Iterator[Paragraph]:
    for block in body.iter(*_BLOCKS):
        if any(above.tag in _BLOCKS for above in block.iterancestors()):
            continue
        cells = block.findall("cell") or [block]
        texts = (" ".join("".join(cell.itertext()).split()) for cell in cells)
        yield Paragraph(" | ".join(filter(None, texts)))
