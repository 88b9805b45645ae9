"""What each lever of answering is worth: the golden questions with one lever taken away at a time.

python -m benchmarks.levers
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from unittest.mock import patch

from knowledge import answering, retrieval
from knowledge.answers import Answer, Kind, Statement, Status
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.figure_questions import FigureQuestions
from knowledge.index import Bm25Index
from knowledge.library import Library
from knowledge.replies import excerpt_of
from knowledge.spelling import Reading, Speller
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary
from tests.test_golden import QUESTIONS, is_right

Ask = Callable[[str], Answer]


def plain_bm25(library: Library) -> Ask:
    """Answer with the best passage by BM25 over the texts, and never refuse."""
    citations = library.citations
    index = Bm25Index(terms(library.resolve(citation)[1].text) for citation in citations)

    def ask(question: str) -> Answer:
        hits = index.search(terms(question), 1)
        found = tuple(citations[hit.doc] for hit in hits)
        excerpts = tuple(excerpt_of(library, citation) for citation in found)
        statements = tuple(Statement(excerpt.text, (excerpt.citation,)) for excerpt in excerpts)
        return Answer(Kind.ANSWER, Status.ANSWERED, statements=statements, excerpts=excerpts)

    return ask


def without_asks(library: Library) -> Library:
    """Return the library without any of the questions that its subjects answer or leave open."""
    sources = {
        source.id: replace(
            source, passages=tuple(replace(p, asks=(), wrong_premises=()) for p in source.passages)
        )
        for source in library.sources.values()
    }
    events = tuple(replace(event, asks=()) for event in library.timeline.events)
    faq = tuple(replace(entry, alternatives=()) for entry in library.faq)
    unknowns = tuple(replace(unknown, asks=()) for unknown in library.unknowns)
    timeline = replace(library.timeline, events=events)
    return replace(library, sources=sources, timeline=timeline, faq=faq, unknowns=unknowns)


def without_premises(library: Library) -> Library:
    """Return the library without the questions that assert what a passage contradicts."""
    sources = {
        source.id: replace(source, passages=tuple(replace(p, wrong_premises=()) for p in source.passages))
        for source in library.sources.values()
    }
    return replace(library, sources=sources)


def without(name: str, library: Library) -> Iterator[Ask]:
    """Yield the answering with the lever of that name, if it is one of the code, taken away."""

    def nothing(*_: object) -> None:
        return None

    taken: dict[str, list[tuple[object, str, object]]] = {
        "kinds asked for": [(retrieval, "asked_for", lambda _: frozenset[str]())],
        "spelling": [(Speller, "read", lambda _, text: Reading(text))],
        "figures": [(FigureQuestions, "answer", nothing)],
        "parts, order, periods and sources": [
            (answering.Answering, way, nothing) for way in ("_parts", "_order", "_dated", "_sources_compared")
        ],
        "refusing by coverage": [(answering, "COVERED", 0.0)],
    }
    with ExitStack() as stack:
        for owner, attribute, substitute in taken.get(name, []):
            stack.enter_context(patch.object(owner, attribute, substitute))
        yield Engine(library).reply


def main() -> None:
    """Print, for all levers and without each, the share of the golden questions that is answered rightly."""
    core = read_content().only(("core",))
    libraries: dict[str, Library] = {
        "asks": without_asks(core),
        "vocabulary": replace(core, vocabulary=Vocabulary()),
        "known unknowns": replace(core, unknowns=()),
        "wrong premises": without_premises(core),
        "FAQ entries": replace(core, faq=()),
    }
    print(f"{'':42}      right answerable  to refuse")
    _row("plain BM25 over the passages", plain_bm25(core))
    for name in (
        "nothing",
        *libraries,
        "spelling",
        "kinds asked for",
        "figures",
        "parts, order, periods and sources",
        "refusing by coverage",
    ):
        for ask in without(name, libraries.get(name, core)):
            _row("all levers" if name == "nothing" else f"without {name}", ask)


def _row(name: str, ask: Ask) -> None:
    right = [(q["expect"] == "refused", is_right(q, ask(q["question"]))) for q in QUESTIONS]
    answerable = [ok for refuse, ok in right if not refuse]
    refused = [ok for refuse, ok in right if refuse]
    shares = (100 * sum(oks) / len(oks) for oks in ([ok for _, ok in right], answerable, refused))
    print(f"{name:42}", *(f"{share:10.1f}" for share in shares))


if __name__ == "__main__":
    main()
