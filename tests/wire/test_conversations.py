"""What people do with the bot, and what goes over the wire for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.wire.lawful import faults_of
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service
from tests.wire.things import MODERATORS_RIGHTS, Guild, Payload, parts, text

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "who is Jung Pak"


@pytest.fixture
def moderator(loopback: Loopback, bot: Service) -> Person:
    return loopback.member("mod", MODERATORS_RIGHTS)


async def test_commands_are_told_to_discord_at_the_first_start(loopback: Loopback, bot: Service) -> None:
    assert len(loopback.requests("commands")) == 1
    assert {"ask", "timeline", "exports", "faq", "Ask about this"} <= {
        c["name"] for c in loopback.api.commands
    }


async def test_commands_are_told_to_discord_in_korean_too(loopback: Loopback, bot: Service) -> None:
    (told,) = loopback.requests("commands")
    lacking = [
        (one["name"], key)
        for one in described(told.body)
        for key in ("name", "description")
        if one.get(key) and not (one.get(f"{key}_localizations") or {}).get("ko")
    ]
    assert lacking == []
    assert faults_of(told) == []
    ask = next(one for one in told.body if one["name"] == "ask")
    assert ask["name_localizations"] == {"ko": "질문"}
    assert ask["options"][0]["name_localizations"] == {"ko": "질문"}


def described(commands: list[Payload]) -> Iterator[Payload]:
    """Yield commands with all their options and choices."""
    for one in commands:
        yield one
        yield from described([*(one.get("options") or ()), *(one.get("choices") or ())])


async def test_no_privileged_intent_is_asked_for(loopback: Loopback, bot: Service) -> None:
    members, presences, content = 1 << 1, 1 << 8, 1 << 15
    assert not loopback.gateway.intents & (members | presences | content)


async def test_a_command_is_answered_privately(ann: Person) -> None:
    answered = await ann.slash("ask", question=QUESTION)
    assert "Foreign Policy" in answered.text
    assert answered.is_private


async def test_a_command_is_answered_for_everyone_if_that_is_wanted(ann: Person) -> None:
    assert not (await ann.slash("ask", question=QUESTION, visibility="public")).is_private


async def test_an_option_is_completed(ann: Person) -> None:
    assert any(name.startswith("2018") for name in await ann.types("timeline", "period", "2018"))
    assert await ann.types("exports", "series", "")
    assert await ann.types("faq show", "id", "aid")


async def test_a_button_opens_a_passage(ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    assert "Jung Pak" in (await ann.presses(card, "Open fp-2019¶7", messages=1)).text


async def test_a_reply_is_exported_from_a_menu(ann: Person) -> None:
    card = (await ann.slash("exports", period="2023-11")).card
    menu = (await ann.presses(card, "Export", messages=1)).card
    (file,) = (await ann.chooses(menu, "csv")).card["attachments"]
    assert "120000,USD" in file["text"]


async def test_figures_come_with_a_file(ann: Person) -> None:
    answered = await (await ann.slash("exports", period="2023-11", csv=True)).until(messages=2)
    assert [len(one["attachments"]) for one in answered.messages] == [0, 1]


@pytest.mark.parametrize("visibility", ["private", "public"])
async def test_figures_are_drawn_and_the_drawing_is_shared(ann: Person, visibility: str) -> None:
    card = (await ann.slash("exports", period="2023-11..2024-03", visibility=visibility)).card
    drawn = await (await ann.presses(card, "Chart")).until(messages=1, seconds=10)
    assert [file["filename"].rpartition(".")[2] for file in drawn.card["attachments"]] == ["png"]
    assert drawn.is_private == (visibility == "private")
    if drawn.is_private:
        shared = await ann.presses(drawn.card, "Share", messages=2)
        assert [bool(one["flags"] & 64) for one in shared.messages] == [True, False]


async def test_a_card_is_shared(ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    shared = await ann.presses(card, "Share", messages=2)
    assert [bool(one["flags"] & 64) for one in shared.messages] == [True, False]


async def test_a_vote_and_its_reason_are_taken(ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    voted = await ann.presses(card, "Not helpful", messages=1)
    form = await ann.presses(voted.card, "Say why")
    assert "and why" in (await ann.submits(form, reason="It is about somebody else.")).text


async def test_a_card_is_deleted(loopback: Loopback, ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION, visibility="public")).card
    await ann.presses(card, "Delete")
    assert await loopback.until(lambda: int(card["id"]) not in loopback.api.messages)


async def test_a_mention_is_answered_in_reply(loopback: Loopback, ann: Person) -> None:
    asked = await ann.asks(QUESTION)
    (reply,) = await loopback.posted(1)
    assert "Foreign Policy" in text(reply)
    assert str(reply["message_reference"]["message_id"]) == asked["id"]


async def test_a_message_that_does_not_name_the_bot_is_let_be(loopback: Loopback, ann: Person) -> None:
    await ann.says("")
    await ann.asks(QUESTION)
    assert len(await loopback.posted(2, seconds=0.5)) == 1


async def test_a_message_is_asked_about(ann: Person) -> None:
    said = await ann.says("why was aid held up in 2018?")
    assert "Pompeo" in (await ann.menu("Ask about this", on=said)).text


async def test_a_direct_message_is_answered(loopback: Loopback, bot: Service) -> None:
    await loopback.correspondent().says(QUESTION)
    (reply,) = await loopback.posted(1)
    assert "Foreign Policy" in text(reply)


async def test_a_command_in_a_direct_channel_is_answered(loopback: Loopback, bot: Service) -> None:
    answered = await loopback.correspondent().slash("ask", question=QUESTION)
    assert "Foreign Policy" in answered.text
    assert not answered.is_private


async def test_somebody_who_brought_the_bot_along_is_answered(loopback: Loopback, bot: Service) -> None:
    answered = await loopback.stranger().slash("ask", question=QUESTION)
    assert "Foreign Policy" in answered.text
    voted = await loopback.stranger().presses(answered.card, "Helpful", messages=1)
    assert "Noted" in voted.text


async def test_an_entry_is_written_in_a_form_and_found_at_once(ann: Person, moderator: Person) -> None:
    form = await moderator.slash("faq-desk add")
    written = {
        "question": "When does the reading group meet?",
        "answer": "On Mondays.",
        "citations": "editorial",
    }
    preview = await moderator.submits(form, **written)
    assert "Preview" in preview.text
    await moderator.presses(preview.card, "Publish", messages=1)
    assert "On Mondays." in (await ann.slash("ask", question="when does the reading group meet")).text


async def test_commands_of_moderators_are_checked_again(ann: Person) -> None:
    assert "moderator" in (await ann.slash("faq-desk drafts")).text.lower()


async def test_a_flood_of_one_does_not_slow_the_answer_of_another(loopback: Loopback, ann: Person) -> None:
    flood = [loopback.member("eve")] * 300
    begun = [eve.begin_slash("ask", question=QUESTION) for eve in flood]
    answered = await ann.slash("ask", question=QUESTION)
    assert "Foreign Policy" in answered.text
    assert answered.acked_after is not None
    assert answered.acked_after < 3
    told = [(await one.until(messages=1)).text for one in begun]
    assert sum("You can go on in" in one for one in told) >= 250
    assert all(told)


async def test_a_refusal_goes_on_to_the_moderators(ann: Person, moderator: Person) -> None:
    refused = await ann.slash("ask", question="how tall is the tower of Pisa")
    sent = await ann.presses(refused.card, "Ask the moderators", messages=1)
    assert "moderators" in sent.text
    assert "Pisa" in (await moderator.slash("faq-desk review")).text


async def test_a_server_is_greeted_once_and_left_in_peace(loopback: Loopback, ann: Person) -> None:
    guild = Guild("Another", joined_at=datetime.now(UTC).isoformat())
    await loopback.invite(guild)
    greeting = (await loopback.posted(1))[-1]
    assert greeting["channel_id"] == str(guild.channel.id)
    assert any(part.get("label") == "What can I do here?" for part in parts(greeting["components"]))
    await loopback.expel(guild)
    assert (await ann.slash("help")).text
