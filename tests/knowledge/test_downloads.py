from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import icalendar
import pandas
import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Excerpt, Kind, SeriesFigures, Statement, Status
from knowledge.citations import Citation
from knowledge.downloads import Format, download, formats
from knowledge.engine import Engine
from knowledge.exports import Absence, Figure, Part, Series, total
from knowledge.periods import Period, parse_period
from knowledge.plaintext import plain_text
from knowledge.sources import Passage, Source
from knowledge.timeline import Event

URL = "https://example.org/rfa"
RFA = Source(
    "rfa-2024",
    "A report",
    "Radio Free Asia",
    date(2024, 5, 30),
    "date in the article's URL",
    URL,
    "article",
    "core",
    (Passage("13", "note"),),
    title_is_label=True,
    credit="Jane Doe (translation)",
)
FP = replace(
    RFA, id="fp-2019", title="On aid", publisher="Foreign Policy", url="https://example.org/fp", credit="",
    authors=("Colum Lynch",), title_is_label=False, published=date(2019, 1, 11),
)  # fmt: skip
SOURCES: Mapping[str, Source] = {"rfa-2024": RFA, "fp-2019": FP}
CITED = (Citation("rfa-2024", "13"),)
SERIES = Series("reported", "Reported", "rfa-2024", parse_period("2023-11..2024-03").period, "")


def month(key: str) -> Period:
    return parse_period(key).period


KITS = Part("kits", "percent", "as stated", CITED, share=Decimal(90))
FIGURES = (
    Figure("reported", month("2023-11"), Decimal(120000), "USD", "as stated", CITED),
    Figure("reported", month("2023-12"), Decimal(68000), "USD", "about", CITED, parts=(KITS,)),
    Figure("reported", month("2024-01"), Decimal(0), "USD", "as stated", CITED, precision="reported zero"),
)
FIGURE_ANSWER = Answer(
    Kind.FIGURE,
    Status.ANSWERED,
    figures=(SeriesFigures(SERIES, FIGURES, gaps=(month("2023-10"),)),),
    receipts=(total(FIGURES),),
    question="/exports 2023-10..2024-01",
    version="1a2b3c4d",
)
LETTER = Event("letter", month("2018-12-10"), "explicit", "A letter", "It was sent.", CITED, topics=("aid",))
SUMMIT = Event("summit", month("2018-06"), "inferred", "A summit", "Held.", CITED, inferred_from="last June")
RETURN = Event("return", month("2025"), "explicit", "A return", "May be.", CITED, status="expected")
TIMELINE = Answer(
    Kind.TIMELINE, Status.ANSWERED, events=(SUMMIT, LETTER, RETURN), question="/timeline", version="1a2b3c4d"
)
ANSWER = Answer(
    Kind.ANSWER,
    Status.ANSWERED,
    statements=(Statement("Because.", (Citation("fp-2019", "6"), *CITED)),),
    excerpts=(Excerpt(Citation("fp-2019", "6"), "The note.", "FP", URL, False),),
    question="Why were shipments delayed?",
    version="1a2b3c4d",
)


def rows(answer: Answer) -> list[dict[str, str]]:
    text = download(answer, Format.CSV, SOURCES).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def calendar(answer: Answer) -> list[Any]:
    parsed = icalendar.Calendar.from_ical(download(answer, Format.ICS, SOURCES).data)
    return list(parsed.walk("VEVENT"))


def test_a_reply_comes_in_the_forms_that_apply_to_it() -> None:
    sourced = (Format.BIBLIOGRAPHY, Format.BIBTEX, Format.CSL, Format.TEXT)
    assert formats(FIGURE_ANSWER) == (Format.CSV, Format.RECEIPT, *sourced)
    assert formats(TIMELINE) == (Format.CSV, Format.ICS, Format.MARKDOWN, *sourced)
    assert formats(ANSWER) == (Format.CSV, *sourced)
    assert formats(Answer(Kind.REFUSAL, Status.REFUSED)) == (Format.TEXT,)
    assert formats(Answer(Kind.ERROR, Status.ERROR)) == ()
    assert Format.BIBLIOGRAPHY in formats(Answer(Kind.SOURCES, Status.ANSWERED, sources=(FP,)))


