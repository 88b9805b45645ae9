"""Disagreements: what two series, or a series and somebody else, have for the same month or year.

Both stand side by side, with their difference and its receipt. Why they differ is said only if a source does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answers import SeriesFigures, Statement
from knowledge.exports import Figure, FigureTable, OtherReport, Receipt, gap
from knowledge.periods import Period
from knowledge.wording import computed_in_words, figure_in_words

UNEXPLAINED = "No source explains the difference."

OTHER = "another report"
"""What stands for a series in the row of an amount that belongs to none."""

Pair = tuple[Figure, Figure]


@dataclass(frozen=True, slots=True)
class Differences:
    """What series (`said`) or others (`asides`) have otherwise, with the receipts of the differences."""

    said: tuple[Statement, ...]
    asides: tuple[Statement, ...]
    receipts: tuple[Receipt, ...]


def disagreements(
    table: FigureTable,
    blocks: Sequence[SeriesFigures],
    *,
    between_series: bool = True,
    with_sums: bool = True,
) -> Differences:
    """Say where the first block and the others, or what others report, have different amounts.

    Series that measure different things are not compared `between_series`; `with_sums` their sums are
    compared, too.
    """
    statements: list[Statement] = []
    asides: list[Statement] = []
    receipts: list[Receipt] = []
    for other in blocks[1:] if between_series else ():
        said, made = _between(blocks[0], other, with_sums)
        statements += said
        receipts += made
    for block in blocks:
        for report in _reports_on(table, block):
            statement, difference = _reported(report, block)
            asides.append(statement)
            receipts += difference
    return Differences(tuple(statements), tuple(asides), tuple(receipts))


def _between(
    first: SeriesFigures, other: SeriesFigures, with_sums: bool
) -> tuple[list[Statement], list[Receipt]]:
    """Compare two series month by month and, where both have the same months, by their sums."""
    by_period = {figure.period: figure for figure in other.figures}
    pairs = [(one, by_period[one.period]) for one in first.figures if one.period in by_period]
    if not pairs or pairs[0][0].unit != pairs[0][1].unit:
        return [], []
    made = [
        gap(f"Difference between {first.series.id} and {other.series.id}, {a.period.label()}", (a,), (b,))
        for a, b in pairs
    ]
    differing = [(pair, receipt) for pair, receipt in zip(pairs, made, strict=True) if receipt.value]
    receipts = [receipt for _, receipt in differing]
    cited = tuple(dict.fromkeys(c for pair in pairs for figure in pair for c in figure.citations))
    if len(pairs) == 1:
        return [Statement(_one(first, other, pairs[0], receipts), cited)], receipts
    if not differing:
        return [Statement("Both series have the same amounts for the months that both have.", cited)], []
    words = f"{_several(differing)}{_alike(pairs, differing)}"
    if with_sums and len(pairs) == len(first.figures) == len(other.figures):
        sums = gap(f"Difference between the sums of {first.series.id} and {other.series.id}", *_sides(pairs))
        if sums.value:
            receipts.append(sums)
            words += f" Their sums differ by {_size(sums)} (computed)."
    return [Statement(f"{words} {UNEXPLAINED.replace('difference', 'differences')}", cited)], receipts


def _one(first: SeriesFigures, other: SeriesFigures, pair: Pair, receipts: Sequence[Receipt]) -> str:
    one, two = pair
    both = f"{figure_in_words(one)} ({first.series.id}) and {figure_in_words(two)} ({other.series.id})"
    if not receipts:
        return f"The two series agree on {one.period.label()}: {both}."
    by = _size(receipts[0])
    return f"The two series differ on {one.period.label()}: {both}, by {by} (computed). {UNEXPLAINED}"


def _several(differing: Sequence[tuple[Pair, Receipt]]) -> str:
    named = [f"{pair[0].period.label()} by {_size(receipt)}" for pair, receipt in differing]
    return f"The two series differ on {', '.join(named)} (computed)."


def _alike(pairs: Sequence[Pair], differing: Sequence[tuple[Pair, Receipt]]) -> str:
    apart = [pair for pair, _ in differing]
    alike = [pair[0].period.label() for pair in pairs if pair not in apart]
    return f" They agree on {', '.join(alike)}." if alike else ""


def _sides(pairs: Sequence[Pair]) -> tuple[list[Figure], list[Figure]]:
    return [one for one, _ in pairs], [two for _, two in pairs]


def _size(receipt: Receipt) -> str:
    return computed_in_words(receipt)


def _reports_on(table: FigureTable, block: SeriesFigures) -> list[OtherReport]:
    """Return what others report of the months or years shown, each once; an amount only of just these.

    An amount for a whole year says nothing of a month of it, for which the year's own figure is not shown.
    """
    shown = [figure.period for figure in block.figures] + [absence.period for absence in block.absences]
    found = (
        report
        for period in shown
        for report in table.reports(period, (block.series.id,))
        if (_is_whole(report.period, shown) if report.of_total else report.value is None)
        or report.period in shown
    )
    return list(dict.fromkeys(found))


def _is_whole(period: Period, shown: Sequence[Period]) -> bool:
    """Whether all of a period is among those shown, from its first day to its last."""
    return period.first >= min(shown).first and period.last <= max(one.last for one in shown)


def _reported(report: OtherReport, block: SeriesFigures) -> tuple[Statement, list[Receipt]]:
    """Say what somebody else has for a period, and by how much that differs from the figure shown."""
    when = report.period.label()
    if report.value is None:
        return Statement(f"{report.by}: {report.says}", report.citations), []
    theirs = Figure(
        OTHER,
        report.period,
        report.value,
        report.unit,
        report.qualifier,
        report.citations,
        precision="exact" if report.qualifier == "exactly" else "rounded",
    )
    said = f"{report.by} has {figure_in_words(theirs)} for {when}"
    ours = next((f for f in block.figures if f.period == report.period and f.unit == report.unit), None)
    if ours is None:
        return Statement(
            f"{said}, for which the series {block.series.id} has no amount.", report.citations
        ), []
    receipt = gap(f"Difference between {block.series.id} and another report, {when}", (ours,), (theirs,))
    if not receipt.value:
        return Statement(f"{said}, too.", report.citations), []
    words = f"{said}; the series {block.series.id} has {figure_in_words(ours)}. They differ by"
    words = f"{words} {_size(receipt)} (computed)."
    return Statement(f"{words} {UNEXPLAINED}", (*report.citations, *ours.citations)), [receipt]
