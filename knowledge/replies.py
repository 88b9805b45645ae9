"""Replies to free questions: from the candidates and their evidence to an answer or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers import Answer, Excerpt, Kind, Statement, Status
from knowledge.citations import Citation
from knowledge.faq import FaqEntry
from knowledge.library import Library
from knowledge.people import Person
from knowledge.retrieval import Candidate, Retrieval, Role
from knowledge.sources import Passage
from knowledge.text import sentences
from knowledge.timeline import Event
from knowledge.unknowns import KnownUnknown
from knowledge.wording import date_in_words, headline

SUPPORTED = 0.35
"""Support from which a candidate carries an answer; set on the golden questions."""

ALSO = 0.85
"""A further passage is shown if its support comes to this part of the best one's."""

MOST_EXCERPTS = 3


def excerpt_of(library: Library, citation: Citation) -> Excerpt:
    """Return a passage as it is shown; raises `CitationError` if there is none at `citation`."""
    source, passage = library.resolve(citation)
    return Excerpt(citation, passage.text, source.byline, source.url, passage.is_original)


def answer_from(question: str, library: Library, retrieval: Retrieval) -> Answer:
    """Answer a question from the best supported subject, or refuse."""
    words = retrieval.read(question)
    candidates = retrieval.candidates(words)
    if not candidates or candidates[0].support < SUPPORTED:
        return refusal(library, candidates)
    best = candidates[0]
    item = best.subject.item
    if isinstance(item, KnownUnknown):
        return _known_unknown(library, item)
    if isinstance(item, FaqEntry):
        return _reply(
            library, Kind.FAQ, Statement(item.answer, item.citations), item.citations, item.editorial
        )
    if isinstance(item, Event):
        statement = Statement(f"{date_in_words(item)}: {headline(item)}.", item.citations)
        return _reply(library, Kind.TIMELINE, statement, item.citations)
    if isinstance(item, Person):
        return Answer(Kind.PEOPLE, Status.ANSWERED, people=(item,))
    return _from_passages(library, retrieval, words, candidates)


def _from_passages(
    library: Library, retrieval: Retrieval, words: Sequence[str], candidates: Sequence[Candidate]
) -> Answer:
    best = candidates[0]
    shown = [
        c for c in candidates if isinstance(c.subject.item, Passage) and c.support >= ALSO * best.support
    ]
    assert isinstance(best.subject.item, Passage)
    lead = max(
        sentences(best.subject.item.text),
        key=lambda sentence: retrieval.weight(set(retrieval.concepts(sentence)) & set(words)),
    )
    notes = (
        ("The question assumes something that the library contradicts.",)
        if best.role is Role.WRONG_PREMISE
        else ()
    )
    return Answer(
        Kind.ANSWER,
        Status.ANSWERED,
        statements=(Statement(lead, best.subject.citations),),
        excerpts=tuple(excerpt_of(library, c.subject.citations[0]) for c in shown[:MOST_EXCERPTS]),
        notes=notes,
    )


def _reply(
    library: Library, kind: Kind, statement: Statement, citations: Sequence[Citation], editorial: bool = False
) -> Answer:
    excerpts = tuple(excerpt_of(library, citation) for citation in citations[:MOST_EXCERPTS])
    return Answer(kind, Status.ANSWERED, statements=(statement,), excerpts=excerpts, editorial=editorial)


def _known_unknown(library: Library, unknown: KnownUnknown) -> Answer:
    return Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(Statement(f"The library does not give {unknown.lacks}."), Statement(f"{unknown.says}.")),
        closest=tuple(excerpt_of(library, citation) for citation in unknown.nearest),
    )


def refusal(library: Library, candidates: Sequence[Candidate]) -> Answer:
    """Refuse, with the closest passages labelled as what they are."""
    near = dict.fromkeys(c for candidate in candidates[:3] for c in candidate.subject.citations)
    return Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(Statement("The library does not answer this."),),
        closest=tuple(excerpt_of(library, citation) for citation in list(near)[:2]),
        hint="It holds: "
        + "; ".join(f"{s.publisher}, {s.published:%B %Y}" for s in library.sources.values())
        + ".",
    )