def test_a_form_that_does_not_apply_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be had as ics"):
        download(ANSWER, Format.ICS, SOURCES)


def test_figures_keep_numbers_qualifiers_zeros_and_gaps_apart() -> None:
    table = [
        (row["row"], row["period"], row["value"], row["qualifier"], row["precision"])
        for row in rows(FIGURE_ANSWER)
    ]
    assert table == [
        ("no figure", "2023-10", "", "", "no figure"),
        ("figure", "2023-11", "120000", "as stated", "rounded"),
        ("figure", "2023-12", "68000", "about", "rounded"),
        ("part", "2023-12", "90", "as stated", "rounded"),
        ("figure", "2024-01", "0", "as stated", "reported zero"),
        ("computed", "2023-11..2024-01", "188000", "about", "computed"),
    ]


def test_every_row_that_says_something_has_its_citation_and_its_address() -> None:
    for row in (*rows(FIGURE_ANSWER)[1:], *rows(TIMELINE)):
        assert (row["citations"], row["urls"]) == ("rfa-2024¶13", URL)


def test_a_computed_row_shows_its_formula_and_its_caveat() -> None:
    assert rows(FIGURE_ANSWER)[-1]["note"].startswith("120,000 + 68,000 + 0 = 188,000. Computed from rounded")


def test_events_keep_their_precision_and_what_was_inferred() -> None:
    table = [
        (r["date"], r["first_day"], r["last_day"], r["inferred_from"], r["status"]) for r in rows(TIMELINE)
    ]
    assert table == [
        ("2018-06", "2018-06-01", "2018-06-30", "last June", "occurred"),
        ("2018-12-10", "2018-12-10", "2018-12-10", "", "occurred"),
        ("2025", "2025-01-01", "2025-12-31", "", "expected"),
    ]


def test_the_citations_of_an_answer_are_a_table_too() -> None:
    first, second = rows(ANSWER)
    assert (first["citation"], first["wording"], first["text"]) == (
        "fp-2019¶6",
        "note in our words",
        "The note.",
    )
    assert (second["citation"], second["source_title"], second["url"]) == ("rfa-2024¶13", "A report", URL)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_a_text_is_never_a_formula(text: str) -> None:
    assert rows(replace(TIMELINE, events=(replace(LETTER, title=text),)))[0]["title"] == f"'{text}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")))
def test_any_text_survives_the_table(text: str) -> None:
    written = rows(replace(TIMELINE, events=(replace(LETTER, summary=text),)))[0]["summary"]
    assert written.removeprefix("'") == text.removeprefix("'")
    assert not written.startswith(("=", "+", "-", "@"))


def test_a_negative_number_stays_a_number() -> None:
    fallen = replace(FIGURES[0], value=Decimal("-5.50"))
    answer = Answer(Kind.FIGURE, Status.ANSWERED, figures=(SeriesFigures(SERIES, (fallen,)),))
    assert rows(answer)[0]["value"] == "-5.50"


def test_a_calendar_entry_spans_the_days_its_date_may_mean() -> None:
    summit, letter, expected = calendar(TIMELINE)
    assert (letter["DTSTART"].dt, letter["DTEND"].dt) == (date(2018, 12, 10), date(2018, 12, 11))
    assert (summit["DTSTART"].dt, summit["DTEND"].dt) == (date(2018, 6, 1), date(2018, 7, 1))
    assert "June 2018 (inferred from “last June”)" in summit["DESCRIPTION"]
    assert (letter["STATUS"], expected["STATUS"]) == ("CONFIRMED", "TENTATIVE")
    assert expected["SUMMARY"] == "Expected: A return"
    assert all(entry["TRANSP"] == "TRANSPARENT" for entry in (summit, letter, expected))
    assert str(letter["URL"]) == URL
    assert "rfa-2024¶13" in letter["DESCRIPTION"]


def test_an_event_without_an_end_is_left_out_of_the_calendar() -> None:
    assert calendar(replace(TIMELINE, events=(replace(LETTER, date=month("since 2016")), LETTER)))[0][
        "UID"
    ].startswith("letter@")


