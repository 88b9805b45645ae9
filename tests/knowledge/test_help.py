"""The help: what it offers to whom, and examples that work in whatever library there is."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import chain

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cli
from knowledge.answers import Answer, Kind, Status
from knowledge.commands import COMMANDS
from knowledge.engine import Engine
from knowledge.help import LONGEST_EXAMPLE, HelpLine, Reader
from knowledge.library import Library
from knowledge.periods import parse_period
from knowledge.plaintext import plain_text
from settings import Settings
from tests.knowledge.small_content import EMPTY_TABLES, ContentFolder

READERS = st.lists(st.sampled_from([Reader.MODERATOR, Reader.OPERATOR]), max_size=2)


def examples(answer: Answer) -> dict[str, str]:
    """Return the example of each command that has one."""
    lines = [line for line in answer.statements if isinstance(line, HelpLine)]
    return {line.term.removeprefix("/"): line.example for line in lines if line.example}


# Examples


def test_every_command_is_named_and_has_an_example_of_its_own(engine: Engine) -> None:
    answer = engine.help()
    assert (answer.kind, answer.status) == (Kind.HELP, Status.ANSWERED)
    assert all(f"/{name}: {form.summary}" in plain_text(answer) for name, form in COMMANDS.items())
    assert list(examples(answer)) == [
        *("ask", "timeline", "exports", "assistance", "who", "cite"),
        *("sources", "disputes", "coverage", "corrections"),
    ]
    assert all(typed.startswith(f"/{name}") for name, typed in examples(answer).items())


def test_the_examples_are_of_the_library(engine: Engine) -> None:
    found = examples(engine.help())
    library = engine.library
    assert found["ask"].removeprefix("/ask ") in {entry.question for entry in library.faq if entry.citations}
    assert library.timeline.within(parse_period(found["timeline"].removeprefix("/timeline ")).period)
    month = parse_period(found["exports"].removeprefix("/exports ")).period
    assert any(figure.period == month and figure.value for figure in library.exports.figures)
    assert found["who"].removeprefix("/who ") in {person.name for person in library.people}
    assert found["cite"].removeprefix("/cite ") in map(str, engine.reply(found["ask"]).citations)


@pytest.mark.parametrize("collections", [["core"], ["public_record"], ["core", "public_record"]])
@pytest.mark.parametrize(
    "without", ["", "faq", "timeline disputes", "exports", "faq timeline disputes exports"]
)
def test_with_another_library_they_still_work(
    folder: ContentFolder, collections: list[str], without: str
) -> None:
    for name in without.split():
        folder.write(f"{name}.yaml", EMPTY_TABLES[f"{name}.yaml"])
    engine = Engine(folder.read().only(collections))
    found = examples(engine.help())
    assert {"cite", "sources"} <= found.keys()
    assert not set(without.split()) & found.keys()
    for typed in found.values():
        assert engine.reply(typed).status is Status.ANSWERED, typed


def test_without_faq_entries_a_passage_is_asked(folder: ContentFolder) -> None:
    folder.write("faq.yaml", EMPTY_TABLES["faq.yaml"])
    folder.change("sources/paper-2001.yaml", "what was sent", "which relief was delivered")
    assert examples(Engine(folder.read()).help())["ask"] == "/ask which relief was delivered"


def test_what_the_library_declines_is_no_example(folder: ContentFolder) -> None:
    folder.change("faq.yaml", "Was flood relief delivered?", "Who is the president of France?")
    engine = Engine(folder.read())
    typed = examples(engine.help())["ask"]
    assert engine.reply(typed).status is Status.ANSWERED


def test_a_month_with_an_amount_goes_before_a_reported_zero(library: Library) -> None:
    figures = library.exports.figures
    from_zero = figures[next(place for place, figure in enumerate(figures) if figure.value == 0) :]
    table = replace(library.exports, figures=from_zero)
    month = examples(Engine(replace(library, exports=table)).help())["exports"].removeprefix("/exports ")
    assert table.within(parse_period(month).period)[0].value > 0


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        (("2001-01", "2002-01-31"), "2002"),
        (("2002-01-31", "2001-01"), "2002"),
        (("2001-01", "2001-03", "2002"), "2001"),
        (("until 2001", "until 2001", "2002", "2003"), "2003"),
        (("2001-12..2002-01", "2001", "2003"), "2001"),
    ],
)
def test_the_timeline_is_shown_by_the_year_with_the_most_events_of_several_the_newest(
    folder: ContentFolder, dates: tuple[str, ...], year: str
) -> None:
    library = folder.read()
    (event, *_) = library.timeline.events
    events = tuple(replace(event, id=f"e{n}", date=parse_period(date).period) for n, date in enumerate(dates))
    timeline = replace(library.timeline, events=events, disputes=())
    assert examples(Engine(replace(library, timeline=timeline)).help())["timeline"] == f"/timeline {year}"


def test_a_question_too_long_to_be_read_at_a_glance_is_no_example(library: Library) -> None:
    entries = tuple(replace(entry, question=f"{entry.question} {'x' * 60}") for entry in library.faq)
    assert len(examples(Engine(replace(library, faq=entries)).help())["ask"]) <= LONGEST_EXAMPLE + len(
        "/ask "
    )


def test_an_empty_library_is_said_to_be_empty_and_offers_nothing_to_try(library: Library) -> None:
    answer = Engine(library.only([])).help()
    assert answer.status is Status.ANSWERED
    assert "The library is empty at the moment" in plain_text(answer)
    assert examples(answer) == {}
    assert "For example" not in plain_text(answer)


# Readers


def test_everybody_reads_what_a_member_can_do_and_others_something_more(engine: Engine) -> None:
    member, moderator, operator = (
        engine.help(reader).statements for reader in (Reader.MEMBER, Reader.MODERATOR, Reader.OPERATOR)
    )
    assert set(member) < set(moderator)
    assert set(member) < set(operator)
    both = engine.help(Reader.MODERATOR | Reader.OPERATOR).statements
    assert set(both) == {*moderator, *operator}
    text = plain_text(engine.help())
    assert not any(word in text for word in ("moderator", "bot.py", "config", "Delete"))


@pytest.mark.parametrize(
    ("typed", "reader"),
    [
        ("/help", Reader.MEMBER),
        ("/help operator", Reader.OPERATOR),
        ("/help Moderator", Reader.MODERATOR),
        ("/help operator, moderator", Reader.MODERATOR | Reader.OPERATOR),
        ("/help member", Reader.MEMBER),
        ("/help with the timeline", Reader.MEMBER),
    ],
)
def test_help_can_be_typed_for_a_reader(engine: Engine, typed: str, reader: Reader) -> None:
    assert engine.reply(typed) == engine.help(reader)


@given(READERS)
def test_what_help_was_asked_for_is_read_back_to_the_same_help(engine: Engine, readers: list[Reader]) -> None:
    reader = Reader.MEMBER
    for one in readers:
        reader |= one
    answer = engine.help(reader)
    assert engine.reply(answer.question) == answer


def test_the_operator_is_told_of_commands_and_settings_that_exist(engine: Engine) -> None:
    text = plain_text(engine.help(Reader.OPERATOR))
    assert isinstance(cli, click.Group)
    named = re.findall(r"python bot\.py (\w+)", text)
    assert {"check", "ingest"} <= set(named) <= set(cli.commands)
    settings = re.findall(r"(\w+) \(", text.split("config.yaml", 1)[1])
    assert {"collections", "keep_after_leaving_days"} <= set(settings)
    assert set(settings) <= {field.name for field in fields(Settings)}


def test_every_line_is_one_line(engine: Engine) -> None:
    answer = engine.help(Reader.MODERATOR | Reader.OPERATOR)
    assert all(statement.text == " ".join(statement.text.split()) for statement in answer.statements)
    assert not list(chain.from_iterable(statement.citations for statement in answer.statements))
