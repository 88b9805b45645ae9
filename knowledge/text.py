"""One analyser for everything that is searched: passages, FAQ entries, asks and questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from knowledge.languages import isolated


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


QUESTION_WORDS = _set("how hows what whats when whens where wheres which who whom whos whose why whys")
_CONTRACTED = _set(
    "aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt wasnt werent wont wouldnt"
)
NEGATIONS = _CONTRACTED | _set("cannot neither never no nobody none nor not nothing without")
_FUNCTION_WORDS = _set(
    """a about also am an and any are as at be been being but by can cannot could did do does doing eg etc for
    from had has have he her here hers him his i ie if in into is it its just many me might much must my no
    nor not of on one or our ours out please pls shall she should so some such than that the their them then
    there these they this those to too up us was we were will with would you your yours"""
)
# Their Snowball stem is "mar", by which people mean March.
_OWN_STEMS = {"mars": "mars", "marred": "marr", "marring": "marr"}
# Not "may", which is also a month, nor "never" and "nothing", which tell passages apart.
STOP_WORDS = QUESTION_WORDS | _CONTRACTED | _FUNCTION_WORDS

_STRAIGHT = str.maketrans(
    dict.fromkeys("‘’‚‛′‵´ʼ", "'")
    | dict.fromkeys("“”„‟″‶«»", '"')
    | dict.fromkeys("‐‑‒–—―−︱︲﹘﹣－", "-")
    | {"İ": "I"}  # its lower case is two characters
)
# Unicode's Default_Ignorable_Code_Point, interlinear marks and lone surrogates: nothing that a reader sees.
_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control and other non-characters that are no blanks, and the marks that turn a line round."""

# Plain ASCII, or a character with what composes onto it: combining marks, Hangul vowels and finals.
_CLUSTER = re.compile(
    rf"[\x00-\x7f]+(?![^\x00-\x7f])|(?s:.)[\u0300-\u036f\u1161-\u11ff\u3099\u309a{_UNSEEN}]*"
)

_INITIALS = r"(?<![\w.])(?:(?:[A-Za-z]\.)+[A-Za-z](?!\w)\.?|U\.\sS\.(?:\sA\.)?(?!\w))"
_COUNTRY = r"(?<!\w)(?:US|(?i:(?<=\bthe\s)us))(?![\w$])"
_CLITIC = r"'(?i:s|ll|re|ve|d|m)(?!\w)"
_TOKEN = re.compile(
    rf"""(?P<plain>(?:(?<=\ )|\A)(?!us\b|per\b)[a-z]+(?=[ ,?!]|\Z))  # most words; tried first, for speed
    | (?P<initials>{_INITIALS})
    | (?P<usa>{_COUNTRY})
    | (?P<dollar>(?:(?<!\w)US)?\$(?=\s?[0-9]))
    | (?P<percent>%|(?<!\w)(?i:per\scent)(?!\w))
    | (?P<whole>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.(?P<fraction>[0-9]+))?
      (?:[\s-]?(?P<scale>(?i:hundred|thousand|million|billion|(?<=[0-9])(?:k|mn?|bn)))|(?i:st|nd|rd|th))?(?!\w)
    | (?P<word>[^\W_]++(?:(?!{_CLITIC})'[^\W_]++)*)(?:{_CLITIC})?""",
    re.VERBOSE,
)

_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "k": 3, "m": 6, "mn": 6, "bn": 9}


def _count(names: str, first: int, step: int = 1) -> dict[str, int]:
    return {name: first + step * place for place, name in enumerate(names.split())}


