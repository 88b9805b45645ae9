"""Questions about export figures: the value with its receipt, or no figure at all; never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, Status
from knowledge.engine import Engine
from knowledge.jsonlines import as_dict
from knowledge.library import Library
from knowledge.plaintext import plain_text

NOV, DEC, JAN, FEB, MAR = ALL = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]
NAMES = ["November 2023", "December 2023", "January 2024", "February 2024", "March 2024"]
VALUES = [120_000, 68_000, 0, 26_000, 3_500]


@pytest.fixture(scope="module")
def engine(library: Library) -> Engine:
    """The founding documents alone; what stands beside them is the matter of test_disagreements."""
    return Engine(library.only(("core",)))


def figure_answer(engine: Engine, question: str) -> tuple[Answer, str]:
    answer = engine.reply(question)
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), text
    return answer, text


@pytest.mark.parametrize(
    ("question", "said", "citation"),
    [
        ("How much was exported in November 2023?", "November 2023: US$120,000", "rfa-2024¶13"),
        ("how much was sent in december", "December 2023: about US$68,000", "rfa-2024¶13"),
        ("What was exported in January 2024?", "nothing was sent (a reported zero)", "rfa-2024¶14"),
        ("How many dollars of goods were shipped in Feb 2024?", "around US$26,000", "rfa-2024¶14"),
        ("export value march 2024", "March 2024: US$3,500", "rfa-2024¶14"),
    ],
)
def test_a_month_is_answered_with_its_figure_as_the_source_has_it(
    engine: Engine, question: str, said: str, citation: str
) -> None:
    answer, text = figure_answer(engine, question)
    assert said in text
    assert str(answer.citations[0]) == citation


@pytest.mark.parametrize(
    ("question", "value", "formula"),
    [
        (
            "How much was exported in total from November 2023 to March 2024?",
            "US$217,500",
            "120,000 + 68,000 + 0 + 26,000 + 3,500 = 217,500",
        ),
        ("what is the sum of the exports in december and february", "US$94,000", "68,000 + 26,000 = 94,000"),
        ("total exports of dec 2023 and jan 2024", "US$68,000", "68,000 + 0 = 68,000"),
        (
            "how much more was exported in November than in December?",
            "US$52,000",
            "120,000 − 68,000 = 52,000",
        ),
        ("What share of the total exports was November?", "55.2 %", "120,000 ÷ 217,500 = 55.2 %"),
        (
            "what was the average export per month",
            "US$43,500",
            "(120,000 + 68,000 + 0 + 26,000 + 3,500) ÷ 5 = 43,500",
        ),
    ],
)
def test_what_is_computed_says_so_and_shows_its_formula(
    engine: Engine, question: str, value: str, formula: str
) -> None:
    _, text = figure_answer(engine, question)
    assert value in text
    assert formula in text
    assert "computed" in text


def test_a_total_stands_beside_the_one_that_the_source_states(engine: Engine) -> None:
    answer, text = figure_answer(engine, "How much was exported in total from November 2023 to March 2024?")
    assert "more than US$200,000" in text
    assert {"rfa-2024¶2", "rfa-2024¶13", "rfa-2024¶14"} <= {str(citation) for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("which month had the highest exports", ["November 2023", "US$120,000"]),
        ("which month had the lowest exports", ["January 2024", "reported zero", "March 2024", "US$3,500"]),
        ("which months had no exports", ["January 2024", "reported zero"]),
        ("how many months had exports", ["4", "5", "November 2023", "March 2024"]),
    ],
)
def test_months_are_compared_and_a_reported_zero_is_told_from_the_rest(
    engine: Engine, question: str, named: list[str]
) -> None:
    answer, _ = figure_answer(engine, question)
    lead = " ".join(statement.text for statement in answer.statements)
    assert all(name in lead for name in named)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much of the November exports were immunological products?", "about US$55,000"),
        ("what share of December's exports were reagent kits", "90 %"),
    ],
)
def test_a_category_is_answered_with_its_part_of_the_month(engine: Engine, question: str, said: str) -> None:
    answer, _ = figure_answer(engine, question)
    assert said in answer.statements[0].text


def test_a_category_of_a_month_without_categories_is_refused(engine: Engine) -> None:
    answer = engine.reply("how much were the immunological products worth in February?")
    assert answer.status is Status.REFUSED


@pytest.mark.parametrize(
    "question",
    [
        "how much aid was shipped in october 2023",
        "How much was exported in 2019?",
        "what were the exports in summer 2023",
        "exports in april 2024",
    ],
)
def test_a_month_without_a_figure_is_refused_as_a_gap(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert "not a zero" in plain_text(answer)
    assert not answer.citations


def test_an_amount_that_the_question_has_wrong_is_corrected(engine: Engine) -> None:
    answer, text = figure_answer(engine, "Was US$300,000 exported in November 2023?")
    assert "US$300,000" in " ".join(answer.notes)
    assert "November 2023: US$120,000" in text


@given(st.lists(st.sampled_from(range(5)), min_size=2, max_size=4, unique=True))
def test_the_sum_of_any_months_is_that_of_their_figures(engine: Engine, months: list[int]) -> None:
    question = f"what is the sum of the exports in {' and '.join(NAMES[month] for month in months)}"
    answer, text = figure_answer(engine, question)
    assert f"= {sum(VALUES[month] for month in months):,}" in text
    rows = as_dict(answer)["rows"]
    assert [row["period"] for row in rows if row["value"] is not None] == [ALL[n] for n in sorted(months)]


@given(st.sampled_from(range(5)), st.sampled_from(["", "?", " please", " pls!"]))
def test_a_reply_to_a_month_has_exactly_its_row(engine: Engine, month: int, end: str) -> None:
    answer, _ = figure_answer(engine, f"how much was exported in {NAMES[month]}{end}")
    (row,) = as_dict(answer)["rows"]
    assert (row["period"], row["value"], row["unit"]) == (ALL[month], str(VALUES[month]), "USD")


def test_without_the_table_such_a_question_gets_no_figure(engine: Engine) -> None:
    answer = Engine(engine.library.only([])).reply("How much was exported in November 2023?")
    assert answer.status is Status.REFUSED
    assert not answer.citations
