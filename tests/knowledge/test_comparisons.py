"""Two periods side by side: the difference, the change in per cent, and what cannot be compared."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, Status
from knowledge.engine import Engine
from knowledge.exports import percentage
from knowledge.plaintext import plain_text

YEARS = [str(year) for year in (*range(2003, 2017), 2022, 2023, 2024)]


def compared(engine: Engine, typed: str) -> tuple[Answer, str]:
    answer = engine.reply(f"/exports {typed}")
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), text
    return answer, text


def test_two_years_stand_side_by_side_with_difference_and_percentage(engine: Engine) -> None:
    answer, text = compared(engine, "2008 compare:2009")
    assert (
        "In the series census: US$52,151,230 for 2008, US$856,793 for 2009: US$51,294,437 less, "
        "a change of −98.4 % (computed)."
    ) in text
    assert [receipt.formula for receipt in answer.receipts] == [
        "52,151,230 − 856,793 = 51,294,437",
        "(856,793 − 52,151,230) ÷ 52,151,230 = −98.4 %",
    ]
    assert [str(figure.period) for figure in answer.figures[0].figures] == ["2008", "2009"]
    assert answer.question == "/exports 2008 compare:2009"


def test_each_series_that_has_both_months_is_compared_by_itself(engine: Engine) -> None:
    answer, text = compared(engine, "2023-11 compare:2023-12")
    assert [block.series.id for block in answer.figures] == ["reported", "census"]
    assert "about US$52,000 less, a change of about −43.3 %" in text
    assert "US$2,724 more, a change of +4.2 %" in text


def test_a_series_that_lacks_one_of_the_periods_says_so(engine: Engine) -> None:
    answer, text = compared(engine, "2022 compare:2023")
    assert [block.series.id for block in answer.figures] == ["reported", "census"]
    assert "In the series reported: no figure for 2022, about US$188,000" in text
    assert "US$0 (a recorded zero) for 2022, US$131,930 for 2023: US$131,930 more" in text


def test_periods_of_which_a_part_has_no_figure_have_no_difference_and_no_change(engine: Engine) -> None:
    answer, text = compared(engine, "2023 compare:2024 series:reported")
    assert "no difference and no change are computed" in text
    assert not any(receipt.label.startswith(("Change", "Difference in")) for receipt in answer.receipts)
    assert "a change of +1,058.6 %" in compared(engine, "2023 compare:2024 series:census")[1]


def test_what_is_compared_needs_a_first_period(engine: Engine) -> None:
    answer = engine.reply("/exports compare:2009")
    assert answer.status is Status.ERROR
    assert "/exports 2008 compare:2009" in answer.statements[0].text


def test_several_months_are_compared_by_their_sums_each_with_a_receipt(engine: Engine) -> None:
    answer, text = compared(engine, "2023-11..2023-12 compare:2024-02..2024-03 series:reported")
    assert [receipt.label for receipt in answer.receipts][:2] == [
        "Sum of reported, November 2023 to December 2023",
        "Sum of reported, February 2024 to March 2024",
    ]
    assert "about US$188,000 (the sum)" in text
    assert "about US$158,500 less" in text


def test_from_nothing_there_is_no_percentage(engine: Engine) -> None:
    answer, text = compared(engine, "2022 compare:2023 series:census")
    assert "from nothing there is no change in per cent" in text
    assert all(receipt.unit == "USD" for receipt in answer.receipts)


def test_two_periods_with_the_same_amount_are_the_same(engine: Engine) -> None:
    assert "US$0 (a recorded zero) for 2022: the same." in compared(engine, "2006 compare:2022")[1]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2017 compare:2018", "no recorded trade for 2018"),
        ("1990 compare:1991", "no figure for 1990"),
        ("2014-05 compare:2014-06", "no figure for May 2014"),
    ],
)
def test_what_has_no_amount_is_not_compared(engine: Engine, typed: str, says: str) -> None:
    answer = engine.reply(f"/exports {typed}")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert says in plain_text(answer)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            "2016 compare:2018",
            "US$118,494 for 2016, no recorded trade for 2018, so there is nothing to compute",
        ),
        ("1990 compare:2008", "no figure for 1990, US$52,151,230 for 2008, so there is nothing to compute"),
        ("2023-11 compare:2018 series:reported", "US$120,000 for November 2023, no figure for 2018"),
    ],
)
def test_what_one_of_the_periods_has_stands_beside_what_the_other_lacks(
    engine: Engine, typed: str, says: str
) -> None:
    answer, text = compared(engine, typed)
    assert says in text
    assert not any(receipt.label.startswith(("Difference in", "Change")) for receipt in answer.receipts)


def test_a_second_period_that_cannot_be_read_is_an_error_with_an_example(engine: Engine) -> None:
    answer = engine.reply("/exports 2008 compare:soon")
    assert answer.status is Status.ERROR
    assert "for example 2023-11" in plain_text(answer)


@given(st.sampled_from(YEARS), st.sampled_from(YEARS))
def test_the_difference_and_the_change_of_any_two_years_follow_from_their_rows(
    engine: Engine, one: str, two: str
) -> None:
    answer = engine.reply(f"/exports {one} compare:{two} series:census")
    rows = {str(figure.period): figure.value for figure in answer.figures[0].figures}
    difference = next(r for r in answer.receipts if r.label.startswith("Difference in"))
    assert difference.value == abs(rows[one] - rows[two])
    changes = [receipt.value for receipt in answer.receipts if receipt.label.startswith("Change")]
    wanted = [percentage(rows[two] - rows[one], rows[one])] if rows[one] and rows[one] != rows[two] else []
    assert changes == wanted
    assert all(isinstance(value, Decimal) for value in changes)


def test_a_series_that_is_not_there_offers_the_nearest_first(engine: Engine) -> None:
    answer = engine.reply("/exports 2023-11 series:sensus")
    assert answer.status is Status.ERROR
    assert answer.choices[0] == "/exports series:census"
