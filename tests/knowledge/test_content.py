"""Content files: read as one sound library, or refused with every fault of every file."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.content import SHIPPED, read_content
from knowledge.errors import ContentError, Fault
from knowledge.library import Library
from tests.knowledge.small_content import FILES, ContentFolder

FOUNDING = {"fp-2019", "rfa-2024"}


# The shipped content


def test_the_shipped_content_is_sound(library: Library) -> None:
    assert set(library.sources) >= FOUNDING
    assert library.timeline.events
    assert library.exports.figures
    assert library.people
    assert library.faq
    assert library.unknowns


def test_its_publication_dates_say_where_they_come_from(library: Library) -> None:
    dates = {id_: str(library.sources[id_].published) for id_ in FOUNDING}
    assert dates == {"fp-2019": "2019-01-11", "rfa-2024": "2024-05-30"}
    assert all("URL" in library.sources[id_].published_basis for id_ in FOUNDING)


def test_every_row_of_it_is_cited_or_says_that_it_is_editorial(library: Library) -> None:
    table = library.exports
    for cited in (
        *(event.citations for event in library.timeline.events),
        *(figure.citations for figure in (*table.figures, *table.totals)),
        *(person.citations for person in library.people),
    ):
        assert cited
        assert all(citation in library for citation in cited)
    for entry in library.faq:
        assert bool(entry.citations) != entry.editorial


def test_what_it_infers_comes_with_the_words_it_was_inferred_from(library: Library) -> None:
    for event in library.timeline.events:
        assert bool(event.inferred_from) == (event.basis == "inferred")
    for figure in library.exports.figures:
        assert bool(figure.inferred_from) == (figure.basis == "inferred")


def test_it_can_be_read_from_a_copy(tmp_path: Path, library: Library) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SHIPPED, copy)
    assert read_content(copy) == library


# A sound folder


def test_sources_passages_and_rows_are_joined(folder: ContentFolder) -> None:
    library = folder.read()
    assert list(library.sources) == ["paper-2001", "table-2002"]
    assert [str(citation) for citation in library.citations] == [
        "paper-2001¶1",
        "paper-2001¶2",
        "paper-2001¶credit",
        "table-2002¶2001-01",
    ]
    assert [event.id for event in library.timeline.events] == ["rice-sent", "table-published"]
    assert library.faq[1].citations == (Citation("paper-2001", "1"),)


def test_figures_are_exact_and_in_the_order_of_series_and_time(folder: ContentFolder) -> None:
    figures = folder.read().exports.figures
    assert [(f.series, str(f.period), f.value) for f in figures] == [
        ("bureau", "2001-01", Decimal(95)),
        ("paper", "2001-01", Decimal(100)),
        ("paper", "2001-03", Decimal(0)),
    ]


def test_the_version_is_that_of_the_files(folder: ContentFolder) -> None:
    version = folder.read().version
    assert len(version) == 8
    assert folder.read().version == version
    folder.change("faq.yaml", "It is a small library.", "It is small.")
    assert folder.read().version != version


# Faults, one by one


class Broken(NamedTuple):
    """A change to one file, and the fault that it makes there: at which line and place, in which words."""

    file: str
    old: str
    new: str
    at: str
    place: str
    says: str


PAPER, TABLES = "sources/paper-2001.yaml", "exports.yaml"

BROKEN = {
    "unknown key": Broken(
        "timeline.yaml",
        '  title: "Rice was sent"',
        '  headline: x\n  title: "Rice was sent"',
        "headline",
        "rice-sent › headline",
        "keyword",
    ),
    "unknown key in a source": Broken(
        PAPER, "kind: article", "kind: article\ncolour: red", "colour", "colour", "keyword"
    ),
    "unknown key in a vocabulary": Broken(
        "vocabulary.yaml", "fillers:", "filler:", "filler:", "filler", "keyword"
    ),
    "missing key": Broken(
        "people.yaml", '  role: "reporter"\n', "", "bob-brown", "bob-brown › role", "required"
    ),
    "citation that leads nowhere": Broken(
        "people.yaml",
        "paper-2001¶credit",
        "paper-2001¶99",
        "¶99",
        "bob-brown › citations › item 1",
        "leads to no passage",
    ),
    "citation of an unknown source": Broken(
        "people.yaml",
        "paper-2001¶credit",
        "paper-2010¶1",
        "¶1",
        "bob-brown › citations › item 1",
        "paper-2010¶1",
    ),
    "citation that cannot be read": Broken(
        "people.yaml",
        "paper-2001¶credit",
        "page 3 of it",
        "page 3",
        "bob-brown › citations › item 1",
        "not a reference",
    ),
    "citation of a part that leads nowhere": Broken(
        TABLES,
        '        citations: ["paper-2001¶1"]',
        '        citations: ["paper-2001¶7"]',
        "¶7",
        "2001-01 › parts › rice › citations › item 1",
        "leads to no passage",
    ),
    "nearest passage that leads nowhere": Broken(
        "unknowns.yaml",
        "paper-2001¶1",
        "paper-2001¶7",
        "¶7",
        "ship-name › nearest › item 1",
        "leads to no passage",
    ),
    "no citation": Broken(
        "people.yaml",
        '["paper-2001¶credit"]',
        "[]",
        "citations: []",
        "bob-brown › citations",
        "at least one citation",
    ),
    "date that is none": Broken(
        "timeline.yaml",
        '"2002-01-31"',
        '"one fine day"',
        "one fine day",
        "table-published › date",
        "cannot be read as a period",
    ),
    "date that no calendar has": Broken(
        "timeline.yaml",
        '"2002-01-31"',
        '"2002-02-31"',
        "2002-02-31",
        "table-published › date",
        "no 31 February",
    ),
    "date of publication that is none": Broken(
        PAPER, "2001-02-03", "in spring", "in spring", "published", "date"
    ),
    "date of publication that no calendar has": Broken(
        PAPER, "2001-02-03", "2001-13-03", "2001-13-03", "published", "month"
    ),
    "inferred without words": Broken(
        "timeline.yaml",
        '  inferred_from: "last month"\n',
        "",
        "rice-sent",
        "rice-sent",
        "needs the words it came from",
    ),
    "words of inference without inference": Broken(
        "timeline.yaml", "basis: inferred", "basis: explicit", "rice-sent", "rice-sent", "inferred"
    ),
    "figure inferred without words": Broken(
        TABLES,
        "qualifier: about",
        "qualifier: about\n    basis: inferred",
        "- series: paper",
        "2001-01",
        "needs the words it came from",
    ),
    "figure without unit": Broken(
        TABLES,
        'value: "100"\n    unit: USD',
        'value: "100"',
        'period: "2001-01"',
        "figures › 2001-01 › unit",
        "required",
    ),
    "figure with an empty unit": Broken(
        TABLES,
        'value: "100"\n    unit: USD',
        'value: "100"\n    unit: ""',
        'period: "2001-01"',
        "figures › 2001-01",
        "no unit",
    ),
    "figure without citation": Broken(
        TABLES,
        '    citations: ["paper-2001¶2"]\n',
        "",
        'period: "2001-03"',
        "figures › 2001-03 › citations",
        "required",
    ),
    "figure that is no number": Broken(
        TABLES, '"100"', '"about a hundred"', "about a hundred", "figures › 2001-01 › value", "decimal"
    ),
    "figure below zero": Broken(
        TABLES, '"100"', '"-100"', 'period: "2001-01"', "figures › 2001-01", "negative"
    ),
    "zero that is not a reported one": Broken(
        TABLES, '"100"', '"0"', 'period: "2001-01"', "figures › 2001-01", "reported zero"
    ),
    "qualifier that there is not": Broken(
        TABLES, "qualifier: about", "qualifier: circa", "circa", "figures › 2001-01 › qualifier", "'about'"
    ),
    "part with neither value nor share": Broken(
        TABLES,
        '        share: "90"\n',
        "",
        'period: "2001-01"',
        "figures › 2001-01",
        "either a value or a share",
    ),
    "series that there is not": Broken(
        TABLES,
        '- series: bureau\n    period: "2001-01"',
        '- series: burrow\n    period: "2001-01"',
        "burrow",
        "figures › 2001-01",
        "no series “burrow”",
    ),
    "series of a source that there is not": Broken(
        TABLES,
        "source: table-2002",
        "source: table-1999",
        "table-1999",
        "series › bureau › source",
        "no source “table-1999”",
    ),
    "row that occurs twice": Broken(
        TABLES,
        'period: "2001-03"',
        'period: "2001-01"',
        "- series: paper",
        "figures › 2001-01",
        "occurs twice",
    ),
    "id of an event that occurs twice": Broken(
        "timeline.yaml",
        "id: table-published",
        "id: rice-sent",
        "- id: rice-sent",
        "rice-sent",
        "occurs twice",
    ),
    "id of a person that occurs twice": Broken(
        "people.yaml", "id: bob-brown", "id: ann-smith", "- id: ann-smith", "ann-smith", "occurs twice"
    ),
    "id of an FAQ entry that occurs twice": Broken(
        "faq.yaml",
        "id: was-rice-sent",
        "id: what-is-this",
        "- id: what-is-this",
        "what-is-this",
        "occurs twice",
    ),
    "ref that occurs twice": Broken(
        PAPER, 'ref: "2"', 'ref: "1"', 'ref: "1"', "passages › 1", "occurs twice"
    ),
    "name that two people have": Broken(
        "people.yaml",
        'role: "reporter"',
        'role: "reporter"\n  aliases: ["SMITH"]',
        "- id: bob-brown",
        "bob-brown",
        "already belongs to ann-smith",
    ),
    "wording that two FAQ entries have": Broken(
        "faq.yaml",
        '"Was flood relief delivered?"',
        '"what is THIS library?"',
        "- id: was-rice-sent",
        "was-rice-sent",
        "used twice",
    ),
    "FAQ entry neither cited nor editorial": Broken(
        "faq.yaml",
        "  editorial: true\n",
        "",
        "- id: what-is-this",
        "what-is-this",
        "either citations or the mark editorial",
    ),
    "FAQ entry both cited and editorial": Broken(
        "faq.yaml",
        '  answer: "Yes, rice, says The Paper."',
        '  answer: "Yes, rice, says The Paper."\n  editorial: true',
        "- id: was-rice-sent",
        "was-rice-sent",
        "either",
    ),
    "passage without a note": Broken(
        PAPER,
        '    note: "Nothing was sent in March."\n',
        "",
        'ref: "2"',
        "passages › 2",
        "neither a note nor an original",
    ),
    "unknown collection": Broken(
        PAPER, "collection: core", "collection: secret", "secret", "collection", "core, public_record, local"
    ),
    "key that occurs twice": Broken(
        "people.yaml",
        '  role: "reporter"',
        '  role: "reporter"\n  role: "editor"',
        "id: bob-brown",
        "YAML",
        "“role” occurs 2 times",
    ),
    "bad YAML": Broken("people.yaml", '"Bob Brown"', "@bob", "@bob", "YAML", "cannot start"),
    "key that is a list": Broken(
        "people.yaml", '  role: "reporter"', '  ? [role]\n  : "reporter"', "[role]", "YAML", "key"
    ),
    "list where a mapping is wanted": Broken(
        "vocabulary.yaml", FILES["vocabulary.yaml"], "- rice\n", "- rice", "the whole file", "dict"
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_each_fault_is_named_with_its_file_line_and_place(folder: ContentFolder, broken: Broken) -> None:
    folder.change(broken.file, broken.old, broken.new)
    (fault,) = (fault for fault in folder.faults() if fault.file == broken.file)
    assert broken.place in fault.place
    assert broken.says in fault.problem
    lines = (folder.path / broken.file).read_text("utf-8").splitlines()
    assert broken.at in "\n".join(lines[fault.line - 1 : fault.line + 1])


def test_a_source_must_stand_in_a_file_of_its_name(folder: ContentFolder) -> None:
    (folder.path / PAPER).rename(folder.path / "sources/paper.yaml")
    (fault,) = folder.faults()
    assert (fault.file, fault.line, fault.place) == ("sources/paper.yaml", 1, "id")
    assert "paper-2001.yaml" in fault.problem


def test_an_id_belongs_to_one_source(folder: ContentFolder) -> None:
    folder.write("sources/paper-2001-again.yaml", FILES[PAPER])
    problems = [fault.problem for fault in folder.faults()]
    assert "the id “paper-2001” is taken by another source" in problems


def test_a_file_must_be_in_utf_8(folder: ContentFolder) -> None:
    folder.write(
        "faq.yaml", FILES["faq.yaml"].encode("latin-1", "replace").replace(b"library", b"biblioth\xe8que")
    )
    (fault,) = folder.faults()
    assert (fault.file, fault.place) == ("faq.yaml", "YAML")
    assert fault.line >= 1


def test_a_source_that_cannot_be_read_makes_one_fault_and_not_one_for_each_citation_of_it(
    folder: ContentFolder,
) -> None:
    folder.change(PAPER, "kind: article", "kind: [article")
    assert {fault.file for fault in folder.faults()} == {PAPER}


# Faults together


def test_all_faults_of_all_files_are_named_at_once_in_the_order_of_files_and_lines(
    folder: ContentFolder,
) -> None:
    folder.change("faq.yaml", "  editorial: true\n", "")
    folder.change("people.yaml", "paper-2001¶credit", "paper-2001¶9")
    folder.change("people.yaml", '  summary: "Ann Smith spoke of rice."\n', "")
    folder.change("timeline.yaml", '"2002-01-31"', '"someday"')
    folder.change("unknowns.yaml", "id: ship-name", "name: ship-name")
    folder.change(TABLES, "qualifier: exactly", "qualifier: precisely")
    found = folder.faults()
    assert found == sorted(found)
    assert [fault.file for fault in found] == [
        "exports.yaml",
        "faq.yaml",
        "people.yaml",
        "people.yaml",
        "timeline.yaml",
        "unknowns.yaml",
        "unknowns.yaml",
    ]


def test_a_missing_key_of_one_row_does_not_hide_what_is_wrong_with_another(folder: ContentFolder) -> None:
    folder.change(TABLES, 'value: "100"\n    unit: USD', 'value: "100"')
    folder.change(TABLES, '"95"', '"-95"')
    problems = " ".join(fault.problem for fault in folder.faults())
    assert "required" in problems
    assert "negative" in problems


def test_a_fault_is_written_as_file_line_place_and_problem() -> None:
    fault = Fault("faq.yaml", 3, "what-is-this › answer", "is too long")
    assert str(fault) == "faq.yaml:3: what-is-this › answer: is too long"
    assert str(ContentError((fault, fault))).splitlines() == [str(fault)] * 2


@example(b"? [a]\n: b")
@example(b"? {a: b}\n: c")
@example(b"- 2024-13-45")
@example(b"- !!int x")
@example(b"\xff\xfe")
@example(b"- !!binary aGk=")
@example(b"- !!python/name:os.system")
@example(b"- *nowhere")
@example(b"a: b: c")
@example(b"- 0b")
@example(b"[" * 5_000)
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_it_is_content_or_a_fault_of_that_file(
    folder: ContentFolder, data: bytes
) -> None:
    folder.write("timeline.yaml", data)
    assert {fault.file for fault in folder.faults()} <= {"timeline.yaml"}


# What the operator added


LOCAL = """\
id: letter-2003
title: "A letter"
publisher: The Ministry
published: 2003-04-05
published_basis: "given by the operator"
url: "https://example.org/letter"
kind: article
collection: local
passages:
  - ref: "1"
    original: "We thank you for the rice."
