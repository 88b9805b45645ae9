"""Charts: what a picture of figures shows, bar by bar, and how it is said in words. Nothing is drawn here.

A month or year without a figure has a place of its own and is never a zero; an amount keeps its qualifier.
A chart has the words of the language spoken where it is made of an answer in that language. The picture is
drawn of one in English, whose letters every font has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise

from knowledge.answers import Answer, SeriesFigures, Status
from knowledge.exports import Absence, Figure, Series, units
from knowledge.languages import gettext, ngettext, translatable
from knowledge.periods import Period, Precision
from knowledge.sources import Source
from knowledge.text import begun, clip
from knowledge.wording import figure_in_words, from_to

EXAMPLE = "/exports 2023-11..2024-03"
LONGEST_ALT = 1024
"""What Discord takes: https://discord.com/developers/docs/components/reference#media-gallery"""

MOST_BARS = 120
LONGEST_RUN = 12
"""More months or years than this in a row for which no series has an amount share one place."""

SMALLEST = Decimal("0.015")
"""An amount of less than this part of the highest has no height of its own: about two pixels."""

_TINY = translatable("Amounts too small for the scale are drawn as the thinnest bar, whatever their size.")
_MOST_SOURCES = 4
_NAMED = (12, 6, 3, 0)
"""How many periods the words for a picture name of each kind: fewer if they would grow too long."""

_GRAINS = {
    Precision.MONTH: translatable("{unit}, by month"),
    Precision.YEAR: translatable("{unit}, by year"),
    Precision.FISCAL_YEAR: translatable("{unit}, by fiscal year"),
}
_UNITS = {"USD": translatable("US dollars")}
_CURRENCY = "US$"
_OF_EXPORTS = translatable("U.S. exports to North Korea")
_OF_ASSISTANCE = translatable("U.S. assistance to North Korea")


class Mark(StrEnum):
    """What stands in the place of a month or year; each looks different, in grey too."""

    STATED = "amount"
    APPROXIMATE = "approximate amount"
    BELOW = "less than an amount"
    ZERO = "zero"
    NO_FIGURE = "no figure"
    NO_ROW = "no row"

    @property
    def is_amount(self) -> bool:
        """Whether there is a number behind it."""
        return self not in (Mark.NO_FIGURE, Mark.NO_ROW)


@dataclass(frozen=True, slots=True)
class Bar:
    """One place of a chart: a month or year, or several in a row that are alike in having no amount.

    `label` is what stands at the bar, `said` the same with its unit, `kind` what the mark means here, kept in
    English.
    """

    periods: tuple[Period, ...]
    mark: Mark
    label: str
    said: str
    kind: str
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The bars of one series, oldest first, all by month, by year or by fiscal year."""

    name: str
    grain: Precision
    unit: str
    bars: tuple[Bar, ...]

    @property
    def scale(self) -> str:
        """What its bars measure: panels with the same scale can be compared by the height of their bars."""
        return gettext(_GRAINS[self.grain], unit=gettext(_UNITS.get(self.unit, self.unit)))


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a picture shows: a title, for which time, the panels one below the other, and the sources.

    Panels with the same scale have the same months or years, so that they stand side by side, unless one of
    them was not asked for all of those.
    """

    title: str
    when: str
    panels: tuple[Panel, ...]
    sources: str
    stem: str

    @property
    def filename(self) -> str:
        """The name of the picture: `exports-2023-11-to-2024-03.png`."""
        return f"{self.stem}.png"

    @property
    def periods(self) -> int:
        """How many places the longest of its panels has."""
        return max(len(panel.bars) for panel in self.panels)

    @property
    def legend(self) -> tuple[tuple[Mark, str], ...]:
        """Each mark that it has, and what it means, in the words of the figures."""
        bars = [bar for panel in self.panels for bar in panel.bars]
        kinds = {mark: dict.fromkeys(bar.kind for bar in bars if bar.mark is mark) for mark in Mark}
        return tuple((mark, ", ".join(map(gettext, found))) for mark, found in kinds.items() if found)

    @property
    def note(self) -> str:
        """What a reader must know of the scales, and of amounts that are too small for theirs."""
        several = len({panel.scale for panel in self.panels}) > 1
        scales = gettext("Each part has a scale of its own.") if several else ""
        return f"{scales} {gettext(_TINY) if any(map(_has_tiny, self.panels)) else ''}".strip()

    @property
    def alt(self) -> str:
        """The picture in words, short enough for Discord: first all amounts, then only what stands out."""
        for full in (True, False):
            for named in _NAMED:
                text = " ".join(filter(None, _said(self, named, amounts=full)))
                if len(text) <= LONGEST_ALT:
                    return text
        return clip(text, LONGEST_ALT)


