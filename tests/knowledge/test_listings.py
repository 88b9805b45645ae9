"""Listings: everybody, the disputes between the sources, and the known unknowns; by command and in words."""

from __future__ import annotations

import pytest

from knowledge.answers import Kind, Status
from knowledge.engine import Engine
from knowledge.plaintext import plain_text


@pytest.mark.parametrize("typed", ["/who", "/who  ", "list all people", "who is in this library?"])
def test_everybody_is_listed_by_kind_and_name_with_role_and_citation(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    assert (answer.kind, answer.status) == (Kind.PEOPLE, Status.ANSWERED)
    assert set(answer.directory) == set(engine.library.people)
    kinds = [person.kind for person in answer.directory]
    assert kinds == sorted(kinds, reverse=True)
    text = plain_text(answer)
    assert "People (" in text
    assert "Organizations (" in text
    assert "  Omar Abdi — deputy executive director of UNICEF [fp-2019¶6]" in text


@pytest.mark.parametrize(
    "typed",
    [
        "/disputes",
        "What do the sources disagree on?",
        "what do the reports disagree on",
        "list all disputes",
        "do both articles disagree on anything?",
    ],
)
def test_all_disputes_are_listed_with_both_sides(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    assert (answer.kind, answer.status) == (Kind.SOURCES, Status.ANSWERED)
    assert answer.disputes == engine.library.timeline.disputes
    text = plain_text(answer)
    for dispute in answer.disputes:
        assert all(claim.says in text for claim in dispute.claims)
        assert set(dispute.citations) <= set(answer.citations)


def test_a_question_on_one_dispute_gets_that_one(engine: Engine) -> None:
    answer = engine.reply("do the sources disagree on the travel ban date?")
    assert [dispute.id for dispute in answer.disputes] == ["travel-ban-date"]


@pytest.mark.parametrize(
    "question",
    ["Why do the reported and census figures differ?", "Does the census data differ from Radio Free Asia?"],
)
def test_how_two_series_differ_is_said_with_both_and_without_a_reason(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert answer.kind is Kind.FIGURE
    assert {block.series.id for block in answer.figures} == {"reported", "census"}
    assert answer.statements[0].text.endswith("No source explains the differences.")


def test_the_difference_of_one_month_has_both_figures(engine: Engine) -> None:
    said = engine.reply("why do the reported and census figures for november 2023 differ?").statements[0].text
    assert "US$120,000 (reported) and US$64,603 (census)" in said
    assert said.endswith("No source explains the difference.")


@pytest.mark.parametrize(
    "typed",
    [
        "/coverage unknowns",
        "/coverage Unknowns",
        "What are the known unknowns?",
        "what does the library lack?",
    ],
)
@pytest.mark.parametrize("collections", [["core"], ["core", "public_record"]])
def test_known_unknowns_are_listed_with_what_is_nearest(
    engine: Engine, typed: str, collections: list[str]
) -> None:
    answer = Engine(engine.library.only(collections)).reply(typed)
    assert (answer.kind, answer.status) == (Kind.SOURCES, Status.ANSWERED)
    assert [unknown.id for unknown in answer.unknowns] == [unknown.id for unknown in engine.library.unknowns]
    assert "The number of organizations concerned. Nearest: [fp-2019¶5] [fp-2019¶14]" in plain_text(answer)


def test_a_part_of_the_coverage_that_there_is_not_is_an_error_with_the_one_there_is(engine: Engine) -> None:
    answer = engine.reply("/coverage everything")
    assert (answer.status, answer.choices) == (Status.ERROR, ("/coverage unknowns",))


def test_a_library_without_disputes_or_people_says_so(engine: Engine) -> None:
    empty = Engine(engine.library.only([]))
    assert empty.reply("/who").status is Status.REFUSED
    assert empty.disputes().status is Status.REFUSED
    assert empty.reply("/disputes").status is Status.ERROR
    assert empty.reply("/coverage unknowns").status is Status.REFUSED
