"""Searching an archive: from the disk it answers as from memory, and takes nothing from the library."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import fsum
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import suggestions
from knowledge.answers import Status
from knowledge.archive_building import write_archive
from knowledge.archive_search import CANDIDATE_PASSAGES, COMPARABLE, ArchiveSearch
from knowledge.citations import Citation
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.errors import CitationError
from knowledge.index import lucene_idf
from knowledge.library import Library
from knowledge.retrieval import (
    EXACT,
    UNKNOWN_WORD_WEIGHT,
    Candidate,
    Retrieval,
    Role,
    SubjectIndex,
    WeighedQuestion,
    texts_of,
    unit_terms,
)
from knowledge.sources import FOUNDING, Passage, Source
from knowledge.stored_archive import BUILDS, open_archive
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary
from tests.knowledge.test_stored_archive import document, passages_of

WORDS = ["grain", "rice", "port", "Dorvik", "2003", "the", "zebra", "flour.", "aid"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
PASSAGES = passages_of(TEXTS, 10, lambda number: str(number + 1))
QUESTIONS = st.lists(st.sampled_from([*WORDS, "unheard-of", "how much", "aid"]), min_size=1, max_size=6)

PLAIN = Vocabulary(synonyms=(("grain", "rice"),))
LIBRARY_WEIGHTS = {"aid": 0.4, "port": 2.5}
SUBJECTS = 30


@pytest.fixture(autouse=True, scope="module")
def _quick_disk() -> Iterator[None]:
    with patch.object(os, "fsync"):
        yield


def in_memory(passages: Sequence[Passage], words: Sequence[str]) -> list[Candidate]:
    """Return the candidates of an index in memory, by weights that are counted here."""
    rows = [
        (
            passage,
            (Citation("paper", passage.ref),),
            [(role, unit_terms(PLAIN, role, text, terms(text))) for role, text in units],
        )
        for passage in passages
        if (units := texts_of(passage))
    ]
    spread = Counter(word for _, _, units in rows for word in {word for _, unit in units for word in unit})
    whole = SUBJECTS + len(rows)
    scale = min(whole, COMPARABLE)

    def weigh(some: Iterable[str]) -> float:
        return fsum(
            LIBRARY_WEIGHTS[word]
            if word in LIBRARY_WEIGHTS
            else lucene_idf(scale, spread[word] * scale / whole) * (EXACT if word[0] == "=" else 1)
            if word in spread
            else UNKNOWN_WORD_WEIGHT
            for word in some
        )

    return SubjectIndex(rows).candidates(WeighedQuestion(words, weigh))


def evidence(candidate: Candidate) -> tuple[object, ...]:
    """Return all that decides; which of two units that are as near is named first may differ."""
    assumed = candidate.role is Role.WRONG_PREMISE
    shares = candidate.likeness, candidate.text_share, candidate.share, candidate.coverage
    return candidate.subject, shares, assumed


@settings(max_examples=150)
@given(PASSAGES, QUESTIONS)
def test_it_finds_what_an_index_in_memory_finds_with_the_same_evidence(
    passages: Sequence[Passage], asked: list[str]
) -> None:
    words = PLAIN.concepts_and_words(terms(" ".join(asked)))
    with TemporaryDirectory() as name:
        write_archive(Path(name), [document("paper", passages)], PLAIN)
        archive = open_archive(Path(name))
        assert archive is not None
        search = ArchiveSearch(archive, LIBRARY_WEIGHTS, SUBJECTS, (), PLAIN)
        assert list(map(evidence, search.candidates(words))) == list(
            map(evidence, in_memory(passages, words))
        )


# Beside the library


Opened = Callable[..., Library]


@pytest.fixture(scope="module")
def alone() -> Library:
    return read_content()


@pytest.fixture
def opened(tmp_path: Path, alone: Library) -> Opened:
    """Return the shipped library with an archive of some documents."""

    def opened(*documents: Source) -> Library:
        write_archive(tmp_path, sorted(documents, key=lambda source: source.id), alone.vocabulary)
        archive = open_archive(tmp_path)
        return replace(alone, archive=archive, version="with an archive")

    return opened


HARBOUR = document(
    "harbour",
    [
        Passage("title", original="Harbour report"),
        Passage("1", original="Quorn and zinc were shipped to the harbour master of Larnow.", page=2),
        Passage("2", original="Old words that are gone.", retired=True),
        Passage("3", original="The flour came by rail. The Larnow office paid 120,000 dollars for it."),
    ],
    title="Harbour report",
)
STRANGE = document(
    "strange",
    [
        Passage(str(n), original=f"Vobu kelimo tazira {'pelo ' * (n % 3)}wurdo namek {n}.")
        for n in range(1, 60)
    ],
)


def test_a_question_is_answered_from_it_with_citations_that_open(opened: Opened) -> None:
    engine = Engine(opened(HARBOUR, STRANGE))
    answer = engine.reply("How much did the Larnow office pay for the flour?")
    assert answer.status is Status.ANSWERED
    assert answer.statements[0].text == "Dorvik Archive: “The Larnow office paid 120,000 dollars for it.”"
    assert answer.citations == (Citation("harbour", "3"),)
    shown = engine.reply("/cite harbour 3")
    assert (shown.previous, shown.following) == (Citation("harbour", "2"), None)
    assert engine.reply("/cite HARBOUR 2").excerpts[0].text == "Old words that are gone."
    assert engine.reply("/cite harbour title").excerpts[0].text == "Harbour report"


def test_a_passage_says_its_page_and_its_document_what_there_is(opened: Opened) -> None:
    engine = Engine(opened(HARBOUR))
    assert engine.reply("/cite harbour 1").excerpts[0].byline == "Dorvik Archive, 1 February 2003, p. 2"
    (source,) = engine.reply("/sources harbour").sources
    assert (source.id, source.extent) == ("harbour", "1 to 3 and title")
    assert "harbour has 4 passages: 1 to 3 and title" in engine.reply("/cite harbour").statements[0].text
    assert "has no paragraph “7”" in engine.reply("/cite harbour 7").statements[0].text
    assert "harbour" in engine.reply("/sources harbor").statements[0].text


def test_what_it_holds_is_told_and_not_listed(opened: Opened, alone: Library) -> None:
    engine = Engine(opened(HARBOUR, STRANGE))
    told = (
        "Beside them, there is an archive: 2 documents, 63 passages, published 2003-02-01. "
        "/sources harbour shows one of its documents."
    )
    listed = engine.reply("/sources")
    assert (len(listed.sources), listed.hint) == (len(alone.sources), told)
    assert engine.reply("/coverage").statements[1].text == told
    count = len(alone.sources) + 2
    assert f"The library holds {count} sources" in engine.reply("what is the price of tea in Peru").held
    assert "2 in the archive, 63 passages" in engine.library.summary()


def test_nothing_in_it_changes_what_is_found_in_the_library(opened: Opened, alone: Library) -> None:
    asked = ["why was aid held up", "what did Pompeo say of the travel ban", "who praised the easing"]
    text = "Aid held up, Pompeo praised the travel ban"
    copies = [Passage(str(n), original=f"{text} {n}.") for n in range(1, 80)]
    beside, bare = Retrieval(opened(document("copies", copies))), Retrieval(alone)
    for question in asked:
        words = bare.read(question)
        assert beside.read(question) == words
        assert beside.candidates(words) == bare.candidates(words)
        assert beside.archived(words)


def test_what_the_library_answers_it_answers_as_before(opened: Opened, alone: Library) -> None:
    asked = [ask for _, passage in alone.passages() for ask in passage.asks[:1]][::40]
    beside, bare = Engine(opened(STRANGE)), Engine(alone)
    assert len(asked) > 5
    for question in asked:
        assert replace(beside.reply(question), version="", held="") == replace(
            bare.reply(question), version="", held=""
        )


def test_a_misspelt_word_is_read_as_before_unless_the_archive_has_it_as_a_word(
    opened: Opened, alone: Library
) -> None:
    asked = "why were sanktions tightened"
    assert "Read “sanktions” as “sanctions”." in Engine(alone).reply(asked).notes
    slips = [Passage("1", original="The sanktions came.")]
    slips += [Passage(str(n), original=f"The sanctions came {n}.") for n in range(2, 40)]
    assert "Read “sanktions” as “sanctions”." in Engine(opened(document("slips", slips))).reply(asked).notes
    names = [Passage(str(n), original=f"The Sanktions paper {n}.") for n in range(1, 40)]
    assert not Engine(opened(document("names", names))).reply(asked).notes


def test_a_source_of_the_library_goes_before_a_document_of_its_id(opened: Opened, alone: Library) -> None:
    library = opened(replace(HARBOUR, id="fp-2019"))
    assert library.catalogue["fp-2019"] == alone.sources["fp-2019"]
    assert Retrieval(library).archived(["quorn", "zinc"]) == []
    with pytest.raises(CitationError):
        library.resolve(Citation("fp-2019", "30"))


def test_collections_without_documents_of_the_operator_leave_it_out(opened: Opened) -> None:
    library = opened(HARBOUR).only([FOUNDING])
    assert library.archive is None
    assert Citation("harbour", "1") not in library
    assert library.version != opened(HARBOUR).version


def test_suggestions_begin_with_what_is_typed_and_look_at_few(opened: Opened) -> None:
    library = opened(
        HARBOUR, *(document(f"paper-{n:03}", [Passage("1", original="Rice.")]) for n in range(300))
    )
    assert [one.value for one in suggestions.sources(library, "harb")] == ["harbour"]
    found = [one.value for one in suggestions.sources(library, "paper-2")]
    assert found == [f"paper-{n}" for n in range(200, 225)]
    assert [one.value for one in suggestions.references(library, "harbour")] == [
        "harbour¶title",
        "harbour¶1",
        "harbour¶3",
    ]
    (one,) = suggestions.references(library, "harbour 3")
    assert (one.value, one.label[:30]) == ("harbour¶3", "harbour¶3 — The flour came by ")
    assert [one.value for one in suggestions.references(library, "paper-29")][:2] == [
        "paper-290¶1",
        "paper-291¶1",
    ]


def test_a_damaged_passage_is_left_out_of_answers_and_named_when_opened(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened(HARBOUR)
    (file,) = (tmp_path / BUILDS).glob("*/passages.bin")
    file.write_bytes(file.read_bytes().replace(b"Quorn", b"Zuorn"))
    engine = Engine(replace(read_content(), archive=open_archive(tmp_path)))
    with caplog.at_level(logging.ERROR):
        answer = engine.reply("what was shipped with quorn and zinc to the harbour master of Larnow")
        assert Citation("harbour", "1") not in answer.citations
        assert "Run ingest for its folder again" in caplog.text
        assert "harbour¶1 is damaged on the disk" in engine.reply("/cite harbour 1").statements[0].text
        beside = engine.reply("/cite harbour 2")
        assert (beside.previous, beside.following) == (None, Citation("harbour", "3"))


def test_of_many_passages_the_best_are_weighed(opened: Opened) -> None:
    many = [Passage(str(n), original=f"Quorn {'zinc ' * (n == 500)}was shipped {n}.") for n in range(1, 900)]
    found = Retrieval(opened(document("many", many))).archived(["quorn", "zinc"])
    assert len(found) == CANDIDATE_PASSAGES
    assert found[0].subject.citations == (Citation("many", "500"),)