def chart_of(answer: Answer, sources: Mapping[str, Source]) -> Chart | None:
    """Return what a picture of an answer shows; None if it has no figures by month or year to draw.

    What overlaps, such as pledges, is not drawn. There is no picture of more than `MOST_BARS` bars in a row.
    """
    if answer.status is not Status.ANSWERED:
        return None
    tables = [table for block in answer.figures if block.series.additive for table in _tables(block)]
    scales = dict.fromkeys((table.grain, table.unit) for table in tables)
    panels = [
        panel for scale in scales for panel in _panels([t for t in tables if (t.grain, t.unit) == scale])
    ]
    if not panels or max(len(panel.bars) for panel in panels) > MOST_BARS:
        return None
    fiscal = panels[0].grain is Precision.FISCAL_YEAR
    first, last = _ends(panels)
    # A title is of two lines, parted where its colon is; one without stays whole.
    title, _, when = answer.title.partition(": ")
    if not when:
        title = gettext(_OF_ASSISTANCE if fiscal else _OF_EXPORTS)
        when = _named((first, last))
    stem = f"{'assistance' if fiscal else 'exports'}-{_stem(first, last)}"
    return Chart(title, when, tuple(panels), _sources(answer, sources, tables), stem)


@dataclass(frozen=True, slots=True)
class _Table:
    """What one series has for each month or year, with the figures and absences behind it."""

    series: Series
    grain: Precision
    unit: str
    cells: Mapping[Period, Bar]
    rows: tuple[Figure | Absence, ...]

    def has_all(self, columns: Iterable[Period]) -> bool:
        """Whether it is known what it has for some months or years: beyond the series there is no figure."""
        return all(one in self.cells or not one.overlaps(self.series.coverage) for one in columns)


def _has_tiny(panel: Panel) -> bool:
    sizes = [abs(bar.value) for bar in panel.bars if bar.value]
    return bool(sizes) and min(sizes) < SMALLEST * max(sizes)


def _tables(block: SeriesFigures) -> Iterator[_Table]:
    """Yield what a block has by month, by year and by fiscal year, each in one unit and by itself."""
    found = {figure.period.precision for figure in block.figures} & _GRAINS.keys()
    for grain in (grain for grain in _GRAINS if grain in found):
        figures = [figure for figure in block.figures if figure.period.precision is grain]
        in_units = dict.fromkeys(figure.unit for figure in figures)
        absences = [a for a in block.absences if len(found) == 1 or a.period.precision is grain]
        gaps = [gap for gap in block.gaps if len(found) == 1 or grain is _grain_of(gap)]
        for unit in in_units:
            own = [figure for figure in figures if figure.unit == unit]
            cells = {one: _gap(one) for gap in gaps for one in units(gap, grain)}
            cells |= {one: _absent(one, row) for row in absences for one in units(row.period, grain)}
            cells |= {figure.period: _amount(figure) for figure in own}
            yield _Table(block.series, grain, unit, cells, (*own, *absences))


def _grain_of(gap: Period) -> Precision:
    """Return by what the gaps of a block with years and months are: a year by year, the rest by month."""
    return gap.precision if gap.precision in _GRAINS else Precision.MONTH


def _gap(period: Period) -> Bar:
    said = gettext(_NO_FIGURE)
    return Bar((period,), Mark.NO_FIGURE, said, said, _NO_FIGURE)


def _absent(period: Period, row: Absence) -> Bar:
    said = gettext(row.meaning)
    return Bar((period,), Mark.NO_ROW, said, said, row.meaning)


