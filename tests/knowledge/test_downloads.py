from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer, Excerpt, Kind, SeriesFigures, Statement, Status
from knowledge.citations import Citation
from knowledge.downloads import Format, download, formats
from knowledge.exports import Figure, Part, Series, total
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
    assert formats(FIGURE_ANSWER) == (Format.CSV, Format.BIBLIOGRAPHY, Format.TEXT)
    assert formats(TIMELINE) == (Format.CSV, Format.ICS, Format.BIBLIOGRAPHY, Format.TEXT)
    assert formats(ANSWER) == (Format.CSV, Format.BIBLIOGRAPHY, Format.TEXT)
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
