"""An answer as plain text: what the terminal prints, JSON lines carry and people paste elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.answers import Answer, Excerpt, Kind, SeriesFigures, Statement
from knowledge.commands import shown_command
from knowledge.corrections import Correction
from knowledge.exports import Absence
from knowledge.faq import FaqEntry
from knowledge.holdings import Holdings, SeriesHoldings
from knowledge.languages import gettext
from knowledge.people import Person
from knowledge.sources import Source
from knowledge.timeline import Dispute, Event
from knowledge.unknowns import KnownUnknown
from knowledge.wording import (
    claim_in_words,
    correction_in_words,
    date_in_words,
    day_in_words,
    directory_in_words,
    dispute_in_words,
    editorial_in_words,
    extent_in_words,
    figure_date_in_words,
    figure_in_words,
    fresh_disputes,
    headline,
    holdings_in_words,
    own_in_words,
    part_in_words,
    receipt_in_words,
    references,
    role_in_words,
    series_in_words,
    standing_in_words,
    unknown_in_words,
    wording_of,
)

DATED_FIGURES = 2
"""Up to this many figures are printed with the words from which their dates were inferred."""

SUMMARISED_EVENTS = 8
"""A timeline of up to this many events is printed with their summaries, a longer one with titles only."""


def plain_text(answer: Answer) -> str:
    """Return the whole reply as a reader sees it, its blocks parted by empty lines."""
    return "\n\n".join(block for block in _blocks(answer) if block)


def library_in_words(answer: Answer) -> str:
    """Return the footer of a printed reply: the version of the library that gave it."""
    return gettext("— library {version}", version=answer.version)


def _blocks(answer: Answer) -> Iterator[str]:
    yield answer.title
    yield "\n".join(answer.notes)
    yield "\n".join(map(_statement, answer.statements))
    if answer.editorial:
        yield f"({editorial_in_words(answer)})"
    for block in answer.figures:
        yield "\n".join(_figures(block))
    yield "\n".join(map(_statement, answer.asides))
    yield "\n".join(map(receipt_in_words, answer.receipts))
    events = "\n".join(_events(answer))
    people = "\n\n".join(map(_person, answer.people))
    if answer.kind is Kind.PEOPLE:
        yield from (people, _mentions(answer), _headed(gettext("Events:"), events))
    else:
        yield from (events, people)
    yield "\n".join(_disputes(answer))
    yield "\n\n".join(_directory(answer))
    yield "\n".join(map(_unknown, answer.unknowns))
    yield "\n\n".join(map(_source, answer.sources))
    yield "\n".join(map(entry_in_words, answer.entries))
    yield "\n\n".join(map(_collection, answer.holdings))
    yield "\n\n".join(map(_series, answer.series))
    yield "\n\n".join(map(_correction, answer.corrections))
    heading = gettext("From the library:") if answer.statements else ""
    yield _headed(heading, "\n".join(map(_excerpt, answer.excerpts)))
    closest = "\n".join(map(_excerpt, answer.closest))
    yield _headed(gettext("Not an answer, but the closest passages:"), closest)
    yield "\n".join(f"  {shown_command(choice)}" for choice in answer.choices)
    yield answer.hint
    yield answer.held


def _headed(heading: str, lines: str) -> str:
    """Return lines below a heading; nothing if there are no lines."""
    return "\n".join(filter(None, (heading, lines))) if lines else ""


def _statement(statement: Statement) -> str:
    lines = "\n" if statement.is_markdown and "\n" in statement.text else " "
    return f"{statement.text}{lines}{references(statement.citations)}".rstrip()


def entry_in_words(entry: FaqEntry) -> str:
    """Write an FAQ entry as it stands in a list: its id, its question, and whether it is a server's own."""
    mark = own_in_words(entry)
    return f"{entry.id} — {entry.question}{f' ({mark})' if mark else ''}"


def _excerpt(excerpt: Excerpt) -> str:
    return f"[{excerpt.citation}] {excerpt.byline} ({wording_of(excerpt)}): {excerpt.text}"


