"""Questions about exports by year and beside the workbook, with the series named."""

from __future__ import annotations

import pytest

from knowledge.answers import Answer, Kind, Status
from knowledge.engine import Engine
from knowledge.plaintext import plain_text


def figures(engine: Engine, question: str) -> tuple[Answer, str]:
    answer = engine.reply(question)
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), text
    return answer, text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "how much did exports fall from 2008 to 2009",
            ["2008 is higher than 2009 by US$51,294,437", "Change from 2008 to 2009: −98.4 %"],
        ),
        (
            "how much did exports grow from 1992 to 2002",
            ["2002 is higher than 1992 by about US$25.0 million"],
        ),
        ("by how much did exports shrink from 2008 to 2009", ["2008 is higher than 2009 by US$51,294,437"]),
        ("how much was exported in 2016?", ["2016: US$118,494."]),
        ("what were the exports in 1998", ["1998: US$4.4 million."]),
        ("which year had the highest exports", ["The highest year is 2008, with US$52,151,230."]),
        ("total exports from 2012 to 2014", ["Sum: US$42,563,698 (computed)."]),
        ("average exports a year from 2012 to 2014", ["Average a year: about US$14,187,899 (computed)."]),
        ("were exports higher in 2014 than in 2015?", ["2014 is higher than 2015 by US$19,276,940"]),
        ("how much was exported in 2006", ["2006: US$0 (a recorded zero)."]),
        ("exports in 2019", ["2019: no recorded trade; the source has no row for that year."]),
        ("how much was exported in may 2024", ["May 2024: US$729,317."]),
    ],
)
def test_a_question_by_year_is_answered_from_the_workbook_which_is_named(
    engine: Engine, question: str, said: list[str]
) -> None:
    answer, text = figures(engine, question)
    lead = " ".join(statement.text for statement in answer.statements)
    assert [words for words in said if words not in lead] == []
    assert "Census Bureau country workbook, vintage of April 2025 (read from copies of it)" in text
    assert all(citation.source != "rfa-2024" for citation in answer.citations)


def test_what_is_said_of_months_is_said_of_each_series_by_name(engine: Engine) -> None:
    answer, _ = figures(engine, "which month had the highest exports")
    assert answer.statements[0].text == "The highest month is November 2023, with US$120,000."
    assert answer.statements[1].text == (
        "Census Bureau country workbook, vintage of April 2025 (read from copies of it): "
        "The highest month is June 2024, with US$749,603."
    )


def test_a_year_that_the_report_has_in_part_keeps_the_report_first(engine: Engine) -> None:
    answer, text = figures(engine, "how much was exported in 2023")
    assert answer.statements[0].text.startswith("Sum of the 2 months that have a figure: about US$188,000")
    assert "2023: US$131,930." in text


@pytest.mark.parametrize("question", ["what is the total of the exports?", "when did exports peak?"])
def test_without_a_period_each_series_answers_for_the_time_that_it_covers(
    engine: Engine, question: str
) -> None:
    answer, _ = figures(engine, question)
    assert [block.series.id for block in answer.figures] == ["reported", "census"]
    assert ", November 2023 to March 2024: " in answer.statements[0].text
    assert ", 1992 to 2024: " in answer.statements[-1].text


@pytest.mark.parametrize(
    "question",
    ["what was the highest year of exports?", "the year with the highest exports", "peak year of US exports"],
)
def test_a_year_that_is_asked_for_is_not_answered_with_a_month(engine: Engine, question: str) -> None:
    answer, _ = figures(engine, question)
    assert answer.statements[0].text == "The highest year is 2008, with US$52,151,230."


@pytest.mark.parametrize("question", ["exports in 2016 compared with 2023", "Exports 2016 vs 2023"])
def test_two_years_compared_are_not_added_up(engine: Engine, question: str) -> None:
    answer, _ = figures(engine, question)
    assert answer.statements[0].text == "2023 is higher than 2016 by US$13,436 (computed)."
    assert answer.statements[1].text == "Change from 2016 to 2023: +11.3 % (computed)."


