"""Replies to free questions: a lead that answers, the passages it rests on, or a refusal that helps."""

from __future__ import annotations

import pytest

from knowledge.answers import Kind, Status
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.errors import CitationError
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.replies import excerpt_of
from tests.knowledge.small_content import ContentFolder

ANSWERABLE = [
    "Why did Pompeo decide to limit aid?",
    "What did Omar Abdi complain about?",
    "What did Jung Pak say about reopening aid?",
    "How long was the hiatus in U.S. aid exports?",
    "Which goods need approval from the Department of Commerce?",
    "Who contributed to the Foreign Policy report?",
]


@pytest.fixture
def small(folder: ContentFolder) -> Engine:
    return Engine(folder.read())


@pytest.mark.parametrize("question", ANSWERABLE)
def test_an_answer_leads_with_a_cited_statement_and_shows_at_most_three_passages(
    engine: Engine, question: str
) -> None:
    answer = engine.reply(question)
    assert answer.status is Status.ANSWERED
    assert answer.statements[0].citations
    assert 1 <= len(answer.excerpts) <= 3


@pytest.mark.parametrize("question", ANSWERABLE)
def test_it_cites_first_what_its_lead_rests_on_and_nothing_that_it_does_not_show(
    engine: Engine, question: str
) -> None:
    answer = engine.reply(question)
    assert answer.citations[0] == answer.statements[0].citations[0]
    shown = {excerpt.citation for excerpt in answer.excerpts}
    shown |= {citation for dispute in answer.disputes for citation in dispute.citations}
    assert set(answer.citations) <= shown | {
        c for statement in answer.statements for c in statement.citations
    }


def test_an_excerpt_is_the_passage_with_its_origin(library: Library) -> None:
    excerpt = excerpt_of(library, Citation("fp-2019", "6"))
    assert excerpt.text == library.resolve(excerpt.citation)[1].text
    assert excerpt.byline == "Foreign Policy, 11 January 2019"
    assert excerpt.url.startswith("https://")
    assert not excerpt.is_original
    with pytest.raises(CitationError):
        excerpt_of(library, Citation("fp-2019", "99"))


def test_a_curated_entry_is_shown_with_its_citations(small: Engine) -> None:
    answer = small.reply("was flood relief delivered?")
    assert (answer.kind, answer.status, answer.editorial) == (Kind.FAQ, Status.ANSWERED, False)
    assert answer.statements[0].text == "Yes, rice, says The Paper."
    assert answer.citations == (Citation("paper-2001", "1"),)


def test_an_editorial_entry_is_marked(small: Engine) -> None:
    answer = small.reply("what is this library?")
    assert (answer.kind, answer.editorial, answer.citations) == (Kind.FAQ, True, ())


def test_a_known_unknown_is_refused_with_what_the_source_does_say(small: Engine) -> None:
    answer = small.reply("what was the ship called?")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    text = plain_text(answer)
    assert "The library does not give the name of the ship." in text
    assert "The Paper says that a ship brought rice." in text
    assert [excerpt.citation for excerpt in answer.closest] == [Citation("paper-2001", "1")]
    assert answer.citations == ()


def test_what_a_known_unknown_lacks_is_told_from_the_public_record_if_that_has_it(
    folder: ContentFolder,
) -> None:
    folder.change("unknowns.yaml", "  asks:", '  told: ["table-2002¶2001-01"]\n  asks:')
    folder.change(
        "sources/table-2002.yaml",
        'January 2001."\n',
        'January 2001."\n    asks: ["what was the name of the ship of january"]\n',
    )
    library = folder.read()
    question = "what was the ship of january called?"
    beside = Engine(library).reply(question)
    assert beside.status is Status.ANSWERED
    assert str(beside.citations[0]) == "table-2002¶2001-01"
    assert beside.notes == (
        "The Paper (2001) does not give the name of the ship. This is from the wider record.",
    )
    alone = Engine(library.only(["core"])).reply(question)
    assert alone.statements[0].text == "The library does not give the name of the ship."


def test_a_refusal_says_on_one_line_what_the_library_holds(small: Engine) -> None:
    answer = small.reply("who composed the opera Tosca?")
    assert answer.status is Status.REFUSED
    assert plain_text(answer).endswith(
        "\n\nThe library holds 2 sources, events 2001 to 2002, export figures January 2001 to March 2001: "
        "see /coverage."
    )


def test_a_wrong_premise_is_pointed_out_beside_the_passage_that_corrects_it(folder: ContentFolder) -> None:
    folder.change(
        "sources/paper-2001.yaml",
        '    asks: ["what was sent"]\n',
        '    asks: ["what was sent"]\n    wrong_premises: ["why was wheat sent in january"]\n',
    )
    answer = Engine(folder.read()).reply("Why was wheat sent in January?")
    assert answer.citations == (Citation("paper-2001", "1"),)
    assert answer.notes


def test_a_question_in_two_parts_gets_both_parts_each_cited(engine: Engine) -> None:
    answer = engine.reply("When was the Singapore summit, and why did Pompeo decide to limit aid?")
    assert {Citation("fp-2019", "10"), Citation("fp-2019", "4")} <= set(answer.citations)
    text = plain_text(answer)
    assert "June 2018" in text or "last June" in text
    assert "Frustrated" in text or "frustrated" in text
