"""Figures, dates and citations in plain words, the same in every surface; no markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Excerpt
from knowledge.citations import Citation
from knowledge.corrections import Correction
from knowledge.exports import Figure, Part, Receipt, amount
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.holdings import Counts, Holdings, SeriesHoldings
from knowledge.people import Person, Standing
from knowledge.periods import Period, Precision
from knowledge.sources import Source
from knowledge.timeline import Claim, Dispute, Event

if TYPE_CHECKING:
    from knowledge.library import Library
    from knowledge.unknowns import KnownUnknown

_TENTH = 100_000
_SYMBOLS = {"USD": "US$"}
_ABBREVIATIONS = {"un": "U.N.", "us": "U.S.", "usaid": "USAID", "covid": "COVID"}


def quantity(value: Decimal, unit: str) -> str:
    """Write a value with its unit: `US$120,000`, `45.8 %`."""
    if value < 0:
        return f"−{quantity(-value, unit)}"
    if unit == "percent":
        return f"{value.normalize():,f} %"
    symbol = _SYMBOLS.get(unit)
    return f"{symbol}{amount(value)}" if symbol else f"{amount(value)} {unit}"


def figure_in_words(figure: Figure) -> str:
    """Write a figure with its qualifier: `about US$68,000`, `nothing sent (a reported zero)`.

    What is given in tenths of a million stays so: `US$2.7 million`.
    """
    if figure.precision == "reported zero":
        return "nothing sent (a reported zero)"
    words = quantity(figure.value, figure.unit)
    if figure.precision == "recorded zero":
        return f"{words} (a recorded zero)"
    if figure.qualifier == "to the nearest 100,000":
        return _in_millions(figure.value, figure.unit)
    return _qualified(words, figure.qualifier)


def _in_millions(value: Decimal, unit: str) -> str:
    return f"{'−' * (value < 0)}{_SYMBOLS.get(unit, '')}{abs(value) / 1_000_000:,.1f} million"


def figure_date_in_words(figure: Figure, brief: bool = False) -> str:
    """Write the period of a figure with its basis, as `date_in_words` does for an event."""
    return _based(figure.period, figure.basis, figure.inferred_from, brief)


def part_in_words(part: Part) -> str:
    """Write a category of a figure as its source does: `about US$55,000 “immunological products”`."""
    size = quantity(part.value, part.unit) if part.value is not None else f"{part.share} %"
    return f"{_qualified(size, part.qualifier)} “{part.category}”"


def _qualified(words: str, qualifier: str) -> str:
    return words if qualifier in ("as stated", "exactly") else f"{qualifier} {words}"


def receipt_in_words(receipt: Receipt) -> str:
    """Write a computed value with its formula and its limits on one line."""
    value = computed_in_words(receipt, about="≈")
    return f"{receipt.label}: {value} (computed: {receipt.formula}). {receipt.caveat}"


def computed_in_words(receipt: Receipt, about: str = "about") -> str:
    """Write a computed value with its qualifier, no finer than what it is computed from.

    So `about US$0.2 million` of figures in tenths of a million, and `less than US$300,000` of bounds.
    A change for the more has its sign, as one for the less has.
    """
    mark = about if receipt.hedge == "about" else receipt.hedge
    if receipt.is_in_tenths and abs(receipt.value) >= _TENTH:
        return f"{mark} {_in_millions(receipt.value, receipt.unit)}".lstrip()
    sign = "+" if receipt.is_change and receipt.value > 0 else ""
    return f"{mark} {sign}{quantity(receipt.value, receipt.unit)}".lstrip()


def date_in_words(event: Event, brief: bool = False) -> str:
    """Write the date of an event with its basis: `June 2018 (inferred from “last June”)`.

    In brief the words it was inferred from are left out.
    """
    return _based(event.date, event.basis, event.inferred_from, brief)


def _based(period: Period, basis: str, inferred_from: str, brief: bool) -> str:
    if basis == "explicit":
        return period.label()
    return f"{period.label()} (inferred)" if brief else f"{period.label()} (inferred from “{inferred_from}”)"


def role_in_words(person: Person) -> str:
    """Write the role and the affiliation of a person, the latter unless the role has it already."""
    inside = person.affiliation.lower() in person.role.lower()
    return person.role if inside else ", ".join(filter(None, (person.role, person.affiliation)))


def standing_in_words(standing: Standing) -> str:
    """Write what somebody was at another time: `in September 2020: Deputy Secretary of State`."""
    role = ", ".join(filter(None, (standing.role, standing.affiliation)))
    return f"{standing.at.label()}: {role}"


def dispute_in_words(dispute: Dispute) -> str:
    """Write on what the sources differ; the sides follow it."""
    return f"The sources differ on {dispute.about}:"


def claim_in_words(claim: Claim) -> str:
    """Write one side of a dispute with who says it: `Foreign Policy: December 2017, without a day`."""
    return f"{claim.by}: {claim.says}"


def unknown_in_words(unknown: KnownUnknown) -> str:
    """Write what the sources do not give, as a line of a list."""
    return f"{unknown.lacks[:1].upper()}{unknown.lacks[1:]}"


def directory_in_words(people: Iterable[Person]) -> Iterator[tuple[str, tuple[Person, ...]]]:
    """Yield people under the heading of their kind, in their order: persons, then organisations."""
    listed = tuple(people)
    for kind, heading in (("person", "People"), ("organisation", "Organizations")):
        if found := tuple(person for person in listed if person.kind == kind):
            yield heading, found


def fresh_disputes(
    events: Iterable[Event], disputes: Iterable[Dispute]
) -> Iterator[tuple[Event, tuple[Dispute, ...]]]:
    """Yield events with the disputes that concern them and no event before them."""
    left = {dispute.id: dispute for dispute in disputes}
    for event in events:
        here = tuple(dispute for dispute in left.values() if event.id in dispute.events)
        for dispute in here:
            del left[dispute.id]
        yield event, here


def extent_in_words(source: Source) -> str:
    """Say how many passages a source has, and which: `22 passages: 1 to 17, title, caption and bio`."""
    count = len(source.passages)
    return f"{count} passage{'s' * (count != 1)}: {source.extent}"


def wording_of(excerpt: Excerpt) -> str:
    """Say whose words an excerpt has."""
    if excerpt.is_original:
        return "original"
    return "note in our words, the number is ours" if excerpt.numbered_by_us else "note in our words"


def headline(event: Event) -> str:
    """Write the title of an event, marked if a source only expects it."""
    expected = event.status == "expected" and "expected" not in event.title.lower()
    return f"Expected: {event.title}" if expected else event.title


def editorial_in_words(answer: Answer) -> str:
    """Say who speaks in an answer that rests on no source."""
    if any(statement.is_markdown for statement in answer.statements):
        return "Editorial: from this server's moderators, not from a source."
    return "Editorial: about this library, not from a source."


def own_in_words(entry: FaqEntry) -> str:
    """Say of a server's own entry that it is that, and whether it is stale; nothing of a shipped one."""
    if not isinstance(entry, OwnEntry):
        return ""
    return "this server's own; a passage that it cites has changed" if entry.stale else "this server's own"


