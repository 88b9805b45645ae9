"""Administrations: “under Obama” in a question about figures by year, read as the years of the term.

A term begins and ends on 20 January (Constitution of the United States, Amendment XX); the year in which it
ends is left to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.languages import gettext

_TERMS: Mapping[str, tuple[str, int, int]] = {
    "clinton": ("Bill Clinton", 1993, 2001),
    "bush": ("George W. Bush", 2001, 2009),
    "obama": ("Barack Obama", 2009, 2017),
    "biden": ("Joe Biden", 2021, 2025),
}
"""Presidents of one unbroken time in office: the years of their first and their last 20 January."""

_UNDER = re.compile(
    r"\b(?:under|during|in) (?:the )?(?:president )?(?:bill |george w\.? |george |barack |joe )?"
    rf"(?P<name>{'|'.join(_TERMS)})\b(?:'s|’s)?"
    r"(?: (?:administration|presidency|government|years|terms?(?: (?:of|in) office)?))?",
    re.IGNORECASE,
)


def with_years(question: str) -> tuple[str, tuple[str, ...]]:
    """Return a question with years in place of an administration, and a note that says which years."""
    found = _UNDER.search(question)
    if found is None:
        return question, ()
    name, first, last = _TERMS[found["name"].lower()]
    years = f"{first} to {last - 1}"
    note = gettext(
        "{name} was president from 20 January {start} to 20 January {end}; this is {start} to {last}.",
        name=name,
        start=first,
        end=last,
        last=last - 1,
    )
    return f"{question[: found.start()]}from {years}{question[found.end() :]}", (note,)
