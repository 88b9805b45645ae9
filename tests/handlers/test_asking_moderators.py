"""“Ask the moderators” under refusals, and why a reply was not helpful: kept with consent, and taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import simcord

from knowledge.errors import NoQuestionError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Outcome, Store
from tests.handlers.conftest import World, impatient
from tests.handlers.moderating import prefilled
from tests.handlers.reading import buttons, text

ANSWERED = "When did UNICEF's deputy executive director send the letter about held supplies?"
UNANSWERED = "how do I bake sourdough bread at high altitude"
SAME = "baking sourdough bread at a high altitude: how?"
BUTTON = "Ask the moderators"


async def refusal(world: World, question: str = UNANSWERED, **given: str) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, "ask", question=question, **given)
    assert result.response is not None
    return result.response


async def sent(world: World, who: simcord.MemberActor, question: str = UNANSWERED) -> simcord.ResponseMessage:
    """Have somebody put a question to the moderators; return what is said of it."""
    card = (await who.slash(world.channel, "ask", question=question)).response
    assert card is not None
    result = await who.click(card, label=BUTTON)
    assert result.acknowledged
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def chosen(world: World, **settings: object) -> None:
    wanted = replace(GuildSettings(), **settings)  # type: ignore[arg-type]
    await world.bot.desk.change_settings(world.guild.id, lambda _: wanted)


# Where the button is


async def test_it_is_under_refusals_of_questions_however_they_are_asked(world: World) -> None:
    assert BUTTON in buttons(await refusal(world))
    assert BUTTON in buttons(await refusal(world, visibility="public"))
    await world.asker.send(world.channel, f"{world.mention} {UNANSWERED}")
    assert BUTTON in buttons(world.channel.last_message)
    message = await world.other.send(world.channel, UNANSWERED)
    asked_about = (await world.asker.context_menu(world.channel, "Ask about this", message)).response
    assert BUTTON in buttons(asked_about)


async def test_a_refusal_that_is_shared_can_still_go_to_the_moderators(either: World, store: Store) -> None:
    card = await refusal(either)
    await either.asker.click(card, label="Share")
    await either.meanwhile()
    shared = either.channel.last_message
    assert shared is not None
    assert (await either.other.click(shared, label=BUTTON)).ephemeral
    (waiting,) = await store.open_questions(either.guild.id)
    assert waiting.text == UNANSWERED


async def test_it_is_not_under_answers_commands_and_errors(world: World) -> None:
    assert BUTTON not in buttons(await refusal(world, ANSWERED))
    assert BUTTON not in buttons(await refusal(world, "?"))
    for name, given in (("exports", {"period": "2019-01"}), ("timeline", {"period": "1950"})):
        assert BUTTON not in buttons((await world.asker.slash(world.channel, name, **given)).response)
    for command in ("/timeline 1950", "/faq search xylophone", "/faq list nosuchtag"):
        await world.asker.send(world.channel, f"{world.mention} {command}")
        assert BUTTON not in buttons(world.channel.last_message)
    await world.asker.send(world.channel, f"{world.mention} /ask {UNANSWERED}")
    assert BUTTON in buttons(world.channel.last_message)


async def test_it_is_not_in_direct_messages(world: World) -> None:
    await world.asker.user.send_dm(UNANSWERED)
    assert BUTTON not in buttons(world.asker.user.dm_channel.last_message)


async def test_where_no_questions_are_taken_there_is_no_button_and_an_old_one_says_so(either: World) -> None:
    card = await refusal(either)
    await chosen(either, questions_a_day=0)
    await either.meanwhile()
    assert BUTTON not in buttons(await refusal(either))
    result = await either.asker.click(card, label=BUTTON)
    assert result.ephemeral
    assert "take no questions at the moment" in text(result.response)


# What is kept, and when


async def test_nothing_is_kept_before_the_button_is_pressed(world: World, store: Store) -> None:
    await refusal(world)
    assert await store.open_questions(world.guild.id) == ()
    await sent(world, world.asker)
    (waiting,) = await store.open_questions(world.guild.id)
    assert (waiting.text, waiting.askers) == (UNANSWERED, 1)


async def test_it_says_privately_what_became_of_the_question_and_what_is_kept(world: World) -> None:
    told = text(await sent(world, world.asker))
    assert "you are the first to ask it" in told
    assert "Kept for 365 days, unless you take it back" in told
    assert f"-# {UNANSWERED}" in told
    await world.restart(retention_days=0)
    told = text(await sent(world, world.other, SAME))
    assert "2 people have asked it" in told
    assert "Kept for as long as the bot runs, unless" in told


async def test_the_same_question_of_several_people_is_one(either: World, store: Store) -> None:
    await sent(either, either.asker)
    await either.meanwhile()
    assert "2 people" in text(await sent(either, either.other, SAME))
    assert "2 people" in text(await sent(either, either.other, UNANSWERED))
    (waiting,) = await store.open_questions(either.guild.id)
    assert (waiting.text, waiting.askers) == (UNANSWERED, 2)


async def test_who_asks_what_was_dismissed_before_is_told_that_it_was_looked_at(
    either: World, store: Store
) -> None:
    await sent(either, either.asker)
    (waiting,) = await store.open_questions(either.guild.id)
    day = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await store.close_question(either.guild.id, waiting.id, Outcome.DISMISSED, either.moderator.id, day)
    await either.meanwhile()
    told = text(await sent(either, either.other, SAME))
    assert "They looked at it before, on 1 March 2026, and gave no answer." in told
    assert "you are the first" not in told
    assert len(await store.open_questions(either.guild.id)) == 1


async def test_asking_again_changes_nothing_and_says_what_was_wished(world: World, store: Store) -> None:
    card = await sent(world, world.asker)
    await world.asker.click(card, label="Tell me by direct message")
    told = text(await sent(world, world.asker))
    assert "have this question from you" in told
    assert "You will be told by direct message" in told
    (waiting,) = await store.open_questions(world.guild.id)
    assert waiting.askers == 1


async def test_what_has_an_answer_by_now_is_answered_instead(either: World, store: Store) -> None:
    card = await refusal(either)
    await either.bot.desk.point(either.guild.id, UNANSWERED, "fp-2019¶6", either.moderator.id)
    await either.meanwhile()
    result = await either.asker.click(card, label=BUTTON)
    assert result.ephemeral
    assert "This has an answer by now" in text(result.response)
    assert "fp-2019¶6" in text(result.response)
    assert await store.open_questions(either.guild.id) == ()


@pytest.mark.parametrize(
    "question",
    [
        "@everyone <@1> why no **bread**, `please`?",
        "\u202ewhy is gnp.exe bread?\u200b",
        "왜 빵인가요 사워도우 빵?",
        "bread " * 50,
    ],
)
async def test_hostile_and_long_questions_arrive_as_they_stand_on_their_card(
    world: World, store: Store, question: str
) -> None:
    card = await refusal(world, question[:300])
    if BUTTON not in buttons(card):
        pytest.skip("the library answers it")
    told = (await world.asker.click(card, label=BUTTON)).response
    assert told is not None
    assert not told.message.mentions
    (waiting,) = await store.open_questions(world.guild.id)
    assert len(waiting.text) <= 300
    assert "<@1>" not in waiting.text
    assert (await world.asker.click(told, label="Tell me here")).acknowledged


# Limits


async def test_there_are_so_many_questions_a_day(world: World, store: Store) -> None:
    await chosen(world, questions_a_day=1)
    await sent(world, world.asker)
    card = await refusal(world, "what is the best recipe for lasagna")
    result = await world.asker.click(card, label=BUTTON)
    assert result.ephemeral
    assert "as many questions as one may in a day" in text(result.response)
    assert "have this question from you" in text(await sent(world, world.asker))
    await world.env.advance_time(timedelta(days=1, seconds=1).total_seconds())
    await sent(world, world.asker, "what is the best recipe for lasagna")
    assert len(await store.open_questions(world.guild.id)) == 2


async def test_who_is_blocked_is_told_so_kindly(world: World, store: Store) -> None:
    await store.block(world.guild.id, world.asker.id, world.moderator.id, world.env.now())
    result = await world.asker.click(await refusal(world), label=BUTTON)
    assert result.ephemeral
    assert "do not take questions from you" in text(result.response)
    assert await store.open_questions(world.guild.id) == ()


@impatient
async def test_a_database_that_somebody_holds_is_waited_for_and_then_excused(
    world: World, database: Path
) -> None:
    card = await refusal(world)
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = await world.asker.click(card, label=BUTTON)
    assert result.acknowledged
    assert "cannot write that down" in text(result.response)


# Being told, and taking it back


@pytest.mark.parametrize(
    ("label", "tell", "said"),
    [
        ("Tell me here", "channel", "told in this channel, where others see it"),
        ("Tell me by direct message", "dm", "told by direct message"),
    ],
)
async def test_an_asker_can_wish_to_be_told_and_not_to_be(
    either: World, store: Store, label: str, tell: str, said: str
) -> None:
    card = await sent(either, either.asker)
    assert "You will not be told" in text(card)
    assert set(buttons(card)) == {"Tell me here", "Tell me by direct message", "Take it back"}
    await either.meanwhile()
    assert (await either.asker.click(card, label=label)).acknowledged
    assert said in text(card)
    assert label not in buttons(card)
    assert f"-# {UNANSWERED}" in text(card)
    (kept,) = (await store.personal_data(either.asker.id)).questions
    place = either.guild.id, either.channel.id
    assert (kept.guild_id, kept.channel_id, kept.tell, kept.text) == (*place, tell, UNANSWERED)
    assert [one.askers for one in await store.open_questions(either.guild.id)] == [1]
    await either.meanwhile()
    assert (await either.asker.click(card, label="Do not tell me")).acknowledged
    assert "You will not be told" in text(card)
    assert (await store.personal_data(either.asker.id)).questions == (replace(kept, tell=""),)


async def test_a_question_can_be_taken_back(either: World, store: Store) -> None:
    first, second = await sent(either, either.asker), await sent(either, either.other)
    await either.meanwhile()
    assert (await either.asker.click(first, label="Take it back")).acknowledged
    assert "Taken back: nothing of it is kept" in text(first)
    assert buttons(first) == {}
    assert (await store.personal_data(either.asker.id)).questions == ()
    (waiting,) = await store.open_questions(either.guild.id)
    assert waiting.askers == 1
    await either.other.click(second, label="Take it back")
    assert await store.open_questions(either.guild.id) == ()


async def test_what_was_closed_meanwhile_can_be_taken_back_but_not_be_wished_of(
    world: World, store: Store
) -> None:
    card = await sent(world, world.asker)
    (waiting,) = await store.open_questions(world.guild.id)
    await store.close_question(
        world.guild.id, waiting.id, Outcome.DISMISSED, world.moderator.id, world.env.now()
    )
    result = await world.asker.click(card, label="Tell me here")
    (told,) = result.followups
    assert str(NoQuestionError()) in text(told)
    assert (await world.asker.click(card, label="Take it back")).acknowledged
    assert "Taken back" in text(card)
    assert (await store.personal_data(world.asker.id)).questions == ()


async def test_taking_back_twice_says_so(world: World) -> None:
    first, second = await sent(world, world.asker), await sent(world, world.asker)
    await world.asker.click(first, label="Take it back")
    await world.asker.click(second, label="Take it back")
    assert "taken back, or deleted, before" in text(second)


# Why a reply was not helpful


async def not_helpful(world: World, question: str = ANSWERED) -> simcord.ResponseMessage:
    card = await refusal(world, question, visibility="public")
    result = await world.other.click(card, label="Not helpful")
    assert result.response is not None
    return result.response


async def test_a_reason_is_asked_for_only_where_a_reply_was_not_helpful(world: World) -> None:
    card = await refusal(world, ANSWERED, visibility="public")
    assert "Say why" not in buttons((await world.other.click(card, label="Helpful")).response)
    noted = (await world.other.click(card, label="Not helpful")).response
    assert set(buttons(noted)) == {"Say why", "Withdraw my vote"}
    assert f"-# {ANSWERED}" in text(noted)


async def test_the_question_is_kept_only_with_a_reason(either: World, store: Store) -> None:
    noted = await not_helpful(either)
    (vote,) = (await store.personal_data(either.other.id)).votes
    assert (vote.question, vote.reason, vote.at) == ("", "", either.env.now())
    await either.meanwhile()
    shown = await either.other.click(noted, label="Say why")
    assert shown.modal is not None
    assert "Kept with the question" in str(shown.modal)
    await either.meanwhile()
    result = await either.other.submit_modal(shown, {"reason": "too short\n<@1>"})
    assert result.acknowledged
    assert "and why" in text(noted)
    (given,) = await store.vote_reasons(either.guild.id)
    assert (given.question, given.reason) == (ANSWERED, "too short")


async def test_a_reason_can_be_given_anew_and_goes_with_the_vote(either: World, store: Store) -> None:
    noted = await not_helpful(either)
    for reason in ("too short", "too long"):
        shown = await either.other.click(noted, label="Say why")
        await either.other.submit_modal(shown, {"reason": reason})
    assert [given.reason for given in await store.vote_reasons(either.guild.id)] == ["too long"]
    await either.meanwhile()
    await either.other.click(noted, label="Withdraw my vote")
    assert await store.vote_reasons(either.guild.id) == ()
    assert (await store.personal_data(either.other.id)).votes == ()


async def test_a_reason_for_a_vote_that_is_gone_is_given_back(world: World, store: Store) -> None:
    noted = await not_helpful(world)
    shown = await world.other.click(noted, label="Say why")
    await world.other.click(noted, label="Withdraw my vote")
    result = await world.other.submit_modal(shown, {"reason": "too short"})
    told = "\n".join(text(one) for one in result.followups)
    assert "not “not helpful” any more" in told
    assert "too short" in told
    assert await store.vote_reasons(world.guild.id) == ()


async def test_a_reason_of_blanks_is_none(world: World, store: Store) -> None:
    shown = await world.other.click(await not_helpful(world), label="Say why")
    result = await world.other.submit_modal(shown, {"reason": " \n\u200e "})
    assert "needs a few words" in text(result.response)
    assert await store.vote_reasons(world.guild.id) == ()


@impatient
async def test_a_form_that_fails_is_answered_in_one_message_and_tried_again_with_what_was_typed(
    either: World, store: Store, database: Path
) -> None:
    shown = await either.other.click(await not_helpful(either), label="Say why")
    reason = "too *short*,\n# 1. and [late](x)"
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = await either.other.submit_modal(shown, {"reason": reason})
    (failed,) = result.followups
    assert failed.ephemeral
    assert "cannot write that down" in text(failed)
    assert list(buttons(failed)) == ["Try again"]
    await either.meanwhile()
    again = await either.other.click(failed, label="Try again")
    assert prefilled(again) == {"reason": reason}
    assert again.modal is not None
    assert again.modal["title"] == "What was wrong or missing?"
    await either.meanwhile()
    await either.other.submit_modal(again, {"reason": reason})
    (given,) = await store.vote_reasons(either.guild.id)
    assert (given.question, given.reason) == (ANSWERED, " ".join(reason.split()))
    assert "and why" in text(failed)


async def test_a_reason_can_be_given_in_a_direct_message(world: World, store: Store) -> None:
    user = world.asker.user
    card = (await user.slash("exports", period="2023-11")).response
    assert card is not None
    noted = (await user.click(card, label="Not helpful")).response
    assert noted is not None
    shown = await user.click(noted, label="Say why")
    assert (await user.submit_modal(shown, {"reason": "no chart"})).acknowledged
    (vote,) = (await store.personal_data(user.id)).votes
    assert (vote.guild_id, vote.question, vote.reason) == (None, "/exports 2023-11", "no chart")


# What a server chose


async def test_mentions_are_answered_where_the_server_wants_them(world: World) -> None:
    elsewhere = world.guild.create_text_channel("elsewhere")
    await chosen(world, answer_mentions_in=(world.channel.id,))
    for channel, is_answered in ((world.channel, True), (elsewhere, False)):
        asked = await world.asker.send(channel, f"{world.mention} {ANSWERED}")
        assert (channel.last_message.id != asked.id) is is_answered  # type: ignore[union-attr]
    await world.restart()
    before = len(elsewhere.history())
    await world.asker.send(elsewhere, f"{world.mention} {ANSWERED}")
    assert len(elsewhere.history()) == before + 1
    assert (await world.asker.slash(elsewhere, "ask", question=ANSWERED)).acknowledged
    await world.asker.user.send_dm(ANSWERED)
    assert "fp-2019¶6" in text(world.asker.user.dm_channel.last_message)


@pytest.mark.parametrize(
    ("of_operator", "of_server", "private"),
    [
        ("private", "", True),
        ("private", "public", False),
        ("public", "", False),
        ("public", "private", True),
    ],
)
async def test_a_reply_is_as_visible_as_the_server_wants_it_unless_the_asker_chooses(
    world: World, of_operator: str, of_server: str, private: bool
) -> None:
    await chosen(world, default_visibility=of_server)
    await world.restart(default_visibility=of_operator)
    assert (await world.asker.slash(world.channel, "ask", question=ANSWERED)).ephemeral is private
    for visibility in ("private", "public"):
        result = await world.asker.slash(world.channel, "ask", question=ANSWERED, visibility=visibility)
        assert result.ephemeral is (visibility == "private")
    assert (await world.asker.slash(world.channel, "ask", question=UNANSWERED)).ephemeral
