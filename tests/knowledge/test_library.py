"""The library: every passage at its address, reduced to the collections that are switched on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.citations import Citation
from knowledge.errors import CitationError
from knowledge.library import Library
from tests.knowledge.small_content import ContentFolder


@pytest.fixture
def small(folder: ContentFolder) -> Library:
    return folder.read()


def test_a_citation_opens_its_passage_and_source(small: Library) -> None:
    source, passage = small.resolve(Citation("paper-2001", "credit"))
    assert (source.title, passage.text) == ("Rice after the flood", "Written by Bob Brown.")
    assert Citation("paper-2001", "credit") in small
    assert Citation("paper-2001", "3") not in small


def test_an_address_that_leads_nowhere_is_answered_with_those_there_are(small: Library) -> None:
    with pytest.raises(CitationError) as no_paragraph:
        small.resolve(Citation("paper-2001", "3"))
    assert "paper-2001 has no paragraph “3”" in str(no_paragraph.value)
    assert "It has 1 to 2 and credit" in str(no_paragraph.value)
    with pytest.raises(CitationError) as no_source:
        small.resolve(Citation("paper-2010", "1"))
    assert "There is no source “paper-2010”" in str(no_source.value)
    assert "The sources are paper-2001, table-2002; /sources lists them." in str(no_source.value)


def test_of_many_sources_the_five_nearest_in_spelling_are_named(small: Library) -> None:
    paper = small.sources["paper-2001"]
    ids = [f"{noun}-{year}" for noun in ("paper", "unicef", "relief") for year in range(2000, 2030)]
    library = replace(small, sources={id_: replace(paper, id=id_) for id_ in ids})
    with pytest.raises(CitationError) as caught:
        library.resolve(Citation("papr-2010", "1"))
    message = str(caught.value)
    assert message.startswith("There is no source “papr-2010”. The nearest by name are paper-2010, ")
    assert message.endswith("; /sources lists them.")
    assert sum(id_ in message for id_ in ids) == 5


def test_an_empty_library_says_that_it_has_no_sources(small: Library) -> None:
    with pytest.raises(CitationError, match="“paper-2001”: the library holds none"):
        small.only([]).resolve(Citation("paper-2001", "1"))


def test_a_ref_leads_to_its_passage_in_whatever_case_it_is_typed(small: Library) -> None:
    typed = Citation.parse("PAPER-2001 Credit")
    assert typed in small
    assert small.resolve(typed) == small.resolve(Citation("paper-2001", "credit"))
    assert small.neighbours(typed) == small.neighbours(Citation("paper-2001", "credit"))


def test_the_example_in_that_answer_leads_somewhere(small: Library) -> None:
    with pytest.raises(CitationError) as caught:
        small.resolve(Citation("table-2002", "3"))
    example = str(caught.value).rpartition("for example ")[2].rstrip(".")
    assert Citation.parse(example) in small


def test_the_neighbours_of_a_passage_stand_before_and_after_it_in_its_source(small: Library) -> None:
    assert small.neighbours(Citation("paper-2001", "2")) == (
        Citation("paper-2001", "1"),
        Citation("paper-2001", "credit"),
    )
    assert small.neighbours(Citation("paper-2001", "1")) == (None, Citation("paper-2001", "2"))
    assert small.neighbours(Citation("table-2002", "2001-01")) == (None, None)


def test_passages_come_in_the_order_of_the_sources_and_of_reading(small: Library) -> None:
    assert [(source.id, passage.ref) for source, passage in small.passages()] == [
        ("paper-2001", "1"),
        ("paper-2001", "2"),
        ("paper-2001", "credit"),
        ("table-2002", "2001-01"),
    ]


def test_switching_a_collection_off_takes_whatever_cites_it_away(small: Library) -> None:
    core = small.only(["core"])
    assert list(core.sources) == ["paper-2001"]
    assert [event.id for event in core.timeline.events] == ["rice-sent"]
    assert [series.id for series in core.exports.series] == ["paper"]
    assert [figure.series for figure in core.exports.figures] == ["paper", "paper"]
    assert [entry.id for entry in core.faq] == ["what-is-this", "was-rice-sent"]
    assert Citation("table-2002", "2001-01") not in core


def test_a_dispute_or_a_later_role_goes_with_the_collection_that_a_side_of_it_cites(
    folder: ContentFolder,
) -> None:
    folder.change(
        "people.yaml",
        '  citations: ["paper-2001¶1"]\n',
        '  citations: ["paper-2001¶1"]\n  standings:\n'
        '    - {at: "2002", role: minister, aliases: [Minister Smith], citations: ["table-2002¶2001-01"]}\n',
    )
    folder.change("unknowns.yaml", "  asks:", '  told: ["table-2002¶2001-01"]\n  asks:')
    folder.change(
        "vocabulary.yaml", "fillers:", "collections:\n  public_record:\n    fillers: [pray]\nfillers:"
    )
    whole = folder.read()
    core = whole.only(["core"])
    assert [len(one.timeline.disputes) for one in (whole, core)] == [1, 0]
    assert [len(one.people[0].standings) for one in (whole, core)] == [1, 0]
    assert [one.directory.find("Minister Smith") for one in (whole, core)] == ["ann-smith", None]
    assert [len(one.unknowns[0].told) for one in (whole, core)] == [1, 0]
    assert [one.vocabulary.concepts(["pray", "rice"]) for one in (whole, core)] == [
        ["rice"],
        ["pray", "rice"],
    ]


def test_the_founding_documents_come_first_among_the_sources_and_for_a_bare_month(library: Library) -> None:
    assert list(library.sources)[:2] == ["fp-2019", "rfa-2024"]
    assert library.founding_dates == tuple(e.date for e in library.only(["core"]).timeline.events)


def test_every_collection_together_is_the_whole_library(small: Library) -> None:
    whole = small.only(["core", "public_record", "local"])
    assert (whole.citations, whole.timeline, whole.exports, whole.faq) == (
        small.citations,
        small.timeline,
        small.exports,
        small.faq,
    )


def test_with_every_collection_off_only_what_is_about_the_library_is_left(small: Library) -> None:
    empty = small.only([])
    assert not empty.sources
    assert not empty.timeline.events
    assert not empty.exports.figures
    assert [entry.id for entry in empty.faq] == ["what-is-this"]


def test_the_core_of_the_shipped_library_is_the_two_founding_documents(library: Library) -> None:
    assert set(library.only(["core"]).sources) == {"fp-2019", "rfa-2024"}


def test_the_summary_fits_on_a_screen_and_names_every_source(library: Library) -> None:
    summary = library.summary()
    assert len(summary.splitlines()) < 25
    assert library.version in summary
    noted = [source for source in library.sources.values() if source.addressing == "notes"]
    assert all(id_ in summary for id_, source in library.sources.items() if source not in noted)
    assert f"{len(noted)} more in notes" in summary
    assert f"{len(library.people)} people and organizations" in summary


def test_the_summary_speaks_of_one_passage_where_there_is_one(small: Library) -> None:
    source = next(source for source in small.sources.values() if source.addressing == "paragraphs")
    alone = replace(source, passages=source.passages[:1])
    summary = replace(small, sources={source.id: alone}).summary()
    assert f"{source.byline}, 1 passage\n" in summary


def test_a_part_of_a_library_answers_otherwise_and_has_a_version_of_its_own(small: Library) -> None:
    part = small.only(["core"])
    assert part.version != small.version
    assert len(part.version) == len(small.version)
    assert part.version == small.only(["core"]).version
    assert small.only(["core", "public_record"]).version == small.version