def test_two_quarters_are_compared_side_by_side(engine: Engine) -> None:
    answer, _ = figures(engine, "compare Q1 2024 and Q2 2024")
    assert answer.title == "U.S. exports to North Korea: Q1 2024 and Q2 2024 compared"


def test_a_rise_or_fall_after_a_year_is_told_up_to_the_newest(engine: Engine) -> None:
    answer, text = figures(engine, "did exports rise or fall after 2016?")
    assert answer.statements[0].text == "2024 is higher than 2016 by US$1,410,103 (computed)."
    assert "2019: no recorded trade" in text


def test_a_year_of_aid_without_a_figure_of_it_says_that_exports_follow(engine: Engine) -> None:
    for year in (2023, 2024):
        answer, _ = figures(engine, f"How much aid did the US give in {year}?")
        assert answer.notes[0] == (
            f"The library has no figure of U.S. assistance for fiscal year {year}. "
            "What follows are exports of goods from the United States."
        )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("did the US give anything in FY2006?", "Obligations, fiscal year 2006: US$1,215,000."),
        ("Did the US give aid in 2019?", "Obligations, fiscal year 2019: US$3,444,143."),
        ("Was there US assistance in 2012?", "Obligations, fiscal year 2012: US$2,687,362."),
        ("what is the smallest amount of assistance?", "The lowest fiscal year of obligations is"),
        ("what is the total US aid to North Korea?", "Sum of obligations, all fiscal years"),
        ("assistance FY2008 vs FY2009", "In obligations, fiscal year 2009 has less than fiscal year 2008"),
    ],
)
def test_assistance_is_asked_for_in_many_ways(engine: Engine, question: str, said: str) -> None:
    answer, _ = figures(engine, question)
    assert said in " ".join(statement.text for statement in answer.statements)


def test_the_total_of_aid_begins_with_that_of_the_founding_documents(engine: Engine) -> None:
    answer, _ = figures(engine, "what is the total US aid to North Korea?")
    assert str(answer.citations[0]) == "rfa-2024¶2"


def test_a_value_of_many_rows_leaves_their_citations_to_the_rows(engine: Engine) -> None:
    answer, _ = figures(engine, "average exports per year")
    assert answer.statements[0].text == (
        "Average of the 28 years that have a figure: about US$7.7 million (computed from the 28 rows below)."
    )
    assert len(answer.citations) == 33


def test_exports_by_year_are_the_yearly_figures(engine: Engine) -> None:
    answer, _ = figures(engine, "exports by year")
    assert [block.series.id for block in answer.figures] == ["census"]


def test_the_workbook_can_be_asked_for_by_name(engine: Engine) -> None:
    answer, _ = figures(engine, "how much was exported in november 2023 in the workbook")
    assert [block.series.id for block in answer.figures] == ["census"]


def test_a_rise_or_fall_to_a_year_without_a_row_is_not_computed(engine: Engine) -> None:
    answer, text = figures(engine, "how much did exports fall from 2016 to 2017")
    assert "2016: US$118,494." in text
    assert "2017: no recorded trade" in text
    assert "Difference" not in [receipt.label for receipt in answer.receipts]


def test_a_month_of_which_only_the_year_is_there_is_refused_with_a_way_on(engine: Engine) -> None:
    answer = engine.reply("how much was exported in may 2014")
    assert answer.status is Status.REFUSED
    assert answer.choices == ("/exports 2014",)