def test_the_bibliography_names_each_source_once_with_what_is_cited_of_it() -> None:
    text = download(ANSWER, Format.BIBLIOGRAPHY, SOURCES).data.decode()
    assert text.index("Colum Lynch. “On aid”. Foreign Policy, 11 January 2019") < text.index(
        "[A report]. Radio"
    )
    assert "Cited: fp-2019¶6" in text
    assert "our copy has no headline" in text
    assert text.count(URL) == 1
    assert "Library version: 1a2b3c4d" in text


# Bibliographies for programs


def test_bibtex_and_csl_json_name_each_source_once() -> None:
    entries = parse_string(download(ANSWER, Format.BIBTEX, SOURCES).data.decode()).entries
    items = json.loads(download(ANSWER, Format.CSL, SOURCES).data)
    assert [entry.key for entry in entries] == [item["id"] for item in items] == ["fp-2019", "rfa-2024"]


@pytest.mark.parametrize(
    ("format_", "ending"),
    [
        (Format.BIBLIOGRAPHY, "-sources.txt"),
        (Format.BIBTEX, "-sources.bib"),
        (Format.CSL, "-sources.json"),
        (Format.TEXT, ".txt"),
    ],
)
def test_each_form_has_its_ending(format_: Format, ending: str) -> None:
    assert download(ANSWER, format_, SOURCES).filename == f"why-were-shipments-delayed{ending}"


# Receipts


def receipt(answer: Answer) -> list[str]:
    return download(answer, Format.RECEIPT, SOURCES).data.decode().splitlines()


def test_a_receipt_has_value_formula_rounding_rows_and_what_is_missing() -> None:
    added = total(FIGURES, ("October 2023",))
    lines = receipt(replace(FIGURE_ANSWER, receipts=(added,)))
    assert "1. Sum" in lines
    for line in (
        "   Value: about US$188,000",
        "   Formula: 120,000 + 68,000 + 0 = 188,000",
        "   Rounding: none",
        "   Limits: Computed from rounded figures; no source states it.",
        "   Missing: October 2023",
        "   - December 2023: about US$68,000 (reported, rounded, about) [rfa-2024¶13]",
    ):
        assert line in lines


def test_a_receipt_names_series_vintage_and_library_version() -> None:
    lines = receipt(FIGURE_ANSWER)
    assert lines[:2] == ["Receipts for: /exports 2023-10..2024-01", "Library version: 1a2b3c4d"]
    assert "- reported: Reported; rfa-2024, Radio Free Asia, 30 May 2024, revision 1" in lines
    assert any(line.startswith("- rfa-2024: A report.") and line.endswith(URL) for line in lines)


def test_every_receipt_of_a_reply_is_in_the_file(engine: Engine) -> None:
    answer = engine.reply("/exports 2023-11..2024-03")
    text = download(answer, Format.RECEIPT, engine.library.sources).data.decode()
    assert len(answer.receipts) > 5
    for one in answer.receipts:
        assert f"{one.label}\n" in text
        assert f"   Formula: {one.formula}\n" in text
    assert "census-2025-04, U.S. Census Bureau, 4 April 2025" in text


def test_a_reply_that_computes_nothing_has_no_receipt() -> None:
    with pytest.raises(ValueError, match="cannot be had as receipt"):
        download(replace(FIGURE_ANSWER, receipts=()), Format.RECEIPT, SOURCES)


# Markdown


def markdown(answer: Answer) -> str:
    return download(answer, Format.MARKDOWN, SOURCES).data.decode()


