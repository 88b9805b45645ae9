"""Replies as files: CSV for spreadsheets, receipts, ICS for calendars, Markdown, bibliographies, plain text.

A file says what the reply says and nothing else: computed values and gaps are rows that name themselves, a
date known to the month stays one, and the same reply gives the same bytes. What programs read is in English
for every reader, and so is the reply that it is made of: `written_in` says so.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Kind, SeriesFigures, Status
from knowledge.bibliography import Cited, bibtex, csl_json, pages_of, plain_references
from knowledge.citations import Citation
from knowledge.exports import Absence, Figure, Part, Receipt, span
from knowledge.holdings import SeriesHoldings
from knowledge.languages import ENGLISH, gettext, speaking, spoken, translatable
from knowledge.periods import Period
from knowledge.plaintext import plain_text
from knowledge.receipts import receipt_text
from knowledge.sources import Source
from knowledge.timeline import Event
from knowledge.wording import claim_in_words, date_in_words, dispute_in_words, headline, wording_of

if TYPE_CHECKING:
    import icalendar

Sources = Mapping[str, Source]
Cell = str | Decimal | None
Cells = tuple[Cell, ...]


class Format(StrEnum):
    """A form in which a reply can be taken away."""

    CSV = "csv"
    RECEIPT = "receipt"
    ICS = "ics"
    MARKDOWN = "markdown"
    BIBLIOGRAPHY = "bibliography"
    BIBTEX = "bibtex"
    CSL = "csl"
    TEXT = "text"


LABELS: Mapping[Format, tuple[str, str]] = {
    Format.CSV: ("CSV", translatable("The rows, or the passages cited, for a spreadsheet")),
    Format.RECEIPT: (
        translatable("Receipt"),
        translatable("How each value was computed: rows, formula, rounding"),
    ),
    Format.ICS: ("ICS", translatable("The events for a calendar")),
    Format.MARKDOWN: (translatable("Markdown"), translatable("The events with footnotes")),
    Format.BIBLIOGRAPHY: (translatable("Bibliography"), translatable("The sources cited, ready to paste")),
    Format.BIBTEX: ("BibTeX", translatable("The sources cited, for LaTeX")),
    Format.CSL: ("CSL-JSON", translatable("The sources cited, for reference managers")),
    Format.TEXT: (translatable("Plain text"), translatable("The whole reply, uncut")),
}
"""The name of each format, and what it is for, in English: `gettext` says them."""

_FOR_PROGRAMS = frozenset({Format.CSV, Format.ICS, Format.BIBTEX, Format.CSL})


def written_in(format_: Format) -> str:
    """Return the language of a file: that spoken, or English for what programs read."""
    return ENGLISH if format_ in _FOR_PROGRAMS else spoken()


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name and its bytes."""

    filename: str
    data: bytes


def formats(answer: Answer) -> tuple[Format, ...]:
    """Return the formats in which a reply can be had; none for an error."""
    if answer.status is Status.ERROR:
        return ()
    sourced = bool(_cited_sources(answer))
    has = {
        Format.CSV: bool(
            answer.citations or answer.figures or answer.events or answer.sources or answer.holdings
        ),
        Format.RECEIPT: bool(answer.receipts),
        Format.ICS: bool(answer.events),
        Format.MARKDOWN: bool(answer.events),
        **dict.fromkeys(_BIBLIOGRAPHIES, sourced),
        Format.TEXT: True,
    }
    return tuple(format_ for format_ in Format if has[format_])


def download(answer: Answer, format_: Format, sources: Sources) -> Download:
    """Make the file of a reply in one of its `formats`; `sources` are those of the library, by id.

    The reply is in the language in which the file is `written_in`. Raises `ValueError` for a format that it
    does not have.
    """
    if format_ not in formats(answer):
        raise ValueError(f"this reply cannot be had as {format_}")
    with speaking(written_in(format_)):
        return _made(answer, format_, sources)


def _made(answer: Answer, format_: Format, sources: Sources) -> Download:
    match format_:
        case Format.CSV:
            return Download(f"{_stem(answer)}.csv", _csv(answer, sources))
        case Format.ICS:
            return Download(f"{_stem(answer)}.ics", _calendar(answer, sources))
        case Format.RECEIPT:
            return Download(f"{_stem(answer)}-receipt.txt", receipt_text(answer, sources).encode())
        case Format.MARKDOWN:
            return Download(f"{_stem(answer)}.md", _markdown(answer, sources).encode())
        case Format.BIBLIOGRAPHY | Format.BIBTEX | Format.CSL:
            suffix, write = _BIBLIOGRAPHIES[format_]
            text = write([(sources[id_], c) for id_, c in _cited_sources(answer).items() if id_ in sources])
            ends = f"\n\n{_colophon(answer)}\n" if format_ is Format.BIBLIOGRAPHY else ""
            return Download(f"{_stem(answer)}-sources.{suffix}", f"{text}{ends}".encode())
    return Download(f"{_stem(answer)}.txt", f"{plain_text(answer)}\n\n{_colophon(answer)}\n".encode())


