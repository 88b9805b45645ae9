"""U.S. assistance by fiscal year: how years are read, what stands side by side, and what is never added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, Status
from knowledge.assistance import as_fiscal_years, fiscal_year, in_words
from knowledge.engine import Engine
from knowledge.jsonlines import as_dict
from knowledge.library import Library
from knowledge.periods import Period, PeriodError, parse_period
from knowledge.plaintext import plain_text


def period(text: str) -> Period:
    return parse_period(text).period


def shown(engine: Engine, typed: str) -> tuple[Answer, str]:
    answer = engine.reply(typed)
    text = plain_text(answer)
    assert (answer.kind, answer.status) == (Kind.FIGURE, Status.ANSWERED), text
    return answer, text


def values(answer: Answer, series: str) -> dict[str, str | None]:
    return {row["period"]: row["value"] for row in as_dict(answer)["rows"] if row["series"] == series}


# Years


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("FY2008", "fiscal year 2008"),
        ("2008", "fiscal year 2008"),
        ("1996..2008", "fiscal years 1996 to 2008"),
        ("FY1996..FY2008", "fiscal years 1996 to 2008"),
        ("2001-03", "fiscal year 2001"),
        ("2001-10", "fiscal year 2002"),
        ("2001-09-30", "fiscal year 2001"),
        ("Q4 2001", "fiscal year 2002"),
        ("summer 2001", "fiscal year 2001"),
        ("2001-09..2001-10", "fiscal years 2001 to 2002"),
        ("since 2009", "since fiscal year 2009"),
        ("since FY2009", "since fiscal year 2009"),
        ("until 1999", "until fiscal year 1999"),
        ("all", "all fiscal years"),
    ],
)
def test_a_period_is_read_as_the_fiscal_years_of_its_number_or_in_which_it_lies(
    typed: str, read: str
) -> None:
    assert in_words(as_fiscal_years(period(typed))[0]) == read


@given(st.integers(1901, 2098))
def test_a_fiscal_year_begins_in_october_of_the_year_before(year: int) -> None:
    assert str(fiscal_year(year)) == f"FY{year}"
    assert fiscal_year(year) == as_fiscal_years(period(str(year)))[0] == period(f"FY{year}")


def test_a_calendar_year_that_is_read_as_a_fiscal_year_is_named_with_its_months(engine: Engine) -> None:
    answer, _ = shown(engine, "/assistance 2008")
    assert "2008 is read as fiscal year 2008 (October 2007 to September 2008)." in answer.notes


def test_so_it_is_in_a_question(engine: Engine) -> None:
    answer, _ = shown(engine, "how much aid did the US give in 2008?")
    assert "2008 is read as fiscal year 2008 (October 2007 to September 2008)." in answer.notes


@pytest.mark.parametrize("typed", ["1900", "2099-12", "since 2099-11"])
def test_a_year_out_of_range_is_an_error_with_an_example(engine: Engine, typed: str) -> None:
    with pytest.raises(PeriodError):
        as_fiscal_years(period(typed))
    answer = engine.reply(f"/assistance {typed}")
    assert answer.status is Status.ERROR
    assert "for example FY2008" in plain_text(answer)


@pytest.mark.parametrize("typed", ["last year", "banana", "2008-13", "FY", "9999"])
def test_what_cannot_be_read_is_an_error_with_an_example(engine: Engine, typed: str) -> None:
    answer = engine.reply(f"/assistance {typed}")
    assert answer.status is Status.ERROR
    assert "for example FY2008" in plain_text(answer)


# Rows


def test_a_fiscal_year_has_obligations_and_disbursements_with_scope_and_vintage(engine: Engine) -> None:
    answer, text = shown(engine, "/assistance FY2008")
    assert values(answer, "obligations") == {"FY2008": "185301517"}
    assert values(answer, "disbursements") == {"FY2008": "167769077"}
    assert "all U.S. agencies and all sectors, not of humanitarian aid alone, in current dollars" in text
    assert "vintage of November 2025" in text
    assert "[usaid-2025-11¶FY2008]" in text


def test_pledges_stand_apart_with_amount_and_value_and_say_that_they_are_never_added(engine: Engine) -> None:
    answer, text = shown(engine, "/assistance FY2000")
    assert values(answer, "food-pledges") == {"2000-01..2000-06": "10000", "2000-06-15": "50000"}
    assert values(answer, "food-values") == {"2000-06-15": "12800000"}
    assert "about US$12,800,000 [usda-2000-06-15¶1]" in text
    assert "never added up, nor to obligations" in text


def test_several_years_have_a_sum_for_each_of_the_two_and_none_for_pledges(engine: Engine) -> None:
    answer, _ = shown(engine, "/assistance 1996..2008")
    assert [(receipt.label, str(receipt.value)) for receipt in answer.receipts] == [
        ("Sum of obligations", "813136550"),
        ("Sum of disbursements", "275434586"),
    ]


def test_years_without_a_row_are_gaps_and_not_zeros(engine: Engine) -> None:
    answer, text = shown(engine, "/assistance since 2020")
    rows = values(answer, "obligations")
    assert (rows["FY2022"], rows["FY2023"], rows["FY2024"], rows["FY2025"]) == ("264", None, None, "-2")
    assert "fiscal year 2025: −US$2" in text


def test_a_series_without_a_figure_for_the_year_says_so(engine: Engine) -> None:
    answer, _ = shown(engine, "/assistance FY1999")
    assert any("Disbursements" in note and "no figure for fiscal year 1999" in note for note in answer.notes)


@pytest.mark.parametrize("typed", ["FY2023", "1990", "FY2024", "2030"])
def test_a_year_without_any_figure_is_refused_as_a_gap(engine: Engine, typed: str) -> None:
    answer = engine.reply(f"/assistance {typed}")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    text = plain_text(answer)
    assert "not a zero" in text
    assert "fiscal years 1996 to 2025" in text


def test_without_the_collection_there_is_no_such_command(library: Library) -> None:
    core = Engine(library.only(("core",)))
    assert "There is no command “/assistance”" in plain_text(core.reply("/assistance FY2008"))
    assert "/assistance" not in plain_text(core.help())
    assert core.assistance("FY2008").status is Status.REFUSED


@given(st.text(max_size=30))
def test_whatever_is_typed_gets_a_reply(engine: Engine, typed: str) -> None:
    assert plain_text(engine.assistance(typed))


# Questions


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how much aid in FY2001", ["Obligations, fiscal year 2001: US$87,221,279.", "US$3,462,909"]),
        ("what were the obligations in 2006", ["Obligations, fiscal year 2006: US$1,215,000."]),
        ("how much was disbursed in FY2010?", ["Disbursements, fiscal year 2010: US$5,988,306."]),
        ("How much assistance did the US give North Korea in 2014", ["US$1,955,864", "US$2,041,487"]),
        (
            "total assistance 1996 to 2008",
            ["US$813,136,550 (computed from the 13 rows below)", "US$275,434,586 (computed)"],
        ),
        (
            "how much did assistance fall from FY2008 to FY2009",
            ["fiscal year 2009 has less than fiscal year 2008", "US$182,373,822", "−98.4 %"],
        ),
        (
            "which fiscal year had the highest obligations",
            ["The highest fiscal year of obligations is fiscal year 2008, with US$185,301,517."],
        ),
        ("how much money did america give nk in 2010", ["Obligations, fiscal year 2010: US$3,957,939."]),
        ("What did the US spend on North Korea aid in FY 2003", ["Disbursements, fiscal year 2003"]),
        ("US assistance 2005", ["Obligations, fiscal year 2005: US$8,201,500."]),
        ("was there any U.S. aid in FY2006?", ["Obligations, fiscal year 2006: US$1,215,000."]),
        ("how much did us aid drop in FY2009", ["fiscal year 2009 has less than fiscal year 2008"]),
        (
            "how much assistance since 2020",
            ["Sum of obligations, since fiscal year 2020 (of the years with a figure): US$15,676,878"],
        ),
        ("how much food aid was pledged in 2008", ["up to 500,000 metric tons", "148,270 metric tons"]),
        ("how much food aid was pledged in total?", ["up to 500,000 metric tons", "240,000 metric tons"]),
        ("how much was obligated in total?", ["Sum of obligations, all fiscal years"]),
        ("aid per year since 2015", ["Sum of obligations, since fiscal year 2015"]),
        (
            "how much aid in the fiscal year 2008-2010",
            ["Sum of obligations, fiscal years 2008 to 2010: US$192,187,151 (computed)."],
        ),
        (
            "difference between obligations and disbursements in FY2009",
            [
                "Obligations, fiscal year 2009: US$2,927,695.",
                "Disbursements, fiscal year 2009: US$10,340,975.",
            ],
        ),
    ],
)
def test_a_question_is_answered_with_the_series_named(engine: Engine, question: str, said: list[str]) -> None:
    answer, _ = shown(engine, question)
    lead = " ".join(statement.text for statement in answer.statements)
    assert [words for words in said if words not in lead] == []
    assert answer.statements[0].citations


@pytest.mark.parametrize(
    "question",
    [
        "how much aid was sent in november 2023",
        "how much aid in 2023",
        "how much aid was exported in 2024",
        "what were exports in 2008",
    ],
)
def test_what_the_founding_series_has_or_exports_are_no_question_about_assistance(
    engine: Engine, question: str
) -> None:
    answer, _ = shown(engine, question)
    assert not {"obligations", "disbursements"} & {block.series.id for block in answer.figures}


@pytest.mark.parametrize(
    "question",
    [
        "why did aid fall in 2009?",
        "how much aid did Japan give in 2004",
        "how much aid for hospitals in FY2008",
        "when was aid resumed in 2008",
        "how much cholera aid in FY2008",
        "minimum worth of aid since November",
        "what did Pompeo give as the reason in 2018",
    ],
)
def test_a_question_about_something_else_gets_none_of_these_figures(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert not any(block.series.id == "obligations" for block in answer.figures)


def test_pledges_of_all_years_are_listed_and_not_added_up(engine: Engine) -> None:
    answer, text = shown(engine, "how much food has the US pledged?")
    assert not answer.receipts
    assert "never added up" in text
    assert len(answer.statements) == sum(len(block.figures) for block in answer.figures)


def test_obligations_and_disbursements_of_one_year_stand_side_by_side_without_a_difference(
    engine: Engine,
) -> None:
    answer, text = shown(engine, "difference between obligations and disbursements in FY2009")
    assert not answer.receipts
    assert "No difference is computed" in text


def test_a_range_of_which_one_end_is_a_fiscal_year_is_of_fiscal_years(engine: Engine) -> None:
    answer, _ = shown(engine, "/assistance FY2008..2010")
    years = [str(figure.period) for figure in answer.figures[0].figures]
    assert years == ["FY2008", "FY2009", "FY2010"]


def test_a_year_without_a_figure_is_a_gap_in_a_question_too(engine: Engine) -> None:
    answer = engine.reply("how much aid in FY2023")
    assert answer.status is Status.REFUSED
    assert "not a zero" in plain_text(answer)
    assert "covers fiscal years 1996 to 2025 except 2023 and 2024" in plain_text(answer)


def test_another_total_stands_beside_a_sum_over_its_whole_time_and_beside_no_part_of_it(
    engine: Engine,
) -> None:
    other = "over $1.3 billion from 1995 to 2008"
    assert other in shown(engine, "total obligations FY1996 to FY2008")[1]
    assert other in shown(engine, "/assistance")[1]
    assert other not in shown(engine, "/assistance FY2001")[1]
    assert other not in shown(engine, "/assistance FY2000..FY2008")[1]


def test_a_range_that_begins_with_a_fiscal_year_ends_with_one(engine: Engine) -> None:
    for typed in ("FY2008..2012", "FY2008-2012", "FY2008 to 2012"):
        reply = engine.reply(f"/assistance {typed}")
        assert reply.title == "U.S. assistance to North Korea: fiscal years 2008 to 2012", typed


def test_a_series_and_years_to_compare_can_be_named(engine: Engine) -> None:
    one = engine.reply("/assistance FY2008 series:obligations")
    assert [block.series.id for block in one.figures] == ["obligations"]
    two = engine.reply("/assistance FY2008 compare:FY2009 series:obligations")
    assert "a change of −98.4 % (computed)" in two.statements[0].text
    for typed in ("compare:FY2009", "FY2008 series:banana", "FY2008 compare:FY2009 series:food-pledges"):
        assert engine.reply(f"/assistance {typed}").status is Status.ERROR, typed
