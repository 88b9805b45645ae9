"""Charts as pictures: what `knowledge.charts` says of figures, drawn for a dark card and a narrow screen.

Lengths are pixels of a picture 380 wide, as on a phone; it is drawn at twice that. matplotlib is loaded with
the first picture, through its objects alone: pyplot keeps state of its own. The same chart gives the same
bytes.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from knowledge.charts import Bar, Chart, Mark, Panel, follows
from knowledge.languages import ENGLISH, speaking
from knowledge.periods import Period, Precision
from knowledge.text import clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SCALE = 380, 2
KEPT = 64
"""How many pictures are kept, about 25 KB each."""

_DPI = 100 * SCALE
_TEXT, _TITLE, _LINE, _TITLE_LINE = 13, 16, 18, 21
_MARGIN = 12
_PLOT, _PLOT_OF_SEVERAL, _PLOT_OF_ZEROS = 190, 150, 50
_SWATCH, _GAP = 16, 8
_BAR, _WIDEST_BAR = 0.74, 64
_BROAD = {Precision.MONTH: 66, Precision.YEAR: 90, Precision.FISCAL_YEAR: 90}
"""How wide a stretch is that shares a place, so that its name has room below it."""

_BREAK = 0.5
"""The space, in places, where time is left out."""

_WORTH_NAMING = 0.15
"""Where not all amounts can be written at their bars, those of this part of the highest are."""

_COLOURS = 48
_LONGEST_TEXT, _LONGEST_LABEL = 300, 32

_TICKS = 50
"""Room for the numbers at the side, about."""

_LEAST_HEIGHT = 2
_UPRIGHT = 15
"""From so many pixels a place on, there is room in it for a text that stands upright."""

_GROUND, _PAPER, _INK, _FAINT = "#2b2d31", "#383a40", "#f2f3f5", "#c4c9ce"
_BLUE, _PALE, _GRID = "#6fb1f0", "#a9d2f7", "#4a4d55"

_STYLES: Mapping[Mark, Mapping[str, Any]] = {
    Mark.STATED: {"facecolor": _BLUE, "edgecolor": _BLUE},
    Mark.APPROXIMATE: {"facecolor": _GROUND, "edgecolor": _PALE, "hatch": "/////"},
    Mark.BELOW: {"facecolor": "none", "edgecolor": _INK, "linestyle": (0, (3, 2))},
    Mark.NO_FIGURE: {"facecolor": _PAPER, "edgecolor": "#80848e", "hatch": "\\\\\\", "linewidth": 0},
    Mark.NO_ROW: {"facecolor": "none", "edgecolor": "#9a9ea8", "hatch": "..", "linewidth": 0},
}
"""How each mark is filled. They differ in their pattern, so that no colour is needed; a zero is a diamond."""


class Charts:
    """Draws charts one at a time, beside the event loop, and keeps those drawn last."""

    def __init__(self, kept: int = KEPT) -> None:
        """Begin with none; the thread that draws starts with the first."""
        self._drawn = lru_cache(kept)(draw)
        self._worker = ThreadPoolExecutor(1, "charts")

    async def picture(self, chart: Chart) -> bytes:
        """Return a chart as a PNG."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._drawn, chart)


