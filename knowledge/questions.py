"""What a question asks for: a person, a time, a count, an amount, a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from knowledge.text import normalise


class Asked(StrEnum):
    """The kind of thing asked for, as the term under which questions are compared."""

    PERSON = "?who"
    TIME = "?when"
    PLACE = "?where"
    REASON = "?why"
    COUNT = "?how many"
    AMOUNT = "?how much"
    DURATION = "?how long"
    NAME = "?name"
    NUMBER = "?number"
    AGE = "?age"


_WHICH = ("what", "which")
_PHRASES: Mapping[Asked, tuple[str, ...]] = {
    Asked.COUNT: ("how many", "number of", "headcount", "head count", "quantity"),
    Asked.AMOUNT: (
        "how much",
        "how expensive",
        "cost",
        "costs",
        "price",
        "dollar value",
        "dollar amount",
        "worth",
    ),
    Asked.DURATION: (
        "how long",
        "for how",
        *(f"how many {unit}" for unit in ("years", "months", "weeks", "days")),
    ),
    Asked.TIME: (
        *("when", "date of", "how soon"),
        *(
            f"{which} {unit}"
            for which in _WHICH
            for unit in ("year", "date", "month", "day", "season", "time")
        ),
    ),
    Asked.PLACE: (
        "where",
        *(
            f"{which} {place}"
            for which in _WHICH
            for place in ("city", "place", "country", "airport", "town")
        ),
        *(f"{which} {place}" for which in _WHICH for place in ("location", "venue")),
    ),
    Asked.REASON: (
        *("why", "y did", "how come", "reason", "reasons", "what for", "cause of"),
        *(f"what {verb}" for verb in ("made", "caused", "prompted", "led")),
    ),
    Asked.AGE: ("how old", "age"),
    Asked.NAME: ("name", "names", "called"),
    Asked.NUMBER: tuple(
        f"{which} {number}" for which in (*_WHICH, "resolution", "phone") for number in ("number", "numbers")
    ),
    Asked.PERSON: ("who", "whom", "whose", "whos"),
}
_KIND_OF = {phrase: asked for asked, phrases in _PHRASES.items() for phrase in phrases}


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for any of some phrases, the longest first, each first word tried once."""
    beginnings: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        first, _, rest = phrase.partition(" ")
        beginnings.setdefault(first, []).append(f" {rest}" if rest else "")
    return "|".join(rf"{first}\b(?:{'|'.join(rests)})" for first, rests in beginnings.items())


_PHRASE = re.compile(rf"\b(?:{_any_of(_KIND_OF)})\b(?! off\b)")


def asked_for(question: str) -> frozenset[Asked]:
    """Return the kinds of thing that a question asks for; empty if it shows none."""
    text = " ".join(question.lower().split()) if question.isascii() else normalise(question)
    return frozenset(map(_KIND_OF.__getitem__, _PHRASE.findall(text)))


_NOW = re.compile(
    r"\b(?:today|nowadays|currently|these days|at present|at the moment(?! of\b)|now(?! that\b)|still)\b"
)
_THEN = re.compile(r"\b(?:was|wasnt|were|werent|did|didnt|had|hadnt|(?:19|20)[0-9]{2})\b")


def asks_about_the_present(question: str) -> bool:
    """Whether a question asks how things are when it is asked, and not how they were at some time."""
    text = normalise(question).replace("'", "")
    return bool(_NOW.search(text)) and not _THEN.search(text)


_NOT_ASKED = re.compile(
    r"<a?:\w{1,40}:[0-9]{1,25}>|<[@#][!&]?[0-9]{1,25}>|@(?:everyone|here)\b|https?://\S+|"
    r"^\s*(?:(?:hello|hi|hey)\b[ ,!]*)?(?:bot\b[ ,!:]*)?"
    r"(?:(?:can|could|would) you (?:please )?tell me\b[ ,:]*)?",
    re.IGNORECASE,
)


def essence(question: str) -> str:
    """Return a question without mentions, emoji, addresses and polite beginnings, its blanks single."""
    return " ".join(_NOT_ASKED.sub(" ", question).split())


