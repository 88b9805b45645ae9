"""Bibliographies: BibTeX that a BibTeX parser reads back, and CSL-JSON of the right shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from knowledge.bibliography import bibtex, csl_json, plain_references
from knowledge.citations import Citation
from knowledge.library import Library
from knowledge.sources import FILE_MADE, Passage, Source

PAPER = Source(
    "paper-2001",
    "Rice after the flood",
    "The Paper",
    date(2001, 2, 3),
    "printed",
    "https://example.org/rice?a=1&b=2",
    "article",
    "core",
    (Passage("1", "A note."),),
    authors=("Ann Smith", "Bob Brown"),
)
TABLE = replace(
    PAPER, id="table-2002", title="Shipments by month", title_is_label=True, publisher="The Bureau",
    kind="dataset", authors=(),
)  # fmt: skip
CITED = (Citation("paper-2001", "1"), Citation("paper-2001", "2"))


def entry(source: Source, *citations: Citation) -> Mapping[str, str]:
    library = parse_string(bibtex([(source, citations)]))
    assert not library.failed_blocks
    (read,) = library.entries
    return {"type": read.entry_type, "key": read.key, **{f.key: str(f.value) for f in read.fields}}


def item(source: Source, *citations: Citation) -> dict[str, Any]:
    (read,) = json.loads(csl_json([(source, citations)]))
    assert isinstance(read, dict)
    return read


# BibTeX


def test_an_article_is_an_entry_under_its_id() -> None:
    read = entry(PAPER, *CITED)
    assert (read["type"], read["key"]) == ("article", "paper-2001")
    assert read["author"] == "Ann Smith and Bob Brown"
    assert read["title"] == "{Rice after the flood}"
    assert read["journal"] == "The Paper"
    assert (read["year"], read["day"]) == ("2001", "3")
    assert read["url"] == "https://example.org/rice?a=1&b=2"
    assert "Cited: paper-2001¶1, paper-2001¶2." in read["note"]


def test_a_dataset_without_authors_says_that_its_title_is_ours() -> None:
    read = entry(TABLE)
    assert read["type"] == "misc"
    assert read["howpublished"] == "The Bureau"
    assert read["title"] == "{[Shipments by month]}"
    assert "The title is our description" in read["note"]
    assert "author" not in read


@pytest.mark.parametrize(
    ("precision", "fields"),
    [("day", {"year", "month", "day"}), ("month", {"year", "month"}), ("year", {"year"})],
)
def test_a_date_is_given_as_far_as_it_is_known(precision: Any, fields: set[str]) -> None:
    read = entry(replace(PAPER, published_precision=precision))
    assert {"year", "month", "day"} & read.keys() == fields


def test_an_undated_page_says_that_it_has_no_date() -> None:
    undated = entry(replace(PAPER, published=None))
    assert undated["year"] == "n.d."
    assert not {"month", "day"} & undated.keys()


SCAN = replace(PAPER, published_basis=FILE_MADE)


def test_the_day_on_which_a_file_was_made_is_no_date_of_publication() -> None:
    assert not {"month", "day"} & entry(SCAN).keys()
    assert entry(SCAN)["year"] == "n.d."
    assert "issued" not in item(SCAN)
    note = "Date: the day on which the file was made, as it says (2001-02-03)."
    assert entry(SCAN)["note"] == item(SCAN)["note"] == note
    assert "The Paper, file made 3 February 2001 (the day on which" in plain_references([(SCAN, ())])


def test_a_report_is_one_in_bibtex_too() -> None:
    report = entry(replace(PAPER, kind="report"))
    assert report["type"] == "techreport"
    assert report["institution"] == PAPER.publisher


def test_a_name_with_an_and_or_a_comma_is_kept_together() -> None:
    authors = ("Smith and Sons", "Office of Aid, Harbour")
    assert entry(replace(PAPER, authors=authors))["author"] == (
        "{Smith and Sons} and {Office of Aid, Harbour}"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("100 % & more", r"100 \% \& more"),
        ("US$5_000 #1", r"US\$5\_000 \#1"),
        ("a^b~c", r"a\textasciicircum{}b\textasciitilde{}c"),
        (r"back\slash", r"back\textbackslash{}slash"),
        ("open { close }", r"open \textbraceleft{} close \textbraceright{}"),
        ("two\nlines", "two lines"),
        ("“quoted” – ¶6", "“quoted” – ¶6"),
    ],
)
def test_what_tex_would_read_is_escaped(text: str, written: str) -> None:
    assert entry(replace(PAPER, title=text))["title"] == f"{{{written}}}"


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(TEXT, TEXT, TEXT)
def test_whatever_a_source_is_called_the_entry_is_read_back_whole(
    title: str, publisher: str, author: str
) -> None:
    source = replace(PAPER, title=title, publisher=publisher, authors=(author,), url=f"https://x.org/{title}")
    text = bibtex([(source, CITED), (TABLE, ())])
    library = parse_string(text)
    assert not library.failed_blocks
    assert [read.key for read in library.entries] == ["paper-2001", "table-2002"]
    assert text.count("{") == text.count("}")


def test_every_source_of_the_library_is_read_back(library: Library) -> None:
    read = parse_string(bibtex([(source, ()) for source in library.sources.values()]))
    assert not read.failed_blocks
    assert [one.key for one in read.entries] == list(library.sources)


# Pages

PAGED = replace(
    PAPER, passages=tuple(Passage(ref, "A note.", page=page) for ref, page in (("1", 7), ("2", 3)))
)


def test_what_is_cited_of_a_document_with_pages_has_its_pages() -> None:
    said = "Cited: paper-2001¶1 (p. 7), paper-2001¶2 (p. 3)"
    assert (entry(PAGED, *CITED)["pages"], item(PAGED, *CITED)["locator"]) == ("3, 7", "3, 7")
    assert said in entry(PAGED, *CITED)["note"]
    assert said in item(PAGED, *CITED)["note"]
    assert plain_references([(PAGED, CITED)]).endswith(said)


def test_a_document_without_pages_or_of_which_nothing_is_cited_has_none() -> None:
    for source, citations in ((PAPER, CITED), (PAGED, ())):
        assert "pages" not in entry(source, *citations)
        assert "locator" not in item(source, *citations)
        assert "(p. " not in plain_references([(source, citations)])


# CSL-JSON


def test_an_item_has_what_a_reference_manager_needs() -> None:
    assert item(PAPER, *CITED) == {
        "id": "paper-2001",
        "type": "article-newspaper",
        "title": "Rice after the flood",
        "container-title": "The Paper",
        "URL": "https://example.org/rice?a=1&b=2",
        "note": "Date: printed. Cited: paper-2001¶1, paper-2001¶2.",
        "author": [{"literal": "Ann Smith"}, {"literal": "Bob Brown"}],
        "issued": {"date-parts": [[2001, 2, 3]]},
    }


def test_a_dataset_is_one_and_its_publisher_no_container() -> None:
    read = item(TABLE)
    assert (read["type"], read["publisher"], read["title"]) == (
        "dataset",
        "The Bureau",
        "[Shipments by month]",
    )
    assert "author" not in read


@pytest.mark.parametrize(("precision", "parts"), [("month", [2001, 2]), ("year", [2001])])
def test_the_date_of_an_item_is_as_precise_as_it_is_known(precision: Any, parts: list[int]) -> None:
    assert item(replace(PAPER, published_precision=precision))["issued"] == {"date-parts": [parts]}
    assert "issued" not in item(replace(PAPER, published=None))


def test_every_source_of_the_library_is_an_item_of_its_own(library: Library) -> None:
    items = json.loads(csl_json([(source, ()) for source in library.sources.values()]))
    assert [one["id"] for one in items] == list(library.sources)
    types = {"article-newspaper", "report", "dataset", "document"}
    assert {one["type"] for one in items} <= types


# Plain text


def test_the_plain_bibliography_has_a_paragraph_for_each_source() -> None:
    text = plain_references([(PAPER, CITED), (TABLE, ())])
    first, second = text.split("\n\n")
    assert first.startswith(
        "Ann Smith, Bob Brown. “Rice after the flood”. The Paper, 3 February 2001 (printed)."
    )
    assert second.startswith("[Shipments by month]. The Bureau")
