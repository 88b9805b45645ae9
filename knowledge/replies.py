"""Replies: what a supported candidate is made into, and the refusal when there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from knowledge.answers import Answer, Excerpt, Kind, Statement, Status, refused
from knowledge.citations import Citation
from knowledge.commands import COMMANDS, written
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.leads import LONGEST_LEAD, lead
from knowledge.library import Library
from knowledge.offices import Office
from knowledge.people import Person
from knowledge.questions import asked_for, presidency_in
from knowledge.retrieval import Candidate, Retrieval, Role
from knowledge.sources import PUBLIC_RECORD, Passage, Source
from knowledge.text import clip, echo
from knowledge.timeline import Dispute, Event
from knowledge.unknowns import KnownUnknown

ALSO = 0.85
"""A further passage is shown if its support comes to this part of the best one's."""

ASSUMED_WRONGLY = "The library tells this differently than the question does."

OWN = "This server's own entry."

MAY_FALL = "An event known only to its month, season or year is listed where it may fall in the period."

POINTED = "Pointed here by this server's moderators."

STALE = "A passage that this entry cites has changed since"

DATES_OVERLAP = "Some of these dates overlap; the sources do not say which of those came first."

TOLD = 0.45
"""Likeness from which a passage of the public record answers what the founding documents do not give."""

IN_DISPUTE = 0.5
"""Share of what a dispute is about that a question must have to be told of it."""

MOST_EXCERPTS = 3
CLOSEST = 2
_SUBJECT = "Ask about the history of U.S. humanitarian-aid policy toward North Korea."

ASK_HINT = f"For example: {COMMANDS['ask'].example.removeprefix('/ask ')}"

_SPEAK_OF_A_DAY = (Kind.ANSWER, Kind.FAQ, Kind.PEOPLE)
"""Which replies say how things are without saying when; figures and events have dates of their own."""

CLOSE = 0.25
"""Coverage from which a passage is near enough to a refused question to be shown as the closest."""


def _about(entry: OwnEntry) -> Iterator[str]:
    yield f"{OWN} Its id is {entry.id}."
    if entry.stale:
        yield f"{STALE} it was written: {'; '.join(entry.stale)}."


def excerpt_of(library: Library, citation: Citation) -> Excerpt:
    """Return a passage as it is shown; raises `CitationError` if there is none at `citation`."""
    source, passage = library.resolve(citation)
    return Excerpt(
        source.citation(passage),
        passage.text,
        source.byline,
        source.url,
        passage.is_original,
        numbered_by_us=source.addressing == "notes",
    )


def no_event(library: Library, asked: str, about: str = "") -> Answer:
    """Refuse for want of an event, saying from when to when there are some."""
    events = library.timeline.events
    span = f"Its events run from {events[0].date.label()} to {events[-1].date.label()}. " if events else ""
    said = f"The library has no dated event{about} for {asked}."
    return refused(said, f"{span}For example: /timeline 2018")


