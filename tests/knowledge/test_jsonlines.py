"""The JSON-lines contract for scripts: one line in, one reply out, in order, whatever stands in the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.exports import Qualifier
from knowledge.jsonlines import replies
from knowledge.library import Library
from knowledge.periods import parse_period
from tests.knowledge.small_content import ContentFolder

CITATION = {"type": "string", "pattern": "^[a-z0-9-]+¶[A-Za-z0-9-]+$"}
CITED = {"type": "array", "items": CITATION, "minItems": 1}


def exactly(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


FIGURE = exactly(
    period={"type": "string"},
    value={"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    unit={"type": "string", "minLength": 1},
    qualifier={"enum": list(get_args(Qualifier))},
    series={"type": "string"},
    citations=CITED,
)
GAP = exactly(
    period={"type": "string"},
    value={"type": "null"},
    unit={"type": "null"},
    qualifier={"type": "null"},
    series={"type": "string"},
    citations={"type": "array", "maxItems": 0},
)
ABSENCE = exactly(
    period={"type": "string"},
    value={"type": "null"},
    unit={"type": "null"},
    qualifier={"const": "no recorded trade"},
    series={"type": "string"},
    citations=CITED,
)
EVENT = exactly(
    date={"type": "string"},
    precision={"enum": ["day", "month", "season", "quarter", "year", "fiscal year", "range"]},
    basis={"enum": ["explicit", "inferred"]},
    title={"type": "string", "minLength": 1},
    citations=CITED,
)
KINDS = ["answer", "figure", "timeline", "people", "faq", "passage", "sources", "help", "refusal", "error"]
REPLY = exactly(
    id={},
    status={"enum": ["answered", "refused", "error"]},
    kind={"enum": KINDS},
    text={"type": "string", "minLength": 1},
    citations={
        "type": "array",
        "uniqueItems": True,
        "items": exactly(source={"type": "string"}, paragraph={"type": "string"}),
    },
    rows={"type": "array", "items": {"anyOf": [FIGURE, GAP, ABSENCE, EVENT]}},
)
CONTRACT = Draft202012Validator(REPLY)

QUESTIONS = [
    item["question"]
    for item in yaml.load(
        (Path(__file__).parents[1] / "golden/questions.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
]


def no_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} is not JSON")


def read(line: str) -> dict[str, Any]:
    """Read a reply as a strict reader would, and hold it against the contract."""
    assert "\n" not in line
    reply: dict[str, Any] = json.loads(line, parse_constant=no_constant)
    CONTRACT.validate(reply)
    if reply["status"] != "answered":
        assert not reply["citations"]
        assert reply["kind"] == {"refused": "refusal", "error": "error"}[reply["status"]]
    return reply


def ask(engine: Engine, typed: str, identifier: Any = 1) -> dict[str, Any]:
    (line,) = replies(engine, [json.dumps({"id": identifier, "input": typed})])
    return read(line)


# Replies


def test_a_reply_has_exactly_the_keys_of_the_contract_in_their_order(engine: Engine) -> None:
    assert list(ask(engine, "/exports 2023-11")) == ["id", "status", "kind", "text", "citations", "rows"]


@pytest.mark.parametrize(
    ("typed", "status", "kind"),
    [
        ("/exports 2023-11", "answered", "figure"),
        ("/timeline 2018-12", "answered", "timeline"),
        ("/cite fp-2019¶6", "answered", "passage"),
        ("/sources", "answered", "sources"),
        ("/help", "answered", "help"),
        ("why did Pompeo limit aid?", "answered", "answer"),
        ("what is this bot?", "answered", "faq"),
        ("/faq list", "answered", "faq"),
        ("/faq show how-to-read-a-citation", "answered", "faq"),
        ("/faq search citation", "answered", "faq"),
        ("/faq list tag:nonsense", "refused", "refusal"),
        ("/faq search zebra", "refused", "refusal"),
        ("/faq show nonsense", "error", "error"),
        ("who is Omar Abdi?", "answered", "people"),
        ("how much was exported in october 2023?", "refused", "refusal"),
        ("who won the world cup in 1998?", "refused", "refusal"),
        ("/exports 1990", "refused", "refusal"),
        ("/exports 2018", "answered", "figure"),
        ("/exports 2008 compare:2009", "answered", "figure"),
        ("/exports 2016 compare:2018", "answered", "figure"),
        ("/exports 2017 compare:2018", "refused", "refusal"),
        ("/assistance FY2008", "answered", "figure"),
        ("/assistance FY2023", "refused", "refusal"),
        ("/assistance soon", "error", "error"),
        ("/timeline 1950", "refused", "refusal"),
        ("/timeline soon", "error", "error"),
        ("/timeline december", "error", "error"),
        ("/exports colour:red", "error", "error"),
        ("/cite fp-2019¶99", "error", "error"),
        ("/dance", "error", "error"),
        ("", "error", "error"),
        ("🙂", "error", "error"),
    ],
)
def test_the_status_and_the_kind_say_what_sort_of_reply_it_is(
    engine: Engine, typed: str, status: str, kind: str
) -> None:
    reply = ask(engine, typed)
    assert (reply["status"], reply["kind"]) == (status, kind)


def test_every_reply_keeps_the_contract_and_cites_what_there_is(engine: Engine, library: Library) -> None:
    for question in QUESTIONS:
        reply = ask(engine, question)
        for cited in reply["citations"]:
            assert Citation(cited["source"], cited["paragraph"]) in library
            assert f"[{cited['source']}¶{cited['paragraph']}]" in reply["text"]


def test_a_figure_or_timeline_reply_has_its_rows_however_it_was_asked_for(engine: Engine) -> None:
    asked = [*QUESTIONS, "/exports", "/exports dec-feb", "/timeline", "/timeline 2018-06..2018-12"]
    found = [(typed, ask(engine, typed)) for typed in asked]
    assert [
        typed for typed, reply in found if reply["kind"] in ("figure", "timeline") and not reply["rows"]
    ] == []


def test_the_row_of_a_figure_has_its_value_as_a_decimal_string(engine: Engine) -> None:
    reply = ask(engine, "/exports 2023-12 series:reported")
    assert reply["rows"] == [
        {
            "period": "2023-12",
            "value": "68000",
            "unit": "USD",
            "qualifier": "about",
            "series": "reported",
            "citations": ["rfa-2024¶13"],
        }
    ]


def test_a_gap_has_the_value_null_and_a_reported_zero_the_value_0(engine: Engine) -> None:
    rows = ask(engine, "/exports 2023-10..2024-01 series:reported")["rows"]
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2023-10", None),
        ("2023-11", "120000"),
        ("2023-12", "68000"),
        ("2024-01", "0"),
    ]


def test_a_year_without_a_row_is_told_from_a_gap_by_its_qualifier_and_its_citation(engine: Engine) -> None:
    rows = ask(engine, "/exports 1991..1992 series:census")["rows"]
    assert [(r["period"], r["value"], r["qualifier"]) for r in rows] == [
        ("1991", None, None),
        ("1992", "100000", "to the nearest 100,000"),
    ]
    (row,) = ask(engine, "/exports 2018")["rows"]
    assert (row["value"], row["qualifier"]) == (None, "no recorded trade")
    assert row["citations"] == ["census-2025-04¶2018"]


def test_both_series_have_their_rows_the_reported_one_first(engine: Engine) -> None:
    rows = ask(engine, "/exports 2023-11")["rows"]
    assert [(r["series"], r["value"], r["qualifier"]) for r in rows] == [
        ("reported", "120000", "as stated"),
        ("census", "64603", "exactly"),
    ]


def test_a_fiscal_year_is_written_as_one_and_a_negative_amount_as_such(engine: Engine) -> None:
    (row,) = ask(engine, "/assistance 2025")["rows"]
    assert (row["period"], row["value"], row["series"]) == ("FY2025", "-2", "obligations")


def test_a_value_is_written_out_whole_however_the_file_writes_it(folder: ContentFolder) -> None:
    folder.change("exports.yaml", '"100"', '"1.2E+6"')
    rows = ask(Engine(folder.read()), "/exports 2001-01 series:paper")["rows"]
    assert [Decimal(row["value"]) for row in rows] == [Decimal(1_200_000)]


def test_the_row_of_an_event_has_its_date_precision_and_basis(engine: Engine) -> None:
    (row,) = (row for row in ask(engine, "/timeline 2018-06")["rows"] if row["date"] == "2018-06")
    assert (row["precision"], row["basis"]) == ("month", "inferred")
    assert row["citations"] == ["fp-2019¶10"]
    assert parse_period(row["date"]).period.key() == row["date"]


def test_the_text_is_whole(engine: Engine, library: Library) -> None:
    text = ask(engine, "/timeline")["text"]
    assert all(event.title in text for event in library.timeline.events)


# Lines


IDS = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers(), max_size=3)


@given(st.lists(st.tuples(IDS, st.sampled_from(["/help", "/exports 2022", "", "/x"])), max_size=8))
def test_replies_come_in_the_order_of_the_lines_with_their_ids(
    engine: Engine, asked: list[tuple[Any, str]]
) -> None:
    lines = [json.dumps({"id": identifier, "input": typed}) for identifier, typed in asked]
    answered = [read(line) for line in replies(engine, lines)]
    assert [reply["id"] for reply in answered] == [identifier for identifier, _ in asked]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "why did Pompeo limit aid?",
        "{",
        '{"id": 1, "input": "/help"',
        "{'id': 1, 'input': '/help'}",
        "null",
        "7",
        '"/help"',
        "[]",
        '[{"id": 1, "input": "/help"}]',
        '{"id": ' + "1" * 5_000 + ', "input": "/help"}',
        "[" * 100_000,
        '{"id":' * 100_000,
        "\x00",
    ],
)
def test_a_line_that_is_not_json_of_that_form_is_an_error_with_id_null(engine: Engine, line: str) -> None:
    (written,) = replies(engine, [line])
    reply = read(written)
    assert (reply["id"], reply["status"], reply["kind"]) == (None, "error", "error")
    assert '{"id"' in reply["text"]
    assert '"input"' in reply["text"]


@pytest.mark.parametrize(
    "line",
    ['{"id": 7}', '{"id": 7, "input": null}', '{"id": 7, "input": ["/help"]}', '{"id": 7, "Input": "/help"}'],
)
def test_a_line_without_an_input_is_an_error_that_keeps_its_id(engine: Engine, line: str) -> None:
    (written,) = replies(engine, [line])
    reply = read(written)
    assert (reply["id"], reply["status"]) == (7, "error")


@pytest.mark.parametrize("identifier", ["1e999", "-1e999", "NaN", "Infinity"])
def test_an_id_that_json_cannot_write_makes_no_reply_that_is_not_json(
    engine: Engine, identifier: str
) -> None:
    (written,) = replies(engine, [f'{{"id": {identifier}, "input": "/help"}}'])
    read(written)


def test_a_large_number_is_an_id_like_any_other(engine: Engine) -> None:
    (written,) = replies(engine, ['{"id": 123456789012345678901234567890, "input": "/help"}'])
    assert read(written)["id"] == 123456789012345678901234567890


def test_an_id_may_be_nested_as_deep_as_a_reply_can_be_written(engine: Engine) -> None:
    for depth in (10, 100, *range(900, 1_000, 5), 10_000):
        (written,) = replies(engine, [f'{{"id": {"[" * depth}{"]" * depth}, "input": "/help"}}'])
        read(written)


def test_further_keys_are_ignored(engine: Engine) -> None:
    (written,) = replies(engine, ['{"id": 1, "input": "/help", "note": "x"}'])
    assert read(written)["kind"] == "help"


@given(st.lists(st.text(max_size=40), max_size=6))
def test_whatever_the_lines_are_each_gets_one_reply(engine: Engine, lines: list[str]) -> None:
    assert len([read(written) for written in replies(engine, lines)]) == len(lines)


def test_a_reply_is_written_before_the_next_line_is_read(engine: Engine) -> None:
    read_so_far: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(3):
            read_so_far.append(number)
            yield json.dumps({"id": number, "input": "/help"})

    for number, _ in enumerate(replies(engine, lines())):
        assert read_so_far == list(range(number + 1))


def test_no_state_is_carried_from_line_to_line(engine: Engine) -> None:
    lines = [json.dumps({"id": None, "input": question}) for question in QUESTIONS[:20]]
    assert list(replies(engine, lines)) == list(replies(engine, reversed(lines)))[::-1]
