"""What people could not find, in the store: questions merged and counted, pointers, and who may not ask."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from knowledge.errors import BlockedError, NoQuestionError, QuotaError, SeveralAskersError, StoreError
from knowledge.store import AskedModerators, Asker, Closed, OpenQuestion, Outcome, Pointer, Store
from tests.knowledge.databases import execute, refusing
from tests.knowledge.store_samples import ELSEWHERE, GUILD, MODERATOR, NOW, OTHER, PERSON, SECOND

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def ask(
    store: Store,
    key: str,
    user_id: int = PERSON,
    at: datetime = NOW,
    *,
    text: str = "",
    guild_id: int = GUILD,
    tell: str = "",
    quota: int = 5,
) -> AskedModerators:
    return await store.ask_moderators(
        guild_id, user_id, text or f"{key}?", key, at, channel_id=11, tell=tell, quota=quota
    )


# Questions


async def test_the_same_question_of_several_people_is_one_with_its_askers_counted(store: Store) -> None:
    first = await ask(store, "permit long", PERSON, NOW, text="How long does a permit take?")
    assert first == AskedModerators(first.question_id, askers=1, is_new=True)
    second = await ask(store, "permit long", OTHER, NOW + HOUR, text="permits, how long??")
    assert second == AskedModerators(first.question_id, askers=2, is_new=False)
    (waiting,) = await store.open_questions(GUILD)
    assert waiting == OpenQuestion(
        id=first.question_id,
        guild_id=GUILD,
        text="How long does a permit take?",
        key="permit long",
        askers=2,
        first_at=NOW,
        last_at=NOW + HOUR,
    )
    assert await store.open_question(GUILD, first.question_id) == waiting


async def test_who_asks_the_same_again_is_counted_once_and_may_wish_to_be_told_otherwise(
    store: Store,
) -> None:
    asked = await ask(store, "permit", tell="channel")
    again = await store.ask_moderators(
        GUILD, PERSON, "other words", "permit", NOW + HOUR, channel_id=None, tell="dm", quota=1
    )
    assert again == AskedModerators(asked.question_id, askers=1, is_new=False, tell="dm")
    assert (await ask(store, "permit", at=NOW + DAY, quota=1)).tell == "dm"
    (waiting,) = await store.open_questions(GUILD)
    assert (waiting.text, waiting.last_at) == ("permit?", NOW)
    told = await store.close_question(GUILD, asked.question_id, Outcome.ANSWERED, MODERATOR, NOW)
    assert told.askers == (Asker(PERSON, None, "dm", "permit?"),)


async def test_a_question_that_was_dismissed_is_known_when_it_is_asked_again(store: Store) -> None:
    first = await ask(store, "permit")
    assert first.dismissed_at is None
    await store.close_question(GUILD, first.question_id, Outcome.ANSWERED, MODERATOR, NOW)
    second = await ask(store, "permit", OTHER, NOW + HOUR)
    assert second.dismissed_at is None
    for by, at in ((MODERATOR, NOW + HOUR), (SECOND, NOW + 2 * HOUR)):
        again = await ask(store, "permit", OTHER, at)
        await store.close_question(GUILD, again.question_id, Outcome.DISMISSED, by, at)
    asked = await ask(store, "permit", PERSON, NOW + DAY)
    assert (asked.is_new, asked.dismissed_at) == (True, NOW + 2 * HOUR)
    assert (await ask(store, "other", at=NOW + 2 * DAY)).dismissed_at is None
    assert (await ask(store, "permit", guild_id=ELSEWHERE)).dismissed_at is None
    waiting = await store.open_question(GUILD, asked.question_id)
    assert waiting is not None
    assert (waiting.dismissed_at, waiting.dismissed_by) == (NOW + 2 * HOUR, SECOND)
    await store.forget_person(SECOND)
    assert [(one.dismissed_at, one.dismissed_by) for one in await store.open_questions(GUILD)] == [
        (NOW + 2 * HOUR, None),
        (None, None),
    ]


async def test_what_most_people_ask_comes_first_then_the_oldest(store: Store) -> None:
    await ask(store, "young", PERSON, NOW + 2 * HOUR)
    await ask(store, "old", PERSON, NOW)
    await ask(store, "middle", PERSON, NOW + HOUR)
    await ask(store, "popular", PERSON, NOW + 3 * HOUR)
    await ask(store, "popular", OTHER, NOW + 4 * HOUR)
    assert [one.key for one in await store.open_questions(GUILD)] == ["popular", "old", "middle", "young"]


async def test_questions_stay_in_their_server(store: Store) -> None:
    here = await ask(store, "permit")
    there = await ask(store, "permit", guild_id=ELSEWHERE)
    assert there.is_new
    assert there.question_id != here.question_id
    assert [one.id for one in await store.open_questions(GUILD)] == [here.question_id]
    assert await store.open_question(GUILD, there.question_id) is None
    with pytest.raises(NoQuestionError):
        await store.close_question(GUILD, there.question_id, Outcome.ANSWERED, MODERATOR, NOW)


async def test_questions_are_kept_as_typed_whatever_that_is(store: Store) -> None:
    typed = "\ud83d \0 👩‍🌾 북한 '; DROP TABLE questions; --"
    await ask(store, typed, text=typed)
    (waiting,) = await store.open_questions(GUILD)
    assert (waiting.text, waiting.key) == (typed, typed)


@pytest.mark.alone  # the last of them may wait as long as the store does
async def test_240_people_who_ask_the_same_at_once_are_one_question(store: Store) -> None:
    asked = await asyncio.gather(*(ask(store, "permit", person) for person in range(240)))
    assert len({one.question_id for one in asked}) == 1
    assert sorted(one.askers for one in asked) == list(range(1, 241))
    assert sum(one.is_new for one in asked) == 1


async def test_an_asker_may_wish_to_be_told_or_not_as_long_as_the_question_is_open(store: Store) -> None:
    asked = await ask(store, "permit")
    await ask(store, "permit", OTHER)
    await store.wish(GUILD, asked.question_id, PERSON, channel_id=12, tell="dm")
    kept = [one for person in (PERSON, OTHER) for one in (await store.personal_data(person)).questions]
    assert [(one.channel_id, one.tell, one.text) for one in kept] == [
        (12, "dm", "permit?"),
        (11, "", "permit?"),
    ]
    await store.wish(GUILD, asked.question_id, PERSON, channel_id=12, tell="")
    for guild_id, person in ((ELSEWHERE, PERSON), (GUILD, SECOND)):
        with pytest.raises(NoQuestionError):
            await store.wish(guild_id, asked.question_id, person, channel_id=12, tell="dm")
    told = await store.close_question(GUILD, asked.question_id, Outcome.ANSWERED, MODERATOR, NOW)
    assert told.askers == (Asker(PERSON, 12, "", "permit?"), Asker(OTHER, 11, "", "permit?"))
    assert await store.open_question(GUILD, asked.question_id) is None
    with pytest.raises(NoQuestionError):
        await store.wish(GUILD, asked.question_id, PERSON, channel_id=12, tell="dm")


async def test_a_question_that_is_taken_back_stays_for_those_who_asked_it_too(store: Store) -> None:
    asked = await ask(store, "permit", PERSON, NOW, text="How long does a permit take?")
    await ask(store, "permit", OTHER, NOW + HOUR, text="permits, how long??")
    assert not await store.withdraw_question(ELSEWHERE, asked.question_id, PERSON)
    assert await store.withdraw_question(GUILD, asked.question_id, PERSON)
    assert not await store.withdraw_question(GUILD, asked.question_id, PERSON)
    (waiting,) = await store.open_questions(GUILD)
    assert (waiting.text, waiting.askers) == ("permits, how long??", 1)
    assert await store.withdraw_question(GUILD, asked.question_id, OTHER)
    assert await store.open_questions(GUILD) == ()
    assert (await ask(store, "permit")).is_new


async def test_a_question_can_be_taken_back_after_it_was_closed(store: Store) -> None:
    asked = await ask(store, "permit")
    await store.close_question(GUILD, asked.question_id, Outcome.ANSWERED, MODERATOR, NOW)
    assert await store.withdraw_question(GUILD, asked.question_id, PERSON)
    assert (await store.personal_data(PERSON)).questions == ()


# How a question ends


@pytest.mark.parametrize("outcome", Outcome)
async def test_a_closed_question_is_off_the_queue_and_its_askers_are_returned(
    store: Store, outcome: Outcome
) -> None:
    asked = await ask(store, "permit", PERSON, NOW, tell="dm")
    await ask(store, "permit", OTHER, NOW + HOUR, tell="channel")
    told = await store.close_question(GUILD, asked.question_id, outcome, MODERATOR, NOW + DAY)
    assert told.askers == (Asker(PERSON, 11, "dm", "permit?"), Asker(OTHER, 11, "channel", "permit?"))
    assert await store.open_questions(GUILD) == ()
    assert await store.open_question(GUILD, asked.question_id) is None


async def test_a_question_is_closed_once(store: Store) -> None:
    asked = await ask(store, "permit")
    results = await asyncio.gather(
        *(
            store.close_question(GUILD, asked.question_id, Outcome.DISMISSED, person, NOW)
            for person in (MODERATOR, SECOND)
        ),
        return_exceptions=True,
    )
    assert isinstance(results[0], Closed)
    assert isinstance(results[1], NoQuestionError)
    with pytest.raises(NoQuestionError, match="not open any more"):
        await store.close_question(GUILD, 999, Outcome.DISMISSED, MODERATOR, NOW)


async def test_a_question_is_closed_and_pointed_or_neither(store: Store, url: str) -> None:
    asked = await ask(store, "permit", tell="dm")
    pointing = (GUILD, asked.question_id, "permit?", "fp-2019¶6")
    with pytest.raises(NoQuestionError):
        await store.close_with_pointer(ELSEWHERE, *pointing[1:], by=MODERATOR, at=NOW)
    async with refusing(url, "UPDATE", "askers"):
        with pytest.raises(StoreError):
            await store.close_with_pointer(*pointing, by=MODERATOR, at=NOW)
        assert await store.pointers() == ()
        assert await store.open_question(GUILD, asked.question_id)
    pointer, closed = await store.close_with_pointer(*pointing, by=MODERATOR, at=NOW)
    assert await store.pointers(GUILD) == (pointer,)
    assert (closed.outcome, closed.news) == (Outcome.POINTED, str(pointer.change))
    assert await store.open_questions(GUILD) == ()
    with pytest.raises(NoQuestionError):
        await store.close_with_pointer(*pointing, by=MODERATOR, at=NOW)
    assert await store.pointers(GUILD) == (pointer,)


async def test_the_one_asker_is_blocked_and_the_question_dismissed_or_neither(store: Store, url: str) -> None:
    asked = await ask(store, "permit", tell="dm")
    async with refusing(url, "INSERT", "blocks"):
        with pytest.raises(StoreError):
            await store.block_asker(GUILD, asked.question_id, MODERATOR, NOW)
        assert await store.open_question(GUILD, asked.question_id)
    assert (await store.block_asker(GUILD, asked.question_id, MODERATOR, NOW)).user_id == PERSON
    assert await store.blocked(GUILD) == {PERSON}
    assert await store.open_questions(GUILD) == ()
    assert await store.untold() == ()


async def test_of_several_askers_none_is_blocked_and_the_question_stays(store: Store) -> None:
    asked = await ask(store, "permit")
    await ask(store, "permit", OTHER)
    with pytest.raises(SeveralAskersError):
        await store.block_asker(GUILD, asked.question_id, MODERATOR, NOW)
    assert await store.blocked(GUILD) == frozenset()
    assert await store.open_question(GUILD, asked.question_id)


async def test_what_is_to_be_told_is_kept_until_everybody_is_told(store: Store, url: str) -> None:
    asked = await ask(store, "permit", PERSON, NOW, tell="dm")
    await ask(store, "permit", OTHER, NOW + HOUR, tell="channel")
    await ask(store, "permit", SECOND, NOW + DAY)
    assert await store.untold() == ()
    news = "We do no permits."
    await store.close_question(GUILD, asked.question_id, Outcome.DISMISSED, MODERATOR, NOW, news=news)
    (waiting,) = await store.untold()
    assert [asker.user_id for asker in waiting.askers] == [PERSON, OTHER]
    assert (waiting.guild_id, waiting.outcome, waiting.news) == (GUILD, Outcome.DISMISSED, news)
    await store.told(asked.question_id, [PERSON])
    assert await store.untold() == (replace(waiting, askers=waiting.askers[1:]),)
    await store.told(asked.question_id, [OTHER])
    assert await store.untold() == ()
    assert await execute(url, "SELECT news FROM questions") == [(None,)]


async def test_nobody_is_told_who_took_the_question_back_or_was_forgotten(store: Store) -> None:
    asked = await ask(store, "permit", PERSON, tell="dm")
    await ask(store, "permit", OTHER, NOW, tell="dm")
    await store.close_question(GUILD, asked.question_id, Outcome.ANSWERED, MODERATOR, NOW, news="/faq list")
    await store.withdraw_question(GUILD, asked.question_id, PERSON)
    await store.forget_person(OTHER)
    assert await store.untold() == ()


async def test_a_question_that_was_closed_can_be_asked_anew(store: Store) -> None:
    first = await ask(store, "permit")
    await store.close_question(GUILD, first.question_id, Outcome.DISMISSED, MODERATOR, NOW)
    again = await ask(store, "permit", at=NOW + HOUR)
    assert again.is_new
    assert again.question_id > first.question_id
    (waiting,) = await store.open_questions(GUILD)
    assert waiting.askers == 1


# How many one may ask


async def test_a_person_asks_so_many_questions_in_a_day_and_server(store: Store) -> None:
    await ask(store, "one", at=NOW, quota=2)
    await ask(store, "two", at=NOW + HOUR, quota=2)
    with pytest.raises(QuotaError, match="from 01 February, 12:00 UTC on") as caught:
        await ask(store, "three", at=NOW + 2 * HOUR, quota=2)
    assert caught.value.until == NOW + DAY
    assert len(await store.open_questions(GUILD)) == 2
    assert (await ask(store, "one", at=NOW + 2 * HOUR, quota=2)).askers == 1
    assert (await ask(store, "three", OTHER, at=NOW + 2 * HOUR, quota=2)).is_new
    assert (await ask(store, "three", guild_id=ELSEWHERE, at=NOW + 2 * HOUR, quota=2)).is_new
    with pytest.raises(QuotaError):
        await ask(store, "four", at=NOW + DAY - timedelta(seconds=1), quota=2)
    assert (await ask(store, "four", at=NOW + DAY, quota=2)).is_new
    with pytest.raises(QuotaError) as caught:
        await ask(store, "five", at=NOW + DAY, quota=2)
    assert caught.value.until == NOW + DAY + HOUR


async def test_what_was_closed_and_what_others_asked_first_counts_too(store: Store) -> None:
    await ask(store, "one", OTHER)
    asked = await ask(store, "one", PERSON, quota=1)
    await store.close_question(GUILD, asked.question_id, Outcome.ANSWERED, MODERATOR, NOW)
    with pytest.raises(QuotaError):
        await ask(store, "two", PERSON, quota=1)


async def test_a_quota_of_none_lets_nobody_ask(store: Store) -> None:
    with pytest.raises(QuotaError) as caught:
        await ask(store, "one", quota=0)
    assert caught.value.until == NOW + DAY
    assert await store.open_questions(GUILD) == ()


# Who may not ask


async def test_who_is_blocked_asks_nothing_until_that_is_lifted(store: Store) -> None:
    await store.block(GUILD, PERSON, MODERATOR, NOW)
    await store.block(GUILD, PERSON, SECOND, NOW + HOUR)
    assert await store.blocked(GUILD) == {PERSON}
    assert await store.blocked(ELSEWHERE) == frozenset()
    with pytest.raises(BlockedError, match="do not take questions from you"):
        await ask(store, "permit")
    assert (await ask(store, "permit", guild_id=ELSEWHERE)).is_new
    assert (await ask(store, "permit", OTHER)).is_new
    assert not await store.unblock(ELSEWHERE, PERSON)
    assert await store.unblock(GUILD, PERSON)
    assert not await store.unblock(GUILD, PERSON)
    assert (await ask(store, "permit")).askers == 2


# Pointers


async def test_pointers_are_kept_in_the_order_in_which_they_were_made(store: Store) -> None:
    first = await store.point(GUILD, "how long?", "fp-2019¶6", MODERATOR, NOW)
    second = await store.point(ELSEWHERE, "\ud83d", "permit", MODERATOR, NOW)
    third = await store.point(GUILD, "how long?", "permit", SECOND, NOW)
    assert first == Pointer(GUILD, first.change, "how long?", "fp-2019¶6", MODERATOR, NOW)
    assert first.change < second.change < third.change
    assert await store.pointers() == (first, second, third)
    assert await store.pointers(GUILD) == (first, third)


async def test_a_pointer_is_taken_back_in_its_own_server(store: Store) -> None:
    pointer = await store.point(GUILD, "how long?", "permit", MODERATOR, NOW)
    assert not await store.unpoint(ELSEWHERE, pointer.change)
    assert await store.unpoint(GUILD, pointer.change)
    assert not await store.unpoint(GUILD, pointer.change)
    assert await store.pointers() == ()
