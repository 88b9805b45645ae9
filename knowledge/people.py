"""People and organisations named in the sources, with their role at the time, and how they are found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge.citations import Citation
from knowledge.periods import Period
from knowledge.rows import Row
from knowledge.text import normalise


@dataclass(frozen=True, slots=True)
class Standing(Row):
    """What somebody was at another time, `at`, by another source; `aliases` are the names it adds."""

    at: Period
    role: str
    citations: tuple[Citation, ...]
    affiliation: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person(Row):
    """A person or an organisation; `role` and `affiliation` are those the sources give at the time."""

    id: str
    name: str
    kind: Literal["person", "organisation"]
    role: str
    summary: str
    citations: tuple[Citation, ...]
    affiliation: str = ""
    aliases: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias, each once."""
        further = (alias for standing in self.standings for alias in standing.aliases)
        return tuple(dict.fromkeys((self.name, *self.aliases, *further)))


CLEARLY, BY = 80.0, 6.0
"""Likeness in spelling from which a name is read as another, and how far behind the next must be."""

WORD_ALIKE = 60.0
"""Likeness that each word of a name needs to be read as one of another: a Hillary is no Bill."""

NEAR = 68.0
"""Likeness from which a name is offered as perhaps meant."""


class Directory:
    """Finds who or what is meant by a name: by name, by alias, by surname, and in spite of a slip."""

    def __init__(self, names: Mapping[str, Iterable[str]], in_parts: Mapping[str, str] | None = None) -> None:
        """Take the names under which each entry answers; an entry is known by any text, such as an id.

        Of those `in_parts`, each word of the name given there answers too, if nobody else's name has it.
        """
        self._entries: dict[str, str] = {}
        parts: defaultdict[str, set[str]] = defaultdict(set)
        for entry, spellings in names.items():
            for key in (key for spelling in spellings for key in _keys(spelling)):
                self._entries.setdefault(key, entry)
        for entry, name in (in_parts or {}).items():
            for part in _keys(name)[0].split():
                parts[part].add(entry)
        for part, entries in parts.items():
            if len(entries) == 1:
                self._entries.setdefault(part, *entries)

    def find(self, typed: str) -> str | None:
        """Return the entry that answers to a name as it is spelt."""
        return next((self._entries[key] for key in _keys(typed) if key in self._entries), None)

    def guess(self, typed: str) -> str | None:
        """Return the entry that a misspelt name clearly means."""
        first, second = [*self._alike(typed), ("", 0.0), ("", 0.0)][:2]
        return first[0] if first[1] >= CLEARLY and first[1] >= second[1] + BY else None

    def nearest(self, typed: str, most: int = 3) -> tuple[str, ...]:
        """Return the entries whose names, their words in any order, are nearest in spelling, if any are."""
        found = self._alike(typed, in_words=True)[:most]
        return tuple(entry for entry, likeness in found if likeness >= NEAR)

    def _alike(self, typed: str, in_words: bool = False) -> list[tuple[str, float]]:
        """Return the likest entries with the likeness of their likest name, the likest first."""
        from rapidfuzz import fuzz, process

        best: dict[str, float] = {}
        wanted, scorer = _keys(typed)[0], fuzz.token_sort_ratio if in_words else fuzz.ratio
        for key, likeness, _ in process.extract(wanted, self._entries.keys(), scorer=scorer, limit=50):
            typed_words, words = wanted.split(), key.split()
            is_alike = in_words or len(words) != len(typed_words)
            if is_alike or all(map(_is_alike, typed_words, words)):
                best.setdefault(self._entries[key], likeness)
        return sorted(best.items(), key=lambda pair: -pair[1])


def _is_alike(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other) >= WORD_ALIKE


def _keys(name: str) -> tuple[str, ...]:
    """Return the forms under which a name is compared: as a whole, and without the country before it."""
    words = re.sub(r"[\W_]+", " ", normalise(name)).split()
    if words[:1] == ["the"]:
        words = words[1:]
    words = ["usa" if word == "us" else word for word in words]
    short = words[1:] if words[:1] in (["usa"], ["un"]) and len(words) > 2 else words
    return tuple(dict.fromkeys((" ".join(words), " ".join(short))))


class Mentions:
    """Who is named in a text: the longest name counts, so that “Kim Yong Chol” is not “Kim”."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Take everybody who may be named."""
        self._owners = {name: person.id for person in people for name in person.names}
        longest_first = sorted(self._owners, key=lambda name: (-len(name), name))
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")

    def __call__(self, text: str) -> Iterator[str]:
        """Yield the id of everybody named in a text."""
        if self._owners:
            yield from {self._owners[name]: None for name in self._names.findall(text)}