_NUMBERS = (
    _count("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 0)
    | _count("sixteen seventeen eighteen nineteen", 16)
    | _count("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
    | _count("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", 1)
    | _count("thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 13)
    | _count("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 20, 10)
)
_NAME = re.compile(r"(?:[\s-](?P<joint>and\s)?)?(?P<name>[A-Za-z]+)(?!\w)")


class Token(NamedTuple):
    """A word as it is searched (`term`) and as it stands in the text (`surface`, from `start` to `end`)."""

    term: str
    surface: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Return a text in the one form in which two wordings are compared.

    Unicode NFKC, straight quotes and dashes, nothing invisible, single blanks, lower case. Initials lose
    their full stops (`U.N.` is `un`). The country is `usa`, to tell it from the pronoun: `U.S.` in any case,
    `US` in capitals, and `us` after `the`. Normalising twice changes nothing.
    """
    text = " ".join(_fold(text).split())
    text = re.sub(_INITIALS, lambda initials: _joined(initials[0]), text)
    return unicodedata.normalize("NFKC", re.sub(_COUNTRY, "usa", text).lower())


def words(text: str) -> Iterator[Token]:
    """Yield every word of a text in order: function words too, in lower case, not stemmed.

    Hyphens split; `'s` and other clitics go, and so do apostrophes (`don't` is `dont`). Numbers come in one
    form: `120,000`, `$120k` and `one hundred twenty thousand` are `120000`, `4th` and `fourth` are `4`. `%`
    is the word `percent`, and `$` before a number the word `dollar`. The country is as in `normalise`.
    """
    for term, start, end in _scan(text):
        yield Token(term, text[start:end], start, end)


def _scan(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text with where its surface starts and ends; most words are their own term."""
    folded, starts, ends = _aligned(text)
    position = 0
    for found in _TOKEN.finditer(folded):
        start, end = found.span()
        if start < position:  # within a number in words that began before
            continue
        position = end
        term = found[0]
        if found.lastgroup != "plain" or term in _NUMBERS:
            term, end = _term(found)
            position = max(position, end)
        yield term, starts[start], ends[end - 1]


def terms(text: str) -> list[str]:
    """Return the terms of a text in order: what is put into an index, and what it is asked for."""
    return [term for term, _ in terms_and_surfaces(text)]


def terms_and_surfaces(text: str) -> list[tuple[str, str]]:
    """Return the terms of a text in order, each with how it stands there.

    They are the `words` that carry meaning, each as its English Snowball stem.
    """
    chunks = list(map(_alone, text.split()))
    if None in chunks:  # one word that depends on its neighbours, or may
        return [(_stem(term), text[a:b]) for term, a, b in _scan(text) if term not in STOP_WORDS]
    return [found for chunk in chunks if chunk for found in chunk]


_ALONE = re.compile(
    r"""(?P<plain>[A-Za-z]{2,})(?:'s)?[.,?!]?  # most words
    | ["'(\[]*
    (?: (?:[A-Za-z]{2,}|[A-Za-z](?!\.)) (?:['-][A-Za-z]{2,})* (?:'s)?  # but no part of "U. S."
      | (?:[A-Za-z]\.){2,}
      | (?:(?:US)?\$)? [0-9]+ (?:,[0-9]{3})* (?:\.[0-9]+)? %?
    )?
    [.,;:?!"')\]]*""",
    re.VERBOSE,
)
_READ_TOGETHER = frozenset((*_NUMBERS, *_SCALES, "us", "per"))


@lru_cache(maxsize=1 << 15)
def _alone(chunk: str) -> tuple[tuple[str, str], ...] | None:
    """Return the terms and surfaces of what stands between blanks, as in any text.

    None if they depend on its neighbours, or may: "the us", "twenty one", "3 million", "per cent".
    """
    if not (found := _ALONE.fullmatch(chunk)):
        return None
    if plain := found["plain"]:
        tokens = [(plain.lower(), plain)]
    else:
        tokens = [(term, chunk[start:end]) for term, start, end in _scan(chunk)]
    if not _READ_TOGETHER.isdisjoint(term for term, _ in tokens):
        return None
    return tuple((_stem(term), surface) for term, surface in tokens if term not in STOP_WORDS)


@lru_cache(maxsize=1 << 15)
def _stem(word: str) -> str:
    """Stem a word. A `Stemmer` is not safe between threads; making one a word costs less than a lock."""
    import Stemmer  # type: ignore[import-not-found]

    if word in _OWN_STEMS:
        return _OWN_STEMS[word]
    stem: str = Stemmer.Stemmer("english", 0).stemWord(word)
    return stem


def _fold(text: str) -> str:
    visible = _INVISIBLE.sub("", text.translate(_STRAIGHT))
    return unicodedata.normalize("NFKC", visible).translate(_STRAIGHT)


def _joined(initials: str) -> str:
    letters = "".join(filter(str.isalpha, initials)).lower()
    return "usa" if letters == "us" else letters


def _aligned(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Fold a text; return it with, for each of its characters, where its origin starts and ends."""
    straight = text.translate(_STRAIGHT)
    if straight.isascii():
        return straight, range(len(text)), range(1, len(text) + 1)
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(straight):
        first, last = cluster.span()
        if cluster[0].isascii():
            folded.append(cluster[0])
            starts += range(first, last)
            ends += range(first + 1, last + 1)
        else:
            folded.append(characters := _fold(cluster[0]))
            starts += [first] * len(characters)
            ends += [last] * len(characters)
    return "".join(folded), starts, ends


def _term(found: re.Match[str]) -> tuple[str, int]:
    """Return the term of a match of `_TOKEN`, and where its surface ends."""
    kind = found.lastgroup or ""
    if kind in ("plain", "word"):
        word = found[kind].lower()
        if "'" in word:
            word = word.replace("'", "")
        if word in _NUMBERS:
            number, end = _spelled(found.string, found.start())
            if word not in STOP_WORDS or end > found.end():  # "one" counts only in a longer number
                return number, end
        return word, found.end(kind)
    if kind == "initials":
        return _joined(found[0]), found.end()
    if found["whole"]:
        return _shifted(found["whole"].replace(",", ""), found["fraction"], found["scale"]), found.end()
    return kind, found.end()


def _spelled(text: str, start: int) -> tuple[str, int]:
    """Read the number spelled at a place; return its digits and its end."""
    total = group = 0
    below, scale = 100, 10**12  # what may follow: a number below the one, a scale below the other
    end = start
    while found := _NAME.match(text, end):
        name = found["name"].lower()
        value = _NUMBERS.get(name, 0)
        power = 10 ** _SCALES.get(name, 0)
        if ((value and value < below) or end == start) and (below >= 100 or not found["joint"]):
            group += value
            below = 10 if value >= 20 else 1
        elif power == 100 and 0 < group < 100:
            group, below = group * 100, 100
        elif group and 100 < power < scale and len(name) > 3:  # "seven k" is no number
            total, group, below, scale = total + group * power, 0, 1000, power
        else:
            break
        end = found.end()
    return str(total + group), end


def _shifted(whole: str, fraction: str | None, scale: str | None) -> str:
    """Return a decimal number times its scale as digits; on strings, since `int` refuses thousands."""
    places = _SCALES[scale.lower()] if scale else 0
    fraction = (fraction or "").ljust(places, "0")
    whole, fraction = (whole + fraction[:places]).lstrip("0") or "0", fraction[places:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


_PAUSE = re.compile(
    r"""(?:(?P<quotation>“[^“”]*”|"[^"]*")|(?<![.!?…])[.!?…]+)["'”’»)\]]{0,3}
    (?P<gap>\s+)(?=["'(\[“‘«]{0,3}(?P<next>[^\W_]*))""",
    re.VERBOSE,
)
_TITLES = _set("amb capt col dr gen gov hon lt maj mr mrs ms mx prof rep rev sen sgt st")
_ABBREVIATIONS = _set(
    """apr approx aug ave co corp dec dept dist est etc feb fig figs fri inc jan jr ltd mar mon nos nov oct
    para pp sat sec sep sept sr sun thu thurs tue tues vol vs wed"""
)
# What begins a sentence after "the U.S." or "in Dec.", and is nobody's surname (as So, An and No are).
_OPENERS = _set(
    """A After And As At But By For From He However In It Its On She Since Some That The Their Then There
    These They This Those We What When While With"""
)


def sentences(text: str) -> tuple[str, ...]:
    """Split prose into sentences, each as it stands in the text.

    A quotation stays whole, and no sentence ends at an abbreviation, an initial or a decimal point (`U.S.`,
    `Dec. 10`, `Claire S. Lee`, `3.5`). A blank line ends one.
    """
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        start = 0
        for pause in _PAUSE.finditer(paragraph):
            if _ends_sentence(pause):
                found.append(paragraph[start : pause.start("gap")])
                start = pause.end()
        found.append(paragraph[start:])
    return tuple(stripped for sentence in found if (stripped := sentence.strip()))


def _ends_sentence(pause: re.Match[str]) -> bool:
    following = pause["next"]
    if following[:1].islower():
        return False
    if pause["quotation"]:
        return pause["quotation"][-2] in ".!?…"
    before = re.search(r"[\w.]*\Z", pause.string[max(0, pause.start() - 16) : pause.start()])
    word = before[0].lower() if before else ""
    if word in _TITLES or (word == "no" and following[:1].isdigit()):
        return False
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", word):
        return following in _OPENERS
    return True


def begun(text: str) -> str:
    """Return words as they begin a sentence: the first letter large, the others as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def clip(text: str, limit: int, ellipsis: str = "…") -> str:
    """Return a text of at most `limit` characters, cut where a word ends, with an ellipsis if anything went.

    A word longer than half the room is cut inside, yet never between a character and its marks.
    """
    if len(text) <= limit:
        return text
    room = limit - len(ellipsis)
    if room <= 0:
        return ellipsis[: max(0, limit)]
    cut = next((place for place in range(room, room // 2, -1) if text[place].isspace()), room)
    while cut and (_joins(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return text[:cut].rstrip(" \t\r\n,;:–—-(") + ellipsis


def _joins(character: str) -> bool:
    """Whether a character belongs to the one before: a mark, a joiner, a skin tone, half of a pair."""
    return (
        unicodedata.category(character).startswith("M")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\udc00" <= character <= "\udfff"
    )


def echo(text: str) -> str:
    """Return at most 50 characters of what somebody typed, on one line, safe to be shown in an error."""
    visible = _INVISIBLE.sub("", " ".join(text.split()))
    return isolated(clip(" ".join(_CONTROL.sub("", visible).split()), 50))
