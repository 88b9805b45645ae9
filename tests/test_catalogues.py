"""Every language has every message, with the values that belong into it, and the names that Discord takes."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages import Catalog

from knowledge.dates import PartialDate, Precision
from knowledge.languages import ENGLISH, NAME, known, languages, name_of, speaking
from tests import catalogues

LANGUAGES = [code for code in languages() if code != ENGLISH]
HOW = "python -m tests.catalogues adds what is missing and takes out what is said no more"
# https://discord.com/developers/docs/interactions/application-commands#application-command-object
A_NAME = re.compile(r"[-_'\w]{1,32}")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogues.wanted()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return catalogues.read(catalogues.LOCALES / f"{request.param}.po")


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if isinstance(text, str) or text is None else list(text)


def ids(catalogue: Catalog) -> set[tuple[str | None, object]]:
    return {(message.context, message.id) for message in catalogue if message.id}


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_no_message_is_missing_and_none_is_left_over(wanted: Catalog, catalogue: Catalog) -> None:
    assert ids(catalogue) == ids(wanted), HOW


def test_every_message_is_translated(catalogue: Catalog) -> None:
    lacking = [m.id for m in catalogue if m.id and (m.fuzzy or not all(forms(m.string)))]
    assert not lacking


def test_every_translation_has_the_values_of_its_message(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id or message.context == NAME:
            continue
        english = values(forms(message.id)[-1])
        for said in forms(message.string):
            assert values(said) | {"count"} == english | {"count"}, message.id


def test_every_name_is_one_that_discord_takes(catalogue: Catalog) -> None:
    names = {m.id: forms(m.string)[0] for m in catalogue if m.context == NAME}
    assert names
    for english, name in names.items():
        of_a_message_menu = " " in str(english)  # and may have blanks
        assert of_a_message_menu or (A_NAME.fullmatch(name) and name == name.lower()), name


def test_a_language_calls_itself_by_its_own_name() -> None:
    assert name_of("en") == "English"
    assert name_of("ko") == "한국어"


@pytest.mark.parametrize(
    ("locales", "spoken"),
    [
        (("ko",), "ko"),
        (("en-US",), "en"),
        (("fr", "ko"), "ko"),
        (("fr",), "en"),
        (("en-GB", "ko"), "en"),
        ((), "en"),
    ],
)
def test_a_reader_is_told_in_the_first_of_their_languages_that_there_is(
    locales: tuple[str, ...], spoken: str
) -> None:
    assert known(*locales) == spoken


def test_what_runs_within_speaks_a_language_and_what_comes_after_does_not() -> None:
    day = PartialDate(Precision.DAY, 2018, 12, 10)
    with speaking("ko"):
        assert day.label() == "2018년 12월 10일"
    assert day.label() == "10 December 2018"
