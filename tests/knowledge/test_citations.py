"""Citations: one canonical form, four ways to type it."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from knowledge.citations import Citation
from knowledge.errors import CitationError
from knowledge.library import Library

SOURCES = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
REFS = st.one_of(
    st.sampled_from(["title", "standfirst", "caption", "credit", "bio", "1", "17", "2023-11", "FY2008"]),
    st.integers(1, 9999).map(str),
    st.from_regex(r"[A-Za-z]{1,12}|[1-9][A-Za-z]{0,3}", fullmatch=True),
)


@pytest.mark.parametrize("typed", ["fp-2019¶6", "fp-2019 6", "fp-2019#6", "fp-2019:6"])
def test_there_are_four_ways_to_type_one(typed: str) -> None:
    assert Citation.parse(typed) == Citation("fp-2019", "6")


@pytest.mark.parametrize(
    ("typed", "citation"),
    [
        ("rfa-2024¶credit", "rfa-2024¶credit"),
        ("  fp-2019  ¶  6 ", "fp-2019¶6"),
        ("FP-2019¶6", "fp-2019¶6"),
        ("FP-2019#title", "fp-2019¶title"),
        ("\tfp-2019 \n6\u00a0", "fp-2019¶6"),
        ("census-2025-04¶2023-11", "census-2025-04¶2023-11"),
        ("census-2025-04:FY2008", "census-2025-04¶FY2008"),
        ("fp-2019 para 6", "fp-2019¶6"),
    ],
)
def test_blanks_and_the_case_of_the_source_do_not_matter(typed: str, citation: str) -> None:
    assert str(Citation.parse(typed)) == citation


@given(SOURCES, REFS)
@example("fp-2019", "photo")
def test_the_canonical_form_is_read_back(source: str, ref: str) -> None:
    citation = Citation(source, ref)
    assert str(citation) == f"{source}¶{ref}"
    assert Citation.parse(str(citation)) == citation


def test_every_passage_of_the_library_is_found_by_its_citation_in_each_form(library: Library) -> None:
    for citation in library.citations:
        for mark in "¶ #:":
            assert Citation.parse(f"{citation.source}{mark}{citation.ref}") == citation


@given(st.text(max_size=60) | st.from_regex(r"[a-z0-9-]{1,9}[ ¶#:§]{1,2}[A-Za-z0-9-]{1,9}", fullmatch=True))
def test_whatever_is_typed_is_read_the_same_twice_or_refused_with_an_example(typed: str) -> None:
    try:
        citation = Citation.parse(typed)
    except CitationError as error:
        assert "fp-2019¶6" in str(error)
    else:
        assert Citation.parse(str(citation)) == citation


@pytest.mark.parametrize(
    "typed", ["", "fp-2019", "¶6", "fp-2019¶", "fp 2019 6", "fp-2019, 6", "fp-2019¶6 and 7", "fp-2019¶-6"]
)
def test_anything_else_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(CitationError, match="for example fp-2019¶6"):
        Citation.parse(typed)


def test_an_error_shows_at_most_fifty_characters_of_what_was_typed() -> None:
    with pytest.raises(CitationError) as caught:
        Citation.parse("z" * 300)
    assert "z" * 51 not in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        "a" + " " * 99_999,
        "a" + " " * 99_998 + "¶",
        " " * 99_999 + "¶",
        "a" + " " * 50_000 + "p" + " " * 49_997 + "!",
        "a" * 99_999 + "!",
        "a-" * 50_000,
        "a " + "b-" * 49_999,
        "a¶" * 50_000,
    ],
)
def test_a_long_text_is_refused_at_once(typed: str) -> None:
    start = process_time()
    with pytest.raises(CitationError):
        Citation.parse(typed)
    assert process_time() - start < 0.2


def test_content_files_hold_citations_as_text() -> None:
    adapter = TypeAdapter(tuple[Citation, ...])
    assert adapter.validate_python(["fp-2019¶6"]) == (Citation("fp-2019", "6"),)
    with pytest.raises(ValidationError, match="for example fp-2019¶6"):
        adapter.validate_python(["somewhere in the report"])


def test_they_sort_by_source_then_by_ref() -> None:
    assert sorted([Citation("b", "1"), Citation("a", "2"), Citation("a", "1")]) == [
        Citation("a", "1"),
        Citation("a", "2"),
        Citation("b", "1"),
    ]
