"""Holdings: what the library holds of each collection and of each series, counted from its content.

A row belongs to the widest collection that it cites, which is the one without which it would not be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.citations import Citation
from knowledge.exports import Figure, FigureTable, Series, span
from knowledge.periods import Period, Precision
from knowledge.sources import FOUNDING, PUBLIC_RECORD, Source
from knowledge.timeline import Event

if TYPE_CHECKING:
    from knowledge.library import Library

NAMES = {FOUNDING: "the founding documents", PUBLIC_RECORD: "the wider public record"}
_LOCAL = "added by the operator"

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
        dated = (source for source in self.sources if source.published)
        return tuple(sorted(dated, key=lambda source: (source.published_key, source.id)))

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
            f"{NAMES[name]}, {' and '.join(library.founding_names)}"
            if name == FOUNDING
            else NAMES.get(name, _LOCAL),
            tuple(source for source in library.sources.values() if source.collection == name),
            tuple(event for collection, event in events if collection == name),
            people[name],
            entries[name],
            unknowns[name],
        )
        for name in names
    )


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
        return "" if "empty" in said else "The library is empty: no collection with a source is switched on."
    count = len(library.sources)
    events = [event.date for event in library.timeline.events]
    spans = (
        ("events", _years(events), "events run from"),
        ("export figures", _covered(library.exports), "/exports"),
        ("assistance", _covered(library.assistance), "/assistance"),
    )
    parts = [f"{name} {when}" for name, when, mark in spans if when and mark not in said]
    held = ", ".join((f"{count} source{'s' * (count != 1)}", *parts))
    return f"The library holds {held}: see /coverage."


def _years(dates: Sequence[Period]) -> str:
    if not dates:
        return ""
    first, last = min(date.first for date in dates).year, max(date.last for date in dates).year
    return f"{first} to {last}" if first != last else str(first)


def _covered(table: FigureTable) -> str:
    """Return the span of the additive series of a table, from the first to the last of their figures."""
    additive = {series.id for series in table.series if series.additive}
    held = [figure for figure in table.figures if figure.series in additive]
    if not held:
        return ""
    if all(figure.period.precision is Precision.FISCAL_YEAR for figure in held):
        years = [figure.period.last.year for figure in held]
        return f"FY{min(years)} to FY{max(years)}"
    if all(figure.period.precision is Precision.MONTH for figure in held):
        return span(held).label()
    return _years([figure.period for figure in held])
