"""Figures, dates and citations in plain words, the same in every surface; no markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Excerpt
from knowledge.citations import Citation
from knowledge.commands import shown_command
from knowledge.corrections import Correction
from knowledge.exports import Figure, Part, Receipt
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.holdings import IS_EMPTY, Counts, Holdings, SeriesHoldings
from knowledge.languages import (
    ENGLISH,
    amount,
    compact_money,
    gettext,
    in_words,
    money,
    ngettext,
    percent,
    spoken,
    translatable,
)
from knowledge.people import Person, Standing
from knowledge.periods import Period, Precision
from knowledge.sources import Source
from knowledge.text import begun
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
        return f"{value.normalize():,f} %" if spoken() == ENGLISH else percent(value)
    if unit not in _SYMBOLS:
        return f"{amount(value)} {unit}"
    return f"{_SYMBOLS[unit]}{amount(value)}" if spoken() == ENGLISH else money(value, unit)


def figure_in_words(figure: Figure) -> str:
    """Write a figure with its qualifier: `about US$68,000`, `nothing sent (a reported zero)`.

    What is given in tenths of a million stays so: `US$2.7 million`.
    """
    if figure.precision == "reported zero":
        return gettext("nothing sent (a reported zero)")
    words = quantity(figure.value, figure.unit)
    if figure.precision == "recorded zero":
        return gettext("{amount} (a recorded zero)", amount=words)
    if figure.qualifier == "to the nearest 100,000":
        return _in_tenths(figure.value, figure.unit)
    return _qualified(words, figure.qualifier)


def _in_tenths(value: Decimal, unit: str) -> str:
    """Write an amount in tenths of a million; where another language has no such form, it says how exact."""
    if spoken() == ENGLISH:
        return f"{'−' * (value < 0)}{_in_millions(abs(value), unit)}"
    return gettext("{amount} (to the nearest 100,000)", amount=_in_millions(value, unit))


def _in_millions(value: Decimal, unit: str) -> str:
    """Write an amount in millions, or in what another language has instead: `US$2.7 million`, `US$270만`."""
    if spoken() == ENGLISH:
        return f"{_SYMBOLS.get(unit, '')}{value / 1_000_000:,.1f} million"
    if unit not in _SYMBOLS:
        return quantity(value, unit)
    return f"−{compact_money(-value, unit)}" if value < 0 else compact_money(value, unit)


def figure_date_in_words(figure: Figure, brief: bool = False) -> str:
    """Write the period of a figure with its basis, as `date_in_words` does for an event."""
    return _based(figure.period, figure.basis, figure.inferred_from, brief)


def part_in_words(part: Part) -> str:
    """Write a category of a figure as its source does: `about US$55,000 “immunological products”`."""
    size = quantity(part.value, part.unit) if part.value is not None else _share(part.share or Decimal(0))
    amount_ = _qualified(size, part.qualifier)
    return gettext("{amount} “{category}”", amount=amount_, category=part.category)


def _share(share: Decimal) -> str:
    return f"{share} %" if spoken() == ENGLISH else percent(share)


_QUALIFIED = {
    "about": translatable("about {amount}"),
    "around": translatable("around {amount}"),
    "more than": translatable("more than {amount}"),
    "up to": translatable("up to {amount}"),
    "less than": translatable("less than {amount}"),
    "to the nearest 100,000": translatable("to the nearest 100,000 {amount}"),
}


def _qualified(words: str, qualifier: str) -> str:
    if qualifier in ("", "as stated", "exactly"):
        return words
    pattern = _QUALIFIED.get(qualifier)
    return gettext(pattern, amount=words) if pattern else f"{qualifier} {words}"


def receipt_in_words(receipt: Receipt) -> str:
    """Write a computed value with its formula and its limits on one line."""
    return gettext(
        "{label}: {value} (computed: {formula}). {limits}",
        label=receipt.label,
        value=computed_in_words(receipt, about="≈"),
        formula=receipt.formula,
        limits=receipt.caveat,
    )


def computed_in_words(receipt: Receipt, about: str = "about") -> str:
    """Write a computed value with its qualifier, no finer than what it is computed from.

    So `about US$0.2 million` of figures in tenths of a million, and `less than US$300,000` of bounds.
    A change for the more has its sign, as one for the less has.
    """
    mark = about if receipt.hedge == "about" else receipt.hedge
    if receipt.is_in_tenths and abs(receipt.value) >= _TENTH:
        value = abs(receipt.value)
        return _qualified(f"{'−' * (receipt.value < 0)}{_in_millions(value, receipt.unit)}", mark)
    sign = "+" if receipt.is_change and receipt.value > 0 else ""
    return _qualified(f"{sign}{quantity(receipt.value, receipt.unit)}", mark)


def date_in_words(event: Event, brief: bool = False) -> str:
    """Write the date of an event with its basis: `June 2018 (inferred from “last June”)`.

    In brief the words it was inferred from are left out.
    """
    return _based(event.date, event.basis, event.inferred_from, brief)


def _based(period: Period, basis: str, inferred_from: str, brief: bool) -> str:
    if basis == "explicit":
        return period.label()
    if brief:
        return gettext("{date} (inferred)", date=period.label())
    return gettext("{date} (inferred from “{words}”)", date=period.label(), words=inferred_from)


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
    return gettext("The sources differ on {subject}:", subject=dispute.about)


def claim_in_words(claim: Claim) -> str:
    """Write one side of a dispute with who says it: `Foreign Policy: December 2017, without a day`."""
    return f"{claim.by}: {claim.says}"


def unknown_in_words(unknown: KnownUnknown) -> str:
    """Write what the sources do not give, as a line of a list."""
    return begun(unknown.lacks)


def directory_in_words(people: Iterable[Person]) -> Iterator[tuple[str, tuple[Person, ...]]]:
    """Yield people under the heading of their kind, in their order: persons, then organisations."""
    everybody = tuple(people)
    for kind, heading in (("person", _PEOPLE), ("organisation", _ORGANIZATIONS)):
        if found := tuple(person for person in everybody if person.kind == kind):
            yield gettext(heading), found


_PEOPLE, _ORGANIZATIONS = translatable("People"), translatable("Organizations")


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
    return ngettext(
        "{count} passage: {which}", "{count} passages: {which}", len(source.passages), which=source.extent
    )


def wording_of(excerpt: Excerpt) -> str:
    """Say whose words an excerpt has."""
    if excerpt.is_original:
        return gettext("original")
    if excerpt.numbered_by_us:
        return gettext("note in our words, the number is ours")
    return gettext("note in our words")


def headline(event: Event) -> str:
    """Write the title of an event, marked if a source only expects it."""
    expected = event.status == "expected" and "expected" not in event.title.lower()
    return gettext("Expected: {event}", event=event.title) if expected else event.title


def editorial_in_words(answer: Answer) -> str:
    """Say who speaks in an answer that rests on no source."""
    if any(statement.is_markdown for statement in answer.statements):
        return gettext("Editorial: from this server's moderators, not from a source.")
    return gettext("Editorial: about this library, not from a source.")


def own_in_words(entry: FaqEntry) -> str:
    """Say of a server's own entry that it is that, and whether it is stale; nothing of a shipped one."""
    if not isinstance(entry, OwnEntry):
        return ""
    if entry.stale:
        return gettext("this server's own; a passage that it cites has changed")
    return gettext("this server's own")


