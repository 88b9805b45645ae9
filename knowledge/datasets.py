"""Datasets: sources whose passages are their rows, each written once and made into figures and a passage.

A row is addressed by its period (`census-2025-04¶2023-11`, `usaid-2025-11¶FY2008`). Amounts given in tenths
of a million keep that precision: a 0 among them says “less than 50,000”, not nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.citations import Citation
from knowledge.exports import Absence, Figure, Part, Series
from knowledge.languages import translatable
from knowledge.periods import Period, Precision
from knowledge.rows import Row
from knowledge.sources import Passage, Quality, Source
from knowledge.wording import figure_in_words, part_in_words

TENTH_OF_A_MILLION = 100_000

NO_TRADE = translatable("no recorded trade")
"""Kept in English, as all that a library holds; `gettext` says it."""


@dataclass(frozen=True, slots=True)
class Column(Row):
    """One series of a dataset; `item` says what of the dataset's subject it is, if there are several."""

    id: str
    table: Literal["exports", "assistance"]
    name: str
    coverage: Period
    description: str
    item: str = ""
    unit: str = "USD"


@dataclass(frozen=True, slots=True)
class Item(Row):
    """A part of a row's amount: a commodity with its code, or what else the publisher divides it into."""

    code: str
    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class DataRow(Row):
    """One row: a value for each column that has one, and the items that make up the first of them."""

    period: Period
    values: dict[str, Decimal]
    note: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset(Row):
    """A vintage of somebody's table.

    A passage on a row reads: `subject`, period: amounts, `scope`. Until the year `tenths_until` amounts are
    given in tenths of a million. `absent` are the years without a row, where that means “no recorded trade”.
    """

    id: str
    title: str
    publisher: str
    published: date
    published_basis: str
    url: str
    kind: Literal["dataset"]
    collection: str
    subject: str
    scope: str
    columns: tuple[Column, ...]
    rows: tuple[DataRow, ...]
    passages: tuple[Passage, ...] = ()
    tenths_until: int = 0
    absent: tuple[Period, ...] = ()
    title_is_label: bool = False
    authors: tuple[str, ...] = ()
    credit: str = ""
    revision: int = 1
    quality: Quality | Literal[""] = ""
    read_on: date | None = None

    def citation(self, period: Period) -> Citation:
        """Return the address of the row of a period."""
        return Citation(self.id, period.key())

    def series(self, table: str) -> tuple[Series, ...]:
        """Return the columns that belong to a table, as its series."""
        return tuple(
            Series(column.id, column.name, self.id, column.coverage, column.description)
            for column in self.columns
            if column.table == table
        )

    def figures(self, column: Column) -> tuple[Figure, ...]:
        """Return the values of a column as figures."""
        return tuple(self._figure(row, column) for row in self.rows if column.id in row.values)

    def absences(self, column: Column) -> tuple[Absence, ...]:
        """Return the years without a row."""
        return tuple(Absence(column.id, period, NO_TRADE, (self.citation(period),)) for period in self.absent)

    def _figure(self, row: DataRow, column: Column) -> Figure:
        """Make a figure of a value; what is said of the whole row goes with its first column."""
        value, citations = row.values[column.id], (self.citation(row.period),)
        is_first = column.id == self.columns[0].id
        note = row.note if is_first else ""
        parts = tuple(
            Part(f"{item.name} ({item.code})", column.unit, "exactly", citations, value=item.value)
            for item in (row.items if is_first else ())
        )
        in_tenths = row.period.last.year <= self.tenths_until
        if in_tenths and not value:
            half = Decimal(TENTH_OF_A_MILLION) / 2
            return Figure(column.id, row.period, half, column.unit, "less than", citations, note=note)
        return Figure(
            column.id,
            row.period,
            value,
            column.unit,
            "to the nearest 100,000" if in_tenths else "exactly",
            citations,
            precision="rounded" if in_tenths else "exact" if value else "recorded zero",
            note=note,
            parts=parts,
        )

    def source(self) -> Source:
        """Return the dataset as a source: what is said about it, then a passage for each row."""
        rows = sorted((*self._row_passages(), *self._absent_passages()), key=lambda pair: pair[0])
        return Source(
            id=self.id,
            title=self.title,
            publisher=self.publisher,
            published=self.published,
            published_basis=self.published_basis,
            url=self.url,
            kind=self.kind,
            collection=self.collection,
            passages=(*self.passages, *(passage for _, passage in rows)),
            title_is_label=self.title_is_label,
            authors=self.authors,
            credit=self.credit,
            revision=self.revision,
            quality=self.quality,
            read_on=self.read_on,
        )

    def _row_passages(self) -> Iterator[tuple[tuple[date, date], Passage]]:
        for row in self.rows:
            said = []
            for column in self.columns:
                if column.id in row.values:
                    figure = self._figure(row, column)
                    said.append(f"{column.item} {figure_in_words(figure)}".strip())
                    said += [f"of which {part_in_words(part)}" for part in figure.parts]
            note = f" {row.note}" if row.note else ""
            text = f"{self.subject}, {row.period.label()}: {'; '.join(said)}, {self.scope}.{note}"
            yield _place(row.period), Passage(row.period.key(), text, is_row=True)

    def _absent_passages(self) -> Iterator[tuple[tuple[date, date], Passage]]:
        for period in self.absent:
            text = (
                f"{self.subject}, {period.label()}: {NO_TRADE}. There is no row for {period.label()} "
                f"{self.scope}; that is neither a zero nor unknown."
            )
            yield _place(period), Passage(period.key(), text, is_row=True)


def problems(dataset: Dataset) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what is wrong with the rows of a dataset, with its place in the file."""
    columns = {column.id for column in dataset.columns}
    if not dataset.columns:
        yield ("columns",), "at least one column is needed"
    seen = set(dataset.absent)
    for position, row in enumerate(dataset.rows):
        place = ("rows", position)
        if row.period.precision not in (Precision.MONTH, Precision.YEAR, Precision.FISCAL_YEAR):
            yield (*place, "period"), "a row is of a month, a year or a fiscal year"
        if row.period in seen:
            yield (*place, "period"), f"the row {row.period} occurs twice, or is among the absent too"
        seen.add(row.period)
        if not row.values:
            yield (*place, "values"), "at least one value is needed"
        for name in row.values.keys() - columns:
            yield (*place, "values", name), f"there is no column “{name}”"
    for position, period in enumerate(dataset.absent):
        if period.precision is not Precision.YEAR:
            yield ("absent", position), "only a whole year can be absent"


def _place(period: Period) -> tuple[date, date]:
    return period.first, period.last
