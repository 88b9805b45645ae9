"""Offices: which one a question asks for, of which country, and whether somebody held it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.people import Person
from knowledge.text import normalise

_COUNTRIES: Mapping[str, str] = {
    "North Korea": r"north korea(?:n|s)?|dprk|n\.? ?korea(?:n)?|nk|pyongyang",
    "South Korea": r"south korea(?:n|s)?|rok|s\.? ?korea(?:n)?|seoul",
    "United States": r"u\.s\.a?\.?|usa?|united states|america(?:n)?|washington",
    "China": r"china|chinese|beijing",
    "Japan": r"japan(?:ese)?|tokyo",
    "Russia": r"russian?|moscow",
}
_COUNTRY = re.compile(
    r"(?<!\bto )(?<!\bfor )(?<!\bon )(?<!\bin )(?<!\bto the )(?<!\bfor the )(?<!\bin the )(?<!\w)(?:"
    + "|".join(f"(?P<c{number}>{names})" for number, names in enumerate(_COUNTRIES.values()))
    + r")(?!\w)",
    re.IGNORECASE,
)
_OF = re.compile(r"\bof (?:the )?(.+)", re.IGNORECASE)
_OFFICES = (
    "vice president",
    "president",
    "prime minister",
    "premier",
    "foreign minister",
    "defen[cs]e minister",
    "secretary of defense",
    "secretary general",
    "ambassador",
    "king",
    "queen",
    "pope",
)
_ASKED = re.compile(
    r"^(?:and )?who(?:'s|s)?(?: (?:is|was|are|were|else))? (?:now |currently |then )?"
    rf"(?P<office>(?:the |a )?(?:[\w.']+ ){{0,4}}?(?P<title>{'|'.join(_OFFICES)})(?! \w+'s)\b"
    r"(?: (?:of|to|for|at) (?:the )?[\w.' ]+?)?)"
    r"(?: (?:now|then|today|at the time|in (?:19|20)[0-9]{2}))?[?!. ]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a question asks for: its words, its title, and of what it is, if that is named."""

    words: str
    title: str
    of: str

    def is_held_by(self, person: Person) -> bool:
        """Whether a source gives a person this title, of this country or body if one is asked for."""
        roles = [(person.role, person.affiliation)]
        roles += [(standing.role, standing.affiliation) for standing in person.standings]
        said = [normalise(f"{role}, {affiliation}") for role, affiliation in roles]
        has_title = re.compile(rf"(?<!vice )\b{self.title}\b")
        return any(has_title.search(text) and self._is_of(text) for text in said)

    def _is_of(self, text: str) -> bool:
        return self.of in ("", _country_in(text)) or normalise(self.of) in text


def office_asked(question: str) -> Office | None:
    """Return the office of which a question asks who held it, such as “president of North Korea”.

    A question that names more than an office, or an office in passing, asks for none.
    """
    found = _ASKED.match(" ".join(question.replace("’", "'").split()))
    if not found:
        return None
    words = re.sub(r"^(?:the|a) ", "", found["office"], flags=re.IGNORECASE).strip(" '")
    body = _OF.search(words)
    return Office(words, found["title"].lower(), _country_in(words) or (body[1] if body else ""))


def _country_in(text: str) -> str:
    """Return the first country that a text has as its own, not as the one that it deals with."""
    found = _COUNTRY.search(text)
    return list(_COUNTRIES)[int(str(found.lastgroup)[1:])] if found else ""