_UN = "(?:u\\.?n\\.?|united nations)(?:['’]s)?"
_RESOLUTION = re.compile(
    rf"\b(?:(?:{_UN} )?(?:security council|sc)(?:['’]s)? |unsc(?:['’]s)? |{_UN} )resolution "
    r"(?:no\.? ?|number )?(?P<number>[0-9]{3,4})\b|\bunscr ?(?P<short>[0-9]{3,4})\b",
    re.IGNORECASE,
)


def untitled(question: str, has: Callable[[str], bool]) -> str:
    """Return a question in which each resolution whose number the library `has` stands without its title.

    Sources write “Resolution 2270”: whose it is tells no other one apart, and would count as not found.
    """
    return _RESOLUTION.sub(
        lambda named: (
            f"resolution {number}" if has(number := named["number"] or named["short"]) else named[0]
        ),
        question,
    )


_ORDER = re.compile(
    r"\b(?:came|comes|was|happened) (?:first|earlier|later|last)\b|"
    r"\b(?:before|earlier|later) (?:or|and) (?:after|later|earlier)\b|"
    r"\b(?:in|chronological) order\b|\border of events\b|\bsequence of\b|\bfirst or (?:second|last)\b"
)
_DOCUMENTS = "(?:article|story|storie|report|piece|document|source|paper|text)"
_SOURCES = re.compile(
    rf"\b(?:both|either|two|2|all|the)\b(?: of)?(?: the)?(?: \w+)? {_DOCUMENTS}s\b|\beach {_DOCUMENTS}\b"
)
_DOCUMENT_OF_YEAR = re.compile(rf"\b((?:19|20)[0-9]{{2}}) (?:{_DOCUMENTS}|one)\b")
_VERSUS = r"\bversus\b|\bvs\.?(?!\w)"
_LISTED = re.compile(rf",? \b(?:or|and)\b |[,;:?]|\bbefore or after\b|{_VERSUS}")
_OPENING = (
    "(?:also |then )?(?:who|whom|whose|whos|what|whats|when|where|why|how|which|is|was|were|are|did|does|do|"
    "has|have|can|could|will|would|should)\\b"
)
_JOINED = re.compile(
    rf"(?:,? (?:and|but|n|plus|&)|[;?])\s+(?={_OPENING})|[;?](?=\s*\w)|{_VERSUS}", re.IGNORECASE
)
_COMPARED = re.compile(r"\bcompare:? (.+?) (?:with|to|and|against|vs\.?) (.+)", re.IGNORECASE)
_SHORTEST_PART = 3


def things_ordered(question: str) -> tuple[str, ...]:
    """Return the things of which a question asks what came first; none if it does not ask that."""
    text = normalise(question)
    return parts_of(_ORDER.sub(" , ", text), listed=True) if _ORDER.search(text) else ()


def is_comparison_of_sources(question: str) -> bool:
    """Whether a question asks what several of the sources say."""
    return bool(_SOURCES.search(normalise(question)))


def without_documents(question: str) -> str:
    """Return a question without the words by which it names documents: “in each article”, “the 2019 one”."""
    return _DOCUMENT_OF_YEAR.sub(" ", _SOURCES.sub(" ", normalise(question)))


def years_of_documents(question: str) -> frozenset[int]:
    """Return the years by which a question names documents, as in “the 2019 article”."""
    return frozenset(int(year) for year in _DOCUMENT_OF_YEAR.findall(normalise(question)))


def parts_of(question: str, listed: bool = False) -> tuple[str, ...]:
    """Split a question where a new one begins or, if it is a list, at every comma and conjunction.

    A comparison has the two things compared as its parts.
    """
    if compared := _COMPARED.search(question):
        return compared.groups()
    pieces = (_LISTED if listed else _JOINED).split(question)
    least = 1 if listed else _SHORTEST_PART
    return tuple(piece.strip() for piece in pieces if len(piece.split()) >= least)


_PRESIDENCIES: Mapping[str, str] = {
    "clinton": "1993..2000",
    "bush": "2001..2008",
    "obama": "2009..2016",
    "trump": "2017..2020",
    "biden": "2021..2024",
}
"""The full years of each presidency, as a period; the first one of two."""