def topic_in_words(topic: str) -> str:
    """Write the key of a topic as it is said: `U.N. sanctions committee`, `travel ban`."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in topic.split("-"))


def references(citations: Iterable[Citation]) -> str:
    """Write citations as they follow a statement: `[fp-2019¶6] [rfa-2024¶13]`."""
    return " ".join(f"[{citation}]" for citation in citations)


# --- coverage and corrections -----------------------------------------------------------------------------

_NOT_RECORDED = "no date recorded"


def day_in_words(day: date) -> str:
    """Write a day: `22 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def coverage_in_words(library: Library) -> str:
    """Write how much a library holds, all collections together."""
    if not library.sources:
        return "The library is empty: no collection with a source is switched on."
    editorial = sum(entry.editorial for entry in library.faq)
    about_itself = f" ({editorial} of them about the library itself)" if editorial else ""
    counts = (
        counted(len(library.sources), "source"),
        counted(len(library.timeline.events), "event"),
        counted(len(library.people), "person or organization", "people and organizations"),
        counted(len(library.faq), "FAQ entry", "FAQ entries") + about_itself,
        counted(len(library.unknowns), "known unknown"),
    )
    return f"{', '.join(counts)}."


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a number of things: `1 event`, `3 events`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def holdings_in_words(held: Holdings) -> tuple[str, ...]:
    """Write what a collection holds, a line for each kind of thing."""
    kinds = ", ".join(f"{kind} ({number})" for kind, number in held.kinds)
    undated = len(held.sources) - len(held.dated)
    published = ""
    if held.dated:
        ends = dict.fromkeys(source.published_in_words for source in (held.dated[0], held.dated[-1]))
        published = f", published {' to '.join(ends)}{f', {undated} undated' if undated else ''}"
    rows = (
        counted(held.people, "person or organization", "people and organizations"),
        counted(held.entries, "FAQ entry", "FAQ entries"),
        counted(held.unknowns, "known unknown"),
    )
    events = counted(len(held.events), "event")
    if held.events:
        first, last = held.events[0].date, max((event.date for event in held.events), key=lambda d: d.last)
        events = f"{events}, {' to '.join(dict.fromkeys((first.label(), last.label())))}"
    return (
        f"{counted(len(held.sources), 'source')}: {kinds}{published}",
        events,
        ", ".join(rows),
        f"Last checked: {_read(held)}",
    )


def _read(held: Holdings) -> str:
    """Write when the sources of a collection were last read, as far as that is recorded."""
    if not held.read:
        return _NOT_RECORDED
    days = [source.read_on for source in held.read if source.read_on]
    span = " to ".join(dict.fromkeys(map(day_in_words, (min(days), max(days)))))
    left = counted(len(held.sources) - len(held.read), "source")
    span = f"{span}, against copies or excerpts"
    return span if len(held.read) == len(held.sources) else f"{span}; of {left} {_NOT_RECORDED}"


def _counts(counts: Counts) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts)


_GRAINS = {Precision.YEAR: "year", Precision.FISCAL_YEAR: "fiscal year", Precision.MONTH: "month"}


def series_in_words(held: SeriesHoldings) -> tuple[str, ...]:
    """Write what a series holds: its rows and their precision, then what it was read from and when."""
    spans = [(_GRAINS.get(grain), count, span) for grain, count, span in held.spans]
    said = [f"{counted(count, name)}, {_years_or_months(name, span)}" for name, count, span in spans if name]
    if len(said) < len(spans):
        first, last = held.figures[0].period, held.figures[-1].period
        said = [f"{counted(len(held.figures), 'row')}, {first.label()} to {last.label()}"]
    absent = f"; {counted(held.absent, 'year')} without a row (no recorded trade)" if held.absent else ""
    rows = f"{'; '.join(said)}; {', '.join(held.units)}; {_counts(held.precisions)}{absent}"
    if held.source is None:
        return rows, "Each row has its own source."
    source = held.source
    read = day_in_words(source.read_on) if source.read_on else _NOT_RECORDED
    vintage = f"{source.id}, {source.byline}, revision {source.revision} ({source.published_basis})"
    return rows, f"Vintage: {vintage}. Last checked: {read}."


def _years_or_months(grain: str, span: Period) -> str:
    is_fiscal = grain == _GRAINS[Precision.FISCAL_YEAR]
    return f"FY{span.first.year + 1} to FY{span.last.year}" if is_fiscal else span.label()


def correction_in_words(correction: Correction) -> tuple[str, ...]:
    """Write a correction below its day and what it is about: before, after, why."""
    rows = f"Rows: {', '.join(correction.rows)}" if correction.rows else ""
    said = (f"Before: {correction.before}", f"After: {correction.after}", f"Why: {correction.why}", rows)
    return tuple(line for line in said if line)
