"""Single dates as people write them, and where they stand in a text.

Every spelling is a row of `_FORMS`; what a date means together with its neighbours is for `periods`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from knowledge.languages import ENGLISH, gettext, in_words, spoken, translatable

FIRST_YEAR, LAST_YEAR = 1900, 2099
_LEAP_YEAR = 2000

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_OF = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_SEASON_OF = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12, "fall": 9}
_SEASONS = {month: name for name, month in reversed(_SEASON_OF.items())}
_QUARTER_OF = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4},
    **{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4},
}


class Precision(StrEnum):
    """What kind of stretch a period is; the precision to which an event is dated."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal year"
    RANGE = "range"


_SHAPES: dict[Precision, tuple[int, Sequence[int]]] = {
    Precision.MONTH: (1, range(1, 13)),
    Precision.SEASON: (3, (3, 6, 9, 12)),
    Precision.QUARTER: (3, (1, 4, 7, 10)),
    Precision.YEAR: (12, (1,)),
    Precision.FISCAL_YEAR: (12, (10,)),
}
"""How many months each takes, and in which months it can begin."""

_KEYS = {
    Precision.DAY: "{year}-{month:02}-{day:02}",
    Precision.MONTH: "{year}-{month:02}",
    Precision.SEASON: "{year}-{season}",
    Precision.QUARTER: "{year}-Q{quarter}",
    Precision.YEAR: "{year}",
    Precision.FISCAL_YEAR: "FY{next_year}",
}
_LABELS = {
    Precision.DAY: "{day} {name} {year}",
    Precision.MONTH: "{name} {year}",
    Precision.SEASON: "{season} {year}",
    Precision.QUARTER: "Q{quarter} {year}",
    Precision.YEAR: "{year}",
    Precision.FISCAL_YEAR: "fiscal year {next_year}",
}

_PATTERNS = {Precision.DAY: "yMMMd", Precision.MONTH: "yMMM", Precision.QUARTER: "yQQQ", Precision.YEAR: "y"}
"""How CLDR names what is to be seen of each, in whatever order a language has it."""

_IN_SEASON = {
    "spring": translatable("spring {year}"),
    "summer": translatable("summer {year}"),
    "autumn": translatable("autumn {year}"),
    "winter": translatable("winter {year}"),
}