def _figures(block: SeriesFigures) -> Iterator[str]:
    yield f"{block.series.name}:"
    for period, figure in block.rows:
        if figure is None:
            yield gettext("  {period}: no figure", period=period.label())
            continue
        if isinstance(figure, Absence):
            yield f"  {period.label()}: {gettext(figure.meaning)} {references(figure.citations)}"
            continue
        date = figure_date_in_words(figure, brief=len(block.figures) > DATED_FIGURES)
        yield f"  {date}: {figure_in_words(figure)} {references(figure.citations)}"
        for part in figure.parts:
            yield gettext("    of which {part}", part=part_in_words(part))
        if figure.note:
            yield gettext("    Note: {note}", note=figure.note)
    for total in block.totals:
        said = f"{figure_in_words(total)} {references(total.citations)}"
        yield gettext("  Total stated, {period}: {figure}", period=total.period.label(), figure=said)


def _events(answer: Answer) -> Iterator[str]:
    with_summary = len(answer.events) <= SUMMARISED_EVENTS
    for event, disputes in fresh_disputes(answer.events, answer.disputes):
        yield from _event(event, with_summary)
        for dispute in disputes:
            yield from _dispute(dispute, indent="    ")


def _disputes(answer: Answer) -> Iterator[str]:
    """Yield what is in dispute about the passages shown, where no event shown tells it."""
    told = {event.id for event in answer.events}
    for dispute in answer.disputes:
        if told.isdisjoint(dispute.events):
            yield from _dispute(dispute)


def _dispute(dispute: Dispute, indent: str = "") -> Iterator[str]:
    yield f"{indent}{dispute_in_words(dispute)}"
    for claim in dispute.claims:
        yield f"{indent}  - {claim_in_words(claim)} {references(claim.citations)}"


def _event(event: Event, with_summary: bool) -> Iterator[str]:
    date = date_in_words(event, brief=not with_summary)
    yield f"{date}: {headline(event)} {references(event.citations)}"
    if with_summary:
        yield f"    {event.summary}"


def _person(person: Person) -> str:
    standings = (f"{standing_in_words(s)} {references(s.citations)}" for s in person.standings)
    about = f"{person.summary} {references(person.citations)}"
    return "\n".join((f"{person.name} — {role_in_words(person)}", about, *standings))


def _directory(answer: Answer) -> Iterator[str]:
    for heading, people in directory_in_words(answer.directory):
        named = (f"  {p.name} — {role_in_words(p)} {references(p.citations[:1])}" for p in people)
        yield "\n".join((f"{heading} ({len(people)}):", *named))


def _unknown(unknown: KnownUnknown) -> str:
    nearest = gettext("Nearest: {citations}", citations=references(unknown.nearest))
    if unknown.told:
        nearest = gettext(
            "Nearest: {citations}; the wider record: {others}",
            citations=references(unknown.nearest),
            others=references(unknown.told),
        )
    return f"{unknown_in_words(unknown)}. {nearest}"


def _mentions(answer: Answer) -> str:
    count = len(answer.mentions)
    if not count:
        return ""
    return gettext(
        "Passages that name them ({count}): {citations}", count=count, citations=references(answer.mentions)
    )


def _collection(held: Holdings) -> str:
    return "\n    ".join((f"{held.collection}: {held.name}", *holdings_in_words(held)))


def _series(held: SeriesHoldings) -> str:
    return "\n    ".join((f"{held.table}, {held.series.id}: {held.series.name}", *series_in_words(held)))


def _correction(one: Correction) -> str:
    about = f"{day_in_words(one.day)}: {one.what} {references(one.citations)}"
    return "\n    ".join((about, *correction_in_words(one)))


def _source(source: Source) -> str:
    title = f"{source.title} ({source.title_note})" if source.title_note else source.title
    authors = gettext("By {authors}.", authors=", ".join(source.authors)) if source.authors else ""
    credit = f"{source.credit.rstrip('.')}." if source.credit else ""
    about = " ".join(filter(None, (f"{source.byline} ({source.published_basis}).", authors, credit)))
    quality = f"    {source.quality_in_words}\n" if source.quality_in_words else ""
    extent = gettext(
        "{passages}; collection {collection}, revision {revision}",
        passages=extent_in_words(source),
        collection=source.collection,
        revision=source.revision,
    )
    return f"{source.id}: {title}\n    {about}\n    {extent}\n{quality}    {source.url}"
