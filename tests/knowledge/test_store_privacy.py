"""What is kept of people and servers: counted, shown, forgotten, and not kept for longer than it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge.entries import Action, State
from knowledge.errors import BlockedError
from knowledge.guild_settings import GuildSettings
from knowledge.store import (
    AskedQuestion,
    Block,
    CastVote,
    Decision,
    Forgotten,
    MadeRevision,
    Outcome,
    PersonalData,
    Statistics,
    Store,
    Votes,
)
from tests.knowledge.databases import contents
from tests.knowledge.store_samples import (
    ELSEWHERE,
    GUILD,
    MODERATOR,
    NOW,
    OTHER,
    PERSON,
    SECOND,
    draft,
    revision,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOMEBODY = 4242424242424242


async def ask(store: Store, key: str, user_id: int, day: int = 0) -> int:
    asked = await store.ask_moderators(
        GUILD, user_id, f"{key}, asks {user_id}", key, NOW + day * DAY, channel_id=11, tell="dm", quota=9
    )
    return asked.question_id


async def fill(store: Store) -> None:
    """Let people and moderators of a server leave something of every kind."""
    await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
    await store.vote_reason("card", PERSON, "too long", "how long?")
    await store.vote("card", OTHER, helpful=True, guild_id=GUILD, at=NOW)
    await ask(store, "permit", PERSON, 0)
    await ask(store, "permit", OTHER, 1)
    closed = await ask(store, "alone", PERSON, 2)
    await store.close_question(GUILD, closed, Outcome.POINTED, MODERATOR, NOW + 3 * DAY)
    await store.add_entry(GUILD, "permit", revision())
    edit = revision("New.", author_id=SECOND, approver_id=MODERATOR, at=NOW + HOUR, action=Action.EDIT)
    await store.change_entry(GUILD, "permit", 1, edit)
    await store.keep_draft(draft(), NOW)
    await store.keep_draft(draft(submitted=True), NOW + DAY)
    await store.point(GUILD, "how long?", "permit", MODERATOR, NOW + DAY)
    await store.block(GUILD, PERSON, MODERATOR, NOW + 2 * DAY)
    await store.save_guild_settings(GUILD, GuildSettings(two_person_rule=True))


# Statistics


async def test_of_a_server_without_anything_all_counts_are_zero(store: Store) -> None:
    nothing = dict.fromkeys(State, 0)
    assert await store.statistics(GUILD) == Statistics(nothing, 0, 0, 0, Votes())


async def test_a_server_is_counted_by_itself(store: Store) -> None:
    await fill(store)
    for entry_id in ("a", "b"):
        await store.add_entry(GUILD, entry_id, revision(state=State.RETIRED))
    await store.add_entry(ELSEWHERE, "c", revision())
    await store.vote("card", 99, helpful=True, guild_id=ELSEWHERE, at=NOW)
    await ask(store, "another", SOMEBODY)
    assert await store.statistics(GUILD) == Statistics(
        entries={State.PUBLISHED: 1, State.RETIRED: 2},
        drafts=2,
        open_questions=2,
        askers=3,
        votes=Votes(helpful=1, unhelpful=1),
    )


# What is kept of a person


async def test_all_that_is_kept_of_a_person_is_shown(store: Store) -> None:
    await fill(store)
    assert await store.personal_data(PERSON) == PersonalData(
        votes=(CastVote(GUILD, "card", False, NOW, "too long", "how long?"),),
        questions=(
            AskedQuestion(GUILD, f"permit, asks {PERSON}", NOW, 11, "dm", None),
            AskedQuestion(GUILD, f"alone, asks {PERSON}", NOW + 2 * DAY, 11, "dm", Outcome.POINTED),
        ),
        blocks=(Block(GUILD, NOW + 2 * DAY),),
    )


async def test_all_that_is_kept_of_a_moderator_is_shown(store: Store) -> None:
    await fill(store)
    data = await store.personal_data(MODERATOR)
    assert data == PersonalData(
        drafts=await store.drafts(GUILD, MODERATOR),
        revisions=(
            MadeRevision(GUILD, "permit", 1, NOW, approved=False),
            MadeRevision(GUILD, "permit", 2, NOW + HOUR, approved=True),
        ),
        decisions=(
            Decision(GUILD, "pointed", NOW + DAY),
            Decision(GUILD, "blocked", NOW + 2 * DAY),
            Decision(GUILD, "closed", NOW + 3 * DAY),
        ),
    )
    assert len(data.drafts) == 2
    made = (await store.personal_data(SECOND)).revisions
    assert made == (MadeRevision(GUILD, "permit", 2, NOW + HOUR, approved=False),)
    assert made[0].approved is False


async def test_of_a_stranger_nothing_is_kept(store: Store) -> None:
    await fill(store)
    assert await store.personal_data(99) == PersonalData()
    assert await store.forget_person(99) == Forgotten()


# What a person can have deleted


async def test_a_person_is_forgotten_but_for_the_block(store: Store) -> None:
    await fill(store)
    assert await store.forget_person(PERSON) == Forgotten(votes=1, questions=2)
    assert await store.personal_data(PERSON) == PersonalData(blocks=(Block(GUILD, NOW + 2 * DAY),))
    assert await store.votes("card") == Votes(1, 0)
    assert await store.vote_reasons(GUILD) == ()
    with pytest.raises(BlockedError):
        await ask(store, "again", PERSON)


async def test_what_others_asked_too_stays_in_their_words(store: Store) -> None:
    await fill(store)
    await store.forget_person(PERSON)
    (waiting,) = await store.open_questions(GUILD)
    assert (waiting.text, waiting.askers, waiting.first_at) == (f"permit, asks {OTHER}", 1, NOW + DAY)
    await store.forget_person(OTHER)
    assert await store.open_questions(GUILD) == ()


async def test_the_revisions_of_a_forgotten_moderator_stay_without_the_name(store: Store) -> None:
    await fill(store)
    before = await store.revisions(GUILD, "permit")
    forgotten = await store.forget_person(MODERATOR)
    assert forgotten == Forgotten(drafts=2, revisions=2, decisions=3)
    assert await store.personal_data(MODERATOR) == PersonalData()
    after = await store.revisions(GUILD, "permit")
    assert [(one.author_id, one.approver_id) for one in after] == [(None, None), (SECOND, None)]
    assert [one.content for one in after] == [one.content for one in before]
    assert await store.blocked(GUILD) == {PERSON}
    assert len(await store.pointers(GUILD)) == 1


async def test_no_trace_of_a_forgotten_person_is_left_in_the_tables(url: str) -> None:
    async with await Store.open(url) as store:
        await fill(store)
        await store.vote("card", SOMEBODY, helpful=False, guild_id=GUILD, at=NOW)
        await store.vote_reason("card", SOMEBODY, "why", "what?")
        await ask(store, "permit", SOMEBODY)
        await store.close_question(GUILD, await ask(store, "own", SOMEBODY), Outcome.DISMISSED, SOMEBODY, NOW)
        kept = await store.keep_draft(draft(author_id=SOMEBODY), NOW)
        both = revision(author_id=SOMEBODY, approver_id=SOMEBODY)
        await store.add_entry(GUILD, "new", both, draft_id=kept.id)
        await store.point(GUILD, "how long?", "permit", SOMEBODY, NOW)
        await store.block(GUILD, 1, SOMEBODY, NOW)
        assert (await store.forget_person(SOMEBODY)).revisions == 1
    assert str(SOMEBODY) not in str(await contents(url))


# How long things are kept


async def test_what_is_older_than_it_may_be_is_deleted(store: Store) -> None:
    await fill(store)
    await store.vote("another card", PERSON, helpful=True, guild_id=GUILD, at=NOW + DAY)
    deleted = await store.enforce_retention(before=NOW + HOUR)
    assert deleted == Forgotten(votes=2, questions=1, drafts=1)
    assert await store.votes("card") == Votes()
    assert await store.votes("another card") == Votes(1, 0)
    assert await store.vote_reasons(GUILD) == ()
    (waiting,) = await store.open_questions(GUILD)
    assert (waiting.text, waiting.askers) == (f"permit, asks {OTHER}", 1)
    (left,) = await store.drafts(GUILD)
    assert left.submitted


async def test_after_long_enough_only_what_moderators_made_is_left(store: Store) -> None:
    await fill(store)
    assert await store.enforce_retention(before=NOW + 99 * DAY) == Forgotten(votes=2, questions=3, drafts=1)
    assert await store.open_questions(GUILD) == ()
    assert (await store.personal_data(PERSON)).questions == ()
    assert len(await store.revisions(GUILD, "permit")) == 2
    assert len(await store.pointers(GUILD)) == 1
    assert len(await store.drafts(GUILD)) == 1
    assert await store.blocked(GUILD) == {PERSON}
    assert await store.enforce_retention(before=NOW + 99 * DAY) == Forgotten()


async def test_what_happened_at_the_moment_itself_stays(store: Store) -> None:
    await fill(store)
    assert await store.enforce_retention(before=NOW) == Forgotten()


async def test_a_draft_that_was_touched_since_stays(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    await store.keep_draft(kept, NOW + 2 * DAY)
    assert await store.enforce_retention(before=NOW + DAY) == Forgotten()


async def test_a_server_that_is_forgotten_leaves_nothing(store: Store, url: str) -> None:
    await fill(store)
    await store.left(GUILD, NOW)
    assert await store.forget_servers(left_before=NOW + DAY) == (GUILD,)
    assert [name for name, rows in (await contents(url)).items() if rows] == ["numbers"]
