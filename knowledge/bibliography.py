"""Bibliographies: the sources that a reply cites, as plain text, as BibTeX and as CSL-JSON.

A date is given as far as it is known, that of a file only in a note, and a title that is our description
stands in brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.citations import Citation
from knowledge.languages import gettext
from knowledge.sources import Source

Cited = Sequence[tuple[Source, Sequence[Citation]]]
"""Each source with what is cited of it, in the order of importance."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_TEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{mark: f"\\{mark}" for mark in "$&%#_"},
}
_TYPES: Mapping[str, str] = {
    "article": "article-newspaper",
    "editorial": "article-newspaper",
    "report": "report",
    "dataset": "dataset",
}
"""What the kinds of source are called in CSL; any other is a document."""

_BIBTEX: Mapping[str, tuple[str, str]] = {
    "article-newspaper": ("article", "journal"),
    "report": ("techreport", "institution"),
}
"""The type of entry and the name of the publisher’s field in BibTeX; any other is “misc”."""


def plain_references(cited: Cited) -> str:
    """Write the sources as paragraphs of plain text."""
    return "\n\n".join(_reference(source, citations) for source, citations in cited)


def _reference(source: Source, citations: Sequence[Citation]) -> str:
    authors = f"{', '.join(source.authors)}. " if source.authors else ""
    title = f"[{source.title}]" if source.title_is_label else f"“{source.title}”"
    ours = gettext("The title is our description: our copy has no headline.")
    label = f" {ours}" if source.title_is_label else ""
    credit = f" {source.credit.rstrip('.')}." if source.credit else ""
    refs = _with_pages(source, citations)
    cited = f"\n{gettext('Cited: {citations}', citations=refs)}" if citations else ""
    return (
        f"{authors}{title}. {source.byline} ({source.published_basis}).{credit}{label}\n{source.url}{cited}"
    )


def pages_of(source: Source, citations: Sequence[Citation]) -> Mapping[Citation, int]:
    """Return on which pages the passages cited begin, as far as their source has pages."""
    pages = {passage.ref: passage.page for passage in source.passages}
    found = ((citation, pages.get(citation.ref)) for citation in citations)
    return {citation: page for citation, page in found if page is not None}


def _with_pages(source: Source, citations: Sequence[Citation]) -> str:
    pages = pages_of(source, citations)
    return ", ".join(
        gettext("{citation} (p. {page})", citation=citation, page=pages[citation])
        if citation in pages
        else str(citation)
        for citation in citations
    )


def _pages(source: Source, citations: Sequence[Citation]) -> str:
    """Write the pages cited, each once and in their order, as both formats list them."""
    return ", ".join(map(str, sorted(set(pages_of(source, citations).values()))))


def bibtex(cited: Cited) -> str:
    """Write the sources as BibTeX entries, in UTF-8, each under its id.

    Marks that TeX reads are escaped; braces by words, because BibTeX counts even escaped ones. A title is in
    two pairs of braces, so that its capitals stay. Format: Oren Patashnik, BibTeXing (1988).
    """
    return "\n\n".join(_entry(source, citations) for source, citations in cited) + "\n"


def _entry(source: Source, citations: Sequence[Citation]) -> str:
    type_, publisher = _BIBTEX.get(_TYPES.get(source.kind, ""), ("misc", "howpublished"))
    fields = {
        "author": " and ".join(map(_author, source.authors)),
        "title": f"{{{_tex(_title(source))}}}",
        publisher: _tex(source.publisher),
        **_date_fields(source),
        "pages": _pages(source, citations),
        "url": _plain_url(source.url),
        "note": _tex(_note(source, citations)),
    }
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'}"
        for name, value in fields.items()
        if value
    ]
    return "\n".join((f"@{type_}{{{source.id},", ",\n".join(lines), "}"))


def _author(name: str) -> str:
    """Write a name; one with a comma or an “and” in it is kept together."""
    name = _tex(name)
    return f"{{{name}}}" if re.search(r",|\band\b", name, re.IGNORECASE) else name


def _date_fields(source: Source) -> dict[str, str]:
    if source.published is None or not source.issued:
        return {"year": "n.d."}
    day = source.published
    fields = {"year": f"{day.year}", "month": _MONTHS[day.month - 1], "day": f"{day.day}"}
    known = {"year": 1, "month": 2, "day": 3}[source.published_precision]
    return dict(list(fields.items())[:known])


def _tex(text: str) -> str:
    return "".join(_TEX.get(mark, mark) for mark in " ".join(text.split()))


def _plain_url(url: str) -> str:
    """Return an address in which nothing is left that would close the field."""
    return re.sub(r"[{}\\\s]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def csl_json(cited: Cited) -> str:
    """Write the sources as CSL-JSON, which reference managers read. Schema: citation-style-language 1.0."""
    items = [_item(source, citations) for source, citations in cited]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(source: Source, citations: Sequence[Citation]) -> dict[str, Any]:
    type_ = _TYPES.get(source.kind, "document")
    place = "container-title" if type_ == "article-newspaper" else "publisher"
    item: dict[str, Any] = {
        "id": source.id,
        "type": type_,
        "title": _title(source),
        place: source.publisher,
        "URL": source.url,
        "note": _note(source, citations),
    }
    if pages := _pages(source, citations):
        item["locator"] = pages
    if source.authors:
        item["author"] = [{"literal": name} for name in source.authors]
    if source.issued:
        parts = [int(part) for part in source.issued.split("-")]
        item["issued"] = {"date-parts": [parts]}
    return item


def _title(source: Source) -> str:
    return f"[{source.title}]" if source.title_is_label else source.title


def _date_of_file(source: Source) -> str:
    """Write the date that no field has, because it is not one of publication."""
    return "" if source.issued == source.published_key else f" ({source.published_key})"


def _note(source: Source, citations: Sequence[Citation]) -> str:
    notes = (
        "The title is our description" if source.title_is_label else "",
        f"Date: {source.published_basis}{_date_of_file(source)}",
        source.credit.rstrip("."),
        f"Cited: {_with_pages(source, citations)}" if citations else "",
    )
    return ". ".join(filter(None, notes)) + "."
