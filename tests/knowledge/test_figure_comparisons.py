"""Questions that compare months, or ask for a selection that is not computed."""

from __future__ import annotations

import pytest

from knowledge.answers import Kind
from knowledge.engine import Engine
from knowledge.library import Library


@pytest.fixture(scope="module")
def engine(library: Library) -> Engine:
    """The founding documents alone; what stands beside them is the matter of test_disagreements."""
    return Engine(library.only(("core",)))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("were exports higher in november than february?", "November 2023 is higher than February 2024"),
        ("did exports go up or down from february to march 2024", "February 2024 is higher than March 2024"),
        ("how much less was exported in december 2023 than in november 2023?", "by about US$52,000"),
        ("was more exported in february or march?", "The highest month is February 2024"),
        ("what percent of the total exports was immunological products?", "about 25.3 % (computed)"),
        ("how many months had no exports?", "Reported zeros: 1 of 5 months with a figure (January 2024)."),
        ("how many months had exports?", "Exports above zero: 4 of 5 months with a figure"),
        ("average exports in january", "January 2024: nothing was sent (a reported zero)."),
    ],
)
def test_a_comparison_says_its_direction_and_a_count_what_it_counts(
    engine: Engine, question: str, said: str
) -> None:
    answer = engine.reply(question)
    assert answer.kind is Kind.FIGURE
    assert said in answer.statements[0].text


@pytest.mark.parametrize(
    "question",
    [
        "how many months had exports above $50,000?",
        "second highest month of exports",
        "average exports without january",
        "the two biggest months for exports",
        "how much did Canada export in november 2023",
    ],
)
def test_what_is_not_computed_is_not_answered_with_another_figure(engine: Engine, question: str) -> None:
    assert engine.reply(question).kind is not Kind.FIGURE


def test_a_year_with_gaps_names_them_beside_its_sum(engine: Engine) -> None:
    answer = engine.reply("how much in total was exported in 2023?")
    assert answer.statements[0].text.startswith("Sum of the 2 months that have a figure: about US$188,000")
    assert [gap.label() for gap in answer.figures[0].gaps] == ["January 2023 to October 2023"]


def test_no_amount_that_somebody_types_is_echoed_at_length(engine: Engine) -> None:
    answer = engine.reply(f"was ${'9' * 3000} exported in november 2023?")
    assert all(len(note) < 200 for note in answer.notes)
