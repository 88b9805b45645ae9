"""Replies in Korean: what is ours is in Korean, what the library holds and quotes in its own language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from knowledge.answers import Answer, Status
from knowledge.commands import QUESTION, shown_command
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.entries import Content
from knowledge.help import HelpLine
from knowledge.languages import ENGLISH, gettext, speaking
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.rows import Row
from knowledge.wording import topic_in_words

ENGLISH_SENTENCE = re.compile(r"[A-Za-z’']{2,}(?: [A-Za-z’']{2,}){2,}")
"""Three words in a row; a name or a title that is left has fewer."""

TYPED = [
    *(
        "2018년에 원조 물자 운송이 왜 지연되었나요?",
        "AI를 사용하나요?",
        "비건은 누구인가요?",
        "오늘 날씨 어때요?",
        "안녕하세요",
    ),
    *(
        "유니세프는 지금 결핵 약을 보내나요?",
        "/질문",
        "/연표",
        "/연표 2018년 12월",
        "/연표 2018 주제:sanctions",
        "/연표 1980",
    ),
    *(
        "/연표 주제:sanctions 행위자:UNICEF",
        "/연표 주제:qwfpg",
        "/연표 행위자:qwfpg",
        "/연표 10월",
        "/연표 12월",
        "/연표 작년",
    ),
    *(
        "/연표 2018년 13월",
        "/연표 2019..2018",
        "/연표 이른:2018",
        "/연표 주제:",
        "/연표 주제:a 주제:b",
        "/수출 비교:2009",
    ),
    *(
        "/인물",
        "/인물 Jung Pak",
        "/인물 Jun Pack",
        "/인물 Xyzzy Qwfp",
        "/인용 fp-2019¶6",
        "/인용 fp-2019",
        "/인용 fp-2019 99",
    ),
    *(
        "/인용 qwfp",
        "/인용 qwfp 6",
        "/출처",
        "/출처 rfa-2024",
        "/출처 qwfp",
        "/이견",
        "/이견 있음",
        "/수록범위 unknowns",
    ),
    *(
        "/수록범위 qwfp",
        "/정정",
        "/정정 2090",
        "/정정 모레",
        "/faq",
        "/faq 목록 태그:qwfp",
        "/faq 보기 does-it-use-ai",
    ),
    *("/faq 보기 qwfp", "/faq 찾기 AI", "/faq 찾기 qwfp", "/도움말", "/도움말 moderator operator", "/춤"),
]


def texts(value: Any) -> Iterator[str]:
    """Yield every text in what the library holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def held(answer: Answer) -> Iterator[str]:
    """Yield what a reply has from the library: rows, passages, and statements that cite one."""
    for field in fields(answer):
        for one in value if isinstance(value := getattr(answer, field.name), tuple) else ():
            if isinstance(one, Row) or field.name in ("excerpts", "closest"):
                yield from texts(one)
    yield from (said.text for said in answer.statements if said.citations)
    yield from (
        line.example.removeprefix("/ask ") for line in answer.statements if isinstance(line, HelpLine)
    )


def ours(answer: Answer, library: Library) -> str:
    """Return the text of a reply without what the library holds."""
    text = plain_text(answer)
    kept = {*held(answer), *(gap.lacks for gap in library.unknowns), *(gap.says for gap in library.unknowns)}
    kept |= {text for entry in library.faq for text in (entry.question, entry.answer)}
    kept |= {source.title for source in library.sources.values()}
    kept |= {f"{text[:1].upper()}{text[1:]}" for text in kept}
    kept |= {source.publisher for source in library.sources.values()}
    kept |= {name for person in library.people for name in (person.name, *person.names)}
    kept |= {topic_in_words(topic) for topic in library.timeline.topics}
    for one in sorted(kept, key=len, reverse=True):
        text = text.replace(one, "") if len(one) > 2 else text
    return text


@pytest.fixture(scope="module")
def core(library: Library) -> Engine:
    return Engine(library.only(["core"]))


@pytest.mark.parametrize("typed", TYPED)
def test_nothing_of_ours_is_left_in_english(engine: Engine, core: Engine, typed: str) -> None:
    for one in (engine, core):
        with speaking("ko"):
            said = ours(one.reply(typed), one.library)
        assert not ENGLISH_SENTENCE.findall(said)


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_back_is_answered_as_in_english(engine: Engine, typed: str) -> None:
    with speaking("ko"):
        answer = engine.reply(typed)
        again = engine.reply(answer.question)
    in_english = engine.reply(answer.question)
    assert again == answer
    assert (in_english.kind, in_english.citations) == (answer.kind, answer.citations)
    assert in_english.choices == answer.choices
    assert in_english.question == answer.question


