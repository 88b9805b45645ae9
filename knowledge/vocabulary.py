"""The vocabulary: which words mean the same here, so that a question meets the text in other words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from knowledge.rows import Row
from knowledge.text import terms

Phrase = tuple[str, ...]
_Rules = dict[str, list[tuple[Phrase, Phrase]]]


@dataclass(frozen=True)
class Vocabulary(Row):
    """Synonyms, abbreviations, spelling variants and fillers, applied alike to passages, asks and questions.

    Every phrase of a synonym group becomes one concept, so that any member matches any other; the longest
    phrase wins. Abbreviations and variants are replaced by what they stand for first; fillers vanish.

    `collections` holds what else means the same where a collection is switched on; a group that begins as
    another does adds to it.
    """

    synonyms: tuple[tuple[str, ...], ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    fillers: tuple[str, ...] = ()
    collections: Mapping[str, Vocabulary] = field(default_factory=dict)

    def within(self, collections: Collection[str]) -> Vocabulary:
        """Return the vocabulary without what is for other collections."""
        kept = {name: own for name, own in self.collections.items() if name in collections}
        return replace(self, collections=kept)

    @cached_property
    def _spellings(self) -> _Rules:
        """Abbreviations, variants and fillers."""
        pairs = [
            pair
            for part in (self, *self.collections.values())
            for pair in (
                *part.variants.items(),
                *part.abbreviations.items(),
                *((filler, "") for filler in part.fillers),
            )
        ]
        return _by_first_term({tuple(terms(short)): tuple(terms(long)) for short, long in reversed(pairs)})

    @cached_property
    def _groups(self) -> _Rules:
        """Synonyms; a group is named by its first phrase."""
        groups: dict[Phrase, Phrase] = {}
        for group in chain(self.synonyms, *(part.synonyms for part in self.collections.values())):
            phrases = [phrase for words in group if (phrase := self._spelled(terms(words)))]
            for phrase in phrases:
                groups.setdefault(phrase, ("_".join(phrases[0]),))
        return _by_first_term(groups)

    def _spelled(self, words: Sequence[str]) -> Phrase:
        return tuple(_rewrite(words, self._spellings))

    def concepts(self, words: Sequence[str]) -> list[str]:
        """Return the concepts of analysed terms, in order; a term that no rule knows stands for itself."""
        return _rewrite(self._spelled(words), self._groups)

    def concepts_and_words(self, words: Sequence[str]) -> list[str]:
        """Return the concepts of analysed terms, and the terms they replace, marked as the exact words."""
        spelled = self._spelled(words)
        concepts = _rewrite(spelled, self._groups)
        if len(concepts) == len(spelled) and concepts == list(spelled):
            return concepts
        return concepts + [f"={term}" for term in spelled if term not in concepts]


def _by_first_term(rules: Mapping[Phrase, Phrase]) -> _Rules:
    """Order rules by the first term of their phrase, the longest phrase first."""
    by_first: _Rules = {}
    for phrase, concept in sorted(rules.items(), key=lambda rule: -len(rule[0])):
        if phrase:
            by_first.setdefault(phrase[0], []).append((phrase, concept))
    return by_first


def _rewrite(words: Sequence[str], rules: _Rules) -> list[str]:
    if rules.keys().isdisjoint(words):
        return list(words)
    found: list[str] = []
    end = 0
    for position, word in enumerate(words):
        if position < end:  # within a phrase
            continue
        for phrase, concept in rules.get(word, ()):
            size = len(phrase)
            if size == 1 or tuple(words[position : position + size]) == phrase:
                found += concept
                end = position + size
                break
        else:
            found.append(word)
    return found
