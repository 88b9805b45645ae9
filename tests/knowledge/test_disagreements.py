"""Where sources differ on an amount, the reply has both sides, their difference, and no reason of ours."""

from __future__ import annotations

import pytest

from knowledge.answers import Answer, Kind, Status
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.plaintext import plain_text

UNEXPLAINED = "No source explains the difference"


def figures(engine: Engine, typed: str) -> tuple[Answer, str]:
    answer = engine.reply(typed)
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), text
    return answer, text


CONFLICTS = {
    "November 2023": ("2023-11", ["US$120,000", "US$64,603", "about US$55,397", UNEXPLAINED]),
    "December 2023, workbook": ("2023-12", ["about US$68,000", "US$67,327", "about US$673", UNEXPLAINED]),
    "December 2023, relayed": ("2023-12", ["about US$68,000", "KBS", "has US$67,327 for December 2023"]),
    "December 2023, share": ("2023-12", ["90 % or more", "90 % “diagnostic or laboratory"]),
    "February 2024, workbook": ("2024-02", ["around US$26,000", "US$22,510", "about US$3,490", UNEXPLAINED]),
    "February 2024, relayed": ("2024-02", ["around US$26,000", "has US$26,087 for February 2024", "US$87"]),
    "since November 2023": (
        "2023-11..2024-03",
        ["more than US$200,000", "US$217,500", "US$158,017", "Their sums differ by about US$59,483"],
    ),
    "2010": (
        "2010",
        ["US$2,867,073", "United Press International", "about US$1,900,000", "about US$967,073"],
    ),
    "2016, trade press": ("2016", ["US$118,494", "NDTO", "US$139,000", "about US$20,506", UNEXPLAINED]),
    "2016, revised": ("2016", ["US$118,494", "earlier copy", "US$139,334", "by US$20,840", UNEXPLAINED]),
    "2017": ("2017", ["no recorded trade", "NDTO", "US$2,660"]),
}
"""For each conflict that touches a row of the exports: a period, and what both sides have."""


@pytest.mark.parametrize(("period", "sides"), CONFLICTS.values(), ids=CONFLICTS)
def test_a_conflict_on_exports_has_both_sides_in_the_reply(
    engine: Engine, period: str, sides: list[str]
) -> None:
    _, text = figures(engine, f"/exports {period}")
    assert [side for side in sides if side not in text] == []


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("How much was exported in November 2023?", ["US$120,000", "US$64,603", UNEXPLAINED]),
        ("how much was exported in february 2024", ["around US$26,000", "US$22,510", "US$26,087"]),
        ("what were the exports in 2010?", ["US$2,867,073", "about US$1,900,000"]),
        ("how much was exported in 2016", ["US$118,494", "US$139,000", "US$139,334"]),
        ("exports in 2017", ["no recorded trade", "US$2,660"]),
        ("how much was exported in total from November 2023 to March 2024", ["US$217,500", "US$158,017"]),
        ("how much did exports fall from 2009 to 2010", ["US$2,867,073", "about US$1,900,000"]),
        ("how much aid in FY2006", ["US$1,215,000", "US$608,517", "zero in fiscal year 2006"]),
        (
            "how much aid did the US give in 2012",
            ["US$2,687,362", "virtually no aid", "first U.S. humanitarian"],
        ),
    ],
)
def test_so_does_the_answer_to_a_question(engine: Engine, question: str, sides: list[str]) -> None:
    _, text = figures(engine, question)
    assert [side for side in sides if side not in text] == []


ASSISTANCE = {
    "FY2006": ("FY2006", ["US$1,215,000", "US$608,517", "U.S. assistance to North Korea was zero"]),
    "since 2009": ("FY2010", ["US$3,957,939", "virtually no aid"]),
    "first since 2011": ("FY2014", ["US$1,955,864", "first U.S. humanitarian assistance since 2011"]),
    "FY2020, revised": ("FY2020", ["US$5,786,555", "−US$11,443"]),
    "FY2021, revised": ("FY2021", ["US$9,890,061", "US$4,444,442", "US$40,600"]),
}


@pytest.mark.parametrize(("years", "sides"), ASSISTANCE.values(), ids=ASSISTANCE)
def test_a_conflict_on_assistance_has_both_sides_in_the_reply(
    engine: Engine, years: str, sides: list[str]
) -> None:
    _, text = figures(engine, f"/assistance {years}")
    assert [side for side in sides if side not in text] == []


def test_what_others_report_is_shown_only_where_it_concerns_what_is_shown(engine: Engine) -> None:
    assert "NDTO" not in figures(engine, "/exports 2015")[1]
    assert "zero in fiscal year 2006" not in figures(engine, "/assistance FY2007")[1]


# The two series


def test_the_reported_figure_comes_first_and_the_workbook_beside_it(engine: Engine) -> None:
    answer, text = figures(engine, "/exports 2023-11")
    assert [block.series.id for block in answer.figures] == ["reported", "census"]
    assert [str(citation) for citation in answer.citations] == ["rfa-2024¶13", "census-2025-04¶2023-11"]
    assert text.index("Reported by Radio Free Asia") < text.index("Census Bureau country workbook")


def test_the_difference_has_a_receipt_with_both_rows(engine: Engine) -> None:
    answer, _ = figures(engine, "/exports 2023-11")
    (receipt,) = answer.receipts
    assert receipt.formula == "120,000 − 64,603 = 55,397"
    assert [row.series for row in receipt.rows] == ["reported", "census"]
    assert receipt.approximate


def test_where_both_have_the_same_the_reply_says_so(engine: Engine) -> None:
    _, text = figures(engine, "/exports 2024-01")
    assert "The two series agree on January 2024" in text
    assert UNEXPLAINED not in text


def test_of_several_months_those_that_differ_and_those_that_agree_are_named(engine: Engine) -> None:
    _, text = figures(engine, "/exports 2023-11..2024-03")
    (said,) = (line for line in text.splitlines() if line.startswith("The two series differ"))
    assert "December 2023 by about US$673" in said
    assert "They agree on January 2024." in said


def test_one_series_alone_can_be_picked(engine: Engine) -> None:
    answer, text = figures(engine, "/exports 2023-11 series:census")
    assert [block.series.id for block in answer.figures] == ["census"]
    assert "120,000" not in text


def test_obligations_and_disbursements_are_never_compared_with_each_other(engine: Engine) -> None:
    answer, text = figures(engine, "/assistance FY2008")
    assert "differ" not in text
    assert answer.receipts == ()


def test_on_the_founding_documents_alone_nothing_is_set_beside_them(library: Library) -> None:
    answer, text = figures(Engine(library.only(("core",))), "/exports 2023-11..2024-03")
    assert [block.series.id for block in answer.figures] == ["reported"]
    assert not answer.statements
    assert "census" not in text.lower()