@pytest.mark.parametrize(
    "typed", ["/연표 주제:sanction", "/인물 John Kim", "/faq 보기 does-it-use", "/수록범위 어디"]
)
def test_a_choice_leads_to_what_its_label_leads_to(engine: Engine, typed: str) -> None:
    with speaking("ko"):
        choices = engine.reply(typed).choices
        assert choices
        for choice in choices:
            answer = engine.reply(choice)
            assert answer.status is Status.ANSWERED
            assert shown_command(choice) != choice
            assert engine.reply(shown_command(choice)) == answer


def test_the_question_that_shows_what_can_be_asked_has_an_answer(engine: Engine) -> None:
    with speaking("ko"):
        question = gettext(QUESTION)
        assert question != QUESTION
        assert engine.reply(question).citations == engine.reply(QUESTION).citations


def test_a_refusal_says_nothing_twice(engine: Engine) -> None:
    with speaking("ko"):
        refused = engine.reply("/연표 1980")
        assert refused.status is Status.REFUSED
        assert "1994" in refused.hint
        assert "1994" not in refused.held


def test_a_library_read_and_indexed_for_a_reader_of_korean_is_the_same(engine: Engine) -> None:
    with speaking("ko"):
        library = read_content()
        other = Engine(library)
    assert library == engine.library
    for question in ("what happened in december 2018", "June 2018 summit", "winter 2018"):
        assert other.reply(question) == engine.reply(question)
        assert other.explain(question) == engine.explain(question)


def test_a_server_s_entry_says_in_every_reader_s_language_that_it_is_stale(engine: Engine) -> None:
    from knowledge.citations import Citation
    from knowledge.own_entries import as_shown

    gone = Content("Which rice?", "Any.", citations=(Citation("qwfp-2001", "1"),), cited=("0" * 16,))
    with speaking(ENGLISH):
        entry = as_shown("rice", gone, engine.library)
    assert [str(one) for one in entry.stale] == ["qwfp-2001¶1 is no longer in the library"]
    with speaking("ko"):
        assert not ENGLISH_SENTENCE.search(str(entry.stale[0]))


@pytest.mark.parametrize("typed", ["비건", "스티븐 비건"])
def test_somebody_is_found_by_a_name_in_korean(engine: Engine, typed: str) -> None:
    with speaking("ko"):
        assert [person.id for person in engine.who(typed).people] == ["stephen-biegun"]
        assert engine.timeline(actor=typed).events == engine.timeline(actor="Stephen Biegun").events


@pytest.mark.parametrize(
    ("typed", "english"),
    [
        ("/수출 2023년 11월", "/exports 2023-11"),
        ("/수출 2023년 11월~2024년 3월", "/exports 2023-11..2024-03"),
        ("/수출 비교:2009년 2008년", "/exports 2008 compare:2009"),
        ("/연표 2018년 12월", "/timeline 2018-12"),
        ("/연표 주제:sanctions 2018년 12월", "/timeline 2018-12 topic:sanctions"),
        ("/연표 2018년부터", "/timeline since 2018"),
        ("/원조 2008 회계연도", "/assistance FY2008"),
        ("/원조 2008 회계연도 계열:obligations", "/assistance FY2008 series:obligations"),
        ("/정정 2026년", "/corrections 2026"),
    ],
)
def test_a_command_with_a_period_in_korean_gets_the_rows_of_the_english_one(
    engine: Engine, typed: str, english: str
) -> None:
    in_korean, in_english = engine.reply(typed), engine.reply(english)
    assert in_english.status is Status.ANSWERED
    for one in ("figures", "events", "corrections", "citations"):
        assert getattr(in_korean, one) == getattr(in_english, one)


def test_a_year_that_was_not_typed_is_said_with_its_reason(engine: Engine) -> None:
    with speaking("ko"):
        june, november = engine.timeline("6월"), engine.exports("11월")
        assert june.events == engine.timeline("2018-06").events
    assert any("기본 문서" in note for note in june.notes)
    assert any("읽었습니다" in note for note in november.notes)
