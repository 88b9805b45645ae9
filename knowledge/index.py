"""A BM25 index that grows: `rank_bm25`'s scores from an inverted index that takes one entry at a time."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal, Protocol, Self, TypeVar, cast
from weakref import proxy

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]

from knowledge import selection
from knowledge.selection import Hit, Numbers, RoughScores, Scores

Idf = Literal["lucene", "okapi"]
Item = TypeVar("Item")
Part = tuple[Numbers, Scores]

_NO_NUMBERS: Numbers = np.empty(0, np.int32)
_TAIL_FLOOR = 10_000
"""Postings the tail may always hold; beyond, it is merged when it reaches a quarter of the arrays."""
_CACHE_LIMIT = 24_000_000
"""Impacts kept between changes: 192 MB, which an index of a million documents may come to."""
_TINY = 1_000
"""Up to so many documents, adding numbers for all of them is cheaper than to choose some."""
_LARGE = 250_000
"""From so many documents on, those that cannot be among the few best are left out."""
_CHOOSY = 32
"""Up to so many documents wanted; if more are, there are too few that cannot be among them."""
_FREQUENT = 4
"""A term that one document in so many holds is kept with a number for every document."""
_CHUNK = 4_000_000


def lucene_idf(documents: float, holders: float) -> float:
    """Weigh a term that `holders` of `documents` hold, as Lucene's BM25Similarity does: rare is heavy."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


