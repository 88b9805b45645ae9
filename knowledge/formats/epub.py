"""Books in EPUB: the chapters in the order of reading; pages where the book says where a printed one ends."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree, html

from knowledge.errors import IngestError
from knowledge.formats import Document
from knowledge.formats.archives import member, opened, parsed, refuse_entities
from knowledge.paragraphs import Paragraph
from knowledge.sources import is_web_address

_NAMES = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "o": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "e": "http://www.w3.org/2001/04/xmlenc#",
}
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""How fonts are made unreadable outside a book, which does not concern its text."""

_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "br",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "del",
        "kbd",
        "mark",
        "q",
        "ruby",
        "rb",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    }
)
_LEFT_OUT = frozenset(
    {"head", "script", "style", "nav", "svg", "math", "audio", "video", "rt", "rp", "template"}
)
_PAGE = "{http://www.idpf.org/2007/ops}type"


def read(data: bytes, file: Path) -> Document:
    """Return what a book says; raises `IngestError`."""
    with opened(data, "EPUB") as archive:
        _refuse_protected(archive)
        (place, *_) = parsed(archive, "META-INF/container.xml").xpath(
            "//c:rootfile/@full-path", namespaces=_NAMES
        ) or [""]
        package = parsed(archive, place)
        paragraphs = tuple(_paragraphs(archive, package, posixpath.dirname(place)))

    def said(name: str) -> list[str]:
        return [text.strip() for text in package.xpath(f"//dc:{name}//text()", namespaces=_NAMES)]

    addresses = [text for text in (*said("source"), *said("identifier")) if is_web_address(text)]
    return Document(
        paragraphs,
        title=next(iter(said("title")), ""),
        authors=tuple(said("creator")),
        publisher=next(iter(said("publisher")), ""),
        published=next(iter(said("date")), ""),
        url=next(iter(addresses), ""),
    )


def _refuse_protected(archive: ZipFile) -> None:
    if "META-INF/encryption.xml" in archive.namelist():
        used = parsed(archive, "META-INF/encryption.xml").xpath(
            "//e:EncryptedData/e:EncryptionMethod/@Algorithm", namespaces=_NAMES
        )
        if not set(used) <= set(_FONTS):
            raise IngestError("is encrypted by its publisher; only a copy without protection can be read")


def _paragraphs(archive: ZipFile, package: Any, folder: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of the chapters that the spine of a book names."""
    chapters = {
        item.get("id"): item.get("href", "")
        for item in package.iterfind(".//o:manifest/o:item", _NAMES)
        if item.get("media-type") in ("application/xhtml+xml", "text/html")
        and "nav" not in item.get("properties", "").split()
    }
    page: int | None = None
    for step in package.iterfind(".//o:spine/o:itemref", _NAMES):
        if (href := chapters.get(step.get("idref"))) is None:
            continue
        data = member(archive, posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))))
        refuse_entities(data, href)
        for began, text in _blocks(data, page):
            page = began
            if text:
                yield Paragraph(text, page=began)


def _blocks(data: bytes, page: int | None) -> Iterator[tuple[int | None, str]]:
    """Yield each block of a chapter with the page it begins on; at last nothing, with the page reached."""
    parser = html.HTMLParser(encoding=None if b"charset" in data[:1000] else "utf-8", huge_tree=False)
    try:
        tree = html.fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        yield page, ""
        return
    words: list[str] = []
    began = page
    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if number := _page_of(element):
                page = number
            if tag in _LEFT_OUT:
                walk.skip_subtree()
        if tag and tag not in _INLINE:
            yield began, "".join(words)
            words, began = [], page
        said = (element.tail if event != "start" else "" if tag in _LEFT_OUT else element.text) or ""
        if tag == "br" and event == "start":
            said = " "
        if not "".join(words).strip():
            began = page
        words.append(said)
    yield began, "".join(words)
    yield page, ""


def _page_of(element: Any) -> int | None:
    """Return the page that begins at an element, if it marks one by number."""
    kind = f"{element.get(_PAGE, '')} {element.get('epub:type', '')} {element.get('role', '')}"
    if "pagebreak" not in kind:
        return None
    named = (element.get("title"), element.get("aria-label"), element.text)
    return next(
        (int(name.strip()) for name in named if name and name.strip().isdecimal() and len(name) < 7), None
    )
