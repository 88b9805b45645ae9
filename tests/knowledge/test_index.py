"""The index: the scores of `rank_bm25`, from an index that grows and shrinks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]

from knowledge import index as index_module
from knowledge import selection
from knowledge.index import Bm25Index
from knowledge.selection import Hit

WORDS = st.sampled_from([*"abcdefgh", "", "é", "line\nbreak", "\ud800"])
DOCUMENTS = st.lists(WORDS, max_size=8)
CORPORA = st.lists(DOCUMENTS, min_size=1, max_size=12).filter(any)
QUERIES = st.lists(WORDS | st.just("unknown"), max_size=6)

Corpus = list[list[str]]

SIZES = {
    "tiny": (10**9, 10**9, 0),
    "middling": (0, 10**9, 0),
    "middling, with frequent words": (0, 10**9, 10**9),
    "large": (0, 0, 10**9),
    "large, with frequent words": (0, 0, 0),
}
"""Up to how many documents an index is searched as a tiny one is, and as a middling one; when not to read."""


@contextmanager
def as_if(size: str) -> Iterator[None]:
    """Have indexes searched in the way that is the fastest for those of a size."""
    tiny, large, few = SIZES[size]
    with (
        patch.multiple(index_module, _TINY=tiny, _LARGE=large, _CHOOSY=10**9, _FREQUENT=few),
        patch.multiple(selection, _LONG=few, _MANY=few, _SPARSE=few, _ALL=few),
    ):
        yield


def brute_force(index: Bm25Index, corpus: Corpus, query: Sequence[str], k: int) -> list[Hit]:
    scores = index.get_scores(query)
    hits = [Hit(doc, scores[doc]) for doc, words in enumerate(corpus) if set(words) & set(query)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.doc))[:k]


def grown(corpus: Corpus, compact_after: set[int], idf: str = "lucene", built: int = 0) -> Bm25Index:
    index = Bm25Index(corpus[:built], idf=idf)  # type: ignore[arg-type]
    for number, document in enumerate(corpus[built:], built):
        assert index.add(document) == number
        if number in compact_after:
            index.compact()
    return index


def many(documents: int, seed: int = 7) -> Corpus:
    random = np.random.default_rng(seed)
    vocabulary = [f"w{number}" for number in range(400)]
    ranks = random.zipf(1.3, (documents, 9)) % len(vocabulary)
    return [[vocabulary[rank] for rank in document] for document in ranks]


class TestAgainstThePackage:
    @given(CORPORA, QUERIES)
    def test_built_at_once_the_scores_are_equal_bit_for_bit(self, corpus: Corpus, query: list[str]) -> None:
        package, index = BM25Okapi(corpus), Bm25Index(corpus, idf="okapi")
        assert index.get_scores(query).tolist() == package.get_scores(query).tolist()
        asked = [*range(len(corpus)), 0]
        assert index.get_batch_scores(query, asked) == package.get_batch_scores(query, asked)

    @given(CORPORA, QUERIES, st.floats(0.1, 3), st.floats(0, 0.9), st.floats(0, 1))
    def test_with_other_parameters_too(
        self, corpus: Corpus, query: list[str], k1: float, b: float, epsilon: float
    ) -> None:
        package = BM25Okapi(corpus, k1=k1, b=b, epsilon=epsilon)
        index = Bm25Index(corpus, idf="okapi", k1=k1, b=b, epsilon=epsilon)
        assert index.get_scores(query).tolist() == package.get_scores(query).tolist()

    def test_on_a_corpus_of_size(self) -> None:
        corpus = many(2_000)
        package, index = BM25Okapi(corpus), Bm25Index(corpus, idf="okapi")
        for query in (["w1", "w2", "w1"], ["w399", "w17", "nothing"], corpus[5]):
            assert index.get_scores(query).tolist() == package.get_scores(query).tolist()

    @given(CORPORA, QUERIES, st.sets(st.integers(0, 12)), st.integers(0, 12))
    def test_however_it_grew(
        self, corpus: Corpus, query: list[str], compact_after: set[int], built: int
    ) -> None:
        index = grown(corpus, compact_after, "okapi", built)
        assert index.get_scores(query) == pytest.approx(BM25Okapi(corpus).get_scores(query), rel=1e-12, abs=0)

    def test_has_no_tokenizer_and_no_other_weights(self) -> None:
        with pytest.raises(TypeError):
            Bm25Index([], tokenizer=str.split)  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="lucene or okapi"):
            Bm25Index([], idf="robertson")  # type: ignore[arg-type]


class TestWeights:
    @given(CORPORA)
    def test_are_lucenes_and_positive(self, corpus: Corpus) -> None:
        index = Bm25Index(corpus)
        for term in {*chain(*corpus), "unknown"}:
            holders = sum(term in document for document in corpus)
            expected = math.log(1 + (len(corpus) - holders + 0.5) / (holders + 0.5))
            assert index.weight(term) == expected > 0
            assert (term in index) == (holders > 0)

    def test_a_match_never_scores_zero_in_a_small_corpus(self) -> None:
        assert Bm25Index([["aid"], ["ban"]]).get_scores(["aid"])[0] > 0
        assert BM25Okapi([["aid"], ["ban"]]).get_scores(["aid"])[0] == 0

    def test_a_term_that_no_document_holds_has_no_weight_in_the_package(self) -> None:
        assert Bm25Index([["aid"]], idf="okapi").weight("ban") == 0


class TestGrowth:
    @given(CORPORA, QUERIES, st.sets(st.integers(0, 12)), st.integers(0, 12), st.randoms())
    def test_in_any_order_and_with_any_compaction_the_scores_are_the_same(
        self, corpus: Corpus, query: list[str], compact_after: set[int], built: int, random: object
    ) -> None:
        order = list(range(len(corpus)))
        random.shuffle(order)  # type: ignore[attr-defined]
        index = grown([corpus[doc] for doc in order], compact_after, built=built)
        at_once = Bm25Index(corpus).get_scores(query)
        assert index.get_scores(query).tolist() == at_once[order].tolist()

    @given(CORPORA, DOCUMENTS, QUERIES)
    def test_a_search_sees_a_new_document_at_once(
        self, corpus: Corpus, document: list[str], query: list[str]
    ) -> None:
        index = Bm25Index(corpus)
        index.search(query, 3)
        index.add(document)
        assert index.search(query, 99) == Bm25Index([*corpus, document]).search(query, 99)

    def test_the_tail_is_merged_by_itself(self) -> None:
        corpus = many(3_000)
        index = grown(corpus, set())
        at_once = Bm25Index(corpus)
        assert index.get_scores(corpus[9]).tolist() == at_once.get_scores(corpus[9]).tolist()
        assert [docs.tolist() for docs in index.postings("w3")] == [
            docs.tolist() for docs in at_once.postings("w3")
        ]

    @given(CORPORA, QUERIES, st.data())
    def test_what_is_removed_was_never_there(
        self, corpus: Corpus, query: list[str], data: st.DataObject
    ) -> None:
        index = grown(corpus, data.draw(st.sets(st.integers(0, 12))), built=data.draw(st.integers(0, 12)))
        removed = data.draw(st.sets(st.integers(0, len(corpus) - 1)))
        for doc in removed:
            index.remove(doc)
            if data.draw(st.booleans()):
                index.compact()
        kept = [doc for doc in range(len(corpus)) if doc not in removed]
        without = Bm25Index([corpus[doc] for doc in kept])
        scores = index.get_scores(query)
        assert scores[kept].tolist() == without.get_scores(query).tolist()
        assert not scores[list(removed)].any()
        assert len(index) == len(without)
        expected = [Hit(kept[doc], score) for doc, score in without.search(query, 99)]
        assert index.search(query, 99) == expected
        assert {term: index.weight(term) for term in query} == {term: without.weight(term) for term in query}

    def test_a_removed_document_is_gone_and_its_number_is_not_given_again(self) -> None:
        index = Bm25Index([["aid"], ["ban"]])
        index.remove(1)
        assert "ban" not in index
        assert index.add(["ban"]) == 2
        for doc in (1, 3, -1):
            with pytest.raises(IndexError, match=f"no document {doc}"):
                index.remove(doc)

    def test_okapi_weights_forget_what_is_removed(self) -> None:
        index = Bm25Index([["aid", "ban"], ["aid"], ["note"], ["note", "x"]], idf="okapi")
        index.remove(3)
        package = BM25Okapi([["aid", "ban"], ["aid"], ["note"]])
        assert index.get_scores(["aid", "x"])[:3].tolist() == package.get_scores(["aid", "x"]).tolist()


class TestSearch:
    @pytest.mark.parametrize("size", SIZES)
    @given(corpus=CORPORA, query=QUERIES, k=st.integers(-1, 15), idf=st.sampled_from(["lucene", "okapi"]))
    def test_finds_what_scoring_every_document_finds(
        self, *, corpus: Corpus, query: list[str], k: int, idf: str, size: str
    ) -> None:
        with as_if(size):
            index = Bm25Index(corpus, idf=idf)  # type: ignore[arg-type]
            assert index.search(query, k) == brute_force(index, corpus, query, max(0, k))

    @pytest.mark.parametrize("size", SIZES)
    @given(corpus=CORPORA, query=QUERIES, k=st.integers(0, 9), built=st.integers(0, 12), data=st.data())
    def test_however_the_index_came_about(
        self, *, corpus: Corpus, query: list[str], k: int, built: int, data: st.DataObject, size: str
    ) -> None:
        with as_if(size):
            index = grown(corpus, data.draw(st.sets(st.integers(0, 12))), built=built)
            for doc in data.draw(st.sets(st.integers(0, len(corpus) - 1))):
                index.search(query, k)
                index.remove(doc)
                corpus[doc] = []
            assert index.search(query, k) == brute_force(index, corpus, query, k)

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("k", [1, 10, 5_000])
    def test_finds_the_same_in_a_large_corpus(self, size: str, k: int) -> None:
        corpus = many(5_000)
        with as_if(size):
            index = Bm25Index(corpus)
            for query in (["w390"], ["w1", "w2", "w1"], ["w0", "w390", "w391"], ["w311", "w1"], *corpus[:12]):
                assert index.search(query, k) == brute_force(index, corpus, query, k)

    @pytest.mark.parametrize("late", [[], ["x"] * 99_999])
    @pytest.mark.parametrize("size", ["large", "large, with frequent words"])
    def test_the_frequent_word_alone_may_win_over_the_rare_one(self, late: list[str], size: str) -> None:
        rare = [[f"rare{size}", *["x"] * size] for size in range(0, 3_000, 15)]
        common = [[*["common"] * number, *["y"] * 20] for number in range(1, 9)] * 5
        with as_if(size):
            index = Bm25Index([*rare, *common])
            index.search(["common"], 1)
            index.add(late)
            winners = set()
            for document in rare:
                query = [document[0], "common"]
                found = index.search(query, 1)
                assert found == brute_force(index, [*rare, *common, late], query, 1)
                winners.add(found[0].doc >= len(rare))
            assert winners == {True, False}

    def test_large_indexes_are_searched_in_several_threads_at_once(self) -> None:
        corpus = many(5_000)
        with as_if("large"), ThreadPoolExecutor(4) as threads:
            index = Bm25Index(corpus)
            found = list(threads.map(lambda query: index.search(query, 10), corpus[:200]))
            assert found == [index.search(query, 10) for query in corpus[:200]]

    def test_equals_come_in_the_order_of_their_numbers(self) -> None:
        index = Bm25Index([["aid"]] * 50)
        assert [hit.doc for hit in index.search(["aid"], 7)] == list(range(7))

    @given(CORPORA, QUERIES)
    def test_the_same_question_has_the_same_answer(self, corpus: Corpus, query: list[str]) -> None:
        index = Bm25Index(corpus)
        assert index.search(query, 5) == index.search(iter(query), 5) == Bm25Index(corpus).search(query, 5)

    def test_top_n_leaves_out_what_does_not_match(self) -> None:
        index = Bm25Index([["aid"], ["ban"], ["aid", "aid"], []])
        assert index.get_top_n(["aid"], ["one", "two", "three", "four"], n=4) == ["three", "one"]
        with pytest.raises(ValueError, match="4 documents, and 1"):
            index.get_top_n(["aid"], ["one"])

    def test_batch_scores_want_documents_that_exist(self) -> None:
        index = Bm25Index([["aid"], ["ban"]])
        assert index.get_batch_scores(["aid", "x"], []) == []
        for doc in (2, -1):
            with pytest.raises(IndexError, match="from 0 to 1"):
                index.get_batch_scores(["aid"], [doc])

    @pytest.mark.parametrize("corpus", [[], [[]], [[], []]])
    @pytest.mark.parametrize("idf", ["lucene", "okapi"])
    def test_an_empty_corpus_answers_nothing_and_can_grow(self, corpus: Corpus, idf: str) -> None:
        index = Bm25Index(corpus, idf=idf)  # type: ignore[arg-type]
        assert index.search(["aid"], 3) == []
        assert index.get_scores(["aid"]).tolist() == [0] * len(corpus)
        assert index.weight("aid") >= 0
        index.add(["aid"])
        assert [hit.doc for hit in index.search(["aid"], 3)] == [len(corpus)]
