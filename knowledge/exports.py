"""Export figures: what a source reports for each month, and what can be computed from it.

Nothing here is a float. A month outside a series is a gap, never a zero; a figure keeps its qualifier; a
computed value carries a `Receipt` that names its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from knowledge.citations import Citation
from knowledge.periods import Period
from knowledge.rows import Row

Qualifier = Literal["as stated", "about", "around", "more than", "exactly"]


@dataclass(frozen=True, slots=True)
class Part(Row):
    """A category within a figure: an amount (`value`, in `unit`) or a `share` in per cent."""

    category: str
    unit: str
    qualifier: Qualifier
    citations: tuple[Citation, ...]
    value: Decimal | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Figure(Row):
    """A number for one period of one series, in `unit`, with the qualifier and precision of its source."""

    series: str
    period: Period
    value: Decimal
    unit: str
    qualifier: Qualifier
    citations: tuple[Citation, ...]
    precision: Literal["rounded", "exact", "reported zero"] = "rounded"
    basis: Literal["explicit", "inferred"] = "explicit"
    inferred_from: str = ""
    note: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Series(Row):
    """One stream of figures from one source; `coverage` is the span for which it has figures."""

    id: str
    name: str
    source: str
    coverage: Period
    description: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a computed value came about: `formula` in numbers, the `rows` used, and what limits it."""

    label: str
    value: Decimal
    unit: str
    formula: str
    rows: tuple[Figure, ...]
    approximate: bool
    caveat: str

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of the rows, each once, in their order."""
        return tuple(dict.fromkeys(c for row in self.rows for c in row.citations))


@dataclass(frozen=True, slots=True)
class ExportTable:
    """Every series with its figures, oldest first, and the totals that sources state themselves."""

    series: tuple[Series, ...]
    figures: tuple[Figure, ...]
    totals: tuple[Figure, ...] = ()

    def months(self, series: str = "") -> tuple[Period, ...]:
        """Return the periods that have a figure, of one series if one is named."""
        return tuple(f.period for f in self.figures if not series or f.series == series)

    def within(self, period: Period, series: str = "") -> tuple[Figure, ...]:
        """Return the figures whose period lies in or overlaps `period`, of one series if one is named."""
        return tuple(
            figure
            for figure in self.figures
            if figure.period.overlaps(period) and (not series or figure.series == series)
        )

    def gaps(self, period: Period, series: Series) -> tuple[Period, ...]:
        """Return the months of `period` for which `series` has no figure; empty for an open period."""
        if period.open_start or period.open_end:
            return ()
        known = set(self.months(series.id))
        return tuple(month for month in period.months() if month not in known)


def _rounded(rows: Sequence[Figure]) -> bool:
    return any(row.precision == "rounded" for row in rows)


def _caveat(rows: Sequence[Figure]) -> str:
    return "Computed from rounded figures; no source states it." if _rounded(rows) else "No source states it."


def _same_kind(rows: Sequence[Figure]) -> None:
    if not rows:
        raise ValueError("there are no figures to compute with")
    if len({(row.series, row.unit) for row in rows}) > 1:
        raise ValueError("figures of different series or units cannot be computed with")


def amount(value: Decimal) -> str:
    """Write a number of dollars with thousands separators: `120,000`, `94.50`."""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def total(rows: Sequence[Figure]) -> Receipt:
    """Add up figures of one series; the receipt's formula names every term.

    Raises `ValueError` for no rows or for rows of different units or series, which must never be added.
    """
    _same_kind(rows)
    value = sum((row.value for row in rows), Decimal(0))
    formula = f"{' + '.join(amount(row.value) for row in rows)} = {amount(value)}"
    return Receipt("Sum", value, rows[0].unit, formula, tuple(rows), _rounded(rows), _caveat(rows))


def difference(first: Figure, second: Figure) -> Receipt:
    """Take the smaller of two figures of one series from the larger; raises `ValueError` for others."""
    _same_kind((first, second))
    high, low = (first, second) if first.value >= second.value else (second, first)
    value = high.value - low.value
    formula = f"{amount(high.value)} − {amount(low.value)} = {amount(value)}"
    rows = (first, second)
    return Receipt("Difference", value, first.unit, formula, rows, _rounded(rows), _caveat(rows))


def percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part` of `whole` in per cent, to one decimal, halves up; `whole` must not be zero."""
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share(part: Decimal, label: str, whole: Sequence[Figure], whole_label: str) -> Receipt:
    """Return what share of the sum of `whole` the amount `part` is, in per cent to one decimal."""
    _same_kind(whole)
    base = sum((row.value for row in whole), Decimal(0))
    value = percentage(part, base)
    formula = f"{amount(part)} ÷ {amount(base)} = {value} %"
    name = f"{label} as a share of {whole_label}"
    return Receipt(name, value, "percent", formula, tuple(whole), True, _caveat(whole))


def portion(percent: Decimal, whole: Figure, label: str) -> Receipt:
    """Return the amount that a stated share of a figure comes to."""
    value = (whole.value * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    formula = f"{amount(whole.value)} × {percent.normalize():f} % = {amount(value)}"
    return Receipt(f"Amount of {label}", value, whole.unit, formula, (whole,), True, _caveat((whole,)))


def mean(rows: Sequence[Figure]) -> Receipt:
    """Return the arithmetic mean of figures of one series, to the cent; a reported zero counts as a month."""
    added = total(rows)
    value = (added.value / len(rows)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    formula = f"({' + '.join(amount(r.value) for r in rows)}) ÷ {len(rows)} = {amount(value)}"
    return Receipt("Average a month", value, added.unit, formula, tuple(rows), True, _caveat(rows))
