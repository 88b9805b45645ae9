"""Word documents (DOCX): paragraphs and the rows of tables; pages where Word has left word of them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph

from knowledge.errors import IngestError
from knowledge.formats import Document, names
from knowledge.formats.archives import member, opened, refuse_entities
from knowledge.paragraphs import Paragraph
from knowledge.sources import FILE_MADE


def read(data: bytes, file: Path) -> Document:
    """Return what a Word document says; raises `IngestError`."""
    with opened(data, "DOCX") as archive:
        for name in archive.namelist():
            if name.lower().endswith((".xml", ".rels")):
                refuse_entities(member(archive, name), name)
    try:
        document = docx.Document(BytesIO(data))
        about = document.core_properties
        made = about.created
        title, author, day = about.title, about.author, f"{made:%Y-%m-%d}" if made else ""
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # python-docx has no common error, and trips over what is missing
        raise IngestError(f"is damaged, or no DOCX file: {type(error).__name__}") from None
    return Document(
        tuple(_paragraphs(document)),
        title=title,
        authors=() if author == "python-docx" else names(author),
        published=day,
        dated_by=FILE_MADE,
    )


def _paragraphs(document: Any) -> Iterator[Paragraph]:
    breaks = document.element.body.xpath("count(.//w:lastRenderedPageBreak | .//w:br[@w:type='page'])")
    page = 1 if breaks else None
    for block in document.iter_inner_content():
        if isinstance(block, WordParagraph):
            before = _breaks_before_text(block)
            page = page and page + before
            yield Paragraph(block.text, page=page)
        else:
            assert isinstance(block, Table)
            before = 0
            for row in block.rows:
                cells = dict.fromkeys(cell.text.strip() for cell in row.cells)
                yield Paragraph(" | ".join(filter(None, cells)), page=page)
        page = page and page + _breaks(block) - before


def _breaks(block: Any) -> int:
    """Return how many page ends are in a paragraph or table.

    Where Word last ended a page because it was told to, both the order and the mark of it are there.
    """
    element = block._element
    rendered = int(element.xpath("count(.//w:lastRenderedPageBreak)"))
    told = int(element.xpath("count(.//w:br[@w:type='page'])"))
    return rendered or told


def _breaks_before_text(paragraph: WordParagraph) -> int:
    """Return how many page ends stand before the first words of a paragraph."""
    return sum(not rendered.preceding_paragraph_fragment for rendered in paragraph.rendered_page_breaks[:1])
