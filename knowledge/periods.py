"""Periods: stretches of days; one parser for the commands, the content files and the dates in questions.

A command is a text that is one period from end to end. What single dates look like is known to `dates`;
here neighbours are joined (`nov 2023 - mar 2024`, `since 2016`) and dates without a year get theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from knowledge.dates import (
    AND_JOINT,
    FIRST_YEAR,
    LAST_YEAR,
    LIST_JOINT,
    RANGE_JOINT,
    PartialDate,
    Precision,
    Reading,
    Spot,
    fold,
    out_of_years,
    scan,
    stands_between,
)
from knowledge.errors import InputError
from knowledge.languages import ENGLISH, between_in_words, either, gettext, spoken, translatable
from knowledge.text import begun, echo

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

__all__ = [
    "ALL_DATES",
    "EXAMPLES",
    "ONLY_YEAR",
    "READ_AS",
    "AmbiguousPeriodError",
    "FoundPeriod",
    "ParsedPeriod",
    "Period",
    "PeriodError",
    "Precision",
    "UncoveredPeriodError",
    "find_periods",
    "parse_period",
]

EXAMPLES = ("2018", "2018-12", translatable("summer 2018"), "2023-11..2024-03")
"""What an error message gives as examples when the caller has none of its own."""

ONLY_YEAR = translatable("“{typed}” is read as {period}, the only year with anything for it.")
READ_AS = translatable("“{typed}” is read as {period}.")
"""How a date without a year is said to be read: for want of another year, or without a reason."""


class _Phrases(NamedTuple):
    """How a stretch without a name of its own is called by the names of its ends, of which some are open."""

    everything: str
    both: str
    since: str
    until: str


_KEYS = _Phrases("all", "{first}..{last}", "since {first}", "until {last}")
_LABELS = _Phrases(
    translatable("all dates"),
    translatable("{first} to {last}"),
    translatable("since {first}"),
    translatable("until {last}"),
)
_UNTIL_THE_END = translatable("until the end of {last}")


class PeriodError(InputError, ValueError):
    """A period that cannot be read; the text says what is accepted, with an example."""


class AmbiguousPeriodError(PeriodError):
    """Words that can mean several periods; `choices` holds them, and the reader is to pick one."""

    def __init__(self, message: str, choices: tuple[Period, ...]) -> None:
        """Take the message and what the reader can choose from."""
        super().__init__(message)
        self.choices = choices


class UncoveredPeriodError(PeriodError):
    """A date without a year, well written, for which no year has rows: “no figure”, not a slip.

    `asked` names it (`October`), so that the caller can say that there is nothing for it.
    """

    def __init__(self, message: str, asked: str) -> None:
        """Take the message and the name of what was asked for."""
        super().__init__(message)
        self.asked = asked


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, `first` and `last` included; an open end is `date.min` or `date.max`.

    Spring is March to May, summer June to August, autumn September to November, and the winter of a year
    its December to the next February. Fiscal years are those of the U.S. government: FY2008 began in
    October 2007. The partial date of an event is a period too, and the event is in every period that it
    overlaps. Ends that are not open lie in the years 1900 to 2099. Periods sort by first day, then last.

    Raises `ValueError` for a span that its precision does not fit.
    """

    first: date
    last: date
    precision: Precision

    def __post_init__(self) -> None:
        """Refuse a span that is not what the precision says."""
        if self.open_start and self.open_end and self.precision is Precision.RANGE:
            return
        ends = [end for end in (self.first, self.last) if end not in (date.min, date.max)]
        if not ends or not all(FIRST_YEAR <= end.year <= LAST_YEAR for end in ends):
            raise ValueError(out_of_years())
        fits = self.first < self.last if self.precision is Precision.RANGE else self._date.last == self.last
        if not fits:
            raise ValueError(f"{self.first} to {self.last} is not a {self.precision}")

    @classmethod
    def of(cls, first: PartialDate, last: PartialDate | None = None) -> Period:
        """Return the period of a date, or from one date to the end of another; both have their years."""
        if last is None or first == last:
            return cls(first.first, first.last, first.precision)
        return cls.between(first.first, max(first.last, last.last))

    @classmethod
    def unit(cls, precision: Precision, year: int, month: int = 1) -> Period:
        """Return the month, quarter, season or (fiscal) year that begins with `month` of `year`."""
        return cls.of(PartialDate(precision, year, month))

    @classmethod
    def between(cls, first: date, last: date) -> Period:
        """Return all days from `first` to `last`; `date.min` and `date.max` leave an end open."""
        return cls(first, last, Precision.DAY if first == last else Precision.RANGE)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """Let content files hold periods as text."""
        from pydantic_core import core_schema

        def read(value: object) -> Period:
            return value if isinstance(value, Period) else parse_period(str(value)).period

        return core_schema.no_info_plain_validator_function(read)

    @property
    def open_start(self) -> bool:
        """Whether it has no first day."""
        return self.first == date.min

    @property
    def open_end(self) -> bool:
        """Whether it has no last day."""
        return self.last == date.max

    def contains(self, other: Period | date) -> bool:
        """Whether every day of `other` is in it."""
        first, last = (other, other) if isinstance(other, date) else (other.first, other.last)
        return self.first <= first and last <= self.last

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def months(self) -> tuple[Period, ...]:
        """Return the months it touches, in order; raises `ValueError` for an open period."""
        if self.open_start or self.open_end:
            raise ValueError("an open period has no list of months")
        start, stop = (day.year * 12 + day.month - 1 for day in (self.first, self.last))
        return tuple(Period.unit(Precision.MONTH, n // 12, n % 12 + 1) for n in range(start, stop + 1))

    def __str__(self) -> str:
        """Return the canonical form, as `key` does."""
        return self.key()

    def key(self) -> str:
        """Return the canonical form, which `parse_period` reads back to the same value.

        That is `2018-12-10`, `2018-12`, `2018-summer`, `2018-Q4`, `2018`, `FY2018`, `2023-11..2024-03`,
        `since 2016`, `until 2018-06` or `all`.
        """
        return self._named(PartialDate.key, _KEYS, str.format)

    def label(self) -> str:
        """Return it in words, which `parse_period` reads back too, in English as by a glossary.

        That is `10 December 2018`, `summer 2018`, `Q4 2018`, `November 2023 to March 2024`, `since 2016`,
        `until the end of June 2018` or `all dates`.
        """
        return self._named(PartialDate.label, self._labels, gettext)

    def brief(self) -> str:
        """Return it in few letters, for the column of a table: `Nov 2023–Mar 2024`, `Jan–Oct 2023`."""
        if self.precision is not Precision.RANGE or self.open_start or self.open_end:
            return self._named(PartialDate.brief, self._labels, gettext)
        head, tail = self._ends()
        assert head and tail
        if spoken() != ENGLISH:
            return between_in_words(self.first, self.last, _BETWEEN[head.precision])
        first, last = head.brief(), tail.brief()
        within_a_year = self.first.year == self.last.year and len(first) == len(last)
        return f"{first[:-5] if within_a_year else first}–{last}"

    @property
    def _labels(self) -> _Phrases:
        ends_with_month = not self.open_end and (self.last + timedelta(1)).day == 1
        return _LABELS._replace(until=_UNTIL_THE_END) if ends_with_month else _LABELS

    @property
    def _date(self) -> PartialDate:
        return PartialDate(self.precision, self.first.year, self.first.month, self.first.day)

    def _named(self, name: Callable[[PartialDate], str], phrases: _Phrases, say: Callable[..., str]) -> str:
        """Name it, a range by its ends; `say` puts their names into a phrase."""
        if self.precision is not Precision.RANGE:
            return name(self._date)
        head, tail = self._ends()
        if head and tail:
            return say(phrases.both, first=name(head), last=name(tail))
        if head:
            return say(phrases.since, first=name(head))
        return say(phrases.until, last=name(tail)) if tail else say(phrases.everything)

    def _ends(self) -> tuple[PartialDate | None, PartialDate | None]:
        """Return the ends of a range, each in the coarsest unit that both of them fill; None where open."""
        for precision in (Precision.YEAR, Precision.MONTH, Precision.DAY):
            head = None if self.open_start else PartialDate.holding(self.first, precision)
            tail = None if self.open_end else PartialDate.holding(self.last, precision)
            if head == tail or (head and head.first != self.first) or (tail and tail.last != self.last):
                continue
            return head, tail
        return None, None


_BETWEEN = {Precision.YEAR: "y", Precision.MONTH: "yMMM", Precision.DAY: "yMMMd"}
"""How CLDR names what is to be seen of the ends of a range."""

ALL_DATES = Period(date.min, date.max, Precision.RANGE)


@dataclass(frozen=True, slots=True)
class ParsedPeriod:
    """A period that was asked for, with notes for the reader on how the words were read."""

    period: Period
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A date mentioned in a text, at `start` to `end` of it.

    `choices` is what it can mean: one period; several, where years with rows compete; none, for a date
    without a year and without rows. `period` is the only choice, or else None. `asked` names it in words,
    without a year if that is open. `has_year` says that the text gives the year; `relative`, that it has
    “last” or “this” before a date without one, which the choices take no account of.
    """

    choices: tuple[Period, ...]
    asked: str
    start: int
    end: int
    surface: str
    has_year: bool
    relative: bool

    @property
    def period(self) -> Period | None:
        """What it means, if that is clear."""
        return self.choices[0] if len(self.choices) == 1 else None


def meanings(periods: Iterable[FoundPeriod]) -> tuple[Period, ...]:
    """Return everything that some dates can mean, in their order."""
    return tuple(choice for found in periods for choice in found.choices)


def parse_period(
    text: str,
    *,
    rows: Sequence[Period] = (),
    examples: Sequence[str] = EXAMPLES,
    in_english: Callable[[str], str] = str,
    year_given: str = ONLY_YEAR,
) -> ParsedPeriod:
    """Read a period as people type it; nothing, or `all`, means all dates.

    `rows` are the periods of the table asked: a month without a year is that of the only year in which
    some row lies within it, which a note says as `year_given` has it. `examples` are what an error message
    shows. What is typed in another language is read as `in_english` has it, and echoed as it is typed.

    Raises `PeriodError` for what cannot be read, `AmbiguousPeriodError` where the reader must choose, and
    `UncoveredPeriodError` where no year has rows for a date without a year.
    """
    english = in_english(text)
    folded = fold(english).strip(_QUOTES)
    if not folded and fold(text).strip(_QUOTES):  # words of another language that say nothing here
        raise PeriodError(_unreadable(text, "", examples))
    if not folded or _EVERYTHING.fullmatch(folded):
        return ParsedPeriod(ALL_DATES)
    mentions, faults = _read(folded)
    if len(mentions) != 1 or not _covers(mentions[0], folded):
        raise PeriodError(_unreadable(text, _why(folded, len(mentions), faults), examples))
    mention = mentions[0]
    try:
        found = _resolve(mention, rows, english)
    except ValueError as error:
        raise PeriodError(_unreadable(text, str(error), examples)) from None
    if mention.relative or not (found.choices or rows):
        reason = gettext(_RELATIVE) if mention.relative else gettext("it has no year")
        raise PeriodError(_unreadable(text, reason, examples))
    if not found.choices:
        raise UncoveredPeriodError(
            gettext(
                "No year has anything for {date}. Add the year you mean, for example {example}.",
                date=found.asked,
                example=gettext(examples[0]),
            ),
            found.asked,
        )
    if found.period is None:
        raise AmbiguousPeriodError(_ambiguous(text, found.choices), found.choices)
    return ParsedPeriod(found.period, tuple(_notes(mention, found, echo(text), year_given)))


def find_periods(text: str, *, rows: Sequence[Period] = ()) -> tuple[FoundPeriod, ...]:
    """Find the dates mentioned in a question, in their order; what is no possible date is passed over.

    A month without a year is found too, and gets its year from `rows` as in `parse_period`. Words that
    only look like dates (“may”, “march”, “fall”) count where the words around them make them dates.
    """
    found = []
    for mention in _read(fold(text), text)[0]:
        try:
            found.append(_resolve(mention, rows, text))
        except ValueError:  # such as “before 1900”: well written, but out of the years there are
            continue
    return tuple(found)


def without_periods(text: str, periods: Sequence[FoundPeriod]) -> str:
    """Return a text with a blank in place of each of the dates that were found in it."""
    for found in reversed(periods):
        text = f"{text[: found.start]} {text[found.end :]}"
    return text


# Joining neighbours ---------------------------------------------------------------------------------------

_LEAD = re.compile(
    r"(?<![\w-])(?:(?P<opener>since|starting|after|following|post|until|till?|up\s+to|through|thru|by|before"
    r"|prior\s+to|pre|from|between|\.\.)(?:\s+|-|(?<=\.))(?:in\s+)?(?P<the>the\s+)?)?"
    r"(?:(?P<vague>early|mid|middle|late|start|beginning|end)(?:\s+(?:in|of))?[\s-]+(?:the\s+)?)?"
    r"(?:(?P<relative>last|this|next|past|previous|coming)\s+)?$"
)
_ONWARDS = re.compile(
    r"\s*(?:(?:-+|~|\.{2,}|to|until|till)\s*(?:the\s+)?(?:present|now|today|date)(?!\w)"
    r"|(?:and\s+)?onwards?(?!\w)|and\s+(?:later|after|beyond)(?=\s*(?:[?.!,;]|$))|\.\.\s*$)"
)
_IN_OR_ON = re.compile(r"(?<!\w)(in|on)\s+$")

_OPENINGS: tuple[tuple[str, Callable[[Period], Period]], ...] = (
    ("since starting", lambda p: Period.between(p.first, date.max)),
    ("after following post", lambda p: Period.between(p.last + timedelta(1), date.max)),
    ("until till til up through thru by ..", lambda p: Period.between(date.min, p.last)),
    ("before prior pre", lambda p: Period.between(date.min, p.first - timedelta(1))),
)
_OPENERS = {word: opened for words, opened in _OPENINGS for word in words.split()}
_EXCLUSIVE = ("after", "following", "before", "prior")


@dataclass(frozen=True, slots=True)
class _Mention:
    """A date or a joined pair, with the words around it that belong to it."""

    start: int
    end: int
    readings: tuple[Reading, ...]
    opener: str = ""
    vague: bool = False
    relative: bool = False
    turned: bool = False


def _read(folded: str, question: str | None = None) -> tuple[list[_Mention], list[str]]:
    """Return the dates of a folded text, joined with their neighbours, and the faults met on the way."""
    spots, faults = scan(folded, question)
    spots = _sharing_years(folded, spots)
    mentions: list[_Mention] = []
    position = end = 0
    while position < len(spots):
        here, there = spots[position], spots[position + 1] if position + 1 < len(spots) else None
        lead = _LEAD.search(folded, max(end, here.start - 48), here.start)
        joints = (RANGE_JOINT, AND_JOINT) if lead and lead["opener"] == "between" else (RANGE_JOINT,)
        paired = there is not None and stands_between(folded, here, there, *joints)
        try:
            if there and paired:
                mentions.append(_pair(here, there, lead))
            else:
                mentions.append(_single(here, folded, lead, in_command=question is None))
        except ValueError as error:
            faults.append(str(error))
        position += 1 + paired
        end = spots[position - 1].end
    return mentions, faults


def _sharing_years(text: str, spots: Sequence[Spot]) -> list[Spot]:
    """Give a date in a list the year of its neighbour: “nov and dec 2022” is two months of 2022.

    Only if that puts it within half a year, in the order of speaking; otherwise the rows decide.
    """
    shared = list(spots)
    for i in range(len(spots) - 2, -1, -1):
        shared[i] = _sharing_year(text, shared[i], shared[i + 1], -1)
    for i in range(1, len(spots)):
        shared[i] = _sharing_year(text, shared[i], shared[i - 1], 1)
    return shared


def _sharing_year(text: str, spot: Spot, other: Spot, step: int) -> Spot:
    (written, last), dated = spot.readings[0], other.readings[0][0]
    pair = (spot, other) if step < 0 else (other, spot)
    if not spot.yearless or dated.year is None or dated.precision is Precision.YEAR or written != last:
        return spot
    near = _near(written, dated, step)
    if near is None or abs((near.first - dated.first).days) > 183:
        return spot
    return replace(spot, readings=((near, near),)) if stands_between(text, *pair, LIST_JOINT) else spot


def _near(written: PartialDate, dated: PartialDate, step: int) -> PartialDate | None:
    """Return a date without a year in the year that puts it next before (-1) or after (1) another."""
    if written.year is not None or dated.year is None:
        return written
    years = (written.in_year(year) for year in (dated.year, dated.year + step))
    return next((near for near in years if near and (near.first - dated.first).days * step >= 0), None)


def _pair(here: Spot, there: Spot, lead: re.Match[str] | None) -> _Mention:
    """Join two dates into a range, like with like where they have several readings."""
    pairs = [(one, two) for one in here.readings for two in there.readings]
    alike = [pair for pair in pairs if len({(d.precision, d.year is None) for r in pair for d in r}) == 1]
    ranges = [_range(*pair) for pair in alike or pairs[:1]]
    start = lead.start() if lead and lead["opener"] else here.start
    return _Mention(start, there.end, tuple(r for r, _ in ranges), turned=ranges[0][1])


def _range(one: Reading, two: Reading) -> tuple[Reading, bool]:
    """Return the reading from one to the other, and whether they had to be turned round."""
    begins, ends = _both_fiscal(one[0], two[1])
    first, last = _near(begins, ends, -1), _near(ends, begins, 1)
    if first is None or last is None:
        raise ValueError(gettext("there is no 29 February in that year"))
    if first.year is not None and last.first < first.first and last.last < first.last:
        return _both_fiscal(two[0], one[1]), True
    return (first, last), False


def _both_fiscal(one: PartialDate, two: PartialDate) -> tuple[PartialDate, PartialDate]:
    """Read “FY2008 to 2010” as three fiscal years: a bare year beside a fiscal one is of the same kind."""
    if {one.precision, two.precision} != {Precision.FISCAL_YEAR, Precision.YEAR}:
        return one, two
    return _fiscal(one), _fiscal(two)


def _fiscal(date_: PartialDate) -> PartialDate:
    if date_.precision is Precision.FISCAL_YEAR or date_.year is None:
        return date_
    return PartialDate(Precision.FISCAL_YEAR, date_.year - 1, 10)


def _single(spot: Spot, text: str, lead: re.Match[str] | None, *, in_command: bool) -> _Mention:
    """Take in the words before and after one date: “since”, “early”, “last”, “in”, “onwards”."""
    readings, end = spot.readings, spot.end
    said = _IN_OR_ON.search(text, max(0, spot.start - 8), spot.start)
    if len(readings) > 1 and readings[-1][0].year is None and said:  # in october 23, on october 23
        readings = readings[:1] if said[1] == "in" else readings[1:]
    start, opener, vague, relative = spot.start, "", "", False
    if lead:
        vague, relative = lead["vague"] or "", bool(lead["relative"]) and spot.yearless
        opener = (lead["opener"] or "").partition(" ")[0]
        if opener in _EXCLUSIVE and (lead["the"] or vague):
            opener = ""  # “after the 2016 test” dates the test, not what came after it
    if opener == "from" and in_command:
        opener = "since"
    if onwards := _ONWARDS.match(text, end):
        opener, end = "since", onwards.end()
    if opener not in _OPENERS:
        opener = ""
    if lead and (opener or vague or relative):
        start = lead.start()
    is_vague = bool(vague) and not (vague == "end" and _OPENERS.get(opener) is _OPENERS["until"])
    return _Mention(start, end, readings, opener, is_vague, relative)


# What it means, given the rows ----------------------------------------------------------------------------

_FINE = (Precision.DAY, Precision.MONTH, Precision.SEASON, Precision.QUARTER)


def _resolve(mention: _Mention, rows: Sequence[Period], text: str) -> FoundPeriod:
    """Choose among the readings; raises `ValueError` if a year is out of those there are."""
    dated = tuple(Period.of(*reading) for reading in mention.readings if reading[0].year is not None)
    plain = _choices(mention.readings, rows)
    opened = _OPENERS.get(mention.opener)
    choices = tuple(map(opened, plain)) if opened else plain
    first, last = (date_.label() for date_ in mention.readings[-1])
    ends = first if first == last else gettext(_LABELS.both, first=first, last=last)
    return FoundPeriod(
        choices=choices,
        asked=choices[0].label() if len(choices) == 1 else ends,
        start=mention.start,
        end=mention.end,
        surface=text[mention.start : mention.end],
        has_year=bool(plain) and set(plain) <= set(dated),
        relative=mention.relative,
    )


def _choices(readings: Sequence[Reading], rows: Sequence[Period]) -> tuple[Period, ...]:
    """Return what the readings can mean: those that rows back best, without those that lie in another."""
    if len(readings) == 1 and readings[0][0].year is not None:
        return (Period.of(*readings[0]),)
    fine = [row for row in rows if row.precision in _FINE]
    years = sorted({year for row in fine for year in (row.first.year - 1, row.first.year)})
    graded: dict[Period, int] = {}
    for reading in readings:
        if reading[0].year is not None:
            period = Period.of(*reading)
            graded[period] = max(_backing(period, fine), _in_years_of(rows, period))
        else:
            periods = filter(None, (_in_year(reading, year) for year in years))
            graded |= {period: grade for period in periods if (grade := _backing(period, fine))}
    best = max(graded.values(), default=0)
    if not best and rows and any(first.year is None for first, _ in readings):
        return ()
    top = [period for period, grade in graded.items() if grade == best]
    return tuple(p for p in top if not any(other.contains(p) for other in top if other != p))


def _in_year(reading: Reading, year: int) -> Period | None:
    first = reading[0].in_year(year)
    last = first and (first if reading[0] == reading[1] else _near(reading[1], first, 1))
    try:
        return Period.of(first, last) if first and last else None
    except ValueError:
        return None


def _backing(period: Period, rows: Sequence[Period]) -> int:
    """Grade how rows back a period: 3 if one lies in it, 2 if it is a day in the month of one."""
    if any(period.contains(row) for row in rows):
        return 3
    months = (row for row in rows if row.precision is Precision.MONTH)
    return 2 if period.precision is Precision.DAY and any(row.contains(period) for row in months) else 0


def _in_years_of(rows: Sequence[Period], period: Period) -> int:
    """Grade 1 for a period in the years that the rows span."""
    years = [day.year for row in rows for day in (row.first, row.last) if day not in (date.min, date.max)]
    return int(bool(years) and min(years) <= period.first.year <= max(years))


# Reading a command ----------------------------------------------------------------------------------------

_QUOTES = ' \t\r\n"`“”'
_EVERYTHING = re.compile(
    r"(?:all|any|every)(?:thing|\s+(?:of\s+it|dates?|years?|times?|periods?|months?))?|always|\*"
)
_FILLER = re.compile(
    r"(?:(?:in|on|during|for|over|throughout|within|of|the|all|whole|month|season|period|calendar"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day,?)\s+)*"
)
_REST = re.compile(r"[\s.?!,;]*")
_RELATIVE = translatable("words such as “last” depend on the day on which they are said, so write the year")
_RELATIVE_WORD = re.compile(
    r"(?<!\w)(?:last|this|next|past|previous|ago|today|yesterday|tomorrow|now|recent(?:ly)?|current)(?!\w)"
)


def _covers(mention: _Mention, text: str) -> bool:
    return bool(_FILLER.fullmatch(text, 0, mention.start) and _REST.fullmatch(text, mention.end))


def _why(folded: str, mentions: int, faults: Sequence[str]) -> str:
    """Say what is wrong with a command that is not one period; empty if there is nothing special to say."""
    if faults:
        return faults[0]
    if _RELATIVE_WORD.search(folded):
        return gettext(_RELATIVE)
    if re.fullmatch(r"(?:year\s+)?-?[0-9]+", folded):
        return out_of_years()
    return gettext("it names more than one period") if mentions > 1 else ""


def _unreadable(text: str, reason: str, examples: Sequence[str]) -> str:
    what = gettext(
        "Write a year, a month, a day, a season, a quarter or a range of them, for example {examples}.",
        examples=either(map(gettext, examples)),
    )
    if not reason:
        return f"{gettext('“{typed}” cannot be read as a period.', typed=echo(text))} {what}"
    why = gettext("“{typed}” cannot be read as a period: {reason}.", typed=echo(text), reason=reason)
    return f"{why} {what}"


def _ambiguous(text: str, choices: Sequence[Period]) -> str:
    labels = [choice.label() for choice in choices]
    shown = labels if len(labels) < 6 else [*labels[:2], "…", *labels[-2:]]
    return gettext(
        "“{typed}” can mean {periods}. Say which, for example {example}.",
        typed=echo(text),
        periods=either(shown),
        example=choices[-1],
    )


def _notes(mention: _Mention, found: FoundPeriod, typed: str, year_given: str) -> Iterator[str]:
    """Say how the words were read wherever a reader could have meant something else."""
    period = found.choices[0]
    if mention.turned:
        yield gettext("The range was given in reverse; read as {period}.", period=period.label())
    if mention.vague:
        yield gettext("“{typed}” is not exact; read as {period}.", typed=typed, period=period.label())
    if len(mention.readings) > 1:
        yield gettext(READ_AS, typed=typed, period=period.label())
    elif not found.has_year:
        yield gettext(year_given, typed=typed, period=period.label())
    if period.precision is Precision.FISCAL_YEAR or (
        period.precision is Precision.SEASON and period.last.year > period.first.year
    ):
        months = Period.between(period.first, period.last).label()
        yield gettext("{period} is {months}.", period=begun(period.label()), months=months)