class Replies:
    """Makes replies from the subjects of one library."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Take the library and its index."""
        self._library = library
        self._retrieval = retrieval

    def from_candidates(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        """Reply from the first candidate, with the passages that are nearly as well supported."""
        answer = self._from_candidates(question, candidates)
        return replace(answer, notes=(POINTED, *answer.notes)) if candidates[0].pointed else answer

    def _from_candidates(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        item = candidates[0].subject.item
        if isinstance(item, KnownUnknown):
            return self.known_unknown(question, item)
        if isinstance(item, FaqEntry):
            return self.entry(item)
        if isinstance(item, Event):
            return self.events([item])
        if isinstance(item, Person):
            return self.person(item)
        return self._passages(question, candidates)

    def with_disputes(self, question: str, answer: Answer) -> Answer:
        """Add the disputes on what a question asks, of those that concern what its answer cites.

        A reply with figures says itself where amounts differ, and by how much.
        """
        if answer.kind is Kind.FIGURE:
            return answer
        cited = set(answer.citations)
        concerned = [d for d in self._library.timeline.disputes if not cited.isdisjoint(d.citations)]
        if not concerned:
            return answer
        words = frozenset(self._retrieval.concepts(question))
        asked = [d for d in concerned if self._is_asked(d, words, cited)]
        return replace(answer, disputes=tuple(dict.fromkeys((*answer.disputes, *asked))))

    def disputes_on(self, words: frozenset[str]) -> tuple[Dispute, ...]:
        """Return the disputes that some words are about, the nearest first."""
        whole = self._retrieval.weight(words)
        shares: dict[Dispute, float] = {}
        for dispute in self._library.timeline.disputes:
            found = words.intersection(self._retrieval.concepts(dispute.about))
            told = self._share(dispute.about.removeprefix("whether "), words)
            shares[dispute] = max(told, self._retrieval.weight(found) / whole)
        near = [dispute for dispute, share in shares.items() if share >= IN_DISPUTE]
        return tuple(sorted(near, key=lambda dispute: -shares[dispute]))

    def with_date(self, answer: Answer, later: Iterable[Candidate]) -> Answer:
        """Say as of when the first source of an answer to a question about the present speaks.

        Of what covers the question, too, the newest passage that is `later` is named. That there is nothing
        later is said of the founding documents alone: beside the public record, nobody could be sure of it.
        """
        if answer.kind not in _SPEAK_OF_A_DAY:
            return answer
        sources = self._library.sources
        first = next((sources[citation.source] for citation in answer.citations), None)
        if first is None or first.published is None:
            return answer
        note = f"The source is of {first.published_in_words}"
        if any(source.collection == PUBLIC_RECORD for source in sources.values()):
            after = self._later(first, later)
            return replace(answer, notes=(*answer.notes, f"{note}{after}."))
        newest = max(sources.values(), key=lambda source: source.published_key)
        is_newest = newest.published_key == first.published_key
        held = "nothing later" if is_newest else f"sources up to {newest.published_in_words}"
        return replace(answer, notes=(*answer.notes, f"{note}; the library has {held}."))

    def _later(self, first: Source, candidates: Iterable[Candidate]) -> str:
        """Name the newest passage near what is asked that is later than the source of an answer."""
        cited = [c.subject.citations[0] for c in candidates if isinstance(c.subject.item, Passage)]
        after = [(self._library.sources[citation.source], citation) for citation in cited]
        after = [
            (source, citation) for source, citation in after if source.published_key > first.published_key
        ]
        if not after:
            return ""
        source, citation = max(after, key=lambda pair: pair[0].published_key)
        return f"; a later passage near this is of {source.published_in_words}: [{citation}]"

    def _is_asked(self, dispute: Dispute, words: frozenset[str], cited: Collection[Citation]) -> bool:
        """Whether a question has what a dispute is about, or what a side of it says that its answer cites."""
        sides = (claim.says for claim in dispute.claims if not set(cited).isdisjoint(claim.citations))
        texts = (dispute.about.removeprefix("whether "), *sides)
        return any(self._share(text, words) >= IN_DISPUTE for text in texts)

    def _share(self, text: str, words: frozenset[str]) -> float:
        """Return how much of the weight of a text some words have."""
        terms = frozenset(self._retrieval.concepts(text))
        whole = self._retrieval.weight(terms)
        return self._retrieval.weight(terms & words) / whole if whole else 0.0

    def entry(self, entry: FaqEntry) -> Answer:
        """Give a curated answer, with the passages it rests on; say whose it is if it is a server's own."""
        is_own = isinstance(entry, OwnEntry)
        return Answer(
            Kind.FAQ,
            Status.ANSWERED,
            statements=(Statement(entry.answer, entry.citations, is_markdown=is_own),),
            excerpts=self._excerpts(entry.citations),
            notes=tuple(_about(entry)) if isinstance(entry, OwnEntry) else (),
            editorial=entry.editorial,
        )

    def person(self, person: Person) -> Answer:
        """Say who somebody is, as the sources have it."""
        excerpts = self._excerpts(person.citations[:CLOSEST])
        return Answer(Kind.PEOPLE, Status.ANSWERED, people=(person,), excerpts=excerpts)

    def _passages(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        best = candidates[0]
        said = self._said(question, best)
        enough = ALSO * best.support
        shown = [c for c in candidates if isinstance(c.subject.item, Passage) and c.support >= enough]
        return Answer(
            Kind.ANSWER,
            Status.ANSWERED,
            statements=(said,),
            excerpts=self._excerpts(c.subject.citations[0] for c in shown[:MOST_EXCERPTS]),
            notes=(*([ASSUMED_WRONGLY] * (best.role is Role.WRONG_PREMISE)), *self._dates_meant(said)),
        )

    def _said(self, question: str, candidate: Candidate) -> Statement:
        """Say what leads: our note as it is, the words of an original quoted and with their origin."""
        sentence = clip(lead(question, candidate, self._retrieval), LONGEST_LEAD)
        source, passage = self._library.resolve(candidate.subject.citations[0])
        if passage.is_original:
            named = passage.speaker.rpartition(" ")[2] in sentence
            speaker = "" if named or not passage.speaker else f", quoting {passage.speaker}"
            quoted = sentence if sentence.startswith("“") else f"“{sentence}”"
            sentence = f"{source.publisher}{speaker}: {quoted}"
        return Statement(sentence, candidate.subject.citations, is_original=passage.is_original)

    def _dates_meant(self, said: Statement) -> list[str]:
        """Say what relative dates in a quotation mean, as the timeline has resolved them."""
        return [
            f"“{event.inferred_from}” means {event.date.label()}, inferred from the date of publication."
            for event in self._library.timeline.events
            if "“" in said.text
            and event.basis == "inferred"
            and event.inferred_from in said.text
            and set(event.citations) & set(said.citations)
        ]

    def in_order(self, events: Iterable[Event]) -> Answer:
        """Say events in the order in which they happened, and where their dates leave it open."""
        ordered = sorted(events, key=lambda event: (event.date.first, event.date.last))
        overlap = any(one.date.overlaps(after.date) for one, after in pairwise(ordered))
        return replace(self.events(ordered), notes=(DATES_OVERLAP,) if overlap else ())

    def events(self, events: Sequence[Event]) -> Answer:
        """Say what happened when; of a few events, with the passages they rest on."""
        cited = dict.fromkeys(c for event in events for c in event.citations)
        excerpts = self._excerpts(cited) if len(cited) <= CLOSEST else ()
        return Answer(
            Kind.TIMELINE,
            Status.ANSWERED,
            events=tuple(events),
            excerpts=excerpts,
            disputes=self._library.timeline.disputes_about(events),
        )

    def together(self, answers: Sequence[Answer]) -> Answer:
        """Join the replies to the parts of a question, each with its own lead and passages."""
        excerpts = list(dict.fromkeys(chain.from_iterable(a.excerpts[:1] for a in answers)))
        return Answer(
            Kind.ANSWER,
            Status.ANSWERED,
            statements=tuple(chain.from_iterable(a.statements for a in answers)),
            excerpts=tuple(excerpts[:MOST_EXCERPTS]),
            events=tuple(chain.from_iterable(a.events for a in answers)),
            disputes=tuple(dict.fromkeys(chain.from_iterable(a.disputes for a in answers))),
            people=tuple(chain.from_iterable(a.people for a in answers)),
            figures=tuple(chain.from_iterable(a.figures for a in answers)),
            asides=tuple(chain.from_iterable(a.asides for a in answers)),
            receipts=tuple(chain.from_iterable(a.receipts for a in answers)),
            notes=tuple(dict.fromkeys(chain.from_iterable(a.notes for a in answers))),
        )

    def known_unknown(self, question: str, unknown: KnownUnknown, beside: Sequence[Candidate] = ()) -> Answer:
        """Say what the sources do not give; `beside` are passages of the public record that may have it.

        One that answers nearly what is asked answers here, too. Otherwise they are the closest.
        """
        named = self._library.founding_names if unknown.told or unknown.see else ("The library",)
        missing = f"{' and '.join(named)} do{'es' * (len(named) == 1)} not give {unknown.lacks}."
        asked = [candidate for candidate in beside if _is_nearly_asked(question, candidate)]
        if asked:
            answer = self._passages(question, [asked[0], *(c for c in beside if c is not asked[0])])
            return replace(answer, notes=(f"{missing} This is from the wider record.", *answer.notes))
        near = dict.fromkeys((*(c.subject.citations[0] for c in beside[:CLOSEST]), *unknown.nearest))
        return Answer(
            Kind.REFUSAL,
            Status.REFUSED,
            statements=(Statement(missing), Statement(f"{unknown.says}.")),
            closest=self._excerpts(near),
            hint=self._see(question, unknown),
        )

    def _see(self, question: str, unknown: KnownUnknown) -> str:
        """Point to what the public record has around a gap: the tables of a presidency, or events."""
        if years := presidency_in(question) if unknown.see else "":
            commands = tuple(dict.fromkeys(f"{see.split()[0]} {years}" for see in unknown.see))
        else:
            commands = unknown.see or self._events_told(unknown)
        return f"The wider record has something near this: {', '.join(commands)}." if commands else ""

    def _events_told(self, unknown: KnownUnknown) -> tuple[str, ...]:
        """Return the command that lists the events around what the public record tells of a gap."""
        told = set(unknown.told)
        events = [event for event in self._library.timeline.events if told & set(event.citations)]
        topics = Counter(topic for event in events for topic in event.topics)
        return tuple(written("timeline", topic=topic) for topic, _ in topics.most_common(1))

    def refusal(self, candidates: Sequence[Candidate]) -> Answer:
        """Refuse, with the closest passages labelled as what they are."""
        close = [candidate for candidate in candidates[:3] if candidate.coverage >= CLOSE]
        near = dict.fromkeys(c for candidate in close for c in candidate.subject.citations)
        return Answer(
            Kind.REFUSAL,
            Status.REFUSED,
            statements=(Statement("The library does not answer this."),),
            closest=self._excerpts(list(near)[:CLOSEST]),
            hint=f"Try other words, or a command such as {COMMANDS['timeline'].example}."
            if self._library.timeline.events
            else "",
        )

    def nobody_in(self, office: Office) -> Answer:
        """Refuse to say who held an office, for want of somebody who did by a source."""
        said = f"The library names nobody as “{echo(office.words)}”."
        hint = "/who lists everybody that it names." if self._library.people else ""
        return refused(said, hint)

    def nothing_asked(self) -> Answer:
        """Refuse kindly what asks nothing, such as a greeting, and say what can be asked."""
        return Answer(
            Kind.HELP,
            Status.REFUSED,
            statements=(Statement(_SUBJECT),),
            hint=ASK_HINT,
        )

    def _excerpts(self, citations: Iterable[Citation]) -> tuple[Excerpt, ...]:
        return tuple(excerpt_of(self._library, c) for c in tuple(citations)[:MOST_EXCERPTS])


def _is_nearly_asked(question: str, candidate: Candidate) -> bool:
    """Whether a candidate's nearest ask is much like a question, and asks for the same kind of thing."""
    asked = asked_for(question)
    same_kind = not asked or bool(asked & candidate.nearest)
    return candidate.role is Role.ASK and candidate.likeness >= TOLD and same_kind
