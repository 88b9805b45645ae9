"""Commands in text form: the main option bare, the others as `name:value`."""

from __future__ import annotations

from contextlib import suppress
from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.commands import COMMANDS, Command, parse_command, question_in, shown_command, written
from knowledge.errors import CommandError
from knowledge.languages import languages, speaking

VALUES = st.lists(st.text("abcXYZ019.¶-", min_size=1, max_size=12), max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        (
            "/exports 2023-11..2024-03 series:reported",
            "exports",
            {"period": "2023-11..2024-03", "series": "reported"},
        ),
        (
            "/exports series:reported 2023-11..2024-03",
            "exports",
            {"period": "2023-11..2024-03", "series": "reported"},
        ),
        ("/exports nov 2023 - mar 2024", "exports", {"period": "nov 2023 - mar 2024"}),
        ("/timeline 2018-12 topic:sanctions", "timeline", {"period": "2018-12", "topic": "sanctions"}),
        ('/timeline topic:"travel ban" 2018', "timeline", {"period": "2018", "topic": "travel ban"}),
        ("/timeline topic:sanctions", "timeline", {"topic": "sanctions"}),
        (
            "/timeline 2012 topic:food-aid actor:usaid",
            "timeline",
            {"period": "2012", "topic": "food-aid", "actor": "usaid"},
        ),
        ("/who Stephen Biegun", "who", {"name": "Stephen Biegun"}),
        ("/who name: a colon", "who", {"name": "name: a colon"}),
        ("/timeline period:2018", "timeline", {"period": "2018"}),
        ('/timeline period:"dec 2018"', "timeline", {"period": "dec 2018"}),
        ("/exports 2008 compare:2009", "exports", {"period": "2008", "compare": "2009"}),
        ('/exports 2008 compare:"nov 2023"', "exports", {"period": "2008", "compare": "nov 2023"}),
        ("/assistance FY2008", "assistance", {"years": "FY2008"}),
        ("/assistance 1996 to 2008", "assistance", {"years": "1996 to 2008"}),
        ("/timeline", "timeline", {}),
        ("/timeline   ", "timeline", {}),
        ("/cite fp-2019:6", "cite", {"reference": "fp-2019:6"}),
        ("/cite fp-2019¶6", "cite", {"reference": "fp-2019¶6"}),
        ("/sources", "sources", {}),
        ("/sources rfa-2024", "sources", {"source": "rfa-2024"}),
        ("/ask is it true: did aid stop?", "ask", {"question": "is it true: did aid stop?"}),
        ("/help", "help", {}),
        ("/faq", "faq list", {}),
        ("/faq list", "faq list", {}),
        ("/faq list tag:permits", "faq list", {"tag": "permits"}),
        ("/FAQ List permits", "faq list", {"tag": "permits"}),
        ("/faq show how-to-read-a-citation", "faq show", {"id": "how-to-read-a-citation"}),
        ("/faq  search  is it so: who went", "faq search", {"words": "is it so: who went"}),
        ("  /TimeLine 2018 TOPIC:sanctions ", "timeline", {"period": "2018", "topic": "sanctions"}),
        ("/timeline\n2018", "timeline", {"period": "2018"}),
    ],
)
def test_a_command_is_its_name_and_its_options(text: str, name: str, options: dict[str, str]) -> None:
    assert parse_command(text) == Command(name, options)


@pytest.mark.parametrize("text", ["/tineline 2018", "/", "/exports2023", "//help", "/faq tell x"])
def test_an_unknown_command_is_answered_with_the_commands_and_an_example(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_command(text)
    for name in COMMANDS:
        assert f"/{name}" in str(caught.value)
    assert "for example /timeline 2018-12" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "option", "known"),
    [
        ("/exports 2023-11 colour:red", "colour", "series:"),
        ("/timeline 2018 series:reported", "series", "topic:"),
        ("/faq list topic:sanctions", "topic", "tag"),
    ],
)
def test_an_unknown_option_is_answered_with_the_options_and_an_example(
    text: str, option: str, known: str
) -> None:
    with pytest.raises(CommandError) as caught:
        parse_command(text)
    assert f"“{option}”" in str(caught.value)
    assert known in str(caught.value)
    assert "for example /" in str(caught.value)


@given(st.sampled_from(sorted(COMMANDS)), VALUES, VALUES)
def test_what_is_written_is_read_back(name: str, main: str, other: str) -> None:
    form = COMMANDS[name]
    options = {
        key: value for key, value in zip((form.main, *form.options), (main, other), strict=False) if key
    }
    given_options = {key: value for key, value in options.items() if value}
    assert parse_command(written(name, **options)) == Command(name, given_options)


@given(st.text(max_size=300).map("/".__add__))
def test_whatever_follows_the_slash_is_a_command_or_refused_in_words(text: str) -> None:
    try:
        command = parse_command(text)
    except CommandError as error:
        assert "for example /" in str(error)
    else:
        assert command.name in COMMANDS


@pytest.mark.parametrize("command", ["", *(f"{name} " for name in COMMANDS)])
@pytest.mark.parametrize(
    "unit", [" ", "a", "ab:", 'ab:"', 'topic:"', 'topic:"" ', "topic: ", "series:x ", '" ', ": ", "\n", "¶"]
)
def test_a_long_command_is_read_or_refused_at_once(command: str, unit: str) -> None:
    text = f"/{command}{unit * 100_000}"[:100_000]
    start = process_time()
    with suppress(CommandError):
        parse_command(text)
    assert process_time() - start < 0.2


