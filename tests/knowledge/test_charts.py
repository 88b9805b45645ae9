"""What a chart shows: its bars with their marks, what shares a place, and the words for all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, SeriesFigures, Status
from knowledge.charts import LONGEST_ALT, MOST_BARS, Chart, Mark, Panel, chart_of
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.exports import Absence, Figure, Qualifier, Series
from knowledge.periods import Period, Precision, parse_period

CITED = (Citation("rfa-2024", "13"),)


def period(text: str) -> Period:
    return parse_period(text).period


def month(number: int) -> str:
    """Return a month by its number from January 2000 on."""
    return f"{2000 + number // 12}-{number % 12 + 1:02}"


def figure(
    when: str, value: int, qualifier: Qualifier = "as stated", unit: str = "USD", **more: str
) -> Figure:
    row = Figure("reported", period(when), Decimal(value), unit, qualifier, CITED)
    return replace(row, precision="reported zero" if value == 0 else "rounded", **more)  # type: ignore[arg-type]


def absence(when: str) -> Absence:
    return Absence("reported", period(when), "no recorded trade", CITED)


def reply(
    *rows: Figure | Absence,
    gaps: tuple[str, ...] = (),
    name: str = "One series",
    coverage: str = "2000..2010",
    additive: bool = True,
) -> SeriesFigures:
    series = Series("reported", name, coverage=period(coverage), additive=additive)
    figures = tuple(row for row in rows if isinstance(row, Figure))
    absences = tuple(row for row in rows if isinstance(row, Absence))
    return SeriesFigures(series, figures, tuple(map(period, gaps)), absences=absences)


def charted(*blocks: SeriesFigures, title: str = "U.S. exports to North Korea: some") -> Chart:
    found = chart_of(Answer(Kind.FIGURE, Status.ANSWERED, title=title, figures=blocks), {})
    assert found is not None
    return found


def of(engine: Engine, typed: str) -> Chart:
    found = chart_of(engine.reply(typed), engine.library.sources)
    assert found is not None
    return found


def rows(panel: Panel) -> list[tuple[str, Mark, str]]:
    return [(str(bar.periods[0]), bar.mark, bar.label) for bar in panel.bars]


# The marks


@pytest.mark.parametrize(
    ("row", "mark", "label"),
    [
        (figure("2001-01", 120_000), Mark.STATED, "120,000"),
        (figure("2001-01", 120_000, "exactly"), Mark.STATED, "120,000"),
        (figure("2001-01", 68_000, "about"), Mark.APPROXIMATE, "about 68,000"),
        (figure("2001-01", 26_000, "around"), Mark.APPROXIMATE, "around 26,000"),
        (figure("2001-01", 200_000, "more than"), Mark.APPROXIMATE, "more than 200,000"),
        (figure("2001-01", 2_700_000, "to the nearest 100,000"), Mark.APPROXIMATE, "2.7 million"),
        (figure("2001-01", 50_000, "less than"), Mark.BELOW, "less than 50,000"),
        (figure("2001-01", 0), Mark.ZERO, "0"),
        (figure("2001-01", -2), Mark.STATED, "−2"),
    ],
)
def test_an_amount_keeps_its_qualifier(row: Figure, mark: Mark, label: str) -> None:
    (panel,) = charted(reply(row)).panels
    assert rows(panel) == [("2001-01", mark, label)]


def test_a_gap_an_absence_and_a_zero_are_three_things() -> None:
    (panel,) = charted(
        reply(figure("2001", 7), absence("2002"), figure("2003", 0), figure("2005", 9), gaps=("2004",))
    ).panels
    assert rows(panel) == [
        ("2001", Mark.STATED, "7"),
        ("2002", Mark.NO_ROW, "no recorded trade"),
        ("2003", Mark.ZERO, "0"),
        ("2004", Mark.NO_FIGURE, "no figure"),
        ("2005", Mark.STATED, "9"),
    ]


def test_the_reported_months_stand_with_their_marks(engine: Engine) -> None:
    (panel,) = of(engine, "/exports series:reported").panels
    assert rows(panel) == [
        ("2023-11", Mark.STATED, "120,000"),
        ("2023-12", Mark.APPROXIMATE, "about 68,000"),
        ("2024-01", Mark.ZERO, "0"),
        ("2024-02", Mark.APPROXIMATE, "around 26,000"),
        ("2024-03", Mark.STATED, "3,500"),
    ]


def test_what_the_marks_mean_is_said_in_the_words_of_the_figures(engine: Engine) -> None:
    assert of(engine, "/exports 1992..2024 series:census").legend == (
        (Mark.STATED, "exact"),
        (Mark.APPROXIMATE, "to the nearest 100,000"),
        (Mark.ZERO, "recorded zero"),
        (Mark.NO_ROW, "no recorded trade"),
    )


# Several series


def test_both_series_of_an_answer_stand_side_by_side(engine: Engine) -> None:
    chart = of(engine, "/exports 2023-11..2024-03")
    reported, census = chart.panels
    assert [bar.periods for bar in reported.bars] == [bar.periods for bar in census.bars]
    assert reported.scale == census.scale == "US dollars, by month"
    assert not chart.note


def test_where_one_series_ends_it_has_no_figure_for_the_months_of_the_other() -> None:
    short = reply(figure("2001-01", 1), coverage="2001-01..2001-01")
    first, second = charted(short, reply(figure("2001-01", 1), figure("2001-02", 2))).panels
    assert rows(first)[1] == ("2001-02", Mark.NO_FIGURE, "no figure")
    assert rows(second)[1] == ("2001-02", Mark.STATED, "2")


def test_a_month_that_a_series_was_not_asked_for_is_not_said_to_be_without_a_figure(engine: Engine) -> None:
    chart = of(engine, "/exports 2023 compare:2023-11")
    by_month = [panel for panel in chart.panels if panel.grain is Precision.MONTH]
    assert len(by_month) == 2
    assert "2023-12" not in [when for when, _, _ in rows(by_month[1])]  # the workbook has December


def test_months_and_years_have_panels_and_scales_of_their_own(engine: Engine) -> None:
    chart = of(engine, "/exports")
    assert [panel.scale for panel in chart.panels] == ["US dollars, by month", "US dollars, by year"]
    assert chart.note == (
        "Each part has a scale of its own. "
        "Amounts too small for the scale are drawn as the thinnest bar, whatever their size."
    )
    assert chart.note in chart.alt


def test_what_overlaps_is_not_drawn(engine: Engine) -> None:
    names = [panel.name.split(":")[0] for panel in of(engine, "/assistance").panels]
    assert names == ["Obligations", "Disbursements"]


def test_a_comparison_has_its_two_periods_and_nothing_between_them(engine: Engine) -> None:
    (panel,) = of(engine, "/exports 2003 compare:2009").panels
    assert [when for when, _, _ in rows(panel)] == ["2003", "2009"]


# Long stretches


def test_a_long_stretch_without_an_amount_shares_one_place(engine: Engine) -> None:
    reported, _ = of(engine, "/exports 1992..2024").panels
    first, *others = reported.bars
    assert (str(first.periods[0]), str(first.periods[-1])) == ("1992-01", "2023-10")
    assert first.mark is Mark.NO_FIGURE
    assert all(len(bar.periods) == 1 for bar in others)


def test_a_short_stretch_keeps_its_months_apart() -> None:
    (panel,) = charted(reply(figure("2001-01", 1), gaps=("2001-02..2001-12",))).panels
    assert len(panel.bars) == 12


def test_a_stretch_in_which_another_series_has_amounts_keeps_its_months_apart() -> None:
    gappy = reply(figure("2001-01", 1), gaps=("2001-02..2003-01",))
    full = reply(*(figure(month(n), 5) for n in range(12, 37)))
    first, second = charted(gappy, full).panels
    assert len(first.bars) == len(second.bars) == 25


# What has no chart


@pytest.mark.parametrize("typed", ["who is Jung Pak", "/timeline 2018", "/exports 2010-02", "/help", ""])
def test_a_reply_without_figures_has_none(engine: Engine, typed: str) -> None:
    assert chart_of(engine.reply(typed), engine.library.sources) is None


def test_neither_have_figures_of_single_days_nor_of_what_overlaps() -> None:
    for block in (reply(figure("2001-01-05", 1)), reply(figure("2001", 1), additive=False)):
        assert chart_of(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)), {}) is None


def test_neither_have_more_bars_than_can_be_told_apart() -> None:
    months = [month(n) for n in range(MOST_BARS + 1)]
    full = Answer(Kind.FIGURE, Status.ANSWERED, figures=(reply(*(figure(m, 1) for m in months[1:])),))
    over = replace(full, figures=(reply(*(figure(m, 1) for m in months)),))
    assert chart_of(full, {}) is not None
    assert chart_of(over, {}) is None


# Its names


@pytest.mark.parametrize(
    ("typed", "title", "when", "filename"),
    [
        (
            "/exports 2023-11..2024-03",
            "U.S. exports to North Korea",
            "November 2023 to March 2024",
            "exports-2023-11-to-2024-03.png",
        ),
        ("/exports 2016", "U.S. exports to North Korea", "2016", "exports-2016.png"),
        (
            "/exports 2008 compare:2009",
            "U.S. exports to North Korea",
            "2008 and 2009 compared",
            "exports-2008-to-2009.png",
        ),
        (
            "/assistance FY2001..FY2010",
            "U.S. assistance to North Korea",
            "fiscal years 2001 to 2010",
            "assistance-fy2001-to-fy2010.png",
        ),
        (
            "how much was exported in november and december 2023 together?",
            "U.S. exports to North Korea",
            "November 2023 to December 2023",
            "exports-2023-11-to-2023-12.png",
        ),
    ],
)
def test_it_says_of_what_it_is_and_so_does_its_file(
    engine: Engine, typed: str, title: str, when: str, filename: str
) -> None:
    chart = of(engine, typed)
    assert (chart.title, chart.when, chart.filename) == (title, when, filename)


def test_its_sources_are_named_with_their_dates_and_ids(engine: Engine) -> None:
    chart = of(engine, "/exports 2023-11..2024-03")
    assert chart.sources == (
        "Sources: Radio Free Asia, 30 May 2024 (rfa-2024); U.S. Census Bureau, 4 April 2025 (census-2025-04)."
    )


# In words


def test_a_small_chart_is_told_amount_by_amount(engine: Engine) -> None:
    assert of(engine, "/exports series:reported").alt == (
        "Bar chart: U.S. exports to North Korea: all dates, in US dollars, by month. "
        "Reported by Radio Free Asia, 30 May 2024, November 2023 to March 2024. "
        "November 2023, US$120,000; December 2023, about US$68,000; February 2024, around US$26,000; "
        "March 2024, US$3,500. Highest: November 2023. Reported zero: January 2024. "
        "Source: Radio Free Asia, 30 May 2024 (rfa-2024)."
    )


def test_of_a_large_one_what_stands_out_is_told(engine: Engine) -> None:
    assert of(engine, "/exports 1992..2024 series:census").alt == (
        "Bar chart: U.S. exports to North Korea: 1992 to 2024, in US dollars, by year. "
        "Census Bureau country workbook, vintage of April 2025 (read from copies of it), 1992 to 2024. "
        "Highest: 2008, US$52,151,230. Lowest other than zero: 1992, US$0.1 million. "
        "To the nearest 100,000: 1992 to 2002. Recorded zero: 2006, 2022. No recorded trade: 2017 to 2021. "
        "Amounts too small for the scale are drawn as the thinnest bar, whatever their size. "
        "Source: U.S. Census Bureau, 4 April 2025 (census-2025-04)."
    )


def test_where_zeros_and_gaps_are_scattered_they_are_counted() -> None:
    scattered = [figure(month(n), (n + 1) % 2) for n in range(108)]
    assert (
        "Reported zero: 54 of them between February 2000 and December 2008." in charted(reply(*scattered)).alt
    )


_AMOUNTS = st.tuples(st.integers(-9, 10**9), st.sampled_from(["as stated", "about"]))
_ROWS = st.dictionaries(st.integers(0, 119), _AMOUNTS, min_size=1)


@given(st.lists(_ROWS, min_size=1, max_size=3), st.text(max_size=2000))
def test_the_words_are_never_longer_than_discord_takes_and_no_amount_is_lost(
    series: list[dict[int, tuple[int, Qualifier]]], name: str
) -> None:
    blocks = [
        reply(*(figure(month(n), *row) for n, row in sorted(rows_.items())), name=name) for rows_ in series
    ]
    chart = charted(*blocks)
    assert 0 < len(chart.alt) <= LONGEST_ALT
    for panel, rows_ in zip(chart.panels, series, strict=True):
        amounts = [bar.value for bar in panel.bars if bar.mark.is_amount]
        assert amounts == [row[0] for _, row in sorted(rows_.items())]
