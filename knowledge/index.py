"""A BM25 index that grows: `rank_bm25`'s scores from an inverted index that takes one entry at a time."""

from __future__ import annotations

import json
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]

from knowledge.errors import KnowledgeError

Idf = Literal["lucene", "okapi"]
Item = TypeVar("Item")
Numbers = NDArray[np.int32]
Scores = NDArray[np.float64]

_FORMAT = 1
_ARRAYS = ("offsets", "docs", "tfs", "lengths")
_NOTHING: tuple[Numbers, Scores] = (np.empty(0, np.int32), np.empty(0))
_TAIL_FLOOR = 10_000
"""Postings the tail may always hold; beyond, it is merged when it reaches a quarter of the arrays."""
_CACHE_LIMIT = 8_000_000
"""Postings whose impacts are kept between changes: 64 MB."""
_SPARSE = 16
"""Sorting the postings is cheaper than a score for each document if they are fewer than one in so many."""


class IndexFormatError(KnowledgeError, ValueError):
    """A saved index that cannot be read; the text says where it is and what to do."""


def lucene_idf(documents: int, holders: int) -> float:
    """Weigh a term that `holders` of `documents` hold, as Lucene's BM25Similarity does: rare is heavy."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


class Hit(NamedTuple):
    """A document that holds a term asked for, and its score."""

    doc: int
    score: float


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
        self._impacts: dict[str, tuple[Numbers, Scores]] = {}
        self._impacts_size = 0
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
        self._terms = dict(vocabulary)
        self._offsets = np.searchsorted(term_of_posting, np.arange(len(vocabulary) + 1))
        self._docs, self._tfs = docs.astype(np.int32), tfs.astype(np.int32)
        self._lengths, self._slots = lengths, len(documents)
        self._changed(documents=len(documents), words=len(term_of_word))
        return {}

    def _changed(self, *, documents: int, words: int) -> None:
        """Set the statistics and forget what hung on the old ones."""
        self.corpus_size, self._words = documents, words
        self.avgdl = words / documents if documents else 0.0
        self.idf = {}
        self._forget_impacts()

    def _forget_impacts(self) -> None:
        self._impacts, self._impacts_size = {}, 0

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
        self._forget_impacts()

    def postings(self, term: str) -> tuple[Numbers, Numbers]:
        """Return the numbers of the documents that hold a term, ascending, and how often each does."""
        number = self._terms.get(term)
        if number is None:
            return _NOTHING[0], _NOTHING[0]
        first, last = self._offsets[number : number + 2] if number + 1 < len(self._offsets) else (0, 0)
        docs, tfs = self._docs[first:last], self._tfs[first:last]
        if number in self._tail:
            new = np.array(self._tail[number], np.int32)
            docs, tfs = np.concatenate((docs, new[:, 0])), np.concatenate((tfs, new[:, 1]))
        if self._retired:
            live = self._lengths[docs] >= 0
            docs, tfs = docs[live], tfs[live]
        return docs, tfs

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

    def _impact(self, term: str) -> tuple[Numbers, Scores]:
        """Return the documents that hold a term and what it adds to the score of each (as in the package)."""
        if term in self._impacts:
            return self._impacts[term]
        docs, tfs = self.postings(term)
        if not docs.size:
            return _NOTHING
        length_norm = self.k1 * (1 - self.b + self.b * self._lengths[docs] / self.avgdl)
        impacts = self._weight(term, docs.size) * (tfs * (self.k1 + 1) / (tfs + length_norm))
        if self._impacts_size > _CACHE_LIMIT:
            self._forget_impacts()
        self._impacts[term] = docs, impacts
        self._impacts_size += docs.size
        return docs, impacts

    def search(self, terms: Iterable[str], k: int) -> list[Hit]:
        """Return the k best of the documents that hold a term, best first; of equals, the lower number.

        A term asked for twice counts twice. Only the postings of the terms are read.
        """
        found = [impact for term in terms if (impact := self._impact(term))[0].size]
        if not found or k <= 0:
            return []
        docs, impacts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if docs.size * _SPARSE < self._slots:
            candidates, places = np.unique(docs, return_inverse=True)
            scores = np.bincount(places, weights=impacts)
        else:
            held = np.zeros(self._slots, np.bool_)
            held[docs] = True
            candidates = np.flatnonzero(held)
            scores = np.bincount(docs, weights=impacts)[candidates]
        return [Hit(int(candidates[place]), float(scores[place])) for place in _best(scores, k)]

    def get_scores(self, query: Iterable[str]) -> Scores:
        """Return the score of every document by number; 0 for one that holds no term, or was removed."""
        scores = np.zeros(self._slots)
        for term in query:
            docs, impacts = self._impact(term)
            scores[docs] += impacts
        return scores

    def get_batch_scores(self, query: Iterable[str], doc_ids: Sequence[int]) -> list[float]:
        """Return the scores of some documents, in their order; raises `IndexError` if there is none such."""
        asked = np.asarray(doc_ids, np.int64)
        if asked.size and not 0 <= asked.min() <= asked.max() < self._slots:
            raise IndexError(f"The documents of the index are numbered from 0 to {self._slots - 1}.")
        scores = np.zeros(asked.size)
        for term in query:
            docs, impacts = self._impact(term)
            if docs.size:
                places = np.minimum(np.searchsorted(docs, asked), docs.size - 1)
                scores += np.where(docs[places] == asked, impacts[places], 0.0)
        return [float(score) for score in scores]

    def get_top_n(self, query: Iterable[str], documents: Sequence[Item], n: int = 5) -> list[Item]:
        """Return the n best of the documents that match; raises `ValueError` if there are not as many."""
        if len(documents) != self._slots:
            raise ValueError(f"The index holds {self._slots} documents, and {len(documents)} were given.")
        return [documents[hit.doc] for hit in self.search(query, n)]

    def save(self, folder: str | Path) -> None:
        """Write the index to a folder, first wholly beside it; an older one in its place is replaced."""
        folder = Path(folder)
        self.compact()
        arrays = self._offsets, self._docs, self._tfs, self._lengths[: self._slots]
        header = {"format": _FORMAT, "idf": self.scheme, "k1": self.k1, "b": self.b, "epsilon": self.epsilon}
        header |= {"words": self._words, "terms": list(self._terms)}
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            new = Path(beside, "new")
            new.mkdir()
            for name, array in zip(_ARRAYS, arrays, strict=True):
                np.save(new / f"{name}.npy", array)
            new.joinpath("index.json").write_text(json.dumps(header), "ascii")
            if folder.exists():
                folder.rename(Path(beside, "old"))
            new.rename(folder)

    @classmethod
    def load(cls, folder: str | Path, mmap: bool = True) -> Self:
        """Return a saved index; its arrays stay on disk and are read as needed, unless `mmap` is false.

        Changes are kept in memory. Raises `IndexFormatError` for a folder that holds no whole index, as told
        by the sizes of its parts: postings are not read one by one.
        """
        folder = Path(folder)
        try:
            header = json.loads(folder.joinpath("index.json").read_text("ascii"))
            index = cls(idf=header["idf"], k1=header["k1"], b=header["b"], epsilon=header["epsilon"])
            index._restore(header, *(_array(folder / f"{name}.npy", mmap) for name in _ARRAYS))
        except Exception as error:  # damaged files raise nearly anything
            reason = f"is damaged or incomplete ({type(error).__name__}: {error})"
            raise IndexFormatError(f"The index in {folder} {reason}. Delete it and build anew.") from error
        return index

    def _restore(
        self, header: Mapping[str, Any], offsets: NDArray[Any], docs: Numbers, tfs: Numbers, lengths: Numbers
    ) -> None:
        self._terms = {str(term): number for number, term in enumerate(header["terms"])}
        self._offsets, self._docs, self._tfs = offsets, docs, tfs
        self._lengths, self._slots = lengths, len(lengths)
        self._changed(documents=int((lengths >= 0).sum()), words=int(lengths.sum(where=lengths > 0)))
        whole = (
            header["format"] == _FORMAT
            and offsets.dtype == np.int64
            and all(array.dtype == np.int32 and array.ndim == 1 for array in (docs, tfs, lengths))
            and offsets.shape == (len(header["terms"]) + 1,) == (len(self._terms) + 1,)
            and offsets[0] == 0
            and bool((np.diff(offsets) >= 0).all())
            and offsets[-1] == len(docs) == len(tfs)
            and self._words == header["words"]
        )
        if not whole:
            raise ValueError("its parts do not belong together")


def _array(path: Path, mmap: bool) -> NDArray[Any]:
    mapped = np.lib.format.open_memmap(path, mode="c")
    if mapped.offset + mapped.nbytes != path.stat().st_size:
        raise ValueError(f"{path.name} has a wrong size")
    return np.asarray(mapped) if mmap else np.array(mapped)


def _best(scores: NDArray[Any], k: int) -> NDArray[np.intp]:
    """Return the places of the k highest scores, highest first, the lower place first if equal."""
    places = np.arange(scores.size)
    if scores.size > k:
        bar = np.partition(scores, -k)[-k]
        above, level = np.flatnonzero(scores > bar), np.flatnonzero(scores == bar)
        places = np.concatenate((above, level[: k - above.size]))
    return places[np.lexsort((places, -scores[places]))]
