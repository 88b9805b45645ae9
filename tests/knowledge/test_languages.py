"""What is said in another language, from right to left too, and what where a catalogue is wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.catalogues import faults
from knowledge.languages import (
    ENGLISH,
    catalogues_in,
    gettext,
    in_words,
    isolated,
    known,
    languages,
    listed,
    name_of,
    ngettext,
    number,
    speaking,
)
from knowledge.text import echo
from tests.knowledge.catalogue_samples import Said, catalogue

FSI, PDI = "\u2068", "\u2069"
SOURCES = ("{count} source on “{topic}”", "{count} sources on “{topic}”")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of catalogues, in place of those shipped."""
    with catalogues_in(tmp_path):
        yield tmp_path


# Which languages there are


def test_a_catalogue_is_all_that_a_language_needs(folder: Path) -> None:
    catalogue(folder, "he", {"No figure": "אין נתון"})
    catalogue(folder, "pt_BR", {"No figure": "Sem valor"})
    catalogue(folder, "zh_TW", {"No figure": "無數字"})
    assert languages() == (ENGLISH, "he", "pt_BR", "zh_TW")
    assert name_of("pt_BR") == "português (Brasil)"
    with speaking("he"):
        assert gettext("No figure") == "אין נתון"
    with speaking("zh_TW"):
        assert gettext("No figure") == "無數字"


@pytest.mark.parametrize("locale", [one.value for one in discord.Locale if not one.value.startswith("en")])
def test_every_language_of_discord_can_have_one(folder: Path, locale: str) -> None:
    code = locale.replace("-", "_")
    catalogue(folder, code, {})
    assert known("tlh", locale) == code


def test_what_is_no_language_and_what_an_editor_leaves_behind_are_none(folder: Path) -> None:
    for name in ("klingon.po", "en.po", ".po", "ko.po~", "ko.mo", "README"):
        (folder / name).touch()
    assert languages() == (ENGLISH,)


def test_the_shipped_languages_are_back_outside_of_a_folder(tmp_path: Path) -> None:
    before = languages()
    with catalogues_in(tmp_path):
        assert languages() == (ENGLISH,)
    assert languages() == before


# From right to left


@pytest.fixture
def hebrew(folder: Path) -> Iterator[None]:
    catalogue(
        folder,
        "he",
        {
            "{amount} in {month} [{citation}]": "{amount} ב{month} [{citation}]",
            SOURCES: ("מקור {count} על ״{topic}״", *("{count} מקורות על ״{topic}״",) * 2),
        },
    )
    with speaking("he"):
        yield


@pytest.mark.usefixtures("hebrew")
def test_each_value_keeps_its_own_direction_among_words_written_from_right_to_left() -> None:
    said = gettext(
        "{amount} in {month} [{citation}]", amount="US$−3.5", month="2023-11", citation="fp-2019¶6"
    )
    assert said == f"{FSI}US$−3.5{PDI} ב{FSI}2023-11{PDI} [{FSI}fp-2019¶6{PDI}]"


@pytest.mark.usefixtures("hebrew")
@pytest.mark.parametrize(("count", "written"), [(1, "1"), (2, "2"), (1996, "1,996")])
def test_so_does_a_count(count: int, written: str) -> None:
    said = ngettext(*SOURCES, count, topic="U.N. (1718)")
    assert f"{FSI}{written}{PDI}" in said
    assert f"{FSI}U.N. (1718){PDI}" in said


def test_values_are_bare_among_words_written_from_left_to_right(folder: Path) -> None:
    catalogue(folder, "fr", {"In {month}": "En {month}"})
    with speaking("fr"):
        assert gettext("In {month}", month="2023-11") == "En 2023-11"
    assert gettext("In {month}", month="2023-11") == "In 2023-11"


@pytest.mark.parametrize("typed", ["מי זה ביגון", "من هو بيغون؟", "Biegun בפיונגיאנג 2018"])
def test_what_somebody_types_from_right_to_left_is_set_apart_in_any_language(typed: str) -> None:
    assert echo(typed) == f"{FSI}{typed}{PDI}"


@given(st.text(alphabet="aב1ع .-/" + "\u2066\u2067\u2068\u2069\u202e\u200f", max_size=80))
def test_nothing_typed_opens_or_closes_what_sets_it_apart(typed: str) -> None:
    inner = echo(typed)
    if inner[:1] == FSI:
        assert inner[-1] == PDI
        inner = inner[1:-1]
    assert not set(inner) & set("\u2066\u2067\u2068\u2069\u202e\u200f")


@pytest.mark.parametrize("typed", ["who is Jung Pak", "비건", "¶6", "12–13", ""])
def test_what_needs_no_setting_apart_has_none(typed: str) -> None:
    assert isolated(typed) == typed


# Dates, numbers and lists


def test_dates_numbers_and_lists_are_written_as_the_language_writes_them(folder: Path) -> None:
    said: dict[Said, Said] = {SOURCES: ("{count} Quelle zu „{topic}“", "{count} Quellen zu „{topic}“")}
    catalogue(folder, "de", {"{some} and {last}": "{some} und {last}", **said})
    with speaking("de"):
        assert in_words(date(2018, 12, 10), "yMMMMd") == "10. Dezember 2018"
        assert number(1_234_567) == "1.234.567"
        assert ngettext(*SOURCES, 1_234, topic="x") == "1.234 Quellen zu „x“"
        assert listed(["a", "b", "c"]) == "a, b und c"
    assert number(1_234_567) == "1,234,567"
    assert listed(["a", "b", "c"]) == "a, b and c"


