"""PDF: lines by where they stand on the page, put together to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import c_double
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium

from knowledge.errors import IngestError
from knowledge.formats import Document, names
from knowledge.paragraphs import Paragraph
from knowledge.sources import FILE_MADE

MOST_PAGES = 5_000
_PASSWORD = 4
"""What PDFium calls a document that does not open without a password."""

_WIDER = 1.3
"""How many times the usual distance between two lines parts paragraphs."""

_NUMBER = re.compile(r"[-–— ]*(?:page )?(\d{1,4})(?: ?(?:of|/) ?\d{1,4})?[-–— ]*", re.IGNORECASE)
_ROMAN = re.compile(r"[-–— ]*(?=[ivx])x{0,3}(ix|iv|v?i{0,3})[-–— ]*", re.IGNORECASE)
_FIRST, _LAST = re.compile(r"(\d{1,4})\s"), re.compile(r"\s(\d{1,4})$")
_FEW = 3

_BULLET = re.compile(r"[•◦▪‣●○■□]\s")
_JUNK = re.compile(
    r"microsoft (word|powerpoint|excel) - .*|.*\.(docx?|pdf|rtf|odt|indd|qxd|pptx?|tex|dvi)"
    r"|untitled.*|document\d*",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?:…][\"”’)\]]*\d{0,3}$")
_HYPHEN = re.compile("[\x02\ufffe\u00ad]$")
"""How PDFium writes a hyphen at which a word was broken."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    left: float = 0.0
    right: float = 0.0
    base: float = 0.0
    height: float = 0.0
    sizes: tuple[float, float] = (0.0, 0.0)


def read(data: bytes, file: Path) -> Document:
    """Return what a PDF says; raises `IngestError`."""
    if b"%PDF-" not in data[:1024]:
        raise IngestError("is not a PDF, though it is named like one")
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
            raise IngestError("is encrypted; save it without a password") from None
        raise IngestError("is damaged: no PDF can be read from it; get it again") from None
    count = len(pdf)
    if count > MOST_PAGES:
        raise IngestError(f"has {count:,} pages, and {MOST_PAGES:,} are taken; cut it into several documents")
    try:
        pages = [list(_lines(pdf, number)) for number in range(count)]
    except pdfium.PdfiumError as error:
        raise IngestError(f"is damaged: a page cannot be read ({error})") from None
    if not any(pages):
        raise IngestError(
            "has no text, only pictures of pages; have a program recognise the text (OCR) first"
        )
    about = pdf.get_metadata_dict()
    title = about.get("Title", "").strip()
    made = re.match(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?", about.get("CreationDate", ""))
    return Document(
        tuple(_paragraphs([line for page in _without_margins(pages) for line in page])),
        title="" if _JUNK.fullmatch(title) else title,
        authors=names(about.get("Author", "")),
        published="-".join(filter(None, made.groups())) if made else "",
        dated_by=FILE_MADE,
    )


def _lines(pdf: pdfium.PdfDocument, number: int) -> Iterator[_Line]:
    page = pdf[number]
    content = page.get_textpage()
    text = content.get_text_range()
    placed = len(text) == content.count_chars()
    start = 0
    for line in text.split("\n"):
        bare = line.rstrip()
        if bare and placed:
            first, last = start + len(bare) - len(bare.lstrip()), start + len(bare) - 1
            yield _placed(content, bare.lstrip(), number + 1, first, last)
        elif bare:
            yield _Line(bare.lstrip(), number + 1)
        start += len(line) + 1
    content.close()
    page.close()


def _placed(content: pdfium.PdfTextPage, text: str, page: int, first: int, last: int) -> _Line:
    """Return a line with where it stands, by its first and its last letter."""
    sizes = [pdfium.raw.FPDFText_GetFontSize(content, at) for at in (first, last)]
    x, y = c_double(), c_double()
    pdfium.raw.FPDFText_GetCharOrigin(content, last, x, y)
    _, bottom, right, top = content.get_charbox(last, loose=True)
    return _Line(
        text, page, content.get_charbox(first)[0], right, y.value, top - bottom, (sizes[0], sizes[1])
    )


def _without_margins(pages: Sequence[Sequence[_Line]]) -> Iterator[Sequence[_Line]]:
    """Yield the pages without their numbers, and without what stands at one place of the edge of many.

    That is a line on most pages, or one on a few that ends or begins with the number of its page.
    """
    edges = Counter(
        key for page in pages for key in {k for line in (*page[:2], *page[-2:]) for k in _marks(line)}
    )
    often = max(_FEW, len(pages) // 2)

    def is_furniture(line: _Line) -> bool:
        words, *counted = _marks(line)
        repeated = edges[words] >= often or any(edges[one] >= _FEW for one in counted)
        number = _NUMBER.fullmatch(line.text)
        return repeated or bool(_ROMAN.fullmatch(line.text)) or bool(number and int(number[1]) == line.page)

    for page in pages:
        kept = list(page)
        for edge in (0, -1):
            for _ in range(2):
                if kept and is_furniture(kept[edge]):
                    del kept[edge]
        yield kept


def _marks(line: _Line) -> Iterator[tuple[str | int, int]]:
    """Yield what a running head has in common with the next: its words, and how it counts the pages."""
    place = round(line.base / 2)
    yield re.sub(r"\d+", "#", line.text), place
    if found := _NUMBER.fullmatch(line.text) or _FIRST.match(line.text) or _LAST.search(line.text):
        yield int(found[1]) - line.page, place


def _paragraphs(lines: Sequence[_Line]) -> Iterator[Paragraph]:
    steps = [a.base - b.base for a, b in pairwise(lines) if a.page == b.page and a.base > b.base]
    usual = median(steps) if steps else 0.0
    edge = max((line.right for line in lines), default=0.0)
    words, page = "", 0
    for before, line in zip((None, *lines), lines, strict=False):
        if before is not None and not _is_border(before, line, usual, edge):
            broken = _HYPHEN.search(words)
            words = f"{words[: broken.start()]}{line.text}" if broken else f"{words} {line.text}"
            continue
        if words:
            yield Paragraph(words, page=page)
        words, page = line.text, line.page
    if words:
        yield Paragraph(words, page=page)


def _is_border(before: _Line, line: _Line, usual: float, edge: float) -> bool:
    """Whether a paragraph ends between two lines."""
    ended = bool(_ENDED.search(before.text))
    step = before.base - line.base
    if before.page != line.page or step < -before.height:  # on the next page, or in the next column
        return not _HYPHEN.search(before.text) and (ended or not line.text[0].islower())
    if _BULLET.match(line.text):
        return True
    if all(abs(one - other) > 0.1 * one for one in before.sizes for other in line.sizes):  # a heading
        return step > 0.3 * before.height
    indented = line.left - before.left > 0.7 * line.height
    short = before.right < 0.8 * edge
    return step > _WIDER * usual or (ended and (indented or short))