class Terms(Protocol):
    """Terms with their numbers, in the order of these: a dictionary, or what stands in for one."""

    def get(self, term: str, /) -> int | None:
        """Return the number of a term; None if it has none."""

    def setdefault(self, term: str, number: int, /) -> int:
        """Return the number of a term, which is from now on the one given if it had none."""

    def __contains__(self, term: object, /) -> bool:
        """Whether a term has a number."""

    def __len__(self) -> int:
        """How many terms there are."""

    def __iter__(self) -> Iterator[str]:
        """Yield the terms in the order of their numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class IndexParts:
    """What an index is made of: settings, terms, and arrays.

    The postings of the term of a number are those of `docs` and `tfs` from its offset to the next. A document
    that was removed has a negative length. A ceiling is what a term adds to a score at most if it weighs 1.
    """

    scheme: Idf
    k1: float
    b: float
    epsilon: float
    terms: Terms
    offsets: NDArray[np.int64]
    docs: Numbers
    tfs: Numbers
    lengths: Numbers
    ceilings: Scores


@dataclass(slots=True, eq=False)
class _Term:
    """A term under the current statistics: its postings, its weight, and its impacts where needed so far.

    `new` are the documents and impacts of the tail, whose numbers are above all in the arrays.
    """

    index: Bm25Index
    docs: Numbers
    tfs: Numbers
    weight: float
    new: Part | None
    bound: float
    kept: Scores | None = None
    kept_rough: RoughScores | None = None
    row: Scores | None = None

    def impacts(self) -> Scores:
        """Return what the term adds to the score of each document of the arrays; 0 for one removed."""
        if self.kept is None:
            self.index._keep(self.docs.size)
            self.kept = self.index._impacts(self.weight, self.docs, self.tfs)
        return self.kept

    def rough_impacts(self) -> RoughScores:
        """Return the same in half the room, rounded."""
        if self.kept_rough is None:
            self.index._keep(self.docs.size)
            self.kept_rough = self.index._rough_impacts(self.weight, self.docs, self.tfs)
        return self.kept_rough

    def add_to(self, scores: Scores) -> None:
        """Add what the term adds to the score of every document."""
        if _FREQUENT * self.docs.size > scores.size:
            if self.row is None:
                self.index._keep(scores.size)
                self.row = np.zeros(scores.size)
                self.row[self.docs] = self.index._impacts(self.weight, self.docs, self.tfs)
            scores += self.row
        elif self.docs.size:
            places = self.docs.astype(np.intp)  # once, or numpy does so each time
            scores_there = scores.take(places)
            scores_there += self.impacts()
            scores[places] = scores_there
        if self.new:
            scores[self.new[0]] += self.new[1]

    def at(self, docs: Numbers) -> Scores:
        """Return what the term adds to the scores of some documents of the arrays."""
        places = self.docs.searchsorted(docs)
        tfs = self.tfs.take(places, mode="clip")
        tfs *= self.docs.take(places, mode="clip") == docs
        return self.index._impacts(self.weight, docs, tfs)

    @property
    def parts(self) -> list[Part]:
        """The documents of the arrays and those of the tail, with the impacts."""
        main = [(self.docs, self.impacts())] if self.docs.size else []
        return [*main, self.new] if self.new else main


class _Rows(dict[str, bytes]):
    """Rows by their words, made when they are asked for; an unknown word has none, and is not kept."""

    def __init__(self, index: Bm25Index) -> None:
        self._index = index

    def __missing__(self, word: str) -> bytes:
        if row := self._index._row(word):
            self[word] = row
        return row


class Bm25Index(BM25Okapi):  # type: ignore[misc]
    """BM25 over documents given as terms and numbered from 0 in the order in which they come.

    The scores are those of `rank_bm25.BM25Okapi` (k1, b, epsilon), with one of two weights for a term that n
    of N documents hold: `lucene`, ln(1 + (N - n + 0.5) / (n + 0.5)), which is always positive; or `okapi`,
    the package's own, with which the scores are the package's bit for bit. There is no `tokenizer`.

    Postings lie in arrays sorted by term and document, a tail of new ones in lists beside them. What a change
    makes stale (weights, impacts) is computed again for the terms that are asked for, when they are.
    Searches (with `lucene`) may run in several threads at once, a change only alone.
    """

    corpus_size: int
    avgdl: float
    idf: dict[str, float]

    def __init__(
        self,
        corpus: Iterable[Iterable[str]] = (),
        *,
        idf: Idf = "lucene",
        k1: float = 1.5,
        b: float = 0.75,
        epsilon: float = 0.25,
    ) -> None:
        """Index a corpus, which may be empty; raises `ValueError` for a weight that does not exist."""
        if idf not in {"lucene", "okapi"}:
            raise ValueError(f"“{idf}” is not a weight; it is lucene or okapi.")
        self.scheme = idf
        self._tail: dict[int, list[tuple[int, int]]] = {}
        self._tail_size = 0
        self._retired = 0
        self._is_positive = idf == "lucene" and k1 > 0 and 0 <= b <= 1
        self._rooms: list[RoughScores] = []
        super().__init__(corpus, k1=k1, b=b, epsilon=epsilon)
        del self.doc_freqs, self.doc_len  # the postings and the lengths stand in for them

    def _initialize(self, corpus: Iterable[Iterable[str]]) -> dict[str, int]:
        """Build the arrays; weights are computed when they are needed."""
        documents = [list(document) for document in corpus]
        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        term_of_word = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(documents)), np.int64)
        lengths = np.fromiter(map(len, documents), np.int32, len(documents))
        doc_of_word = np.repeat(np.arange(len(documents)), lengths)
        postings, tfs = np.unique(term_of_word * len(documents) + doc_of_word, return_counts=True)
        term_of_posting, docs = np.divmod(postings, max(1, len(documents)))
        self._terms: Terms = dict(vocabulary)
        self._offsets = np.searchsorted(term_of_posting, np.arange(len(vocabulary) + 1))
        self._docs, self._tfs = docs.astype(np.int32), tfs.astype(np.int32)
        self._lengths, self._slots = lengths, len(documents)
        self._ceilings: Scores | None = None
        self._changed(documents=len(documents), words=len(term_of_word))
        return {}

    def _changed(self, *, documents: int, words: int) -> None:
        """Set the statistics and forget what hung on the old ones."""
        self.corpus_size, self._words = documents, words
        self.avgdl = words / documents if documents else 0.0
        self.idf = {}
        self._forget()

    def _forget(self) -> None:
        """Forget what was computed for searches."""
        self._known: dict[str, _Term] = {}
        self._norms: Scores | None = None
        self._rough_norms: RoughScores | None = None
        # An index that is replaced goes at once, with the files it is mapped from, if nothing in it holds it.
        self._self = cast("Bm25Index", proxy(self))
        self._rows = _Rows(self._self)
        self._kept = 0

    def _keep(self, size: int) -> None:
        """Make room for so many more impacts."""
        if self._kept > _CACHE_LIMIT:
            self._forget()
        self._kept += size

    def __len__(self) -> int:
        """How many documents there are, without those removed."""
        return self.corpus_size

    def __contains__(self, term: str) -> bool:
        """Whether a document holds a term."""
        return bool(self.postings(term)[0].size)

    def add(self, document: Iterable[str]) -> int:
        """Add a document; return its number, which it keeps for good."""
        frequencies = Counter(document)
        number, length = self._slots, frequencies.total()
        if number == len(self._lengths):
            self._lengths = np.concatenate((self._lengths, np.zeros(max(64, number // 2), np.int32)))
        self._lengths[number] = length
        self._slots += 1
        for word, tf in frequencies.items():
            term = self._terms.setdefault(word, len(self._terms))
            self._tail.setdefault(term, []).append((number, tf))
        self._tail_size += len(frequencies)
        self._changed(documents=self.corpus_size + 1, words=self._words + length)
        if self._tail_size > max(_TAIL_FLOOR, self._docs.size // 4):
            self.compact()
        return number

    def remove(self, doc: int) -> None:
        """Take a document out, as if it had never been added; no other number changes.

        Raises `IndexError` if there is no such document (any more).
        """
        if not 0 <= doc < self._slots or self._lengths[doc] < 0:
            raise IndexError(f"There is no document {doc} in the index.")
        length = int(self._lengths[doc])
        self._lengths[doc] = -1  # marks its postings until they are compacted away, and the number for good
        self._retired += 1
        self._changed(documents=self.corpus_size - 1, words=self._words - length)

    def compact(self) -> None:
        """Merge the tail into the arrays and drop the postings of removed documents; no score changes."""
        if not self._tail and not self._retired:
            return
        tail = [(term, doc, tf) for term, new in sorted(self._tail.items()) for doc, tf in new]
        term_of_posting, new_docs, new_tfs = np.array(tail, np.int64).reshape(-1, 3).T
        offsets = np.pad(self._offsets, (0, len(self._terms) + 1 - len(self._offsets)), mode="edge")
        places = offsets[term_of_posting + 1]
        docs, tfs = np.insert(self._docs, places, new_docs), np.insert(self._tfs, places, new_tfs)
        offsets[1:] += np.cumsum(np.bincount(term_of_posting, minlength=len(self._terms)))
        if self._retired:
            live = self._lengths[docs] >= 0
            docs, tfs = docs[live], tfs[live]
            offsets = np.concatenate(([0], np.cumsum(live)))[offsets]
        self._docs, self._tfs, self._offsets = docs, tfs, offsets
        self._tail, self._tail_size, self._retired = {}, 0, 0
        self._ceilings = None
        self._forget()

    def postings(self, term: str) -> tuple[Numbers, Numbers]:
        """Return the numbers of the documents that hold a term, ascending, and how often each does."""
        number = self._terms.get(term)
        if number is None:
            return _NO_NUMBERS, _NO_NUMBERS
        docs, tfs = self._in_arrays(number)
        if number in self._tail:
            new_docs, new_tfs = self._in_tail(number)
            docs, tfs = np.concatenate((docs, new_docs)), np.concatenate((tfs, new_tfs))
        if self._retired:
            live = self._lengths[docs] >= 0
            docs, tfs = docs[live], tfs[live]
        return docs, tfs

    def _in_arrays(self, number: int) -> tuple[Numbers, Numbers]:
        first, last = self._offsets[number : number + 2] if number + 1 < len(self._offsets) else (0, 0)
        return self._docs[first:last], self._tfs[first:last]

    def _in_tail(self, number: int) -> tuple[Numbers, Numbers]:
        new = np.array(self._tail[number], np.int32)
        return np.ascontiguousarray(new[:, 0]), np.ascontiguousarray(new[:, 1])

    def weight(self, term: str) -> float:
        """Return the weight (idf) of a term; one that no document holds has the highest (`okapi`: none)."""
        return self._weight(term, self.postings(term)[0].size)

    def _weight(self, term: str, holders: int) -> float:
        if self.scheme == "okapi":
            if not self.idf:
                self._calc_idf({word: n for word in self._terms if (n := self.postings(word)[0].size)})
            return self.idf.get(term, 0.0)
        if holders and term not in self.idf:
            self._calc_idf({term: holders})
        return self.idf[term] if holders else lucene_idf(self.corpus_size, 0)

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        """Note the weights of terms, given how many documents hold each; `okapi` wants all terms at once."""
        if self.scheme == "lucene":
            self.idf.update((term, lucene_idf(self.corpus_size, holders)) for term, holders in nd.items())
        elif nd:
            super()._calc_idf(nd)

    def _term(self, word: str) -> _Term | None:
        """Return a term under the current statistics; None if no document holds it."""
        if (term := self._known.get(word)) or (number := self._terms.get(word)) is None:
            return term
        docs, tfs = self._in_arrays(number)
        new = self._in_tail(number) if number in self._tail else None
        held = [docs, new[0]] if new else [docs]
        holders = sum(int((self._lengths[part] >= 0).sum()) if self._retired else part.size for part in held)
        if not holders:
            return None
        weight = self._weight(word, holders)
        part = (new[0], self._impacts(weight, *new)) if new else None
        term = _Term(self._self, docs, tfs, weight, part, self._bound(number, weight) if docs.size else 0.0)
        self._known[word] = term
        return term

    def _impacts(self, weight: float, docs: Numbers, tfs: Numbers) -> Scores:
        """Return what a term adds to the score of each document (as in the package); 0 for one removed."""
        if (norms := self._norms) is None:
            lengths = np.arange(int(self._lengths.max(initial=0)) + 2)
            norms = self.k1 * (1 - self.b + self.b * lengths / self.avgdl)
            norms[-1] = np.inf  # the length of documents that are removed is -1
            self._norms = norms
        impacts: Scores = weight * (tfs * (self.k1 + 1) / (tfs + norms.take(self._lengths.take(docs))))
        return impacts

    def _rough_impacts(self, weight: float, docs: Numbers, tfs: Numbers) -> RoughScores:
        """Return the same in less time, rounded: by a few units in the last place of half the room."""
        if (norms := self._rough_norms) is None:
            self._impacts(1.0, docs[:0], tfs[:0])  # makes the norms
            assert self._norms is not None
            self._rough_norms = norms = self._norms.take(self._lengths[: self._slots]).astype(np.float32)
        impacts = tfs.astype(np.float32)
        below = norms.take(docs)
        below += impacts
        impacts *= np.float32(weight * (self.k1 + 1))
        impacts /= below
        return impacts

    def _bound(self, number: int, weight: float) -> float:
        """Return what a term of the arrays adds to any score at most.

        The ceilings are those under an earlier mean length. As that becomes f times as long, no impact
        becomes more than f times as high; as it becomes shorter, none becomes higher.
        """
        if self._slots <= _LARGE:
            return 0.0  # nobody asks
        if self._ceilings is None:
            self._ceilings_avgdl = self.avgdl  # first, for other threads see the ceilings
            self._ceilings = self._computed_ceilings()
        return weight * float(self._ceilings[number]) * max(1.0, self.avgdl / self._ceilings_avgdl)

    def _computed_ceilings(self) -> Scores:
        """Return the highest impact of each term of the arrays if its weight were 1."""
        ceilings = np.zeros(len(self._offsets) - 1)
        filled = np.flatnonzero(np.diff(self._offsets))
        starts = self._offsets[filled]
        ends = np.append(starts[1:], self._docs.size)
        cuts = np.unique(np.searchsorted(ends, np.arange(0, self._docs.size + _CHUNK, _CHUNK)))
        for first, last in pairwise((*cuts, len(filled)) if len(filled) else ()):
            if first < last:
                postings = slice(starts[first], ends[last - 1])
                impacts = self._impacts(1.0, self._docs[postings], self._tfs[postings])
                ceilings[filled[first:last]] = np.maximum.reduceat(
                    impacts, starts[first:last] - starts[first]
                )
        return ceilings

    def search(self, terms: Iterable[str], k: int) -> list[Hit]:
        """Return the k best of the documents that hold a term, best first; of equals, the lower number.

        A term asked for twice counts twice. Only the postings of the terms are read, if all of them.
        """
        if k <= 0:
            return []
        if self._is_positive and self._slots <= _TINY:
            rows = b"".join(map(self._rows.__getitem__, terms))
            return selection.best_of_rows(rows, self._slots + 1, k)
        words = list(terms)
        if self._is_positive and self._slots > _LARGE and k <= _CHOOSY:
            return self._search_many(words, k)
        scores = self.get_scores(words)
        if self._is_positive:
            return selection.best_of(scores, k)
        held = np.unique(np.concatenate([_NO_NUMBERS, *(docs for docs, _ in self._parts(words))]))
        live = held[self._lengths[held] >= 0]
        return selection.ranked(live, scores[live], k)

    def _row(self, word: str) -> bytes:
        """Return the row of a word: the negated impact on every document, most of them 0.

        Its last place is nobody's: numpy would sum a single column in another order.
        """
        if word not in self._terms:
            return b""
        row = np.zeros(self._slots + 1)
        for docs, impacts in self._parts([word]):
            row[docs] = -impacts
        self._keep(row.size)
        return row.tobytes()

    def _search_many(self, words: Iterable[str], k: int) -> list[Hit]:
        """Search the arrays without what cannot be among the best, and all of the tail."""
        found = [term for word in words if (term := self._term(word))]
        room = self._rooms.pop() if self._rooms else np.zeros(self._slots, np.float32)
        if room.size < self._slots:
            room = np.zeros(self._slots + self._slots // 4, np.float32)
        hits = selection.search([term for term in found if term.docs.size], k, room)
        self._rooms.append(room)  # unless something was raised meanwhile and left it unclean
        if new := [term.new for term in found if term.new]:
            docs, impacts = (np.concatenate(column) for column in zip(*new, strict=True))
            first = int(docs.min())
            late = selection.best_of(np.bincount(docs - first, weights=impacts), k)
            hits = [*hits, *(Hit(first + doc, score) for doc, score in late)]
            hits.sort(key=lambda hit: (-hit.score, hit.doc))
        return hits[:k]

    def get_scores(self, query: Iterable[str]) -> Scores:
        """Return the score of every document by number; 0 for one that holds no term, or was removed."""
        scores = np.zeros(self._slots)
        for word in query:
            if term := self._term(word):
                term.add_to(scores)
        return scores

    def get_batch_scores(self, query: Iterable[str], doc_ids: Sequence[int]) -> list[float]:
        """Return the scores of some documents, in their order; raises `IndexError` if there is none such."""
        asked = np.asarray(doc_ids, np.int64)
        if asked.size and not 0 <= asked.min() <= asked.max() < self._slots:
            raise IndexError(f"The documents of the index are numbered from 0 to {self._slots - 1}.")
        scores = np.zeros(asked.size)
        for docs, impacts in self._parts(query):
            places = np.minimum(np.searchsorted(docs, asked), docs.size - 1)
            scores += np.where(docs[places] == asked, impacts[places], 0.0)
        return [float(score) for score in scores]

    def _parts(self, words: Iterable[str]) -> Iterator[Part]:
        """Yield, word by word, the documents that hold it, and the impacts; the tail's by themselves."""
        for word in words:
            if term := self._term(word):
                yield from term.parts

    def get_top_n(self, query: Iterable[str], documents: Sequence[Item], n: int = 5) -> list[Item]:
        """Return the n best of the documents that match; raises `ValueError` if there are not as many."""
        if len(documents) != self._slots:
            raise ValueError(f"The index holds {self._slots} documents, and {len(documents)} were given.")
        return [documents[hit.doc] for hit in self.search(query, n)]

    def parts(self) -> IndexParts:
        """Return all that the index is made of, once it is compacted; `of` makes it of that again."""
        self.compact()
        return IndexParts(
            self.scheme,
            self.k1,
            self.b,
            self.epsilon,
            self._terms,
            self._offsets,
            self._docs,
            self._tfs,
            self._lengths[: self._slots],
            self._computed_ceilings(),
        )

    @classmethod
    def of(cls, parts: IndexParts) -> Self:
        """Return the index that is made of some parts, which are not copied.

        Raises `ValueError` if they do not belong together, as told by their sizes: postings are not read.
        """
        index = cls(idf=parts.scheme, k1=parts.k1, b=parts.b, epsilon=parts.epsilon)
        index._terms, index._offsets = parts.terms, parts.offsets
        index._docs, index._tfs, index._lengths = parts.docs, parts.tfs, parts.lengths
        index._slots = len(parts.lengths)
        lengths = parts.lengths[parts.lengths >= 0]
        index._changed(documents=lengths.size, words=int(lengths.sum()))
        index._ceilings, index._ceilings_avgdl = parts.ceilings, index.avgdl
        if not (
            len(parts.offsets) - 1 == len(parts.terms) == len(parts.ceilings)
            and parts.offsets[0] == 0
            and bool((np.diff(parts.offsets) >= 0).all())
            and parts.offsets[-1] == len(parts.docs) == len(parts.tfs)
        ):
            raise ValueError("its parts do not belong together")
        return index
