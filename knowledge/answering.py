"""Answering: the way of a free question through the house, from words to a supported reply or a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Excerpt
from knowledge.assistance_questions import AssistanceQuestions
from knowledge.citations import Citation
from knowledge.explaining import Explanation
from knowledge.exports import Series
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.figure_questions import FigureQuestions
from knowledge.figures import rows_reply
from knowledge.languages import ENGLISH, gettext, listed, ngettext, spoken
from knowledge.library import Library
from knowledge.listings import disputes_listed, everybody, gaps_listed
from knowledge.offices import office_asked
from knowledge.people import Person
from knowledge.periods import ALL_DATES, FoundPeriod, Period, find_periods, meanings, without_periods
from knowledge.questions import (
    Asked,
    asked_for,
    asks_about_the_present,
    asks_for_everybody,
    asks_for_gaps,
    disputes_asked,
    essence,
    is_about_a_difference,
    is_comparison_of_sources,
    parts_of,
    things_ordered,
    timeline_subject,
    untitled,
    without_documents,
    years_of_documents,
)
from knowledge.replies import MAY_FALL, MOST_EXCERPTS, Replies, excerpt_of, no_event
from knowledge.retrieval import TELLING, Candidate, Item, Retrieval, Role, SubjectIndex
from knowledge.sources import PUBLIC_RECORD, Passage, Source
from knowledge.spelling import Reading, Speller
from knowledge.text import echo, normalise, terms
from knowledge.timeline import Event
from knowledge.unknowns import KnownUnknown
from knowledge.wording import events_counted, topic_in_words

if TYPE_CHECKING:
    from knowledge.entries import Entry
    from knowledge.own_entries import OwnEntries
    from knowledge.store import Pointer

COVERED = 0.5
"""Coverage from which the best candidate carries an answer; set on the golden questions."""

STRANGER = 0.25
"""How much more must be covered if the question has a name that the library does not know."""

CLEARLY = 0.5
"""Likeness from which a passage may answer a question on a person whom it does not name."""

NAMED = 0.5
"""Share of some words that an event must have to be meant by them."""

NAMED_SOURCE = {True: 1.1, False: 0.8}
"""What it does to the support of a candidate if the question names its source, or another one."""

LOOSELY = 0.6
"""Part of the coverage an answer needs that is enough where each of several sources is to say its own."""

AS_ASKED = 0.6
"""Likeness from which a person or an event is what its ask asks for."""

NEARLY = 0.6
"""Part of the best support that a later passage needs to be named beside an answer about the present."""

JUST_THAT = 0.8
"""Likeness from which a known unknown is the very thing asked for."""

WELL_SUPPORTED = 0.45
"""Support that each part of a question needs before the question is taken apart."""

MOST_READ = 5
"""How many misspelt words a reply lists one by one."""

MOST_PARTS = 3
"""How many parts of a question are answered."""

SHOWN = 8
"""How many candidates an explanation shows."""


class Answering:
    """Answers free questions from one library, and from a server's own entries beside it."""

    def __init__(self, library: Library) -> None:
        """Index the library, once."""
        self._library = library
        self._retrieval = retrieval = Retrieval(library)
        self._figures = FigureQuestions(library, retrieval)
        self._assistance = AssistanceQuestions(library)
        self._replies = Replies(library, retrieval)
        self._entries = {
            _plain(wording): entry
            for entry in reversed(library.faq)
            for wording in (entry.question, *entry.alternatives)
        }
        self._people = {
            frozenset(words): person
            for person in library.people
            for name in person.names
            if (words := retrieval.concepts(name))
        }
        self._persons = [
            frozenset(words[-1:])
            for person in library.people
            if person.kind == "person" and (words := retrieval.concepts(person.name))
        ]
        self._publishers = {
            source.id: retrieval.concepts(source.publisher)
            for source in library.sources.values()
            if source.collection != PUBLIC_RECORD  # notes say themselves whose they are
        }
        self._dates = [event.date for event in library.timeline.events]
        elsewhere = retrieval.archive.spread if retrieval.archive else None
        self._speller = Speller(retrieval.surfaces, retrieval.understands, elsewhere)

    def own_entries(self, entries: Iterable[Entry] = (), pointers: Iterable[Pointer] = ()) -> OwnEntries:
        """Return an index of the entries and pointers of a server, to be asked beside this library."""
        from knowledge.own_entries import OwnEntries

        return OwnEntries(self._library, self._retrieval, self._spelled, entries, pointers)

    def warm_up(self) -> None:
        """Load now what would otherwise be loaded by the first question that needs it."""
        self._speller.warm_up()
        self._library.glossaries.read()
        if self._retrieval.archive:
            self._retrieval.archive.warm_up()

    def answer(self, question: str, own: OwnEntries | None = None) -> Answer:
        """Return the reply to a question; the refusal, if nothing supports an answer."""
        read = self._read(question, own)
        _, answer = self._route(question, read.text, own)
        answer = self._replies.with_disputes(read.text, answer)
        if asks_about_the_present(read.text):
            near = self._candidates(read.text, own)
            enough = NEARLY * near[0].support if near else 0.0
            near = [c for c in near if c.coverage >= COVERED and c.support >= enough]
            answer = self._replies.with_date(answer, near)
        return replace(answer, notes=(*said_of(read), *answer.notes))

    def explain(self, question: str, own: OwnEntries | None = None) -> Explanation:
        """Return how a question is read, what it might be about, and what decides, for people tuning it."""
        read = self._read(question, own)
        route, answer = self._route(question, read.text, own)
        words = self._retrieval.read(read.text)
        candidates = tuple(self._candidates(read.text, own)[:SHOWN])
        return Explanation(
            read=read,
            terms=tuple((word, self._retrieval.weight([word])) for word in dict.fromkeys(words)),
            periods=tuple(found.asked for found in self._periods(read.text)),
            candidates=candidates,
            route=route,
            threshold=self._threshold(read.text, candidates),
            answer=answer,
        )

    def question_key(self, question: str) -> str:
        """Return what is the same for questions that ask the same: their terms and kinds, in no order."""
        from knowledge.own_entries import wording_key

        read = self._spelled(question)
        return " ".join(sorted({*terms(read), *asked_for(read)})) or wording_key(question)

    def closest(self, question: str) -> tuple[Excerpt, ...]:
        """Return the passages nearest to a question, whether or not they answer it."""
        candidates = self._candidates(self._spelled(question), None)
        passages = [c.subject.citations[0] for c in candidates if isinstance(c.subject.item, Passage)]
        return tuple(excerpt_of(self._library, citation) for citation in passages[:MOST_EXCERPTS])

    def entries_near(self, words: str, own: OwnEntries | None = None) -> tuple[Reading, list[FaqEntry]]:
        """Return how some words were read, and the FAQ entries that have any of them, the nearest first."""
        read = self._read(words, own)
        asked = self._retrieval.read_text(read.text)
        exactly = own.word_for_word((words, essence(words), read.text)) if own else None
        shipped = self._shipped_entries.candidates(self._retrieval.weighed(asked))
        found = sorted((*(own.candidates(asked) if own else ()), *shipped), key=lambda c: -c.support)
        items = (
            c.subject.item if c else self._entries.get(_plain(read.text)) for c in (exactly, None, *found)
        )
        entries = (item for item in items if isinstance(item, FaqEntry) and not _is_replaced(item, own))
        return read, list({entry.id: entry for entry in entries}.values())

    def entry(self, entry: FaqEntry) -> Answer:
        """Return an FAQ entry as a reply."""
        return self._replies.entry(entry)

    def entries(self, own: OwnEntries | None = None) -> tuple[FaqEntry, ...]:
        """Return the FAQ entries: a server's own by their ids, then the shipped ones that none replaces."""
        mine = sorted(own.entries, key=lambda entry: entry.id) if own else ()
        return (*mine, *(entry for entry in self._library.faq if not _is_replaced(entry, own)))

    @cached_property
    def _shipped_entries(self) -> SubjectIndex:
        return SubjectIndex(map(self._retrieval.row, self._library.faq))

    @cached_property
    def _topics(self) -> dict[frozenset[str], str]:
        """The topics of the timeline by the words that name them, the first of several that share theirs."""
        return {
            frozenset(words): topic
            for topic in reversed(self._library.timeline.topics)
            if (words := self._retrieval.concepts(topic_in_words(topic)))
        }

    def _spelled(self, question: str) -> str:
        return self._read(question, None).text

    def _read(self, question: str, own: OwnEntries | None) -> Reading:
        """Read a question in English, its misspelt words as words of the library."""
        text = essence(question)
        glossary = self._library.glossaries.of(text)
        read = self._corrected(glossary.apart(text) if glossary else text, own)
        english = glossary.in_english(read.text) if glossary else read.text
        return replace(read, text=untitled(english, self._retrieval.knows), translated=glossary is not None)

    def _corrected(self, text: str, own: OwnEntries | None) -> Reading:
        """Read misspelt words of a text as words of the library, but for those that own entries have."""
        left = own.words_beside_the_library(text) if own else ()
        if not left:
            return self._speller.read(text)
        parts = re.split(rf"\b({'|'.join(map(re.escape, sorted(left)))})\b", text)
        reads = [Reading(part) if part in left else self._speller.read(part) for part in parts]
        return Reading("".join(one.text for one in reads), tuple(chain(*(one.replaced for one in reads))))

    def _route(self, typed: str, question: str, own: OwnEntries | None) -> tuple[str, Answer]:
        """Return the first reply that a way of answering comes to, and the name of that way."""
        if own and (found := own.word_for_word((typed, essence(typed), question))):
            return "the server's own word for word", self._replies.from_candidates(question, [found])
        for name, way in (
            ("an FAQ entry word for word", lambda asked: self._word_for_word(asked, own)),
            ("nothing asked", self._nothing),
            ("a name alone", self._person),
            ("an office nobody has", self._vacant),
            ("a list of what there is", self._listed),
            ("series compared", self._series_compared),
            ("a timeline of a topic", self._topic),
            ("assistance", self._assistance.answer),
            ("figures", self._figures.answer),
            ("order of events", self._order),
            ("several parts", lambda asked: self._parts(asked, own)),
            ("sources compared", self._sources_compared),
            ("events of a period", self._dated),
            ("events on a topic", self._on_topic),
        ):
            if answer := way(question):
                return name, answer
        return "best supported subject", self._single(question, own)

    def _periods(self, question: str) -> tuple[FoundPeriod, ...]:
        """Find the dates in a question; a month without a year is one that the founding documents have."""
        found = find_periods(question, rows=self._library.founding_dates or self._dates)
        if all(period.choices for period in found):
            return found
        anywhere = find_periods(question, rows=self._dates)
        return tuple(one if one.choices else other for one, other in zip(found, anywhere, strict=True))

    def _candidates(self, question: str, own: OwnEntries | None) -> list[Candidate]:
        """Return what a question may be about, the best supported first; see `_ranked` for own entries."""
        words = self._retrieval.read(question)
        named = self._sources_named(question)
        if len(named) == 1:  # the name of a source says where to look, not what for
            publisher = self._publishers[min(named)]
            words = [word for word in words if word not in publisher] or words
        asked, periods = asked_for(question), self._periods(question)
        dated = Asked.TIME in asked or bool(periods)
        keyword = not asked and len(set(self._retrieval.concepts(question))) == 1
        topic = frozenset(words) - frozenset(Asked)
        persons = [name for name in self._persons if name & topic]
        years = meanings(periods) if _YEAR.search(question) else ()
        mine = own.candidates(words) if own else []
        found = chain(self._retrieval.candidates(words), self._retrieval.archived(words))
        shipped = (c for c in found if not _is_replaced(c.subject.item, own))

        def eligible(found: Iterable[Candidate]) -> list[Candidate]:
            kept = [
                c
                for c in found
                if _eligible(c, dated, keyword)
                and _shares_topic(c, topic)
                and _has_persons(c, persons)
                and self._is_of(c, years)
            ]
            if len(named) == 1:
                kept = [replace(c, factor=NAMED_SOURCE[_of(c) in named]) for c in kept]
            return kept

        return self._ranked(question, eligible(mine), eligible(shipped))

    def _is_of(self, candidate: Candidate, years: Sequence[Period]) -> bool:
        """Whether a passage, event or person has one of the years asked for, in its words or by its date."""
        item = candidate.subject.item
        if not years or isinstance(item, FaqEntry | KnownUnknown):
            return True
        named = {int(word) for word in candidate.subject.all_terms if word.isdigit() and len(word) == 4}
        named |= {_year_of(self._library.catalogue[_of(candidate)])}
        return any(
            any(span.first.year <= year <= span.last.year for year in named)
            or (isinstance(item, Event) and span.overlaps(item.date))
            for span in years
        )

    def _ranked(self, question: str, own: list[Candidate], shipped: list[Candidate]) -> list[Candidate]:
        """Order candidates by their support, each subject once, an own entry before a shipped one as good.

        What a server has put beside the library takes no answer away: an own candidate that does not cover
        the question comes after all others, and so does a stale entry if there is a passage that answers.
        """
        strange = self._strange_names(question)
        ranked = [c for c in own if c.coverage >= _needed(c, strange)] + shipped
        ranked.sort(key=lambda c: -c.support)
        if any(isinstance(c.subject.item, Passage) and c.coverage >= _needed(c, strange) for c in ranked):
            ranked.sort(key=_is_stale)
        distinct: dict[int, Candidate] = {}
        for candidate in (*ranked, *own):
            distinct.setdefault(id(candidate.subject.item), candidate)
        return list(distinct.values())

    def _sources_named(self, question: str) -> set[str]:
        """Return the ids of the sources that a question names, by publisher or as “the 2019 article”."""
        words, years = f" {' '.join(self._retrieval.concepts(question))} ", years_of_documents(question)
        return {
            id_
            for id_, publisher in self._publishers.items()
            if _year_of(self._library.sources[id_]) in years or f" {' '.join(publisher)} " in words
        }

    def _single(self, question: str, own: OwnEntries | None) -> Answer:
        candidates = self._candidates(question, own)
        if not candidates or candidates[0].coverage < self._threshold(question, candidates):
            return self._replies.refusal(candidates)
        unknown = candidates[0].subject.item
        if not isinstance(unknown, KnownUnknown):
            return self._replies.from_candidates(question, candidates)
        if elsewhere := self._told_elsewhere(candidates):
            return self._replies.from_candidates(question, elsewhere)
        beside = [c for c in candidates if c.coverage >= LOOSELY * COVERED and _is_told(c, unknown)]
        return self._replies.known_unknown(question, unknown, beside)

    def _threshold(self, question: str, candidates: Sequence[Candidate]) -> float:
        """Return the coverage that the best candidate needs to carry an answer."""
        return _needed(candidates[0] if candidates else None, self._strange_names(question))

    def _strange_names(self, question: str) -> list[list[str]]:
        """Return the capitalised words of a question that are no names the library knows."""
        retrieval = self._retrieval
        return [retrieval.concepts(n) for n in _NAME.findall(question) if not retrieval.knows_name(n)]

    def _told_elsewhere(self, candidates: list[Candidate]) -> list[Candidate]:
        """Return passages of the operator's own documents that may close the gap of the known unknown found.

        What the public record has on a gap, the known unknown knows itself.
        """
        known = {self._library.catalogue[c.source].collection for c in candidates[0].subject.citations}
        return [
            c
            for c in candidates
            if isinstance(c.subject.item, Passage)
            and c.coverage >= COVERED
            and self._library.catalogue[_of(c)].collection not in (*known, PUBLIC_RECORD)
        ]

    def _word_for_word(self, question: str, own: OwnEntries | None) -> Answer | None:
        """Answer a question that is a shipped entry's own from that entry, if it is not replaced."""
        entry = self._entries.get(_plain(question))
        return self._replies.entry(entry) if entry and not _is_replaced(entry, own) else None

    def _nothing(self, question: str) -> Answer | None:
        """Answer what has no word that could be asked about, such as a greeting."""
        asks = self._retrieval.concepts(question) or self._periods(question)
        return None if asks else self._replies.nothing_asked()

    def _vacant(self, question: str) -> Answer | None:
        """Refuse to name the holder of an office that no source gives to anybody."""
        office = office_asked(question)
        if office is None or any(map(office.is_held_by, self._library.people)):
            return None
        best = next(iter(self._candidates(question, None)), None)
        is_gap = best and isinstance(best.subject.item, KnownUnknown) and best.likeness >= JUST_THAT
        return None if is_gap else self._replies.nobody_in(office)

    def _listed(self, question: str) -> Answer | None:
        """Answer a question for everybody, for the gaps, or for what the sources disagree on."""
        library = self._library
        if asks_for_everybody(question):
            return everybody(library)
        if asks_for_gaps(question) and library.unknowns:
            return gaps_listed(library)
        about = disputes_asked(question)
        if about is None or not library.timeline.disputes or len(self._series_named(question)) > 1:
            return None
        words = frozenset(self._retrieval.concepts(about))
        if not any(self._retrieval.weight([word]) > TELLING for word in words):
            return disputes_listed(library.timeline.disputes)
        meant = self._replies.disputes_on(words)
        return disputes_listed(meant, echo(meant[0].about)) if meant else None

    def _topic(self, question: str) -> Answer | None:
        """Answer “timeline of …” with the events of the topic that it names."""
        topic = self._topics.get(frozenset(self._retrieval.concepts(timeline_subject(question))))
        if topic is None:
            return None
        events = self._library.timeline.within(ALL_DATES, topic)
        title = gettext(
            "Timeline on {topic} ({events})", topic=topic_in_words(topic), events=events_counted(len(events))
        )
        return replace(self._replies.events(events), title=title)

    def _series_compared(self, question: str) -> Answer | None:
        """Answer how two series of exports differ with both, for the months that both have or those asked."""
        named = self._series_named(question)
        if len(named) < 2 or not is_about_a_difference(question):
            return None
        table = self._library.exports
        shared = set(table.months(named[0].id)).intersection(*(table.months(s.id) for s in named[1:]))
        asked = meanings(self._periods(question))
        within = [month for month in shared if not asked or any(span.overlaps(month) for span in asked)]
        if not within:
            return None
        whole = Period.between(min(m.first for m in within), max(m.last for m in within))
        return rows_reply(table, whole if len(within) > 1 else within[0], named)

    def _series_named(self, question: str) -> tuple[Series, ...]:
        """Return the series of exports that a question names by their id or the publisher of their source."""
        words = set(self._retrieval.concepts(question))

        def names(series: Series) -> bool:
            source = self._library.sources.get(series.source)
            publisher = set(self._retrieval.concepts(source.publisher)) if source else set()
            by_publisher = bool(publisher) and publisher <= words
            return by_publisher or bool(words & set(self._retrieval.concepts(series.id)))

        return tuple(series for series in self._library.exports.series if names(series))

    def _person(self, question: str) -> Answer | None:
        """Answer “who is …” and a bare name from the person that it names."""
        if asked_for(question) - {Asked.PERSON}:
            return None
        person = self._people.get(frozenset(self._retrieval.concepts(question)))
        return self._replies.person(person) if person else None

    def _order(self, question: str) -> Answer | None:
        """Answer what came first, from the events that the question names."""
        found: dict[str, Event] = {}
        for part in things_ordered(question):
            for event, share in self._events(part)[:1]:
                if share >= NAMED:
                    found.setdefault(event.id, event)
        return self._replies.in_order(found.values()) if len(found) > 1 else None

    def _parts(self, question: str, own: OwnEntries | None) -> Answer | None:
        """Answer a question in two parts by both, if each has an answer of its own."""
        parts = parts_of(question)
        if len(parts) < 2:
            return None
        answers: dict[Citation, Answer] = {}
        missed = []
        for before, part in zip(("", *parts), parts, strict=False):
            whole = f"{part} {before}" if before and self._leans(part) else part
            answer = self._part(whole, own) if len(answers) < MOST_PARTS else None
            if answer is None:
                missed.append(gettext("Not answered here: “{question}”.", question=echo(part)))
            else:
                answers.setdefault(answer.citations[0], answer)
        if len(answers) < 2:
            return None
        joined = self._replies.together(list(answers.values()))
        return replace(joined, notes=(*joined.notes, *missed[:MOST_PARTS]))

    def _leans(self, part: str) -> bool:
        """Whether a part means something that only the part before it names."""
        telling = any(self._retrieval.weight([word]) > TELLING for word in self._retrieval.concepts(part))
        return bool(_PRONOUN.search(part)) or not telling

    def _part(self, part: str, own: OwnEntries | None) -> Answer | None:
        """Answer one part of a question, if it is well supported by itself."""
        figures = self._assistance.answer(part) or self._figures.answer(part)
        if figures and figures.citations:
            return figures
        best = next(iter(self._candidates(part, own)), None)
        if not best or best.support < WELL_SUPPORTED:
            return None
        answer = self._replies.from_candidates(part, [best])
        return answer if answer.citations else None

    def _sources_compared(self, question: str) -> Answer | None:
        """Answer a question about what several sources say with the best passage of each."""
        if not is_comparison_of_sources(question):
            return None
        best: dict[str, Candidate] = {}
        words = self._retrieval.read(without_documents(question))
        for candidate in self._retrieval.candidates(words):
            is_near = isinstance(candidate.subject.item, Passage) and candidate.coverage >= LOOSELY * COVERED
            if is_near and _of(candidate) in self._publishers:
                best.setdefault(_of(candidate), candidate)
        if len(best) < 2:
            return None
        chosen = sorted(best.values(), key=lambda c: str(c.subject.citations[0]))
        return self._replies.together([self._replies.from_candidates(question, [c]) for c in chosen])

    def _dated(self, question: str) -> Answer | None:
        """Answer what happened in a period with its events, those that the question names if it names any."""
        periods = self._periods(question)
        if not periods:
            return None
        rest, happened = without_periods(question, periods), bool(_HAPPENED.search(question))
        if self._retrieval.concepts(rest) and not happened:
            return None
        spans, subject = meanings(periods), _HAPPENED.sub(" ", rest)
        within = [e for e in self._library.timeline.events if any(span.contains(e.date) for span in spans)]
        words = frozenset(self._retrieval.concepts(subject))
        if not within:
            of_all = happened and not words and all(found.has_year for found in periods)
            return self._none_within(question, periods) if of_all else None
        shares = {event.id: share for event, share in self._events(subject)}
        if any(name <= words for name in self._people) and not any(event.id in shares for event in within):
            return None
        on_topic = self._of_topic(within, words) if _LISTED.search(question) else []
        named = on_topic or [event for event in within if shares.get(event.id, 0.0) >= NAMED]
        return self._replies.events(named or within)

    def _none_within(self, question: str, periods: Sequence[FoundPeriod]) -> Answer | None:
        """Answer what happened in periods that hold no event: with those that may fall in them, if any."""
        spans = meanings(periods)
        overlapping = [e for e in self._library.timeline.events if any(s.overlaps(e.date) for s in spans)]
        if overlapping:
            return replace(self._replies.events(overlapping), notes=(gettext(MAY_FALL),))
        if self._is_known_gap(question):
            return None
        return no_event(self._library, listed(found.asked for found in periods))

    def _on_topic(self, question: str) -> Answer | None:
        """Answer a question for a timeline of a topic, without a period, with all events on it."""
        if self._periods(question) or not _LISTED.search(question):
            return None
        words = frozenset(self._retrieval.concepts(_HAPPENED.sub(" ", question)))
        events = self._of_topic(self._library.timeline.events, words)
        return self._replies.events(events) if events else None

    def _of_topic(self, events: Iterable[Event], words: frozenset[str]) -> list[Event]:
        """Return those of some events that are on the topic that some words name; none if they name none."""
        meant = self._topics.get(words)
        return [event for event in events if meant in event.topics]

    def _is_known_gap(self, question: str) -> bool:
        """Whether what a question asks is something that the sources are known not to give."""
        candidates = self._candidates(question, None)
        is_gap = bool(candidates) and isinstance(candidates[0].subject.item, KnownUnknown)
        return is_gap and candidates[0].coverage >= self._threshold(question, candidates)

    def _events(self, words: str) -> list[tuple[Event, float]]:
        """Return the events that some words may mean, with the share of the words that each has."""
        candidates = self._retrieval.candidates(self._retrieval.concepts(words))
        return [(item, c.share) for c in candidates if isinstance(item := c.subject.item, Event)]


