"""Every language has every message, with the values that belong into it."""

from __future__ import annotations

import pytest
from babel.messages import Catalog

from knowledge.catalogues import faults, values
from knowledge.dates import PartialDate, Precision
from knowledge.languages import ENGLISH, known, languages, name_of, speaking
from tests import catalogues

LANGUAGES = [code for code in languages() if code != ENGLISH]
HOW = "python -m tests.catalogues adds what is missing and takes out what is said no more"


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


def test_no_message_is_missing_and_none_is_left_over(wanted: Catalog, catalogue: Catalog) -> None:
    assert ids(catalogue) == ids(wanted), HOW


def test_every_message_is_translated(catalogue: Catalog) -> None:
    lacking = [m.id for m in catalogue if m.id and (m.fuzzy or not all(forms(m.string)))]
    assert not lacking


def test_no_message_formats_a_value_which_may_come_set_apart(wanted: Catalog) -> None:
    named = {
        value
        for m in wanted
        if m.id and not m.context
        for text in forms(m.id)
        for value in values(text) or ()
    }
    assert len(named) > 1
    assert [value for value in named if not value.isidentifier()] == []


def test_no_catalogue_has_faults() -> None:
    assert faults() == ()


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