def test_a_timeline_is_a_list_with_footnotes() -> None:
    text = markdown(TIMELINE)
    assert "- **10 December 2018** — A letter.[^1]\n  It was sent.\n" in text
    assert "- **June 2018 (inferred from “last June”)** — A summit.[^1]" in text
    assert f"[^1]: rfa-2024¶13: A report. Radio Free Asia, 30 May 2024. <{URL}>" in text
    assert text.count("[^1]:") == 1


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("*Bold* and _slanted_", r"\*Bold\* and \_slanted\_"),
        ("[link](https://x)", r"\[link\](https://x)"),
        ("<script>", r"\<script\>"),
        ("a | b # c ~d~ `e`", r"a \| b \# c \~d\~ \`e\`"),
        ("back\\slash", r"back\\slash"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_markdown_would_read_is_escaped(title: str, written: str) -> None:
    assert f"— {written}." in markdown(replace(TIMELINE, events=(replace(LETTER, title=title),)))


@pytest.mark.parametrize(
    ("summary", "written"), [("- a", r"\- a"), ("+ a", r"\+ a"), ("1. a", r"1\. a"), ("# a", r"\# a")]
)
def test_a_summary_begins_no_list_and_no_heading(summary: str, written: str) -> None:
    assert f"\n  {written}\n" in markdown(replace(TIMELINE, events=(replace(LETTER, summary=summary),)))


def test_what_is_in_dispute_about_events_stands_below_them(engine: Engine) -> None:
    answer = engine.reply("/timeline 2018")
    text = download(answer, Format.MARKDOWN, engine.library.sources).data.decode()
    assert answer.disputes
    for dispute in answer.disputes:
        for claim in dispute.claims:
            assert claim.by.split(",")[0] in text


# In a spreadsheet


def frame(answer: Answer) -> pandas.DataFrame:
    data = download(answer, Format.CSV, SOURCES).data
    days = [name for name in ("first_day", "last_day") if name.encode() in data.split(b"\n")[0]]
    return pandas.read_csv(io.BytesIO(data), encoding="utf-8-sig", parse_dates=days)


def test_a_table_of_figures_opens_with_typed_columns() -> None:
    table = frame(FIGURE_ANSWER)
    assert pandas.api.types.is_numeric_dtype(table["value"])
    assert pandas.api.types.is_datetime64_any_dtype(table["first_day"])
    assert table["value"].isna().tolist() == [row == "no figure" for row in table["row"]]
    assert table.loc[table["row"] == "figure", "value"].sum() == 188_000


@pytest.mark.parametrize(
    "typed",
    [
        "/exports",
        "/exports 2023-11",
        "/exports 2016..2024",
        "/exports 2008 compare:2009",
        "/assistance",
        "/assistance 2022..2025",
        "how much did exports fall from 2008 to 2009",
        "/timeline 2018-12",
    ],
)
def test_the_table_of_a_reply_opens_with_a_row_for_each_row_shown(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    data = download(answer, Format.CSV, engine.library.sources).data
    table = pandas.read_csv(io.BytesIO(data), encoding="utf-8-sig", parse_dates=["first_day", "last_day"])
    rows = [figure for block in answer.figures for _, figure in block.rows]
    parts = [part for figure in rows if isinstance(figure, Figure) for part in figure.parts]
    totals = [stated for block in answer.figures for stated in block.totals]
    shown = (*rows, *parts, *totals, *answer.receipts, *answer.events)
    assert len(table) == len(shown)
    assert pandas.api.types.is_datetime64_any_dtype(table["first_day"])
    if answer.figures:
        assert pandas.api.types.is_numeric_dtype(table["value"])
        values = [float(figure.value) for figure in rows if isinstance(figure, Figure)]
        assert table.loc[table["row"] == "figure", "value"].tolist() == values
        held = table[table["row"].isin(["figure", "no recorded trade", "computed"])]
        assert not held["citations"].isna().any()
        assert held["urls"].str.startswith("https://").all()


TYPED = {
    "/exports 2023-11..2024-03": {"value": "number", "first_day": "day", "last_day": "day", "unit": "text"},
    "/exports 2008 compare:2009": {"value": "number", "first_day": "day", "citations": "text"},
    "/assistance 2000..2008": {"value": "number", "first_day": "day", "precision": "text"},
    "/timeline 2018 actor:Biegun": {"first_day": "day", "last_day": "day", "title": "text", "urls": "text"},
    "/timeline 2018 topic:sanctions": {"first_day": "day", "summary": "text"},
    "/who Stephen Biegun": {"first_day": "day", "title": "text"},
    "/cite fp-2019¶6": {"published": "day", "text": "text", "url": "text"},
    "/sources": {"passages": "number", "revision": "number", "title": "text", "url": "text"},
    "/coverage": {"sources": "number", "figures": "number", "first_day": "day", "name": "text"},
    "/corrections": {"day": "day", "before": "text", "urls": "text"},
    "/faq show who-sent-the-aid": {"published": "day", "citation": "text"},
    "why did Pompeo limit aid?": {"published": "day", "text": "text"},
    "how much aid in FY2001": {"value": "number", "first_day": "day", "series": "text"},
}
"""For each kind of reply with a table, some of its columns and what is in them."""

IS = {
    "number": pandas.api.types.is_numeric_dtype,
    "day": pandas.api.types.is_datetime64_any_dtype,
    "text": pandas.api.types.is_string_dtype,
}


@pytest.mark.parametrize("typed", TYPED)
def test_every_table_opens_with_typed_columns(engine: Engine, typed: str) -> None:
    data = download(engine.reply(typed), Format.CSV, engine.library.sources).data
    days = [name for name, kind in TYPED[typed].items() if kind == "day"]
    table = pandas.read_csv(io.BytesIO(data), encoding="utf-8-sig", parse_dates=days)
    assert len(table)
    assert {name: kind for name, kind in TYPED[typed].items() if not IS[kind](table[name].dropna())} == {}


@pytest.mark.parametrize("typed", TYPED)
def test_no_text_of_a_shipped_table_is_a_formula(engine: Engine, typed: str) -> None:
    data = download(engine.reply(typed), Format.CSV, engine.library.sources).data
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    risky = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert all(re.fullmatch(r"-[0-9.]+", cell) for cell in risky), risky


def test_a_negative_amount_is_a_number_and_a_text_like_a_formula_is_none(engine: Engine) -> None:
    answer = engine.reply("/assistance FY2025")
    figure = answer.figures[0].figures[0]
    block = replace(answer.figures[0], figures=(replace(figure, note="=HYPERLINK(1)"),))
    table = frame(replace(answer, figures=(block,)))
    assert table["value"].tolist()[0] == -2
    assert table["note"].tolist()[0] == "'=HYPERLINK(1)"


def test_a_year_without_a_row_is_named_as_what_it_means() -> None:
    absence = Absence("reported", month("2017"), "no recorded trade", CITED)
    block = replace(FIGURE_ANSWER.figures[0], absences=(absence,))
    (row,) = (r for r in rows(replace(FIGURE_ANSWER, figures=(block,))) if r["row"] == "no recorded trade")
    assert (row["period"], row["value"], row["precision"]) == ("2017", "", "no recorded trade")
    assert (row["citations"], row["urls"]) == ("rfa-2024¶13", URL)


# The whole reply


def test_plain_text_is_the_whole_reply_and_says_what_was_asked() -> None:
    text = download(ANSWER, Format.TEXT, SOURCES).data.decode()
    assert text.startswith(plain_text(ANSWER))
    assert "Asked: Why were shipments delayed?" in text


@pytest.mark.parametrize("answer", [FIGURE_ANSWER, TIMELINE, ANSWER])
def test_the_same_reply_gives_the_same_bytes(answer: Answer) -> None:
    for format_ in formats(answer):
        assert download(answer, format_, SOURCES) == download(answer, format_, SOURCES)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("/exports 2023-11..2024-03", "exports-2023-11-2024-03.csv"),
        ("Why? ../../etc/passwd", "why-etc-passwd.csv"),
        ("왜?", "timeline.csv"),
        ("word " * 60, "word-word-word-word-word-word-word-word-word-wor.csv"),
    ],
)
def test_a_file_is_named_after_what_was_asked(question: str, name: str) -> None:
    assert download(replace(TIMELINE, question=question), Format.CSV, SOURCES).filename == name


def test_what_the_sources_differ_on_is_in_the_table_and_in_the_calendar(engine: Engine) -> None:
    answer = engine.reply("/timeline 2018-12 actor:Bolton")
    said = "The sources differ on where Bolton made his remarks of December 2018:"
    sources = engine.library.sources
    for row in rows_of_events(download(answer, Format.CSV, sources).data):
        assert row["disputed"].startswith(said)
        assert "Foreign Policy: at a press conference in Washington [fp-2019¶12]" in row["disputed"]
    entries = icalendar.Calendar.from_ical(download(answer, Format.ICS, sources).data).walk("VEVENT")
    assert [said in str(entry["description"]) for entry in entries] == [True, True]


def rows_of_events(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
