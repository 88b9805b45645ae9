"""U.S. assistance by fiscal year: how a period is read as fiscal years, and the reply with its rows.

Obligations, disbursements and pledges are different things: each has its own rows, and no sum mixes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge.answers import Answer, Kind, SeriesFigures, Status, refused
from knowledge.comparisons import compared_periods
from knowledge.disagreements import disagreements
from knowledge.exports import FigureTable, Series
from knowledge.figures import rows_of, sums
from knowledge.periods import ALL_DATES, ParsedPeriod, Period, PeriodError, Precision

EXAMPLES = ("FY2008", "2001", "1996..2008")

FIRST_YEAR, LAST_YEAR = 1901, 2099

SCOPE = (
    "Obligations and disbursements are of all U.S. agencies and all sectors, not of humanitarian aid alone, "
    "in current dollars."
)
NEVER_ADDED = (
    "Pledges overlap with one another and with obligations, so they are never added up, nor to obligations."
)


def fiscal_year(year: int) -> Period:
    """Return a U.S. fiscal year: FY2008 began in October 2007; raises `PeriodError` for one out of range."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(
            f"Fiscal years run from {FIRST_YEAR} to {LAST_YEAR}. Write one or a range of them, "
            f"for example {EXAMPLES[0]} or {EXAMPLES[-1]}."
        )
    return Period.unit(Precision.FISCAL_YEAR, year - 1, 10)


def in_words(period: Period) -> str:
    """Write fiscal years in words: `fiscal years 1996 to 2008`, `until fiscal year 1999`."""
    if period.open_start and period.open_end:
        return "all fiscal years"
    if period.open_end:
        return f"since fiscal year {_number(period.first)}"
    if period.open_start:
        return f"until fiscal year {_number(period.last)}"
    first, last = _number(period.first), _number(period.last)
    return f"fiscal year {first}" if first == last else f"fiscal years {first} to {last}"


def _number(day: date) -> int:
    """Return the number of the fiscal year that a day lies in."""
    return day.year + (day.month >= 10)


def as_fiscal_years(period: Period) -> tuple[Period, tuple[str, ...]]:
    """Read a period as fiscal years, and say so where it is written as something else.

    A calendar year stands for the fiscal year of its number, for that is how the figures are asked for; a
    month or a day for the fiscal year that it lies in. Raises `PeriodError` for years out of range.
    """
    if period.precision is Precision.FISCAL_YEAR or (period.open_start and period.open_end):
        return period, ()
    by_year = _is_open_or(period.first, 1, 1) and _is_open_or(period.last, 12, 31)
    first, last = period.first, period.last
    if not period.open_start:
        first = fiscal_year(first.year if by_year else _number(first)).first
    if not period.open_end:
        last = fiscal_year(last.year if by_year else _number(last)).last
    whole = Period.between(first, last)
    if (whole.first, whole.last) == (period.first, period.last):
        return period, ()
    named = f"{period.label()} is read as {in_words(whole)}"
    if period.open_start or period.open_end:
        return whole, (f"{named[0].upper()}{named[1:]}.",)
    is_one = _number(first) == _number(last)
    return (fiscal_year(last.year) if is_one else whole), (f"{named} ({whole.label()}).",)


def _is_open_or(day: date, month: int, number: int) -> bool:
    return day in (date.min, date.max) or (day.month, day.day) == (month, number)


def assistance_reply(
    table: FigureTable, periods: Sequence[Period], series: Sequence[Series] = (), notes: Sequence[str] = ()
) -> Answer:
    """Reply with what each series has for the fiscal years of some periods, and with what others report.

    Sums are made of obligations and of disbursements, each by itself; pledges are listed and not added up.
    `notes` say how the periods were read. Raises `PeriodError` for years out of range.
    """
    read = [as_fiscal_years(period) for period in periods]
    years = [period for period, _ in read]
    said_before = (*notes, *(note for _, about in read for note in about))
    ordered = sorted(series or table.series, key=lambda one: not one.additive)
    found = [rows_of(table, years, one)[0] for one in ordered]
    shown = [block for block in found if block.figures]
    if not shown:
        return replace(no_assistance(table, years[0], ordered), notes=said_before)
    differences = disagreements(table, shown, between_series=False)
    limits = dict.fromkeys(SCOPE if block.series.additive else NEVER_ADDED for block in shown)
    return Answer(
        Kind.FIGURE,
        Status.ANSWERED,
        title=f"U.S. assistance to North Korea: {' and '.join(map(in_words, years))}",
        asides=differences.asides,
        figures=tuple(shown),
        receipts=(*sums(shown), *differences.receipts),
        notes=(*said_before, *limits, *_without(found, years)),
    )


def assistance_compared(
    table: FigureTable, asked: tuple[ParsedPeriod, ParsedPeriod], series: Sequence[Series]
) -> Answer:
    """Reply with two stretches of fiscal years side by side, in each series that can be added up.

    Raises `PeriodError` for years out of range, and if the first is left out.
    """
    if asked[0].period == ALL_DATES:
        raise PeriodError(_COMPARE_TWO)
    added = [one for one in series if one.additive]
    if not added:
        raise PeriodError(
            f"{NEVER_ADDED} So they are not compared: /assistance FY2008 series:{series[0].id}."
        )
    read = [as_fiscal_years(one.period) for one in asked]
    (first, _), (second, _) = read
    notes = dict.fromkeys(
        (*(n for one in asked for n in one.notes), *(n for _, about in read for n in about))
    )
    reply = compared_periods(table, first, second, added)
    if reply.status is not Status.ANSWERED:
        is_first_held = any(table.within(first, one.id) for one in added)
        return no_assistance(table, second if is_first_held else first, added)
    title = f"U.S. assistance to North Korea: {in_words(first)} and {in_words(second)} compared"
    return replace(reply, title=title, notes=(*notes, SCOPE, *reply.notes))


_COMPARE_TWO = (
    "compare: puts other years beside the first, so both are needed: /assistance FY2008 compare:FY2009."
)


def _without(found: Sequence[SeriesFigures], asked: Sequence[Period]) -> list[str]:
    """Say which series by fiscal year have no figure at all for the years asked."""
    years = " and ".join(map(_for, asked))
    return [
        f"“{block.series.name}”: no figure {years}, which is not a zero."
        for block in found
        if block.series.additive and not block.figures
    ]


def _for(asked: Period) -> str:
    return in_words(asked) if asked.open_start or asked.open_end else f"for {in_words(asked)}"


def _covered(table: FigureTable, series: Series) -> str:
    if not series.additive:
        return series.coverage.label()
    gaps = [str(_number(gap.last)) for gap in table.gaps(series.coverage, series)]
    return in_words(series.coverage) + (f" except {' and '.join(gaps)}" if gaps else "")


def no_assistance(table: FigureTable, asked: Period, series: Sequence[Series] = ()) -> Answer:
    """Refuse for want of a figure in some series, or in all, saying for which years there are figures."""
    of_pledges = bool(series) and not any(one.additive for one in series)
    wanted = series if of_pledges else [one for one in table.series if one.additive]
    covered = " ".join(f"“{one.name}” covers {_covered(table, one)}." for one in wanted)
    what = "food pledged or provided" if of_pledges else "U.S. assistance"
    said = f"The library has no figure of {what} {_for(asked)}."
    if not table.series:
        covered = "No series of figures is switched on."
    said = f"{said} That is a gap in the sources, not a zero."
    return refused(said, f"{covered} For example: /assistance {EXAMPLES[0]}")
