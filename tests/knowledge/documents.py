"""Documents made by hand, small and in every format that an archive may hold; some are meant to do harm."""

from __future__ import annotations

import re
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import docx

GRAIN = (
    "The harbour board of Larnow has agreed to let grain ships back into port after a closure of 14 months, "
    "according to three harbour pilots."
)
COST = (
    "Repairs to the breakwater cost $12.4 million, about a third of it paid by the region. Insurers still "
    "demand a premium of two percent on every voyage."
)
AUTUMN = "Nobody expects a cut before autumn."
PARAGRAPHS = (GRAIN, COST, AUTUMN)

Line = tuple[float, float, str]


# PDF


def page(paragraphs: Sequence[str], head: str = "", number: str = "") -> list[Line]:
    """Lay paragraphs out on a page: lines of 70 letters, with a gap between paragraphs."""
    lines: list[Line] = [(72, 810, head)] if head else []
    y = 780
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, 70):
            lines.append((72, y, line))
            y -= 14
        y -= 10
    return [*lines, (290, 40, number)] if number else lines


def pdf(pages: Sequence[Sequence[Line]], about: str = "", trailer: str = "") -> bytes:
    """Write pages of lines as a PDF; `about` are the entries of what it says of itself."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {about} >>",
    ]
    kids = []
    for lines in pages:
        shown = (f"1 0 0 1 {x} {y} Tm ({_escaped(text)}) Tj" for x, y, text in lines)
        objects.append(stream("", f"BT /F1 11 Tf {' '.join(shown)} ET"))
        objects.append(_page(len(objects), "/Font << /F1 3 0 R >>"))
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _written(objects, f"/Info 4 0 R {trailer}")


def endless_pdf() -> bytes:
    """Write a PDF of ten forms, each of which shows ten others, and so on: far too many words."""
    depth = 12
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _page(5, "/XObject << /X 6 0 R >>"),
        stream("", "/X Do"),
    ]
    form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources"
    objects += (
        stream(f"{form} << /XObject << /X {at} 0 R >> >>", "/X Do " * 10) for at in range(7, 6 + depth)
    )
    objects.append(stream(f"{form} << /Font << /F1 3 0 R >> >>", "BT /F1 11 Tf 72 700 Td (flour) Tj ET"))
    return _written(objects)


def encrypted_pdf() -> bytes:
    """Write a PDF that asks for a password."""
    keys = "/O <" + "11" * 32 + "> /U <" + "22" * 32 + ">"
    handler = f"/Encrypt << /Filter /Standard /V 1 /R 2 {keys} /P -4 >> /ID [<{'33' * 16}> <{'33' * 16}>]"
    return pdf([page(PARAGRAPHS)], trailer=handler)


def stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def _page(content: int, resources: str) -> str:
    box = "/MediaBox [0 0 595 842]"
    return f"<< /Type /Page /Parent 2 0 R {box} /Contents {content} 0 R /Resources << {resources} >> >>"


def _escaped(text: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", text).replace("•", r"\225")


def _written(objects: Sequence[str], trailer: str = "") -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    size = len(objects) + 1
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


# HTML

HEAD = (
    "<title>Winter in Dorvik | Dorvik Archive</title>"
    '<meta property="og:title" content="Winter in Dorvik">'
    '<meta property="article:published_time" content="2019-02-03">'
    '<meta name="author" content="Jan Sorel"><meta property="og:site_name" content="Dorvik Archive">'
    '<link rel="canonical" href="https://example.org/winter">'
)


def html(paragraphs: Sequence[str] = PARAGRAPHS, head: str = HEAD) -> bytes:
    """Write an article with a page around it."""
    article = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/all'>All articles</a></li></ul></nav>"
    foot = "<footer><p>Subscribe to our newsletter</p><p>© Dorvik Archive</p></footer>"
    body = f"{menu}<article><h1>Winter in Dorvik</h1>{article}</article>{foot}"
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>".encode()
    )


# DOCX and EPUB


def word(paragraphs: Sequence[str] = PARAGRAPHS, title: str = "Grain report") -> bytes:
    """Write a Word document of two pages with a table on the second."""
    document: Any = docx.Document()
    about = document.core_properties
    about.title, about.author, about.created = title, "Jan Sorel; Mira Osten", datetime(2020, 5, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.add_page_break()
    document.add_paragraph("On the second page there is flour.")
    table = document.add_table(2, 2)
    for row, texts in zip(table.rows, (("County", "Tonnes"), ("Dorvik", "120")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    data = BytesIO()
    document.save(data)
    return data.getvalue()


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
    "<dc:title>Harbours</dc:title><dc:creator>Ann Author</dc:creator><dc:date>2011</dc:date>"
    "<dc:publisher>Larnow Press</dc:publisher><dc:identifier>https://example.org/harbours</dc:identifier>"
    '</metadata><manifest><item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="one" href="one%20.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
    '<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>'
)


def chapter(body: str) -> str:
    names = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
    return f'<?xml version="1.0"?><html {names}><head><title>No text</title></head><body>{body}</body></html>'


BOOK: Mapping[str, str] = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/content.opf": PACKAGE,
    "OEBPS/nav.xhtml": chapter("<p>Contents</p>"),
    "OEBPS/one .xhtml": chapter(
        '<h1>Grain</h1><span epub:type="pagebreak" title="7"/><p>The café is <em>closed</em> in Larnow.</p>'
        '<p>It opens<span epub:type="pagebreak" title="8"></span> again in May.</p>'
    ),
    "OEBPS/two.xhtml": chapter("<div>Flour came<p>by ship</p>and by rail.</div><script>alert(1)</script>"),
}


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """Write members as a zip archive, which an EPUB is."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
