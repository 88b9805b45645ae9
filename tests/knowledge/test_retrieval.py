"""Retrieval: the subjects a question may be about, each with its evidence, the best supported first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.retrieval import Candidate, Retrieval
from knowledge.sources import PUBLIC_RECORD
from tests.knowledge.small_content import ContentFolder

WORDS = "when why who aid sanctions Pompeo november exports zebra summit the"


@pytest.fixture(scope="module")
def retrieval(library: Library) -> Retrieval:
    return Retrieval(library)


def candidates(retrieval: Retrieval, question: str) -> list[Candidate]:
    return retrieval.candidates(retrieval.read(question))


def cited(candidate: Candidate) -> list[str]:
    return [str(citation) for citation in candidate.subject.citations]


def test_every_passage_is_among_the_nearest_for_a_question_that_it_answers(
    library: Library, retrieval: Retrieval
) -> None:
    lost = []
    for source, passage in library.passages():
        if not passage.asks:  # such as the row of a dataset
            continue
        wanted = str(source.citation(passage))
        near = [citation for c in candidates(retrieval, passage.asks[0])[:3] for citation in cited(c)]
        if wanted not in near:
            lost.append((wanted, passage.asks[0]))
    assert lost == []


@given(
    st.lists(
        st.sampled_from(WORDS.split()),
        max_size=9,
    )
)
def test_the_best_supported_comes_first_and_evidence_is_a_share(
    retrieval: Retrieval, words: list[str]
) -> None:
    found = candidates(retrieval, " ".join(words))
    assert [c.support for c in found] == sorted((c.support for c in found), reverse=True)
    for candidate in found:
        for evidence in (candidate.likeness, candidate.share, candidate.text_share):
            assert 0 <= evidence <= 1 + 1e-9
        assert candidate.text_share <= candidate.share + 1e-9
    assert len({id(candidate.subject) for candidate in found}) == len(found)


@pytest.mark.parametrize("question", ["", "the of and", "zebra xylophone", "🙂"])
def test_words_that_the_library_does_not_have_find_nothing(retrieval: Retrieval, question: str) -> None:
    assert candidates(retrieval, question) == []


def test_another_word_for_the_same_thing_finds_the_same_passage(folder: ContentFolder) -> None:
    small = Retrieval(folder.read())
    assert cited(candidates(small, "grain in january")[0]) == cited(candidates(small, "rice in january")[0])


def test_a_retired_passage_is_not_found_though_its_citation_still_resolves(folder: ContentFolder) -> None:
    folder.change("sources/paper-2001.yaml", '  - ref: "2"\n', '  - ref: "2"\n    retired: true\n')
    library = folder.read()
    found = [
        citation for c in candidates(Retrieval(library), "nothing was sent in march") for citation in cited(c)
    ]
    assert "paper-2001¶2" not in found
    assert "paper-2001¶2" in [str(citation) for citation in library.citations]


def test_the_public_record_changes_neither_what_words_weigh_nor_what_else_is_found(
    library: Library, retrieval: Retrieval
) -> None:
    core = Retrieval(library.only(("core",)))
    for question in ("why did Pompeo limit aid", "who translated the report", "how long was the hiatus"):
        words = core.read(question)
        assert retrieval.weight(words) == core.weight(words)
        record = {id_ for id_, source in library.sources.items() if source.collection == PUBLIC_RECORD}
        found = retrieval.candidates(words)
        without = [c for c in found if record.isdisjoint(one.source for one in c.subject.citations)]
        assert [(cited(c), c.support) for c in without] == [
            (cited(c), c.support) for c in core.candidates(words)
        ]


def test_a_name_is_known_if_it_is_part_of_one_in_the_record(retrieval: Retrieval, library: Library) -> None:
    assert retrieval.knows_name("Leap")
    assert not retrieval.knows_name("Portugal")
    assert not Retrieval(library.only(("core",))).knows_name("Leap")