def test_an_amount_that_is_wrong_is_corrected_from_the_workbook_too(engine: Engine) -> None:
    answer, _ = figures(engine, "was $5,000,000 exported in 2009?")
    assert any("The question says US$5,000,000" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("did exports fall in 2009?", "2008 is higher than 2009 by US$51,294,437"),
        ("how much did exports rise in 2024", "2024 is higher than 2023 by US$1,396,667"),
        ("exports went up in 2014 by how much", "2014 is higher than 2013 by US$17,445,844"),
        ("did exports fall in 2018", "2018: no recorded trade"),
    ],
)
def test_what_exports_did_in_a_year_is_a_comparison_with_the_year_before(
    engine: Engine, question: str, said: str
) -> None:
    answer, _ = figures(engine, question)
    assert said in " ".join(statement.text for statement in answer.statements)


def test_years_are_counted_with_those_without_a_row_by_themselves(engine: Engine) -> None:
    answer, _ = figures(engine, "how many years had no exports from 2000 to 2024")
    assert [statement.text for statement in answer.statements] == [
        "Recorded zeros: 2 of 20 years with a figure (2006, 2022).",
        "No recorded trade: 5 years without a row (2017 to 2021).",
    ]


def test_what_year_a_month_is_of_is_no_question_by_year(engine: Engine) -> None:
    answer, _ = figures(engine, "What year was the November shipment?")
    assert str(answer.citations[0]) == "rfa-2024¶13"


def test_zeros_of_several_months_are_named_together(engine: Engine) -> None:
    answer, _ = figures(engine, "which months had no exports")
    assert any(
        "January 2024, October 2024, November 2024, December 2024: US$0 (a recorded zero) each." in one.text
        for one in answer.statements
    )


@pytest.mark.parametrize(
    "question",
    [
        "how many tonnes of rice did the world food programme deliver to nk in 2023",
        "what happened with the Eugene Bell Foundation in 2022",
        "what happened with UNICEF in 2001",
    ],
)
def test_what_is_told_of_another_year_is_no_answer(engine: Engine, question: str) -> None:
    assert engine.reply(question).status is Status.REFUSED


def test_a_year_in_which_there_was_no_food_pledge_is_answered_by_what_there_was(engine: Engine) -> None:
    answer, text = figures(engine, "how much food aid did the US give in 2014")
    assert "The library has no food pledge of that time; what follows is not food aid alone." in answer.notes
    assert "Obligations, fiscal year 2014: US$1,955,864." in text


# A sceptical reader's questions


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what share of 2024 exports came in May?", "May 2024 as a share of 2024: about 47.7 % (computed)."),
        ("what percentage of exports in 2023 were in November 2023", "as a share of 2023: about 49 %"),
        ("how did exports change from 1992 to 2024", "2024 is higher than 1992 by about US$1.4 million"),
        ("how much more was exported in 2008 than 2004", "2008 is higher than 2004 by US$28,401,035"),
        ("was there trade in 2006?", "2006: US$0 (a recorded zero)."),
        ("what is the exports total for all years", "Sum of the 28 years that have a figure"),
        ("when was the largest shipment month in 2024", "The highest month is June 2024, with US$749,603."),
    ],
)
def test_it_is_answered_with_what_was_asked(engine: Engine, question: str, said: str) -> None:
    answer, _ = figures(engine, question)
    assert said in " ".join(statement.text for statement in answer.statements)


def test_a_month_and_its_year_are_never_added_up(engine: Engine) -> None:
    answer, _ = figures(engine, "exports in 2024 and in May 2024")
    assert [one.text for one in answer.statements] == ["2024: US$1,528,597.", "May 2024: US$729,317."]
    assert answer.receipts == ()


def test_a_share_of_a_year_rests_on_the_month_and_on_the_year(engine: Engine) -> None:
    answer, _ = figures(engine, "what share of 2024 exports came in May 2024?")
    (receipt,) = answer.receipts
    assert receipt.formula == "729,317 ÷ 1,528,597 = 47.7 %"
    assert [str(row.period) for row in receipt.rows] == ["2024-05", "2024"]


def test_years_are_compared_in_the_series_that_has_years(engine: Engine) -> None:
    answer, text = figures(engine, "how much did exports rise from 2022 to 2023")
    assert answer.statements[0].text == "2023 is higher than 2022 by US$131,930 (computed)."
    assert "November 2023 is higher" not in text