# Catalogues with faults


def test_what_is_not_translated_yet_is_said_in_english_and_is_no_fault(folder: Path) -> None:
    catalogue(folder, "de", {"No figure": ""})
    with speaking("de"):
        assert gettext("No figure") == "No figure"
        assert gettext("In {month}", month="May") == "In May"
    assert faults() == ()


@pytest.mark.parametrize(
    ("translation", "has"),
    [
        ("Im {Monat}", "{Monat}"),
        ("Im Monat", "none"),
        ("Im {month} {year}", "{month}, {year}"),
        ("Im {month:>9}", "{month:>9}"),
        ("Im {month", "a brace without its other one"),
    ],
)
def test_a_message_with_other_values_is_said_in_english_and_named(
    folder: Path, translation: str, has: str
) -> None:
    file = catalogue(folder, "de", {"In {month}": translation, "No figure": "Kein Wert"})
    with speaking("de"):
        assert gettext("In {month}", month="May") == "In May"
        assert gettext("No figure") == "Kein Wert"
    (fault,) = faults()
    assert (fault.file, fault.place) == ("de.po", "“In {month}”")
    assert fault.problem == f"must have the values {{month}} and no others, and has {has}"
    assert 'msgid "In {month}"' in file.read_text("utf-8").splitlines()[fault.line - 1]


def test_so_is_one_that_counts_if_any_of_its_forms_has_them(folder: Path) -> None:
    catalogue(folder, "de", {SOURCES: ("Eine Quelle zu „{topic}“", "{count} Quellen")})
    with speaking("de"):
        assert ngettext(*SOURCES, 1, topic="x") == "1 source on “x”"
        assert ngettext(*SOURCES, 2, topic="x") == "2 sources on “x”"
    (fault,) = faults()
    assert "has {count}" in fault.problem


@pytest.mark.parametrize(
    ("message", "translation"),
    [
        ("In {month}", "{count} im {month}"),
        ("{count} undated in {month}", "undatiert im {month}"),
        (SOURCES, ("Eine Quelle zu „{topic}“", "Quellen zu „{topic}“")),
    ],
)
def test_a_count_that_is_not_given_or_is_lost_is_a_fault(
    folder: Path, message: Said, translation: Said
) -> None:
    catalogue(folder, "de", {message: translation})
    with speaking("de"):
        assert gettext("In {month}", month="May") == "In May"
        assert gettext("{count} undated in {month}", count=3, month="May") == "3 undated in May"
        assert ngettext(*SOURCES, 2, topic="x") == "2 sources on “x”"
    assert len(faults()) == 1


def test_the_form_of_one_may_say_it_in_a_word(folder: Path) -> None:
    catalogue(folder, "de", {SOURCES: ("Eine Quelle zu „{topic}“", "{count} Quellen zu „{topic}“")})
    with speaking("de"):
        assert ngettext(*SOURCES, 1, topic="x") == "Eine Quelle zu „x“"
    assert faults() == ()


def test_nothing_is_said_as_nothing_in_any_language() -> None:
    for language in languages():
        with speaking(language):
            assert gettext("") == ""


BROKEN = {
    "no catalogue": (b"Is this a catalogue?\n", "is not a line of a catalogue: Is this a catalogue?"),
    "cut off": (b'msgid "No figure"\nmsgs', "is not a line of a catalogue: msgs"),
    "no text": (b"\xff\xfe\x00", "cannot be read: "),
    "odd header": (b'msgid ""\nmsgstr "Plural-Forms: nplurals=x; plural=n\\n"\n', "cannot be read: "),
    "odd encoding": (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=no\\n"\n', "cannot be read: "),
}


@pytest.mark.parametrize(("content", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_leaves_everything_in_english_and_is_logged_once(
    folder: Path, content: bytes, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "de.po").write_bytes(content)
    with speaking("de"):
        for _ in range(2):
            assert gettext("In {month}", month="May") == "In May"
            assert ngettext(*SOURCES, 2, topic="x") == "2 sources on “x”"
    (fault,) = faults()
    assert problem in fault.problem
    (logged,) = caplog.records
    assert logged.levelno == logging.ERROR
    assert str(fault) in logged.message
    assert "bot.py check" in logged.message


def test_a_catalogue_that_cannot_be_opened_is_named_too(folder: Path) -> None:
    (folder / "de.po").mkdir()
    assert [str(fault) for fault in faults()] == ["de.po:1: file: cannot be read: Is a directory"]
    with speaking("de"):
        assert gettext("No figure") == "No figure"


def test_a_file_that_is_not_named_after_a_language_is_named(folder: Path) -> None:
    catalogue(folder, "de", {}).rename(folder / "klingon.po")
    (fault,) = faults()
    assert str(fault) == "klingon.po:1: file: is not named after a language, such as ko.po"
