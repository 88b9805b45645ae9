"""Questions by command, by mention, in a direct message and from the menu of a message."""

from __future__ import annotations

import pytest

from handlers.replies import question_from
from tests.handlers.conftest import World
from tests.handlers.reading import buttons, text

QUESTION = "When did UNICEF's deputy executive director send the letter about held supplies?"
UNANSWERABLE = "how do I bake sourdough bread at high altitude"
ODD = [
    "?",
    "   x   ",
    "👍👍👍",
    "<@1> <@&2> <#3>",
    "@everyone @here look",
    "**bold** ~~struck~~ ||spoiler|| `code` # heading",
    "[click](https://example.org)",
    "/",
    "/nonsense 12",
    "/timeline banana",
    '/exports 2018 series:"',
    "\u202egnp.exe\u200b",
    "왜 지원이 제한되었나요?",
    "' OR 1=1; --",
    "{0} %s ${x}",
    "a" * 300,
    "\\" * 300,
]


async def test_an_answer_is_private_unless_the_operator_or_the_asker_says_otherwise(world: World) -> None:
    private = await world.asker.slash(world.channel, "ask", question=QUESTION)
    public = await world.asker.slash(world.channel, "ask", question=QUESTION, visibility="public")
    assert private.acknowledged
    assert private.ephemeral
    assert public.acknowledged
    assert not public.ephemeral
    await world.restart(default_visibility="public")
    assert not (await world.asker.slash(world.channel, "ask", question=QUESTION)).ephemeral
    chosen = await world.asker.slash(world.channel, "ask", question=QUESTION, visibility="private")
    assert chosen.ephemeral


async def test_a_refusal_is_private_where_answers_are_public(world: World) -> None:
    await world.restart(default_visibility="public")
    refusal = await world.asker.slash(world.channel, "ask", question=UNANSWERABLE)
    assert refusal.ephemeral
    assert not (
        await world.asker.slash(world.channel, "ask", question=UNANSWERABLE, visibility="public")
    ).ephemeral


async def test_an_answer_cites_and_offers_what_it_cites(world: World) -> None:
    result = await world.asker.slash(world.channel, "ask", question=QUESTION)
    assert "fp-2019¶6" in text(result.response)
    assert "Open fp-2019¶6" in buttons(result.response)


@pytest.mark.parametrize("typed", ODD)
async def test_whatever_is_typed_gets_a_reply_in_which_nothing_pings(world: World, typed: str) -> None:
    result = await world.asker.slash(world.channel, "ask", question=typed)
    assert result.acknowledged
    assert text(result.response).strip()
    mentioned = await world.asker.send(world.channel, f"{world.mention} {typed}")
    reply = world.channel.last_message
    assert reply is not None
    assert reply.id != mentioned.id
    assert text(reply).strip()
    assert not reply.mentions
    assert not reply.mention_everyone


async def test_a_message_that_names_the_bot_is_answered_in_reply(world: World) -> None:
    asked = await world.asker.send(world.channel, f"hey {world.mention}, {QUESTION}")
    reply = world.channel.last_message
    assert reply is not None
    assert reply.reference is not None
    assert reply.reference.message_id == asked.id
    assert "fp-2019¶6" in text(reply)
    assert not reply.mentions
    assert "Delete" in buttons(reply)


async def test_a_mention_alone_gets_help(world: World) -> None:
    await world.asker.send(world.channel, world.mention)
    reply = world.channel.last_message
    assert reply is not None
    assert "`/ask`" in text(reply)


async def test_a_very_long_message_is_answered_from_its_beginning(world: World) -> None:
    await world.asker.send(world.channel, f"{world.mention} {QUESTION} {'and so on ' * 160}")
    reply = world.channel.last_message
    assert reply is not None
    assert QUESTION.partition("'")[0] in text(reply)


@pytest.mark.parametrize("typed", ["word " * 800, "x" * 4000, "왜" * 4000, "👍" * 2000, "<@1>" * 1000, ""])
def test_however_much_is_typed_a_question_fits_on_its_card(typed: str) -> None:
    assert len(question_from(typed)) <= 300
    assert question_from(question_from(typed)) == question_from(typed)


