"""The engine: any input in, one reply out; the same input on the same library gives the same reply."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.answers import Answer, Kind, Status
from knowledge.citations import Citation
from knowledge.commands import COMMANDS
from knowledge.engine import Engine
from knowledge.jsonlines import as_dict
from knowledge.library import Library
from knowledge.plaintext import plain_text
from tests.knowledge.small_content import ContentFolder

ROOT = Path(__file__).parents[2]
QUESTIONS: list[str] = [
    item["question"]
    for item in yaml.load((ROOT / "tests/golden/questions.yaml").read_text("utf-8"), yaml.CSafeLoader)
]

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=300)
WORDS = """when why who how much many did does the aid export Pompeo Biegun Kim UNICEF sanctions ban november
2018 dec jan 2024 2023-11.. last year $120,000 90% total share average "travel ban" fp-2019¶6 topic: series:x
period: /exports /timeline /cite ? ! ¶ … and or not 🙂 北朝鮮 ﬁ İ \u202e \x00"""
SAYINGS = st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join)
LONG = st.text(max_size=400).map(lambda text: (text * 40)[:4_000])


def is_sound(answer: Answer, library: Library) -> None:
    """Check what must hold of every reply."""
    assert plain_text(answer).strip()
    assert answer.version == library.version
    assert (answer.kind is Kind.ERROR) == (answer.status is Status.ERROR)
    assert answer.kind is not Kind.REFUSAL or answer.status is Status.REFUSED
    assert answer.status is not Status.REFUSED or answer.kind in (Kind.REFUSAL, Kind.HELP)
    assert all(citation in library for citation in answer.citations)
    assert len(answer.excerpts) <= 3
    if answer.status is not Status.ANSWERED:
        assert not answer.citations
        assert not answer.excerpts
    else:
        assert not answer.closest


# Anything at all


@given(ANYTHING | SAYINGS | LONG)
@settings(max_examples=300)
@example("/ask \x00")
@example("\ud800\udfff how much aid")
@example("a" * 4_000)
@example("1" * 4_000)
@example("2023-11 " * 500)
@example("and " * 1_000)
@example("(" * 4_000)
def test_no_input_is_too_much(engine: Engine, typed: str) -> None:
    is_sound(engine.reply(typed), engine.library)
    is_sound(engine.reply(typed), engine.library)


@given(ANYTHING | SAYINGS, ANYTHING | SAYINGS)
def test_no_option_of_a_command_is_too_much(engine: Engine, one: str, two: str) -> None:
    for answer in (
        engine.timeline(one, two),
        engine.exports(one, two),
        engine.cite(one),
        engine.sources(one),
        engine.faq_list(one),
        engine.faq_show(one),
        engine.faq_search(one),
    ):
        is_sound(answer, engine.library)


@pytest.mark.parametrize(
    "typed", ["", "   ", "?", "...", "🙂", "🇰🇵 🇺🇸", "—", "\u200b", "a", "/ask", "/ask ?!"]
)
def test_what_holds_no_words_is_an_error_that_says_how_to_ask(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    assert (answer.kind, answer.status) == (Kind.ERROR, Status.ERROR)
    assert COMMANDS["ask"].example.removeprefix("/ask ") in plain_text(answer)


def test_a_question_may_have_four_thousand_characters_and_no_more(engine: Engine) -> None:
    assert engine.reply("aid " * 1_000).status is not Status.ERROR
    assert engine.reply("aid " * 1_000 + "again").status is Status.ERROR


FORMS = [
    "{}",
    "{}?",
    "who is {}?",
    "why did {} limit aid in 2018?",
    "how much was exported by {} in november 2023?",
    "/{}",
    "/ask {}",
    "/timeline {}",
    "/timeline topic:{}",
    "/timeline 2018 {}:x",
    "/exports {}",
    "/exports series:{}",
    "/cite {}",
    "/cite fp-2019¶{}",
    "/cite {}¶6",
    "/sources {}",
    "/faq list {}",
    "/faq show {}",
    "/faq search {}",
]


@given(
    st.sampled_from(FORMS), st.text("zqxj0", min_size=51, max_size=200) | st.text("zq xj🙂北", min_size=51)
)
def test_no_reply_echoes_more_than_fifty_characters_of_the_input(engine: Engine, form: str, odd: str) -> None:
    text = plain_text(engine.reply(form.format(odd)))
    assert not [odd[at : at + 51] for at in range(len(odd) - 50) if odd[at : at + 51] in text]


# The same again


@given(st.sampled_from(QUESTIONS) | SAYINGS)
@settings(max_examples=60)
def test_two_engines_on_one_library_reply_alike(engine: Engine, twin: Engine, typed: str) -> None:
    assert engine.reply(typed) == twin.reply(typed)
    assert bytes_of(engine, typed) == bytes_of(twin, typed)


@pytest.fixture(scope="module")
def twin(library: Library) -> Engine:
    return Engine(library)


def bytes_of(engine: Engine, typed: str) -> bytes:
    return json.dumps(as_dict(engine.reply(typed))).encode()


def test_the_order_in_which_a_process_keeps_its_sets_changes_nothing(library: Library) -> None:
    words = sorted({word for _, passage in library.passages() for word in passage.text.split()})
    lines = "\n".join(json.dumps({"id": n, "input": typed}) for n, typed in enumerate([*QUESTIONS, *words]))

    def run(seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "bot.py", "ask", "--json", "--collections", "core"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            input=lines.encode(),
            capture_output=True,
            check=True,
        ).stdout

    assert run("1") == run("2")


@given(st.sampled_from(QUESTIONS) | SAYINGS | st.sampled_from([form.example for form in COMMANDS.values()]))
def test_a_reply_carries_its_question_in_a_form_that_gives_the_same_reply(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    assert engine.reply(answer.question) == answer


@pytest.mark.parametrize("question", ["/timeline 2018", "/dance", "/ask why did Pompeo limit aid?"])
def test_so_does_the_reply_to_a_question_that_looks_like_a_command(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert engine.reply(answer.question) == answer


@pytest.mark.parametrize(
    ("period", "topic"),
    [("", ""), ("2018", "travel-ban"), ("dec 2018", "Travel Ban"), ("", "un sanctions committee")],
)
def test_so_does_the_reply_to_a_command_with_options(engine: Engine, period: str, topic: str) -> None:
    answer = engine.timeline(period, topic)
    assert answer.status is Status.ANSWERED
    assert engine.reply(answer.question) == answer


# Questions


@pytest.mark.parametrize(
    ("question", "citation"),
    [
        ("Why did Pompeo decide to limit aid?", "fp-2019¶4"),
        ("When did UNICEF write to the sanctions committee?", "fp-2019¶6"),
        ("Who is Omar Abdi?", "fp-2019¶6"),
        ("What did Jung Pak say about the U.S. decision?", "fp-2019¶7"),
        ("When was the Singapore summit?", "fp-2019¶10"),
        ("what did bolton say about a second summit", "fp-2019¶11"),
        ("Why do faster approvals have to wait for the government shutdown to end?", "fp-2019¶16"),
        ("How long was the hiatus in U.S. aid exports?", "rfa-2024¶1"),
        ("when was the fourth nuclear test", "rfa-2024¶4"),
        ("Why did the aid shipments resume?", "rfa-2024¶5"),
        ("who translated the rfa report?", "rfa-2024¶credit"),
        ("how much was exported in december 2023?", "rfa-2024¶13"),
    ],
)
def test_a_plain_question_opens_at_the_paragraph_that_answers_it(
    engine: Engine, question: str, citation: str
) -> None:
    answer = engine.reply(question)
    assert answer.status is Status.ANSWERED
    assert citation in [str(cited) for cited in answer.citations]


@pytest.mark.parametrize(
    "question",
    [
        "WHY DID POMPEO DECIDE TO LIMIT AID",
        "why did pompeo decide to limmit aid??",
        "  why did Pompeo decide to limit aid ",
    ],
)
def test_case_blanks_and_a_slip_of_the_keys_do_not_matter(engine: Engine, question: str) -> None:
    assert Citation("fp-2019", "4") in engine.reply(question).citations


def test_what_a_source_does_not_know_itself_is_an_answer(engine: Engine) -> None:
    answer = engine.reply("Why did humanitarian shipments from U.S. organizations resume?")
    assert answer.status is Status.ANSWERED
    assert Citation("rfa-2024", "5") in answer.citations
    assert "clear" in plain_text(answer)


@pytest.mark.parametrize(
    "question",
    [
        "who won the world cup in 1998?",
        "best pizza in rome",
        "what was the name of the North Korean intelligence officer?",
        "how many people live in Pyongyang?",
        "what is Colum Lynch's email address?",
    ],
)
def test_what_the_library_does_not_support_is_refused_without_citations(
    engine: Engine, question: str
) -> None:
    answer = engine.reply(question)
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert not answer.citations
    assert not as_dict(answer)["citations"]
    if answer.closest:
        assert "Not an answer" in plain_text(answer)


def test_a_refusal_shows_the_closest_passage_where_the_topic_is_known(engine: Engine) -> None:
    answer = engine.reply("what was the name of the North Korean intelligence officer?")
    assert Citation("fp-2019", "10") in [excerpt.citation for excerpt in answer.closest]


def test_a_refusal_says_what_to_do_next_or_what_the_sources_do_say(engine: Engine) -> None:
    for question in ("who won the world cup in 1998?", "what was the name of the intelligence officer?"):
        answer = engine.reply(question)
        assert answer.hint or len(answer.statements) > 1


@pytest.mark.parametrize("question", ["what is this bot?", "does this use ai", "how do i read a citation"])
def test_an_answer_about_the_library_itself_says_that_it_is_editorial(engine: Engine, question: str) -> None:
    answer = engine.reply(question)
    assert (answer.kind, answer.status, answer.editorial) == (Kind.FAQ, Status.ANSWERED, True)
    assert "Editorial" in plain_text(answer)
    assert not answer.citations


def test_a_person_asked_for_by_name_is_shown_with_role_and_citations(engine: Engine) -> None:
    for name, role in (
        ("Mike Pompeo", "Secretary of State"),
        ("Omar Abdi", "UNICEF"),
        ("Keith Luse", "director"),
    ):
        answer = engine.reply(f"who is {name}?")
        assert answer.kind is Kind.PEOPLE, name
        assert role in plain_text(answer)
        assert answer.citations


def test_a_wrong_premise_is_answered_with_the_passage_that_corrects_it(engine: Engine) -> None:
    answer = engine.reply("Did U.S. aid exports to North Korea start again after a two-year hiatus?")
    assert Citation("rfa-2024", "1") in answer.citations
    assert answer.notes


def test_the_original_is_quoted_where_the_operator_has_added_it(
    folder: ContentFolder, tmp_path: Path
) -> None:
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "paper-2001.yaml").write_text(
        '"1": "“Rice went in January,” said Ann Smith."\n', "utf-8"
    )
    answer = Engine(folder.read(tmp_path)).reply("what was sent?")
    (excerpt, *_) = answer.excerpts
    assert (excerpt.text, excerpt.is_original) == ("“Rice went in January,” said Ann Smith.", True)
    assert "(original)" in plain_text(answer)


@pytest.mark.parametrize(
    "typed", [*(form.example for form in COMMANDS.values()), "why did Pompeo limit aid?"]
)
def test_an_empty_library_has_a_reply_to_everything_too(engine: Engine, typed: str) -> None:
    empty = engine.library.only([])
    is_sound(Engine(empty).reply(typed), empty)


# The timeline


@pytest.fixture(scope="module")
def core(library: Library) -> Engine:
    """The founding documents alone."""
    return Engine(library.only(("core",)))


def dates(answer: Answer) -> list[str]:
    return [str(event.date) for event in answer.events]


@pytest.mark.parametrize(
    ("period", "title", "dates_in_it"),
    [
        ("2016", "2016", ["2016", "2016"]),
        ("2017-12", "December 2017", ["2017", "2017-12"]),
        ("july 2018", "July 2018", ["2018-07-06", "2018-summer"]),
        ("2018-07-06", "6 July 2018", ["2018-07-06"]),
        ("summer 2018", "summer 2018", ["2018-06", "2018-07-06", "2018-summer"]),
        ("2018-12-10", "10 December 2018", ["2018-12-10", "2018-12"]),
    ],
)
def test_an_event_is_in_every_period_that_its_own_date_overlaps(
    engine: Engine, period: str, title: str, dates_in_it: list[str]
) -> None:
    answer = engine.timeline(period)
    assert (answer.kind, answer.status) == (Kind.TIMELINE, Status.ANSWERED)
    assert title in answer.title
    assert set(dates_in_it) <= set(dates(answer))


def test_events_come_oldest_first_and_all_of_them_without_a_period(engine: Engine, library: Library) -> None:
    answer = engine.timeline()
    assert len(answer.events) == len(library.timeline.events)
    firsts = [event.date.first for event in answer.events]
    assert firsts == sorted(firsts)
    assert engine.timeline("all").events == answer.events


def test_a_topic_narrows_a_period(engine: Engine) -> None:
    whole, narrow = engine.timeline("2018"), engine.timeline("2018", "Travel ban")
    assert 0 < len(narrow.events) < len(whole.events)
    assert narrow.events == tuple(event for event in whole.events if "travel-ban" in event.topics)
    assert "travel ban" in narrow.title


def test_a_period_without_events_is_refused_and_says_where_there_are_some(engine: Engine) -> None:
    answer = engine.timeline("1993")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert "no dated event" in plain_text(answer)
    assert "/timeline 2018" in plain_text(answer)


def test_so_is_a_topic_without_events_in_the_period(engine: Engine) -> None:
    answer = engine.timeline("2016", "shutdown")
    assert answer.status is Status.REFUSED
    assert "shutdown" in plain_text(answer)


@pytest.mark.parametrize("period", ["soon", "2018-13", "2018-02-30", "last year", "the day before", "20188"])
def test_a_period_that_cannot_be_read_is_an_error_with_examples(engine: Engine, period: str) -> None:
    answer = engine.timeline(period)
    assert (answer.kind, answer.status) == (Kind.ERROR, Status.ERROR)
    assert "for example 2018, 2018-12, summer 2018 or 2016..2019" in plain_text(answer)


def test_a_bare_month_with_events_in_several_years_asks_which(engine: Engine) -> None:
    answer = engine.timeline("december")
    assert answer.status is Status.ERROR
    assert {"/timeline 2017-12", "/timeline 2018-12"} <= set(answer.choices)
    assert all(engine.reply(choice).status is Status.ANSWERED for choice in answer.choices)


def test_a_bare_month_is_one_that_the_founding_documents_have(engine: Engine, core: Engine) -> None:
    answer = engine.timeline("march")
    assert {event.date.first.year for event in answer.events} == {2023, 2024}  # “since November” among them
    assert any("other years have events, too" in note for note in answer.notes)
    assert not any("other years" in note for note in core.timeline("march").notes)
    assert {"/timeline 1999-04", "/timeline 2004-04"} <= set(engine.timeline("april").choices)


def test_an_actor_narrows_a_period_and_is_found_by_any_of_its_names(engine: Engine) -> None:
    whole = engine.timeline("2018")
    for name in ("U.S. State Department", "State Department", "us state department", "foggy bottom"):
        narrow = engine.timeline("2018", actor=name)
        assert 0 < len(narrow.events) < len(whole.events)
        assert all("U.S. State Department" in event.actors for event in narrow.events)
        assert "with U.S. State Department" in narrow.title


def test_topic_and_actor_narrow_together_in_the_text_form_too(engine: Engine) -> None:
    answer = engine.reply("/timeline 2012..2020 topic:food-aid actor:dprk")
    assert answer.status is Status.ERROR  # nobody is called so
    answer = engine.reply('/timeline 2012 topic:food-aid actor:"north korea"')
    assert [event.id for event in answer.events] == ["leap-day-deal"]
    assert engine.reply(answer.question) == answer


def test_a_slip_in_an_actor_is_read_and_said(engine: Engine) -> None:
    answer = engine.timeline(actor="World Fod Program")
    assert answer.events == engine.timeline(actor="World Food Program").events
    assert any("World Food Program" in note for note in answer.notes)


def test_an_unknown_actor_is_answered_with_the_nearest_to_choose_from(engine: Engine) -> None:
    answer = engine.timeline(actor="Mercy Crops Inc")
    assert answer.status is Status.ERROR
    assert '/timeline actor:"Mercy Corps"' in answer.choices
    assert all(engine.reply(choice).status is Status.ANSWERED for choice in answer.choices)
    assert "/timeline actor:" in plain_text(engine.timeline(actor="xqzwv"))


def test_an_actor_without_events_in_the_period_is_refused(engine: Engine) -> None:
    answer = engine.timeline("1996", actor="Mike Pompeo")
    assert answer.status is Status.REFUSED
    assert "with Mike Pompeo for 1996" in plain_text(answer)


def test_an_unknown_topic_is_answered_with_the_topics_and_the_nearest_to_choose_from(engine: Engine) -> None:
    answer = engine.timeline("", "travle bann")
    assert answer.status is Status.ERROR
    assert "sanctions" in plain_text(answer)
    assert "/timeline topic:travel-ban" in answer.choices
    assert all(engine.reply(choice).status is Status.ANSWERED for choice in answer.choices)


def test_a_reversed_range_is_turned_round_and_the_reply_says_so(engine: Engine) -> None:
    answer = engine.timeline("2018..2016")
    assert answer.events == engine.timeline("2016..2018").events
    assert "reverse" in " ".join(answer.notes)


def test_what_was_only_expected_is_marked_in_long_and_short(engine: Engine) -> None:
    for period in ("2019-02", "all"):
        answer = engine.timeline(period)
        expected = [event for event in answer.events if event.status == "expected"]
        assert expected
        for event in expected:
            line = next(line for line in plain_text(answer).splitlines() if event.title in line)
            assert "expected" in line.lower()


def test_an_inferred_date_says_so_and_from_which_words_where_there_is_room(engine: Engine) -> None:
    assert "June 2018 (inferred from “last June”)" in plain_text(engine.timeline("2018-06"))
    assert "June 2018 (inferred):" in plain_text(engine.timeline())


def test_an_explicit_date_is_not_marked(engine: Engine) -> None:
    assert "10 December 2018: " in plain_text(engine.timeline("2018-12-10"))


# Passages and sources


@pytest.mark.parametrize("typed", ["fp-2019¶6", "fp-2019 6", "fp-2019#6", "fp-2019:6", "FP-2019¶6"])
def test_a_passage_opens_at_its_reference_with_its_neighbours_at_hand(engine: Engine, typed: str) -> None:
    answer = engine.cite(typed)
    assert (answer.kind, answer.status) == (Kind.PASSAGE, Status.ANSWERED)
    assert answer.citations == (Citation("fp-2019", "6"),)
    assert (str(answer.previous), str(answer.following)) == ("fp-2019¶5", "fp-2019¶7")
    assert answer.title == engine.library.sources["fp-2019"].title


def test_every_passage_can_be_opened(engine: Engine, library: Library) -> None:
    for citation in library.citations:
        (excerpt,) = engine.cite(str(citation)).excerpts
        assert (excerpt.citation, excerpt.text) == (citation, library.resolve(citation)[1].text)


def walk(engine: Engine, start: str) -> Sequence[str]:
    found, here = [start], engine.cite(start).following
    while here:
        found.append(str(here))
        here = engine.cite(str(here)).following
    return found


def test_a_source_can_be_read_through_from_its_first_passage(engine: Engine, library: Library) -> None:
    source = library.sources["fp-2019"]
    assert engine.cite("fp-2019¶title").previous is None
    assert walk(engine, "fp-2019¶title") == [str(source.citation(passage)) for passage in source.passages]


@pytest.mark.parametrize("typed", ["fp-2019¶99", "bbc-2020¶1", "the letter", ""])
def test_a_reference_that_leads_nowhere_is_an_error_that_says_what_there_is(
    engine: Engine, core: Engine, typed: str
) -> None:
    assert engine.cite(typed).status is Status.ERROR
    answer = core.cite(typed)
    assert answer.status is Status.ERROR
    assert "fp-2019" in plain_text(answer)


def test_the_sources_are_listed_with_who_published_them_when_and_where(
    engine: Engine, library: Library
) -> None:
    answer = engine.sources()
    assert (answer.kind, answer.status) == (Kind.SOURCES, Status.ANSWERED)
    text = plain_text(answer)
    for source in library.sources.values():
        assert all(part in text for part in (source.id, source.title, source.byline, source.url))


def test_one_source_can_be_shown(engine: Engine) -> None:
    assert [source.id for source in engine.sources("RFA-2024").sources] == ["rfa-2024"]


def test_an_unknown_source_is_answered_with_those_there_are(engine: Engine, core: Engine) -> None:
    answer = core.sources("bbc-2020")
    assert answer.status is Status.ERROR
    assert all(name in plain_text(answer) for name in ("fp-2019", "rfa-2024"))
    assert "fp-2019" in plain_text(engine.sources("fp-2018"))


# People


def test_somebody_is_shown_with_role_passages_and_events(engine: Engine) -> None:
    answer = engine.reply("/who Stephen Biegun")
    assert (answer.kind, answer.status) == (Kind.PEOPLE, Status.ANSWERED)
    text = plain_text(answer)
    assert text.index("U.S. senior envoy for North Korea") < text.index("Passages that name them")
    assert text.index("Passages that name them") < text.index("Events:")
    assert "September 2020: Deputy Secretary of State" in text
    assert {Citation("fp-2019", "2"), Citation("ncnk-biegun-2018-12-19", "1")} <= set(answer.mentions)
    assert {"biegun-seoul-remarks", "biegun-incheon-remarks"} <= {event.id for event in answer.events}
    assert answer.citations[0] == answer.people[0].citations[0]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("biegun", "Stephen Biegun"),
        ("STEPHEN BIEGUN", "Stephen Biegun"),
        ("keith", "Keith Luse"),
        ("Steven Beigun", "Stephen Biegun"),
        ("wfp", "World Food Program"),
        ("the WFP", "World Food Program"),
        ("1718 committee", "U.N. sanctions committee"),
        ("us treasury", "U.S. Department of the Treasury"),
        ("Samaritans Purse", "Samaritan's Purse"),
        ("Michael R. Pompeo", "Mike Pompeo"),
    ],
)
def test_a_name_an_alias_or_a_slip_finds_whom_it_means(engine: Engine, typed: str, name: str) -> None:
    answer = engine.who(typed)
    assert [person.name for person in answer.people] == [name]
    assert engine.reply(answer.question) == answer


def test_a_name_that_was_read_as_another_is_said(engine: Engine) -> None:
    assert engine.who("Jung Pakk").notes == ("Read “Jung Pakk” as “Jung Pak”.",)
    assert not engine.who("jung pak").notes


def test_an_unknown_name_gets_the_nearest_or_is_refused(engine: Engine) -> None:
    answer = engine.who("George Bush Senior")
    assert answer.status is Status.ERROR
    assert answer.choices
    assert all(engine.reply(choice).status is Status.ANSWERED for choice in answer.choices)
    nobody = engine.who("Zxqv")
    assert nobody.status is Status.REFUSED
    assert "/who Stephen Biegun" in plain_text(nobody)


def test_a_name_that_is_near_to_none_suggests_nobody(engine: Engine) -> None:
    for name in ("Christopher Hill", "Heidi Linton", "Andrew Natsios", "Hillary Clinton"):
        answer = engine.who(name)
        assert (answer.status, answer.choices) == (Status.REFUSED, ())
        assert "/who lists them" in answer.hint


def test_rows_of_a_dataset_that_name_somebody_are_counted_and_not_listed(engine: Engine) -> None:
    answer = engine.who("USAID")
    assert "28 rows of usaid-2025-11 name them, too." in answer.notes
    assert not any(engine.library.resolve(citation)[1].is_row for citation in answer.mentions)


def test_the_years_in_which_somebody_is_named_are_no_term_of_office(engine: Engine) -> None:
    assert "U.S. President (named in 1999)" in plain_text(engine.who("Bill Clinton"))
    assert "U.S. President (named 2003 to 2008)" in plain_text(engine.who("George W. Bush"))


def test_who_somebody_is_can_still_be_asked_in_words(engine: Engine) -> None:
    for question in ("who is Jung Pak?", "who is Heather Nauert", "who was the vice chairman Kim Yong Chol?"):
        assert engine.reply(question).kind is Kind.PEOPLE, question


# FAQ entries


def listed(answer: Answer) -> list[str]:
    return [entry.id for entry in answer.entries]


def test_the_entries_are_listed_by_id_and_question(engine: Engine, library: Library) -> None:
    answer = engine.faq_list()
    assert (answer.kind, answer.status) == (Kind.FAQ, Status.ANSWERED)
    assert listed(answer) == [entry.id for entry in library.faq]
    text = plain_text(answer)
    assert all(f"{entry.id} — {entry.question}" in text for entry in library.faq)


def test_a_tag_that_no_entry_has_is_refused(engine: Engine) -> None:
    answer = engine.reply("/faq list tag:nonsense")
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert "“nonsense”" in plain_text(answer)


def test_every_entry_is_shown_by_its_id_under_its_question(engine: Engine, library: Library) -> None:
    for entry in library.faq:
        answer = engine.faq_show(f" {entry.id.upper()}")
        assert (answer.kind, answer.title, answer.citations) == (Kind.FAQ, entry.question, entry.citations)
        assert answer.statements[0].text == entry.answer
        assert engine.reply(answer.question) == answer


@pytest.mark.parametrize("typed", ["how-to-read-citations", "", "x" * 4_000])
def test_an_unknown_id_is_an_error_that_names_the_nearest(engine: Engine, typed: str) -> None:
    answer = engine.faq_show(typed)
    assert answer.status is Status.ERROR
    assert len(answer.choices) == 3
    assert all(engine.reply(choice).status is Status.ANSWERED for choice in answer.choices)
    if typed.startswith("how"):
        assert answer.choices[0] == "/faq show how-to-read-a-citation"


def test_a_search_ranks_entries_by_any_of_the_words_however_they_are_spelt(engine: Engine) -> None:
    assert listed(engine.faq_search("read a citation"))[0] == "how-to-read-a-citation"
    assert "exports-by-month" in listed(engine.faq_search("exports"))
    slip = engine.faq_search("chollera diseeses")
    assert "which-diseases" in listed(slip)
    assert "Read “chollera” as “cholera”." in slip.notes
    assert len(engine.faq_search("aid").entries) == 10
    assert listed(engine.faq_search("who are you")) == ["what-is-this-library"]


@pytest.mark.parametrize("words", ["zebra xylophone", "who the of"])
def test_a_search_that_finds_nothing_says_so(engine: Engine, words: str) -> None:
    answer = engine.faq_search(words)
    assert (answer.kind, answer.status) == (Kind.REFUSAL, Status.REFUSED)
    assert "Nothing near" in plain_text(answer)


def test_where_there_is_no_entry_none_is_listed_shown_or_found(engine: Engine) -> None:
    empty = Engine(replace(engine.library, faq=()))
    assert empty.reply("/faq list").status is Status.REFUSED
    assert empty.reply("/faq search aid").status is Status.REFUSED
    assert empty.reply("/faq show does-it-use-ai").status is Status.ERROR


# Commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_that_stands_beside_errors_works(engine: Engine, name: str) -> None:
    assert engine.reply(COMMANDS[name].example).status is Status.ANSWERED


def test_an_unknown_command_names_those_there_are(engine: Engine) -> None:
    answer = engine.reply("/tineline 2018")
    assert answer.status is Status.ERROR
    assert all(f"/{name}" in plain_text(answer) for name in COMMANDS)


def test_a_source_without_a_paragraph_is_answered_with_the_paragraphs_there_are(engine: Engine) -> None:
    answer = engine.reply("/cite fp-2019")
    assert answer.status is Status.ERROR
    assert answer.statements[0].text == (
        "fp-2019 has 22 passages: 1 to 17, title, standfirst, caption, credit and bio. "
        "Add one of them, for example fp-2019¶1."
    )


def test_exports_of_a_year_say_how_to_see_their_months(engine: Engine) -> None:
    assert engine.reply("/exports 2024").hint == "The months of the series census: /exports 2024-01..2024-12"
    by_month = engine.reply("/exports by month 2024")
    assert {figure.period.key() for figure in by_month.figures[1].figures} == {
        f"2024-{month:02}" for month in range(1, 13)
    }
