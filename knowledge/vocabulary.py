"""The vocabulary: which words mean the same here, so that a question meets the text in other words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from knowledge.rows import Row
from knowledge.text import terms

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary(Row):
    """Synonym groups, abbreviations and spelling variants, applied alike to passages, asks and questions.

    Every phrase of a synonym group becomes one concept, so that any member matches any other; the longest
    phrase wins. Abbreviations and variants are replaced by what they stand for first.
    """

    synonyms: tuple[tuple[str, ...], ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _rules(self) -> dict[str, list[tuple[Phrase, Phrase]]]:
        """Rules by the first term of their phrase, the longest phrase first."""
        groups: dict[Phrase, Phrase] = {}
        for group in self.synonyms:
            phrases = [phrase for words in group if (phrase := tuple(terms(words)))]
            for phrase in phrases:
                groups.setdefault(phrase, ("_".join(phrases[0]),))
        rules = dict(groups)
        by_first = _by_first_term(groups)
        for short, long in (*self.variants.items(), *self.abbreviations.items()):
            if phrase := tuple(terms(short)):
                rules.setdefault(phrase, tuple(_rewrite(terms(long), by_first)))
        return _by_first_term(rules)

    def concepts(self, words: Sequence[str]) -> list[str]:
        """Return the concepts of analysed terms, in order; a term that no rule knows stands for itself."""
        return list(_rewrite(words, self._rules))


def _by_first_term(rules: Mapping[Phrase, Phrase]) -> dict[str, list[tuple[Phrase, Phrase]]]:
    by_first: dict[str, list[tuple[Phrase, Phrase]]] = {}
    for phrase, concept in sorted(rules.items(), key=lambda rule: -len(rule[0])):
        by_first.setdefault(phrase[0], []).append((phrase, concept))
    return by_first


def _rewrite(words: Sequence[str], rules: Mapping[str, list[tuple[Phrase, Phrase]]]) -> Iterator[str]:
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
