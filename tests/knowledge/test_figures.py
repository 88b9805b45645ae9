"""Export figures asked for by period: the rows, the gaps, the sum, and how the period was read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, SeriesFigures, Status
from knowledge.engine import Engine
from knowledge.periods import Period, Precision
from knowledge.plaintext import plain_text
from tests.knowledge.small_content import ContentFolder

NOV, DEC, JAN, FEB, MAR = ALL = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]


def reported(engine: Engine, period: str) -> tuple[Answer, SeriesFigures]:
    answer = engine.exports(period, "reported")
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), plain_text(answer)
    (block,) = answer.figures
    return answer, block


def notes(answer: Answer) -> str:
    return " ".join(answer.notes)


# Years


def test_whole_years_are_shown_by_year_where_there_are_yearly_figures(engine: Engine) -> None:
    answer = engine.exports("1992..2024", "census")
    (block,) = answer.figures
    assert {figure.period.precision for figure in block.figures} == {Precision.YEAR}
    assert len(block.figures) == 28
    assert [str(absence.period) for absence in block.absences] == ["2017", "2018", "2019", "2020", "2021"]
    assert block.gaps == ()


def test_the_months_of_a_year_are_shown_if_they_are_asked_for_by_month(engine: Engine) -> None:
    (block,) = engine.exports("2024-01..2024-12", "census").figures
    assert len(block.figures) == 12
    assert [str(total.period) for total in block.totals] == ["2024"]


def test_no_amount_is_there_twice_in_its_year_and_in_its_month(engine: Engine) -> None:
    for typed in ("", "2023", "2023..2024", "since 2022", "2023-11..2024-12", "until 2024"):
        for block in engine.exports(typed).figures:
            assert len({figure.period.precision for figure in block.figures}) == 1, typed


def test_a_month_of_a_year_that_is_held_as_a_whole_leads_to_that_year(engine: Engine) -> None:
    answer = engine.exports("2014-05")
    assert answer.status is Status.REFUSED
    assert "no figure for May 2014 by itself; it has 2014 as a whole year" in plain_text(answer)
    assert answer.choices == ("/exports 2014",)


@pytest.mark.parametrize("typed", ["2017", "2018-05", "2017..2021"])
def test_a_year_without_a_row_is_no_recorded_trade(engine: Engine, typed: str) -> None:
    answer = engine.exports(typed, "census")
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED)
    assert "no recorded trade [census-2025-04¶201" in text
    assert "neither a zero nor unknown" in text
    assert not answer.receipts


def test_a_zero_that_is_recorded_is_a_zero(engine: Engine) -> None:
    assert "2006: US$0 (a recorded zero) [census-2025-04¶2006]" in plain_text(engine.exports("2006"))


def test_what_is_not_published_yet_is_no_figure(engine: Engine) -> None:
    answer = engine.exports("2025-01")
    assert answer.status is Status.REFUSED
    assert "not a zero" in plain_text(answer)


def test_amounts_in_tenths_of_a_million_are_shown_as_such_and_explained(engine: Engine) -> None:
    text = plain_text(engine.exports("1999..2003"))
    assert "1999: US$11.3 million [census-2025-04¶1999]" in text
    assert "2003: US$7,977,400 [census-2025-04¶2003]" in text
    assert "a 0 there says less than US$50,000, not zero" in text


def test_the_vintage_and_that_copies_were_read_are_said(engine: Engine) -> None:
    assert "vintage of April 2025 (read from copies of it)" in plain_text(engine.exports("2016"))


def test_a_bare_month_is_that_of_the_founding_series_and_other_years_are_named(engine: Engine) -> None:
    answer = engine.exports("november")
    assert [str(f.period) for block in answer.figures for f in block.figures] == [NOV, NOV]
    assert "There is a figure for November 2024, too: name the year to see it." in answer.notes
    assert "only year" not in notes(answer)


def test_a_bare_month_of_a_series_with_several_years_leaves_the_choice(engine: Engine) -> None:
    answer = engine.exports("november", "census")
    assert answer.choices == ("/exports 2023-11 series:census", "/exports 2024-11 series:census")


def test_a_bare_month_that_only_the_workbook_has_is_read_as_its_own(engine: Engine) -> None:
    (block,) = engine.exports("april").figures
    assert [str(figure.period) for figure in block.figures] == ["2024-04"]


# How a period may be written


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("", ALL),
        ("all", ALL),
        ("2023-11", [NOV]),
        ("2023", [NOV, DEC]),
        ("nov 2023", [NOV]),
        ("November 2023", [NOV]),
        ("11/2023", [NOV]),
        ("2023-Q4", [NOV, DEC]),
        ("Q1 2024", [JAN, FEB, MAR]),
        ("winter 2023", [DEC, JAN, FEB]),
        ("2023..2024", ALL),
        ("2023-2024", ALL),
        ("2023-12..2024-02", [DEC, JAN, FEB]),
        ("nov 2023 - mar 2024", ALL),
        ("nov 2023 to mar 2024", ALL),
        ("dec-feb", [DEC, JAN, FEB]),
        ("since 2024", [JAN, FEB, MAR]),
        ("until 2023", [NOV, DEC]),
        ("2024-01-15", [JAN]),
    ],
)
def test_every_form_of_a_period_gives_its_months(engine: Engine, typed: str, months: list[str]) -> None:
    _, block = reported(engine, typed)
    assert [str(figure.period) for figure in block.figures] == months


@pytest.mark.parametrize(("typed", "month"), [("november", NOV), ("Jan", JAN), ("march", MAR)])
def test_a_bare_month_is_that_of_the_only_year_with_rows_and_the_reply_says_so(
    engine: Engine, typed: str, month: str
) -> None:
    answer, block = reported(engine, typed)
    assert [str(figure.period) for figure in block.figures] == [month]
    assert typed in notes(answer)
    assert month[:4] in notes(answer)


def test_a_pair_of_bare_months_runs_across_new_year_and_the_reply_says_so(engine: Engine) -> None:
    answer, _ = reported(engine, "dec-feb")
    assert "December 2023 to February 2024" in notes(answer)


def test_a_day_gives_its_month_and_the_reply_says_so(engine: Engine) -> None:
    answer, block = reported(engine, "2023-11-05")
    assert [str(figure.period) for figure in block.figures] == [NOV]
    assert "by month" in notes(answer)
    assert "5 November 2023" in notes(answer)


def test_a_range_of_days_gives_its_months_and_the_reply_says_so(engine: Engine) -> None:
    answer, block = reported(engine, "2023-11-20..2023-12-05")
    assert [str(figure.period) for figure in block.figures] == [NOV, DEC]
    assert "by month" in notes(answer)


def test_a_reversed_range_is_turned_round_and_the_reply_says_so(engine: Engine) -> None:
    answer, block = reported(engine, "2024-03..2023-11")
    assert [str(figure.period) for figure in block.figures] == ALL
    assert "reverse" in notes(answer)


@pytest.mark.parametrize("typed", ["last year", "2024-02-30", "2024-15", "how much money lol", "9/9/9/9"])
def test_what_cannot_be_read_is_an_error_that_says_what_is_accepted(engine: Engine, typed: str) -> None:
    answer = engine.exports(typed)
    assert (answer.kind, answer.status) == (Kind.ERROR, Status.ERROR)
    assert "for example 2023-11" in plain_text(answer)
    assert not answer.citations


# Values, qualifiers and gaps


@pytest.mark.parametrize(
    ("month", "line"),
    [
        (NOV, "November 2023 (inferred from “In November”): US$120,000 [rfa-2024¶13]"),
        (DEC, "December 2023 (inferred from “In December”): about US$68,000 [rfa-2024¶13]"),
        (JAN, "January 2024 (inferred from “in January”): nothing sent (a reported zero) [rfa-2024¶14]"),
        (FEB, "February 2024 (inferred from “in February”): around US$26,000 [rfa-2024¶14]"),
        (MAR, "March 2024 (inferred from “in March”): US$3,500 [rfa-2024¶14]"),
    ],
)
def test_a_figure_is_shown_with_the_qualifier_of_its_source_and_its_citation(
    engine: Engine, month: str, line: str
) -> None:
    answer, _ = reported(engine, month)
    assert f"  {line}" in plain_text(answer).splitlines()


def test_a_month_inside_a_longer_period_without_a_figure_is_named_as_a_gap(engine: Engine) -> None:
    answer, block = reported(engine, "2023-09..2023-11")
    assert [(str(period), figure is None) for period, figure in block.rows] == [
        ("2023-09..2023-10", True),
        (NOV, False),
    ]
    assert "  September 2023 to October 2023: no figure" in plain_text(answer).splitlines()
    assert "not a zero" in notes(answer)


def test_a_reported_zero_is_no_gap(engine: Engine) -> None:
    _, block = reported(engine, JAN)
    assert block.gaps == ()
    assert block.figures[0].value == 0


@pytest.mark.parametrize("typed", ["2022", "2023-10", "april 2024", "2024-04-02", "October", "since 2025"])
def test_a_period_without_any_figure_is_refused_as_a_gap_and_never_as_a_zero(
    engine: Engine, typed: str
) -> None:
    answer = engine.exports(typed, "reported")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert "no figure" in plain_text(answer)
    assert "November 2023 to March 2024" in plain_text(answer)
    assert not (answer.citations or answer.figures or answer.receipts)


@given(st.integers(0, 60), st.integers(0, 60))
def test_every_month_asked_for_is_a_row_with_a_value_or_lies_in_a_gap(
    engine: Engine, one: int, two: int
) -> None:
    first, last = (Period.unit(Precision.MONTH, 2021 + n // 12, n % 12 + 1) for n in sorted((one, two)))
    answer = engine.exports(f"{first}..{last}", "reported")
    asked = set(Period.between(first.first, last.last).months())
    shown: set[Period] = set()
    for block in answer.figures:
        for period, figure in block.rows:
            months = set(period.months())
            assert not months & shown
            assert (figure is not None) == (str(period) in ALL)
            shown |= months
    assert shown == (asked if answer.status is Status.ANSWERED else set())
    assert (answer.status is Status.ANSWERED) == any(str(month) in ALL for month in asked)


# Sums


@pytest.mark.parametrize(
    ("typed", "formula"),
    [
        ("", "120,000 + 68,000 + 0 + 26,000 + 3,500 = 217,500"),
        ("dec-feb", "68,000 + 0 + 26,000 = 94,000"),
        ("2023", "120,000 + 68,000 = 188,000"),
    ],
)
def test_a_sum_says_that_it_is_computed_with_its_formula_and_its_limits(
    engine: Engine, typed: str, formula: str
) -> None:
    answer, block = reported(engine, typed)
    receipt = answer.receipts[0]
    assert receipt.formula == formula
    assert receipt.value == sum((figure.value for figure in block.figures), Decimal(0))
    (line,) = (line for line in plain_text(answer).splitlines() if formula in line)
    assert line.startswith("Sum: ≈ US$")
    assert "computed" in line
    assert "no source states it" in line


def test_a_single_figure_has_no_sum(engine: Engine) -> None:
    assert reported(engine, NOV)[0].receipts == ()


def test_the_total_that_the_source_states_stands_beside_the_sum_and_says_whose_it_is(engine: Engine) -> None:
    answer, block = reported(engine, "all")
    assert [str(total.value) for total in block.totals] == ["200000"]
    (line,) = (line for line in plain_text(answer).splitlines() if "Total stated" in line)
    assert "more than US$200,000 [rfa-2024¶2]" in line


def test_the_stated_total_is_not_shown_for_a_part_of_what_it_covers(engine: Engine) -> None:
    assert reported(engine, "dec-feb")[1].totals == ()


# Series


def test_series_stand_side_by_side_and_are_never_added_to_each_other(folder: ContentFolder) -> None:
    answer = Engine(folder.read()).exports("2001")
    assert [block.series.id for block in answer.figures] == ["paper", "bureau"]
    assert [receipt.formula for receipt in answer.receipts] == ["100 + 0 = 100", "100 − 95 = 5"]
    assert {row.series for row in answer.receipts[0].rows} == {"paper"}
    text = plain_text(answer)
    assert text.index("As The Paper has it") < text.index("As The Bureau has it")
    assert "January 2001: about US$100 [paper-2001¶1]" in text
    assert "January 2001: US$95 [table-2002¶2001-01]" in text


def test_one_series_can_be_asked_for(folder: ContentFolder) -> None:
    answer = Engine(folder.read()).exports("2001-01", "Bureau")
    assert [block.series.id for block in answer.figures] == ["bureau"]


def test_an_unknown_series_is_answered_with_those_there_are_to_choose_from(folder: ContentFolder) -> None:
    answer = Engine(folder.read()).exports("2001", "custom")
    assert answer.status is Status.ERROR
    assert "There is no series “custom”. The series: paper, bureau." in plain_text(answer)
    assert sorted(answer.choices) == ["/exports series:bureau", "/exports series:paper"]


def test_without_any_series_the_reply_says_so(folder: ContentFolder) -> None:
    answer = Engine(folder.read().only([])).exports("2001")
    assert answer.status is Status.REFUSED
    assert "No series of figures is switched on" in plain_text(answer)
