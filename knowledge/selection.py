"""The best documents of a query, found without scoring most of the others.

A document is scored by the terms that it holds, each term adding its impact. What a term can add at most is
known beforehand, so that documents with only the most frequent terms of a query, which add little, need not
be looked at once there are enough better ones: MaxScore, of Turtle and Flood, “Query evaluation: strategies
and optimizations”, Information Processing & Management 31 (1995). Which may be among the best is told by
rounded scores, with room for what rounding can change; what is returned is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from operator import neg
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Scores = NDArray[np.float64]
RoughScores = NDArray[np.float32]
Places = NDArray[np.intp]

_COLUMNS = 512
_MORE = 3
"""How many times as many documents as are wanted are scored to learn what the wanted ones reach."""
_MANY = 128
"""From so many documents on, leaving some out is cheaper than to look at all."""
_LONG = 40_000
"""From so many postings on, what documents reach is learnt before a term is read, if `_GROWN` times as many
are known as when it was learnt last."""
_GROWN = 4
_SPARSE = 20
"""From so many postings for each document on, searching for the documents is cheaper than to read all."""
_ALL = 4
"""From one in so many documents read on, looking at all is cheaper than to look at those read."""
_ROUGHNESS = 2.0**-19
"""What rounding changes of an impact, and of the sum that it is added to, at most, by far."""
_NUMBER = np.dtype(np.float64).itemsize
_sum = np.add.reduce
_ABOVE_ZERO = float(np.nextafter(0, 1))
_ROUGHLY_ABOVE_ZERO = float(np.finfo(np.float32).tiny)


class Hit(NamedTuple):
    """A document that holds a term asked for, and its score."""

    doc: int
    score: float


def _hits(docs: Iterable[int], scores: Iterable[float]) -> list[Hit]:
    """Return hits, made without the constructor of `Hit`, in half its time."""
    return list(map(tuple.__new__, repeat(Hit), zip(docs, scores)))  # noqa: B905


class Scored(Protocol):
    """A term of a query: the documents that hold it, ascending, and what it adds to the scores of them."""

    docs: Numbers
    bound: float
    """What the term adds to any score at most."""

    def rough_impacts(self) -> RoughScores:
        """Return what the term adds to the score of each of its documents, rounded."""

    def at(self, docs: Numbers) -> Scores:
        """Return what the term adds to the scores of some documents, which need not hold it."""


def best_of_rows(rows: bytes, width: int, k: int) -> list[Hit]:
    """Return the k highest sums of scores, row by row in their order; of equals, the lower number.

    A row is `width` numbers, the negated score of each document. So many calls, not so many numbers, are
    what a search of a small index takes its time for; rows laid end to end are summed in one.
    """
    if not rows:
        return []
    negated = _sum(np.ndarray((len(rows) // (width * _NUMBER), width), float, rows))
    order = negated.argsort(kind="stable")[:k]
    lows = negated[order].tolist()
    hits = list(map(tuple.__new__, repeat(Hit), zip(order.tolist(), map(neg, lows))))  # noqa: B905
    return hits if lows[-1] else [hit for hit in hits if hit.score]


def best_of(scores: NDArray[Any], k: int) -> list[Hit]:
    """Return the k highest scores above zero, best first; of equals, the lower number."""
    docs = np.flatnonzero(scores >= max(_low(scores, k), _ABOVE_ZERO))
    return ranked(docs, scores[docs], k)


def _low(scores: NDArray[Any], k: int) -> float:
    """Return a score that leaves out most others at a glance, and none of the k highest.

    The k-th best of all is at least the k-th of the best of each column.
    """
    columns = max(_COLUMNS, 8 * k)
    rows = scores.size // columns
    return kth(scores[: rows * columns].reshape(rows, columns).max(axis=0), k) if rows > 1 else 0.0


def ranked(docs: NDArray[Any], scores: NDArray[Any], k: int) -> list[Hit]:
    """Return the k best of some documents, best first; of equals, the lower number."""
    if scores.size > 4 * k:
        high = scores >= kth(scores, k)
        docs, scores = docs[high], scores[high]
    order = np.lexsort((docs, -scores))[:k]
    return _hits(docs[order].tolist(), scores[order].tolist())


def kth(scores: NDArray[Any], k: int) -> float:
    """Return the k-th highest of some scores; 0 if there are not as many."""
    return float(np.partition(scores, scores.size - k)[scores.size - k]) if scores.size >= k else 0.0


def search(terms: Sequence[Scored], k: int, sums: RoughScores) -> list[Hit]:
    """Return the k best documents for the terms of a query, in whose order scores are summed.

    All impacts must be positive. `sums` is room for a number for each document, all 0, and is left so.
    """
    if not terms:
        return []
    docs = _candidates(sorted(terms, key=_bound, reverse=True), k, sums)
    scores = np.zeros(docs.size)
    for term in terms:
        scores += term.at(docs)
    return ranked(docs, scores, k)


def _bound(term: Scored) -> float:
    return term.bound


def _candidates(terms: Sequence[Scored], k: int, sums: RoughScores) -> Numbers:
    """Return documents, unordered, among which are the k best, given the weightiest term first."""
    rest = [*accumulate((term.bound for term in reversed(terms)), initial=0.0)][::-1]
    read: list[Places] = []
    bar, postings, looked_at = 0.0, 0, 0
    while len(read) < len(terms) and rest[len(read)] >= bar:
        term = terms[len(read)]
        if term.docs.size > _LONG and postings > _GROWN * looked_at:
            bar, looked_at = max(bar, _reached(terms, read, k, sums)), postings
            continue
        places = term.docs.astype(np.intp)  # once, or numpy does so each time
        sums_there = sums.take(places)
        sums_there += term.rough_impacts()
        sums[places] = sums_there
        postings += places.size
        read.append(places)
    if postings > looked_at:
        bar = max(bar, _reached(terms, read, k, sums))
    docs, scores = _above(bar - rest[len(read)], read, sums)
    for place in range(len(read), len(terms)):
        scores += _at(terms[place], docs, sums)
        if docs.size > _MANY:
            high = np.flatnonzero(scores >= bar - rest[place + 1])
            docs, scores = docs.take(high), scores.take(high)
    return docs[scores >= max(bar, kth(scores, k) * _rounded(terms))]


def _rounded(terms: Sequence[Scored]) -> float:
    """Return what rounding leaves of a sum at least, by far: no document is left out for less."""
    return max(0.0, 1 - len(terms) * _ROUGHNESS)


def _reached(terms: Sequence[Scored], read: Sequence[Places], k: int, sums: RoughScores) -> float:
    """Return a score that k documents reach: the best so far get what the terms yet to be read add."""
    places = None if _are_most(read, sums) else np.concatenate(read)  # some of them several times
    scores = sums if places is None else sums.take(places)
    low = max(_low(scores, _MORE * k * len(read)), _ROUGHLY_ABOVE_ZERO)
    high = np.flatnonzero(scores >= low)
    docs = (high if places is None else np.unique(places.take(high))).astype(np.int32)
    scores = sums.take(docs)
    if docs.size > _MORE * k:
        best = np.argpartition(scores, -_MORE * k)[-_MORE * k :]
        docs, scores = docs.take(best), scores.take(best)
    for term in terms[len(read) :]:
        scores += term.at(docs)
    return kth(scores, k) * _rounded(terms)


def _are_most(read: Sequence[Places], sums: RoughScores) -> bool:
    """Whether looking at all documents is cheaper than to look at those read."""
    return _ALL * sum(places.size for places in read) > sums.size


def _at(term: Scored, docs: Numbers, room: RoughScores) -> NDArray[Any]:
    """Return what a term adds to the scores of some documents, by searching for each or by reading all."""
    if term.docs.size > _SPARSE * docs.size:
        return term.at(docs)
    places = term.docs.astype(np.intp)
    room[places] = term.rough_impacts()
    found = room.take(docs)
    room[places] = 0.0
    return found


def _above(least: float, read: Sequence[Places], sums: RoughScores) -> tuple[Numbers, RoughScores]:
    """Return the documents whose sums are above zero and not below `least`, and these; set all sums to 0."""
    least = max(least, _ROUGHLY_ABOVE_ZERO)
    if _are_most(read, sums):
        places = np.flatnonzero(sums >= least)
        scores = sums.take(places)
        sums.fill(0.0)
        return places.astype(np.int32), scores
    found = []
    for places in read:
        sums_there = sums.take(places)
        sums[places] = 0.0
        high = np.flatnonzero(sums_there >= least)
        found.append((places.take(high), sums_there.take(high)))
    places, scores = (np.concatenate(column) for column in zip(*found, strict=True))
    return places.astype(np.int32), scores