def draw(chart: Chart) -> bytes:
    """Return a chart as a PNG, 760 pixels wide. It is not to be called by two threads at a time.

    No text is read as markup or mathematics, and no setting of whoever runs it changes the picture. It is in
    English, of a chart that is: the fonts do not have the letters of every language.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    with speaking(ENGLISH), mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"text.parse_math": False, "hatch.linewidth": 1.1, "path.simplify": False})
        canvas: Any = FigureCanvasAgg(_sheet(chart))
        canvas.draw()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    made = io.BytesIO()
    # Few colours make a small file.
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


# --- text -------------------------------------------------------------------------------------------------


class _Letters:
    """The fonts that come with matplotlib, and how wide texts are in them."""

    def __init__(self) -> None:
        from matplotlib import get_data_path
        from matplotlib.font_manager import FontProperties, get_font
        from matplotlib.textpath import TextToPath

        regular, bold = (f"{get_data_path()}/fonts/ttf/DejaVuSans{style}.ttf" for style in ("", "-Bold"))
        self.regular, self.bold = FontProperties(fname=regular), FontProperties(fname=bold)
        self._known = frozenset(get_font(regular).get_charmap())
        self._measured = TextToPath()
        self._widths: dict[tuple[str, float, bool], float] = {}

    def width(self, text: str, size: float = _TEXT, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        key = (text, size, bold)
        if key not in self._widths:
            font = (self.bold if bold else self.regular).copy()
            font.set_size(size)
            width, _, _ = self._measured.get_text_width_height_descent(text, font, ismath=False)
            self._widths[key] = float(width)
        return self._widths[key]

    def lines(self, text: str, room: float, size: float = _TEXT, *, bold: bool = False) -> list[str]:
        """Part a text between words, and inside a word that is wider than the room."""
        found = [""]
        for word in text.split():
            longer = f"{found[-1]} {word}".strip()
            if self.width(longer, size, bold=bold) <= room:
                found[-1] = longer
                continue
            found.append("")
            for letter in word:
                if found[-1] and self.width(found[-1] + letter, size, bold=bold) > room:
                    found.append("")
                found[-1] += letter
        return [line for line in found if line]

    def label(self, bar: Bar) -> str:
        """Return what stands at a bar."""
        return self.drawable(clip(bar.label, _LONGEST_LABEL))

    def drawable(self, text: str) -> str:
        """Return a text with a box for every letter that the font does not have."""
        return "".join(letter if ord(letter) in self._known else "□" for letter in text)


# --- the sheet --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """A line of text: where its left end and its upper edge are, and how it looks."""

    x: float
    y: float
    text: str
    colour: str = _INK
    size: float = _TEXT
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where the bars of a panel are: between which heights, and whether their months or years stand below."""

    panel: Panel
    top: float
    height: float
    is_labelled: bool


def _sheet(chart: Chart) -> Figure:
    """Lay the parts out from the top down, then make a figure of the height that they take."""
    from matplotlib.figure import Figure

    letters = _Letters()
    words: list[_Words] = []
    plots: list[_Plot] = []
    room = WIDTH - 2 * _MARGIN
    usual = _PLOT if len(chart.panels) == 1 else _PLOT_OF_SEVERAL
    y: float = _MARGIN

    def say(text: str, colour: str = _INK, *, title: bool = False) -> None:
        nonlocal y
        size, step = (_TITLE, _TITLE_LINE) if title else (_TEXT, _LINE)
        for line in letters.lines(letters.drawable(clip(text, _LONGEST_TEXT)), room, size, bold=title):
            words.append(_Words(_MARGIN, y, line, colour, size, title))
            y += step

    say(chart.title, title=True)
    say(chart.when)
    for panel, after in zip(chart.panels, (*chart.panels[1:], None), strict=True):
        y += _GAP + (4 if plots else 0)
        say(panel.name)
        alike = [one for one in chart.panels if one.scale == panel.scale]
        say(f"{panel.scale}{_abbreviated(alike)}", _FAINT)
        shares_places = after is not None and _places(after) == _places(panel)
        height = max(_height(one, letters, usual) for one in alike)
        plots.append(_Plot(panel, y + _GAP / 2, height, not shares_places))
        y += height + _GAP + (0 if shares_places else _below(panel))
    y += _GAP
    swatches, y = _legend(chart, letters, y)
    y += _GAP
    say(" ".join(filter(None, (chart.note, chart.sources))), _FAINT)
    height = y + _MARGIN - (_LINE - _TEXT)
    sheet = Figure((WIDTH / 100, height / 100), dpi=_DPI, facecolor=_GROUND)
    for one in (*words, *(words_ for _, _, words_ in swatches)):
        _write(sheet, one, height, letters)
    for mark, place, _ in swatches:
        _swatch(sheet, mark, place, height)
    _plot_all(sheet, plots, height, letters)
    return sheet


def _height(panel: Panel, letters: _Letters, usual: float) -> float:
    """Return how high a panel is: higher where amounts stand upright, low where all are zeros."""
    if not any(bar.value for bar in panel.bars):
        return _PLOT_OF_ZEROS
    if _Slots.of(panel, WIDTH - 2 * _MARGIN - _TICKS).way(panel, letters) != "upright":
        return usual
    return usual + 0.7 * max(letters.width(letters.label(bar)) for bar in panel.bars if bar.mark.is_amount)


