"""Glossaries: questions in another language, put word for word into the English of the library.

A language is one content file, `vocabulary.<code>.yaml`, which says in which scripts it is written: the first
word of the Unicode names of its letters (`hangul`, `cyrillic`, `hiragana`). Another language is another file:

    scripts: [hangul]
    numerals: {만: 10000}              # after digits: 12만 is 120,000
    patterns: [["([0-9]{4})년", "\\1"]] # dates and the like; put into English one after another, first of all
    set_aside: [에서, 은]               # particles, endings, manners
    joints: {고: and}                  # what parts two questions, where something is asked on both sides
    asking: {언제: when}               # words that ask; they go to the front, where English has them
    elsewhere: {시리아: Syria}         # what the library has nothing on, lest it be read as other words
    words: {결핵: tuberculosis}        # everything else

In a pattern, `{date}` stands for a date that an earlier one has put into English.

A text is covered with the words of the file so that the fewest letters are left over, whatever its spacing
(maximum matching; no stemmer is needed). What is left over stays as it was typed: a word that the library
does not have, which speaks against an answer. So does whatever is typed in other scripts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from knowledge.content_files import ContentFile, Place
from knowledge.errors import ContentError, Fault
from knowledge.rows import Row
from knowledge.text import echo

MOST_PIECES = 50_000
"""How many values a glossary may hold."""

_FOREIGN = re.compile(r"[^\W\d_\u0000-\u02ff\u1e00-\u1eff]")
"""A letter that is not Latin."""

_AMOUNT = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_STOP = re.compile(r"[?!;。]|\.(?:\s|$)")
_DATE = (
    "((?:fiscal year )?[0-9]{4}(?:-Q?[0-9]{1,2}){0,2}|January|February|March|April|May|June|July|August|"
    "September|October|November|December)"
)
_TABLES = ("asking", "elsewhere", "joints", "words")
_MYRIAD = 10_000
"""From here on, a unit after digits multiplies all that stands before it: 3백만 is 300 times 10,000."""

WORD, LONGER, ASIDE = 1.0, 0.01, 0.6
"""What a word costs, less for each letter, and what is set aside, once and by the letter: words go first."""

SHORT_WORD, ACROSS_A_BLANK, NOTHING_BEFORE = 3.0, 0.6, 3.0
"""What is added for a word of one letter, for each blank gone across, and for an ending after a blank."""

LEFT_OVER, NEW_STRETCH, TORN = 10.0, 5.0, 25.0
"""What a letter left over costs, and more if it is the first, or if an ending or one letter is torn off."""


class _Piece(NamedTuple):
    """A part of a text: what is put for it, and the section of the file that says so; none if it stays."""

    text: str
    section: str = ""


class _After(NamedTuple):
    """What the letters so far end with: an ending or a single letter, the unknown, or else a word."""

    ending: bool = False
    unknown: bool = False


class _Way(NamedTuple):
    """The cheapest way to cover the letters so far: its cost, and where and after what its last piece is."""

    cost: float
    start: int = 0
    after: _After = _After()


@dataclass(frozen=True)
class Glossary(Row):
    """What the words of one language mean in the library's English; the module says what its parts are."""

    scripts: tuple[str, ...]
    words: Mapping[str, str]
    asking: Mapping[str, str] = field(default_factory=dict)
    joints: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    set_aside: tuple[str, ...] = ()
    numerals: Mapping[str, int] = field(default_factory=dict)
    patterns: tuple[tuple[str, str], ...] = ()

    def letters_in(self, text: str) -> int:
        """Return how many letters of a text are of this language's scripts."""
        return sum(map(self._is_ours, text))

    def apart(self, text: str) -> str:
        """Return a text with a blank wherever a word of this language touches one of another script."""
        return re.sub(
            r" {2,}", " ", " ".join(run for _, run in self._runs(unicodedata.normalize("NFC", text)))
        )

    def in_english(self, text: str) -> str:
        """Return a text with every word of this language that is known in the library's English."""
        text = unicodedata.normalize("NFC", text)
        for pattern, english in self._rules:
            text = pattern.sub(english, text)
        text = self._number.sub(self._digits, text)
        return " ".join(" ".join(_clauses(self._pieces(text))).split())

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield the name of each part of the file that holds words of this language, with the words."""
        for name in ("asking", "elsewhere", "joints", "set_aside", "words"):
            yield name, tuple(getattr(self, name))

    @cached_property
    def _scripts(self) -> frozenset[str]:
        return frozenset(map(str.upper, self.scripts))

    def _is_ours(self, letter: str) -> bool:
        return script_of(letter) in self._scripts

    def _runs(self, text: str) -> Iterator[tuple[bool, str]]:
        for ours, run in groupby(text, key=self._is_ours):
            yield ours, "".join(run)

    # Dates and numbers

    @cached_property
    def _rules(self) -> Sequence[tuple[re.Pattern[str], str]]:
        return [(_pattern(pattern), english) for pattern, english in self.patterns]

    @cached_property
    def _units(self) -> str:
        return "|".join(map(re.escape, self.numerals)) or r"(?!)"

    @cached_property
    def _number(self) -> re.Pattern[str]:
        return re.compile(rf"{_AMOUNT}(?:\s?(?:{self._units})|\s?(?<=[^0-9,.]){_AMOUNT})*")

    def _digits(self, found: re.Match[str]) -> str:
        """Return a number with units, such as 5만 5천, in digits."""
        total = group = number = Decimal(0)
        units = re.findall(rf"({_AMOUNT})|({self._units})", found[0])
        if not any(unit for _, unit in units):
            return found[0]
        for digits, unit in units:
            if digits:
                number = Decimal(digits.replace(",", ""))
            elif (value := self.numerals[unit]) >= _MYRIAD:
                total, group, number = total + (group + number or 1) * value, Decimal(0), Decimal(0)
            else:
                group, number = group + (number or 1) * value, Decimal(0)
        return f"{(total + group + number).normalize():,f} "

    # Words

    @cached_property
    def _known(self) -> Mapping[str, _Piece]:
        known = {plain(word): _Piece("", "set_aside") for word in self.set_aside}
        for name in _TABLES:
            known |= {plain(word): _Piece(english, name) for word, english in getattr(self, name).items()}
        return known

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._known), default=0)

    def _pieces(self, text: str) -> Iterator[_Piece]:
        for ours, run in groupby(text, key=lambda letter: self._is_ours(letter) or letter.isspace()):
            stretch = "".join(run)
            yield from self._covered(stretch) if ours else [_Piece(stretch)]

    def _covered(self, stretch: str) -> list[_Piece]:
        """Cover letters with known pieces at the least cost; what cannot be covered stays."""
        letters = "".join(stretch.split())
        chunks = [number for number, chunk in enumerate(stretch.split()) for _ in chunk]
        lowered = letters.lower() if len(letters.lower()) == len(letters) else letters
        ways: list[dict[_After, _Way]] = [{} for _ in range(len(letters) + 1)]
        ways[0][_After()] = _Way(0.0)
        for here in range(len(letters)):
            for after, way in ways[here].items():
                for end, becomes, cost in self._steps(lowered, here, after, chunks):
                    found = _Way(way.cost + cost, here, after)
                    if becomes not in ways[end] or found.cost < ways[end][becomes].cost:
                        ways[end][becomes] = found
        pieces: list[_Piece] = []
        end, after = len(letters), min(ways[-1], key=lambda one: ways[-1][one].cost)
        while end:
            way = ways[end][after]
            pieces.append(
                _Piece(letters[way.start : end]) if after.unknown else self._known[lowered[way.start : end]]
            )
            end, after = way.start, way.after
        return _stretches(reversed(pieces))

    def _steps(
        self, letters: str, here: int, after: _After, chunks: Sequence[int]
    ) -> Iterator[tuple[int, _After, float]]:
        """Yield each piece that may come next: its end, what the letters end with then, and its cost.

        `chunks` has, for each letter, the number of the blanks before it.
        """
        is_first = here == 0 or chunks[here] > chunks[here - 1]
        for end in range(here + 1, min(here + self._longest, len(letters)) + 1):
            piece = self._known.get(letters[here:end])
            if piece is None:
                continue
            is_short, is_aside = end == here + 1, piece.section in ("set_aside", "joints")
            if is_aside:
                cost = ASIDE * (1 + end - here) + NOTHING_BEFORE / (end - here) * is_first
            else:
                cost = WORD - LONGER * (end - here) + SHORT_WORD * is_short
                cost += TORN * (is_short and after.unknown and not is_first)
            cost += ACROSS_A_BLANK * (chunks[end - 1] - chunks[here])
            yield end, _After(ending=is_short or is_aside), cost
        goes_on = after.unknown and not is_first
        torn = TORN * (after.ending and not is_first)
        yield here + 1, _After(unknown=True), LEFT_OVER + NEW_STRETCH * (not goes_on) + torn


@dataclass(frozen=True)
class Glossaries:
    """The languages there are, each a file by its name and content, read at the first text that needs one."""

    files: tuple[tuple[str, bytes], ...] = ()

    def of(self, text: str) -> Glossary | None:
        """Return the language that a text is in: of those whose script it has, the one that reads most of it.

        None for a text in Latin letters, and for one in a script of which there is no file. Raises
        `ContentError` if a file has faults.
        """
        if text.isascii() or not _FOREIGN.search(text):
            return None
        written = [glossary for glossary in self.read() if glossary.letters_in(text)]
        return min(written, key=lambda one: one.letters_in(one.in_english(text)), default=None)

    def codes(self, text: str) -> tuple[str, ...]:
        """Return the codes of the languages that a text may be in, by its script; raises as `of` does."""
        if text.isascii() or not _FOREIGN.search(text):
            return ()
        return tuple(code for code, glossary in self._glossaries.items() if glossary.letters_in(text))

    def in_english(self, text: str) -> str:
        """Return a text with the words of another language in the library's English."""
        glossary = self.of(text)
        return glossary.in_english(text) if glossary else text

    def read(self) -> tuple[Glossary, ...]:
        """Read all files, once; raises `ContentError` with their faults."""
        return tuple(self._glossaries.values())

    @cached_property
    def _glossaries(self) -> Mapping[str, Glossary]:
        opened = [_open(name, data) for name, data in self.files]
        if faults := sorted(fault for file, _ in opened for fault in file.faults):
            raise ContentError(tuple(faults))
        return {file.name.split(".")[1]: glossary for file, glossary in opened if glossary}

    def faults(self, understands: Callable[[str], bool]) -> Iterator[Fault]:
        """Yield what is wrong in the files, and each English word that the library does not understand."""
        for name, data in self.files:
            file, glossary = _open(name, data)
            for place, problem in _misunderstood(glossary, understands) if glossary else ():
                file.fault(place, problem)
            yield from file.faults


