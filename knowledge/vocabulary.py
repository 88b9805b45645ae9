"""The vocabulary: which words mean the same here, so that a question meets the text in other words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from knowledge.rows import Row
from knowledge.text import terms

Phrase = tuple[str, ...]
_Rules = dict[str, list[tuple[Phrase, Phrase]]]


@dataclass(frozen=True)
class Vocabulary(Row):
    """Synonyms, abbreviations, spelling variants and fillers, applied alike to passages, asks and questions.

    Every phrase of a synonym group becomes one concept, so that any member matches any other; the longest
    phrase wins. Abbreviations and variants are replaced by what they stand for first; fillers vanish.
    """

    synonyms: tuple[tuple[str, ...], ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    fillers: tuple[str, ...] = ()

    @cached_property
    def _spellings(self) -> _Rules:
        """Abbreviations, variants and fillers."""
        pairs = (
            *self.variants.items(),
            *self.abbreviations.items(),
            *((filler, "") for filler in self.fillers),
        )
        return _by_first_term({tuple(terms(short)): tuple(terms(long)) for short, long in reversed(pairs)})

    @cached_property
    def _groups(self) -> _Rules:
        """Synonyms; a group is named by its first phrase."""
        groups: dict[Phrase, Phrase] = {}
        for group in self.synonyms:
            phrases = [phrase for words in group if (phrase := self._spelled(terms(words)))]
            for phrase in phrases:
                groups.setdefault(phrase, ("_".join(phrases[0]),))
        return _by_first_term(groups)

    def _spelled(self, words: Sequence[str]) -> Phrase:
        return tuple(_rewrite(words, self._spellings))

    def concepts(self, words: Sequence[str]) -> list[str]:
        """Return the concepts of analysed terms, in order; a term that no rule knows stands for itself."""
        return list(_rewrite(self._spelled(words), self._groups))

    def concepts_and_words(self, words: Sequence[str]) -> list[str]:
        """Return the concepts of analysed terms, and the terms they replace, marked as the exact words."""
        spelled = self._spelled(words)
        concepts = list(_rewrite(spelled, self._groups))
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


def _rewrite(words: Sequence[str], rules: _Rules) -> Iterator[str]:
    position = 0
    while position < len(words):
        for phrase, concept in rules.get(words[position], ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                yield from concept
                position += len(phrase)
                break
        else:
            yield words[position]
            position += 1