_NO_FIGURE = translatable("no figure")
_BELOW = translatable("less than the amount")


def _amount(figure: Figure) -> Bar:
    said = figure_in_words(figure)
    label = said.replace(_CURRENCY, "")
    mark, kind = Mark.STATED, "exact" if figure.precision == "exact" else "as stated"
    if figure.precision in ("reported zero", "recorded zero"):
        mark, label, kind = Mark.ZERO, "0", figure.precision
    elif figure.qualifier == "less than":
        mark, kind = Mark.BELOW, _BELOW
    elif figure.qualifier not in ("as stated", "exactly"):
        mark, kind = Mark.APPROXIMATE, figure.qualifier
    return Bar((figure.period,), mark, label, said, kind, figure.value)


def _panels(tables: Sequence[_Table]) -> Iterator[Panel]:
    """Give tables of one scale the same months or years, if it is known what each has for all of them."""
    columns = sorted({period for table in tables for period in table.cells})
    if not all(table.has_all(columns) for table in tables):
        for table in tables:
            yield from _panels([table])
        return
    rows = [[table.cells.get(column) or _gap(column) for column in columns] for table in tables]
    places = list(_places(columns, rows))
    for table, row in zip(tables, rows, strict=True):
        bars = tuple(_joined(row[place.start : place.stop]) for place in places)
        yield Panel(table.series.name, table.grain, table.unit, bars)


def _places(columns: Sequence[Period], rows: Sequence[Sequence[Bar]]) -> Iterator[range]:
    """Yield the columns that share a place: most have one of their own."""
    start = 0
    for stop in range(1, len(columns) + 1):
        if stop < len(columns) and _go_on(columns, rows, stop):
            continue
        if stop - start > LONGEST_RUN and not any(row[start].mark.is_amount for row in rows):
            yield range(start, stop)
        else:
            yield from (range(one, one + 1) for one in range(start, stop))
        start = stop


def _go_on(columns: Sequence[Period], rows: Sequence[Sequence[Bar]], at: int) -> bool:
    """Whether a column follows the one before it in time and is in every row of the same kind."""
    alike = all((row[at].mark, row[at].kind) == (row[at - 1].mark, row[at - 1].kind) for row in rows)
    return alike and follows(columns[at - 1], columns[at])


def follows(before: Period, after: Period) -> bool:
    """Whether a period begins on the day after another one ends."""
    return before.last + timedelta(1) == after.first


def _joined(bars: Sequence[Bar]) -> Bar:
    first = bars[0]
    periods = tuple(period for bar in bars for period in bar.periods)
    return Bar(periods, first.mark, first.label, first.said, first.kind, first.value)


# --- in words ---------------------------------------------------------------------------------------------


def _said(chart: Chart, named: int, *, amounts: bool) -> Iterator[str]:
    scales = dict.fromkeys(panel.scale for panel in chart.panels)
    is_one = len(scales) == 1
    about = {"title": chart.title, "period": chart.when, "scale": next(iter(scales))}
    yield gettext(_OF_ONE_SCALE if is_one else _OF_SEVERAL_SCALES, **about)
    for panel in chart.panels:
        about = {"series": panel.name, "scale": panel.scale, "period": _named(_periods(panel.bars))}
        yield gettext(_PANELS[is_one, len(panel.bars) > 1], **about)
        yield from _amounts(panel, named, full=amounts)
        yield from _others(panel, named)
    yield chart.note
    yield chart.sources


_OF_ONE_SCALE = translatable("Bar chart: {title}: {period}, in {scale}.")
_OF_SEVERAL_SCALES = translatable("Bar chart: {title}: {period}.")
_PANELS = {
    (True, True): translatable("{series}, {period}."),
    (True, False): translatable("{series}."),
    (False, True): translatable("{series}, in {scale}, {period}."),
    (False, False): translatable("{series}, in {scale}."),
}
"""What is said of a series, by whether all have one scale and by whether it has several bars."""


