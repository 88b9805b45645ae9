"""Holdings: what the library holds of each collection and of each series, counted from its content.

A row belongs to the widest collection that it cites, which is the one without which it would not be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.citations import Citation
from knowledge.commands import shown_command
from knowledge.exports import Figure, FigureTable, Series, span
from knowledge.languages import gettext, listed, ngettext, translatable
from knowledge.periods import Period, Precision
from knowledge.sources import FOUNDING, PUBLIC_RECORD, Source
from knowledge.timeline import Event

if TYPE_CHECKING:
    from knowledge.library import Library

IS_EMPTY = translatable("The library is empty: no collection with a source is switched on.")
"""What is said of a library without a source, kept in English."""

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a collection holds: its sources with their kinds, and the rows that rest on it."""

    collection: str
    name: str
    sources: tuple[Source, ...]
    events: tuple[Event, ...]
    people: int
    entries: int
    unknowns: int

    @property
    def kinds(self) -> Counts:
        """How many sources there are of each kind, the most frequent first."""
        return tuple(Counter(source.kind for source in self.sources).most_common())

    @property
    def dated(self) -> tuple[Source, ...]:
        """The sources with a date of publication, oldest first."""
        dated = (source for source in self.sources if source.issued)
        return tuple(sorted(dated, key=lambda source: (source.issued, source.id)))

    @property
    def read(self) -> tuple[Source, ...]:
        """The sources of which it is recorded when they were last read."""
        return tuple(source for source in self.sources if source.read_on)


@dataclass(frozen=True, slots=True)
class SeriesHoldings:
    """What a series holds: its figures, the years without a row, and the source it is read from, if one."""

    table: str
    series: Series
    figures: tuple[Figure, ...]
    absent: int
    source: Source | None

    @property
    def spans(self) -> tuple[tuple[Precision, int, Period], ...]:
        """For years, months and other dates: how many figures there are, and from when to when."""
        by: dict[Precision, list[Figure]] = {}
        for figure in self.figures:
            by.setdefault(figure.period.precision, []).append(figure)
        return tuple((grain, len(held), span(held)) for grain, held in by.items())

    @property
    def units(self) -> tuple[str, ...]:
        """The units of its figures."""
        return tuple(dict.fromkeys(figure.unit for figure in self.figures))

    @property
    def precisions(self) -> Counts:
        """How many figures are exact, rounded or zero, the most frequent first."""
        return tuple(Counter(map(_precision, self.figures)).most_common())


def _precision(figure: Figure) -> str:
    """Return how exact a figure is: what is given in tenths of a million says so."""
    if figure.qualifier == "less than":
        return "under 50,000"
    return figure.qualifier if figure.qualifier == "to the nearest 100,000" else figure.precision


def holdings(library: Library) -> tuple[Holdings, ...]:
    """Return what each collection of a library holds, the founding documents first."""
    names = tuple(dict.fromkeys(source.collection for source in library.sources.values()))

    def within(citations: Iterable[Citation]) -> str:
        cited = {library.sources[citation.source].collection for citation in citations}
        return max(cited, key=names.index, default="")

    events = [(within(event.citations), event) for event in library.timeline.events]
    people = Counter(within(person.citations) for person in library.people)
    entries = Counter(within(entry.citations) for entry in library.faq)
    unknowns = Counter(within(unknown.nearest) for unknown in library.unknowns)
    return tuple(
        Holdings(
            name,
            _named(name, library),
            tuple(source for source in library.sources.values() if source.collection == name),
            tuple(event for collection, event in events if collection == name),
            people[name],
            entries[name],
            unknowns[name],
        )
        for name in names
    )


def _named(collection: str, library: Library) -> str:
    if collection == FOUNDING:
        return gettext("the founding documents, {titles}", titles=listed(library.founding_names))
    if collection == PUBLIC_RECORD:
        return gettext("the wider public record")
    return gettext("added by the operator")


def series_holdings(library: Library) -> tuple[SeriesHoldings, ...]:
    """Return what each series of a library holds."""
    return tuple(
        SeriesHoldings(
            name,
            series,
            tuple(figure for figure in table.figures if figure.series == series.id),
            sum(absence.series == series.id for absence in table.absences),
            library.sources.get(series.source),
        )
        for name, table in (("exports", library.exports), ("assistance", library.assistance))
        for series in table.series
    )


def in_brief(library: Library, said: str = "") -> str:
    """Say on one line what a library holds, but for what was `said` already."""
    if not library.sources:
        return gettext(IS_EMPTY)
    count = len(library.sources) + (library.archive.contents.documents if library.archive else 0)
    events = [event.date for event in library.timeline.events]
    spans = (
        (translatable("events {years}"), _years(events), (run_of_events(library),)),
        (translatable("export figures {years}"), _covered(library.exports), _as_shown("/exports")),
        (translatable("assistance {years}"), _covered(library.assistance), _as_shown("/assistance")),
    )
    parts = [
        gettext(message, years=when)
        for message, when, marks in spans
        if when and not any(mark in said for mark in marks)
    ]
    held = ", ".join((ngettext("{count} source", "{count} sources", count), *parts))
    return gettext("The library holds {what}: see {command}.", what=held, command=shown_command("/coverage"))


def run_of_events(library: Library) -> str:
    """Say from when to when there are events; nothing if there are none."""
    events = library.timeline.events
    if not events:
        return ""
    first, last = events[0].date.label(), events[-1].date.label()
    return gettext("Its events run from {first} to {last}.", first=first, last=last)


def _as_shown(command: str) -> tuple[str, str]:
    return command, shown_command(command)


def _years(dates: Sequence[Period]) -> str:
    if not dates:
        return ""
    first, last = min(date.first for date in dates).year, max(date.last for date in dates).year
    return gettext("{first} to {last}", first=first, last=last) if first != last else str(first)


def _covered(table: FigureTable) -> str:
    """Return the span of the additive series of a table, from the first to the last of their figures."""
    additive = {series.id for series in table.series if series.additive}
    held = [figure for figure in table.figures if figure.series in additive]
    if not held:
        return ""
    if all(figure.period.precision is Precision.FISCAL_YEAR for figure in held):
        years = [figure.period.last.year for figure in held]
        return gettext("{first} to {last}", first=f"FY{min(years)}", last=f"FY{max(years)}")
    if all(figure.period.precision is Precision.MONTH for figure in held):
        return span(held).label()
    return _years([figure.period for figure in held])
