"""Two periods side by side: what each series has for them, the difference and the change in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status
from knowledge.disagreements import disagreements
from knowledge.exports import Figure, FigureTable, Receipt, Series, change, gap, runs
from knowledge.figures import no_figure, rows_of, sum_of
from knowledge.languages import gettext, translatable
from knowledge.periods import Period
from knowledge.wording import computed_in_words, figure_in_words


def compared_periods(table: FigureTable, first: Period, second: Period, series: Sequence[Series]) -> Answer:
    """Reply with two periods side by side in each of `series` that has either; the change is from the first.

    Of a series that has one of them only, nothing is computed. Refuses, saying what there is, if none has.
    """
    said: list[Statement] = []
    blocks: list[SeriesFigures] = []
    receipts: list[Receipt] = []
    notes: list[str] = []
    for one in series:
        sides = [rows_of(table, (period,), one, named=True) for period in (first, second)]
        (before, _), (after, _) = sides
        if not (before.figures or after.figures):
            notes += _missing(before, after, (first, second))
            continue
        if before.figures and after.figures:
            statement, made = _compared(before, after, (first, second))
            receipts += made
        else:
            statement = _one_sided(before, after, (first, second))
        said.append(statement)
        blocks.append(_together(before, after))
        notes += [note for _, about in sides for note in about]
    if not blocks:
        return _neither(table, (first, second), series, notes)
    differences = disagreements(table, blocks, with_sums=False)
    return Answer(
        Kind.FIGURE,
        Status.ANSWERED,
        title=gettext(
            "U.S. exports to North Korea: {first} and {second} compared",
            first=first.label(),
            second=second.label(),
        ),
        statements=(*said, *differences.said),
        asides=differences.asides,
        figures=tuple(blocks),
        receipts=(*receipts, *differences.receipts),
        notes=tuple(dict.fromkeys(notes)),
    )


def _compared(
    before: SeriesFigures, after: SeriesFigures, periods: tuple[Period, Period]
) -> tuple[Statement, list[Receipt]]:
    """Say how the second side compares with the first, with the receipts of the sums and of the change."""
    names = tuple(period.label() for period in periods)
    sums = [
        sum_of(block, gettext("Sum of {series}, {period}", series=block.series.id, period=name))
        for block, name in zip((before, after), names, strict=True)
        if len(block.figures) > 1
    ]
    pair = before.figures, after.figures
    about = {"series": before.series.id, "first": names[0], "second": names[1]}
    difference = gap(gettext("Difference in {series}, {first} and {second}", **about), *pair)
    receipts = [*sums, difference]
    about |= {"first_amount": _amount(before), "second_amount": _amount(after)}
    if _is_partial(before) or _is_partial(after):
        words = f"{gettext(_BOTH, **about)} {gettext(_NOT_ALIKE)}"
        return Statement(words, difference.citations), sums
    if not difference.value:
        same = _SAME_AS_FAR_AS_KNOWN if difference.approximate else _SAME
        return Statement(gettext(same, **about), difference.citations), receipts
    is_more = _sum(after) > _sum(before)
    about["difference"] = computed_in_words(difference)
    if _sum(before) > 0:
        changed = change(gettext("Change in {series} from {first} to {second}", **about), *pair)
        receipts.append(changed)
        words = gettext(_CHANGED[is_more], change=computed_in_words(changed), **about)
    elif any(figure.is_bound for figure in before.figures):
        words = gettext(_FROM_A_BOUND[is_more], **about)
    else:
        words = gettext(_FROM_NOTHING[is_more], **about)
    return Statement(words, difference.citations), receipts


_BOTH = translatable("In the series {series}: {first_amount} for {first}, {second_amount} for {second}.")
_SAME = translatable(
    "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: the same."
)
_SAME_AS_FAR_AS_KNOWN = translatable(
    "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
    "the same as far as the precision goes."
)
_CHANGED = {
    True: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} more, a change of {change} (computed)."
    ),
    False: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} less, a change of {change} (computed)."
    ),
}
_FROM_A_BOUND = {
    True: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} more (computed); "
        "from an amount of which only a bound is known there is no change in per cent."
    ),
    False: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} less (computed); "
        "from an amount of which only a bound is known there is no change in per cent."
    ),
}
_FROM_NOTHING = {
    True: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} more (computed); from nothing there is no change in per cent."
    ),
    False: translatable(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}: "
        "{difference} less (computed); from nothing there is no change in per cent."
    ),
}
"""What is said of two amounts, by whether the second is more than the first."""

_NOT_ALIKE = translatable(
    "A part of what was asked has no figure, so no difference and no change are computed."
)


def _is_partial(block: SeriesFigures) -> bool:
    """Whether a series has only a part of a period: a sum of it is not one of the whole."""
    return bool(block.gaps or block.absences)


def _one_sided(before: SeriesFigures, after: SeriesFigures, periods: tuple[Period, Period]) -> Statement:
    """Say what a series has for one of two periods, and what it has instead of an amount for the other."""
    blocks = (before, after)
    first, second = (_amount(block) if block.figures else _instead(block) for block in blocks)
    figures = (figure.citations for block in blocks for figure in block.figures)
    absences = (absence.citations for block in blocks for absence in block.absences)
    words = gettext(
        "In the series {series}: {first_amount} for {first}, {second_amount} for {second}, "
        "so there is nothing to compute.",
        series=before.series.id,
        first_amount=first,
        first=periods[0].label(),
        second_amount=second,
        second=periods[1].label(),
    )
    return Statement(words, tuple(dict.fromkeys(chain.from_iterable((*figures, *absences)))))


def _amount(block: SeriesFigures) -> str:
    if len(block.figures) == 1:
        return figure_in_words(block.figures[0])
    added = computed_in_words(sum_of(block))
    if _is_partial(block):
        return gettext("{amount} (the sum of those with a figure)", amount=added)
    return gettext("{amount} (the sum)", amount=added)


def _sum(block: SeriesFigures) -> Decimal:
    return sum((figure.counted for figure in block.figures), Decimal(0))


def _together(before: SeriesFigures, after: SeriesFigures) -> SeriesFigures:
    figures = dict.fromkeys((*before.figures, *after.figures))
    return replace(
        before,
        figures=tuple(sorted(figures, key=lambda figure: figure.period)),
        gaps=runs(dict.fromkeys((*before.gaps, *after.gaps))),
        totals=(),
        absences=tuple(dict.fromkeys((*before.absences, *after.absences))),
    )


def _missing(before: SeriesFigures, after: SeriesFigures, periods: tuple[Period, Period]) -> list[str]:
    """Say for which of the periods a series that has something has no amount."""
    if not (before.absences or after.absences):
        return []
    return [
        gettext(
            "“{series}” has {what} for {period}, so there is nothing to compare.",
            series=before.series.name,
            what=_instead(block),
            period=period.label(),
        )
        for block, period in zip((before, after), periods, strict=True)
    ]


def _instead(block: SeriesFigures) -> str:
    return gettext(block.absences[0].meaning if block.absences else _NO_FIGURE)


_NO_FIGURE = translatable("no figure")


def _neither(
    table: FigureTable, periods: tuple[Period, Period], series: Sequence[Series], notes: Sequence[str]
) -> Answer:
    lacking = [
        period
        for period in periods
        if not any(isinstance(row, Figure) for one in series for row in table.rows(period, one))
    ]
    refusal = no_figure(table, (lacking or list(periods))[0], series)
    if notes:
        return replace(refusal, statements=tuple(map(Statement, notes)))
    return refusal