def _stem(answer: Answer) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", answer.question.lower()).strip("-")
    return words[:48].strip("-") or str(answer.kind)


def _colophon(answer: Answer) -> str:
    return gettext(
        "Asked: {question}\nLibrary version: {version}", question=answer.question, version=answer.version
    )


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
    if answer.corrections:
        return _CORRECTION_COLUMNS, _correction_rows(answer, sources)
    if answer.holdings:
        return _HOLDING_COLUMNS, _holding_rows(answer)
    if answer.sources:
        return _SOURCE_COLUMNS, _source_rows(answer)
    paged = any(pages_of(sources[id_], c) for id_, c in _cited_sources(answer).items() if id_ in sources)
    columns = (*_CITATION_COLUMNS, "page") if paged else _CITATION_COLUMNS
    return columns, (row[: len(columns)] for row in _citation_rows(answer, sources))


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
        if isinstance(figure, Absence):
            yield _absence_row(figure, sources)
            continue
        yield _figure_row("figure", figure, sources)
        for part in figure.parts:
            yield _part_row(figure, part, sources)


def _absence_row(absence: Absence, sources: Sources) -> Cells:
    blank = ("", None, "", "", absence.meaning, "", "", "")
    where = _addresses(absence.citations, sources)
    return (absence.meaning, absence.series, *_span(absence.period), *blank, *where)


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
    series = "; ".join(dict.fromkeys(row.series for row in receipt.rows))
    days = _span(span(receipt.rows)) if receipt.rows else ("", "", "")
    return (
        *("computed", series, *days, receipt.label, receipt.value, receipt.unit),
        *(receipt.hedge, "computed", "", "", _how(receipt)),
        *_addresses(receipt.citations, sources),
    )


def _how(receipt: Receipt) -> str:
    missing = f" Without a figure: {'; '.join(receipt.missing)}." if receipt.missing else ""
    return f"{receipt.formula}. {receipt.caveat}{missing}"


_EVENT_COLUMNS = (
    *("date", "first_day", "last_day", "precision", "basis", "inferred_from", "status", "title", "summary"),
    *("actors", "topics", "disputed", "citations", "urls"),
)


def _event_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    for event in answer.events:
        yield (
            *(*_span(event.date), event.date.precision, event.basis, event.inferred_from, event.status),
            *(event.title, event.summary, "; ".join(event.actors), "; ".join(event.topics)),
            " ".join(_disputed(event, answer)),
            *_addresses(event.citations, sources),
        )


def _disputed(event: Event, answer: Answer) -> Iterator[str]:
    """Yield a line for each thing about an event on which the sources differ, with all sides of it."""
    for dispute in answer.disputes:
        if event.id in dispute.events:
            sides = (f"{claim_in_words(c)} [{'; '.join(map(str, c.citations))}]" for c in dispute.claims)
            yield f"{dispute_in_words(dispute)} {' / '.join(sides)}."


_CITATION_COLUMNS = ("citation", "source_title", "publisher", "published", "wording", "text", "url")


def _citation_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    excerpts = {excerpt.citation: excerpt for excerpt in answer.excerpts}
    for citation in answer.citations:
        source, excerpt = sources.get(citation.source), excerpts.get(citation)
        about = (source.title, source.publisher, source.issued) if source else ("", "", "")
        text = (wording_of(excerpt), excerpt.text) if excerpt else ("", "")
        page = pages_of(source, (citation,)).get(citation) if source else None
        address = source.url if source else ""
        yield (str(citation), *about, *text, address, None if page is None else Decimal(page))


_CORRECTION_COLUMNS = ("day", "what", "before", "after", "why", "rows", "citations", "urls")


def _correction_rows(answer: Answer, sources: Sources) -> Iterator[Cells]:
    for one in answer.corrections:
        said = (one.day.isoformat(), one.what, one.before, one.after, one.why, "; ".join(one.rows))
        yield (*said, *_addresses(one.citations, sources))


_HOLDING_COLUMNS = (
    *("row", "id", "name", "first_day", "last_day", "sources", "events", "people", "faq_entries"),
    *("known_unknowns", "figures", "precision", "unit", "source", "vintage", "last_checked", "url"),
)


def _holding_rows(answer: Answer) -> Iterator[Cells]:
    """Write a row for each collection, whose days are those of its events, and for each series."""
    for held in answer.holdings:
        dates = [event.date for event in held.events]
        days = (
            _ends(Period.between(min(d.first for d in dates), max(d.last for d in dates)))
            if dates
            else ("", "")
        )
        counts = (len(held.sources), len(held.events), held.people, held.entries, held.unknowns)
        read = max((source.read_on.isoformat() for source in held.read if source.read_on), default="")
        numbers = map(Decimal, counts)
        yield ("collection", held.collection, held.name, *days, *numbers, None, "", "", "", "", read, "")
    for one in answer.series:
        yield _series_row(one)


