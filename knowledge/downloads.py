"""Replies as files: CSV for spreadsheets, ICS for calendars, a bibliography, and plain text.

A file says what the reply says and nothing else: computed values and gaps are rows that name themselves, a
date known to the month stays one, and the same reply gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Kind, SeriesFigures, Status
from knowledge.citations import Citation
from knowledge.exports import Figure, Part, Receipt
from knowledge.periods import Period
from knowledge.plaintext import plain_text
from knowledge.sources import Source
from knowledge.timeline import Event
from knowledge.wording import date_in_words, headline, wording_of

if TYPE_CHECKING:
    import icalendar

Sources = Mapping[str, Source]
Cell = str | Decimal | None
Cells = tuple[Cell, ...]


class Format(StrEnum):
    """A form in which a reply can be taken away."""

    CSV = "csv"
    ICS = "ics"
    BIBLIOGRAPHY = "bibliography"
    TEXT = "text"


LABELS: Mapping[Format, tuple[str, str]] = {
    Format.CSV: ("CSV", "The rows, or the passages cited, for a spreadsheet"),
    Format.ICS: ("ICS", "The events for a calendar"),
    Format.BIBLIOGRAPHY: ("Bibliography", "The sources cited, ready to paste"),
    Format.TEXT: ("Plain text", "The whole reply, uncut"),
}
"""The name of each format, and what it is for."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name and its bytes."""

    filename: str
    data: bytes


def formats(answer: Answer) -> tuple[Format, ...]:
    """Return the formats in which a reply can be had; none for an error."""
    if answer.status is Status.ERROR:
        return ()
    has = {
        Format.CSV: bool(answer.figures or answer.events or answer.citations),
        Format.ICS: bool(answer.events),
        Format.BIBLIOGRAPHY: bool(_cited_sources(answer)),
        Format.TEXT: True,
    }
    return tuple(format_ for format_ in Format if has[format_])


def download(answer: Answer, format_: Format, sources: Sources) -> Download:
    """Make the file of a reply in one of its `formats`; `sources` are those of the library, by id.

    Raises `ValueError` for a format that the reply does not have.
    """
    if format_ not in formats(answer):
        raise ValueError(f"this reply cannot be had as {format_}")
    match format_:
        case Format.CSV:
            return Download(f"{_stem(answer)}.csv", _csv(answer, sources))
        case Format.ICS:
            return Download(f"{_stem(answer)}.ics", _calendar(answer, sources))
        case Format.BIBLIOGRAPHY:
            return Download(f"{_stem(answer)}-sources.txt", _bibliography(answer, sources).encode())
    return Download(f"{_stem(answer)}.txt", f"{plain_text(answer)}\n\n{_colophon(answer)}\n".encode())


def _stem(answer: Answer) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", answer.question.lower()).strip("-")
    return words[:48].strip("-") or str(answer.kind)


def _colophon(answer: Answer) -> str:
    return f"Asked: {answer.question}\nLibrary version: {answer.version}"


# --- CSV --------------------------------------------------------------------------------------------------


def _csv(answer: Answer, sources: Sources) -> bytes:
    header, rows = _table(answer, sources)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    # The mark at the start tells spreadsheet programs that this is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _table(answer: Answer, sources: Sources) -> tuple[tuple[str, ...], Iterator[Cells]]:
    if answer.figures or answer.receipts:
        return _FIGURE_COLUMNS, _figure_rows(answer, sources)
    if answer.events:
        return _EVENT_COLUMNS, _event_rows(answer, sources)
    return _CITATION_COLUMNS, _citation_rows(answer, sources)