def _write(sheet: Figure, words: _Words, height: float, letters: _Letters) -> None:
    sheet.text(
        words.x / WIDTH,
        1 - words.y / height,
        words.text,
        color=words.colour,
        va="top",
        fontproperties=letters.bold if words.bold else letters.regular,
        fontsize=_points(words.size),
    )


def _points(pixels: float) -> float:
    return pixels * 0.72


# --- the legend -------------------------------------------------------------------------------------------

_Swatch = tuple[Mark, tuple[float, float], _Words]


def _legend(chart: Chart, letters: _Letters, y: float) -> tuple[list[_Swatch], float]:
    """Place what each mark means, in as many rows as it takes; return them and where they end."""
    entries = chart.legend
    if [mark for mark, _ in entries] == [Mark.STATED]:
        return [], y - _GAP
    found: list[_Swatch] = []
    x: float = _MARGIN
    indent, room = _SWATCH + 6, WIDTH - 2 * _MARGIN
    for mark, kind in entries:
        lines = letters.lines(letters.drawable(kind), room - indent)
        width = indent + max(letters.width(line) for line in lines)
        if x > _MARGIN and x + width > WIDTH - _MARGIN:
            x, y = _MARGIN, y + _LINE + 3
        found.append((mark, (x, y), _Words(x + indent, y, "\n".join(lines))))
        x += width + 2 * _GAP
        if len(lines) > 1:
            x, y = _MARGIN, y + _LINE * (len(lines) - 1) + _LINE + 3
    return found, y + (_LINE + 3 if x > _MARGIN else 0)


def _swatch(sheet: Figure, mark: Mark, place: tuple[float, float], height: float) -> None:
    from matplotlib.patches import Rectangle

    x, y = place
    box = sheet.add_axes((x / WIDTH, 1 - (y + _SWATCH - 1) / height, _SWATCH / WIDTH, _SWATCH / height))
    box.set_axis_off()
    box.set_xlim(0, 1)
    box.set_ylim(0, 1)
    if mark is Mark.ZERO:
        _diamond(box, 0.5, 0.5)
    else:
        box.add_patch(Rectangle((0, 0), 1, 1, **_STYLES[mark]))


def _diamond(axes: Axes, x: float, y: float) -> None:
    look: dict[str, Any] = {"color": _INK, "markeredgecolor": _GROUND, "clip_on": False, "zorder": 5}
    axes.plot([x], [y], "D", markersize=_points(7), **look)


# --- the bars ---------------------------------------------------------------------------------------------


def _places(panel: Panel) -> list[tuple[object, ...]]:
    return [bar.periods for bar in panel.bars]


def _below(panel: Panel) -> float:
    """Return the room for the names of months, with their years, or of years."""
    return 2 * _LINE + 4 if panel.grain is Precision.MONTH else _LINE + 4


def _plot_all(sheet: Figure, plots: Sequence[_Plot], height: float, letters: _Letters) -> None:
    """Draw the panels; those with the same scale get the same axis."""
    sides = [_Side.of(plot, letters) for plot in plots]
    for side in sides:
        alike = [other for other in sides if other.plot.panel.scale == side.plot.panel.scale]
        low, high = min(one.low for one in alike), max(one.high for one in alike)
        left = max(one.left for one in sides)
        _Drawing(sheet, side.plot, height, letters, left=left, low=low, high=high).draw()


@dataclass(frozen=True, slots=True)
class _Side:
    """What a panel asks of the axis at its side: its ends, and room for the numbers there."""

    plot: _Plot
    low: float
    high: float
    left: float

    @classmethod
    def of(cls, plot: _Plot, letters: _Letters) -> _Side:
        """Leave so much room above each bar that its label has a place."""
        values = [_value(bar) for bar in plot.panel.bars]
        high = max((*values, 0.0))
        numbers = [_number(tick) for tick in _ticks(high)]
        left = _MARGIN + max(letters.width(number) for number in numbers) + 6
        way = _Slots.of(plot.panel, WIDTH - _MARGIN - left).way(plot.panel, letters)
        needed = high
        for bar in plot.panel.bars:
            if bar.mark.is_amount and _value(bar) > 0:
                taken = _label_height(bar, way, letters)
                needed = max(needed, _value(bar) * plot.height / (plot.height - taken - 6))
        low = min((*values, 0.0))
        return cls(plot, low - needed * (0.03 if low < 0 else 0), needed, left)


