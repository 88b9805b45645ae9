"""The desk: what moderators change is stored, found at once, and never differs between store and index."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import desk as desk_module
from knowledge import drafts
from knowledge.answers import Answer, Kind, Status
from knowledge.citations import Citation
from knowledge.database_files import url_of_file
from knowledge.desk import (
    Desk,
    DraftChangedError,
    RuleError,
    StateError,
    UnchangedError,
    WordingError,
)
from knowledge.drafts import DraftError
from knowledge.engine import Engine
from knowledge.entries import Action, Draft, Entry, State
from knowledge.entry_files import ImportedEntry, export, read_entries
from knowledge.errors import (
    DeskError,
    EntryChangedError,
    EntryExistsError,
    InputError,
    NoDraftError,
    NoEntryError,
    StoreError,
)
from knowledge.guild_settings import GuildSettings
from knowledge.library import Library
from knowledge.replies import POINTED, STALE
from knowledge.store import Store

GUILD, ELSEWHERE = 11, 12
ANN, BEN = 1, 2
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

TYPED = {
    "question": "How long does a zork permit take?",
    "answer": "Six weeks.",
    "alternatives": "zork waiting time",
    "citations": "fp-2019¶6",
}


@dataclass
class Clock:
    """A clock that is set by hand."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.moment


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(url_of_file(tmp_path / "bot.db")) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(engine: Engine, store: Store, clock: Clock) -> Desk:
    return Desk(engine, store, clock)


def draft(entry: Entry | None = None, author: int = ANN, /, **fields: str) -> Draft:
    """Return a new draft, or one that edits an entry."""
    if entry is None:
        return Draft(GUILD, author, {**TYPED, **fields})
    typed = {**drafts.typed(entry.content), **fields}
    return Draft(GUILD, author, typed, entry.id, entry.revision.number)


async def entry_now(store: Store, entry_id: str) -> Entry:
    entry = await store.entry(GUILD, entry_id)
    assert entry is not None
    return entry


def asked(engine: Engine, desk: Desk, question: str, guild_id: int = GUILD) -> Answer:
    return engine.reply(question, desk.own(guild_id))


def said(answer: Answer) -> str:
    return answer.statements[0].text


# Publishing


async def test_a_published_entry_is_found_by_the_very_next_question_in_every_wording(
    engine: Engine, desk: Desk
) -> None:
    entry = await desk.publish(draft(), by=ANN)
    for question in (TYPED["question"], "ZORK waiting time!", "how long would zork permits take"):
        answer = asked(engine, desk, question)
        assert (answer.kind, said(answer)) == (Kind.FAQ, "Six weeks.")
    assert asked(engine, desk, TYPED["question"], ELSEWHERE).status is Status.REFUSED
    assert (entry.id, entry.state) == ("how-long-does-a-zork-permit-take", State.PUBLISHED)
    revision = entry.revision
    assert (revision.number, revision.action, revision.author_id, revision.approver_id, revision.at) == (
        *(1, Action.ADD, ANN, None, NOW),
    )


async def test_a_draft_is_gone_once_it_is_published(desk: Desk, store: Store) -> None:
    kept = await desk.keep(draft(reason=" because \n I say so "))
    entry = await desk.publish(kept, by=ANN)
    assert entry.revision.reason == "because I say so"
    assert await store.drafts(GUILD) == ()
    with pytest.raises(NoDraftError):
        await desk.publish(kept, by=ANN)