def _open(name: str, data: bytes) -> tuple[ContentFile, Glossary | None]:
    file = ContentFile.of(name, data, MOST_PIECES)
    glossary: Glossary | None = None if file.faults else file.one(Glossary, file.raw)
    for place, problem in _slips(glossary) if glossary else ():
        file.fault(place, problem)
    return file, glossary


def _slips(glossary: Glossary) -> Iterator[tuple[Place, str]]:
    """Yield what is wrong with a file by itself."""
    if not all(script.isalpha() for script in glossary.scripts) or not glossary.scripts:
        yield ("scripts",), "name scripts as Unicode does, for example hangul"
    for number, (pattern, english) in enumerate(glossary.patterns):
        try:
            re.compile(f"(?:{_pattern(pattern).pattern})|").sub(english, "")
        except (re.error, IndexError) as error:
            yield ("patterns", number), f"cannot be read: {error}"
    sections: dict[str, str] = {}
    for section, words in glossary.sections():
        for before, word in pairwise(words):
            if before > word:
                yield (
                    (section, *_at(glossary, section, word)),
                    f"“{echo(word)}” must stand before “{echo(before)}”",
                )
        for word in words:
            place = (section, *_at(glossary, section, word))
            if not glossary.letters_in(word):
                yield place, f"“{echo(word)}” has no letter of {', '.join(glossary.scripts)}"
            if plain(word) in sections:
                yield place, f"“{echo(word)}” is already in {sections[plain(word)]}"
            sections.setdefault(plain(word), section)