def _cell(value: Cell) -> str:
    """Write a cell; a text that a spreadsheet would run as a formula is defused with an apostrophe.

    Rule: OWASP, CSV Injection. Numbers are written as such, without separators.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = value or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


_FIGURE_COLUMNS = (
    *("row", "series", "period", "first_day", "last_day", "category", "value", "unit", "qualifier"),
    *("precision", "basis", "inferred_from", "note", "citations", "urls"),
)


def _figure_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    for block in answer.figures:
        yield from _series_rows(block, sources)
        for total in block.totals:
            yield _figure_row("stated total", total, sources)
    for receipt in answer.receipts:
        yield _computed_row(receipt, sources)


def _series_rows(block: SeriesFigures, sources: Sources) -> Iterator[Cells]:
    for period, figure in block.rows:
        if figure is None:
            blank = ("", None, "", "", "no figure", "", "", "", "", "")
            yield ("no figure", block.series.id, *_span(period), *blank)
            continue
        yield _figure_row("figure", figure, sources)
        for part in figure.parts:
            yield _part_row(figure, part, sources)


def _figure_row(kind: str, figure: Figure, sources: Sources) -> Cells:
    return (
        *(kind, figure.series, *_span(figure.period), "", figure.value, figure.unit, figure.qualifier),
        *(figure.precision, figure.basis, figure.inferred_from, figure.note),
        *_addresses(figure.citations, sources),
    )


def _part_row(figure: Figure, part: Part, sources: Sources) -> Cells:
    value = part.share if part.value is None else part.value
    return (
        *("part", figure.series, *_span(figure.period), part.category, value, part.unit, part.qualifier),
        *(figure.precision, figure.basis, figure.inferred_from, ""),
        *_addresses(part.citations, sources),
    )


def _computed_row(receipt: Receipt, sources: Sources) -> Cells:
    periods = [row.period for row in receipt.rows]
    span = (min(p.first for p in periods), max(p.last for p in periods)) if periods else None
    series = " ".join(dict.fromkeys(row.series for row in receipt.rows))
    days = _span(Period.between(*span)) if span else ("", "", "")
    return (
        *("computed", series, *days, receipt.label, receipt.value, receipt.unit),
        *("about" if receipt.approximate else "", "computed", "", "", f"{receipt.formula}. {receipt.caveat}"),
        *_addresses(receipt.citations, sources),
    )


_EVENT_COLUMNS = (
    *("date", "first_day", "last_day", "precision", "basis", "inferred_from", "status", "title", "summary"),
    *("actors", "topics", "citations", "urls"),
)


def _event_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    for event in answer.events:
        yield (
            *(*_span(event.date), event.date.precision, event.basis, event.inferred_from, event.status),
            *(event.title, event.summary, "; ".join(event.actors), "; ".join(event.topics)),
            *_addresses(event.citations, sources),
        )


_CITATION_COLUMNS = ("citation", "source_title", "publisher", "published", "wording", "text", "url")


def _citation_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    excerpts = {excerpt.citation: excerpt for excerpt in answer.excerpts}
    for citation in answer.citations:
        source, excerpt = sources.get(citation.source), excerpts.get(citation)
        about = (source.title, source.publisher, source.published.isoformat()) if source else ("", "", "")
        text = (wording_of(excerpt), excerpt.text) if excerpt else ("", "")
        yield (str(citation), *about, *text, source.url if source else "")


def _span(period: Period) -> tuple[str, str, str]:
    first = "" if period.open_start else period.first.isoformat()
    last = "" if period.open_end else period.last.isoformat()
    return period.key(), first, last


def _addresses(citations: Iterable[Citation], sources: Sources) -> tuple[str, str]:
    citations = tuple(citations)
    return "; ".join(map(str, citations)), " ".join(_urls(citations, sources))


def _urls(citations: Iterable[Citation], sources: Sources) -> Iterable[str]:
    return dict.fromkeys(sources[c.source].url for c in citations if c.source in sources)


# --- calendar ---------------------------------------------------------------------------------------------


def _calendar(answer: Answer, sources: Sources) -> bytes:
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//aid-policy-history-bot//timeline//EN")
    calendar.add("version", "2.0")
    for event in answer.events:
        if event.date.open_start or event.date.open_end:
            continue
        calendar.add_component(_entry(icalendar.Event(), event, sources))
    return bytes(calendar.to_ical())


def _entry(entry: icalendar.Event, event: Event, sources: Sources) -> icalendar.Event:
    """Fill a calendar entry: all days that the date may mean, which do not block anybody's time."""
    urls = tuple(_urls(event.citations, sources))
    entry.add("uid", f"{event.id}@aid-policy-history-bot")
    entry.add("dtstamp", _stamp(event, sources))
    entry.add("dtstart", event.date.first)
    entry.add("dtend", event.date.last + timedelta(1))
    entry.add("summary", headline(event))
    date = f"Date: {date_in_words(event)}."
    addresses = f"Citations: {'; '.join(map(str, event.citations))}"
    entry.add("description", "\n".join((event.summary, date, addresses, *urls)))
    entry.add("status", "TENTATIVE" if event.status == "expected" else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    if event.topics:
        entry.add("categories", list(event.topics))
    if urls:
        entry.add("url", urls[0])
    return entry


def _stamp(event: Event, sources: Sources) -> datetime:
    """Return the day of the newest source: a stamp of the present would make each file another one."""
    days = [sources[c.source].published for c in event.citations if c.source in sources]
    return datetime.combine(max(days, default=event.date.last), time(), UTC)


# --- bibliography -----------------------------------------------------------------------------------------


def _cited_sources(answer: Answer) -> dict[str, list[Citation]]:
    """Return what is cited of each source, in the order of importance."""
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.source, []).append(citation)
    if answer.kind is Kind.SOURCES:
        cited |= {source.id: [] for source in answer.sources}
    return cited


def _bibliography(answer: Answer, sources: Sources) -> str:
    entries = [
        _reference(sources[id_], citations)
        for id_, citations in _cited_sources(answer).items()
        if id_ in sources
    ]
    return "\n\n".join((*entries, _colophon(answer))) + "\n"


def _reference(source: Source, citations: list[Citation]) -> str:
    authors = f"{', '.join(source.authors)}. " if source.authors else ""
    title = f"[{source.title}]" if source.title_is_label else f"“{source.title}”"
    label = " The title is our description: our copy has no headline." if source.title_is_label else ""
    credit = f" {source.credit.rstrip('.')}." if source.credit else ""
    cited = f"\nCited: {', '.join(map(str, citations))}" if citations else ""
    return (
        f"{authors}{title}. {source.byline} ({source.published_basis}).{credit}{label}\n{source.url}{cited}"
    )
