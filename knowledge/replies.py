"""Replies: what a supported candidate is made into, and the refusal when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from knowledge.answers import Answer, Excerpt, Kind, Statement, Status
from knowledge.citations import Citation
from knowledge.faq import FaqEntry
from knowledge.leads import lead
from knowledge.library import Library
from knowledge.people import Person
from knowledge.retrieval import Candidate, Retrieval, Role
from knowledge.sources import Passage
from knowledge.timeline import Event
from knowledge.unknowns import KnownUnknown

ALSO = 0.85
"""A further passage is shown if its support comes to this part of the best one's."""

ASSUMED_WRONGLY = "The question assumes something that the library has otherwise."

MOST_EXCERPTS = 3
CLOSEST = 2


def excerpt_of(library: Library, citation: Citation) -> Excerpt:
    """Return a passage as it is shown; raises `CitationError` if there is none at `citation`."""
    source, passage = library.resolve(citation)
    return Excerpt(citation, passage.text, source.byline, source.url, passage.is_original)


class Replies:
    """Makes replies from the subjects of one library."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Take the library and its index."""
        self._library = library
        self._retrieval = retrieval

    def from_candidates(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        """Reply from the first candidate, with the passages that are nearly as well supported."""
        item = candidates[0].subject.item
        if isinstance(item, KnownUnknown):
            return self._known_unknown(item)
        if isinstance(item, FaqEntry):
            return self._told(Kind.FAQ, Statement(item.answer, item.citations), item.editorial)
        if isinstance(item, Event):
            return self.events([item])
        if isinstance(item, Person):
            return self.person(item)
        return self._passages(question, candidates)

    def _told(self, kind: Kind, statement: Statement, editorial: bool = False) -> Answer:
        excerpts = self._excerpts(statement.citations)
        return Answer(kind, Status.ANSWERED, statements=(statement,), excerpts=excerpts, editorial=editorial)

    def person(self, person: Person) -> Answer:
        """Say who somebody is, as the sources have it."""
        role = ", ".join(filter(None, (person.role, person.affiliation)))
        cited = person.citations[:CLOSEST]
        lead = Statement(f"{person.name}: {role}. {person.summary}", cited)
        return Answer(Kind.PEOPLE, Status.ANSWERED, statements=(lead,), excerpts=self._excerpts(cited))

    def _passages(self, question: str, candidates: Sequence[Candidate]) -> Answer:
        best = candidates[0]
        enough = ALSO * best.support
        shown = [c for c in candidates if isinstance(c.subject.item, Passage) and c.support >= enough]
        return Answer(
            Kind.ANSWER,
            Status.ANSWERED,
            statements=(Statement(lead(question, best, self._retrieval), best.subject.citations),),
            excerpts=self._excerpts(c.subject.citations[0] for c in shown[:MOST_EXCERPTS]),
            notes=("The question assumes something that the library has otherwise.",)
            if best.role is Role.WRONG_PREMISE
            else (),
        )

    def in_order(self, events: Iterable[Event]) -> Answer:
        """Say events in the order in which they happened."""
        return self.events(sorted(events, key=lambda e: (e.date.first, e.date.last)))

    def events(self, events: Sequence[Event]) -> Answer:
        """Say what happened when; of a few events, with the passages they rest on."""
        cited = dict.fromkeys(c for event in events for c in event.citations)
        excerpts = self._excerpts(cited) if len(cited) <= CLOSEST else ()
        return Answer(Kind.TIMELINE, Status.ANSWERED, events=tuple(events), excerpts=excerpts)

    def together(self, answers: Sequence[Answer]) -> Answer:
        """Join the replies to the parts of a question, each with its own lead and passages."""
        excerpts = list(dict.fromkeys(chain.from_iterable(a.excerpts[:1] for a in answers)))
        return Answer(
            Kind.ANSWER,
            Status.ANSWERED,
            statements=tuple(chain.from_iterable(a.statements for a in answers)),
            excerpts=tuple(excerpts[:MOST_EXCERPTS]),
            events=tuple(chain.from_iterable(a.events for a in answers)),
            figures=tuple(chain.from_iterable(a.figures for a in answers)),
            receipts=tuple(chain.from_iterable(a.receipts for a in answers)),
            notes=tuple(dict.fromkeys(chain.from_iterable(a.notes for a in answers))),
        )

    def _known_unknown(self, unknown: KnownUnknown) -> Answer:
        return Answer(
            Kind.REFUSAL,
            Status.REFUSED,
            statements=(
                Statement(f"The library does not give {unknown.lacks}."),
                Statement(f"{unknown.says}."),
            ),
            closest=self._excerpts(unknown.nearest),
        )

    def refusal(self, candidates: Sequence[Candidate]) -> Answer:
        """Refuse, with the closest passages labelled as what they are, and with what the library holds."""
        near = dict.fromkeys(c for candidate in candidates[:3] for c in candidate.subject.citations)
        sources = self._library.sources.values()
        return Answer(
            Kind.REFUSAL,
            Status.REFUSED,
            statements=(Statement("The library does not answer this."),),
            closest=self._excerpts(list(near)[:CLOSEST]),
            hint="It holds: " + "; ".join(f"{s.publisher}, {s.published:%B %Y}" for s in sources) + ".",
        )

    def _excerpts(self, citations: Iterable[Citation]) -> tuple[Excerpt, ...]:
        return tuple(excerpt_of(self._library, c) for c in tuple(citations)[:MOST_EXCERPTS])