async def test_commands_work_in_a_message_too(world: World) -> None:
    await world.asker.send(world.channel, f"{world.mention} /exports 2023-11")
    reply = world.channel.last_message
    assert reply is not None
    assert "US$120,000" in text(reply)


async def test_what_is_not_said_to_the_bot_is_left_alone(world: World) -> None:
    await world.asker.slash(world.channel, "exports", visibility="public")
    card = world.channel.last_message
    assert card is not None
    machine = world.guild.add_member(world.env.create_user("machine", bot=True))
    before = len(world.channel.history())
    await world.asker.send(world.channel, QUESTION)
    await world.asker.send(world.channel, "@everyone " + QUESTION)
    await world.asker.send(world.channel, "thanks!", reply_to=card)
    await machine.send(world.channel, f"{world.mention} {QUESTION}")
    await world.guild.create_webhook(world.channel).send(f"{world.mention} {QUESTION}")
    assert len(world.channel.history()) == before + 5


async def test_in_a_direct_message_everything_is_a_question_and_nothing_is_hidden(world: World) -> None:
    user = world.asker.user
    await user.send_dm(QUESTION)
    reply = user.dm_channel.last_message
    assert reply is not None
    assert "fp-2019¶6" in text(reply)
    result = await user.slash("ask", question=UNANSWERABLE, visibility="private")
    assert result.acknowledged
    assert not result.ephemeral


async def test_a_message_can_be_asked_about(world: World) -> None:
    message = await world.other.send(world.channel, f"{QUESTION} <@{world.asker.id}>")
    result = await world.asker.context_menu(world.channel, "Ask about this", message)
    assert result.acknowledged
    assert result.ephemeral
    assert "fp-2019¶6" in text(result.response)


async def test_asking_about_a_card_asks_what_it_was_asked(world: World) -> None:
    await world.other.slash(world.channel, "exports", period="2023-11", visibility="public")
    card = world.channel.last_message
    assert card is not None
    result = await world.asker.context_menu(world.channel, "Ask about this", card)
    assert "US$120,000" in text(result.response)


async def test_asking_about_a_message_without_text_says_so(world: World) -> None:
    message = await world.other.send(world.channel, "", attachments=[("a.png", b"x")])
    result = await world.asker.context_menu(world.channel, "Ask about this", message)
    assert result.acknowledged
    assert result.ephemeral
    assert "no text" in text(result.response)
    assert world.env.errors


async def test_where_the_bot_may_not_write_it_stays_silent(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    before = len(world.channel.history())
    await world.asker.send(world.channel, f"{world.mention} {QUESTION}")
    assert len(world.channel.history()) == before + 1


async def test_a_reply_that_discord_refuses_is_excused(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=1)
    await world.asker.send(world.channel, f"{world.mention} {QUESTION}")
    reply = world.channel.last_message
    assert reply is not None
    assert "Discord did not take the reply" in reply.content
    reference = reply.content.rsplit(" ", 1)[-1].strip(".")
    assert reference in caplog.text


@pytest.mark.parametrize("typed", ["{mention}", "{mention} " + QUESTION])
async def test_after_a_failure_in_a_channel_asking_again_is_all_it_takes(world: World, typed: str) -> None:
    typed = typed.format(mention=world.mention)
    world.env.inject_error("POST", "/channels/*/messages", status=500, code=0, times=1)
    await world.asker.send(world.channel, typed)
    await world.asker.send(world.channel, typed)
    _, apology, _, answer = world.channel.history()
    assert "Discord did not take the reply" in text(apology)
    assert "Delete" in buttons(answer)


async def test_after_a_failure_in_a_direct_message_asking_again_is_all_it_takes(world: World) -> None:
    user = world.asker.user
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=1)
    await user.send_dm(QUESTION)
    await user.send_dm(QUESTION)
    _, apology, _, answer = user.dm_channel.history()
    assert "Discord did not take the reply" in text(apology)
    assert "fp-2019¶6" in text(answer)


async def test_the_same_question_gets_the_same_card(world: World) -> None:
    first, second = [
        (await actor.slash(world.channel, "ask", question=QUESTION)).response
        for actor in (world.asker, world.other)
    ]
    assert text(first) == text(second)
