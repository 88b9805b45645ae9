"""Questions on who held an office: its country counts, and nobody is named who did not hold it."""

from __future__ import annotations

import pytest

from knowledge.answers import Status
from knowledge.engine import Engine
from knowledge.offices import office_asked
from knowledge.plaintext import plain_text


@pytest.mark.parametrize(
    ("question", "title", "of"),
    [
        ("who is the president of North Korea?", "president", "North Korea"),
        ("who's North Korea’s president", "president", "North Korea"),
        ("who was the U.S. ambassador to South Korea?", "ambassador", "United States"),
        ("who is the president of Brookings", "president", "Brookings"),
        ("who is the president?", "president", ""),
        ("who was the vice president", "vice president", ""),
    ],
)
def test_an_office_is_read_with_the_country_that_it_is_of(question: str, title: str, of: str) -> None:
    office = office_asked(question)
    assert office is not None
    assert (office.title, office.of) == (title, of)


@pytest.mark.parametrize(
    "question",
    [
        "who is ambassador Bolton?",
        "who is president Trump's envoy",
        "who met the president in June?",
        "Trump",
    ],
)
def test_a_name_with_a_title_or_an_office_in_passing_asks_for_none(question: str) -> None:
    assert office_asked(question) is None


@pytest.mark.parametrize(
    "question",
    [
        *(
            "who is the president of North Korea?",
            "who is the South Korean president",
            "who is the US ambassador?",
        ),
        *(
            "who was the vice president?",
            "who is the president of the World Bank",
            "who is the king of Spain",
        ),
    ],
)
@pytest.mark.parametrize("collections", [["core"], ["core", "public_record"]])
def test_an_office_that_no_source_gives_to_anybody_is_refused(
    engine: Engine, question: str, collections: list[str]
) -> None:
    answer = Engine(engine.library.only(collections)).reply(question)
    assert (answer.status, answer.people) == (Status.REFUSED, ())
    assert "names nobody as" in plain_text(answer)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("who is the president of the United States?", "Donald Trump"),
        ("who was the US president?", "Donald Trump"),
        ("who is the leader of North Korea?", "Kim Jong Un"),
        ("who is ambassador Bolton?", "John Bolton"),
        ("who is Robert King?", "Robert King"),
    ],
)
def test_an_office_that_a_source_gives_to_somebody_is_answered(
    engine: Engine, question: str, name: str
) -> None:
    assert [person.name for person in engine.reply(question).people][:1] == [name]
