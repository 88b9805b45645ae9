"""Questions in another language are read in the library's English; a language is one file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering import READ_IN_ENGLISH
from knowledge.answers import Kind, Status
from knowledge.content import glossary_faults
from knowledge.engine import IN_ENGLISH, Engine
from knowledge.errors import ContentError
from knowledge.glossary import Glossaries, Glossary
from knowledge.languages import gettext, speaking
from knowledge.library import Library
from tests.knowledge.small_content import ContentFolder

UKRAINIAN = """\
scripts: [cyrillic]
set_aside: [ли, ні, у]
asking: {що: what}
words: {надісла: sent, повін: flood, рис: rice, січ: January}
"""
RUSSIAN = """\
scripts: [cyrillic]
words: {когда: rice, наводнен: flood}
"""


@pytest.fixture(scope="module")
def korean(library: Library) -> Glossary:
    return library.glossaries.read()[0]


def english(glossary: Glossary, question: str) -> str:
    return glossary.in_english(glossary.apart(question))


# Korean


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("비건은 누구인가요?", "who Stephen Biegun ?"),
        ("비건이 누구야", "who Stephen Biegun"),
        ("유니세프에서는 왜 구급차를 요청했습니까?", "why UNICEF ambulances request ?"),
        ("김정은이 결정", "Kim Jong Un decision"),
        ("정은이 연구위원의 입장", "Joung Eunlee stance"),
    ],
)
def test_particles_and_endings_are_set_aside_and_what_asks_comes_first(
    korean: Glossary, question: str, read: str
) -> None:
    assert english(korean, question) == read


@pytest.mark.parametrize(
    ("spaced", "run_together"),
    [
        ("2023년 11월 수출액은 얼마였나요?", "2023년11월수출액은얼마였나요?"),
        ("미국은 왜 대북 지원을 제한했나요", "미국은왜대북지원을제한했나요"),
        ("제재위원회가 심사를 늦춘 이유", "제재 위원회 가 심사 를 늦춘 이유"),
        ("인도적 지원", "인 도 적 지 원"),
    ],
)
def test_spacing_does_not_matter(korean: Glossary, spaced: str, run_together: str) -> None:
    assert english(korean, spaced) == english(korean, run_together)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2018년 12월", "2018-12"),
        ("2018년 12월 10일", "2018-12-10"),
        ("2023년 11월부터 2024년 3월까지", "2023-11 to 2024-3"),
        ("2024년 1월부터 3월까지", "2024-1 to 2024-3"),
        ("2024년 1~3월", "2024-1 to 2024-3"),
        ("11월과 12월", "November and December"),
        ("2016년 이후", "since 2016"),
        ("2024년 1분기", "2024-Q1"),
        ("2018년 여름", "summer 2018"),
        ("2008 회계연도", "fiscal year 2008"),
        ("2008년부터 2010년 회계연도까지", "fiscal year 2008 to fiscal year 2010"),
        ("작년", "last year"),
    ],
)
def test_dates_are_read_and_relative_ones_are_left_relative(korean: Glossary, typed: str, read: str) -> None:
    assert english(korean, typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12만 달러", "120,000 dollars"),
        ("5만 5천 달러", "55,000 dollars"),
        ("3천5백 달러", "3,500 dollars"),
        ("1.5억", "150,000,000"),
        ("3백만", "3,000,000"),
        ("120,000", "120,000"),
        ("1.2.3만", "1.2.30,000"),
    ],
)
def test_numbers_with_units_are_read(korean: Glossary, typed: str, read: str) -> None:
    assert korean.in_english(typed) == read


def test_what_is_typed_in_english_stays_and_its_slips_are_mended(library: Library, korean: Glossary) -> None:
    assert english(korean, "UNICEF의 letter 날짜") == "what date UNICEF letter"
    reply = Engine(library).reply("Bigun은 누구인가요?")
    assert reply.kind is Kind.PEOPLE
    assert "Read “Bigun” as “Biegun”." in reply.notes


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("칸다하르의 수출액", "칸다하르"),
        ("뷁뷁이 지원했나요", "뷁뷁"),
        ("블라디보스토크는 어디", "블라디보스토크"),
    ],
)
def test_a_strange_name_stays_whole(korean: Glossary, question: str, left: str) -> None:
    assert left in english(korean, question).split()


def test_what_the_library_has_nothing_on_is_not_read_as_something_else(
    library: Library, korean: Glossary
) -> None:
    assert "Afghanistan" in english(korean, "아프가니스탄에 대한 미국의 지원")
    assert Engine(library).reply("아프가니스탄에 대한 미국의 인도적 지원은?").status is Status.REFUSED


def test_two_questions_in_one_are_parted_where_both_ask(korean: Glossary) -> None:
    assert english(korean, "누가 편지를 썼고 언제 보냈나요?") == "who letter wrote and when sent ?"
    assert " and " not in english(korean, "편지를 썼고 보냈나요?")


def test_letters_in_parts_are_the_same_as_whole_ones(korean: Glossary) -> None:
    typed = "유니세프는 누구에게 편지를 썼나요?"
    assert english(korean, unicodedata.normalize("NFD", typed)) == english(korean, typed)


@given(st.text(st.sampled_from("가나다북한은미국제재이 0123.만천년월일?!a\n"), max_size=60))
def test_any_text_is_read_and_english_words_survive(korean: Glossary, text: str) -> None:
    read = english(korean, f"{text} sanctions")
    assert read.split()[-1] == "sanctions"
    assert read == " ".join(read.split())


@given(st.text(max_size=40))
def test_a_text_without_a_letter_of_the_language_is_left_as_it_is(library: Library, text: str) -> None:
    if not re.search(r"[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdf]", text):
        assert library.glossaries.in_english(text) == text


# The reply


@pytest.mark.parametrize(
    "question", ["비건은 누구인가요?", "2023년 11월 수출액은?", "오늘 날씨 어때요?", "이 봇은 AI인가요?"]
)
def test_every_reply_says_that_sources_and_quotes_are_in_english(library: Library, question: str) -> None:
    engine = Engine(library)
    with speaking(engine.language_of(question)):
        assert engine.reply(question).notes[0] == gettext(IN_ENGLISH) != IN_ENGLISH


def test_a_greeting_is_one_in_any_language(library: Library) -> None:
    engine = Engine(library)
    assert engine.reply("안녕하세요").statements == engine.reply("hello").statements


def test_a_reply_to_a_question_in_english_does_not(library: Library) -> None:
    assert Engine(library).reply("who is Stephen Biegun").notes == ()


def test_an_explanation_shows_how_the_question_was_read(library: Library) -> None:
    lines = Engine(library).explain("비건은 누구인가요?").splitlines()
    assert "read in English: who Stephen Biegun ?" in lines


def test_questions_that_ask_the_same_have_one_key_in_both_languages(library: Library) -> None:
    engine = Engine(library)
    assert engine.question_key("비건은 누구인가요?") == engine.question_key("who is Stephen Biegun?")


# Another language is another file


def test_a_language_is_added_by_a_file_alone(folder: ContentFolder) -> None:
    folder.write("vocabulary.uk.yaml", UKRAINIAN)
    library = folder.read()
    assert glossary_faults(library) == ()
    reply = Engine(library).reply("Що надіслали у січні, рис?")
    assert reply.status is Status.ANSWERED
    assert str(reply.citations[0]) == "paper-2001¶1"
    assert reply.notes[0] == READ_IN_ENGLISH


def test_of_two_languages_in_one_script_the_one_that_reads_more_is_taken(folder: ContentFolder) -> None:
    folder.write("vocabulary.ru.yaml", RUSSIAN)
    folder.write("vocabulary.uk.yaml", UKRAINIAN)
    glossaries = folder.read().glossaries
    assert glossaries.in_english("когда наводнен") == "rice flood"
    assert glossaries.in_english("рис повін") == "rice flood"


def test_the_file_belongs_to_the_version_of_the_library(folder: ContentFolder) -> None:
    before = folder.read().version
    folder.write("vocabulary.uk.yaml", UKRAINIAN)
    assert folder.read().version != before


def test_a_file_is_read_only_when_its_letters_occur_and_a_broken_one_is_named_then(
    folder: ContentFolder,
) -> None:
    folder.write("vocabulary.uk.yaml", "scripts: [cyrillic\n")
    engine = Engine(folder.read())
    assert engine.reply("what was sent?").status is Status.ANSWERED
    reply = engine.reply("що надіслали?")
    assert reply.status is Status.ERROR
    assert "vocabulary.uk.yaml:" in reply.statements[0].text
    assert "python bot.py check" in reply.hint
    with pytest.raises(ContentError):
        engine.warm_up()


# What a check finds


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("рис: rice", "рис: umbrella"), "“umbrella” is not in the words of the library"),
        (("рис: rice", "рис: рис"), "needs English words"),
        (("рис: rice", "рис: rice, яма: flood, вода: flood"), "“вода” must stand before “яма”"),
        (("рис: rice", "що: rice"), "“що” is already in asking"),
        (("рис: rice", "rice: rice"), "“rice” has no letter of cyrillic"),
        (("рис: rice", "рис: rice, рис: flood"), "occurs 2 times"),
        (
            ("[ли, ні, у]", "[ли, ні, у]\nelsewhere: {злива: flood}"),
            "the library has “flood” now; put it under words",
        ),
        (("[ли, ні, у]", '[ли, ні, у]\npatterns: [["(", "x"]]'), "cannot be read"),
        (("[ли, ні, у]", '[ли, ні, у]\npatterns: [["x", "\\\\1"]]'), "cannot be read"),
        (("[ли, ні, у]", "[ли, ні, у]\nparticles: [о]"), "this key is not known"),
        (("[cyrillic]", "[]"), "name scripts as Unicode does"),
    ],
)
def test_faults_are_named(folder: ContentFolder, change: tuple[str, str], says: str) -> None:
    folder.write("vocabulary.uk.yaml", UKRAINIAN.replace(*change))
    problems = [str(fault) for fault in glossary_faults(folder.read())]
    assert any(says in problem and problem.startswith("vocabulary.uk.yaml:") for problem in problems), (
        problems
    )


def test_the_shipped_languages_are_sound(library: Library) -> None:
    assert glossary_faults(library) == ()


def test_a_file_that_cannot_be_opened_is_a_fault(folder: ContentFolder) -> None:
    Path(folder.path, "vocabulary.uk.yaml").mkdir()
    assert [fault.file for fault in folder.faults()] == ["vocabulary.uk.yaml"]


def test_without_files_nothing_is_read() -> None:
    assert Glossaries().in_english("북한") == "북한"