def topic_in_words(topic: str) -> str:
    """Write the key of a topic as it is said: `U.N. sanctions committee`, `travel ban`."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in topic.split("-"))


def references(citations: Iterable[Citation]) -> str:
    """Write citations as they follow a statement: `[fp-2019¶6] [rfa-2024¶13]`."""
    return " ".join(f"[{citation}]" for citation in citations)


# --- coverage and corrections -----------------------------------------------------------------------------

_NOT_RECORDED = translatable("no date recorded")


def day_in_words(day: date) -> str:
    """Write a day: `22 November 2026`."""
    return f"{day.day} {day:%B %Y}" if spoken() == ENGLISH else in_words(day, "yMMMMd")


def coverage_in_words(library: Library) -> str:
    """Write how much a library holds, all collections together."""
    if not library.sources:
        return gettext(IS_EMPTY)
    counts = (
        sources_counted(len(library.sources)),
        events_counted(len(library.timeline.events)),
        _people_counted(len(library.people)),
        _entries_counted(len(library.faq), sum(entry.editorial for entry in library.faq)),
        _unknowns_counted(len(library.unknowns)),
    )
    return f"{', '.join(counts)}."


def archive_in_words(library: Library) -> tuple[str, ...]:
    """Write what the archive beside a library holds, and how to open a document of it; nothing without."""
    if library.archive is None:
        return ()
    contents = library.archive.contents
    held = (
        ngettext("{count} document", "{count} documents", contents.documents),
        ngettext("{count} passage", "{count} passages", contents.passages),
        *([gettext("published {when}", when=from_to(contents.first, contents.last))] * bool(contents.first)),
    )
    told = gettext("Beside them, there is an archive: {what}.", what=", ".join(held))
    example = shown_command(f"/sources {next(library.archive.ids(), '')}".strip())
    return (f"{told} {gettext('{command} shows one of its documents.', command=example)}",)


def sources_counted(count: int) -> str:
    """Write a number of sources: `1 source`, `3 sources`."""
    return ngettext("{count} source", "{count} sources", count)


def events_counted(count: int) -> str:
    """Write a number of events: `1 event`, `3 events`."""
    return ngettext("{count} event", "{count} events", count)


def _people_counted(count: int) -> str:
    return ngettext("{count} person or organization", "{count} people and organizations", count)


def _unknowns_counted(count: int) -> str:
    return ngettext("{count} known unknown", "{count} known unknowns", count)


def _entries_counted(count: int, editorial: int = 0) -> str:
    """Write a number of FAQ entries, and how many of them are about the library itself, if any are."""
    if not editorial:
        return ngettext("{count} FAQ entry", "{count} FAQ entries", count)
    return ngettext(
        "{count} FAQ entry ({editorial} of them about the library itself)",
        "{count} FAQ entries ({editorial} of them about the library itself)",
        count,
        editorial=editorial,
    )


def holdings_in_words(held: Holdings) -> tuple[str, ...]:
    """Write what a collection holds, a line for each kind of thing."""
    kinds = ", ".join(f"{kind} ({number})" for kind, number in held.kinds)
    rows = (_people_counted(held.people), _entries_counted(held.entries), _unknowns_counted(held.unknowns))
    events = events_counted(len(held.events))
    if held.events:
        first, last = held.events[0].date, max((event.date for event in held.events), key=lambda d: d.last)
        events = f"{events}, {from_to(first.label(), last.label())}"
    return (
        ", ".join((f"{sources_counted(len(held.sources))}: {kinds}", *_published(held))),
        events,
        ", ".join(rows),
        gettext("Last checked: {when}", when=_read(held)),
    )


def from_to(first: str, last: str) -> str:
    """Write from when to when, or only when if both are the same: `2018 to 2019`."""
    return first if first == last else gettext("{first} to {last}", first=first, last=last)


def _published(held: Holdings) -> Iterator[str]:
    """Yield from when to when the sources of a collection were published, and how many have no date."""
    if not held.dated:
        return
    first, last = (source.published_in_words for source in (held.dated[0], held.dated[-1]))
    yield gettext("published {when}", when=from_to(first, last))
    if undated := len(held.sources) - len(held.dated):
        yield gettext("{count} undated", count=undated)


def _read(held: Holdings) -> str:
    """Write when the sources of a collection were last read, as far as that is recorded."""
    if not held.read:
        return gettext(_NOT_RECORDED)
    days = [source.read_on for source in held.read if source.read_on]
    span = from_to(*map(day_in_words, (min(days), max(days))))
    if not (left := len(held.sources) - len(held.read)):
        return gettext("{when}, against copies or excerpts", when=span)
    return ngettext(
        "{when}, against copies or excerpts; of {count} source no date recorded",
        "{when}, against copies or excerpts; of {count} sources no date recorded",
        left,
        when=span,
    )


def _counts(counts: Counts) -> str:
    return ", ".join(_PRECISELY[name](number) for name, number in counts)


_PRECISELY: Mapping[str, Callable[[int], str]] = {
    "exact": lambda n: ngettext("{count} exact", "{count} exact", n),
    "rounded": lambda n: ngettext("{count} rounded", "{count} rounded", n),
    "reported zero": lambda n: ngettext("{count} reported zero", "{count} reported zero", n),
    "recorded zero": lambda n: ngettext("{count} recorded zero", "{count} recorded zero", n),
    "under 50,000": lambda n: ngettext("{count} under 50,000", "{count} under 50,000", n),
    "to the nearest 100,000": lambda n: ngettext(
        "{count} to the nearest 100,000", "{count} to the nearest 100,000", n
    ),
}

_SPANNING: Mapping[Precision, Callable[[int, str], str]] = {
    Precision.YEAR: lambda n, span: ngettext("{count} year, {span}", "{count} years, {span}", n, span=span),
    Precision.FISCAL_YEAR: lambda n, span: ngettext(
        "{count} fiscal year, {span}", "{count} fiscal years, {span}", n, span=span
    ),
    Precision.MONTH: lambda n, span: ngettext(
        "{count} month, {span}", "{count} months, {span}", n, span=span
    ),
}


def series_in_words(held: SeriesHoldings) -> tuple[str, ...]:
    """Write what a series holds: its rows and their precision, then what it was read from and when."""
    said = [
        _SPANNING[grain](count, _years_or_months(grain, span))
        for grain, count, span in held.spans
        if grain in _SPANNING
    ]
    if len(said) < len(held.spans):
        span = from_to(held.figures[0].period.label(), held.figures[-1].period.label())
        said = [ngettext("{count} row, {span}", "{count} rows, {span}", len(held.figures), span=span)]
    about = ["; ".join(said), ", ".join(held.units), _counts(held.precisions)]
    if held.absent:
        about.append(_without_rows(held.absent))
    rows = "; ".join(about)
    if held.source is None:
        return rows, gettext("Each row has its own source.")
    return rows, _vintage(held.source)


def _without_rows(count: int) -> str:
    return ngettext(
        "{count} year without a row (no recorded trade)",
        "{count} years without a row (no recorded trade)",
        count,
    )


def _vintage(source: Source) -> str:
    """Write from which copy of its source a series was read, and when."""
    return gettext(
        "Vintage: {source}, {byline}, revision {revision} ({basis}). Last checked: {day}.",
        source=source.id,
        byline=source.byline,
        revision=source.revision,
        basis=source.published_basis,
        day=day_in_words(source.read_on) if source.read_on else gettext(_NOT_RECORDED),
    )


def _years_or_months(grain: Precision, span: Period) -> str:
    if grain is not Precision.FISCAL_YEAR:
        return span.label()
    return from_to(f"FY{span.first.year + 1}", f"FY{span.last.year}")


def correction_in_words(correction: Correction) -> tuple[str, ...]:
    """Write a correction below its day and what it is about: before, after, why."""
    said = (
        gettext("Before: {text}", text=correction.before),
        gettext("After: {text}", text=correction.after),
        gettext("Why: {text}", text=correction.why),
        gettext("Rows: {rows}", rows=", ".join(correction.rows)) if correction.rows else "",
    )
    return tuple(line for line in said if line)
