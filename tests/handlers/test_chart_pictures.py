"""Charts as pictures: the same on any run, legible in grey and on a phone, drawn beside the event loop."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from handlers import charts
from handlers.charts import Charts, draw
from knowledge.charts import Bar, Chart, Mark, Panel, chart_of
from knowledge.engine import Engine
from knowledge.periods import Period, Precision
from tests.perceptual import ALIKE, distance

ROOT = Path(__file__).parents[2]
SHOWN = ("/exports 2023-11..2024-03", "/exports 1992..2024 series:census", "/assistance")


def of(engine: Engine, typed: str) -> Chart:
    found = chart_of(engine.reply(typed), engine.library.sources)
    assert found is not None
    return found


def bar(year: int, value: int | None = 5, mark: Mark = Mark.STATED, label: str = "") -> Bar:
    period = Period.unit(Precision.YEAR, year)
    return Bar((period,), mark, label, label, mark, None if value is None else Decimal(value))


def chart(*bars: Bar, name: str = "A series", unit: str = "USD", sources: str = "Source: a source.") -> Chart:
    return Chart("A title", "2001 to 2003", (Panel(name, Precision.YEAR, unit, bars),), sources, "a-chart")


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# The same on any run

_MADE = """
import sys
from handlers.charts import draw
from knowledge.charts import chart_of
from knowledge.content import read_content
from knowledge.engine import Engine
engine = Engine(read_content())
for typed in sys.argv[1:]:
    sys.stdout.buffer.write(draw(chart_of(engine.reply(typed), engine.library.sources)))
"""


def made_elsewhere(folder: Path, *typed: str, **environment: str) -> bytes:
    """Draw charts in a process of its own, in a folder whose settings of matplotlib are other ones."""
    (folder / "matplotlibrc").write_text("font.size: 30\nsavefig.dpi: 20\naxes.facecolor: red\n", "utf-8")
    there = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, "-c", _MADE, *typed]
    return subprocess.run(command, cwd=folder, env=there, stdout=subprocess.PIPE, check=True).stdout


def test_two_processes_make_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    here = b"".join(draw(of(engine, typed)) for typed in SHOWN)
    assert made_elsewhere(tmp_path, *SHOWN, PYTHONHASHSEED="1", TZ="Asia/Seoul", LC_ALL="C") == here
    assert draw(of(engine, SHOWN[0])) == draw(of(engine, SHOWN[0]))


def test_a_file_says_nothing_of_when_and_with_what_it_was_made(engine: Engine) -> None:
    assert picture(draw(of(engine, SHOWN[0]))).info.keys() <= {"transparency"}


def commands() -> Iterator[tuple[str, Path, str]]:
    """Yield what the README charts: what is drawn, into which file, and the words that stand there for it."""
    readme = (ROOT / "README.md").read_text("utf-8")
    words = {name: alt for alt, name in re.findall(r"!\[([^\]]*)\]\((docs/charts/[^)]+)\)", readme)}
    for typed, name in re.findall(r'bot\.py chart "([^"]+)" (docs/charts/\S+)', readme):
        yield typed, ROOT / name, words.pop(name, "")
    assert not words, f"no command makes {words}"


def test_the_readme_shows_three_charts_with_the_command_that_makes_each() -> None:
    shown = list(commands())
    assert len(shown) == 3
    assert sorted(file for _, file, _ in shown) == sorted((ROOT / "docs" / "charts").iterdir())


def test_they_are_what_the_commands_make_now_and_so_are_their_words(engine: Engine) -> None:
    for typed, file, alt in commands():
        found = of(engine, typed)
        assert file.name == found.filename
        assert distance(draw(found), file.read_bytes()) < ALIKE, f"make {file.name} anew, as the README says"
        assert alt == found.alt


def test_that_comparison_sees_one_amount_that_changed(engine: Engine) -> None:
    for typed in SHOWN:
        found = of(engine, typed)
        first, *others = found.panels
        highest = max((one for one in first.bars if one.value), key=lambda one: one.value or 0)
        lower = replace(highest, value=(highest.value or Decimal(0)) / 3)
        changed = replace(first, bars=tuple(lower if one is highest else one for one in first.bars))
        assert distance(draw(found), draw(replace(found, panels=(changed, *others)))) > ALIKE


# Told apart


def middle(mark: Mark) -> Image.Image:
    """Return the middle of three places, in grey, of a chart that differs from others in its mark alone."""
    value = {Mark.ZERO: 0}.get(mark, 5 if mark.is_amount else None)
    drawn = picture(draw(chart(bar(2001), bar(2002, value, mark), bar(2003), unit="x"))).convert("L")
    return drawn.crop((320, 140, 480, 600))


def test_the_marks_are_told_apart_without_colour() -> None:
    seen = {mark: middle(mark) for mark in Mark}
    for one, other in combinations(Mark, 2):
        apart = ImageStat.Stat(ImageChops.difference(seen[one], seen[other])).rms[0]
        assert apart > 15, f"{one} looks like {other}"


@pytest.mark.parametrize("mark", [Mark.APPROXIMATE, Mark.NO_FIGURE, Mark.NO_ROW])
def test_what_is_no_plain_amount_has_a_pattern(mark: Mark) -> None:
    inside = middle(mark).crop((60, 120, 100, 300))
    assert ImageStat.Stat(inside).stddev[0] > 8
    assert ImageStat.Stat(middle(Mark.STATED).crop((60, 120, 100, 300))).stddev[0] < 1


def test_an_amount_too_small_for_the_scale_is_no_zero() -> None:
    small = picture(draw(chart(bar(2001, 10**9), bar(2002, 1), bar(2003, 10**9))))
    red, _, blue = small.convert("RGB").crop((370, 100, 500, 600)).split()
    assert sum(ImageChops.subtract(blue, red).histogram()[60:]) > 100


# On a phone

TYPED = (
    *SHOWN,
    "/exports 1992..2024",
    "/exports 2016",
    "/exports 2008 compare:2009",
    "/exports series:reported",
    "/assistance FY2001..FY2010",
    "/exports 2024-10..2024-12",
    "/exports 1900..2099",
    "/assistance 1901..2099",
)


@pytest.fixture(scope="module", params=TYPED)
def drawn(engine: Engine, request: pytest.FixtureRequest) -> bytes:
    return draw(of(engine, request.param))


def test_its_letters_are_13_pixels_high_on_a_screen_of_380(drawn: bytes) -> None:
    width, height = picture(drawn).size
    assert width == 760
    assert 400 < height < 1700
    assert charts._TEXT * 380 / charts.WIDTH == 13


def test_nothing_reaches_the_edge(drawn: bytes) -> None:
    shown = picture(drawn).convert("RGB")
    inner = shown.crop((6, 6, shown.width - 6, shown.height - 6))
    framed = Image.new("RGB", shown.size, shown.getpixel((0, 0)))
    framed.paste(inner, (6, 6))
    assert ImageChops.difference(shown, framed).getbbox() is None


def test_it_is_small_enough_to_send(drawn: bytes) -> None:
    assert len(drawn) < 100_000


def test_light_stands_on_dark(drawn: bytes) -> None:
    counted = picture(drawn).convert("L").histogram()
    assert sum(counted[:80]) > sum(counted) / 2
    assert sum(counted[200:]) > sum(counted) / 100


# Whatever the content says


@pytest.mark.parametrize(
    "text",
    [
        "US$5 and $\\frac{1}{0}$ of $x_",
        "<script>alert(1)</script> **bold** @everyone",
        "한국 통계 العربية \u202e\x07",
        "x" * 3000,
        "",
    ],
    ids=["mathematics", "markup", "letters without a glyph", "one endless word", "nothing"],
)
def test_a_hostile_text_is_drawn_as_it_is(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = draw(chart(bar(2001, 3, label=text[:40]), bar(2002), name=text, unit=text, sources=text))
    assert picture(drawn).width == 760


@pytest.mark.parametrize(
    "bars",
    [
        [bar(2001, None, Mark.NO_FIGURE), bar(2002, None, Mark.NO_ROW)],
        [bar(2001, 0, Mark.ZERO)],
        [bar(2001, -5), bar(2002, -(10**12))],
        [bar(2001, 10**30), bar(2002, 1)],
        [bar(1900 + n, n, label=f"{n:,}") for n in range(120)],
    ],
    ids=["no amount at all", "one zero", "below zero", "enormous", "as many as there can be"],
)
def test_unusual_amounts_are_drawn(bars: list[Bar]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(draw(chart(*bars))).width == 760


# Beside the event loop, and kept


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Return the threads in which charts are drawn from now on, one for each drawing."""
    drawn_in: list[threading.Thread] = []
    draw_one: Callable[[Chart], bytes] = charts.draw

    def noted(chart: Chart) -> bytes:
        drawn_in.append(threading.current_thread())
        return draw_one(chart)

    monkeypatch.setattr(charts, "draw", noted)
    return drawn_in


