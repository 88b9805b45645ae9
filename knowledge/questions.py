"""What a question asks for: a person, a time, a count, an amount, a reason."""

from __future__ import annotations

import re
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


_PATTERNS: tuple[tuple[Asked, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(pattern))
    for asked, pattern in (
        (Asked.COUNT, r"\bhow many\b|\bhow mny\b|\bnumber of\b|\bhead ?count\b|\bquantity\b"),
        (
            Asked.AMOUNT,
            r"\bhow much\b|\bhow expensive\b|\bcosts?\b|\bprice\b|\bdollar (?:value|amount)\b|\bworth\b",
        ),
        (Asked.DURATION, r"\bhow long\b|\bhow many (?:years|months|weeks|days)\b|\bfor how\b"),
        (
            Asked.TIME,
            r"\bwhen\b|\b(?:what|which) (?:year|date|month|day|season|time)\b|\bdate of\b|\bhow soon\b",
        ),
        (Asked.PLACE, r"\bwhere\b|\b(?:what|which) (?:city|place|country|airport|town|location|venue)\b"),
        (
            Asked.REASON,
            r"\b(?:why|how come|reasons?|what (?:made|caused|prompted|led)|what for|cause of)\b",
        ),
        (Asked.AGE, r"\bhow old\b|\bage\b"),
        (Asked.NAME, r"\bnames?\b|\bcalled\b(?! off)|\bwhat is (?:he|she|it) called\b"),
        (Asked.NUMBER, r"\b(?:what|which|resolution|phone) numbers?\b"),
        (Asked.PERSON, r"\bwho(?:m|se|s|'s)?\b"),
    )
)


def asked_for(question: str) -> frozenset[Asked]:
    """Return the kinds of thing that a question asks for; empty if it shows none."""
    text = normalise(question)
    found = {asked for asked, pattern in _PATTERNS if pattern.search(text)}
    if Asked.DURATION in found:
        found.discard(Asked.COUNT)
    return frozenset(found)


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
