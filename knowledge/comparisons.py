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
        title=f"U.S. exports to North Korea: {first.label()} and {second.label()} compared",
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
        sum_of(block, f"Sum of {block.series.id}, {name}")
        for block, name in zip((before, after), names, strict=True)
        if len(block.figures) > 1
    ]
    id_, pair = before.series.id, (before.figures, after.figures)
    difference = gap(f"Difference in {id_}, {names[0]} and {names[1]}", *pair)
    receipts = [*sums, difference]
    amounts = [_amount(block) for block in (before, after)]
    words = f"In the series {id_}: {amounts[0]} for {names[0]}, {amounts[1]} for {names[1]}"
    if _is_partial(before) or _is_partial(after):
        return Statement(f"{words}. {_NOT_ALIKE}", difference.citations), sums
    if not difference.value:
        same = "the same as far as the precision goes" if difference.approximate else "the same"
        return Statement(f"{words}: {same}.", difference.citations), receipts
    way = "more" if _sum(after) > _sum(before) else "less"
    words = f"{words}: {computed_in_words(difference)} {way}"
    if _sum(before) > 0:
        changed = change(f"Change in {id_} from {names[0]} to {names[1]}", *pair)
        receipts.append(changed)
        words += f", a change of {computed_in_words(changed)} (computed)."
    else:
        known = any(figure.is_bound for figure in before.figures)
        start = "an amount of which only a bound is known" if known else "nothing"
        words += f" (computed); from {start} there is no change in per cent."
    return Statement(words, difference.citations), receipts


_NOT_ALIKE = "A part of what was asked has no figure, so no difference and no change are computed."


def _is_partial(block: SeriesFigures) -> bool:
    """Whether a series has only a part of a period: a sum of it is not one of the whole."""
    return bool(block.gaps or block.absences)


def _one_sided(before: SeriesFigures, after: SeriesFigures, periods: tuple[Period, Period]) -> Statement:
    """Say what a series has for one of two periods, and what it has instead of an amount for the other."""
    blocks = (before, after)
    sides = [
        f"{_amount(block) if block.figures else _instead(block)} for {period.label()}"
        for block, period in zip(blocks, periods, strict=True)
    ]
    figures = (figure.citations for block in blocks for figure in block.figures)
    absences = (absence.citations for block in blocks for absence in block.absences)
    words = f"In the series {before.series.id}: {', '.join(sides)}, so there is nothing to compute."
    return Statement(words, tuple(dict.fromkeys(chain.from_iterable((*figures, *absences)))))


def _amount(block: SeriesFigures) -> str:
    if len(block.figures) == 1:
        return figure_in_words(block.figures[0])
    added = sum_of(block)
    gaps = " of those with a figure" if _is_partial(block) else ""
    return f"{computed_in_words(added)} (the sum{gaps})"


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
        f"“{before.series.name}” has {_instead(block)} for {period.label()}, so there is nothing to compare."
        for block, period in zip((before, after), periods, strict=True)
    ]


def _instead(block: SeriesFigures) -> str:
    return block.absences[0].meaning if block.absences else "no figure"


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
