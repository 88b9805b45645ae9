"""Renewal: which paragraphs of a changed document keep the refs that citations know them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, zip_longest

from rapidfuzz import fuzz, process

from knowledge.sources import Passage
from knowledge.text import NEGATIONS, terms, words

NEARLY_SAME = 90
"""Likeness in percent from which a changed paragraph may keep its ref."""
SAME_WORD = 85
"""Likeness in percent from which two words are spellings of one, which legal and illegal (83) are not."""


def renumber(texts: Sequence[str], title: str, old: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages of a document, `old` being those of its last revision: none at first.

    A paragraph keeps its ref if it is unchanged or nearly the same: `NEARLY_SAME` at least, with the same
    words of meaning but for their spelling, the same figures and the same negations, all in order; so a
    citation never comes to stand for another statement. One that returns has the ref that it had. Any other
    gets the number after the highest ever used; the first paragraph is `title` if it is the title. Passages
    that have no paragraph follow at the end, retired.
    """
    refs: dict[int, str] = {}
    left = {passage.ref: passage.original for passage in old}

    def keep(position: int, ref: str) -> None:
        refs[position] = ref
        left.pop(ref, None)

    if texts[0].casefold() == title.casefold():
        keep(0, "title")
    unchanged: dict[str, list[str]] = {}
    for ref, text in left.items():
        unchanged.setdefault(text, []).append(ref)
    for position, text in enumerate(texts):
        if position not in refs and unchanged.get(text):
            keep(position, unchanged[text].pop(0))
    retired = {passage.ref for passage in old if passage.retired}
    alike: dict[tuple[str, ...], dict[str, str]] = {}
    for ref, text in left.items():
        if ref not in retired:
            alike.setdefault(_claims(text), {})[ref] = text
    for position, text in enumerate(texts):
        choices = {} if position in refs else alike.get(_claims(text), {})
        near = process.extract(text, choices, scorer=fuzz.ratio, score_cutoff=NEARLY_SAME, limit=None)
        if same := [ref for original, _, ref in near if _same_words(text, original)]:
            keep(position, same[0])
            del choices[same[0]]
    fresh = count(1 + max((int(passage.ref) for passage in old if passage.ref.isdecimal()), default=0))
    now = (Passage(refs.get(at) or str(next(fresh)), original=text) for at, text in enumerate(texts))
    return (*now, *(replace(passage, retired=True) for passage in old if passage.ref in left))


def _claims(text: str) -> tuple[str, ...]:
    return tuple(w.term for w in words(text) if w.term in NEGATIONS or w.term[0].isdigit())


def _same_words(new: str, old: str) -> bool:
    """Whether two texts have the same words of meaning in the same order, but for their spelling."""
    pairs = list(zip_longest(terms(new), terms(old), fillvalue=""))
    return all(one == other or fuzz.ratio(one, other) >= SAME_WORD for one, other in pairs)