def _amounts(panel: Panel, named: int, *, full: bool) -> Iterator[str]:
    """Say every amount above zero, or else the highest and the lowest, and which are approximate."""
    above = [bar for bar in panel.bars if bar.mark in (Mark.STATED, Mark.APPROXIMATE, Mark.BELOW)]
    if not above:
        return
    highest = max(above, key=lambda bar: bar.value or 0)
    if full and len(above) <= max(named, 1):
        yield f"{'; '.join(_row(bar) for bar in above)}."
        yield gettext("Highest: {period}.", period=_named(highest.periods)) if len(above) > 1 else ""
        return
    lowest = min(above, key=lambda bar: bar.value or 0)
    yield gettext("Highest: {period}, {amount}.", period=_named(highest.periods), amount=highest.said)
    if lowest is not highest:
        about = {"period": _named(lowest.periods), "amount": lowest.said}
        yield gettext("Lowest other than zero: {period}, {amount}.", **about)
    for kind, bars in _by_kind(above, (Mark.APPROXIMATE, Mark.BELOW)):
        yield _listed(kind, bars, named)


def _others(panel: Panel, named: int) -> Iterator[str]:
    for kind, bars in _by_kind(panel.bars, (Mark.ZERO, Mark.NO_ROW, Mark.NO_FIGURE)):
        yield _listed(kind, bars, named)


def _by_kind(bars: Iterable[Bar], marks: Sequence[Mark]) -> Iterator[tuple[str, list[Bar]]]:
    """Yield the bars that mean the same, in the order of the marks."""
    held = [bar for bar in bars if bar.mark in marks]
    held.sort(key=lambda bar: (marks.index(bar.mark), bar.kind, bar.periods))
    for (_, kind), group in groupby(held, key=lambda bar: (bar.mark, bar.kind)):
        yield kind, list(group)


def _listed(kind: str, bars: Sequence[Bar], named: int) -> str:
    """Name the periods of some bars, those in a row by their ends; of many, only how many there are."""
    periods = _periods(bars)
    stretches = _stretches(periods)
    what = begun(gettext(kind))
    if len(stretches) <= named:
        return gettext("{kind}: {periods}.", kind=what, periods=", ".join(map(_named, stretches)))
    return gettext(
        "{kind}: {count} of them between {first} and {last}.",
        kind=what,
        count=len(periods),
        first=periods[0].label(),
        last=periods[-1].label(),
    )


def _stretches(periods: Sequence[Period]) -> list[tuple[Period, ...]]:
    """Part periods where one does not follow the one before."""
    cuts = [0, *(n for n, pair in enumerate(pairwise(periods), 1) if not follows(*pair)), len(periods)]
    return [tuple(periods[start:stop]) for start, stop in pairwise(cuts)]


def _row(bar: Bar) -> str:
    return f"{_named(bar.periods)}, {bar.said}"


def _periods(bars: Iterable[Bar]) -> tuple[Period, ...]:
    return tuple(period for bar in bars for period in bar.periods)


def _named(periods: Sequence[Period]) -> str:
    """Name one period, or the first and the last of several: `November 2023 to March 2024`."""
    return from_to(periods[0].label(), periods[-1].label())


def _ends(panels: Sequence[Panel]) -> tuple[Period, Period]:
    periods = [period for panel in panels for period in _periods(panel.bars)]
    return min(periods, key=lambda one: (one.first, -one.last.toordinal())), max(
        periods, key=lambda one: (one.last, -one.first.toordinal())
    )


def _stem(first: Period, last: Period) -> str:
    keys = dict.fromkeys(re.sub(r"[^a-z0-9-]", "", str(one).lower()) for one in (first, last))
    return "-to-".join(keys)


def _sources(answer: Answer, sources: Mapping[str, Source], tables: Sequence[_Table]) -> str:
    """Name where the bars come from, each source with its address in the library."""
    cited = dict.fromkeys(c.source for table in tables for row in table.rows for c in row.citations)
    named = [f"{sources[id_].byline} ({id_})" if id_ in sources else id_ for id_ in cited]
    more = len(named) - _MOST_SOURCES
    beyond = [ngettext("{count} more", "{count} more", more)] if more > 0 else []
    shown = "; ".join((*named[:_MOST_SOURCES], *beyond))
    return ngettext("Source: {sources}.", "Sources: {sources}.", len(named), sources=shown) if named else ""
