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
            r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat (?:made|caused|prompted|led)\b|\bwhat for\b|\bcause of\b",
        ),
        (Asked.AGE, r"\bhow old\b|\bage\b"),
        (Asked.NAME, r"\bnames?\b|\bcalled\b|\bwhat is (?:he|she|it) called\b"),
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
    r"\b(?:(?:which|what|who) (?:\w+ ){0,2}(?:came|was|happened|comes) (?:first|earlier|later|last)|came first|"
    r"(?:before|earlier|later) (?:or|and) (?:after|later|earlier)|(?:in|chronological) order|sequence of|order of events|"
    r"first or (?:second|last)|put .{0,20}in order)\b"
)
_SOURCES = re.compile(
    r"\b(?:both|each|either|two|2|all|the)\b(?: of)?(?: the)?(?: \w+)? (?:articles|stories|reports|pieces|documents|sources|papers|texts)\b|"
    r"\beach (?:article|story|report|piece|document|source)\b"
)
_LISTED = re.compile(r",? \bor\b |,? \band\b |,|;|:|\bbefore or after\b|\bversus\b|\bvs\.?\b|\?")
_JOINED = re.compile(
    r"(?:,? (?:and|but|n|plus|&)|[,;?])\s+(?=(?:also |then )?(?:who|whom|whose|what|when|where|why|how|which|whats|whos|is|was|were|are|"
    r"did|does|do|has|have|can|could|will|would|should)\b)|\bversus\b|\bvs\.?\b|[;?](?=\s*\w)",
    re.IGNORECASE,
)
_SHORTEST_PART = 3


def is_order(question: str) -> bool:
    """Whether a question asks which of several things came first."""
    return bool(_ORDER.search(normalise(question)))


def is_comparison_of_sources(question: str) -> bool:
    """Whether a question asks what several of the sources say."""
    return bool(_SOURCES.search(normalise(question)))


def parts_of(question: str, listed: bool = False) -> tuple[str, ...]:
    """Split a question where a new one begins or, if it is a list, at every comma and conjunction."""
    pieces = (_LISTED if listed else _JOINED).split(question)
    least = 1 if listed else _SHORTEST_PART
    return tuple(piece.strip() for piece in pieces if len(piece.split()) >= least)
