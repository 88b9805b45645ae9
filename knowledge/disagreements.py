"""Disagreements: what two series, or a series and somebody else, have for the same month or year.

Both stand side by side, with their difference and its receipt. Why they differ is said only if a source does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answers import SeriesFigures, Statement
from knowledge.exports import Figure, FigureTable, OtherReport, Receipt, gap
from knowledge.languages import ENGLISH, gettext, spoken, translatable
from knowledge.periods import Period
from knowledge.wording import computed_in_words, figure_in_words

UNEXPLAINED = translatable("No source explains the difference.")
SEVERAL_UNEXPLAINED = translatable("No source explains the differences.")

OTHER = translatable("another report")
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
        gap(
            gettext(
                "Difference between {series} and {other}, {period}",
                series=first.series.id,
                other=other.series.id,
                period=a.period.label(),
            ),
            *((a,), (b,)),
        )
        for a, b in pairs
    ]
    differing = [(pair, receipt) for pair, receipt in zip(pairs, made, strict=True) if receipt.value]
    receipts = [receipt for _, receipt in differing]
    cited = tuple(dict.fromkeys(c for pair in pairs for figure in pair for c in figure.citations))
    if len(pairs) == 1:
        return [Statement(_one(first, other, pairs[0], receipts), cited)], receipts
    if not differing:
        same = gettext("Both series have the same amounts for the months that both have.")
        return [Statement(same, cited)], []
    words = f"{_several(differing)}{_alike(pairs, differing)}"
    if with_sums and len(pairs) == len(first.figures) == len(other.figures):
        label = gettext(
            "Difference between the sums of {series} and {other}",
            series=first.series.id,
            other=other.series.id,
        )
        sums = gap(label, *_sides(pairs))
        if sums.value:
            receipts.append(sums)
            words += f" {gettext('Their sums differ by {amount} (computed).', amount=_size(sums))}"
    return [Statement(f"{words} {gettext(SEVERAL_UNEXPLAINED)}", cited)], receipts


def _one(first: SeriesFigures, other: SeriesFigures, pair: Pair, receipts: Sequence[Receipt]) -> str:
    one, two = pair
    both = {
        "period": one.period.label(),
        "first": f"{figure_in_words(one)} ({first.series.id})",
        "second": f"{figure_in_words(two)} ({other.series.id})",
    }
    if not receipts:
        return gettext("The two series agree on {period}: {first} and {second}.", **both)
    said = gettext(
        "The two series differ on {period}: {first} and {second}, by {difference} (computed).",
        difference=_size(receipts[0]),
        **both,
    )
    return f"{said} {gettext(UNEXPLAINED)}"


def _several(differing: Sequence[tuple[Pair, Receipt]]) -> str:
    named = [
        gettext("{period} by {amount}", period=pair[0].period.label(), amount=_size(receipt))
        for pair, receipt in differing
    ]
    return gettext("The two series differ on {periods} (computed).", periods=", ".join(named))


def _alike(pairs: Sequence[Pair], differing: Sequence[tuple[Pair, Receipt]]) -> str:
    apart = [pair for pair, _ in differing]
    alike = [pair[0].period.label() for pair in pairs if pair not in apart]
    return f" {gettext('They agree on {periods}.', periods=', '.join(alike))}" if alike else ""


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
    said = {"who": _who(report), "amount": figure_in_words(theirs), "period": when}
    ours = next((f for f in block.figures if f.period == report.period and f.unit == report.unit), None)
    if ours is None:
        words = gettext(
            "{who} has {amount} for {period}, for which the series {series} has no amount.",
            series=block.series.id,
            **said,
        )
        return Statement(words, report.citations), []
    label = gettext(
        "Difference between {series} and another report, {period}", series=block.series.id, period=when
    )
    receipt = gap(label, (ours,), (theirs,))
    if not receipt.value:
        return Statement(gettext("{who} has {amount} for {period}, too.", **said), report.citations), []
    words = gettext(
        "{who} has {amount} for {period}; the series {series} has {own_amount}. "
        "They differ by {difference} (computed).",
        series=block.series.id,
        own_amount=figure_in_words(ours),
        difference=_size(receipt),
        **said,
    )
    return Statement(f"{words} {gettext(UNEXPLAINED)}", (*report.citations, *ours.citations)), [receipt]


def _who(report: OtherReport) -> str:
    """Return who reports something: what is put in with commas has the last of them in English alone."""
    return report.by if spoken() == ENGLISH else report.by.rstrip(",")