def _misunderstood(glossary: Glossary, understands: Callable[[str], bool]) -> Iterator[tuple[Place, str]]:
    for section in _TABLES:
        for word, english in getattr(glossary, section).items():
            known = understands(english)
            if not english.strip() or not english.isascii():
                yield (section, word), "needs English words"
            elif section == "elsewhere" and known:
                yield (section, word), f"the library has “{echo(english)}” now; put it under words"
            elif section != "elsewhere" and not known:
                yield (section, word), f"“{echo(english)}” is not in the words of the library; see elsewhere"


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{date}", _DATE))


def _at(glossary: Glossary, section: str, word: str) -> Place:
    """Return where a word stands in its section: under itself, or, in a list, by its position."""
    return (glossary.set_aside.index(word),) if section == "set_aside" else (word,)


@lru_cache(maxsize=1 << 12)
def script_of(letter: str) -> str:
    """Return the script of a letter, by the first word of its Unicode name; empty for a blank or a mark."""
    name = unicodedata.name(letter, "")
    return re.split("[ -]", name, maxsplit=1)[0] if letter.isalpha() else ""


def plain(word: str) -> str:
    """Return a word as it is looked up: composed, without blanks, in lower case."""
    return "".join(unicodedata.normalize("NFC", word).split()).lower()


def _stretches(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Join letters left over that stand side by side."""
    joined: list[_Piece] = []
    for piece in pieces:
        if not piece.section and joined and not joined[-1].section:
            joined[-1] = _Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _clauses(pieces: Iterable[_Piece]) -> Iterator[str]:
    """Yield the English of pieces, clause by clause, what asks first."""
    clause: list[_Piece] = []
    for piece in pieces:
        clause.append(piece)
        if not piece.section and _STOP.search(piece.text):
            yield from _clause(clause)
            clause = []
    yield from _clause(clause)


def _clause(clause: Sequence[_Piece]) -> Iterator[str]:
    part: list[_Piece] = []
    for place, piece in enumerate(clause):
        if piece.section != "joints":
            part.append(piece)
        elif _asks(part) and _asks(clause[place:]):
            yield from (*_in_order(part), piece.text)
            part = []
    yield from _in_order(part)


def _asks(pieces: Iterable[_Piece]) -> bool:
    return any(piece.section == "asking" for piece in pieces)


def _in_order(part: Sequence[_Piece]) -> Iterator[str]:
    yield from (piece.text for piece in part if piece.section == "asking")
    yield from (piece.text for piece in part if piece.section != "asking" and piece.text)
