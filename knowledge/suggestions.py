"""Suggestions while somebody types an option: real periods, topics, references and sources of the library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from knowledge.assistance import as_fiscal_years
from knowledge.citations import Citation
from knowledge.corrections import since
from knowledge.errors import CitationError
from knowledge.exports import Absence, Figure, units
from knowledge.faq import FaqEntry
from knowledge.languages import gettext, ngettext
from knowledge.library import Library
from knowledge.periods import ALL_DATES, AmbiguousPeriodError, Period, PeriodError, Precision, parse_period
from knowledge.text import clip
from knowledge.wording import figure_in_words, role_in_words

if TYPE_CHECKING:
    from knowledge.entries import State
    from knowledge.own_entries import OwnEntries
    from knowledge.sources import Source

_FUZZY_FROM = 3
_FUZZY_SCORE = 75
_FUZZY_AMONG = 5_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many suggestions a list takes, and how many characters a label or a value may have."""

    most: int
    longest: int


READABLE = Limits(most=25, longest=100)
"""As much as is taken in at a glance; a surface that takes less says so."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A choice: what the reader sees, and what the option is then given."""

    label: str
    value: str


def timeline_periods(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest periods that have events: all dates, the years, then single dates, the newest first."""
    dates = [event.date for event in library.timeline.events]

    def described(period: Period) -> Suggestion:
        return _described(period, _events(sum(date.overlaps(period) for date in dates)))

    return cut(_periods(library, dates, typed, described), limits)


def export_periods(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest periods that have figures; a month or year of one or two figures shows them."""
    table = library.exports
    dates = [figure.period for figure in table.figures] + [absence.period for absence in table.absences]

    def described(period: Period) -> Suggestion:
        rows = [row for one in table.series for row in table.rows(period, one)]
        if 0 < len(rows) <= len(table.series) and all(row.period == period for row in rows):
            return _described(period, "; ".join(map(_row_in_words, rows)))
        count = ngettext("{count} figure", "{count} figures", len(rows)) if rows else gettext("no figures")
        return _described(period, count)

    return cut(_periods(library, dates, typed, described), limits)


def correction_days(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest periods from which on there are corrections: all dates, the years, then the days."""
    dates = [Period.between(one.day, one.day) for one in library.corrections]

    def described(period: Period) -> Suggestion:
        found = len(since(library.corrections, period))
        count = ngettext("{count} correction", "{count} corrections", found)
        return _described(period, count if found else gettext("no corrections"))

    return cut(_periods(library, dates, typed, described), limits)


def assistance_years(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest fiscal years that have figures, the newest first, with what was obligated and disbursed."""
    table = library.assistance
    by_year = [one for one in table.series if one.additive]
    held = sorted({figure.period for one in by_year for figure in table.rows(ALL_DATES, one)}, reverse=True)

    def described(year: Period) -> Suggestion:
        rows = [(one, row) for one in by_year for row in table.rows(year, one)]
        said = "; ".join(f"{one.id} {_row_in_words(row)}" for one, row in rows)
        return Suggestion(f"{year.key()} — {said or gettext('no figure')}", year.key())

    everything = (
        ngettext("all fiscal years — {count} year", "all fiscal years — {count} years", len(held))
        if held
        else gettext("all fiscal years — no years")
    )
    known = [Suggestion(everything, "all"), *map(described, held)]
    periods = _read(library, typed, held) if typed.strip() else []
    read = [year for period in periods for year in _single_year(period)]
    return cut(chain(map(described, read), _matching(typed, known)), limits)


def _single_year(period: Period) -> list[Period]:
    """Return the fiscal year that a period is read as, if it is one."""
    with suppress(PeriodError):
        years, _ = as_fiscal_years(period)
        if not (years.open_start or years.open_end) and len(units(years, Precision.FISCAL_YEAR)) == 1:
            return list(units(years, Precision.FISCAL_YEAR))
    return []


def _row_in_words(row: Figure | Absence) -> str:
    return figure_in_words(row) if isinstance(row, Figure) else gettext(row.meaning)


def topics(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest topics of the timeline, the most frequent first."""
    counts = Counter(topic for event in library.timeline.events for topic in event.topics)
    ordered = sorted(counts, key=lambda topic: (-counts[topic], topic))
    found = [Suggestion(f"{topic} — {_events(counts[topic])}", topic) for topic in ordered]
    return cut(_matching(typed, found), limits)


def series(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest series of export figures, in the order of the library."""
    found = [Suggestion(f"{s.id} — {s.name}", s.id) for s in library.exports.series]
    return cut(_matching(typed, found), limits)


def actors(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest actors of the timeline, the most frequent first; an alias finds its actor, too."""
    counts = {actor: len(library.actors.events(actor)) for actor in library.actors.names}
    ordered = sorted(counts, key=lambda actor: (-counts[actor], actor))
    found = [Suggestion(f"{actor} — {_events(counts[actor])}", actor) for actor in ordered]
    named = [(name, one) for one in found for name in library.actors.called(one.value)]
    return cut(chain(_matching(typed, found), _called(typed, named)), limits)


def people(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest people and organisations, in the order of the library; an alias finds whose it is, too."""
    found = [Suggestion(f"{person.name} — {role_in_words(person)}", person.name) for person in library.people]
    named = [(name, one) for person, one in zip(library.people, found, strict=True) for name in person.names]
    return cut(chain(_matching(typed, found), _called(typed, named)), limits)


def _called(typed: str, named: Sequence[tuple[str, Suggestion]]) -> Iterator[Suggestion]:
    """Yield those of whom a name begins with the typed text, then those of whom one is spelt like it."""
    if not typed.strip():
        return
    by_name = [Suggestion(name, str(number)) for number, (name, _) in enumerate(named)]
    yield from (named[int(one.value)][1] for one in _matching(typed, by_name))


def sources(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest sources, in the order of the library."""
    found = [_as_suggestion(source) for source in library.sources.values()]
    return cut(chain(_matching(typed, found), map(_as_suggestion, _archived(library, typed, limits))), limits)


def _as_suggestion(source: Source) -> Suggestion:
    return Suggestion(f"{source.id} — {source.title} ({source.byline})", source.id)


def _archived(library: Library, typed: str, limits: Limits) -> Iterator[Source]:
    """Yield the documents of the archive whose ids begin with what is typed."""
    if library.archive is None:
        return
    beginning = "-".join(typed.casefold().split())
    for id_ in library.archive.ids_from(beginning, limits.most):
        source = library.catalogue.get(id_)
        if source is None or not id_.startswith(beginning):
            return
        yield source


def references(library: Library, typed: str = "", limits: Limits = READABLE) -> tuple[Suggestion, ...]:
    """Suggest passages by their address, in any form people type it, or by words in their text."""
    candidates = [
        Suggestion(f"{source.citation(passage)} — {passage.text}", str(source.citation(passage)))
        for source, passage in library.passages()
        if not passage.retired
    ]
    address = re.sub(r"[\s#:§]+", "¶", typed.strip())
    archived = _passages_archived(library, address, limits)
    found = chain(
        _exact(library, typed), archived, _matching(address, candidates), _matching(typed, candidates)
    )
    labels = {candidate.value: candidate for candidate in (*candidates, *archived)}
    return cut((labels.get(one.value, one) for one in found), limits)


def _passages_archived(library: Library, address: str, limits: Limits) -> list[Suggestion]:
    """Return the passages of a document of the archive whose address begins with what is typed.

    Until its id is typed, the first passages of the documents whose ids begin so.
    """
    id_, _, ref = address.casefold().partition("¶")
    whole = library.archive.source(id_) if library.archive and id_ not in library.sources else None
    documents = [whole] if whole else _archived(library, id_, limits) if id_ and not ref else ()
    most = limits.most if whole else 1
    found: list[Suggestion] = []
    for source in documents:
        fitting = (p for p in source.passages if not p.retired and p.ref.lower().startswith(ref))
        for passage in islice(fitting, most):
            citation = str(source.citation(passage))
            found.append(Suggestion(f"{citation} — {passage.text}", citation))
    return found


def faq_entries(
    library: Library, typed: str = "", limits: Limits = READABLE, own: OwnEntries | None = None
) -> tuple[Suggestion, ...]:
    """Suggest FAQ entries by id or question: a server's own, the newest first, then the shipped ones."""
    mine = own.entries[::-1] if own else ()
    shipped = (entry for entry in library.faq if not own or own.entry(entry.id) is None)
    entries = (*mine, *shipped)
    labels = [f"{entry.id} — {entry.question}" for entry in entries]
    literally = (entries[place] for place in _places(typed, labels, [entry.id for entry in entries]))
    found = chain(literally, _in_other_words(typed, own))
    return cut((Suggestion(f"{entry.id} — {entry.question}", entry.id) for entry in found), limits)


def desk_entries(
    library: Library,
    typed: str = "",
    limits: Limits = READABLE,
    own: OwnEntries | None = None,
    *,
    among: Collection[State | None] = (),
) -> tuple[Suggestion, ...]:
    """Suggest to moderators the entries `among` some states, None standing for shipped ones.

    Without any, those of the server are suggested. Those that are retired come last, by their ids alone.
    """
    from knowledge.entries import State

    among = among or tuple(State)
    shown = own.entries[::-1] if own and State.PUBLISHED in among else ()
    shipped = (e for e in library.faq if None in among and not (own and own.entry(e.id)))
    labels = {entry.id: f"{entry.id} — {entry.question}" for entry in (*shown, *shipped)}
    if own and State.RETIRED in among:
        gone = [id_ for id_ in own.ids if own.entry(id_) is None]
        labels |= {id_: gettext("{entry} (retired)", entry=id_) for id_ in reversed(gone)}
    ids, texts = list(labels), list(labels.values())
    found = (Suggestion(texts[place], ids[place]) for place in _places(typed, texts, ids))
    return cut(found, limits)


def faq_tags(
    library: Library, typed: str = "", limits: Limits = READABLE, own: OwnEntries | None = None
) -> tuple[Suggestion, ...]:
    """Suggest tags of FAQ entries, the most frequent first."""
    shipped = (entry for entry in library.faq if not own or own.entry(entry.id) is None)
    counts = Counter(tag for entry in chain(own.entries if own else (), shipped) for tag in entry.tags)
    ordered = sorted(counts, key=lambda tag: (-counts[tag], tag))
    found = [
        Suggestion(f"{tag} — {ngettext('{count} entry', '{count} entries', counts[tag])}", tag)
        for tag in ordered
    ]
    return cut(_matching(typed, found), limits)


def cut(found: Iterable[Suggestion], limits: Limits) -> tuple[Suggestion, ...]:
    """Return as many suggestions as the limits let a list have, each value once.

    A label that is too long ends in an ellipsis. A value cannot be shortened without meaning something
    else, so one that is too long is left out.
    """
    kept: dict[str, Suggestion] = {}
    for one in found:
        label = clip(" ".join(one.label.split()), limits.longest)
        if label and one.value.strip() and len(one.value) <= limits.longest and one.value not in kept:
            kept[one.value] = Suggestion(label, one.value)
        if len(kept) == limits.most:
            break
    return tuple(kept.values())


def _periods(
    library: Library, dates: Sequence[Period], typed: str, described: Callable[[Period], Suggestion]
) -> Iterator[Suggestion]:
    years = sorted({date.first.year for date in dates if not date.open_start}, reverse=True)
    known = [ALL_DATES, *(Period.unit(Precision.YEAR, year) for year in years)]
    known += sorted(set(dates) - set(known), reverse=True)
    read = _read(library, typed, dates) if typed.strip() else []
    matching = _matching(typed, [Suggestion(period.label(), period.key()) for period in known])
    periods = {period.key(): period for period in (*known, *read)}
    wanted = chain((period.key() for period in read), (one.value for one in matching))
    return (described(periods[key]) for key in wanted)


def _read(library: Library, typed: str, dates: Sequence[Period]) -> list[Period]:
    """Return what the typed words mean as a period; several if they can mean several."""
    try:
        return [parse_period(typed, rows=dates, in_english=library.in_english).period]
    except AmbiguousPeriodError as error:
        return list(error.choices)
    except PeriodError:
        return []


def _exact(library: Library, typed: str) -> list[Suggestion]:
    try:
        citation = Citation.parse(typed)
    except CitationError:
        return []
    return [Suggestion(str(citation), str(citation))] if citation in library else []


def _described(period: Period, what: str) -> Suggestion:
    return Suggestion(f"{period.label()} — {what}", period.key())


def _events(count: int) -> str:
    return ngettext("{count} event", "{count} events", count) if count else gettext("no events")


def _in_other_words(typed: str, own: OwnEntries | None) -> Iterator[FaqEntry]:
    """Yield a server's entries that have any of the typed words, in whatever order; searched if needed."""
    if own:
        yield from own.near(typed)


def _matching(typed: str, candidates: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Yield what begins with the typed text, then what contains it, then what is spelt like it."""
    labels, values = [one.label for one in candidates], [one.value for one in candidates]
    return (candidates[place] for place in _places(typed, labels, values))


def _places(typed: str, labels: Sequence[str], values: Sequence[str]) -> Iterator[int]:
    """Yield the places of the suggestions that match, as `_matching` orders them."""
    needle = " ".join(typed.casefold().split())
    if not needle:
        yield from range(len(labels))
        return
    begins, contains, rest = [], [], []
    folded = (map(str.casefold, texts) for texts in (labels, values))
    for place, (label, value) in enumerate(zip(*folded, strict=True)):
        if label.startswith(needle) or value.startswith(needle):
            begins.append(place)
        elif needle in label or needle in value:
            contains.append(place)
        else:
            rest.append(place)
    yield from (*begins, *contains)
    if len(needle) >= _FUZZY_FROM and len(rest) <= _FUZZY_AMONG:
        alike = process.extract(
            needle,
            [labels[place] for place in rest],
            scorer=fuzz.partial_ratio,
            processor=utils.default_process,
            score_cutoff=_FUZZY_SCORE,
            limit=None,
        )
        yield from (rest[position] for _label, _score, position in alike)
