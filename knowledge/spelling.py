"""Spelling: words that neither the library nor an English dictionary knows, read as the library's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from knowledge.text import words

SHORTEST = 5
LONG = 7
"""Words of this length may differ in two places from the word they are read as, shorter ones in one."""
SLIPS = 20
"""A word of an archive is a slip if the archive has the word of ours more than so many times as often."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its misspelt words replaced, and each replacement as typed and as read.

    `translated` says that the text was put into English from another language.
    """

    text: str
    replaced: tuple[tuple[str, str], ...] = ()
    translated: bool = False


_SURNAME = re.compile(r"\s[A-Z][a-z]+ [A-Z][a-z]+$")
"""The end of a first name and a surname: no word of ours, unless it is but one letter off."""


class Speller:
    """Corrects against the words of a library; a word that is English, or close to none of ours, is left."""

    def __init__(
        self,
        spread: Mapping[str, int],
        known: Callable[[str], bool],
        elsewhere: Callable[[str], int] | None = None,
    ) -> None:
        """Take the library's words with how often each occurs; `known` says what needs no correction.

        `elsewhere` says how many passages of an archive have a word, slips of its documents included.
        """
        best: dict[str, tuple[int, str]] = {}
        for surface, count in spread.items():
            if len(surface) >= SHORTEST and surface.isalpha():
                best[surface.lower()] = max(best.get(surface.lower(), (0, "")), (count, surface))
        self._ours = best
        self._by_letter: dict[str, list[tuple[str, int, str]]] = {}
        for word, (count, surface) in best.items():
            self._by_letter.setdefault(word[0], []).append((word, count, surface))
        self._known = known
        self._elsewhere = elsewhere

    @cached_property
    def _english(self) -> SpellChecker:
        return SpellChecker(language="en")

    def warm_up(self) -> None:
        """Load the English dictionary now, not at the first unknown word."""
        _ = self._english

    def read(self, text: str) -> Reading:
        """Return `text` with unknown words read as the nearest word of the library, if there is one."""
        replaced = []
        pieces = []
        position = 0
        for token in words(text):
            reach = 1 if len(token.surface) < LONG or _SURNAME.search(text[: token.end]) else 2
            ours = self._nearest(token.surface.lower(), reach) if self._doubtful(token.surface) else ""
            if ours and not self._is_word_elsewhere(token.surface, ours):
                pieces += [text[position : token.start], ours]
                position = token.end
                replaced.append((token.surface, ours))
        return Reading("".join((*pieces, text[position:])), tuple(replaced))

    def _doubtful(self, surface: str) -> bool:
        word = surface.lower()
        if len(word) < SHORTEST or not (word.isascii() and word.isalpha()) or word in self._ours:
            return False
        return not self._known(surface) and not self._english.known([word])

    def _is_word_elsewhere(self, surface: str, ours: str) -> bool:
        """Whether a word is one of an archive, and not a slip in it for the word of ours."""
        count = self._elsewhere(surface) if self._elsewhere else 0
        return count > 0 and self._elsewhere is not None and SLIPS * count >= self._elsewhere(ours)

    def _nearest(self, word: str, reach: int) -> str:
        letters = dict.fromkeys(word[:2])  # the first two may have changed places
        found = [
            (distance, -count, surface)
            for ours, count, surface in chain.from_iterable(self._by_letter.get(one, ()) for one in letters)
            if abs(len(ours) - len(word)) <= reach
            and (ours[0] == word[0] or ours[:2] == word[1::-1])
            and (distance := DamerauLevenshtein.distance(word, ours, score_cutoff=reach)) <= reach
        ]
        return min(found)[2] if found else ""