def _series_row(held: SeriesHoldings) -> Cells:
    days = _ends(span(held.figures)) if held.figures else ("", "")
    precision = "; ".join(f"{number} {name}" for name, number in held.precisions)
    source = held.source
    read = source.read_on.isoformat() if source and source.read_on else ""
    vintage = (source.id, source.published_key, read, source.url) if source else ("", "", "", "")
    about = (f"{held.table} series", held.series.id, held.series.name, *days, *(None,) * 5)
    return (*about, Decimal(len(held.figures)), precision, "; ".join(held.units), *vintage)


_SOURCE_COLUMNS = (
    *("id", "title", "title_is_label", "publisher", "authors", "published", "published_basis", "kind"),
    *("collection", "quality", "revision", "passages", "last_checked", "url"),
)


def _source_rows(answer: Answer) -> Iterator[Cells]:
    for source in answer.sources:
        yield (
            *(source.id, source.title, "yes" if source.title_is_label else "no", source.publisher),
            *("; ".join(source.authors), source.published_key, source.published_basis, source.kind),
            *(source.collection, source.quality, Decimal(source.revision), Decimal(len(source.passages))),
            *(source.read_on.isoformat() if source.read_on else "", source.url),
        )


def _span(period: Period) -> tuple[str, str, str]:
    return (period.key(), *_ends(period))


def _ends(period: Period) -> tuple[str, str]:
    first = "" if period.open_start else period.first.isoformat()
    return first, "" if period.open_end else period.last.isoformat()


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
        calendar.add_component(_entry(icalendar.Event(), event, answer, sources))
    return bytes(calendar.to_ical())


def _entry(entry: icalendar.Event, event: Event, answer: Answer, sources: Sources) -> icalendar.Event:
    """Fill a calendar entry: all days that the date may mean, which do not block anybody's time."""
    urls = tuple(_urls(event.citations, sources))
    entry.add("uid", f"{event.id}@aid-policy-history-bot")
    entry.add("dtstamp", _stamp(event, sources))
    entry.add("dtstart", event.date.first)
    entry.add("dtend", event.date.last + timedelta(1))
    entry.add("summary", headline(event))
    date = f"Date: {date_in_words(event)}."
    addresses = f"Citations: {'; '.join(map(str, event.citations))}"
    entry.add("description", "\n".join((event.summary, date, *_disputed(event, answer), addresses, *urls)))
    entry.add("status", "TENTATIVE" if event.status == "expected" else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    if event.topics:
        entry.add("categories", list(event.topics))
    if urls:
        entry.add("url", urls[0])
    return entry


def _stamp(event: Event, sources: Sources) -> datetime:
    """Return the day of the newest source: a stamp of the present would make each file another one."""
    cited = (sources[c.source] for c in event.citations if c.source in sources)
    days = [source.published for source in cited if source.published]
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


_BIBLIOGRAPHIES: Mapping[Format, tuple[str, Callable[[Cited], str]]] = {
    Format.BIBLIOGRAPHY: ("txt", plain_references),
    Format.BIBTEX: ("bib", bibtex),
    Format.CSL: ("json", csl_json),
}
"""The ending of each kind of bibliography, and what writes it."""


# --- Markdown ---------------------------------------------------------------------------------------------


def _markdown(answer: Answer, sources: Sources) -> str:
    """Write events as a list, each with footnotes that give the passage, its source and its address."""
    notes: dict[Citation, int] = {}

    def marks(citations: Iterable[Citation]) -> str:
        return "".join(f"[^{notes.setdefault(citation, len(notes) + 1)}]" for citation in citations)

    lines = [f"# {_plain(answer.title or answer.question)}", ""]
    for event in answer.events:
        date = _plain(date_in_words(event))
        lines.append(f"- **{date}** — {_plain(headline(event))}.{marks(event.citations)}")
        lines.append(f"  {_plain(event.summary)}")
    for dispute in answer.disputes:
        lines += ["", _plain(dispute_in_words(dispute)), ""]
        lines += [f"- {_plain(claim_in_words(claim))}{marks(claim.citations)}" for claim in dispute.claims]
    lines += ["", *(f"[^{number}]: {_footnote(c, sources)}" for c, number in notes.items()), ""]
    return "\n".join((*lines, *(f"{_plain(line)}  " for line in _colophon(answer).split("\n")))) + "\n"


def _footnote(citation: Citation, sources: Sources) -> str:
    source = sources.get(citation.source)
    if source is None:
        return _plain(str(citation))
    address = re.sub(
        r"[<>\s]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), source.url
    )
    return f"{_plain(f'{citation}: {source.title}. {source.byline}.')} <{address}>"


def _plain(text: str) -> str:
    """Return text, on one line, that Markdown shows as it is."""
    line = re.sub(r"[\\`*_\[\]<>|~#^&]", lambda match: f"\\{match[0]}", " ".join(text.split()))
    line = re.sub(r"^[-+=]", lambda match: f"\\{match[0]}", line)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", line)
