"""Content files: read as one sound library, or refused with every fault of every file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.content import SHIPPED, read_content
from knowledge.errors import ContentError, Fault
from knowledge.library import Library
from tests.knowledge.small_content import EMPTY_TABLES, FILES, LETTER, ContentFolder

FOUNDING = {"fp-2019", "rfa-2024"}
TABLES_OF_SMALL = sorted(EMPTY_TABLES)


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
        "not known; there are id, date",
    ),
    "unknown key in a source": Broken(
        PAPER, "kind: article", "kind: article\ncolour: red", "colour", "colour", "not known; there are id"
    ),
    "unknown key in a vocabulary": Broken(
        "vocabulary.yaml", "fillers:", "filler:", "filler:", "filler", "did you mean fillers?"
    ),
    "missing key": Broken(
        "people.yaml", '  role: "reporter"\n', "", "bob-brown", "bob-brown › role", "is missing"
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
        PAPER, "2001-02-03", "in spring", "in spring", "published", "year-month-day"
    ),
    "date of publication that no calendar has": Broken(
        PAPER, "2001-02-03", "2001-13-03", "2001-13-03", "published", "year-month-day"
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
        "is missing",
    ),
    "figure with an empty unit": Broken(
        TABLES,
        'value: "100"\n    unit: USD',
        'value: "100"\n    unit: ""',
        'unit: ""',
        "figures › 2001-01 › unit",
        "is empty",
    ),
    "figure without citation": Broken(
        TABLES,
        '    citations: ["paper-2001¶2"]\n',
        "",
        'period: "2001-03"',
        "figures › 2001-03 › citations",
        "is missing",
    ),
    "figure that is no number": Broken(
        TABLES,
        '"100"',
        '"about a hundred"',
        "about a hundred",
        "figures › 2001-01 › value",
        "a number is wanted",
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
    "dispute with one side": Broken(
        "disputes.yaml",
        '    - {by: "The Bureau", says: "95 dollars", citations: ["table-2002¶2001-01"]}\n',
        "",
        "claims:",
        "rice-worth › claims",
        "at least two sides",
    ),
    "dispute about no event": Broken(
        "disputes.yaml", "[rice-sent]", "[]", "events: []", "rice-worth › events", "at least one event"
    ),
    "dispute about an event that there is not": Broken(
        "disputes.yaml",
        "[rice-sent]",
        "[rice-lost]",
        "rice-lost",
        "rice-worth › events › item 1",
        "no event “rice-lost”",
    ),
    "side of a dispute that leads nowhere": Broken(
        "disputes.yaml",
        'dollars", citations: ["paper-2001¶1"]',
        'dollars", citations: ["paper-2001¶9"]',
        "paper-2001¶9",
        "rice-worth › claims › item 1 › citations › item 1",
        "leads to no passage",
    ),
    "notes without a quality": Broken(
        PAPER, "collection: core", "collection: core\naddressing: notes", "id: paper", "quality", "is missing"
    ),
    "notes of a page that is not safe to open": Broken(
        PAPER,
        'url: "https://example.org/rice"',
        'url: "http://example.org/rice"\naddressing: notes\nquality: news',
        "http://",
        "url",
        "https://",
    ),
    "quality that there is not": Broken(
        PAPER, "collection: core", "collection: core\nquality: gossip", "gossip", "quality", "'official'"
    ),
    "month of publication that is not its first day": Broken(
        PAPER,
        "published: 2001-02-03",
        "published: 2001-02-03\npublished_precision: month",
        "published: 2001",
        "published",
        "the first day of the month",
    ),
    "words for a collection that there is not": Broken(
        "vocabulary.yaml",
        "fillers: [please]",
        "fillers: [please]\ncollections:\n  secret:\n    fillers: [hush]",
        "secret:",
        "collections › secret",
        "core, public_record, local",
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
    "wording that is read as a command": Broken(
        "faq.yaml",
        '"Was flood relief delivered?"',
        '"/flood relief"',
        "- id: was-rice-sent",
        "was-rice-sent",
        "the wording “/flood relief” begins with “/”",
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
    "key of a passage that is misspelt": Broken(
        PAPER, "    asks:", "    ask:", "ask:", "passages › 1 › ask", "did you mean asks?"
    ),
    "text where a list is wanted": Broken(
        PAPER,
        '["what was sent"]',
        '"what was sent"',
        "what was sent",
        "passages › 1 › asks",
        "a list is wanted",
    ),
    "number where text is wanted": Broken(
        PAPER,
        'ref: "2"',
        "ref: 2",
        "ref: 2",
        "passages › 2 › ref",
        "text is wanted; put it in quotation marks",
    ),
    "something between true and false": Broken(
        "faq.yaml",
        "editorial: true",
        "editorial: perhaps",
        "perhaps",
        "what-is-this › editorial",
        "true or false",
    ),
    "revision that is no number": Broken(
        PAPER, "kind: article", "kind: article\nrevision: new", "new", "revision", "a whole number"
    ),
    "row that has no keys": Broken(
        "unknowns.yaml", FILES["unknowns.yaml"], "- the ship\n", "the ship", "item 1", "keys with values"
    ),
    "text that is blank": Broken(
        "people.yaml", '"Bob Brown"', '" "', 'name: " "', "bob-brown › name", "is empty"
    ),
    "id that nobody can type": Broken(
        "people.yaml",
        "id: bob-brown",
        "id: Bob Brown!",
        "id: Bob Brown!",
        "Bob Brown! › id",
        "“Bob Brown!” is no id",
    ),
    "address that leads nowhere": Broken(
        PAPER, "https://example.org/rice", "example.org/rice", "example.org", "url", "the whole address"
    ),
    "source without passages": Broken(
        "sources/table-2002.yaml",
        FILES["sources/table-2002.yaml"].partition("passages:")[2],
        " []\n",
        "passages: []",
        "passages",
        "at least one passage",
    ),
    "ref that differs in its case alone": Broken(
        PAPER, 'ref: "2"', 'ref: "CREDIT"', "ref: credit", "passages › credit", "occurs twice"
    ),
    "citation in another case": Broken(
        "people.yaml",
        "paper-2001¶credit",
        "paper-2001¶Credit",
        "¶Credit",
        "bob-brown › citations › item 1",
        "write it as the source does: paper-2001¶credit",
    ),
    "FAQ entry that rests on four passages": Broken(
        "faq.yaml",
        '["table-2002¶2001-01"]',
        '["table-2002¶2001-01", "paper-2001¶1", "paper-2001¶2", "paper-2001¶credit"]',
        "¶credit",
        "how-much-rice › citations",
        "3 passages at most",
    ),
    "alias": Broken(
        "people.yaml",
        '"Bob Brown"',
        "&name Bob\n  aliases: [*name]",
        "*name",
        "YAML",
        "instead of the alias “*name”",
    ),
    "list that holds itself": Broken("timeline.yaml", "[rice]", "&a [*a]", "*a", "YAML", "alias “*a”"),
    "key that occurs twice": Broken(
        "people.yaml",
        '  role: "reporter"',
        '  role: "reporter"\n  role: "editor"',
        "id: bob-brown",
        "YAML",
        "“role” occurs 2 times",
    ),
    "correction out of order": Broken(
        "corrections.yaml",
        "day: 2003-02-03",
        "day: 2002-12-31",
        "day: 2002-12-31",
        "item 2 › day",
        "put the newest last",
    ),
    "correction of a row that is not there": Broken(
        "corrections.yaml",
        '  why: "A slip of the pen."',
        '  rows: [faq/how-much-rye]\n  why: "A slip of the pen."',
        "how-much-rye",
        "item 2 › rows › item 1",
        "there is no row “faq/how-much-rye”",
    ),
    "correction that says no reason": Broken(
        "corrections.yaml", '  why: "A slip of the pen."\n', "", "2003-02-03", "item 2 › why", "is missing"
    ),
    "correction of a passage that is not there": Broken(
        "corrections.yaml",
        "table-2002¶2001-01",
        "table-2002¶2001-02",
        "2001-02",
        "item 2 › citations › item 1",
        "leads to no passage",
    ),
    "bad YAML": Broken("people.yaml", '"Bob Brown"', "@bob", "@bob", "YAML", "cannot start"),
    "key that is a list": Broken(
        "people.yaml", '  role: "reporter"', '  ? [role]\n  : "reporter"', "[role]", "YAML", "key"
    ),
    "list where a mapping is wanted": Broken(
        "vocabulary.yaml",
        FILES["vocabulary.yaml"],
        "- rice\n",
        "- rice",
        "the whole file",
        "keys with values",
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


@pytest.mark.parametrize("ref", ["", "¶ x y", "a b", "-1", "1-", "p3", "ü", "1" * 21])
def test_a_ref_must_be_one_that_can_be_cited(folder: ContentFolder, ref: str) -> None:
    folder.change(PAPER, 'ref: "2"', f'ref: "{ref}"')
    folder.change(TABLES, "paper-2001¶2", "paper-2001¶1")
    problems = [fault.problem for fault in folder.faults() if fault.file == PAPER]
    assert any("cannot be cited: write up to 20 letters" in problem for problem in problems)


@pytest.mark.parametrize("id_", ["Letter 2003!", "letter--2003", "LETTER", "l" * 41])
def test_an_id_must_be_one_that_can_be_cited(folder: ContentFolder, id_: str) -> None:
    folder.write(f"sources/{id_}.yaml", FILES[PAPER].replace("id: paper-2001", f'id: "{id_}"'))
    (fault,) = folder.faults()
    assert (fault.file, fault.line, fault.place) == (f"sources/{id_}.yaml", 1, "id")


@pytest.mark.parametrize("ref", ["1a", "1A", "Q1-b", "FY2008", "Annex"])
def test_a_ref_is_cited_in_whatever_case_people_type_it(folder: ContentFolder, ref: str) -> None:
    folder.change(PAPER, "ref: credit", f"ref: {ref}")
    folder.change("people.yaml", "paper-2001¶credit", f"paper-2001¶{ref}")
    library = folder.read()
    for typed in (ref, ref.lower(), ref.upper(), ref.title()):
        citation = Citation.parse(f"paper-2001 {typed}")
        assert citation in library
        source, passage = library.resolve(citation)
        assert str(source.citation(passage)) == f"paper-2001¶{ref}"


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
    assert "is missing" in problems
    assert "negative" in problems


def test_a_fault_is_written_as_file_line_place_and_problem() -> None:
    fault = Fault("faq.yaml", 3, "what-is-this › answer", "is too long")
    assert str(fault) == "faq.yaml:3: what-is-this › answer: is too long"
    assert str(ContentError((fault, fault))).splitlines() == [str(fault)] * 2


# Files that are missing, misnamed or unreadable


@pytest.mark.parametrize("name", TABLES_OF_SMALL)
def test_a_table_must_be_there(folder: ContentFolder, name: str) -> None:
    (folder.path / name).rename(folder.path / f"{name}.old")
    missing, stray = folder.faults()
    assert str(missing) == f"{name}:1: the whole file: is missing"
    assert (stray.file, stray.line) == (f"{name}.old", 1)
    assert "nothing reads a file of this name" in stray.problem
    assert name in stray.problem


@pytest.mark.parametrize("name", TABLES_OF_SMALL)
def test_a_table_that_is_empty_by_accident_is_a_fault(folder: ContentFolder, name: str) -> None:
    folder.write(name, "# nothing\n")
    assert [str(fault) for fault in folder.faults()] == [f"{name}:1: the whole file: is empty"]


def test_a_table_may_have_no_rows_if_it_says_so(folder: ContentFolder) -> None:
    for name, text in EMPTY_TABLES.items():
        folder.write(name, text)
    assert not folder.read().timeline.events


def test_a_misnamed_source_makes_one_fault_and_not_one_for_each_citation_of_it(folder: ContentFolder) -> None:
    (folder.path / PAPER).rename(folder.path / "sources/paper-2001.yml")
    (fault,) = folder.faults()
    assert fault.file == "sources/paper-2001.yml"
    assert "must end in .yaml" in fault.problem


def test_a_library_without_a_source_is_a_fault(folder: ContentFolder) -> None:
    shutil.rmtree(folder.path / "sources")
    assert "sources:1: the whole file: holds no source" in map(str, folder.faults())


def test_hidden_files_and_an_editor_s_spare_copies_are_passed_over(folder: ContentFolder) -> None:
    before = folder.read()
    for name in (".DS_Store", ".faq.yaml.swp", "faq.yaml~", "sources/.hidden.yaml"):
        folder.write(name, "x: [")
    assert folder.read() == before


@pytest.mark.parametrize("name", ["timeline.yaml", "sources/extra.yaml"])
def test_a_folder_in_place_of_a_file_is_a_fault(folder: ContentFolder, name: str) -> None:
    (folder.path / name).unlink(missing_ok=True)
    (folder.path / name).mkdir()
    (fault,) = folder.faults()
    assert (fault.file, fault.line) == (name, 1)
    assert "cannot be read: Is a directory" in fault.problem


@pytest.mark.parametrize("name", ["timeline.yaml", "sources/extra.yaml"])
def test_a_link_to_nothing_is_a_fault(folder: ContentFolder, name: str) -> None:
    (folder.path / name).unlink(missing_ok=True)
    (folder.path / name).symlink_to("nowhere.yaml")
    assert [str(fault) for fault in folder.faults()] == [f"{name}:1: the whole file: leads to no file"]


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
@example(b"- " * 100_000)
@example(b"&a [*a]")
@example(b"&a {passages: *a, citations: *a}")
@example(b"<<: [{a: b}]")
@example(b'"1": {a: b}')
@example(b"~: 1")
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_files_it_is_content_or_a_fault_of_those_files(
    folder: ContentFolder, data: bytes
) -> None:
    names = {"timeline.yaml", "exports.yaml", "sources/letter-2003.yaml"}
    for name in names:
        folder.write(name, data)
    originals = {f"originals/{id_}.yaml": data for id_ in ("paper-2001", "letter-2003", "ghost-1999")}
    data_folder = local(folder, {"sources/note-2004.yaml": data, **originals})
    faults = folder.faults(data_folder)
    assert {fault.file for fault in faults} <= {*names, *originals, "sources/note-2004.yaml"}
    assert all(fault.line >= 1 and fault.place and fault.problem for fault in faults)


@given(
    st.sampled_from([PAPER, "faq.yaml", TABLES, "people.yaml"]), st.integers(0, 2_000), st.text(max_size=3)
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_a_slip_of_the_pen_is_content_or_faults(
    folder: ContentFolder, name: str, place: int, slip: str
) -> None:
    text = FILES[name]
    at = place % len(text)
    folder.write(name, text[:at] + slip + text[at + 1 :])
    faults = folder.faults()
    folder.write(name, text)
    assert all(fault.line >= 1 and fault.place and fault.problem for fault in faults)


# What the operator added


def local(folder: ContentFolder, files: Mapping[str, str | bytes]) -> Path:
    """Write files of the operator beside the content, and return their folder."""
    data = ContentFolder(folder.path.parent / "data")
    for name, text in files.items():
        data.write(name, text)
    return data.path


def passages(library: Library, source: str) -> Sequence[tuple[str, str, bool]]:
    return [(p.ref, p.text, p.is_original) for p in library.sources[source].passages]


def test_a_document_of_the_operator_is_a_source_like_any_other(folder: ContentFolder) -> None:
    library = folder.read(local(folder, {"sources/letter-2003.yaml": LETTER}))
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


def test_an_original_that_cannot_be_read_is_one_fault(folder: ContentFolder) -> None:
    root = local(folder, {"originals/ghost.yaml": '"1": [\n', "originals/paper-2001.yaml": "a: *b\n"})
    (root / "originals/table-2002.yaml").mkdir()
    (root / "originals/gone.yaml").symlink_to("nowhere.yaml")
    found = [(fault.file, fault.place) for fault in folder.faults(root)]
    assert found == [
        ("originals/ghost.yaml", "YAML"),
        ("originals/gone.yaml", "the whole file"),
        ("originals/paper-2001.yaml", "YAML"),
        ("originals/table-2002.yaml", "the whole file"),
    ]


def test_an_original_of_a_source_that_cannot_be_read_adds_no_fault(folder: ContentFolder) -> None:
    root = local(
        folder, {"sources/letter-2003.yaml": "id: [", "originals/letter-2003.yaml": '"1": "Thank you."\n'}
    )
    assert [fault.file for fault in folder.faults(root)] == ["sources/letter-2003.yaml"]


def test_a_part_of_the_data_folder_that_cannot_be_listed_is_a_fault(folder: ContentFolder) -> None:
    root = local(folder, {"sources": "a file, not a folder"})
    assert [(fault.file, fault.place) for fault in folder.faults(root)] == [("sources", "the whole file")]


def test_twice_as_many_documents_take_twice_the_work(folder: ContentFolder) -> None:
    def calls(count: int) -> int:
        """Count the calls of functions that reading a number of documents takes."""
        root = ContentFolder(folder.path.parent / f"data-{count}")
        for n in range(count):
            root.write(f"sources/letter-{n}.yaml", LETTER.replace("letter-2003", f"letter-{n}"))
        made = 0

        def count_call(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal made
            made += event == "call"

        folder.read()
        before = sys.getprofile()
        sys.setprofile(count_call)
        try:
            folder.read(root.path)
        finally:
            sys.setprofile(before)
        return made

    few, more, most = calls(50), calls(100), calls(200)
    assert (most - more) < 2.1 * (more - few)


def test_faults_of_the_operator_s_files_are_named_beside_those_of_the_library(folder: ContentFolder) -> None:
    folder.change("faq.yaml", "  editorial: true\n", "")
    root = local(
        folder, {"sources/letter-2003.yaml": LETTER.replace("collection: local", "collection: mine")}
    )
    assert [fault.file for fault in folder.faults(root)] == ["faq.yaml", "sources/letter-2003.yaml"]
