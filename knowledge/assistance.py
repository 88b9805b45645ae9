"""U.S. assistance by fiscal year: how a period is read as fiscal years, and the reply with its rows.

Obligations, disbursements and pledges are different things: each has its own rows, and no sum mixes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge.answers import Answer, Kind, SeriesFigures, Status, refused
from knowledge.commands import shown_command
from knowledge.comparisons import compared_periods
from knowledge.disagreements import disagreements
from knowledge.exports import FigureTable, Series
from knowledge.figures import covered_in_words, rows_of, sums
from knowledge.languages import gettext, joined, translatable
from knowledge.periods import ALL_DATES, ParsedPeriod, Period, PeriodError, Precision
from knowledge.text import begun

EXAMPLES = ("FY2008", "2001", "1996..2008")

FIRST_YEAR, LAST_YEAR = 1901, 2099

SCOPE = translatable(
    "Obligations and disbursements are of all U.S. agencies and all sectors, not of humanitarian aid alone, "
    "in current dollars."
)
NEVER_ADDED = translatable(
    "Pledges overlap with one another and with obligations, so they are never added up, nor to obligations."
)


def fiscal_year(year: int) -> Period:
    """Return a U.S. fiscal year: FY2008 began in October 2007; raises `PeriodError` for one out of range."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(
            gettext(
                "Fiscal years run from {first} to {last}. Write one or a range of them, "
                "for example {example} or {other}.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
                example=EXAMPLES[0],
                other=EXAMPLES[-1],
            )
        )
    return Period.unit(Precision.FISCAL_YEAR, year - 1, 10)


def in_words(period: Period) -> str:
    """Write fiscal years in words: `fiscal years 1996 to 2008`, `until fiscal year 1999`."""
    if period.open_start and period.open_end:
        return gettext("all fiscal years")
    if period.open_end:
        return gettext("since fiscal year {year}", year=_number(period.first))
    if period.open_start:
        return gettext("until fiscal year {year}", year=_number(period.last))
    first, last = _number(period.first), _number(period.last)
    if first == last:
        return gettext("fiscal year {year}", year=first)
    return gettext("fiscal years {first} to {last}", first=first, last=last)


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
    named = {"period": period.label(), "years": in_words(whole)}
    if period.open_start or period.open_end:
        note = gettext("{period} is read as {years}.", **named)
        return whole, (begun(note),)
    note = gettext("{period} is read as {years} ({months}).", months=whole.label(), **named)
    is_one = _number(first) == _number(last)
    return (fiscal_year(last.year) if is_one else whole), (note,)


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
    limits = dict.fromkeys(gettext(SCOPE if block.series.additive else NEVER_ADDED) for block in shown)
    return Answer(
        Kind.FIGURE,
        Status.ANSWERED,
        title=gettext("U.S. assistance to North Korea: {years}", years=joined(map(in_words, years))),
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
        raise PeriodError(gettext(_COMPARE_TWO, command=shown_command("/assistance FY2008 compare:FY2009")))
    added = [one for one in series if one.additive]
    if not added:
        command = shown_command(f"/assistance FY2008 series:{series[0].id}")
        raise PeriodError(
            f"{gettext(NEVER_ADDED)} {gettext('So they are not compared: {command}.', command=command)}"
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
    title = gettext(
        "U.S. assistance to North Korea: {first} and {second} compared",
        first=in_words(first),
        second=in_words(second),
    )
    return replace(reply, title=title, notes=(*notes, gettext(SCOPE), *reply.notes))


_COMPARE_TWO = translatable("compare: puts other years beside the first, so both are needed: {command}.")


def _without(found: Sequence[SeriesFigures], asked: Sequence[Period]) -> list[str]:
    """Say which series by fiscal year have no figure at all for the years asked."""
    years = joined(
        in_words(one) if _is_open(one) else gettext("for {period}", period=in_words(one)) for one in asked
    )
    return [
        gettext("“{series}”: no figure {years}, which is not a zero.", series=block.series.name, years=years)
        for block in found
        if block.series.additive and not block.figures
    ]


def _is_open(asked: Period) -> bool:
    return asked.open_start or asked.open_end


def _covered(table: FigureTable, series: Series) -> str:
    if not series.additive:
        return series.coverage.label()
    gaps = [str(_number(gap.last)) for gap in table.gaps(series.coverage, series)]
    covered = in_words(series.coverage)
    return gettext("{years} except {gaps}", years=covered, gaps=joined(gaps)) if gaps else covered


def no_assistance(table: FigureTable, asked: Period, series: Sequence[Series] = ()) -> Answer:
    """Refuse for want of a figure in some series, or in all, saying for which years there are figures."""
    of_pledges = bool(series) and not any(one.additive for one in series)
    wanted = series if of_pledges else [one for one in table.series if one.additive]
    said = gettext((_NO_PLEDGE if of_pledges else _NO_ASSISTANCE)[_is_open(asked)], years=in_words(asked))
    said = f"{said} {gettext('That is a gap in the sources, not a zero.')}"
    held = wanted if table.series else ()
    return refused(said, covered_in_words(table, held, f"/assistance {EXAMPLES[0]}", _covered))


_NO_ASSISTANCE = {
    True: translatable("The library has no figure of U.S. assistance {years}."),
    False: translatable("The library has no figure of U.S. assistance for {years}."),
}
_NO_PLEDGE = {
    True: translatable("The library has no figure of food pledged or provided {years}."),
    False: translatable("The library has no figure of food pledged or provided for {years}."),
}
"""What is said for want of a figure, by whether the years are open, as “since fiscal year 2009” is."""
