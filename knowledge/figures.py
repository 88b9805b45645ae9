"""Replies about figures: the rows of a period, what they add up to, and what others have for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status, refused
from knowledge.disagreements import disagreements
from knowledge.exports import Absence, Figure, FigureTable, Part, Receipt, Series, runs, span, total
from knowledge.periods import Period, Precision
from knowledge.wording import computed_in_words, figure_in_words, part_in_words

EXAMPLES = ("2023-11", "November 2023", "2023-11..2024-03", "Q1 2024")

MOST_CITED = 8
"""A sentence on more rows than this cites the first and the last, and says that all stand below it."""

MOST_NAMED = 24
"""Up to so many months or years are named in a sentence; the table has the rest."""

IN_TENTHS = (
    "Up to 2002 the workbook gives tenths of a million dollars; a 0 there says less than US$50,000, not zero."
)


_BY_GRAIN = re.compile(
    r"\bby (?P<by>month|year)\b|\b(?P<ly>month|year)ly\b|\bper (?P<per>month|year)\b", re.IGNORECASE
)


def by_grain(typed: str) -> tuple[str, Precision | None]:
    """Return a period as typed without “by month” or “by year”, and which of them it said."""
    found = _BY_GRAIN.search(typed)
    if found is None:
        return typed, None
    grain = Precision.MONTH if next(filter(None, found.groups())).lower() == "month" else Precision.YEAR
    return f"{typed[: found.start()]} {typed[found.end() :]}".strip(), grain


def rows_reply(
    table: FigureTable, period: Period, series: Sequence[Series], grain: Precision | None = None
) -> Answer:
    """Reply with the rows that `period` has in each of `series`, and with their sum if there are several.

    Without a `grain` each series is shown by month or by year as suits the period.
    Where two series have the same months, or others report otherwise, the reply says by how much they differ.
    """
    by = {one.id: grain if _has(table, one, grain) else None for one in series}
    found = [rows_of(table, (period,), one, grain=by[one.id]) for one in series]
    shown = [block for block, _ in found if block.figures or block.absences]
    if not shown:
        return no_figure(table, period, series)
    if len(shown) > 1:
        found = [rows_of(table, (period,), one, grain=by[one.id], named=True) for one in series]
    differences = disagreements(table, shown)
    held = [notes for block, notes in found if block.figures or block.absences]
    return Answer(
        Kind.FIGURE,
        Status.ANSWERED,
        title=f"U.S. exports to North Korea: {_as_months(period)[0].label()}",
        statements=differences.said,
        asides=differences.asides,
        figures=tuple(shown),
        receipts=(*sums(shown), *differences.receipts),
        notes=tuple(dict.fromkeys(note for notes in held for note in notes)),
        hint=_months_of(table, shown),
    )


def _has(table: FigureTable, series: Series, grain: Precision | None) -> bool:
    return any(f.series == series.id and f.period.precision is grain for f in table.figures)


def _months_of(table: FigureTable, shown: Sequence[SeriesFigures]) -> str:
    """Say how to see the months of what is shown by year, where there are months."""
    for block in shown:
        years = [figure.period for figure in block.figures if figure.period.precision is Precision.YEAR]
        months = [
            month
            for month in table.months(block.series.id)
            if month.precision is Precision.MONTH and any(year.contains(month) for year in years)
        ]
        if len(months) > 1:
            whole = Period.between(months[0].first, months[-1].last)
            return f"The months of the series {block.series.id}: /exports {_as_typed(whole)}"
    return ""


def _as_typed(period: Period) -> str:
    """Write a stretch of months as such, even where it is a whole year: `2024-01..2024-12`."""
    months = period.months()
    return f"{months[0].key()}..{months[-1].key()}"


def sums(blocks: Sequence[SeriesFigures]) -> tuple[Receipt, ...]:
    """Return the sum of each block of several figures that can be added, named where there are several."""
    return tuple(
        sum_of(block, f"Sum of {block.series.id}" if len(blocks) > 1 else "Sum")
        for block in blocks
        if len(block.figures) > 1 and block.series.additive
    )


def sum_of(block: SeriesFigures, label: str = "Sum") -> Receipt:
    """Add up the figures of a block; the receipt names what is missing, and a total that the source has."""
    missing = (*(gap.label() for gap in block.gaps), *map(_absence_named, block.absences))
    added = replace(total(block.figures, missing), label=label)
    whole = span(block.figures)
    own = next(
        (t for t in block.totals if (t.period.first, t.period.last) == (whole.first, whole.last)), None
    )
    if own is None or own.qualifier != "exactly":
        return added
    return replace(added, caveat=f"The source's own total for {own.period.label()}: {figure_in_words(own)}.")


def _absence_named(absence: Absence) -> str:
    return f"{absence.period.label()} ({absence.meaning})"


def rows_of(
    table: FigureTable,
    periods: Sequence[Period],
    series: Series,
    *,
    grain: Precision | None = None,
    named: bool = False,
) -> tuple[SeriesFigures, tuple[str, ...]]:
    """Return what a series has for some periods: its figures, its gaps by name, and notes on both.

    The series is shown by `grain` or, without one, as suits each period. Notes that are about the series name
    it if it is to be `named`.
    """
    rows: dict[Figure | Absence, None] = {}
    gaps: dict[Period, None] = {}
    totals: dict[Figure, None] = {}
    notes: list[str] = []
    for period in periods:
        by = grain or table.grain(period, series)
        asked, widened = _as_months(period) if by is Precision.MONTH else (period, ())
        notes += widened
        rows |= dict.fromkeys(table.rows(asked, series, by))
        gaps |= dict.fromkeys(table.gaps(asked, series, by))
        if asked.contains(series.coverage):
            totals |= dict.fromkeys(t for t in table.totals if t.series == series.id)
        if by is Precision.MONTH:
            totals |= dict.fromkeys(_years_in(table, asked, series))
        if note := _coverage_note(table, series, by, asked, named):
            notes.append(note)
    ordered = sorted(rows, key=lambda row: row.period)
    figures = tuple(row for row in ordered if isinstance(row, Figure))
    if any(f.qualifier in ("to the nearest 100,000", "less than") for f in figures):
        notes.append(IN_TENTHS)
    absences = tuple(row for row in ordered if isinstance(row, Absence))
    if absences:
        notes.append(_absence_note(absences[0]))
    block = SeriesFigures(series, figures, runs(gaps), tuple(totals), absences)
    return block, tuple(dict.fromkeys(notes))


def _years_in(table: FigureTable, months: Period, series: Series) -> tuple[Figure, ...]:
    """Return the yearly figures of the years that a period by month is made up of."""
    return tuple(
        figure
        for figure in table.within(months, series.id)
        if figure.period.precision is Precision.YEAR
        and months.contains(figure.period)
        and not table.gaps(figure.period, series, Precision.MONTH)
    )


def no_figure(table: FigureTable, asked: Period | str, series: Sequence[Series]) -> Answer:
    """Refuse for want of a figure, saying for which months there are figures."""
    series = series or table.series
    covered = " ".join(f"“{one.name}” covers {_covered(table, one)}." for one in series)
    covered = covered or "No series of figures is switched on."
    when = f"for {asked}" if isinstance(asked, str) else _for(asked)
    said = f"The library has no figure {when}. That is a gap in the sources, not a zero."
    years = () if isinstance(asked, str) else _by_year_only(table, asked, series)
    if years:
        named = " and ".join(year.label() for year in years[:2])
        said = f"The library has no figure {when} by itself; it has {named} as a whole year."
    choices = tuple(f"/exports {year}" for year in years[:2])
    return refused(said, f"{covered} For example: /exports {EXAMPLES[0]}", choices)


def _by_year_only(table: FigureTable, asked: Period, series: Sequence[Series]) -> tuple[Period, ...]:
    """Return the years with a figure in which a period lies that has none by month."""
    held = {f.period for one in series for f in table.within(asked, one.id)}
    return tuple(sorted(year for year in held if year.precision is Precision.YEAR))


def _covered(table: FigureTable, series: Series) -> str:
    months = _span_of(table, series, Precision.MONTH)
    years = _span_of(table, series, Precision.YEAR)
    if not years or not months:
        return series.coverage.label()
    return f"{years.label()} by year and {months.label()} by month"


def _span_of(table: FigureTable, series: Series, grain: Precision) -> Period | None:
    held = [f for f in table.figures if f.series == series.id and f.period.precision is grain]
    return span(held) if held else None


def _for(period: Period) -> str:
    return period.label() if period.open_start or period.open_end else f"for {period.label()}"


def _as_months(period: Period) -> tuple[Period, tuple[str, ...]]:
    """Widen a period that begins or ends within a month to whole months, and say so."""
    if period.open_start or period.open_end:
        return period, ()
    months = period.months()
    if (months[0].first, months[-1].last) == (period.first, period.last):
        return period, ()
    whole = months[0] if len(months) == 1 else Period.between(months[0].first, months[-1].last)
    return whole, (f"Figures are by month; for {period.label()} this is {whole.label()}.",)


def _coverage_note(
    table: FigureTable, series: Series, grain: Precision | None, asked: Period, named: bool
) -> str:
    """Say for which months or years there are figures, if others were asked for."""
    by_year = _span_of(table, series, Precision.YEAR)
    by_month = _span_of(table, series, Precision.MONTH)
    covered = series.coverage
    if by_year and by_month:
        covered = by_month if grain is Precision.MONTH else by_year
    if grain is None or covered.contains(asked):
        return ""
    unit = "month" if grain is Precision.MONTH else "year"
    whose = f"“{series.name}”: figures" if named else "Figures"
    years = f" By year they cover {by_year.label()}." if by_year and grain is Precision.MONTH else ""
    return f"{whose} cover {covered.label()}; any other {unit} has no figure, which is not a zero.{years}"


def _absence_note(absence: Absence) -> str:
    return (
        f"“{absence.meaning[0].upper()}{absence.meaning[1:]}”: the source has no row for that year, "
        "which is neither a zero nor unknown."
    )


def stated(figure: Figure) -> Statement:
    """Say one figure in a sentence, as its source has it."""
    where = figure.period.label()
    if figure.precision == "reported zero":
        return Statement(f"{where}: nothing was sent (a reported zero).", figure.citations)
    return Statement(f"{where}: {figure_in_words(figure)}.", figure.citations)


def absent(absence: Absence) -> Statement:
    """Say that a source has no row for a year."""
    words = f"{absence.period.label()}: {absence.meaning}; the source has no row for that year."
    return Statement(words, absence.citations)


def alike(figures: Sequence[Figure]) -> Statement:
    """Name several months or years that have the same figure, such as a zero."""
    names = ", ".join(figure.period.label() for figure in figures[:MOST_NAMED])
    more = f" and {len(figures) - MOST_NAMED} more" if len(figures) > MOST_NAMED else ""
    words = f"{names}{more}: {figure_in_words(figures[0])}{' each' * (len(figures) > 1)}."
    return Statement(words, tuple(dict.fromkeys(c for figure in figures for c in figure.citations)))


def without_rows(absences: Sequence[Absence]) -> Statement:
    """Say for how many years, and for which, a source has no row."""
    names = ", ".join(run.label() for run in runs(absence.period for absence in absences))
    words = f"{absences[0].meaning.capitalize()}: {len(absences)} years without a row ({names})."
    return Statement(words, tuple(dict.fromkeys(c for absence in absences for c in absence.citations)))


def computed(receipt: Receipt) -> Statement:
    """Say a computed value in a sentence that shows that it is one; the receipt has the formula."""
    value = computed_in_words(receipt)
    if len(receipt.citations) > MOST_CITED:
        rows, ends = len(receipt.rows), (receipt.citations[0], receipt.citations[-1])
        return Statement(f"{receipt.label}: {value} (computed from the {rows} rows below).", ends)
    return Statement(f"{receipt.label}: {value} (computed).", receipt.citations)


def own_total(figure: Figure) -> Statement:
    """Say a total that a source states itself."""
    words = f"The source's own total, {figure.period.label()}: {figure_in_words(figure)}."
    return Statement(words, figure.citations)


def category(figure: Figure, part: Part) -> Statement:
    """Say what a source says of one category of a figure."""
    words = f"{figure.period.label()}: {part_in_words(part)}, of {figure_in_words(figure)}."
    return Statement(words, part.citations)


SAME_AS_FAR_AS_KNOWN = "have the same figure, as far as its precision goes"


def extreme(what: str, figure: Figure) -> Statement:
    """Say which month or year is the highest or the lowest."""
    words = f"The {what} is {figure.period.label()}, with {figure_in_words(figure)}."
    return Statement(words, figure.citations)


def compared(receipt: Receipt, first: Figure, second: Figure) -> Statement:
    """Say which of two figures is higher, and by how much."""
    high, low = (first, second) if first.value >= second.value else (second, first)
    by = computed_in_words(receipt)
    words = f"{high.period.label()} is higher than {low.period.label()} by {by} (computed)."
    if not receipt.value:
        same = SAME_AS_FAR_AS_KNOWN if receipt.approximate else "have the same figure"
        words = f"{first.period.label()} and {second.period.label()} {same}."
    return Statement(words, receipt.citations)


def counted(figures: Sequence[Figure], *, zero: bool = False) -> Statement:
    """Say how many of some months have exports above zero, or are reported zeros, and which.

    What is only known to be less than a bound may be either, and is named by itself.
    """
    found = [figure for figure in figures if not figure.is_bound and bool(figure.value) is not zero]
    bounds = [figure for figure in figures if figure.is_bound]
    names = ", ".join(figure.period.label() for figure in found) or "none"
    recorded = bool(bounds) or any(figure.precision == "recorded zero" for figure in figures)
    what = ("Recorded zeros" if recorded else "Reported zeros") if zero else "Exports above zero"
    units_ = "years" if figures[0].period.precision is Precision.YEAR else "months"
    words = f"{what}: {len(found)} of {len(figures)} {units_} with a figure ({names})."
    if bounds:
        names = ", ".join(figure.period.label() for figure in bounds)
        words += f" Of {len(bounds)} only {figure_in_words(bounds[0])} is known, perhaps nothing ({names})."
    return Statement(words, tuple(dict.fromkeys(c for figure in figures for c in figure.citations)))


def other_years(left_out: Sequence[Period]) -> tuple[str, ...]:
    """Say for which other years of a month without a year there are figures, if there are any."""
    others = " and ".join(period.label() for period in left_out)
    return (f"There is a figure for {others}, too: name the year to see it.",) if others else ()


def no_zero(block: SeriesFigures) -> list[Statement]:
    """Say that no figure of some months is zero, and that months without one are no zeros either."""
    gaps = " and ".join(gap.label() for gap in block.gaps)
    without = f" There is no figure for {gaps}." if gaps else ""
    return [Statement(f"No month with a figure is a reported zero.{without}")]


def no_categories(months: str, named: str) -> Answer:
    """Refuse to say what part of a figure a category is where the source names no categories."""
    said = f"The source does not say this of {months}."
    return refused(said, f"It names such a category for {named} only.")