def out_of_years() -> str:
    """Say which years there are, as the reason why something is no date."""
    return gettext("years run from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR)


def _no_month(number: int) -> str:
    return gettext("there is no month {number}", number=number)


def _no_day(day: int, month: int, year: int | None) -> str:
    name = MONTHS[month - 1] if spoken() == ENGLISH else in_words(date(_LEAP_YEAR, month, 1), "MMMM")
    if year is None:
        return gettext("there is no {day} {month}", day=day, month=name)
    return gettext("there is no {day} {month} {year}", day=day, month=name, year=year)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, or the month, season, quarter or (fiscal) year that begins with `month` of `year`.

    `year` is None where none is written. Raises `ValueError`, with the reason, for what no calendar has.
    """

    precision: Precision
    year: int | None
    month: int = 1
    day: int = 1

    def __post_init__(self) -> None:
        """Refuse an impossible date."""
        if not 1 <= self.month <= 12:
            raise ValueError(_no_month(self.month))
        if self.year is not None and not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(out_of_years())
        if self.precision is not Precision.DAY:
            if self.day != 1 or self.month not in _SHAPES[self.precision][1]:
                raise ValueError(f"no {self.precision} begins on {self.day} {MONTHS[self.month - 1]}")
        elif not 1 <= self.day <= _month_end(self.year or _LEAP_YEAR, self.month).day:
            raise ValueError(_no_day(self.day, self.month, self.year))

    @classmethod
    def holding(cls, day: date, precision: Precision) -> PartialDate:
        """Return the day, month or year that `day` lies in."""
        month = 1 if precision is Precision.YEAR else day.month
        return cls(precision, day.year, month, day.day if precision is Precision.DAY else 1)

    @property
    def first(self) -> date:
        """Its first day; the year must be known."""
        assert self.year is not None
        return date(self.year, self.month, self.day)

    @property
    def last(self) -> date:
        """Its last day; the year must be known."""
        if self.precision is Precision.DAY:
            return self.first
        return _month_end(self.first.year, self.month + _SHAPES[self.precision][0] - 1)

    def in_year(self, year: int) -> PartialDate | None:
        """Return it as it begins in `year`; None for 29 February in most years."""
        try:
            return replace(self, year=year)
        except ValueError:
            return None

    def key(self) -> str:
        """Return the canonical form: `2018-12-10`, `2018-12`, `2018-summer`, `2018-Q4`, `2018`, `FY2018`."""
        return self._in(_KEYS)

    def label(self) -> str:
        """Return it in words: `10 December 2018`, `summer 2018`, `Q4 2018`, or `October` without a year."""
        return self._in(_LABELS).strip() if spoken() == ENGLISH else self._elsewhere("MMMM")

    def brief(self) -> str:
        """Return it in few letters, for the column of a table: `10 Dec 2018`, `Dec 2018`, `FY2008`."""
        if self.precision is Precision.FISCAL_YEAR:
            return self.key()
        if spoken() != ENGLISH:
            return self._elsewhere("MMM")
        long, short = MONTHS[self.month - 1], MONTHS[self.month - 1][:3]
        return self.label().replace(long, short)

    def _elsewhere(self, month: str) -> str:
        """Return it in words of a language other than English, the month as CLDR's pattern says."""
        values = {"year": (self.year or 0) + (self.precision is Precision.FISCAL_YEAR)}
        if self.precision is Precision.FISCAL_YEAR:
            return gettext("fiscal year {year}", **values)
        if self.precision is Precision.SEASON:
            return gettext(_IN_SEASON[_SEASONS[self.month]], **values)
        pattern = _PATTERNS[self.precision].replace("MMM", month)
        return in_words(
            date(self.year or _LEAP_YEAR, self.month, self.day),
            pattern.removeprefix("y" * (self.year is None)),
        )

    def _in(self, formats: Mapping[Precision, str]) -> str:
        return formats[self.precision].format(
            year="" if self.year is None else self.year,
            next_year=(self.year or 0) + 1,
            month=self.month,
            day=self.day,
            name=MONTHS[self.month - 1],
            season=_SEASONS.get(self.month),
            quarter=self.month // 3 + 1,
        )


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(1)


Reading = tuple[PartialDate, PartialDate]
"""One meaning of what is written: from the first date to the second, which are mostly the same."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One date where it stands in a text, with everything that it can mean, the likeliest first."""

    start: int
    end: int
    readings: tuple[Reading, ...]

    @property
    def yearless(self) -> bool:
        """Whether no reading of it has a year."""
        return all(first.year is None for first, _ in self.readings)


def scan(text: str, original: str | None = None) -> tuple[list[Spot], list[str]]:
    """Find the single dates in a folded text, and say of what looks like one why it is none.

    Of two that overlap the earlier is taken, of two that begin together the longer. With the `original`
    of the text, which is prose then, words and numbers that only look like dates are left out.
    """
    found, faults = [], []
    for pattern, build in _FORMS if original is None else _PROSE_FORMS:
        for match in pattern.finditer(text):
            try:
                found.append(Spot(*match.span(), build(match.groupdict())))
            except ValueError as error:
                faults.append(str(error))
    spots: list[Spot] = []
    for spot in sorted(found, key=lambda s: (s.start, -s.end)):
        if not spots or spot.start >= spots[-1].end:
            spots.append(spot)
    edges = {edge for spot in spots for edge in (spot.start, spot.end)}
    spots = [spot for spot in spots if _stands_alone(spot, text, edges)]
    return (spots if original is None else _that_are_dates(spots, text, original)), faults


# How dates are written ------------------------------------------------------------------------------------

_Groups = Mapping[str, str | None]
_Builder = Callable[[_Groups], tuple[Reading, ...]]


def _one(*dates: PartialDate) -> tuple[Reading, ...]:
    return tuple((date_, date_) for date_ in dates)


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    number = int(digits.lstrip("'"))
    return number if number > 99 else number + (2000 if number < 50 else 1900)


def _date(g: _Groups) -> tuple[Reading, ...]:
    """Build a date from the groups y(ear), m(onth), n(umber of the month), d(ay), s(eason), q(uarter)."""
    year, name, number, day = _year(g.get("y")), g.get("m"), g.get("n"), g.get("d")
    if season := g.get("s"):
        return _one(PartialDate(Precision.SEASON, year, _SEASON_OF[season]))
    if quarter := g.get("q"):
        return _one(PartialDate(Precision.QUARTER, year, 3 * _QUARTER_OF[quarter.split()[0]] - 2))
    if not (name or number):
        return _one(PartialDate(Precision.YEAR, year))
    month = _MONTH_OF[name[:3]] if name else int(number or 0)
    if day:
        return _one(PartialDate(Precision.DAY, year, month, int(day)))
    return _one(PartialDate(Precision.MONTH, year, month))


def _day_or_month_first(g: _Groups) -> tuple[Reading, ...]:
    year, one, two = _year(g["y"]), int(g["a"] or 0), int(g["b"] or 0)
    orders = dict.fromkeys((month, day) for day, month in ((one, two), (two, one)) if month <= 12)
    if not orders:
        raise ValueError(_no_month(two))
    return _one(*(PartialDate(Precision.DAY, year, month, day) for month, day in orders))


def _month_and_number(g: _Groups) -> tuple[Reading, ...]:
    """Read “october 23”, which is a month of 2023 or a day; “oct-23” is a month and “oct 5” a day."""
    month, number = _MONTH_OF[(g["m"] or "")[:3]], int(g["d"] or 0)
    day = PartialDate(Precision.DAY, None, month, number)
    if g["th"] or number < 10:
        return _one(day)
    year = PartialDate(Precision.MONTH, 2000 + number, month)
    return _one(year) if g["glue"] == "-" else _one(year, day)


def _fiscal_year(g: _Groups) -> tuple[Reading, ...]:
    return _one(PartialDate(Precision.FISCAL_YEAR, (_year(g["y"]) or 0) - 1, 10))


def _years(first: int, last: int) -> tuple[Reading, ...]:
    return ((PartialDate(Precision.YEAR, first), PartialDate(Precision.YEAR, last)),)


def _two_years(g: _Groups) -> tuple[Reading, ...]:
    year = int(g["y"] or 0)
    if int(g["n"] or 0) != (year + 1) % 100:
        raise ValueError(gettext("{number} is not the year after {year}", number=g["n"], year=year))
    return _years(year, year + 1)


def _decade(g: _Groups) -> tuple[Reading, ...]:
    return _years(int(g["y"] or 0), int(g["y"] or 0) + 9)


def _half(g: _Groups) -> tuple[Reading, ...]:
    year, start = _year(g["y"]), 1 if g["h"] in ("h1", "first", "1st") else 7
    return ((PartialDate(Precision.MONTH, year, start), PartialDate(Precision.MONTH, year, start + 5)),)


_Y = "(?P<y>(?:19|20)[0-9]{2})"
_YY = "(?P<y>(?:19|20)[0-9]{2}|'[0-9]{2})"
_N = "(?P<n>[0-9]{1,2})"
_D = "(?P<d>[0-9]{1,2})"
_TH = "(?:st|nd|rd|th)"
_OF = r"[\s,/-]*(?:(?:of|in)\s+)?"
_M = (
    f"(?P<m>(?:{'|'.join(name.lower() for name in MONTHS if name != 'May')}|febuary)(?:'?s)?"
    rf"|(?:{'|'.join(_MONTH_OF)}|sept)(?:\.|'s)?)"
)
_S = f"(?P<s>{'|'.join(_SEASON_OF)})"
_Q = rf"(?P<q>q[1-4]|(?:{'|'.join(word for word in _QUARTER_OF if word[0] != 'q')})\s+quarter)"


def _form(pattern: str, build: _Builder = _date) -> tuple[re.Pattern[str], _Builder]:
    return re.compile(rf"(?<![\w$€£#¶]){pattern}(?!\w|%|[.,][0-9]{{1,3}}(?![0-9]))"), build


_FORMS = (
    _form(f"{_Y}[-/.]{_N}[-/.]{_D}"),
    _form(f"(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.]{_Y}", _day_or_month_first),
    _form(f"{_Y}[-/]{_N}"),
    _form(f"{_N}[-/.]{_Y}"),
    _form(rf"{_D}{_TH}?[\s-]*(?:of\s+)?{_M}(?:{_OF}{_YY})?"),
    _form(rf"{_M}[\s,]*{_D}{_TH}?[\s,]+(?:of\s+)?{_YY}"),
    _form(rf"{_M}(?P<glue>-|[\s,]*){_D}(?P<th>{_TH})?", _month_and_number),
    _form(f"{_M}(?:{_OF}{_YY})?"),
    _form(rf"{_Y}(?:[/-]|[\s,]+)(?!may\s+[a-z]){_M}"),
    _form(f"{_Q}(?:{_OF}{_YY})?"),
    _form(rf"{_Y}[\s-]*(?P<q>q[1-4])"),
    _form(rf"(?P<h>h[12]|(?:first|1st|second|2nd)(?=\s+half))(?:\s+half)?{_OF}{_YY}", _half),
    _form(f"{_S}(?:{_OF}{_YY})?"),
    _form(rf"{_Y}[\s-]+{_S}"),
    _form(r"(?:fy|fiscal\s+years?)[\s-]*(?P<y>(?:19|20)[0-9]{2}|'?[0-9]{2})", _fiscal_year),
    _form(f"{_Y}/(?P<n>[0-9]{{2}})", _two_years),
    _form("(?P<y>(?:19|20)[0-9]0)'?s", _decade),
    _form(rf"(?:year\s+)?{_Y}"),
)
# In a command 2018-19 is a slip for a month, in a question it is two years.
_PROSE_FORMS = (*_FORMS, _form(f"{_Y}-(?P<n>[0-9]{{2}})", _two_years))

RANGE_JOINT = re.compile(r"\s*(?:-+|~|\.{2,}|…|to|through|thru|until|till|up\s+to)\s*")
LIST_JOINT = re.compile(r"\s*(?:,\s*)?(?:and|or|plus|n|vs\.?|versus|[,+&/])\s*")
AND_JOINT = re.compile(r"\s*(?:and|&)\s*")


def stands_between(text: str, here: Spot, there: Spot, *joints: re.Pattern[str]) -> bool:
    """Whether one of these joints, and nothing else, stands between two dates."""
    return any(joint.fullmatch(text, here.end, there.start) for joint in joints)


# What only looks like a date ------------------------------------------------------------------------------

_GLUED_BEFORE = re.compile(r"\w[-/.]$")
_PREFIX = re.compile(r"(?<!\w)(?:early|mid|late|pre|post)-$")
_DATE_LEAD = re.compile(
    r"(?<!\w)(?:in|since|until|till|by|during|for|of|from|after|before|between|through|thru|over|throughout|the"
    r"|last|next|past|previous|early|mid|late|around|vs|versus|than)[\s-]+(?:the\s+)?$"
)
_THIS = re.compile(r"(?<!\w)this\s+$")
_YEAR_LEAD = re.compile(r"(?<!\w)(?:in|since|until|during)\s+$")
_NUMBER_LEAD = re.compile(r"(?<!\w)(?:no\.|number|usd)\s*$")
_RESOLUTION_LEAD = re.compile(r"(?<!\w)(?:resolutions?|res\.?|unscr)[\s.,0-9]*(?:and\s+)?$")
_UNIT = re.compile(r"\s*(?:per\s?cent|tons?|tonnes?|kg|dollars?|usd|people|million|thousand)(?!\w)")
_MAY_VERB = re.compile(r"\s+(?:be|have|not|also|well|still|never|even|yet|soon|become|come|help|need)(?!\w)")
_LOWER_CASE = re.compile(r"(?<!\w)[a-z][\w'’]*[,;:]?\s+$")
_MARCH_LEAD = re.compile(
    r"(?<!\w)(?:to|will|would|can|could|may|might|must|should|did|do|they|we|people|protesters|who|a|on)\s+$"
)
_MARCH_VERB = re.compile(r"\s+(?:on|against|into|towards?|past|out|over|across|ahead|back|north|south)(?!\w)")


def _stands_alone(spot: Spot, text: str, edges: set[int]) -> bool:
    """Whether a bare year or word is no part of a longer one, as in fp-2019, Mar-a-Lago or 2018-13."""
    surface = text[spot.start : spot.end]
    if not (surface.isdigit() or surface.isalpha()):
        return True
    before, after = text[max(0, spot.start - 8) : spot.start], text[spot.end : spot.end + 2]
    if _GLUED_BEFORE.search(before) and spot.start - 1 not in edges and not _PREFIX.search(before):
        return False
    glued = after[:1] in ("-", "/") and (after[1:].isdigit() or (after[1:].isalpha() and surface.isalpha()))
    return not glued or spot.end + 1 in edges


def _that_are_dates(spots: Sequence[Spot], text: str, original: str) -> list[Spot]:
    linked = {
        spot
        for pair in pairwise(spots)
        for spot, other in (pair, pair[::-1])
        if stands_between(text, *pair, RANGE_JOINT, LIST_JOINT)
        and not text[other.start : other.end].isdigit()
    }
    return [spot for spot in spots if _is_date(spot, text, original, spot in linked)]


def _is_date(spot: Spot, text: str, original: str, linked: bool) -> bool:
    """Judge by the words around whether a number is a year and a word a month; `linked` to another month."""
    surface = text[spot.start : spot.end]
    before, after = text[max(0, spot.start - 24) : spot.start], text[spot.end : spot.end + 24]
    if surface.isdigit():
        return _is_year(int(surface), before, after)
    if spot.readings[-1][0].year is not None:
        return True
    word = re.sub(r"^[0-9\s]+|(?<=[a-z])[^a-z].*", "", surface)
    sure = linked or _DATE_LEAD.search(before) is not None
    if word in _SEASON_OF:
        return (sure or _THIS.search(before) is not None) and not after.startswith(" of ")
    if word == "may":
        lead = original[max(0, spot.start - 24) : spot.start]
        sure = sure or (original.startswith("May", spot.start) and _LOWER_CASE.search(lead) is not None)
        return sure and not _MAY_VERB.match(after)
    if word == "march":
        return sure or not (_MARCH_LEAD.search(before) or _MARCH_VERB.match(after))
    return True


def _is_year(number: int, before: str, after: str) -> bool:
    """Tell a year from a sum, a count or the number of a resolution (1874, 2087, 2397)."""
    if _RESOLUTION_LEAD.search(before):
        return 1990 <= number <= 2030
    counted = _UNIT.match(after) and not _YEAR_LEAD.search(before)
    return not (counted or _NUMBER_LEAD.search(before))


# Folding --------------------------------------------------------------------------------------------------

_LOOKALIKES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-") | dict.fromkeys("‘’‛ʼ′＇`", "'") | dict.fromkeys("〜～∼", "~")
)


def fold(text: str) -> str:
    """Return text in lower case, with plain digits, dashes and quotes; every character stays in its place."""
    text = text.translate(_LOOKALIKES)
    return text.lower() if text.isascii() else "".join(map(_fold_one, text))


def _fold_one(character: str) -> str:
    if unicodedata.category(character) == "Cf":  # zero-width spaces and marks of direction
        return " "
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character
