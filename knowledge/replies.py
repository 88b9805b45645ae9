"""Replies: what a supported candidate is made into, and the refusal when there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from knowledge.answers import Answer, Excerpt, Kind, Statement, Status, refused
from knowledge.citations import Citation
from knowledge.commands import COMMANDS, QUESTION, shown_command, written
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.holdings import run_of_events
from knowledge.languages import gettext, listed, ngettext, translatable
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

# What a note says, kept in English.
ASSUMED_WRONGLY = translatable("The library tells this differently than the question does.")
OWN = translatable("This server's own entry. Its id is {entry}.")
MAY_FALL = translatable(
    "An event known only to its month, season or year is listed where it may fall in the period."
)
POINTED = translatable("Pointed here by this server's moderators.")
STALE = translatable("A passage that this entry cites has changed since it was written: {what}.")
DATES_OVERLAP = translatable("Some of these dates overlap; the sources do not say which of those came first.")

TOLD = 0.45
"""Likeness from which a passage of the public record answers what the founding documents do not give."""

IN_DISPUTE = 0.5
"""Share of what a dispute is about that a question must have to be told of it."""

MOST_EXCERPTS = 3
CLOSEST = 2
_SUBJECT = translatable("Ask about the history of U.S. humanitarian-aid policy toward North Korea.")

_NO_EVENT = {
    (False, False): translatable("The library has no dated event for {period}."),
    (True, False): translatable("The library has no dated event on {topic} for {period}."),
    (False, True): translatable("The library has no dated event with {actor} for {period}."),
    (True, True): translatable("The library has no dated event on {topic} with {actor} for {period}."),
}
"""What is said by whether a topic and an actor are asked for."""

_SPEAK_OF_A_DAY = (Kind.ANSWER, Kind.FAQ, Kind.PEOPLE)
"""Which replies say how things are without saying when; figures and events have dates of their own."""

CLOSE = 0.25
"""Coverage from which a passage is near enough to a refused question to be shown as the closest."""


def _about(entry: OwnEntry) -> Iterator[str]:
    yield gettext(OWN, entry=entry.id)
    if entry.stale:
        yield gettext(STALE, what="; ".join(map(str, entry.stale)))


def excerpt_of(library: Library, citation: Citation) -> Excerpt:
    """Return a passage as it is shown; raises `CitationError` if there is none at `citation`."""
    source, passage = library.resolve(citation)
    return Excerpt(
        source.citation(passage),
        passage.text,
        _byline(source, passage),
        source.url,
        passage.is_original,
        numbered_by_us=source.addressing == "notes",
    )


def _byline(source: Source, passage: Passage) -> str:
    """Introduce a passage by its source and, where that has pages, its page."""
    if passage.page is None:
        return source.byline
    return gettext("{source}, p. {page}", source=source.byline, page=passage.page)


def ask_hint() -> str:
    """Say what a question looks like."""
    return gettext("For example: {command}", command=gettext(QUESTION))


def no_event(library: Library, asked: str, topic: str = "", actor: str = "") -> Answer:
    """Refuse for want of an event, saying from when to when there are some."""
    message = _NO_EVENT[bool(topic), bool(actor)]
    example = gettext("For example: {command}", command=shown_command("/timeline 2018"))
    hint = " ".join(filter(None, (run_of_events(library), example)))
    return refused(gettext(message, period=asked, topic=topic, actor=actor), hint)


class Replies:
    """Makes replies from the subjects of one library."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Take the library and its index."""
        self._library = library
        self._retrieval = retrieval

    def from_candidates(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        """Reply from the first candidate, with the passages that are nearly as well supported."""
        answer = self._from_candidates(question, candidates)
        if not candidates[0].pointed:
            return answer
        return replace(answer, notes=(gettext(POINTED), *answer.notes), pointed=True)

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
        later is said of the founding documents alone: beside the public record, or an archive, nobody could
        be sure of it.
        """
        if answer.kind not in _SPEAK_OF_A_DAY:
            return answer
        sources = self._library.sources
        first = next((self._library.catalogue[citation.source] for citation in answer.citations), None)
        if first is None or not first.issued:
            return answer
        is_wide = self._library.archive or any(s.collection == PUBLIC_RECORD for s in sources.values())
        note = self._later(first, later) if is_wide else self._newest(first)
        return replace(answer, notes=(*answer.notes, note))

    def _newest(self, first: Source) -> str:
        """Say of when the source of an answer is, and of when the newest one."""
        newest = max(self._library.sources.values(), key=lambda source: source.issued)
        day = first.published_in_words
        if newest.issued == first.issued:
            return gettext("The source is of {date}; the library has nothing later.", date=day)
        return gettext(
            "The source is of {date}; the library has sources up to {newest}.",
            date=day,
            newest=newest.published_in_words,
        )

    def _later(self, first: Source, candidates: Iterable[Candidate]) -> str:
        """Say of when the source of an answer is, and name the newest passage near it that is later."""
        cited = [c.subject.citations[0] for c in candidates if isinstance(c.subject.item, Passage)]
        after = [(self._library.catalogue[citation.source], citation) for citation in cited]
        after = [(source, citation) for source, citation in after if source.issued > first.issued]
        if not after:
            return gettext("The source is of {date}.", date=first.published_in_words)
        source, citation = max(after, key=lambda pair: pair[0].issued)
        return gettext(
            "The source is of {date}; a later passage near this is of {later}: [{citation}].",
            date=first.published_in_words,
            later=source.published_in_words,
            citation=citation,
        )

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
            notes=(
                *([gettext(ASSUMED_WRONGLY)] * (best.role is Role.WRONG_PREMISE)),
                *self._dates_meant(said),
            ),
        )

    def _said(self, question: str, candidate: Candidate) -> Statement:
        """Say what leads: our note as it is, the words of an original quoted and with their origin."""
        sentence = clip(lead(question, candidate, self._retrieval), LONGEST_LEAD)
        source, passage = self._library.resolve(candidate.subject.citations[0])
        if passage.is_original:
            named = passage.speaker.rpartition(" ")[2] in sentence
            quoted = sentence if sentence.startswith("“") else f"“{sentence}”"
            if named or not passage.speaker:
                sentence = gettext("{publisher}: {words}", publisher=source.publisher, words=quoted)
            else:
                sentence = gettext(
                    "{publisher}, quoting {speaker}: {words}",
                    publisher=source.publisher,
                    speaker=passage.speaker,
                    words=quoted,
                )
        return Statement(sentence, candidate.subject.citations, is_original=passage.is_original)

    def _dates_meant(self, said: Statement) -> list[str]:
        """Say what relative dates in a quotation mean, as the timeline has resolved them."""
        return [
            gettext(
                "“{words}” means {date}, inferred from the date of publication.",
                words=event.inferred_from,
                date=event.date.label(),
            )
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
        return replace(self.events(ordered), notes=(gettext(DATES_OVERLAP),) if overlap else ())

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
            pointed=any(a.pointed for a in answers),
        )

    def known_unknown(self, question: str, unknown: KnownUnknown, beside: Sequence[Candidate] = ()) -> Answer:
        """Say what the sources do not give; `beside` are passages of the public record that may have it.

        One that answers nearly what is asked answers here, too. Otherwise they are the closest.
        """
        missing = self._not_given(unknown)
        asked = [candidate for candidate in beside if _is_nearly_asked(question, candidate)]
        if asked:
            answer = self._passages(question, [asked[0], *(c for c in beside if c is not asked[0])])
            wider = gettext("This is from the wider record.")
            return replace(answer, notes=(f"{missing} {wider}", *answer.notes))
        near = dict.fromkeys((*(c.subject.citations[0] for c in beside[:CLOSEST]), *unknown.nearest))
        return Answer(
            Kind.REFUSAL,
            Status.REFUSED,
            statements=(Statement(missing), Statement(f"{unknown.says}.")),
            closest=self._excerpts(near),
            hint=self._see(question, unknown),
        )

    def _not_given(self, unknown: KnownUnknown) -> str:
        """Say what is not given, and by what: by the founding documents, where others have something."""
        if not (unknown.told or unknown.see):
            return gettext("The library does not give {what}.", what=unknown.lacks)
        named = self._library.founding_names
        return ngettext(
            "{documents} does not give {what}.",
            "{documents} do not give {what}.",
            len(named),
            documents=listed(named),
            what=unknown.lacks,
        )

    def _see(self, question: str, unknown: KnownUnknown) -> str:
        """Point to what the public record has around a gap: the tables of a presidency, or events."""
        if years := presidency_in(question) if unknown.see else "":
            commands = tuple(dict.fromkeys(f"{see.split()[0]} {years}" for see in unknown.see))
        else:
            commands = unknown.see or self._events_told(unknown)
        if not commands:
            return ""
        return gettext(
            "The wider record has something near this: {commands}.",
            commands=", ".join(map(shown_command, commands)),
        )

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
            statements=(Statement(gettext("The library does not answer this.")),),
            closest=self._excerpts(list(near)[:CLOSEST]),
            hint=gettext(
                "Try other words, or a command such as {command}.",
                command=shown_command(COMMANDS["timeline"].example),
            )
            if self._library.timeline.events
            else "",
        )

    def nobody_in(self, office: Office) -> Answer:
        """Refuse to say who held an office, for want of somebody who did by a source."""
        said = gettext("The library names nobody as “{office}”.", office=echo(office.words))
        lists = gettext("{command} lists everybody that it names.", command=shown_command("/who"))
        return refused(said, lists if self._library.people else "")

    def nothing_asked(self) -> Answer:
        """Refuse kindly what asks nothing, such as a greeting, and say what can be asked."""
        return Answer(
            Kind.HELP,
            Status.REFUSED,
            statements=(Statement(gettext(_SUBJECT)),),
            hint=ask_hint(),
        )

    def _excerpts(self, citations: Iterable[Citation]) -> tuple[Excerpt, ...]:
        return tuple(excerpt_of(self._library, c) for c in tuple(citations)[:MOST_EXCERPTS])


def _is_nearly_asked(question: str, candidate: Candidate) -> bool:
    """Whether a candidate's nearest ask is much like a question, and asks for the same kind of thing."""
    asked = asked_for(question)
    same_kind = not asked or bool(asked & candidate.nearest)
    return candidate.role is Role.ASK and candidate.likeness >= TOLD and same_kind
