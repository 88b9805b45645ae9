"""Datasets: each row written once, and made into figures and a passage that can be cited."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.exports import Figure
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.wording import figure_in_words
from tests.knowledge.small_content import ContentFolder

TABLE = """\
id: grain-2003
title: "Grain by year"
publisher: The Bureau
published: 2003-05-01
published_basis: "printed"
url: "https://example.org/grain"
kind: dataset
collection: public_record
subject: "Grain shipped to the valley"
scope: "in the grain table of May 2003"
tenths_until: 1999
absent: [2001]
columns:
  - id: shipped
    table: exports
    name: "Grain table, May 2003"
    coverage: "1998..2002"
    description: "From a table."
rows:
  - {period: 1998, values: {shipped: 2700000}}
  - {period: 1999, values: {shipped: 0}}
  - {period: 2000, values: {shipped: 64603}}
  - {period: 2002, values: {shipped: 0}, note: "As printed."}
  - period: 2002-01
    values: {shipped: 5}
    items:
      - {code: "100199", name: "Wheat", value: 4}
"""
FILE = "sources/grain-2003.yaml"


@pytest.fixture
def grain(folder: ContentFolder) -> Library:
    folder.write(FILE, TABLE)
    return folder.read()


def shipped(library: Library) -> dict[str, Figure]:
    return {str(f.period): f for f in library.exports.figures if f.series == "shipped"}


def note(library: Library, ref: str) -> str:
    return library.resolve(Citation("grain-2003", ref))[1].text


# Rows


def test_a_row_is_a_figure_of_its_series_and_cites_itself(grain: Library) -> None:
    figure = shipped(grain)["2000"]
    assert (figure.value, figure.unit, figure.qualifier, figure.precision) == (
        Decimal(64_603),
        "USD",
        "exactly",
        "exact",
    )
    assert figure.citations == (Citation("grain-2003", "2000"),)


def test_a_row_is_a_passage_in_our_words(grain: Library) -> None:
    assert note(grain, "2000") == (
        "Grain shipped to the valley, 2000: US$64,603, in the grain table of May 2003."
    )


def test_what_is_given_in_tenths_of_a_million_keeps_that_precision(grain: Library) -> None:
    figure = shipped(grain)["1998"]
    assert (figure.value, figure.qualifier, figure.precision) == (
        Decimal(2_700_000),
        "to the nearest 100,000",
        "rounded",
    )
    assert "1998: US$2.7 million, in" in note(grain, "1998")


def test_a_zero_in_tenths_of_a_million_is_less_than_half_a_tenth_and_counts_as_nothing(
    grain: Library,
) -> None:
    figure = shipped(grain)["1999"]
    assert (figure.value, figure.qualifier, figure.precision) == (Decimal(50_000), "less than", "rounded")
    assert figure.counted == 0
    assert "1999: less than US$50,000, in" in note(grain, "1999")


def test_a_zero_to_the_dollar_is_recorded_and_not_reported(grain: Library) -> None:
    assert shipped(grain)["2002"].precision == "recorded zero"
    assert figure_in_words(shipped(grain)["2002"]) == "US$0 (a recorded zero)"


def test_a_year_without_a_row_is_no_figure_and_its_passage_says_what_that_means(grain: Library) -> None:
    assert "2001" not in shipped(grain)
    (absence,) = grain.exports.absences
    assert (absence.series, str(absence.period), absence.meaning) == ("shipped", "2001", "no recorded trade")
    assert absence.citations == (Citation("grain-2003", "2001"),)
    assert "neither a zero nor unknown" in note(grain, "2001")


def test_what_is_said_of_a_row_stands_in_its_figure_and_its_passage(grain: Library) -> None:
    assert shipped(grain)["2002"].note == "As printed."
    assert note(grain, "2002").endswith("As printed.")


def test_the_items_of_a_row_are_parts_of_its_figure(grain: Library) -> None:
    (part,) = shipped(grain)["2002-01"].parts
    assert (part.category, part.value) == ("Wheat (100199)", Decimal(4))
    assert "of which US$4 “Wheat (100199)”" in note(grain, "2002-01")


def test_what_is_said_of_a_row_goes_with_its_first_column_alone(folder: ContentFolder) -> None:
    second = (
        '  - {id: sent, table: exports, name: "Sent", coverage: "2002..2002", description: "From it."}\nrows:'
    )
    table = TABLE.replace("rows:", second)
    for value in (0, 5):
        table = table.replace(f"shipped: {value}}}, note", f"shipped: {value}, sent: 9}}, note")
        table = table.replace("values: {shipped: 5}\n", "values: {shipped: 5, sent: 9}\n")
    folder.write(FILE, table)
    figures = {(f.series, str(f.period)): f for f in folder.read().exports.figures}
    assert [figures[series, "2002"].note for series in ("shipped", "sent")] == ["As printed.", ""]
    assert [len(figures[series, "2002-01"].parts) for series in ("shipped", "sent")] == [1, 0]


def test_the_passages_stand_in_the_order_of_time(grain: Library) -> None:
    refs = [passage.ref for passage in grain.sources["grain-2003"].passages]
    assert refs == ["1998", "1999", "2000", "2001", "2002-01", "2002"]
    assert grain.neighbours(Citation("grain-2003", "2000"))[1] == Citation("grain-2003", "2001")


def test_rows_are_not_found_by_their_words(grain: Library) -> None:
    answer = Engine(grain).reply("What grain was shipped to the valley, by the grain table?")
    assert not {c.source for c in answer.citations} & {"grain-2003"}


def test_without_the_collection_a_dataset_leaves_nothing_behind(grain: Library) -> None:
    core = grain.only(["core"])
    assert "grain-2003" not in core.sources
    assert [series.id for series in core.exports.series] == ["paper"]
    assert not core.exports.absences


# Vintages


def test_the_newest_vintage_of_a_series_counts_and_the_old_rows_can_still_be_opened(
    folder: ContentFolder,
) -> None:
    folder.write(FILE, TABLE)
    newer = TABLE.replace("grain-2003", "grain-2004").replace("2003-05-01", "2004-05-01")
    folder.write("sources/grain-2004.yaml", newer.replace("shipped: 64603", "shipped: 70000"))
    library = folder.read()
    assert shipped(library)["2000"].citations == (Citation("grain-2004", "2000"),)
    assert [s.source for s in library.exports.series if s.id == "shipped"] == ["grain-2004"]
    assert len(library.exports.absences) == 1
    assert "US$64,603" in note(library, "2000")


# Faults


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("shipped: 2700000", "sold: 2700000", "1998 › values › sold", "there is no column “sold”"),
        ("{period: 1999", "{period: 1998", "1998 › period", "occurs twice"),
        ("{period: 1999", "{period: 2001", "2001 › period", "occurs twice, or is among the absent"),
        ("{period: 1999", "{period: 1999-05-01", "1999-05-01 › period", "a row is of a month, a year"),
        ("{shipped: 64603}", "{}", "2000 › values", "at least one value is needed"),
        ("absent: [2001]", "absent: [2001-03]", "absent › item 1", "only a whole year can be absent"),
        ("shipped: 64603", "shipped: many", "2000 › values › shipped", "a number is wanted"),
        ("subject:", "about:", "about", "not known"),
        ("id: shipped", "id: bureau", "bureau", "is taken by a column of grain-2003"),
    ],
)
def test_a_fault_in_a_dataset_is_named_with_its_place(
    folder: ContentFolder, old: str, new: str, place: str, says: str
) -> None:
    folder.write(FILE, TABLE.replace(old, new))
    faults = [fault for fault in folder.faults() if says in fault.problem]
    assert any(place in fault.place for fault in faults), folder.faults()


# The shipped datasets


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "/cite census-2025-04¶2023-11",
            "U.S. exports of goods to North Korea, November 2023: US$64,603, in the Census Bureau's country "
            "workbook, vintage of April 2025, read from copies of it.",
        ),
        ("/cite census-2025-04 1992", "1992: US$0.1 million"),
        ("/cite census-2025-04:2017", "2017: no recorded trade"),
        ("/cite census-2025-04#2006", "2006: US$0 (a recorded zero)"),
        (
            "/cite usaid-2025-11¶FY2008",
            "U.S. assistance to North Korea, fiscal year 2008: obligations US$185,301,517; disbursements "
            "US$167,769,077",
        ),
        ("/cite usaid-2025-11 fy2025", "fiscal year 2025: obligations −US$2"),
    ],
)
def test_a_row_opens_at_its_address_however_that_is_typed(engine: Engine, typed: str, said: str) -> None:
    assert said in plain_text(engine.reply(typed))


def test_every_row_of_the_public_record_has_an_address_on_the_web_and_a_date(library: Library) -> None:
    for table in (library.exports, library.assistance):
        cited = {c for figure in (*table.figures, *table.totals) for c in figure.citations}
        cited |= {c for absence in table.absences for c in absence.citations}
        cited |= {c for report in table.other_reports for c in report.citations}
        for citation in cited:
            source = library.sources[citation.source]
            assert source.url.startswith("https://")
            assert source.published or source.published_basis