async def test_an_edit_is_found_under_its_new_wordings_alone(engine: Engine, desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    edited = await desk.publish(draft(entry, alternatives="zorkish queue", answer="Seven."), by=ANN)
    assert (edited.id, edited.revision.number, edited.revision.action) == (entry.id, 2, Action.EDIT)
    assert said(asked(engine, desk, "zorkish queue")) == "Seven."
    assert said(asked(engine, desk, TYPED["question"])) == "Seven."


async def test_faults_are_named_and_nothing_is_lost(desk: Desk, store: Store) -> None:
    kept = await desk.keep(draft(question="", citations="bbc¶1"))
    for attempt in (desk.publish(kept, by=ANN), desk.submit(kept)):
        with pytest.raises(DraftError) as caught:
            await attempt
        assert {fault.field for fault in caught.value.faults} == {"question", "citations"}
    assert await store.drafts(GUILD) == (kept,)
    assert desk.own(GUILD) is None


async def test_a_wording_belongs_to_one_entry(desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    with pytest.raises(DraftError) as caught:
        await desk.publish(draft(question="Anything else?", alternatives="“Zork” waiting-time?"), by=ANN)
    (fault,) = caught.value.faults
    assert (fault.field, entry.id in fault.problem) == ("alternatives", True)
    await desk.publish(draft(entry, answer="Seven."), by=ANN)


async def test_ids_are_made_from_the_question_or_typed_and_no_id_is_taken_twice(desk: Desk) -> None:
    ids = [
        (await desk.publish(draft(**fields), by=ANN)).id
        for fields in (
            {"question": "Does it use AI?", "alternatives": ""},
            {"id": "zork", "alternatives": ""},
            {"question": "Is it zork?", "alternatives": ""},
            {"question": "Is it “zork”, or isn't it?", "id": "", "alternatives": ""},
        )
    ]
    assert ids == ["does-it-use-ai-2", "zork", "is-it-zork", "is-it-zork-or-isnt-it"]
    with pytest.raises(EntryExistsError) as caught:
        await desk.publish(draft(question="Which zork?", id="zork", alternatives=""), by=ANN)
    assert caught.value.entry.id == "zork"


async def test_with_the_id_of_a_shipped_entry_it_stands_in_its_place(engine: Engine, desk: Desk) -> None:
    await desk.publish(draft(id="does-it-use-ai"), by=ANN)
    assert said(asked(engine, desk, TYPED["question"])) == "Six weeks."
    assert not asked(engine, desk, "are you chatgpt?").editorial
    assert asked(engine, desk, "are you chatgpt?", ELSEWHERE).editorial
    await desk.retire(GUILD, "does-it-use-ai", 1, ANN)
    assert asked(engine, desk, "are you chatgpt?").editorial


async def test_the_second_of_two_who_edit_is_shown_what_the_first_wrote(engine: Engine, desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    mine, theirs = await desk.keep(draft(entry, answer="A.")), draft(entry, BEN, answer="B.")
    await desk.publish(theirs, by=BEN)
    with pytest.raises(EntryChangedError) as caught:
        await desk.publish(mine, by=ANN)
    assert caught.value.entry.content.answer == "B."
    assert said(asked(engine, desk, TYPED["question"])) == "B."
    assert await desk.keep(mine) == mine


async def test_what_changes_nothing_makes_no_revision(desk: Desk, store: Store) -> None:
    entry = await desk.publish(draft(), by=ANN)
    with pytest.raises(UnchangedError):
        await desk.publish(draft(entry, reason="just so"), by=ANN)
    with pytest.raises(UnchangedError):
        await desk.submit(draft(entry))
    await desk.publish(draft(entry, answer="Seven."), by=ANN)
    await desk.publish(draft(await entry_now(store, entry.id), answer=TYPED["answer"]), by=ANN)
    with pytest.raises(UnchangedError):
        await desk.revert(GUILD, entry.id, 3, ANN, to=1)
    await desk.retire(GUILD, entry.id, 3, ANN)
    again = await desk.publish(draft(await entry_now(store, entry.id)), by=ANN)
    assert (again.revision.number, again.state) == (5, State.PUBLISHED)


async def test_a_shipped_entry_is_not_replaced_by_one_that_says_the_same(engine: Engine, desk: Desk) -> None:
    shipped = next(one for one in engine.library.faq if one.id == "does-it-use-ai")
    same = Draft(GUILD, ANN, drafts.typed(shipped), shipped.id)
    with pytest.raises(UnchangedError):
        await desk.publish(same, by=ANN)
    await desk.publish(replace(same, typed={**same.typed, "answer": "No."}), by=ANN)


async def test_wordings_that_something_answers_already_are_known_before_the_draft_takes_them(
    engine: Engine, desk: Desk
) -> None:
    passage = engine.library.sources["fp-2019"].passages[5]
    await desk.point(GUILD, "scoop on wigglies", "fp-2019¶4", ANN)
    written = draft(
        question="Are you ChatGPT?", alternatives=f"{passage.asks[0]}\nscoop, on wigglies?\nzork queue"
    )
    shipped, asked, pointed = desk.answered_already(written)
    assert (shipped.wording, shipped.address, shipped.pointed) == (
        "Are you ChatGPT?",
        "does-it-use-ai",
        False,
    )
    assert (asked.wording, asked.address) == (passage.asks[0], f"fp-2019¶{passage.ref}")
    assert (pointed.wording, pointed.address, pointed.pointed) == ("scoop, on wigglies?", "fp-2019¶4", True)
    entry = await desk.publish(written, by=ANN)
    assert desk.answered_already(draft(entry, answer="Other.")) == ()


# The two-person rule


async def test_under_the_two_person_rule_somebody_else_publishes_what_was_submitted(desk: Desk) -> None:
    await desk.change_settings(GUILD, lambda _: GuildSettings(two_person_rule=True))
    kept = await desk.keep(draft())
    for by in (ANN, BEN):
        with pytest.raises(RuleError):
            await desk.publish(kept, by)
    submitted = await desk.submit(kept)
    with pytest.raises(RuleError):
        await desk.publish(submitted, ANN)
    entry = await desk.publish(submitted, BEN)
    assert (entry.revision.author_id, entry.revision.approver_id) == (ANN, BEN)


async def test_what_was_changed_after_the_preview_is_not_published_unseen(desk: Desk) -> None:
    seen = await desk.submit(draft())
    rude = await desk.keep(replace(seen, typed={**TYPED, "answer": "Something rude."}))
    again = await desk.submit(rude)
    with pytest.raises(DraftChangedError) as caught:
        await desk.publish(seen, BEN)
    assert caught.value.draft == again
    await desk.keep(again)
    with pytest.raises(DeskError):
        await desk.publish(again, BEN)


async def test_an_import_needs_a_second_moderator_too(desk: Desk, library: Library) -> None:
    await desk.change_settings(GUILD, lambda _: GuildSettings(two_person_rule=True))
    imported = [ImportedEntry("zork", drafts.read(TYPED, library), State.PUBLISHED)]
    for approver in (None, ANN):
        with pytest.raises(RuleError):
            await desk.import_entries(GUILD, imported, ANN, approver_id=approver)
    (entry,) = await desk.import_entries(GUILD, imported, ANN, approver_id=BEN)
    assert (entry.revision.author_id, entry.revision.approver_id) == (ANN, BEN)


async def test_a_submitted_draft_is_sent_back_with_a_reason_that_stays_until_it_is_submitted_again(
    desk: Desk, store: Store
) -> None:
    seen = await desk.submit(draft())
    with pytest.raises(RuleError):
        await desk.send_back(seen, ANN, "no")
    back = await desk.send_back(seen, BEN, " Which \n harbour? ")
    assert (back.submitted, back.sent_back, back.author_id) == (False, "Which harbour?", ANN)
    with pytest.raises(RuleError):
        await desk.publish(back, BEN)
    edited = await desk.keep(replace(back, typed={**TYPED, "answer": "Of Nampo: six weeks."}))
    assert edited.sent_back == "Which harbour?"
    assert (await desk.submit(edited)).sent_back == ""
    (kept,) = await store.drafts(GUILD)
    assert (kept.submitted, kept.sent_back) == (True, "")


async def test_nothing_is_sent_back_that_was_changed_or_published_since(desk: Desk) -> None:
    seen = await desk.submit(draft())
    await desk.keep(replace(seen, typed={**TYPED, "answer": "Seven weeks."}))
    with pytest.raises(DraftChangedError) as caught:
        await desk.send_back(seen, BEN, "no")
    again = await desk.submit(caught.value.draft)
    await desk.publish(again, BEN)
    with pytest.raises(NoDraftError):
        await desk.send_back(again, BEN, "no")


async def test_a_draft_is_kept_over_what_was_read_and_over_nothing_else(desk: Desk) -> None:
    read = await desk.keep(draft())
    first, second = (replace(read, typed={**TYPED, "answer": text}) for text in ("One.", "Two."))
    kept = await desk.keep(first, over=read)
    with pytest.raises(DraftChangedError) as caught:
        await desk.keep(second, over=read)
    assert caught.value.draft == kept


@pytest.mark.parametrize("way", ["submit", "discard"])
async def test_what_was_typed_elsewhere_since_is_neither_submitted_over_nor_discarded(
    desk: Desk, store: Store, way: str
) -> None:
    seen = await desk.keep(draft())
    later = await desk.keep(replace(seen, typed={**TYPED, "answer": "Of Nampo: six weeks."}), over=seen)
    with pytest.raises(DraftChangedError) as caught:
        await getattr(desk, way)(seen)
    assert caught.value.draft == later
    assert await store.drafts(GUILD) == (later,)
    await desk.discard(later)
    with pytest.raises(NoDraftError):
        await getattr(desk, way)(later)


# Retiring, restoring, reverting


async def test_a_retired_entry_is_out_at_once_and_back_when_restored(engine: Engine, desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    retired = await desk.retire(GUILD, entry.id, 1, BEN, "wrong")
    assert (retired.state, retired.revision.author_id, retired.revision.reason) == (
        State.RETIRED,
        BEN,
        "wrong",
    )
    assert asked(engine, desk, TYPED["question"]).status is Status.REFUSED
    with pytest.raises(StateError):
        await desk.retire(GUILD, entry.id, 2, BEN)
    await desk.restore(GUILD, entry.id, 2, ANN)
    assert said(asked(engine, desk, TYPED["question"])) == "Six weeks."
    with pytest.raises(StateError):
        await desk.restore(GUILD, entry.id, 3, ANN)


async def test_an_entry_can_go_back_to_any_revision(engine: Engine, desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    edited = await desk.publish(draft(entry, answer="Seven.", alternatives=""), by=ANN)
    retired = await desk.retire(GUILD, entry.id, edited.revision.number, ANN)
    reverted = await desk.revert(GUILD, entry.id, retired.revision.number, BEN, "it was right", to=1)
    assert (reverted.revision.number, reverted.revision.action, reverted.state) == (
        *(4, Action.REVERT, State.PUBLISHED),
    )
    assert said(asked(engine, desk, "zork waiting time")) == "Six weeks."
    with pytest.raises(InputError):
        await desk.revert(GUILD, entry.id, 4, BEN, to=9)


async def test_what_was_changed_meanwhile_or_never_was_is_refused(desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    await desk.publish(draft(entry, answer="Seven."), by=ANN)
    for change in (
        desk.retire(GUILD, entry.id, 1, ANN),
        desk.restore(GUILD, entry.id, 1, ANN),
        desk.revert(GUILD, entry.id, 1, ANN, to=1),
    ):
        with pytest.raises(EntryChangedError):
            await change
    for change in (desk.retire(GUILD, "nope", 1, ANN), desk.revert(GUILD, "nope", 1, ANN, to=1)):
        with pytest.raises(NoEntryError):
            await change


async def test_an_entry_whose_wording_another_took_meanwhile_stays_out(desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    await desk.retire(GUILD, entry.id, 1, ANN)
    other = await desk.publish(draft(question="Zork waiting time", alternatives=""), by=ANN)
    for change in (desk.restore(GUILD, entry.id, 2, ANN), desk.revert(GUILD, entry.id, 2, ANN, to=1)):
        with pytest.raises(WordingError, match=other.id):
            await change


# Import and export


@pytest.fixture(params=[0, 1_000])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an import build the index anew, or not."""
    monkeypatch.setattr(desk_module, "REBUILT_FROM", request.param)


@pytest.mark.usefixtures("many")
async def test_what_was_exported_is_imported_elsewhere_and_found(
    engine: Engine, desk: Desk, store: Store, library: Library
) -> None:
    entry = await desk.publish(draft(), by=ANN)
    other = await desk.publish(draft(question="Which zork?", alternatives="", answer="That."), by=ANN)
    await desk.retire(GUILD, other.id, 1, ANN)
    imported = read_entries(export(await store.entries(GUILD)), "entries.yaml", library)
    added = await desk.import_entries(ELSEWHERE, imported, BEN, "moved here")
    assert {one.id for one in added} == {entry.id, other.id}
    assert said(asked(engine, desk, TYPED["question"], ELSEWHERE)) == "Six weeks."
    assert "That." not in said(asked(engine, desk, "which zork?", ELSEWHERE))
    assert await desk.import_entries(ELSEWHERE, imported, BEN) == ()


async def test_an_import_takes_wordings_from_one_entry_to_another_but_never_gives_one_to_two(
    engine: Engine, desk: Desk, store: Store, library: Library
) -> None:
    entry = await desk.publish(draft(), by=ANN)
    content = drafts.read({**TYPED, "answer": "Other."}, library)
    with pytest.raises(WordingError, match="waiting time"):
        await desk.import_entries(GUILD, [ImportedEntry("other", content, State.PUBLISHED)], ANN)
    assert [e.id for e in await store.entries(GUILD)] == [entry.id]
    moved = [
        ImportedEntry("other", content, State.PUBLISHED),
        ImportedEntry(entry.id, entry.content, State.RETIRED),
    ]
    await desk.import_entries(GUILD, moved, ANN)
    assert said(asked(engine, desk, "zork waiting time")) == "Other."


# Reviews


async def test_entries_are_due_when_a_passage_changed_or_their_day_has_come(
    engine: Engine, desk: Desk, store: Store, clock: Clock
) -> None:
    await desk.publish(draft(), by=ANN)
    dated = await desk.publish(draft(question="Which zork?", alternatives="", review_on="2026-02-28"), by=ANN)
    assert await desk.due(GUILD) == ()
    clock.moment = datetime(2026, 3, 1, tzinfo=UTC)
    (due,) = await desk.due(GUILD)
    assert (due.entry, due.reasons) == (dated, ("its review date, 2026-02-28, has come",))

    source, passage = engine.library.resolve(dated.content.citations[0])
    passages = tuple(replace(p, note="Else.") if p is passage else p for p in source.passages)
    sources = {**engine.library.sources, source.id: replace(source, passages=passages)}
    changed = Engine(replace(engine.library, sources=sources))
    later = Desk(changed, store, lambda: NOW)
    await later.load()
    assert len(await later.due(GUILD)) == 2
    answer = changed.reply(TYPED["question"], later.own(GUILD))
    assert any(note.startswith(STALE.partition("{")[0]) for note in answer.notes)
    assert await desk.due(ELSEWHERE) == ()


# Questions that were not answered


async def test_a_pointed_question_is_found_from_then_on_until_it_is_taken_back(
    engine: Engine, desk: Desk, store: Store
) -> None:
    question = "what's the scoop on wiggly milk things?"
    pointer = await desk.point(GUILD, f" {question} ", "FP-2019 13", ANN)
    assert pointer.target == "fp-2019¶13"
    assert str(asked(engine, desk, question).citations[0]) == "fp-2019¶13"
    assert await desk.unpoint(GUILD, pointer.change)
    assert asked(engine, desk, question).status is Status.REFUSED
    assert not await desk.unpoint(GUILD, pointer.change)
    assert await store.pointers(GUILD) == ()


@pytest.mark.parametrize("target", ["fp-2019 13", "does-it-use-ai", "zork"])
async def test_where_a_question_is_to_be_pointed_is_seen_as_it_will_be_and_changes_nothing(
    engine: Engine, desk: Desk, target: str
) -> None:
    await desk.publish(draft(id="zork"), by=ANN)
    question = "scoop on wigglies"
    before = asked(engine, desk, question)
    address, shown = desk.preview_point(GUILD, question, target)
    assert asked(engine, desk, question) == before
    pointer = await desk.point(GUILD, question, target, ANN)
    assert (pointer.target, replace(shown, version="")) == (
        address,
        replace(asked(engine, desk, question), version=""),
    )
    assert POINTED in shown.notes
    with pytest.raises(InputError):
        desk.preview_point(GUILD, question, "fp-2019¶999")


async def test_a_question_can_be_pointed_to_an_entry(engine: Engine, desk: Desk) -> None:
    entry = await desk.publish(draft(), by=ANN)
    await desk.point(GUILD, "scoop on wigglies", entry.id, ANN)
    await desk.point(GUILD, "scoop on robots", "does-it-use-ai", ANN)
    assert said(asked(engine, desk, "scoop on wigglies")) == "Six weeks."
    assert asked(engine, desk, "scoop on robots").editorial


@pytest.mark.parametrize(
    ("question", "target"),
    [
        *(("scoop on wigglies", target) for target in ("", "nope", "fp-2019¶99", "bbc¶1")),
        *((question, "fp-2019¶6") for question in ("", "?!", "x" * 301)),
    ],
)
async def test_what_leads_nowhere_or_asks_nothing_is_not_pointed(
    desk: Desk, store: Store, question: str, target: str
) -> None:
    with pytest.raises(InputError):
        await desk.point(GUILD, question, target, ANN)
    assert await store.pointers() == ()


def test_the_same_question_has_the_same_key_however_it_is_put(engine: Engine, store: Store) -> None:
    key = engine.question_key
    assert key("Why did Pompeo limit aid?") == key("  hey bot, why did POMPAO limit the aid") != ""
    assert key("aid limited by Pompeo, why") == key("Why did Pompeo limit aid?")
    assert key("when did Pompeo limit aid") != key("why did Pompeo limit aid")
    assert key("who are they") != key("who are we") or key("who are they") == "?who"
    assert key("북한") != key("한국") != ""


def test_the_closest_passages_are_shown_for_what_is_not_answered(engine: Engine) -> None:
    question = "what was the name of the North Korean intelligence officer?"
    assert engine.reply(question).status is Status.REFUSED
    assert "fp-2019¶10" in [str(excerpt.citation) for excerpt in engine.closest(question)]
    assert engine.closest("zebra xylophone") == ()


# Memory and store


async def test_after_a_restart_everything_is_as_it_was(engine: Engine, desk: Desk, store: Store) -> None:
    await desk.publish(draft(), by=ANN)
    await desk.point(ELSEWHERE, "scoop on wigglies", "fp-2019¶6", ANN)
    await desk.change_settings(GUILD, lambda _: GuildSettings(two_person_rule=True))
    again = Desk(engine, store, lambda: NOW)
    assert again.own(GUILD) is None
    await again.load()
    for guild_id, question in ((GUILD, TYPED["question"]), (ELSEWHERE, "scoop on wigglies")):
        assert asked(engine, again, question, guild_id) == asked(engine, desk, question, guild_id)
    assert again.settings(GUILD).two_person_rule
    assert again.settings(ELSEWHERE) == GuildSettings()
    assert again.own(None) is None


async def test_a_server_that_is_forgotten_has_nothing(engine: Engine, desk: Desk, store: Store) -> None:
    await desk.publish(draft(), by=ANN)
    await store.left(GUILD, NOW)
    assert await store.forget_servers(datetime(2027, 1, 1, tzinfo=UTC)) == (GUILD,)
    await desk.forget(GUILD)
    assert desk.own(GUILD) is None
    await desk.publish(draft(), by=ANN)
    assert said(asked(engine, desk, TYPED["question"])) == "Six weeks."


async def test_many_changes_at_once_come_one_after_the_other(
    engine: Engine, desk: Desk, store: Store
) -> None:
    questions = [f"What is zork number {number}?" for number in range(20)]
    await asyncio.gather(*(desk.publish(draft(question=q, alternatives=""), by=ANN) for q in questions))
    anew = engine.own_entries(await store.entries(GUILD))
    for question in questions:
        assert asked(engine, desk, question) == engine.reply(question, anew)
    edits = [draft(entry, by, answer=str(by)) for entry in await store.entries(GUILD) for by in (1, 2)]
    done = await asyncio.gather(*(desk.publish(d, d.author_id) for d in edits), return_exceptions=True)
    assert (
        sum(isinstance(one, Entry) for one in done) == sum(isinstance(one, DeskError) for one in done) == 20
    )


async def test_whoever_goes_away_leaves_no_change_half_made(engine: Engine, desk: Desk, store: Store) -> None:
    for number in range(20):
        publishing = asyncio.create_task(
            desk.publish(draft(question=f"Zork {number}?", alternatives=""), ANN)
        )
        for _ in range(number):
            await asyncio.sleep(0.0005)
        publishing.cancel()
    await desk.publish(draft(question="Last zork?", alternatives=""), ANN)
    stored = await store.entries(GUILD)
    own = desk.own(GUILD)
    assert own is not None
    assert [entry.id for entry in own.entries] == [entry.id for entry in stored]


# Whatever is done, the index answers as one built from the store


@dataclass(frozen=True)
class Doing:
    """What a moderator does: to which of the entries, with which words, and what else is chosen."""

    what: str
    place: int
    words: str
    choice: int


WORDS = "zork permit shuttle aid delay Pompeo wiggly milk cholera how long why weeks ai"
SAYINGS = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=5).map(" ".join)
WHAT = ("add", "edit", "retire", "restore", "revert", "point", "unpoint", "import", "override")
DOINGS = st.builds(Doing, st.sampled_from(WHAT), st.integers(0, 5), SAYINGS, st.integers(0, 5))


class Moderator:
    """Does things at the desk, as somebody who looks at the store first."""

    def __init__(self, desk: Desk, store: Store, library: Library) -> None:
        """Take the desk and what is there."""
        self._desk = desk
        self._store = store
        self._library = library

    async def do(self, doing: Doing) -> None:
        """Do something; what the desk refuses is not done."""
        entries = await self._store.entries(GUILD)
        entry = entries[doing.place % len(entries)] if entries else None
        try:
            await self._do(doing, entry)
        except (DeskError, InputError):
            assert doing.what not in ("unpoint",)

    async def _do(self, doing: Doing, entry: Entry | None) -> None:
        desk, words = self._desk, doing.words
        typed = {
            "question": f"{words} zork",
            "alternatives": f"{words}\n{words[::-1]}",
            "answer": f"{words}!",
        }
        match doing.what, entry:
            case "add", _:
                await desk.publish(draft(**typed), ANN)
            case "override", _:
                await desk.publish(draft(**typed, id="does-it-use-ai"), ANN)
            case "import", _:
                content = drafts.read({**TYPED, **typed}, self._library)
                state = (State.PUBLISHED, State.RETIRED)[doing.choice % 2]
                await desk.import_entries(GUILD, [ImportedEntry("imported", content, state)], ANN)
            case "point", _:
                target = ("fp-2019¶4", "imported", "does-it-use-ai", entry.id if entry else "rfa-2024¶5")
                await desk.point(GUILD, words, target[doing.choice % 4], ANN)
            case "unpoint", _:
                pointers = await self._store.pointers(GUILD)
                if pointers:
                    await desk.unpoint(GUILD, pointers[doing.place % len(pointers)].change)
            case _, Entry():
                await self._change(doing, entry, typed)

    async def _change(self, doing: Doing, entry: Entry, typed: dict[str, str]) -> None:
        desk, since = self._desk, entry.revision.number
        match doing.what:
            case "edit":
                await desk.publish(draft(entry, **typed), ANN)
            case "retire":
                await desk.retire(GUILD, entry.id, since, ANN)
            case "restore":
                await desk.restore(GUILD, entry.id, since, ANN)
            case "revert":
                await desk.revert(GUILD, entry.id, since, ANN, to=1 + doing.choice % since)


@settings(max_examples=30)
@given(st.lists(DOINGS, min_size=2, max_size=25), st.lists(SAYINGS, max_size=4), st.sampled_from([1, 50]))
def test_whatever_is_done_the_index_answers_as_one_built_from_the_store(
    engine: Engine, library: Library, doings: list[Doing], sayings: list[str], many: int
) -> None:
    async def do_all(folder: Path) -> None:
        async with await Store.open(url_of_file(folder / "bot.db")) as store:
            desk = Desk(engine, store, lambda: NOW)
            moderator = Moderator(desk, store, library)
            for doing in doings:
                await moderator.do(doing)
            words = [doing.words for doing in doings]
            questions = [
                *words,
                *(f"{w} zork" for w in words),
                *(w[::-1] for w in words),
                *sayings,
                TYPED["question"],
            ]
            commands = [
                "/faq list",
                f"/faq search {WORDS}",
                *(f"/faq show {e.id}" for e in await store.entries()),
            ]
            anew = Desk(engine, store, lambda: NOW)
            await anew.load()
            for typed in (*questions, *commands, "does this use ai"):
                assert asked(engine, desk, typed) == asked(engine, anew, typed), typed

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(desk_module, "REBUILT_FROM", many)
        asyncio.run(do_all(Path(folder)))


# Several processes, each with a desk on the same store


@pytest.fixture
def elsewhere(engine: Engine, store: Store) -> Desk:
    """Return the desk of another process."""
    return Desk(engine, store, lambda: NOW)


async def test_what_another_process_did_holds_once_it_is_read(
    engine: Engine, desk: Desk, elsewhere: Desk
) -> None:
    entry = await desk.publish(draft(), ANN)
    pointer = await desk.point(GUILD, "who feeds the ferries", "fp-2019¶6", ANN)
    await desk.change_settings(GUILD, lambda old: replace(old, two_person_rule=True))
    assert elsewhere.own(GUILD) is None
    await elsewhere.catch_up()
    assert said(asked(engine, elsewhere, TYPED["question"])) == "Six weeks."
    assert asked(engine, elsewhere, "who feeds the ferries").pointed
    assert elsewhere.settings(GUILD).two_person_rule
    await elsewhere.retire(GUILD, entry.id, 1, BEN)
    await elsewhere.unpoint(GUILD, pointer.change)
    await desk.catch_up()
    assert asked(engine, desk, TYPED["question"]).status is Status.REFUSED
    assert not asked(engine, desk, "who feeds the ferries").pointed


async def test_settings_are_changed_as_they_are_and_not_as_they_were_read(
    desk: Desk, elsewhere: Desk
) -> None:
    await desk.change_settings(GUILD, lambda old: replace(old, two_person_rule=True))
    both = await elsewhere.change_settings(GUILD, lambda old: replace(old, language="ko"))
    assert both == GuildSettings(two_person_rule=True, language="ko")
    await desk.catch_up()
    assert desk.settings(GUILD) == elsewhere.settings(GUILD) == both


async def test_of_two_who_take_one_wording_in_the_same_blink_the_later_is_found_in_both_processes(
    engine: Engine, desk: Desk, elsewhere: Desk
) -> None:
    await desk.publish(draft(), ANN)
    await elsewhere.publish(draft(None, BEN, id="later", answer="Seven weeks."), BEN)
    for one in (elsewhere, desk):
        await one.catch_up()
        own = one.own(GUILD)
        assert own is not None
        assert [entry.answer for entry in own.entries] == ["Six weeks.", "Seven weeks."]
        assert said(asked(engine, one, TYPED["question"])) == "Seven weeks."


async def test_what_could_not_be_read_is_read_the_next_time(
    engine: Engine, desk: Desk, elsewhere: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.publish(draft(), ANN)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "entries", broken)
        with pytest.raises(StoreError):
            await elsewhere.catch_up()
    await elsewhere.catch_up()
    assert said(asked(engine, elsewhere, TYPED["question"])) == "Six weeks."


async def broken(*_: object, **__: object) -> None:
    raise StoreError("The database is away.")


async def test_what_another_process_forgot_is_forgotten(desk: Desk, elsewhere: Desk, store: Store) -> None:
    await desk.publish(draft(), ANN)
    await desk.change_settings(GUILD, lambda old: replace(old, language="ko"))
    await elsewhere.load()
    await store.left(GUILD, NOW)
    await store.forget_servers(datetime(2027, 1, 1, tzinfo=UTC))
    await elsewhere.forget_what_is_gone()
    assert elsewhere.own(GUILD) is None
    assert elsewhere.settings(GUILD) == GuildSettings()


STEPS = st.tuples(DOINGS, st.integers(0, 1), st.sampled_from([(), (0,), (1,), (0, 1)]))


@settings(max_examples=30)
@given(st.lists(STEPS, min_size=2, max_size=25), st.sampled_from([1, 50]))
def test_whatever_two_processes_do_both_answer_as_one_built_from_the_store(
    engine: Engine, library: Library, steps: list[tuple[Doing, int, tuple[int, ...]]], many: int
) -> None:
    async def do_all(folder: Path) -> None:
        async with await Store.open(url_of_file(folder / "bot.db")) as store:
            desks = [Desk(engine, store, lambda: NOW) for _ in range(2)]
            moderators = [Moderator(desk, store, library) for desk in desks]
            for doing, at, catching_up in steps:
                await asyncio.gather(
                    moderators[at].do(doing), *(desks[one].catch_up() for one in catching_up)
                )
            anew = Desk(engine, store, lambda: NOW)
            await anew.load()
            words = [doing.words for doing, *_ in steps]
            shown = [f"/faq show {entry.id}" for entry in await store.entries()]
            for desk in desks:
                await desk.catch_up()
                for typed in (*words, *(f"{w} zork" for w in words), *shown, TYPED["question"], "/faq list"):
                    assert asked(engine, desk, typed) == asked(engine, anew, typed), typed

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(desk_module, "REBUILT_FROM", many)
        asyncio.run(do_all(Path(folder)))


# Another library


@pytest.fixture(scope="module")
def other(engine: Engine) -> Engine:
    """Return an engine on a library of which the passage that the entries cite says something else."""
    source, passage = engine.library.resolve(Citation.parse("fp-2019¶6"))
    passages = tuple(replace(p, note="Else.") if p is passage else p for p in source.passages)
    sources = {**engine.library.sources, source.id: replace(source, passages=passages)}
    return Engine(replace(engine.library, sources=sources, version="other"))


@settings(max_examples=15)
@given(st.lists(DOINGS, min_size=1, max_size=12), st.integers(0, 30))
def test_whatever_is_done_while_the_library_changes_all_of_it_answers_from_the_new_one(
    engine: Engine, library: Library, other: Engine, doings: list[Doing], later: int
) -> None:
    async def do_all(folder: Path) -> None:
        async with await Store.open(url_of_file(folder / "bot.db")) as store:
            desk = Desk(engine, store, lambda: NOW)
            moderator = Moderator(desk, store, library)
            for guild_id in (GUILD, ELSEWHERE, ELSEWHERE + 1):
                await desk.publish(replace(draft(), guild_id=guild_id), ANN)
            for doing in doings[: later % 5]:
                await moderator.do(doing)

            async def all_of_them() -> None:
                for doing in doings[later % 5 :]:
                    await moderator.do(doing)

            async def after_a_while() -> None:
                for _ in range(later):
                    await asyncio.sleep(0)
                await desk.move_to(other)

            await asyncio.gather(all_of_them(), after_a_while())
            anew = Desk(other, store, lambda: NOW)
            await anew.load()
            words = [f"{doing.words} zork" for doing in doings]
            shown = [f"/faq show {entry.id}" for entry in await store.entries()]
            for typed in (*words, *shown, TYPED["question"], "/faq list"):
                assert asked(other, desk, typed) == asked(other, anew, typed), typed
            assert desk.published == anew.published

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(desk_module, "REBUILT_FROM", 1 + later % 2 * 50)
        asyncio.run(do_all(Path(folder)))


async def test_what_another_library_answers_is_answered_already(engine: Engine, store: Store) -> None:
    wording = "who feeds the ferries of Nampo"
    source, passage = engine.library.resolve(Citation.parse("fp-2019¶6"))
    passages = tuple(replace(p, asks=(wording,)) if p is passage else p for p in source.passages)
    sources = {**engine.library.sources, source.id: replace(source, passages=passages)}
    desk, written = Desk(engine, store, lambda: NOW), draft(question=wording)
    assert desk.answered_already(written) == ()
    await desk.move_to(Engine(replace(engine.library, sources=sources, version="other")))
    assert [one.address for one in desk.answered_already(written)] == ["fp-2019¶6"]


async def test_a_library_for_which_entries_cannot_be_read_is_not_moved_to(
    engine: Engine, other: Engine, store: Store
) -> None:
    desk = Desk(engine, store, lambda: NOW)
    await desk.publish(draft(), ANN)
    before = asked(engine, desk, TYPED["question"])
    await store.close()
    with pytest.raises(StoreError):
        await desk.move_to(other)
    assert asked(engine, desk, TYPED["question"]) == before


async def test_what_another_process_forgot_does_not_keep_another_library_waiting(
    engine: Engine, other: Engine, store: Store
) -> None:
    desk = Desk(engine, store, lambda: NOW)
    for guild_id in (GUILD, ELSEWHERE):
        await desk.publish(replace(draft(), guild_id=guild_id), ANN)
    await store.left(GUILD, NOW)
    await store.forget_servers(datetime(2027, 1, 1, tzinfo=UTC))
    async with asyncio.timeout(20):
        await desk.move_to(other)
    assert desk.own(GUILD) is None
    assert desk.own(ELSEWHERE) is not None
