"""Figures: what a source has for each month or year, and what can be computed from it.

Nothing here is a float. A month outside a series is a gap, never a zero; a figure keeps its qualifier; a
computed value carries a `Receipt` that names its rows. Exports and assistance are two tables of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from knowledge.citations import Citation
from knowledge.languages import amount, gettext, translatable
from knowledge.periods import ALL_DATES, Period, Precision
from knowledge.rows import Row

Qualifier = Literal[
    "as stated", "about", "around", "more than", "exactly", "up to", "less than", "to the nearest 100,000"
]

KINDS_OF_AMOUNT = (
    translatable("as stated"),
    translatable("about"),
    translatable("around"),
    translatable("more than"),
    translatable("exactly"),
    translatable("up to"),
    translatable("less than"),
    translatable("to the nearest 100,000"),
    translatable("rounded"),
    translatable("exact"),
    translatable("reported zero"),
    translatable("recorded zero"),
)
"""How exact an amount is, by qualifier and by precision: keys in files, said by themselves in a receipt."""


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
    """A number for one period of one series, in `unit`, with the qualifier and precision of its source.

    A zero that a report states is a `reported zero`, one that a dataset holds a `recorded zero`.
    """

    series: str
    period: Period
    value: Decimal
    unit: str
    qualifier: Qualifier
    citations: tuple[Citation, ...]
    precision: Literal["rounded", "exact", "reported zero", "recorded zero"] = "rounded"
    basis: Literal["explicit", "inferred"] = "explicit"
    inferred_from: str = ""
    note: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def counted(self) -> Decimal:
        """What it counts in a computation: of a value that is only known to be less than a bound, nothing."""
        return Decimal(0) if self.is_bound else self.value

    @property
    def is_bound(self) -> bool:
        """Whether its value is not an amount but what the amount is less than; it may be zero."""
        return self.qualifier == "less than"


@dataclass(frozen=True, slots=True)
class Absence(Row):
    """A period for which a dataset has no row, with what that means: neither a zero nor unknown."""

    series: str
    period: Period
    meaning: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class OtherReport(Row):
    """What somebody else says of a period of a series: an amount, or in words what `says` holds.

    What is said `of_total` is about all of the period together, and of no month or year of it.
    """

    series: str
    period: Period
    by: str
    citations: tuple[Citation, ...]
    value: Decimal | None = None
    unit: str = "USD"
    qualifier: Qualifier = "as stated"
    says: str = ""
    of_total: bool = False


@dataclass(frozen=True, slots=True)
class Series(Row):
    """One stream of figures; `coverage` is the span for which it has figures.

    Its figures are from one `source`, or else each from its own. Those of a series that is not `additive`
    overlap, so that a sum of them would count things twice.
    """

    id: str
    name: str
    source: str = ""
    coverage: Period = ALL_DATES
    description: str = ""
    additive: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a computed value came about: `formula` in numbers, the `rows` used, and what limits it.

    `rounding` says how the value was rounded, and is kept in English; `missing` names the periods asked for
    that have no figure.
    Where all rows are bounds the value is one, too: what was computed is less than it.
    """

    label: str
    value: Decimal
    unit: str
    formula: str
    rows: tuple[Figure, ...]
    approximate: bool
    caveat: str
    rounding: str = translatable("none")
    missing: tuple[str, ...] = ()
    is_bound: bool = False
    is_change: bool = False

    @property
    def is_in_tenths(self) -> bool:
        """Whether it is an amount of which no more than tenths of a million are known."""
        return self.unit != "percent" and not self.is_bound and any(map(_is_in_tenths, self.rows))

    @property
    def hedge(self) -> Literal["less than", "about", ""]:
        """The qualifier of the value."""
        return "less than" if self.is_bound else "about" if self.approximate else ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of the rows, each once, in their order."""
        return tuple(dict.fromkeys(c for row in self.rows for c in row.citations))


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Every series with its figures, oldest first, the totals that sources state, and what others report.

    `older` are the earlier vintages, each a table of its own with the series that its source has.
    """

    series: tuple[Series, ...]
    figures: tuple[Figure, ...]
    totals: tuple[Figure, ...] = ()
    absences: tuple[Absence, ...] = ()
    other_reports: tuple[OtherReport, ...] = ()
    older: tuple[FigureTable, ...] = ()

    def having(self, named: str) -> tuple[FigureTable, tuple[Series, ...]]:
        """Return the series of a name, or of a vintage with that id, with their table; without a name all."""
        if found := tuple(one for one in self.series if named in ("", one.id, one.source)):
            return self, found
        vintage = next((one for one in self.older if named and named == one.series[0].source), None)
        return (vintage, vintage.series) if vintage else (self, ())

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

    def in_first(self, periods: Iterable[Period]) -> tuple[Period, ...]:
        """Return those of some periods for which the first series has figures."""
        if not self.series:
            return ()
        return tuple(period for period in periods if self.within(period, self.series[0].id))

    def grain(self, period: Period, series: Series) -> Precision | None:
        """Return by what a series is shown for a period: by (fiscal) year or month; None for single dates.

        Whole calendar years are shown by year where there are yearly figures, so that no amount is there
        twice, in its year and in its month.
        """
        held = {f.period.precision for f in self.figures if f.series == series.id}
        held |= {a.period.precision for a in self.absences if a.series == series.id}
        if not held <= _UNITS.keys():
            return None
        if Precision.FISCAL_YEAR in held:
            return Precision.FISCAL_YEAR
        return Precision.YEAR if Precision.YEAR in held and is_whole_years(period) else Precision.MONTH

    def rows(
        self, period: Period, series: Series, grain: Precision | None = None
    ) -> tuple[Figure | Absence, ...]:
        """Return what a series has for a period, by its `grain` there or by the one given, oldest first."""
        grain = grain or self.grain(period, series)
        figures = [f for f in self.within(period, series.id) if grain in (None, f.period.precision)]
        absences = [a for a in self.absences if a.series == series.id and a.period.overlaps(period)]
        if grain is Precision.MONTH and (period.open_start or period.open_end):
            absences = [a for a in absences if figures and span(figures).overlaps(a.period)]
        return tuple(sorted((*figures, *absences), key=lambda row: (row.period.first, row.period.last)))

    def gaps(self, period: Period, series: Series, grain: Precision | None = None) -> tuple[Period, ...]:
        """Return the months or years of `period` for which `series` has no row.

        An open period has no list of months; its years are those that the series covers.
        """
        grain = grain or self.grain(period, series)
        if period.open_start or period.open_end:
            if grain not in (Precision.YEAR, Precision.FISCAL_YEAR) or not period.overlaps(series.coverage):
                return ()
            first = max(period.first, series.coverage.first)
            period = Period.between(first, min(period.last, series.coverage.last))
        if grain is None:
            return ()
        known = [row.period for row in self.rows(period, series, grain)]
        return tuple(unit for unit in units(period, grain) if not any(unit.overlaps(one) for one in known))

    def reports(self, period: Period, series: Collection[str]) -> tuple[OtherReport, ...]:
        """Return what others report of some series in a period, in the order of time."""
        found = [r for r in self.other_reports if r.series in series and r.period.overlaps(period)]
        return tuple(sorted(found, key=lambda report: report.period))

    def where(self, sources: Collection[str], stays: Callable[[tuple[Citation, ...]], bool]) -> FigureTable:
        """Return the table reduced to some sources: to the rows whose citations `stays` accepts."""
        figures = tuple(f for f in self.figures if stays(f.citations))
        held = {figure.series for figure in figures}
        series = tuple(s for s in self.series if s.source in sources or (not s.source and s.id in held))
        ids = {one.id for one in series}
        return FigureTable(
            series,
            figures,
            tuple(t for t in self.totals if stays(t.citations)),
            tuple(a for a in self.absences if stays(a.citations)),
            tuple(r for r in self.other_reports if r.series in ids and stays(r.citations)),
            tuple(kept for one in self.older if (kept := one.where(sources, stays)).series),
        )