_PRESIDENCY = re.compile(
    r"\b(?:under|during|in)\b(?: the| president| (?:first|george|george w\.?|bill|barack|donald|joe))*"
    rf" ({'|'.join(_PRESIDENCIES)})(?:'s)?\b(?! (?:sanctions|policy))"
)


def presidency_in(question: str) -> str:
    """Return the years of a presidency that a question names, such as “under Obama”, as a period."""
    found = _PRESIDENCY.search(normalise(question))
    return _PRESIDENCIES[found[1]] if found else ""


_DISAGREE = (
    r"(?:disagree(?:s|d|ments?|ing)?|contradict(?:s|ed|ions?|ing)?|conflict(?:s|ing)?|"
    r"differ(?:s|ed|ing|ences?|ent)?|discrepanc(?:y|ies)|disputes?|inconsisten(?:t|cy|cies))"
)
_PLURAL_SOURCES = r"(?:sources|reports|articles|documents|accounts|records?|librar(?:y|ies))"
_DISPUTES = re.compile(
    rf"\b{_PLURAL_SOURCES}\b.{{0,30}}?\b{_DISAGREE}\b|\b{_DISAGREE}\b.{{0,20}}?\b{_PLURAL_SOURCES}\b|"
    rf"^(?:list|show)(?: me)?(?: all| the)* disputes\b|^(?:what|which)(?: are)?(?: the)? disputes\b"
)
_VAGUE = re.compile(r"\b(?:anything|something|each other|one another|both)\b")
_DIFFERING = re.compile(rf"\b{_DISAGREE}\b|\bnot (?:match|agree|the same)\b|\bmismatch\b")
_GAPS = re.compile(
    r"\b(?:known unknowns|unknowns|known gaps)\b|"
    r"^what (?:does|do|is) (?:the|this|your) (?:library|bot|archive|sources?) "
    r"(?:not (?:have|hold|know|contain|cover|say|answer)|lack|miss(?:ing)?)[?. ]*$|"
    r"^what (?:is|are|s) (?:missing|not) (?:from|in) (?:the|this|your) (?:library|archive|sources?)[?. ]*$|"
    r"^what (?:do|dont|does) (?:you|the bot) (?:not|nt)?\s?know[?. ]*$"
)
_EVERYBODY = re.compile(
    r"^(?:list|show)(?: me)?(?: all| the| every| of)* (?:people|persons|names|organi[sz]ations|actors)"
    r"(?: and (?:people|organi[sz]ations))?(?: (?:in|of) (?:the|this|your) library)?[?. ]*$|"
    r"^(?:who|which people|which organi[sz]ations|what people)(?: all)? (?:is|are) (?:named |mentioned )?"
    r"in (?:the|this|your) library[?. ]*$"
)


def disputes_asked(question: str) -> str | None:
    """Return what is left of a question on what the sources disagree on; None if it asks something else."""
    text = normalise(question).replace("'", "")
    return _VAGUE.sub(" ", _DISPUTES.sub(" ", text)) if _DISPUTES.search(text) else None


def is_about_a_difference(question: str) -> bool:
    """Whether a question asks how two things differ, or why."""
    return bool(_DIFFERING.search(normalise(question)))


def asks_for_gaps(question: str) -> bool:
    """Whether a question asks for a list of what the library does not have."""
    return bool(_GAPS.search(normalise(question).replace("'", "")))


def asks_for_everybody(question: str) -> bool:
    """Whether a question asks for a list of the people and organisations."""
    return bool(_EVERYBODY.search(normalise(question)))


_TIMELINE_OF = re.compile(
    r"^(?:(?:show|give)(?: me)? )?(?:the |a )?(?:timeline|chronology|(?:list of |list |all )?(?:the )?events)"
    r" (?:of|on|about|for) (?:the )?(.+?)[?. ]*$|"
    r"^(?:which|what) (un resolutions|u\.n\. resolutions) (?:are there|does (?:the|this) library have)[?. ]*$"
)


def timeline_subject(question: str) -> str:
    """Return of what a question asks for a timeline; nothing if it does not ask for one."""
    found = _TIMELINE_OF.match(normalise(question))
    return found[1] or found[2] if found else ""
