"""Replies about export figures: the rows of a period, and what a question wants computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status
from knowledge.exports import ExportTable, Figure, Part, Receipt, Series, total
from knowledge.periods import Period
from knowledge.wording import figure_in_words, part_in_words, quantity

EXAMPLES = ("2023-11", "November 2023", "2023-11..2024-03", "Q1 2024")


def rows_reply(table: ExportTable, period: Period, series: Sequence[Series]) -> Answer:
    """Reply with the rows that `period` has in each of `series`, and with their sum if there are several."""
    found = [rows_of(table, (period,), one) for one in series]
    blocks = tuple(block for block, _ in found if block.figures)
    if not blocks:
        return no_figure(table, period, series)
    return Answer(
        Kind.FIGURE,
        Status.ANSWERED,
        title=f"U.S. exports to North Korea: {_as_months(period)[0].label()}",
        figures=blocks,
        receipts=tuple(total(block.figures) for block in blocks if len(block.figures) > 1),
        notes=tuple(dict.fromkeys(note for block, notes in found if block.figures for note in notes)),
    )


def rows_of(
    table: ExportTable, periods: Sequence[Period], series: Series
) -> tuple[SeriesFigures, tuple[str, ...]]:
    """Return what a series has for some periods: its figures, its gaps by name, and notes on both."""
    figures: dict[Figure, None] = {}
    gaps: dict[Period, None] = {}
    totals: dict[Figure, None] = {}
    notes: list[str] = []
    for period in periods:
        months, widened = _as_months(period)
        notes += widened
        figures |= dict.fromkeys(table.within(months, series.id))
        gaps |= dict.fromkeys(table.gaps(months, series))
        if months.contains(series.coverage):
            totals |= dict.fromkeys(t for t in table.totals if t.series == series.id)
        if not series.coverage.contains(months):
            notes.append(_coverage_note(series))
    ordered = sorted(figures, key=lambda figure: figure.period)
    block = SeriesFigures(series, tuple(ordered), _runs(sorted(gaps)), tuple(totals))
    return block, tuple(dict.fromkeys(notes))


def no_figure(table: ExportTable, asked: Period | str, series: Sequence[Series]) -> Answer:
    """Refuse for want of a figure, saying for which months there are figures."""
    covered = " ".join(f"“{one.name}” covers {one.coverage.label()}." for one in series or table.series)
    covered = covered or "No series of figures is switched on."
    when = f"for {asked}" if isinstance(asked, str) else _for(asked)
    return Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(
            Statement(f"The library has no figure {when}. That is a gap in the sources, not a zero."),
        ),
        hint=f"{covered} For example: /exports {EXAMPLES[0]}",
    )


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


def _coverage_note(series: Series) -> str:
    return f"Figures cover {series.coverage.label()}; any other month has no figure, which is not a zero."


def _runs(months: Iterable[Period]) -> tuple[Period, ...]:
    """Join months that follow one another into ranges."""
    numbered = enumerate(months)
    runs = []
    for _, group in groupby(numbered, lambda pair: pair[1].first.year * 12 + pair[1].first.month - pair[0]):
        run = [month for _, month in group]
        runs.append(run[0] if len(run) == 1 else Period.between(run[0].first, run[-1].last))
    return tuple(runs)


def stated(figure: Figure) -> Statement:
    """Say one figure in a sentence, as its source has it."""
    where = figure.period.label()
    if figure.precision == "reported zero":
        return Statement(f"{where}: nothing was sent (a reported zero).", figure.citations)
    return Statement(f"{where}: {figure_in_words(figure)}.", figure.citations)


def computed(receipt: Receipt) -> Statement:
    """Say a computed value in a sentence that shows that it is one; the receipt has the formula."""
    about = "about " if receipt.approximate else ""
    value = quantity(receipt.value, receipt.unit)
    return Statement(f"{receipt.label}: {about}{value} (computed).", receipt.citations)


def own_total(figure: Figure) -> Statement:
    """Say a total that a source states itself."""
    words = f"The source's own total, {figure.period.label()}: {figure_in_words(figure)}."
    return Statement(words, figure.citations)


def category(figure: Figure, part: Part) -> Statement:
    """Say what a source says of one category of a figure."""
    words = f"{figure.period.label()}: {part_in_words(part)}, of {figure_in_words(figure)}."
    return Statement(words, part.citations)


def extreme(what: str, figure: Figure) -> Statement:
    """Say which month is the highest or the lowest."""
    words = f"The {what} is {figure.period.label()}, with {figure_in_words(figure)}."
    return Statement(words, figure.citations)


def compared(receipt: Receipt, first: Figure, second: Figure) -> Statement:
    """Say which of two figures is higher, and by how much."""
    high, low = (first, second) if first.value >= second.value else (second, first)
    value = quantity(receipt.value, receipt.unit)
    words = f"{high.period.label()} is higher than {low.period.label()} by about {value} (computed)."
    if not receipt.value:
        words = f"{first.period.label()} and {second.period.label()} have the same figure."
    return Statement(words, receipt.citations)


def counted(figures: Sequence[Figure], *, zero: bool = False) -> Statement:
    """Say how many of some months have exports above zero, or are reported zeros, and which."""
    found = [figure for figure in figures if bool(figure.value) is not zero]
    names = ", ".join(figure.period.label() for figure in found) or "none"
    what = "Reported zeros" if zero else "Exports above zero"
    words = f"{what}: {len(found)} of {len(figures)} months with a figure ({names})."
    return Statement(words, tuple(dict.fromkeys(c for figure in figures for c in figure.citations)))


def no_zero(block: SeriesFigures) -> list[Statement]:
    """Say that no figure of some months is zero, and that months without one are no zeros either."""
    gaps = " and ".join(gap.label() for gap in block.gaps)
    without = f" There is no figure for {gaps}." if gaps else ""
    return [Statement(f"No month with a figure is a reported zero.{without}")]


def no_categories(months: str, named: str) -> Answer:
    """Refuse to say what part of a figure a category is where the source names no categories."""
    return Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(Statement(f"The source does not say this of {months}."),),
        hint=f"It names such a category for {named} only.",
    )