_UNITS = {Precision.MONTH: 1, Precision.YEAR: 12, Precision.FISCAL_YEAR: 12}


def units(period: Period, grain: Precision) -> tuple[Period, ...]:
    """Return the months, years or fiscal years that a period touches, in order."""
    found: dict[Period, None] = {}
    for month in period.months():
        year = month.first.year - (grain is Precision.FISCAL_YEAR and month.first.month < 10)
        begins = {Precision.MONTH: month.first.month, Precision.FISCAL_YEAR: 10}.get(grain, 1)
        found[Period.unit(grain, year, begins)] = None
    return tuple(found)


def runs(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join months, or years, that follow one another into ranges; fiscal years have no range of their own."""
    joined: list[Period] = []
    for period in sorted(periods):
        follows = bool(joined) and joined[-1].last + timedelta(1) == period.first
        if follows and period.precision is not Precision.FISCAL_YEAR:
            joined.append(Period.between(joined.pop().first, period.last))
        else:
            joined.append(period)
    return tuple(joined)


def is_whole_years(period: Period) -> bool:
    """Whether a period is written by year: `2016`, `1992..2024` or `since 2016`, but not by twelve months."""
    starts = period.open_start or (period.first.month, period.first.day) == (1, 1)
    ends = period.open_end or (period.last.month, period.last.day) == (12, 31)
    by_month = period.precision is Precision.RANGE and period.first.year == period.last.year
    return starts and ends and not by_month


def span(rows: Sequence[Figure]) -> Period:
    """Return the time from the first to the last of some figures."""
    first, last = min(row.period.first for row in rows), max(row.period.last for row in rows)
    periods = {row.period for row in rows}
    return periods.pop() if len(periods) == 1 else Period.between(first, last)


def _rounded(rows: Iterable[Figure]) -> bool:
    return any(row.precision == "rounded" for row in rows)


def _caveat(rows: Sequence[Figure], margin: Decimal = Decimal(0)) -> str:
    """Say what limits a value; of rows in tenths of a million also by how much it may be off."""
    if margin:
        return gettext(
            "Computed from figures in tenths of a million, so it may be off by up to US${amount}; "
            "no source states it.",
            amount=amount(margin),
        )
    if _rounded(rows):
        return gettext("Computed from rounded figures; no source states it.")
    return gettext("No source states it.")


def _margin(rows: Iterable[Figure]) -> Decimal:
    """Return by how much a sum may be off because rows are given in tenths of a million."""
    return sum((_HALF_A_TENTH for row in rows if _is_in_tenths(row)), Decimal(0))


_HALF_A_TENTH = Decimal(50_000)


def _same_kind(rows: Sequence[Figure]) -> None:
    if not rows:
        raise ValueError("there are no figures to compute with")
    if len({(row.series, row.unit) for row in rows}) > 1:
        raise ValueError("figures of different series or units cannot be computed with")


def _added(rows: Iterable[Figure]) -> Decimal:
    return sum((row.counted for row in rows), Decimal(0))


def total(rows: Sequence[Figure], missing: Sequence[str] = ()) -> Receipt:
    """Add up figures of one series; the receipt's formula names every term, and what is `missing`.

    Raises `ValueError` for no rows or for rows of different units or series, which must never be added.
    """
    _same_kind(rows)
    if all(row.is_bound for row in rows):
        return _less_than(rows, missing)
    value = _added(rows)
    formula = f"{' + '.join(_term(row.counted) for row in rows)} = {amount(value)}"
    return Receipt(
        gettext("Sum"),
        value,
        rows[0].unit,
        formula,
        tuple(rows),
        _rounded(rows),
        _caveat(rows, _margin(rows)),
        missing=tuple(missing),
    )


def _less_than(rows: Sequence[Figure], missing: Sequence[str]) -> Receipt:
    """Return what the sum of amounts is less than of which only bounds are known."""
    bound = sum((row.value for row in rows), Decimal(0))
    formula = f"{' + '.join(_term(row.value) for row in rows)} = {amount(bound)}"
    caveat = gettext(
        "Of each row only what it is less than is known, so it may be zero; no source states it."
    )
    return Receipt(
        *(gettext("Sum"), bound, rows[0].unit, formula, tuple(rows), True, caveat),
        missing=tuple(missing),
        is_bound=True,
    )


def _term(value: Decimal) -> str:
    return amount(value) if value >= 0 else f"(−{amount(-value)})"


def difference(first: Figure, second: Figure) -> Receipt:
    """Take the smaller of two figures of one series from the larger; raises `ValueError` for others."""
    _same_kind((first, second))
    return gap(gettext("Difference"), (first,), (second,))


def gap(label: str, first: Sequence[Figure], second: Sequence[Figure]) -> Receipt:
    """Take the smaller of two sums from the larger, be they of one series or of two that are compared.

    Raises `ValueError` if one has no rows or they differ in unit.
    """
    rows = (*first, *second)
    if not first or not second or len({row.unit for row in rows}) > 1:
        raise ValueError("only amounts in one unit can be compared")
    low, high = sorted((_added(first), _added(second)))
    formula = f"{amount(high)} − {_term(low)} = {amount(high - low)}"
    caveat = _caveat(rows, _margin(rows))
    return Receipt(label, high - low, rows[0].unit, formula, rows, _rounded(rows), caveat)


def change(label: str, first: Sequence[Figure], second: Sequence[Figure]) -> Receipt:
    """Return by how many per cent of the first sum the second one is more (or, below zero, less).

    Raises `ValueError` for what `gap` refuses, and if the first sum is not above zero.
    """
    base, later = _added(first), _added(second)
    known = gap(label, first, second)
    if base <= 0:
        raise ValueError("a change from nothing has no percentage")
    value = percentage(later - base, base)
    formula = f"({amount(later)} − {amount(base)}) ÷ {amount(base)} = {value:+,} %".replace("-", "−")
    return Receipt(
        *(label, value, "percent", formula, known.rows, known.approximate),
        _caveat(known.rows),
        _TO_ONE_DECIMAL,
        is_change=True,
    )


_TO_ONE_DECIMAL = translatable("to one decimal, halves up")
_TO_WHOLE_UNITS = translatable("to whole units, halves up")
_TO_THE_CENT = translatable("to the cent, halves up")


def percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part` of `whole` in per cent, to one decimal, halves up; `whole` must not be zero."""
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share(part: Decimal, label: str, whole: Sequence[Figure], whole_label: str) -> Receipt:
    """Return what share of the sum of `whole` the amount `part` is, in per cent to one decimal."""
    _same_kind(whole)
    base = _added(whole)
    value = percentage(part, base)
    formula = f"{amount(part)} ÷ {amount(base)} = {value} %"
    name = gettext("{part} as a share of {whole}", part=label, whole=whole_label)
    return Receipt(name, value, "percent", formula, tuple(whole), True, _caveat(whole), _TO_ONE_DECIMAL)


def portion(percent: Decimal, whole: Figure, label: str) -> Receipt:
    """Return the amount that a stated share of a figure comes to."""
    value = (whole.value * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    formula = f"{amount(whole.value)} × {percent.normalize():f} % = {amount(value)}"
    return Receipt(
        gettext("Amount of {category}", category=label),
        value,
        whole.unit,
        formula,
        (whole,),
        True,
        _caveat((whole,)),
        _TO_WHOLE_UNITS,
    )


def mean(rows: Sequence[Figure], missing: Sequence[str] = ()) -> Receipt:
    """Return the arithmetic mean of figures of one series; a reported zero counts as a month.

    It is rounded to the dollar; that of figures which a report has printed, to the cent.
    """
    added = total(rows)
    printed = _rounded(row for row in rows if not _is_in_tenths(row))
    value = (added.value / len(rows)).quantize(Decimal("0.01" if printed else "1"), ROUND_HALF_UP)
    terms = (_term(row.value if added.is_bound else row.counted) for row in rows)
    formula = f"({' + '.join(terms)}) ÷ {len(rows)} = {amount(value)}"
    by_year = rows[0].period.precision in (Precision.YEAR, Precision.FISCAL_YEAR)
    return Receipt(
        gettext("Average a year") if by_year else gettext("Average a month"),
        value,
        added.unit,
        formula,
        tuple(rows),
        True,
        added.caveat if added.is_bound else _caveat(rows, _margin(rows) / len(rows)),
        _TO_THE_CENT if printed else _TO_WHOLE_UNITS,
        tuple(missing),
        added.is_bound,
    )


def _is_in_tenths(figure: Figure) -> bool:
    return figure.qualifier in ("to the nearest 100,000", "less than")
