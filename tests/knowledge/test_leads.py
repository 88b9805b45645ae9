"""The lead is the sentence of a passage that answers what was asked."""

from __future__ import annotations

import pytest

from knowledge.engine import Engine


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("why did Pompeo decide to limit aid?", "frustrated by how slowly"),
        ("what is the goal of the U.N. sanctions?", "nuclear weapons"),
        ("who called the resumption of exports meaningful?", "Joung Eunlee"),
        ("did Pompeo's shift cover the banking restrictions?", "does not appear to apply"),
        ("how long was the hiatus in U.S. aid exports?", "seven-year"),
        ("what did Omar Abdi warn of?", "may be compromised"),
        ("who took the photo of Pompeo?", "Andrew Harnik"),
        ("why were aid shipments delayed in 2018?", "frustrated"),
        ("why was aid held up in 2018?", "frustrated"),
    ],
)
def test_it_has_what_was_asked_for(engine: Engine, question: str, holds: str) -> None:
    answer = engine.reply(question)
    assert holds in answer.statements[0].text


@pytest.mark.parametrize("question", ["why did Pompeo limit aid?", "what did UNICEF complain about?"])
def test_it_is_one_or_two_sentences_of_the_passage_that_is_cited_first(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    text = next(e.text for e in answer.excerpts if e.citation == answer.citations[0])
    lead = answer.statements[0].text
    assert all(sentence in text for sentence in lead.split(". ")[:1])
    assert len(lead) < len(text) or lead == text
