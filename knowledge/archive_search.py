"""Searching an archive: its passages as subjects of retrieval, weighed as those of the library are.

BM25 finds the few passages that may answer; of these, sentence by sentence, the evidence decides. Of a word
that the library has, the weight is the library's; another weighs what a word as frequent would weigh there.
So support and coverage mean the same for both.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import fsum

from knowledge.citations import Citation
from knowledge.index import lucene_idf
from knowledge.index_files import IndexFilesError
from knowledge.retrieval import EXACT, ROLES, UNKNOWN_WORD_WEIGHT, Candidate, Role, Subject, WeighedQuestion
from knowledge.stored_archive import StoredArchive
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary

CANDIDATE_PASSAGES = 24
"""How many passages BM25 hands on to be weighed, sentence by sentence."""

COMPARABLE = 1_000
"""Subjects of a library, at least, as in one of which the words of a large archive are weighed."""

MANY, SPARED = 100_000, 0.25
"""In so many passages, the frequent words that together weigh this part of a question are not searched for.

They take longest to read and tell least; the passages found by the others are weighed by all words.
"""

WARM = 64
"""Words of the library whose lists are read before the first question."""

_MOST_WEIGHTS = 50_000
_SEARCHES_KEPT = 16
"""A question, or a part of one, may be searched for several times on its way to an answer."""

_log = logging.getLogger(__name__)


class ArchiveSearch:
    """Finds the passages of an archive that a question may be about."""

    def __init__(
        self,
        archive: StoredArchive,
        weights: Mapping[str, float],
        subjects: int,
        hidden: Collection[str],
        vocabulary: Vocabulary,
    ) -> None:
        """Take the weights of the library's words, how many subjects it has, and its vocabulary.

        Documents whose ids are `hidden` are not found: the library has other sources of these ids.
        """
        self._archive, self._hidden, self._vocabulary = archive, hidden, vocabulary
        self._library = weights
        self._known = _Weights(archive, weights, subjects)
        self._found: dict[tuple[str, ...], tuple[Candidate, ...]] = {}

    def warm_up(self) -> None:
        """Read now the longest lists of passages, of words that the library has, too: they are asked for."""
        index = self._archive.index
        held = sorted((index.postings(word)[0].size, word) for word in self._library)
        for _, word in held[-WARM:]:
            index.search([word], 1)

    def spread(self, word: str) -> int:
        """Return how many passages have a word, or all the words that it means."""
        meant = self._vocabulary.concepts(terms(word))
        holders = (int(self._archive.index.postings(term)[0].size) for term in meant)
        return min(holders, default=0)

    def candidates(self, words: Sequence[str]) -> list[Candidate]:
        """Return the passages that match a question, the best supported first, then by their order.

        One that is damaged is left out, and the log says so.
        """
        asked = tuple(words)
        if (found := self._found.get(asked)) is None:
            if len(self._found) >= _SEARCHES_KEPT:
                self._found.clear()
            self._found[asked] = found = self._search(asked)
        return list(found)

    def _search(self, words: tuple[str, ...]) -> tuple[Candidate, ...]:
        question = WeighedQuestion(words, self._known.weigh)
        hits = self._archive.index.search(self._telling(words), CANDIDATE_PASSAGES)
        found = [c for row in sorted(hit.doc for hit in hits) if (c := self._candidate(question, row))]
        return tuple(sorted(found, key=lambda candidate: -candidate.support))

    def subject(self, citation: Citation) -> Subject | None:
        """Return the passage at a citation, if it can be found by a question."""
        row = self._archive.find(citation)
        units = self._subject(row) if row is not None else None
        return units[0] if units and units[1] else None

    def _telling(self, words: Sequence[str]) -> Sequence[str]:
        """Return the words of a question without the most frequent, if passages are so many."""
        index = self._archive.index
        if len(index) < MANY:
            return words
        weights = {word: index.weight(word) for word in words if word in index}
        left = SPARED * sum(weights.values())
        spared = set()
        for word in sorted(weights, key=weights.__getitem__):
            left -= weights[word]
            if left < 0:
                break
            spared.add(word)
        return [word for word in words if word not in spared]

    def _candidate(self, question: WeighedQuestion, row: int) -> Candidate | None:
        if (found := self._subject(row)) is None:
            return None
        subject, units = found
        nearest: dict[Role, tuple[float, tuple[str, ...]]] = {}
        for role, words in units:
            likeness = question.likeness(words)
            if likeness and (role not in nearest or likeness > nearest[role][0]):
                nearest[role] = likeness, words
        return question.candidate(subject, nearest) if nearest else None

    def _subject(self, row: int) -> tuple[Subject, list[tuple[Role, tuple[str, ...]]]] | None:
        """Return a passage as a subject with its units; None if it is hidden or damaged."""
        try:
            source = self._archive.id_of(row)
            if source in self._hidden:
                return None
            passage, stored = self._archive.with_units(row)
        except IndexFilesError as error:
            _log.error("%s Run ingest for its folder again.", error)
            return None
        units = [(ROLES[role], tuple(words)) for role, words in stored]
        return Subject.of(passage, (Citation(source, passage.ref),), units), units


class _Weights(dict[str, float]):
    """What words weigh: in the library, or in the archive if only that has them. Kept when asked for."""

    def __init__(self, archive: StoredArchive, library: Mapping[str, float], subjects: int) -> None:
        super().__init__()
        self._library, self._terms = library, archive.index
        self._all = max(1, subjects + len(archive.index))
        self._scale = min(self._all, max(subjects, COMPARABLE))

    def __missing__(self, word: str) -> float:
        if (weight := self._library.get(word)) is None:
            holders = int(self._terms.postings(word)[0].size)
            if not holders:
                return UNKNOWN_WORD_WEIGHT
            weight = lucene_idf(self._scale, holders * self._scale / self._all)
            weight *= EXACT if word[0] == "=" else 1.0
        self[word] = weight
        return weight

    def weigh(self, words: Iterable[str]) -> float:
        """Return the summed weight of some terms, in any order."""
        if len(self) > _MOST_WEIGHTS:
            self.clear()
        return fsum(map(self.__getitem__, words))