def test_assistance_is_never_answered_with_exports(engine: Engine) -> None:
    for question in ("what was the average yearly assistance from 1996 to 2008", "average aid 1996 to 2008"):
        answer = engine.reply(question)
        assert {block.series.id for block in answer.figures} <= {"obligations", "disbursements"}, question


def test_the_average_of_assistance_is_one_for_each_series(engine: Engine) -> None:
    answer, _ = figures(engine, "average obligations per year 1996 to 2008")
    assert answer.statements[0].text == (
        "Average of obligations, fiscal years 1996 to 2008: about US$62,548,965 (computed "
        "from the 13 rows below)."
    )


def test_no_share_is_made_of_obligations_and_disbursements(engine: Engine) -> None:
    answer, text = figures(engine, "what percent of obligations was disbursed in FY2008")
    assert "US$185,301,517" in text
    assert "US$167,769,077" in text
    assert answer.receipts == ()


def test_why_sources_differ_is_no_second_question(engine: Engine) -> None:
    _, text = figures(engine, "how much was obligated in FY2006 and why do the sources differ?")
    assert "US$1,215,000" in text
    assert "zero in fiscal year 2006" in text


@pytest.mark.parametrize("when", ["1990", "2026", "March 2003"])
def test_what_happened_when_nothing_is_known_to_have_is_refused(engine: Engine, when: str) -> None:
    answer = engine.reply(f"what happened in {when}?")
    assert answer.status is Status.REFUSED
    assert f"no dated event for {when}" in plain_text(answer)


def test_what_may_have_happened_then_is_told_as_that(engine: Engine) -> None:
    answer = engine.reply("what happened in June 2024")
    assert answer.kind is Kind.TIMELINE
    assert any("listed where it may fall" in note for note in answer.notes)


@pytest.mark.parametrize(
    "question",
    ["what did the US do in 2005?", "what did the United States do in 2005", "what happened in 2005"],
)
def test_what_the_united_states_did_in_a_year_is_what_happened_in_it(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert answer.kind is Kind.TIMELINE
    assert "50,000 tons of food" in plain_text(answer)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Timeline of sanctions", "sanctions"),
        ("timeline of the travel ban", "travel-ban"),
        ("Which UN resolutions are there?", "un-resolutions"),
        ("events on food aid", "food-aid"),
    ],
)
def test_a_timeline_of_a_topic_is_its_events(engine: Engine, question: str, topic: str) -> None:
    answer = engine.reply(question)
    assert (answer.kind, answer.status) == (Kind.TIMELINE, Status.ANSWERED)
    assert answer.events == engine.timeline(topic=topic).events


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which UN resolutions are there?", "adopted Resolution 2371"),
        ("When did food aid begin?", "24 November 1995"),
        ("What does obligations mean?", "committed themselves to pay in a fiscal year"),
        ("Difference between obligations and disbursements", "disbursements are what they paid out"),
    ],
)
def test_topics_in_words_are_answered(engine: Engine, question: str, said: str) -> None:
    answer = engine.reply(question)
    assert answer.status is Status.ANSWERED
    assert said in plain_text(answer)


@pytest.mark.parametrize(
    "title",
    ["Security Council resolution", "U.N. resolution", "the UN Security Council's Resolution", "UNSCR"],
)
@pytest.mark.parametrize("number", ["2270", "2397"])
def test_a_resolution_is_found_with_its_title_as_by_its_number_alone(
    engine: Engine, title: str, number: str
) -> None:
    alone = engine.reply(f"what did resolution {number} do")
    assert alone.status is Status.ANSWERED
    assert engine.reply(f"what did {title} {number} do").citations == alone.citations


def test_the_title_of_a_resolution_that_no_source_has_stays(engine: Engine) -> None:
    assert engine.reply("what did Security Council resolution 1111 do").status is Status.REFUSED