def test_every_command_has_a_summary_and_an_example_that_it_reads_itself() -> None:
    for name, form in COMMANDS.items():
        assert form.summary.endswith(".")
        assert parse_command(form.example).name == name


def test_only_the_commands_that_a_library_can_answer_are_known() -> None:
    some = {name: form for name, form in COMMANDS.items() if name != "assistance"}
    with pytest.raises(CommandError) as caught:
        parse_command("/assistance FY2008", some)
    assert "There is no command “/assistance”. The commands are /ask, " in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("  why was aid held? ", "why was aid held?"),
        ("/ask why was aid held?", "why was aid held?"),
        ("/ASK /why", "/why"),
        ("/timeline 2018", ""),
        ("/faq search permits", ""),
        ("/faq", ""),
        ("/nonsense 12", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_free_question_is_told_from_commands(typed: str, question: str) -> None:
    assert question_in(typed) == question


def test_a_slip_in_the_name_of_a_command_is_answered_with_the_nearest() -> None:
    with pytest.raises(CommandError, match=r"“/covrage”\. Did you mean /coverage\? The commands are /ask"):
        parse_command("/covrage")
    with pytest.raises(CommandError, match=r"“/zzz”\. The commands are"):
        parse_command("/zzz")


def test_a_command_without_options_takes_nothing_after_it() -> None:
    assert parse_command("/disputes ").options == {}
    with pytest.raises(CommandError, match="“now” cannot be read"):
        parse_command("/disputes now")


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("/timeline actor:Mike Pompeo", {"actor": "Mike Pompeo"}),
        (
            "/timeline 2018 actor:Mike Pompeo topic:travel ban",
            {"period": "2018", "actor": "Mike Pompeo", "topic": "travel ban"},
        ),
        ("/timeline actor:Mike Pompeo 2018", {"actor": "Mike Pompeo", "period": "2018"}),
        ("/exports Q1 2024 compare:Q4 2023", {"period": "Q1 2024", "compare": "Q4 2023"}),
        ("/exports series:census nov 2023", {"series": "census", "period": "nov 2023"}),
    ],
)
def test_a_value_of_several_words_goes_on_to_the_next_option(typed: str, options: dict[str, str]) -> None:
    assert parse_command(typed).options == options


@pytest.mark.parametrize(
    "typed", ["/timeline topic:sanctions topic:diplomacy", "/timeline topic:", "/exports series:"]
)
def test_an_option_that_is_repeated_or_empty_is_an_error_with_an_example(typed: str) -> None:
    with pytest.raises(CommandError, match="for example /"):
        parse_command(typed)


# By the names of the languages that the bot speaks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/timeline 2018 topic:sanctions", "/연표 2018 주제:sanctions"),
        ('/timeline actor:"Mike Pompeo"', '/연표 행위자:"Mike Pompeo"'),
        ('/timeline actor:"a topic:b"', '/연표 행위자:"a topic:b"'),
        ("/exports 2008 compare:2009", "/수출 2008 비교:2009"),
        ("/faq show list", "/faq 보기 list"),
        ("/faq list tag:aid", "/faq 목록 태그:aid"),
        ("/faq-desk review", "/faq-관리 검토"),
        ("/ask topic: what is it?", "/질문 topic: what is it?"),
        ("/coverage unknowns", "/수록범위 unknowns"),
        ("/settings", "/설정"),
        ("/cite rfa-2024¶13", "/인용 rfa-2024¶13"),
        ("what is /timeline", "what is /timeline"),
        ("python bot.py check", "python bot.py check"),
    ],
)
def test_a_command_is_shown_by_the_names_of_the_language_spoken(text: str, shown: str) -> None:
    assert shown_command(text) == text
    with speaking("ko"):
        assert shown_command(text) == shown


@pytest.mark.parametrize("language", languages())
@given(st.sampled_from(sorted(COMMANDS)), VALUES, VALUES, st.booleans())
def test_a_command_that_is_shown_is_read_back(
    language: str, name: str, main: str, other: str, in_letters: bool
) -> None:
    options = dict.fromkeys(COMMANDS[name].options, other) | {COMMANDS[name].main: main}
    typed = written(name, **{option: value for option, value in options.items() if option})
    try:
        command = parse_command(typed)
    except CommandError:
        return
    with speaking(language):
        shown = shown_command(typed)
    assert parse_command(normalize("NFD", shown) if in_letters else shown) == command


def test_an_error_names_what_there_is_in_the_language_spoken() -> None:
    with speaking("ko"), pytest.raises(CommandError) as error:
        parse_command("/연포 2018")
    assert "“/연포”" in str(error.value)
    assert " /연표 명령을" in str(error.value)
    assert all(shown not in str(error.value) for shown in ("/timeline", "/exports"))
    with speaking("ko"), pytest.raises(CommandError) as error:
        parse_command("/연표 2018 주졔:aid")
    assert "“주졔”" in str(error.value)
    assert "주제:…" in str(error.value)


@pytest.mark.parametrize("typed", ["/연표 2018 주제:aid", "/timeline 2018 주제:aid", "/연표 2018 topic:aid"])
def test_names_of_several_languages_may_stand_in_one_command(typed: str) -> None:
    assert parse_command(typed) == Command("timeline", {"period": "2018", "topic": "aid"})


def test_a_value_in_another_language_is_parted_from_a_period_that_is_put_into_english() -> None:
    english = {"2018년 12월": "2018-12"}
    command = parse_command("/연표 주제:aid 2018년 12월", in_english=lambda text: english.get(text, text))
    assert command.options == {"topic": "aid", "period": "2018년 12월"}