def _value(bar: Bar) -> float:
    return float(bar.value or 0)


def _label_height(bar: Bar, way: str, letters: _Letters) -> float:
    if way == "upright":
        return letters.width(letters.label(bar))
    return _LINE * len(bar.label.split()) if way == "flat" else _LINE


def _ticks(high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    if not high:
        return [0.0]
    found = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, high)
    return [float(tick) for tick in found if 0 <= tick <= high]


_MILLION = 1e6


def _number(value: float) -> str:
    """Write a number at the side: `50,000`, `20 M`."""
    return f"{value / _MILLION:g} M" if value >= _MILLION else f"{value:,.0f}"


def _abbreviated(panels: Sequence[Panel]) -> str:
    """Say what M means, where the numbers at the side may reach a million."""
    highest = max(_value(bar) for panel in panels for bar in panel.bars)
    return " (M: million)" if highest >= _MILLION / 2 else ""


@dataclass(frozen=True, slots=True)
class _Slots:
    """Where bars stand: the middle and the width of each in places, how many there are, and their breaks."""

    middles: tuple[float, ...]
    widths: tuple[float, ...]
    breaks: tuple[float, ...]
    end: float
    pixels: float
    """How wide one place is."""

    @classmethod
    def of(cls, panel: Panel, room: float) -> _Slots:
        """Share out the room: stretches that share a place get what their names take, the rest is even."""
        broad = [bar for bar in panel.bars if len(bar.periods) > 1]
        share = min(_BROAD[panel.grain] * len(broad) / room, 0.7)
        each = share / (1 - share) * (len(panel.bars) - len(broad)) / max(len(broad), 1)
        widths = tuple(max(each, 1.0) if bar in broad else 1.0 for bar in panel.bars)
        middles: list[float] = []
        breaks: list[float] = []
        end = 0.0
        for number, (bar, width) in enumerate(zip(panel.bars, widths, strict=True)):
            if number and not follows(panel.bars[number - 1].periods[-1], bar.periods[0]):
                breaks.append(end + _BREAK / 2)
                end += _BREAK
            middles.append(end + width / 2)
            end += width
        return cls(tuple(middles), widths, tuple(breaks), end, room / end)

    def way(self, panel: Panel, letters: _Letters) -> str:
        """Return how amounts are written: `flat` where all fit, else `upright`, else a `few` of them."""
        labels = [letters.label(bar) for bar in panel.bars if bar.mark.is_amount]
        words = [word for label in labels for word in label.split()]
        widest = max((letters.width(word) for word in words), default=0)
        if widest + 3 <= self.pixels:
            return "flat"
        return "upright" if self.pixels >= _UPRIGHT else "few"