"""


def local(folder: ContentFolder, files: Mapping[str, str]) -> Path:
    """Write files of the operator beside the content, and return their folder."""
    data = ContentFolder(folder.path.parent / "data")
    for name, text in files.items():
        data.write(name, text)
    return data.path


def passages(library: Library, source: str) -> Sequence[tuple[str, str, bool]]:
    return [(p.ref, p.text, p.is_original) for p in library.sources[source].passages]


def test_a_document_of_the_operator_is_a_source_like_any_other(folder: ContentFolder) -> None:
    library = folder.read(local(folder, {"sources/letter-2003.yaml": LOCAL}))
    assert passages(library, "letter-2003") == [("1", "We thank you for the rice.", True)]


def test_an_original_is_shown_instead_of_the_note_where_there_is_one(folder: ContentFolder) -> None:
    root = local(folder, {"originals/paper-2001.yaml": '"2": "In March nothing at all was sent."\n'})
    assert passages(folder.read(root), "paper-2001") == [
        ("1", "Ann Smith said rice was sent in January.", False),
        ("2", "In March nothing at all was sent.", True),
        ("credit", "Written by Bob Brown.", False),
    ]


def test_originals_count_for_the_version(folder: ContentFolder) -> None:
    root = local(folder, {"originals/paper-2001.yaml": '"2": "In March nothing at all was sent."\n'})
    assert folder.read(root).version != folder.read().version


def test_a_data_folder_that_is_not_there_adds_nothing(folder: ContentFolder, tmp_path: Path) -> None:
    assert folder.read(tmp_path / "nowhere") == folder.read()


def test_originals_must_belong_to_passages(folder: ContentFolder) -> None:
    root = local(
        folder,
        {"originals/paper-2001.yaml": '"1": "x"\n"8": "y"\n', "originals/ghost-1999.yaml": '"1": "z"\n'},
    )
    found = [(fault.file, fault.line, fault.place) for fault in folder.faults(root)]
    assert found == [
        ("originals/ghost-1999.yaml", 1, "the whole file"),
        ("originals/paper-2001.yaml", 2, "8"),
    ]


def test_faults_of_the_operator_s_files_are_named_beside_those_of_the_library(folder: ContentFolder) -> None:
    folder.change("faq.yaml", "  editorial: true\n", "")
    root = local(folder, {"sources/letter-2003.yaml": LOCAL.replace("collection: local", "collection: mine")})
    assert [fault.file for fault in folder.faults(root)] == ["faq.yaml", "sources/letter-2003.yaml"]