READ_IN_ENGLISH = "The question was read word for word in the library's English, and is answered in it."
"""What those are told whose language has a vocabulary and no catalogue."""


def said_of(read: Reading) -> tuple[str, ...]:
    """Say which misspelt words of a question were read as which."""
    said = [
        gettext("Read “{typed}” as “{read}”.", typed=echo(typed), read=ours)
        for typed, ours in read.replaced[:MOST_READ]
    ]
    if read.translated and spoken() == ENGLISH:
        said.insert(0, READ_IN_ENGLISH)
    if (more := len(read.replaced) - MOST_READ) > 0:
        said.append(
            ngettext(
                "Read {count} more word as a word of the library.",
                "Read {count} more words as words of the library.",
                more,
            )
        )
    return tuple(said)


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")

_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|them|his|its|their|that|this)\b", re.IGNORECASE)
_A_LIST = r"timeline|chronology|(?:list|all)(?: of)?(?: the)? events"
_LISTED = re.compile(rf"\b(?:{_A_LIST})\b", re.IGNORECASE)
_HAPPENED = re.compile(
    rf"\b(?:{_A_LIST}|events? (?:in|of|from|during))\b|"
    r"\b(?:what(?:'s| is| was|s)?|anything|something|everything)\b[^?.]{0,20}?"
    r"\b(?:happen(?:ed|ing|s)?|occurr?(?:ed|s)?|took place|went (?:down|on)|going on|go down|come to pass)\b|"
    r"^what did (?:the )?(?:u\.?s\.?a?|united states|washington|america)(?: government)? do (?=in\b|on\b)",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    return normalise(text).strip(" ?!.,")


def _is_told(candidate: Candidate, unknown: KnownUnknown) -> bool:
    """Whether a candidate is a passage that has something on a gap."""
    return isinstance(candidate.subject.item, Passage) and candidate.subject.citations[0] in unknown.told


def _year_of(source: Source) -> int:
    return int(source.issued[:4] or 0)


def _of(candidate: Candidate) -> str:
    return candidate.subject.citations[0].source if candidate.subject.citations else ""


def _shares_topic(candidate: Candidate, topic: frozenset[str]) -> bool:
    """Whether a subject that a question with a wrong premise has found says itself what it is about."""
    return candidate.role is not Role.WRONG_PREMISE or bool(topic & candidate.subject.text_terms)


def _has_persons(candidate: Candidate, persons: Sequence[frozenset[str]]) -> bool:
    """Whether a passage or event has the persons that the question names, or is clearly what it asks for."""
    if not isinstance(candidate.subject.item, Passage | Event) or candidate.likeness >= CLEARLY:
        return True
    return all(name & candidate.subject.all_terms for name in persons)


def _needed(candidate: Candidate | None, strange: Iterable[list[str]]) -> float:
    """Return the coverage that an answer needs: more where it lacks a name that is strange to the library."""
    terms = candidate.subject.all_terms if candidate else frozenset()
    return COVERED + STRANGER * any(terms.isdisjoint(name) for name in strange)


def _is_replaced(item: Item, own: OwnEntries | None) -> bool:
    """Whether a server has an entry of its own in the place of a shipped one."""
    return own is not None and type(item) is FaqEntry and own.entry(item.id) is not None


def _is_stale(candidate: Candidate) -> bool:
    item = candidate.subject.item
    return isinstance(item, OwnEntry) and bool(item.stale)


def _eligible(candidate: Candidate, dated: bool, keyword: bool) -> bool:
    """Whether a subject of its kind can answer such a question: a keyword asks for no missing detail."""
    item = candidate.subject.item
    if isinstance(item, KnownUnknown):
        return not keyword
    as_asked = candidate.role is Role.ASK and candidate.likeness >= AS_ASKED
    if isinstance(item, Person):
        return as_asked
    return as_asked or dated or not isinstance(item, Event)