async def test_a_chart_is_drawn_once_and_in_a_thread(counted: list[threading.Thread]) -> None:
    room = Charts()
    several = await asyncio.gather(*(room.picture(chart(bar(2001), bar(2002))) for _ in range(5)))
    assert len(counted) == 1
    assert threading.current_thread() not in counted
    assert set(several) == {draw(chart(bar(2001), bar(2002)))}


async def test_different_charts_are_drawn_one_after_the_other(counted: list[threading.Thread]) -> None:
    room = Charts()
    await asyncio.gather(*(room.picture(chart(bar(2001), bar(2002, n))) for n in range(1, 4)))
    assert len(counted) == 3
    assert len(set(counted)) == 1


async def test_only_the_last_ones_are_kept(counted: list[threading.Thread]) -> None:
    room = Charts(kept=2)
    for n in (1, 2, 3, 1):
        await room.picture(chart(bar(2001), bar(2002, n)))
    assert len(counted) == 4


def test_nothing_that_draws_is_loaded_before_the_first_chart() -> None:
    code = """
import sys
import bot, handlers.client, handlers.charts
from handlers.views import Shown, controls
from knowledge.content import read_content
from knowledge.engine import Engine
answer = Engine(read_content()).reply("/exports 2023-11..2024-03")
items = [item for row in controls(answer, Shown(1, True)) for item in row.children]
assert "Chart" in [item.item.label for item in items]
handlers.charts.Charts()
sys.exit(", ".join(name for name in ("matplotlib", "PIL") if name in sys.modules) or 0)
"""
    there = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=there, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()


def test_nothing_global_of_matplotlib_is_touched(engine: Engine) -> None:
    import matplotlib as mpl

    mpl.rcParams["font.size"] = 17
    try:
        draw(of(engine, SHOWN[0]))
        assert mpl.rcParams["font.size"] == 17
        assert "matplotlib.pyplot" not in sys.modules
    finally:
        mpl.rcdefaults()