class _Drawing:
    """One panel as it is drawn."""

    def __init__(  # noqa: PLR0913
        self,
        sheet: Figure,
        plot: _Plot,
        height: float,
        letters: _Letters,
        *,
        left: float,
        low: float,
        high: float,
    ) -> None:
        self.plot, self.panel, self.letters = plot, plot.panel, letters
        width = WIDTH - _MARGIN - left
        self.slots = _Slots.of(plot.panel, width)
        self.way = self.slots.way(plot.panel, letters)
        self.ticks = _ticks(high)
        self.low, self.high = low, high or 1.0
        self.a_pixel = (self.high - low) / plot.height
        bottom = 1 - (plot.top + plot.height) / height
        self.axes = sheet.add_axes((left / WIDTH, bottom, width / WIDTH, plot.height / height))

    def draw(self) -> None:
        """Draw the axis, then what stands in each place, then the labels."""
        axes = self.axes
        axes.set_facecolor("none")
        axes.set_xlim(0, self.slots.end)
        axes.set_ylim(self.low, self.high)
        for spine in axes.spines.values():
            spine.set_visible(False)
        self._numbers()
        for x in self.slots.breaks:
            axes.axvline(x, color=_FAINT, linewidth=1, linestyle=(0, (1, 3)))
        for bar, x, width in zip(self.panel.bars, self.slots.middles, self.slots.widths, strict=True):
            self._bar(bar, x, width)
        self._bands()
        self._amounts()
        self._names()
        axes.axhline(0, color=_FAINT, linewidth=1, zorder=4, clip_on=False)

    def _numbers(self) -> None:
        self.axes.set_yticks(self.ticks, [_number(tick) for tick in self.ticks])
        self.axes.tick_params(length=0, pad=_points(4), labelcolor=_FAINT)
        for label in self.axes.get_yticklabels():
            label.set(fontproperties=self.letters.regular, fontsize=_points(_TEXT))
        for tick in self.ticks[1:]:
            self.axes.axhline(tick, color=_GRID, linewidth=0.8, zorder=0)

    def _bar(self, bar: Bar, x: float, width: float) -> None:
        """Draw an amount as a bar that can be seen, a zero as a diamond; bands are drawn by themselves."""
        if bar.mark is Mark.ZERO:
            _diamond(self.axes, x, 0)
        elif bar.mark.is_amount:
            value, least = _value(bar), _LEAST_HEIGHT * self.a_pixel
            height = value if abs(value) >= least else (least if value > 0 else -least)
            width = min(_BAR * width, _WIDEST_BAR / self.slots.pixels)
            self.axes.bar(x, height, width, zorder=2, **{"linewidth": 1.1, **_STYLES[bar.mark]})

    def _bands(self) -> None:
        """Fill the whole height where there is no amount, and say once what that means if there is room."""
        from matplotlib.patches import Rectangle

        for mark, first, last in self._stretches():
            left, right = self._left(first) + 0.06, self._right(last) - 0.06
            band = Rectangle((left, 0), right - left, self.high, zorder=1, **_STYLES[mark])
            self.axes.add_patch(band)
            label, room = self.letters.label(self.panel.bars[first]), (right - left) * self.slots.pixels
            self._band_label(label, (left + right) / 2, room)

    def _stretches(self) -> Iterator[tuple[Mark, int, int]]:
        """Yield where places without an amount follow one another, with nothing left out between them."""
        bars = self.panel.bars
        cuts = {n for n, (a, b) in enumerate(pairwise(bars), 1) if not follows(a.periods[-1], b.periods[0])}
        part = [sum(cut <= number for cut in cuts) for number in range(len(bars))]
        keyed = groupby(range(len(bars)), key=lambda n: (bars[n].mark, bars[n].kind, part[n]))
        for (mark, _, _), group in keyed:
            numbers = list(group)
            if not mark.is_amount:
                yield mark, numbers[0], numbers[-1]

    def _band_label(self, label: str, x: float, room: float) -> None:
        lines = label.split()
        middle = self.high / 2
        if max(map(self.letters.width, lines), default=0) + 8 <= room:
            self._text(x, middle, "\n".join(lines), va="center", ground=True)
        elif room >= _UPRIGHT and self.letters.width(label) + 4 <= self.plot.height:
            self._text(x, middle, label, va="center", rotation=90, ground=True)

    def _amounts(self) -> None:
        """Write the amounts at their bars: all of them, or the highest for which there is room."""
        placed = list(zip(self.panel.bars, self.slots.middles, strict=True))
        amounts = [(bar, x) for bar, x in placed if bar.mark.is_amount]
        if self.way == "few":
            amounts = self._with_room(amounts)
        for bar, x in amounts:
            label = self.letters.label(bar)
            words = label.replace(" ", "\n") if self.way == "flat" else label
            above = 8 if bar.mark is Mark.ZERO else 3
            y = max(_value(bar), 0) + above * self.a_pixel
            where = self._inside(label, x) if self.way == "few" else x
            self._text(where, y, words, rotation=90 if self.way == "upright" else 0)

    def _with_room(self, amounts: Sequence[tuple[Bar, float]]) -> list[tuple[Bar, float]]:
        """Choose labels, the highest bars first, that hit no bar and no other label."""
        chosen: list[tuple[Bar, float]] = []
        taken = [(x - 0.5, x + 0.5, 0.0, _value(bar)) for bar, x in amounts]
        bands = [(self._left(first), self._right(last)) for _, first, last in self._stretches()]
        taken += [(left, right, 0.0, self.high) for left, right in bands]
        least = max((_value(bar) for bar, _ in amounts), default=0) * _WORTH_NAMING
        worth = [one for one in amounts if _value(one[0]) >= least]
        for bar, x in sorted(worth, key=lambda one: -_value(one[0])):
            label = self.letters.label(bar)
            half = (self.letters.width(label) + 4) / 2 / self.slots.pixels
            middle = self._inside(label, x)
            bottom = max(_value(bar), 0) + (8 if bar.mark is Mark.ZERO else 2) * self.a_pixel
            box = (middle - half, middle + half, bottom, bottom + _LINE * self.a_pixel)
            if box[3] <= self.high * 1.02 and not any(_overlap(box, other) for other in taken):
                chosen.append((bar, x))
                taken.append(box)
        return chosen

    def _left(self, number: int) -> float:
        return self.slots.middles[number] - self.slots.widths[number] / 2

    def _right(self, number: int) -> float:
        return self.slots.middles[number] + self.slots.widths[number] / 2

    def _inside(self, label: str, x: float, beyond: float = 0) -> float:
        """Return where the middle of a label may be so that it stays in the picture."""
        half = (self.letters.width(label) / 2 - beyond) / self.slots.pixels
        return min(max(x, half), max(self.slots.end - half, half))

    def _names(self) -> None:
        """Name months or years below, as many as there is room for."""
        self.axes.set_xticks([])
        if not self.plot.is_labelled:
            return
        free = float("inf")
        for x, name in reversed(list(self._named())):
            for number, line in enumerate(name.split("\n")):
                half = (self.letters.width(line) / 2 + 2) / self.slots.pixels
                if number and x + half > free:
                    continue  # the year of the next month stands there
                free = x - half if number else free
                y = self.low - (_LINE - 1 + number * _LINE) * self.a_pixel
                where = self._inside(line, x, beyond=_MARGIN / 2)
                self._text(where, y, line, va="baseline", colour=_FAINT)

    def _named(self) -> Iterator[tuple[float, str]]:
        is_month = self.panel.grain is Precision.MONTH
        named = [
            (x, bar.periods, bar.periods[0].first.month if is_month else bar.periods[0].last.year)
            for bar, x in zip(self.panel.bars, self.slots.middles, strict=True)
        ]
        single = [(x, periods[0], number) for x, periods, number in named if len(periods) == 1]
        widest = max((self.letters.width(_short(p, with_year=False)) for _, p, _ in single), default=0)
        step = self._step(widest + 6, (1, 2, 3, 6, 12) if is_month else (1, 2, 5, 10, 20, 50))
        year = 0
        for x, periods, number in named:
            if len(periods) > 1:
                yield x, f"{periods[0].last.year}–{_LINE_END[is_month]}{periods[-1].last.year}"
                continue
            if step == 1 or (number - is_month) % step == 0:
                with_year = is_month and periods[0].first.year != year
                yield x, _short(periods[0], with_year=with_year)
                year = periods[0].first.year

    def _step(self, needed: float, steps: Sequence[int]) -> int:
        return next((step for step in steps if step * self.slots.pixels >= needed), steps[-1])

    def _text(self, x: float, y: float, text: str, *, ground: bool = False, **look: Any) -> None:
        from matplotlib.patheffects import withStroke

        box = {"facecolor": _GROUND, "edgecolor": "none", "pad": 1.5} if ground else None
        self.axes.text(
            x,
            y,
            text,
            color=look.pop("colour", _INK),
            fontproperties=self.letters.regular,
            fontsize=_points(_TEXT),
            bbox=box,
            path_effects=[withStroke(linewidth=2.5, foreground=_GROUND)],
            zorder=6,
            **{"ha": "center", "va": "bottom", "linespacing": 1.15, **look},
        )


_LINE_END = {True: "\n", False: ""}


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _short(period: Period, *, with_year: bool) -> str:
    """Name a month, with its year below it, or a year; a fiscal year by its number alone."""
    if period.precision is not Precision.MONTH:
        return str(period.last.year)
    month, _, year = period.brief().partition(" ")
    return f"{month}\n{year}" if with_year else month
