"""People: found by any of their names, named where they are named, and somebody else at another time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.library import Library
from knowledge.people import Directory, Mentions, Person, Standing
from knowledge.periods import parse_period

CITED = (Citation("paper-2001", "1"),)


def person(id_: str, name: str, *aliases: str) -> Person:
    return Person(id_, name, "person", "reporter", "Wrote.", CITED, aliases=aliases)


ANN = person("ann-smith", "Ann Smith", "Dr. Smith")
BOB = person("bob-brown", "Bob Brown", "Robert Brown")
KIM = person("kim", "Kim Jong Un", "Kim")
CHOL = person("chol", "Kim Yong Chol")
STATE = replace(person("state", "U.S. Department of State", "State Department"), kind="organisation")
EVERYBODY = (ANN, BOB, KIM, CHOL, STATE)


@pytest.fixture
def directory() -> Directory:
    persons = {one.id: one.name for one in EVERYBODY if one.kind == "person"}
    return Directory({one.id: one.names for one in EVERYBODY}, in_parts=persons)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ann Smith", "ann-smith"),
        ("ann  SMITH", "ann-smith"),
        ("Smith", "ann-smith"),
        ("robert brown", "bob-brown"),
        ("kim", "kim"),
        ("Kim Yong-chol", "chol"),
        ("chol", "chol"),
        ("U.S. State Department", "state"),
        ("the state department", "state"),
        ("US Department of State", "state"),
        ("Department", None),
        ("Brow", None),
        ("", None),
    ],
)
def test_a_name_is_found_however_it_is_written(directory: Directory, typed: str, found: str | None) -> None:
    assert directory.find(typed) == found


def test_a_word_that_two_names_share_means_neither() -> None:
    assert (
        Directory({"a": ("Ann Fox",), "b": ("Bob Fox",)}, in_parts={"a": "Ann Fox", "b": "Bob Fox"}).find(
            "fox"
        )
        is None
    )


@pytest.mark.parametrize(
    ("typed", "meant"), [("Ann Smyth", "ann-smith"), ("Bob Bron", "bob-brown"), ("Xavier", None)]
)
def test_a_slip_is_read_as_the_name_that_it_clearly_means(
    directory: Directory, typed: str, meant: str | None
) -> None:
    assert directory.guess(typed) == meant


def test_what_is_as_like_to_two_names_is_not_guessed() -> None:
    twins = Directory({"a": ("Ann Foxe",), "b": ("Ann Foxx",)})
    assert twins.guess("Ann Foxy") is None
    assert set(twins.nearest("Ann Foxy")) == {"a", "b"}


def test_the_nearest_names_come_likest_first_and_none_that_is_far(directory: Directory) -> None:
    assert directory.nearest("Browne Bob")[0] == "bob-brown"
    assert directory.nearest("zzzz") == ()


@given(st.text(max_size=100))
def test_whatever_is_typed_is_somebody_or_nobody(typed: str) -> None:
    directory = Directory({one.id: one.names for one in EVERYBODY})
    ids = {one.id for one in EVERYBODY}
    assert {directory.find(typed), directory.guess(typed)} <= {*ids, None}
    assert set(directory.nearest(typed)) <= ids


def test_an_empty_directory_knows_nobody() -> None:
    assert (Directory({}).find("Ann"), Directory({}).guess("Ann"), Directory({}).nearest("Ann")) == (
        None,
        None,
        (),
    )


def test_the_longest_name_in_a_text_counts() -> None:
    named = Mentions(EVERYBODY)
    assert set(named("Kim Yong Chol met Dr. Smith.")) == {"chol", "ann-smith"}
    assert set(named("Kim met nobody.")) == {"kim"}
    assert set(named("Kimchi was served; the smith left.")) == set()
    assert list(Mentions(())("Ann Smith")) == []


def test_the_names_of_somebody_are_those_of_all_times_each_once() -> None:
    later = Standing(parse_period("2020").period, "editor", CITED, aliases=("Dr. Smith", "Editor Smith"))
    assert replace(ANN, standings=(later,)).names == ("Ann Smith", "Dr. Smith", "Editor Smith")


def test_everybody_shipped_is_found_by_each_of_their_names(library: Library) -> None:
    for one in library.people:
        for name in one.names:
            assert library.directory.find(name) == one.id, name


def test_the_passages_that_name_somebody_are_those_in_which_the_name_stands(library: Library) -> None:
    for one in library.people:
        for citation in library.mentions_of(one):
            _, passage = library.resolve(citation)
            assert any(name in f"{passage.note}{passage.original}" for name in one.names), (one.id, citation)


def test_the_role_of_a_person_of_the_record_says_of_when_it_is(library: Library) -> None:
    core = {one.id for one in library.only(("core",)).people}
    dateless = [
        one.id
        for one in library.people
        if one.kind == "person" and one.id not in core and not any(c.isdigit() for c in one.role)
    ]
    assert dateless == []
