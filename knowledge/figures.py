"""Replies about figures: the rows of a period, what they add up to, and what others have for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status, refused
from knowledge.commands import shown_command
from knowledge.disagreements import disagreements
from knowledge.exports import Absence, Figure, FigureTable, Part, Receipt, Series, runs, span, total
from knowledge.languages import gettext, joined, listed, translatable
from knowledge.periods import Period, Precision
from knowledge.text import begun
from knowledge.wording import computed_in_words, figure_in_words, part_in_words

EXAMPLES = ("2023-11", translatable("November 2023"), "2023-11..2024-03", translatable("Q1 2024"))

MOST_CITED = 8
"""A sentence on more rows than this cites the first and the last, and says that all stand below it."""

MOST_NAMED = 24
"""Up to so many months or years are named in a sentence; the table has the rest."""

IN_TENTHS = translatable(
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
        title=gettext("U.S. exports to North Korea: {period}", period=_as_months(period)[0].label()),
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
            return gettext(
                "The months of the series {series}: {command}",
                series=block.series.id,
                command=shown_command(f"/exports {_as_typed(whole)}"),
            )
    return ""


def _as_typed(period: Period) -> str:
    """Write a stretch of months as such, even where it is a whole year: `2024-01..2024-12`."""
    months = period.months()
    return f"{months[0].key()}..{months[-1].key()}"


def sums(blocks: Sequence[SeriesFigures]) -> tuple[Receipt, ...]:
    """Return the sum of each block of several figures that can be added, named where there are several."""
    return tuple(
        sum_of(block, gettext("Sum of {series}", series=block.series.id) if len(blocks) > 1 else "")
        for block in blocks
        if len(block.figures) > 1 and block.series.additive
    )


def sum_of(block: SeriesFigures, label: str = "") -> Receipt:
    """Add up the figures of a block; the receipt names what is missing, and a total that the source has."""
    missing = (*(gap.label() for gap in block.gaps), *map(_absence_named, block.absences))
    added = total(block.figures, missing)
    added = replace(added, label=label or added.label)
    whole = span(block.figures)
    own = next(
        (t for t in block.totals if (t.period.first, t.period.last) == (whole.first, whole.last)), None
    )
    if own is None or own.qualifier != "exactly":
        return added
    return replace(
        added,
        caveat=gettext(
            "The source's own total for {period}: {amount}.",
            period=own.period.label(),
            amount=figure_in_words(own),
        ),
    )


def _absence_named(absence: Absence) -> str:
    return f"{absence.period.label()} ({gettext(absence.meaning)})"


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
        notes.append(gettext(IN_TENTHS))
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
    is_open = not isinstance(asked, str) and (asked.open_start or asked.open_end)
    period = asked if isinstance(asked, str) else asked.label()
    years = () if isinstance(asked, str) else _by_year_only(table, asked, series)[:2]
    if years:
        named = listed(year.label() for year in years)
        said = gettext(_BY_YEAR_ONLY[is_open], period=period, years=named)
    else:
        said = gettext(_NO_FIGURE[is_open], period=period)
    choices = tuple(f"/exports {year}" for year in years)
    return refused(said, covered_in_words(table, series, f"/exports {EXAMPLES[0]}", _covered), choices)


_NO_FIGURE = {
    True: translatable("The library has no figure {period}. That is a gap in the sources, not a zero."),
    False: translatable("The library has no figure for {period}. That is a gap in the sources, not a zero."),
}
_BY_YEAR_ONLY = {
    True: translatable("The library has no figure {period} by itself; it has {years} as a whole year."),
    False: translatable("The library has no figure for {period} by itself; it has {years} as a whole year."),
}
"""What is said for want of a figure, by whether the period is open, as “since 2016” is."""


def covered_in_words(
    table: FigureTable,
    series: Sequence[Series],
    example: str,
    covered: Callable[[FigureTable, Series], str],
) -> str:
    """Say what some series cover, and give an example of a command that has figures."""
    said = [
        gettext("“{series}” covers {period}.", series=one.name, period=covered(table, one)) for one in series
    ]
    said = said or [gettext("No series of figures is switched on.")]
    return " ".join((*said, gettext("For example: {command}", command=shown_command(example))))


def _by_year_only(table: FigureTable, asked: Period, series: Sequence[Series]) -> tuple[Period, ...]:
    """Return the years with a figure in which a period lies that has none by month."""
    held = {f.period for one in series for f in table.within(asked, one.id)}
    return tuple(sorted(year for year in held if year.precision is Precision.YEAR))


def _covered(table: FigureTable, series: Series) -> str:
    months = _span_of(table, series, Precision.MONTH)
    years = _span_of(table, series, Precision.YEAR)
    if not years or not months:
        return series.coverage.label()
    return gettext("{years} by year and {months} by month", years=years.label(), months=months.label())


def _span_of(table: FigureTable, series: Series, grain: Precision) -> Period | None:
    held = [f for f in table.figures if f.series == series.id and f.period.precision is grain]
    return span(held) if held else None


def _as_months(period: Period) -> tuple[Period, tuple[str, ...]]:
    """Widen a period that begins or ends within a month to whole months, and say so."""
    if period.open_start or period.open_end:
        return period, ()
    months = period.months()
    if (months[0].first, months[-1].last) == (period.first, period.last):
        return period, ()
    whole = months[0] if len(months) == 1 else Period.between(months[0].first, months[-1].last)
    note = gettext(
        "Figures are by month; for {period} this is {months}.", period=period.label(), months=whole.label()
    )
    return whole, (note,)


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
    by_months = grain is Precision.MONTH
    said = gettext(_COVERS[named, by_months], series=series.name, period=covered.label())
    if by_year and by_months:
        said = f"{said} {gettext('By year they cover {years}.', years=by_year.label())}"
    return said


_COVERS = {
    (True, True): translatable(
        "“{series}”: figures cover {period}; any other month has no figure, which is not a zero."
    ),
    (True, False): translatable(
        "“{series}”: figures cover {period}; any other year has no figure, which is not a zero."
    ),
    (False, True): translatable(
        "Figures cover {period}; any other month has no figure, which is not a zero."
    ),
    (False, False): translatable(
        "Figures cover {period}; any other year has no figure, which is not a zero."
    ),
}
"""What is said of what is covered, by whether the series is named and by whether it is by month."""


def _absence_note(absence: Absence) -> str:
    return gettext(
        "“{meaning}”: the source has no row for that year, which is neither a zero nor unknown.",
        meaning=begun(gettext(absence.meaning)),
    )


def stated(figure: Figure) -> Statement:
    """Say one figure in a sentence, as its source has it."""
    where = figure.period.label()
    if figure.precision == "reported zero":
        said = gettext("{period}: nothing was sent (a reported zero).", period=where)
        return Statement(said, figure.citations)
    said = gettext("{period}: {amount}.", period=where, amount=figure_in_words(figure))
    return Statement(said, figure.citations)


def absent(absence: Absence) -> Statement:
    """Say that a source has no row for a year."""
    words = gettext(
        "{period}: {meaning}; the source has no row for that year.",
        period=absence.period.label(),
        meaning=gettext(absence.meaning),
    )
    return Statement(words, absence.citations)


def alike(figures: Sequence[Figure]) -> Statement:
    """Name several months or years that have the same figure, such as a zero."""
    names = ", ".join(figure.period.label() for figure in figures[:MOST_NAMED])
    amount = figure_in_words(figures[0])
    if len(figures) > MOST_NAMED:
        left = len(figures) - MOST_NAMED
        words = gettext("{periods} and {left} more: {amount} each.", periods=names, left=left, amount=amount)
    elif len(figures) > 1:
        words = gettext("{periods}: {amount} each.", periods=names, amount=amount)
    else:
        words = gettext("{period}: {amount}.", period=names, amount=amount)
    return Statement(words, tuple(dict.fromkeys(c for figure in figures for c in figure.citations)))


def without_rows(absences: Sequence[Absence]) -> Statement:
    """Say for how many years, and for which, a source has no row."""
    words = gettext(
        "{meaning}: {count} years without a row ({years}).",
        meaning=begun(gettext(absences[0].meaning)),
        count=len(absences),
        years=", ".join(run.label() for run in runs(absence.period for absence in absences)),
    )
    return Statement(words, tuple(dict.fromkeys(c for absence in absences for c in absence.citations)))


def computed(receipt: Receipt) -> Statement:
    """Say a computed value in a sentence that shows that it is one; the receipt has the formula."""
    value = computed_in_words(receipt)
    if len(receipt.citations) > MOST_CITED:
        rows, ends = len(receipt.rows), (receipt.citations[0], receipt.citations[-1])
        said = gettext(
            "{label}: {value} (computed from the {rows} rows below).",
            label=receipt.label,
            value=value,
            rows=rows,
        )
        return Statement(said, ends)
    said = gettext("{label}: {value} (computed).", label=receipt.label, value=value)
    return Statement(said, receipt.citations)


def own_total(figure: Figure) -> Statement:
    """Say a total that a source states itself."""
    words = gettext(
        "The source's own total, {period}: {amount}.",
        period=figure.period.label(),
        amount=figure_in_words(figure),
    )
    return Statement(words, figure.citations)


def category(figure: Figure, part: Part) -> Statement:
    """Say what a source says of one category of a figure."""
    words = gettext(
        "{period}: {part}, of {amount}.",
        period=figure.period.label(),
        part=part_in_words(part),
        amount=figure_in_words(figure),
    )
    return Statement(words, part.citations)


HIGHEST = {
    Precision.MONTH: translatable("The highest month is {period}, with {amount}."),
    Precision.YEAR: translatable("The highest year is {period}, with {amount}."),
    Precision.FISCAL_YEAR: translatable("The highest fiscal year of {series} is {period}, with {amount}."),
}
LOWEST = {
    Precision.MONTH: translatable("The lowest month above zero is {period}, with {amount}."),
    Precision.YEAR: translatable("The lowest year above zero is {period}, with {amount}."),
    Precision.FISCAL_YEAR: translatable("The lowest fiscal year of {series} is {period}, with {amount}."),
}
"""How it is said which month or year is the highest or the lowest."""


def extreme(said: str, figure: Figure) -> Statement:
    """Say which month or year is the highest or the lowest, as one of `HIGHEST` or `LOWEST` has it."""
    words = gettext(said, series=figure.series, period=figure.period.label(), amount=figure_in_words(figure))
    return Statement(words, figure.citations)


def compared(receipt: Receipt, first: Figure, second: Figure) -> Statement:
    """Say which of two figures is higher, and by how much."""
    high, low = (first, second) if first.value >= second.value else (second, first)
    if receipt.value:
        words = gettext(
            "{high} is higher than {low} by {difference} (computed).",
            high=high.period.label(),
            low=low.period.label(),
            difference=computed_in_words(receipt),
        )
    else:
        same = _SAME_AS_FAR_AS_KNOWN if receipt.approximate else _SAME
        words = gettext(same, first=first.period.label(), second=second.period.label())
    return Statement(words, receipt.citations)


_SAME = translatable("{first} and {second} have the same figure.")
_SAME_AS_FAR_AS_KNOWN = translatable(
    "{first} and {second} have the same figure, as far as its precision goes."
)


def counted(figures: Sequence[Figure], *, zero: bool = False) -> Statement:
    """Say how many of some months have exports above zero, or are reported zeros, and which.

    What is only known to be less than a bound may be either, and is named by itself.
    """
    found = [figure for figure in figures if not figure.is_bound and bool(figure.value) is not zero]
    bounds = [figure for figure in figures if figure.is_bound]
    names = ", ".join(figure.period.label() for figure in found) or gettext("none")
    recorded = bool(bounds) or any(figure.precision == "recorded zero" for figure in figures)
    what = (_RECORDED_ZEROS if recorded else _REPORTED_ZEROS) if zero else _ABOVE_ZERO
    by_year = figures[0].period.precision is Precision.YEAR
    words = gettext(what[by_year], found=len(found), count=len(figures), names=names)
    if bounds:
        more = gettext(
            "Of {count} only {amount} is known, perhaps nothing ({names}).",
            count=len(bounds),
            amount=figure_in_words(bounds[0]),
            names=", ".join(figure.period.label() for figure in bounds),
        )
        words = f"{words} {more}"
    return Statement(words, tuple(dict.fromkeys(c for figure in figures for c in figure.citations)))


_ABOVE_ZERO = {
    True: translatable("Exports above zero: {found} of {count} years with a figure ({names})."),
    False: translatable("Exports above zero: {found} of {count} months with a figure ({names})."),
}
_REPORTED_ZEROS = {
    True: translatable("Reported zeros: {found} of {count} years with a figure ({names})."),
    False: translatable("Reported zeros: {found} of {count} months with a figure ({names})."),
}
_RECORDED_ZEROS = {
    True: translatable("Recorded zeros: {found} of {count} years with a figure ({names})."),
    False: translatable("Recorded zeros: {found} of {count} months with a figure ({names})."),
}
"""What is said of how many there are, by whether they are years."""


def other_years(left_out: Sequence[Period]) -> tuple[str, ...]:
    """Say for which other years of a month without a year there are figures, if there are any."""
    if not left_out:
        return ()
    others = joined(period.label() for period in left_out)
    return (gettext("There is a figure for {periods}, too: name the year to see it.", periods=others),)


def no_zero(block: SeriesFigures) -> list[Statement]:
    """Say that no figure of some months is zero, and that months without one are no zeros either."""
    said = [gettext("No month with a figure is a reported zero.")]
    if block.gaps:
        gaps = joined(gap.label() for gap in block.gaps)
        said.append(gettext("There is no figure for {periods}.", periods=gaps))
    return [Statement(" ".join(said))]


def no_categories(months: str, named: str) -> Answer:
    """Refuse to say what part of a figure a category is where the source names no categories."""
    said = gettext("The source does not say this of {months}.", months=months)
    return refused(said, gettext("It names such a category for {months} only.", months=named))
