"""A server's own entries: found in every wording, beside the library and never in the way of its answers."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import drafts
from knowledge.answers import Answer, Kind, Status
from knowledge.engine import Engine
from knowledge.entries import Action, Content, Entry, Revision, State
from knowledge.library import Library
from knowledge.own_entries import OwnEntries, wording_key
from knowledge.plaintext import plain_text
from knowledge.replies import OWN, POINTED, STALE
from knowledge.store import Pointer
from tests.knowledge.entry_samples import TEXTS

PERMIT = {
    "question": "How long does a permit for the Zork shuttle take?",
    "alternatives": "zork waiting time\nWhat's the “Zork” delay, in weeks?\nwho are they",
    "answer": "About **six weeks**, says the [report](https://example.org/zork).",
    "citations": "fp-2019¶6",
}
ASKED_OF_THE_LIBRARY = "why did Pompeo decide to limit aid?"


def content(library: Library, **fields: str) -> Content:
    return drafts.read({**PERMIT, **fields}, library)


def entry(id_: str, said: Content, change: int = 1, state: State = State.PUBLISHED) -> Entry:
    revision = Revision(1, Action.ADD, state, said, author_id=7, at=datetime(2026, 1, 31, tzinfo=UTC))
    return Entry(1, id_, change, revision)


def pointer(question: str, target: str, change: int = 1) -> Pointer:
    return Pointer(1, change, question, target)


@pytest.fixture
def own(engine: Engine, library: Library) -> OwnEntries:
    return engine.own_entries([entry("zork-permit", content(library))])


def is_from(answer: Answer, entry_id: str) -> bool:
    return OWN.format(entry=entry_id) in answer.notes


# In every wording


def test_an_entry_answers_with_its_citations_and_says_whose_it_is(engine: Engine, own: OwnEntries) -> None:
    answer = engine.reply(PERMIT["question"], own)
    assert (answer.kind, answer.status) == (Kind.FAQ, Status.ANSWERED)
    (said,) = answer.statements
    assert (said.text, said.is_markdown) == (PERMIT["answer"], True)
    assert [str(citation) for citation in said.citations] == ["fp-2019¶6"]
    assert [str(excerpt.citation) for excerpt in answer.excerpts] == ["fp-2019¶6"]
    assert is_from(answer, "zork-permit")
    assert "About **six weeks**" in plain_text(answer)


def test_elsewhere_it_is_not_found(engine: Engine, own: OwnEntries) -> None:
    assert engine.reply(PERMIT["question"], own).status is Status.ANSWERED
    assert engine.reply(PERMIT["question"]).status is Status.REFUSED
    assert engine.reply(PERMIT["question"], engine.own_entries()).status is Status.REFUSED


WORDINGS = [PERMIT["question"], *PERMIT["alternatives"].splitlines()]
QUOTES = str.maketrans({"“": '"', "”": "«", "'": "’"})


@given(st.sampled_from(WORDINGS), st.randoms(use_true_random=False))
def test_an_entry_is_found_in_every_wording_however_it_is_typed(
    engine: Engine, library: Library, wording: str, dice: random.Random
) -> None:
    own = engine.own_entries([entry("zork-permit", content(library))])
    typed = "".join(dice.choice((c.upper(), c.lower())) for c in wording.translate(QUOTES))
    typed = typed.replace(" ", dice.choice((" ", "   ", " \t "))).rstrip("?") + dice.choice(
        ("", "?", " ?!…", ".")
    )
    typed = f"{dice.choice(('', 'Hey bot, can you tell me: ', '<@123> ', '“'))}{typed}"
    assert is_from(engine.reply(typed, own), "zork-permit")


@pytest.mark.parametrize(
    "wording",
    ["pompao limmits aid why", "cholara", "the UN and the US", "Straße", "北朝鮮への支援", "C++ / .NET"],
)
def test_so_is_one_with_words_that_would_be_read_as_others(
    engine: Engine, library: Library, wording: str
) -> None:
    own = engine.own_entries([entry("odd", content(library, alternatives=f"{wording}\nfurther words"))])
    for typed in (wording, wording.upper(), wording.lower(), f" {wording}?"):
        assert is_from(engine.reply(typed, own), "odd")


@given(TEXTS | st.sampled_from(["/ask why", "a b", "_ _", "ᅟᅟ%", "U.N.", "https://example.org", "ok ᅟ"]))
def test_every_wording_that_is_accepted_is_found_as_it_is_typed(
    engine: Engine, library: Library, wording: str
) -> None:
    for field in ("question", "alternatives"):
        try:
            said = content(library, **{field: wording})
        except drafts.DraftError:
            continue
        own = engine.own_entries([entry("odd", said)])
        for accepted in (said.question, *said.alternatives):
            assert is_from(engine.reply(accepted, own), "odd")


@given(st.text(max_size=60))
def test_the_key_of_a_wording_is_its_own_key(text: str) -> None:
    assert wording_key(wording_key(text)) == wording_key(text)
    assert wording_key(f"“{text}”?!") == wording_key(text)


@pytest.mark.parametrize(
    "question",
    [
        "how long do permits for that zork shuttle take",
        "what is the zork delay",
        "Is there a delay of Zork, and how many weeks?",
        "tell me about zork",
    ],
)
def test_other_words_for_it_find_it_too(engine: Engine, own: OwnEntries, question: str) -> None:
    assert is_from(engine.reply(question, own), "zork-permit")


def test_a_word_that_an_entry_has_is_not_read_as_another(engine: Engine, library: Library) -> None:
    question = "when does the pompeii tour begin, and who guides it?"
    typed = "pompeii tour guides, whom did cholara hit"
    assert "Read “cholara” as “cholera”." in engine.reply(typed).notes
    own = engine.own_entries([entry("tour", content(library, question=question, alternatives=""))])
    before, after = (engine.explain(typed, own=index).splitlines() for index in (None, own))
    assert "read “cholara” as “cholera”" in before
    assert "read “cholara” as “cholera”" in after
    assert "read “pompeii” as “Pompeo”" not in after


# Beside the library


def test_what_the_library_answers_is_answered_as_before(engine: Engine, library: Library) -> None:
    loose = content(library, question="Why did the moderators limit aid to one channel?", alternatives="")
    own = engine.own_entries([entry("loose", loose), entry("zork-permit", content(library))])
    for question in (ASKED_OF_THE_LIBRARY, "when was the Singapore summit?", "who is Omar Abdi?"):
        assert replace(engine.reply(question, own), version="") == replace(engine.reply(question), version="")


def test_a_name_that_only_an_entry_has_opens_no_passage(engine: Engine, library: Library) -> None:
    question = "how much did Canada export in november 2023?"
    assert engine.reply(question).status is Status.REFUSED
    other = content(library, question="Is Canada in the library?", alternatives="", citations="editorial")
    own = engine.own_entries([entry("canada", other)])
    assert engine.reply(question, own).status is Status.REFUSED
    assert is_from(engine.reply("do you have anything on Canada in the library", own), "canada")


def test_an_entry_goes_before_a_shipped_one_with_the_same_wording(engine: Engine, library: Library) -> None:
    own = engine.own_entries([entry("ours", content(library, alternatives="does this use ai?"))])
    assert not engine.reply("does this use ai").notes
    assert is_from(engine.reply("does this use ai", own), "ours")


def test_an_entry_with_the_id_of_a_shipped_one_stands_in_its_place(engine: Engine, library: Library) -> None:
    ours = entry("does-it-use-ai", content(library, question="Does it use AI in our server?"))
    own = engine.own_entries([ours])
    for question in ("are you chatgpt?", "does it use some artificial ai model", "does this use ai"):
        assert engine.reply(question).kind is Kind.FAQ
        assert not engine.reply(question, own).editorial
    assert [e.id for e in engine.faq_list(own=own).entries].count("does-it-use-ai") == 1
    own.put(replace(ours, change=2, revision=replace(ours.revision, state=State.RETIRED)))
    assert engine.reply("are you chatgpt?", own).editorial


def test_an_editorial_entry_says_so(engine: Engine, library: Library) -> None:
    own = engine.own_entries([entry("ed", content(library, citations="editorial"))])
    answer = engine.reply(PERMIT["question"], own)
    assert answer.editorial
    assert not answer.citations
    assert "from this server's moderators, not from a source" in plain_text(answer)


def test_an_entry_can_answer_a_part_of_a_question(engine: Engine, own: OwnEntries) -> None:
    answer = engine.reply("how long does a permit for the zork shuttle take, and who is Jung Pak?", own)
    assert {"fp-2019¶6", "fp-2019¶7"} <= {str(citation) for citation in answer.citations}
    assert is_from(answer, "zork-permit")


# Stale entries


def stale(said: Content) -> Content:
    return replace(said, cited=("0" * 16,))


def test_a_stale_entry_warns(engine: Engine, library: Library) -> None:
    own = engine.own_entries([entry("zork-permit", stale(content(library)))])
    answer = engine.reply(PERMIT["question"], own)
    assert is_from(answer, "zork-permit")
    assert any(note.startswith(STALE.partition("{")[0]) and "fp-2019¶6" in note for note in answer.notes)


def test_a_stale_entry_whose_passage_is_gone_cites_nothing_that_leads_nowhere(
    engine: Engine, library: Library
) -> None:
    said = content(library, citations="fp-2019¶6, rfa-2024¶13")
    without = Engine(library.only(("core",)).only(()))
    own = without.own_entries([entry("zork-permit", said)])
    answer = without.reply(PERMIT["question"], own)
    assert answer.status is Status.ANSWERED
    assert not answer.citations
    assert sum("no longer in the library" in note for note in answer.notes) == 1


def test_a_stale_entry_comes_after_passages_that_answer(engine: Engine, library: Library) -> None:
    said = content(library, question="who took the pic of pompeo getting off at the airport", alternatives="")
    fresh, old = (engine.own_entries([entry("photo", c)]) for c in (said, stale(said)))
    loosely = f"{said.question} and more"
    assert is_from(engine.reply(loosely, fresh), "photo")
    assert engine.reply(loosely, old).kind is Kind.ANSWER
    assert is_from(engine.reply(said.question, old), "photo")


# Pointers


def test_a_question_is_answered_by_the_passage_it_is_pointed_to(engine: Engine) -> None:
    question = "what's the scoop on the wiggly milk things"
    assert engine.reply(question).status is Status.REFUSED
    own = engine.own_entries(pointers=[pointer(question, "fp-2019¶13")])
    for typed in (question, question.upper(), "the scoop on wiggly milk things, what is it?"):
        answer = engine.reply(typed, own)
        assert answer.kind is Kind.ANSWER
        assert str(answer.citations[0]) == "fp-2019¶13"


def test_or_by_an_entry_shipped_or_own(engine: Engine, library: Library) -> None:
    entries = [entry("zork-permit", content(library))]
    pointers = [
        pointer("scoop on robots", "does-it-use-ai", 2),
        pointer("scoop on shuttles", "zork-permit", 3),
    ]
    own = engine.own_entries(entries, pointers)
    assert engine.reply("scoop on robots?", own) == replace(
        engine.reply("does this use ai", own), question="scoop on robots?", notes=(POINTED,), pointed=True
    )
    assert is_from(engine.reply("Scoop on shuttles", own), "zork-permit")


def test_a_reply_says_that_moderators_pointed_the_question_there_and_only_then(engine: Engine) -> None:
    own = engine.own_entries(pointers=[pointer("scoop on wigglies", "fp-2019¶6", 1)])
    for question in ("scoop on wigglies", "what is the scoop on wigglies here?"):
        assert POINTED in engine.reply(question, own).notes, question
    assert POINTED not in engine.reply("does this use ai", own).notes


def test_a_question_can_be_pointed_at_a_row_of_a_dataset(engine: Engine) -> None:
    own = engine.own_entries(pointers=[pointer("scoop on wigglies", "census-2025-04¶2023-11")])
    for asked in ("scoop on wigglies", "scoop on the wigglies?"):
        assert list(map(str, engine.reply(asked, own).citations)) == ["census-2025-04¶2023-11"]
    assert engine.reply("scoop on wigglies").status is Status.REFUSED


def test_a_pointer_to_what_is_not_there_leads_nowhere_until_it_is(engine: Engine, library: Library) -> None:
    there = entry("zork-permit", content(library), change=2)
    gone = replace(there, change=3, revision=replace(there.revision, state=State.RETIRED))
    own = engine.own_entries(pointers=[pointer("scoop on wigglies", "zork-permit")])
    assert engine.reply("scoop on wigglies", own).status is Status.REFUSED
    own.put(there)
    assert is_from(engine.reply("scoop on wigglies", own), "zork-permit")
    own.put(gone)
    assert engine.reply("scoop on wigglies", own).status is Status.REFUSED


def test_slips_of_those_who_asked_are_no_words_of_the_server(engine: Engine) -> None:
    own = engine.own_entries(pointers=[pointer("whats pompao on about", "fp-2019¶4")])
    assert "Read “pompao” as “Pompeo”." in engine.reply("why did pompao decide to limit aid?", own).notes
    assert str(engine.reply("what's Pompeo on about?", own).citations[0]) == "fp-2019¶4"


def test_of_two_that_say_the_same_an_entry_goes_before_a_pointer_and_the_later_before_the_earlier(
    engine: Engine, library: Library
) -> None:
    same = [pointer("scoop on wigglies", "fp-2019¶4"), pointer("scoop on wigglies", "fp-2019¶5", 2)]
    own = engine.own_entries(pointers=same)
    assert str(engine.reply("scoop on wigglies", own).citations[0]) == "fp-2019¶5"
    own.put(entry("a", content(library, question="Scoop on wigglies?"), change=3))
    assert is_from(engine.reply("scoop on wigglies", own), "a")
    own.put(entry("b", content(library, question="Scoop on wigglies!"), change=4))
    assert is_from(engine.reply("scoop on wigglies", own), "b")
    own.drop("b")
    assert is_from(engine.reply("scoop on wigglies", own), "a")


# The mark of what is there


def test_the_version_names_the_last_change_where_entries_can_make_a_difference(
    engine: Engine, library: Library
) -> None:
    own = engine.own_entries([entry("zork-permit", content(library), change=41)])
    for typed in (PERMIT["question"], ASKED_OF_THE_LIBRARY, "/faq list", "/ask ?"):
        assert engine.reply(typed, own).version == f"{library.version}+41"
    for typed in ("/timeline 2018", "/exports", "/cite fp-2019¶6", "/sources", "/help"):
        assert engine.reply(typed, own) == engine.reply(typed)
    assert engine.reply(PERMIT["question"], engine.own_entries()).version == library.version


def test_every_state_of_a_server_has_a_version_of_its_own(engine: Engine, library: Library) -> None:
    own = engine.own_entries([entry("zork-permit", content(library), change=3)])
    seen = [own.version]
    for change in (4, 5):
        own.put_pointer(pointer("scoop on wigglies", "fp-2019¶4", change))
        seen.append(own.version)
    own.drop_pointer(4)
    seen.append(own.version)
    own.put(entry("zork-permit", content(library), change=6, state=State.RETIRED))
    seen.append(own.version)
    assert len(set(seen)) == len(seen)
    own.drop_pointer(5)
    assert own.version == "6"


# Kept up to date


def replies(engine: Engine, own: OwnEntries, questions: Iterable[str]) -> list[Answer]:
    return [engine.reply(question, own) for question in questions]


WORDS = "zork permit shuttle aid delay Pompeo wiggly milk cholera how long why who the a of weeks"
SAYINGS = st.lists(st.sampled_from(WORDS.split()), min_size=2, max_size=6).map(" ".join)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("a", "b", "does-it-use-ai")), st.sampled_from(State), SAYINGS, SAYINGS, st.booleans()
    )
    | st.tuples(st.just("point"), st.sampled_from(("fp-2019¶4", "a", "does-it-use-ai")), SAYINGS)
    | st.tuples(st.just("unpoint"), st.integers(0, 9)),
    max_size=12,
)


@given(CHANGES, st.lists(SAYINGS, min_size=1, max_size=6))
def test_an_index_kept_up_to_date_answers_as_one_built_anew(
    engine: Engine, library: Library, changes: list[tuple[object, ...]], asked: list[str]
) -> None:
    own = engine.own_entries()
    entries: dict[str, Entry] = {}
    pointers: dict[int, Pointer] = {}
    for number, change in enumerate(changes, 1):
        match change:
            case ("point", str(target), str(question)):
                pointers[number] = pointer(question, target, number)
                own.put_pointer(pointers[number])
                asked.append(question)
            case ("unpoint", int(place)):
                for gone in list(pointers)[place : place + 1]:
                    own.drop_pointer(gone)
                    del pointers[gone]
            case (str(id_), State() as state, str(question), str(other), bool(is_stale)):
                said = content(library, question=f"{question} zork", alternatives=other)
                entries[id_] = entry(id_, stale(said) if is_stale else said, number, state)
                own.put(entries[id_])
                asked += [question, other]
    anew = engine.own_entries(sorted(entries.values(), key=lambda e: e.change), pointers.values())
    assert replies(engine, own, asked) == replies(engine, anew, asked)
    assert engine.faq_search(WORDS, own) == engine.faq_search(WORDS, anew)
    assert engine.faq_list(own=own) == engine.faq_list(own=anew)


def test_putting_the_same_again_changes_nothing(engine: Engine, library: Library, own: OwnEntries) -> None:
    before = engine.reply("tell me about zork", own)
    own.put(entry("zork-permit", content(library)))
    own.drop("nobody")
    own.drop_pointer(99)
    assert engine.reply("tell me about zork", own) == before
