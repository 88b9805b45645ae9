"""The review queue: walked, written from, pointed and dismissed; those who asked are told if they wish."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord

from knowledge.entries import Draft, Entry
from knowledge.errors import StoreError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Outcome, Store
from tests.handlers.conftest import MakeBot, World
from tests.handlers.moderating import prefilled
from tests.handlers.reading import buttons, text

SOURDOUGH = "how do I bake sourdough bread at high altitude"
LASAGNA = "what is the best recipe for lasagna"
HOSTILE = "@everyone **why** [click](https://example.org) `||no||` " + "\\" * 20 + "# bread 빵" * 20


@dataclass
class Desk:
    """A server with a queue, its moderators and the store behind it."""

    world: World
    store: Store
    second: simcord.MemberActor

    @property
    def guild_id(self) -> int:
        return self.world.guild.id

    async def asked(
        self,
        question: str,
        *who: simcord.MemberActor,
        tell: str = "",
        at: float = 0,
        channel_id: int | None = None,
    ) -> int:
        """Have people ask the moderators something; return the id of the question."""
        bot, question_id = self.world.bot, 0
        for person in who or (self.world.asker,):
            result = await self.store.ask_moderators(
                self.guild_id,
                person.id,
                question,
                bot.desk.question_key(question),
                self.world.env.now() + timedelta(seconds=at),
                channel_id=channel_id or self.world.channel.id,
                tell=tell,
                quota=50,
            )
            question_id = result.question_id
        return question_id

    async def published(self, **typed: str) -> Entry:
        """Have an entry published."""
        said = {"question": "How long does a permit take?", "answer": "Sixty days.", "citations": "fp-2019¶6"}
        draft = Draft(self.guild_id, self.world.moderator.id, {**said, **typed})
        return await self.world.bot.desk.publish(draft, self.world.moderator.id)

    async def review(self, who: simcord.MemberActor | None = None) -> simcord.ResponseMessage:
        """Open the queue."""
        result = await (who or self.world.moderator).slash(self.world.channel, "faq-desk review")
        assert result.acknowledged
        assert result.ephemeral
        assert result.response is not None
        return result.response

    async def open(self) -> list[str]:
        """Return the questions that wait."""
        return [question.text for question in await self.store.open_questions(self.guild_id)]


@pytest.fixture
async def lasting(world: World, store: Store) -> Desk:
    """Return a desk whose bot stays the same."""
    rights = world.guild.create_role("More moderators", permissions=discord.Permissions(manage_messages=True))
    second = world.guild.add_member(world.env.create_user("second"), roles=[rights])
    return Desk(world, store, second)


@pytest.fixture
def desk(lasting: Desk, either: World) -> Desk:
    """Return a desk whose bot, meanwhile, stays the same or starts anew."""
    assert lasting.world is either
    return lasting


def told(result: simcord.InteractionResult) -> str:
    """Return everything that somebody was told apart from the card that was pressed on."""
    return "\n".join(text(one) for one in result.followups)


async def point(
    who: simcord.MemberActor, card: simcord.ResponseMessage, target: str = "fp-2019¶6"
) -> simcord.InteractionResult:
    """Point the question of a card somewhere, and confirm what the preview shows."""
    shown = await who.click(card, label="Point to a passage")
    await who.submit_modal(shown, {"target": target})
    return await who.click(card, label="Confirm")


def sent_to_channels(world: World) -> list[dict[str, Any]]:
    """Return the messages that the bot sent to channels of its own accord."""
    requests = [r for r in world.env.http_requests if r.method == "POST" and "/channels/" in r.path]
    return [r.json for r in requests if isinstance(r.json, dict) and r.path.endswith("/messages")]


# Walking


async def test_an_empty_queue_says_so(lasting: Desk) -> None:
    card = await lasting.review()
    assert "Nothing waits for you" in text(card)
    assert buttons(card) == {}


async def test_a_question_is_shown_with_its_askers_and_the_closest_passages(desk: Desk) -> None:
    question = "who sent the letter to the sanctions committee about bread"
    await desk.asked(question, desk.world.asker, desk.world.other)
    card = await desk.review()
    assert "Review: 1 of 1" in text(card)
    assert "1 open question" in text(card)
    assert f"**{question}**" in text(card)
    assert "Asked by 2 people on <t:" in text(card)
    assert "Closest passages in the library" in text(card)
    opening = [label for label in buttons(card) if label.startswith("Open ")]
    assert 1 <= len(opening) <= 3
    assert {"Write entry", "Point to a passage", "Not for us"} <= set(buttons(card))
    await desk.world.meanwhile()
    opened = await desk.world.moderator.click(card, label=opening[0])
    assert opened.ephemeral
    assert f"-# /cite {opening[0].removeprefix('Open ')}" in text(opened.response)


async def test_a_question_that_an_entry_answers_by_now_says_so_until_those_who_asked_are_told(
    desk: Desk,
) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, tell="dm")
    assert "has an answer by now" not in text(await desk.review())
    entry = await desk.published(question=SOURDOUGH, answer="Slowly.")
    card = await desk.review()
    assert "has an answer by now" in text(card)
    await world.meanwhile()
    assert "Slowly." in text((await world.moderator.click(card, label="Show the answer")).response)
    await point(world.moderator, card, entry.id)
    assert "Slowly." in text(world.asker.user.dm_channel.last_message)
    assert await desk.open() == []


async def test_the_queue_is_walked_there_and_back(desk: Desk) -> None:
    await desk.asked(LASAGNA, at=1)
    await desk.asked(SOURDOUGH, desk.world.asker, desk.world.other)
    entry = await desk.published(review_on=str(desk.world.env.now().date()))
    draft = Draft(
        desk.guild_id, desk.second.id, {"question": "Who decides?", "answer": "We.", "citations": "editorial"}
    )
    await desk.world.bot.desk.submit(draft)
    card, walked = await desk.review(), []
    for _ in range(3):
        walked.append(text(card))
        await desk.world.meanwhile()
        assert (await desk.world.moderator.click(card, label="Next ›")).acknowledged
    walked.append(text(card))
    assert "Next ›" not in buttons(card)
    for place, (said, wanted) in enumerate(
        zip(walked, ("Who decides?", SOURDOUGH, LASAGNA, entry.content.question), strict=True), 1
    ):
        assert f"Review: {place} of 4" in said
        assert "1 submitted draft · 2 open questions · 1 entry to look at" in said
        assert f"**{wanted}**" in said
    for _ in range(3):
        await desk.world.meanwhile()
        await desk.world.moderator.click(card, label="‹ Previous")
    assert text(card) == walked[0]


async def test_next_leads_to_the_same_item_whatever_was_done_meanwhile(desk: Desk) -> None:
    first = await desk.asked("first bread question")
    await desk.asked("second cake question", at=1)
    await desk.asked("third soup question", at=2)
    card = await desk.review()
    await desk.store.close_question(
        desk.guild_id, first, Outcome.DISMISSED, desk.second.id, desk.world.env.now()
    )
    await desk.world.meanwhile()
    await desk.world.moderator.click(card, label="Next ›")
    assert "Review: 1 of 2" in text(card)
    assert "second cake question" in text(card)


async def test_what_is_gone_gives_way_to_what_stands_in_its_place(lasting: Desk) -> None:
    await lasting.asked("first bread question")
    second = await lasting.asked("second cake question", at=1)
    card = await lasting.review()
    await lasting.store.withdraw_question(lasting.guild_id, second, lasting.world.asker.id)
    await lasting.world.moderator.click(card, label="Next ›")
    assert "first bread question" in text(card)
    assert "Review: 1 of 1" in text(card)


async def test_hostile_and_long_questions_are_shown_as_they_are(lasting: Desk) -> None:
    await lasting.asked(HOSTILE[:300])
    card = await lasting.review()
    assert "\\*\\*why\\*\\*" in text(card)
    assert not card.message.mentions
    assert not card.message.mention_everyone


async def test_other_servers_have_other_queues(lasting: Desk) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH)
    other = world.env.create_guild(name="Elsewhere")
    role = other.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    moderator = other.add_member(world.env.create_user("stranger"), roles=[role])
    result = await moderator.slash(other.create_text_channel("there"), "faq-desk review")
    assert "Nothing waits for you" in text(result.response)


# Rights


async def let_see(world: World, who: simcord.MemberActor) -> None:
    """Have Discord show somebody the group, as managers of a server can."""
    await world.bot.tree.sync()
    commands = {command.name: command for command in await world.bot.tree.fetch_commands()}
    world.guild.set_command_permissions(commands["faq-desk"].id, {who: True})


@pytest.mark.parametrize("name", ["review", "stats", "block", "unblock"])
async def test_who_is_no_moderator_is_told_so(lasting: Desk, name: str) -> None:
    world = lasting.world
    await let_see(world, world.asker)
    given = {"user": world.other} if "block" in name else {}
    result = await world.asker.slash(world.channel, f"faq-desk {name}", **given)
    assert result.ephemeral
    assert "Only moderators of this server can do that" in text(result.response)
    assert await lasting.store.blocked(lasting.guild_id) == frozenset()
    assert world.env.errors


@pytest.fixture
async def librarian(lasting: Desk) -> simcord.MemberActor:
    """Return somebody with a role that the server chose for its moderators."""
    world = lasting.world
    role = world.guild.create_role("Librarians")
    somebody = world.guild.add_member(world.env.create_user("librarian"), roles=[role])
    await let_see(world, somebody)
    await world.bot.desk.change_settings(
        lasting.guild_id, lambda _: GuildSettings(moderator_roles=(role.id,))
    )
    return somebody


async def test_a_role_that_the_server_chose_makes_moderators(
    lasting: Desk, librarian: simcord.MemberActor
) -> None:
    assert "Nothing waits" in text(await lasting.review(librarian))


@pytest.mark.parametrize(
    "label", ["Next ›", "Write entry", "Point to a passage", "Not for us", "Block the asker"]
)
async def test_rights_that_are_gone_stop_every_button(
    lasting: Desk, librarian: simcord.MemberActor, label: str
) -> None:
    await lasting.asked(SOURDOUGH)
    await lasting.asked(LASAGNA, at=1)
    card = await lasting.review(librarian)
    await lasting.world.bot.desk.change_settings(lasting.guild_id, lambda _: GuildSettings())
    result = await librarian.click(card, label=label)
    assert result.modal is None
    assert "Only moderators of this server can do that" in text(result.response)
    assert len(await lasting.open()) == 2


@pytest.mark.parametrize(
    ("label", "typed"), [("Point to a passage", {"target": "fp-2019¶6"}), ("Not for us", {"reason": "no"})]
)
async def test_rights_that_go_while_a_form_is_open_stop_it(
    lasting: Desk, librarian: simcord.MemberActor, label: str, typed: dict[str, str]
) -> None:
    await lasting.asked(SOURDOUGH)
    shown = await librarian.click(await lasting.review(librarian), label=label)
    await lasting.world.bot.desk.change_settings(lasting.guild_id, lambda _: GuildSettings())
    result = await librarian.submit_modal(shown, typed)
    assert "Only moderators of this server can do that" in text(result.response)
    assert await lasting.open() == [SOURDOUGH]


async def test_there_is_no_queue_in_direct_messages(lasting: Desk) -> None:
    assert "faq-desk review" not in lasting.world.moderator.user.available_commands()


# Write entry


async def test_an_entry_is_written_from_the_question_and_its_askers_are_told(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, world.asker, tell="channel")
    await desk.asked("baking sourdough bread at a high altitude: how?", world.other, tell="dm")
    card = await desk.review()
    await world.meanwhile()
    shown = await world.moderator.click(card, label="Write entry")
    assert shown.modal is not None
    assert SOURDOUGH in str(shown.modal)
    await world.meanwhile()
    typed = {"question": SOURDOUGH, "answer": "Not *from* here.", "citations": "editorial"}
    preview = (await world.moderator.submit_modal(shown, typed)).response
    assert preview is not None
    assert await desk.open() == [SOURDOUGH]
    await world.meanwhile()
    result = await world.moderator.click(preview, label="Publish")
    assert "2 people" in told(result)
    assert await desk.open() == []
    public = world.channel.last_message
    assert public is not None
    assert f"<@{world.asker.id}>" in text(public)
    assert "Not *from* here." in text(public)
    assert [user.id for user in public.mentions] == [world.asker.id]
    direct = world.other.user.dm_channel.last_message
    assert "Not *from* here." in text(direct)
    assert "The moderators of Test Guild have an answer to what you asked there" in text(direct)
    await world.meanwhile()
    again = (await world.other.slash(world.channel, "ask", question=SOURDOUGH)).response
    assert "Not *from* here." in text(again)


async def test_from_an_entry_that_is_published_one_goes_on_to_the_next_question(desk: Desk) -> None:
    world = desk.world
    await desk.asked(LASAGNA, world.asker, world.other)
    await desk.asked(SOURDOUGH)
    card = await desk.review()
    await world.moderator.click(card, label="Next ›")
    for question, other in ((SOURDOUGH, LASAGNA), (LASAGNA, "")):
        shown = await world.moderator.click(card, label="Write entry")
        typed = {"question": question, "answer": "Not from here.", "citations": "editorial"}
        written = (await world.moderator.submit_modal(shown, typed)).response
        assert written is not None
        await world.meanwhile()
        await world.moderator.click(written, label="Publish")
        assert ("Next question ›" in buttons(written)) is bool(other)
        if other:
            await world.meanwhile()
            await world.moderator.click(written, label="Next question ›")
            assert f"**{other}**" in text(written)
            card = written
    assert await desk.open() == []


async def test_an_entry_is_published_though_its_question_was_closed_meanwhile(lasting: Desk) -> None:
    world = lasting.world
    question_id = await lasting.asked(SOURDOUGH, tell="dm")
    shown = await world.moderator.click(await lasting.review(), label="Write entry")
    typed = {"question": SOURDOUGH, "answer": "Not from here.", "citations": "editorial"}
    preview = (await world.moderator.submit_modal(shown, typed)).response
    assert preview is not None
    now = world.env.now()
    await lasting.store.close_question(
        lasting.guild_id, question_id, Outcome.DISMISSED, lasting.second.id, now
    )
    result = await world.moderator.click(preview, label="Publish")
    assert "somebody took care of it meanwhile" in told(result)
    assert world.asker.user.dm_channel.history() == []
    assert world.bot.reply(SOURDOUGH, lasting.guild_id).status == "answered"


async def test_that_somebody_writes_an_entry_already_is_shown(lasting: Desk) -> None:
    question_id = await lasting.asked(SOURDOUGH)
    draft = Draft(lasting.guild_id, lasting.second.id, {"question": SOURDOUGH}, question_id=question_id)
    await lasting.world.bot.desk.keep(draft)
    assert f"<@{lasting.second.id}> has a draft of an entry for it" in text(await lasting.review())


# Point to a passage


async def test_a_question_is_pointed_to_a_passage_and_its_askers_are_told(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, world.asker, tell="channel")
    await desk.asked(LASAGNA, at=1)
    card = await desk.review()
    shown = await world.moderator.click(card, label="Point to a passage")
    assert shown.modal is not None
    await world.meanwhile()
    await world.moderator.submit_modal(shown, {"target": "fp-2019 6"})
    await world.meanwhile()
    result = await world.moderator.click(card, label="Confirm")
    assert result.acknowledged
    assert LASAGNA in text(card)
    assert "is answered by fp-2019¶6 from now on" in told(result)
    assert "1 person was told." in told(result)
    public = world.channel.last_message
    assert public is not None
    assert f"<@{world.asker.id}> The moderators have an answer to what you asked here: “{SOURDOUGH}”" in text(
        public
    )
    assert "Open fp-2019¶6" in buttons(public)
    await world.meanwhile()
    assert "fp-2019¶6" in text((await world.other.slash(world.channel, "ask", question=SOURDOUGH)).response)
    assert (await world.other.click(public, label="Open fp-2019¶6")).ephemeral
    assert (await world.moderator.click(public, label="Delete")).acknowledged


async def test_where_it_is_pointed_is_seen_as_readers_will_before_it_counts(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, world.asker, tell="dm")
    card = await desk.review()
    before = text(card)
    shown = await world.moderator.click(card, label="Point to a passage")
    await world.meanwhile()
    await world.moderator.submit_modal(shown, {"target": "fp-2019 6"})
    preview = text(card)
    assert "**Preview.**" in preview
    assert "pointed to `fp-2019¶6`. Nothing has changed yet." in preview
    assert list(buttons(card)) == ["Open fp-2019¶6", "Confirm", "Back"]
    assert await desk.open() == [SOURDOUGH]
    assert await desk.store.pointers(desk.guild_id) == ()
    assert world.bot.reply(SOURDOUGH, desk.guild_id).status == "refused"
    await world.meanwhile()
    await world.moderator.click(card, label="Back")
    assert text(card) == before
    await point(world.moderator, card)
    read = text((await world.other.slash(world.channel, "ask", question=SOURDOUGH)).response)
    lines = [line for line in read.split("\n") if line.strip() and not line.startswith("-# library ")]
    assert "-# Pointed here by this server's moderators." in lines
    assert set(lines) <= set(preview.split("\n"))


async def test_what_went_since_it_was_previewed_is_told_and_the_question_stays(lasting: Desk) -> None:
    world = lasting.world
    entry = await lasting.published()
    await lasting.asked(SOURDOUGH)
    card = await lasting.review()
    shown = await world.moderator.click(card, label="Point to a passage")
    await world.moderator.submit_modal(shown, {"target": entry.id})
    await world.bot.desk.retire(lasting.guild_id, entry.id, 1, lasting.second.id)
    assert "is neither the id of an entry" in told(await world.moderator.click(card, label="Confirm"))
    assert await lasting.open() == [SOURDOUGH]


async def test_a_target_that_leads_nowhere_can_be_mended_in_the_form_that_was_sent(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH)
    shown = await world.moderator.click(await desk.review(), label="Point to a passage")
    result = await world.moderator.submit_modal(shown, {"target": "the *RFA* report"})
    (failed,) = result.followups
    assert "is neither the id of an entry" in text(failed)
    await world.meanwhile()
    again = await world.moderator.click(failed, label="Try again")
    assert prefilled(again) == {"target": "the *RFA* report"}
    await world.meanwhile()
    await world.moderator.submit_modal(again, {"target": "fp-2019¶6"})
    assert "**Preview.**" in text(failed)
    await world.moderator.click(failed, label="Confirm")
    assert [one.target for one in await desk.store.pointers(desk.guild_id)] == ["fp-2019¶6"]


async def test_a_question_is_pointed_to_an_entry(lasting: Desk) -> None:
    entry = await lasting.published(answer="Ninety days.")
    await lasting.asked("waiting time for the papers of truck drivers with bread")
    result = await point(lasting.world.moderator, await lasting.review(), entry.id)
    assert f"is answered by {entry.id} from now on. Nobody wished to be told." in told(result)


@pytest.mark.parametrize("target", ["fp-2019¶999", "no such entry", "@everyone <@1>", "\u202e", "x" * 100])
async def test_what_leads_nowhere_is_told_and_given_back(lasting: Desk, target: str) -> None:
    await lasting.asked(SOURDOUGH)
    card = await lasting.review()
    before = text(card)
    shown = await lasting.world.moderator.click(card, label="Point to a passage")
    result = await lasting.world.moderator.submit_modal(shown, {"target": target})
    assert "Nothing was sent" in told(result)
    assert all(not one.message.mentions for one in result.followups)
    assert text(card) == before
    assert await lasting.open() == [SOURDOUGH]
    assert await lasting.store.pointers(lasting.guild_id) == ()


async def test_a_pointer_can_be_taken_back(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH)
    (done,) = (await point(world.moderator, await desk.review())).followups
    await world.meanwhile()
    for said in ("Taken back: the question is not pointed there any more",):
        assert (await world.moderator.click(done, label="Take it back")).acknowledged
        assert said in text(done)
    assert await desk.store.pointers(desk.guild_id) == ()
    answer = world.bot.reply(SOURDOUGH, desk.guild_id)
    assert answer.status == "refused"


async def test_where_a_question_is_pointed_is_logged(lasting: Desk) -> None:
    world = lasting.world
    log = world.guild.create_text_channel("log")
    await world.bot.desk.change_settings(lasting.guild_id, lambda _: GuildSettings(log_channel=log.id))
    await lasting.asked(SOURDOUGH)
    (done,) = (await point(world.moderator, await lasting.review())).followups
    for label, said in (("", "is pointed to its answer"), ("Take it back", "is not pointed any more")):
        if label:
            await world.moderator.click(done, label=label)
        assert said in text(log.last_message)
        assert SOURDOUGH in text(log.last_message)
        assert f"to `fp-2019¶6`, by <@{world.moderator.id}>" in text(log.last_message)
    assert len(log.history()) == 2


# Not for us


@pytest.mark.parametrize("reason", ["", "We do aid policy <@1> only."])
async def test_a_question_is_dismissed_and_those_who_wished_are_told_why(desk: Desk, reason: str) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, world.asker, tell="dm")
    await desk.asked(SOURDOUGH, world.other)
    shown = await world.moderator.click(await desk.review(), label="Not for us")
    await world.meanwhile()
    result = await world.moderator.submit_modal(shown, {"reason": reason} if reason else {})
    assert "is off the queue, without an answer. 1 person was told." in told(result)
    direct = text(world.asker.user.dm_channel.last_message)
    assert f"looked at what you asked there, “{SOURDOUGH}”, and do not answer it." in direct
    assert ("They say: We do aid policy only." in direct) is bool(reason)
    assert world.other.user.dm_channel.history() == []
    assert await desk.open() == []


async def test_a_question_that_is_asked_again_says_when_it_was_dismissed_and_by_whom(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH)
    card = await desk.review(desk.second)
    assert "Dismissed before" not in text(card)
    await desk.second.submit_modal(await desk.second.click(card, label="Not for us"), {})
    await desk.asked(SOURDOUGH, world.other)
    again = text(await desk.review())
    assert re.search(rf"Dismissed before, as “Not for us”, on <t:\d+:D> by <@{desk.second.id}>", again)
    await desk.store.forget_person(desk.second.id)
    assert "by a former moderator" in text(await desk.review())


# Block


async def test_the_one_who_asked_can_be_blocked(desk: Desk) -> None:
    world = desk.world
    await desk.asked("spam spam spam", tell="dm")
    card = await desk.review()
    await world.meanwhile()
    result = await world.moderator.click(card, label="Block the asker")
    assert f"I take no more questions to the moderators from <@{world.asker.id}>" in told(result)
    assert "/faq-desk unblock" in told(result)
    assert "Nothing waits" in text(card)
    assert await desk.store.blocked(desk.guild_id) == {world.asker.id}
    assert world.asker.user.dm_channel.history() == []


async def test_of_several_who_asked_none_is_blocked_by_a_button(lasting: Desk) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH, world.asker)
    card = await lasting.review()
    await lasting.asked(SOURDOUGH, world.other)
    result = await world.moderator.click(card, label="Block the asker")
    assert "Others have asked this meanwhile" in told(result)
    assert "Block the asker" not in buttons(card)
    assert await lasting.store.blocked(lasting.guild_id) == frozenset()


async def test_a_person_is_blocked_and_unblocked_by_command(lasting: Desk) -> None:
    world = lasting.world
    result = await world.moderator.slash(world.channel, "faq-desk block", user=world.asker)
    assert result.ephemeral
    assert f"from <@{world.asker.id}>" in text(result.response)
    assert "'allowed_mentions': {'parse': []}" in str(world.env.http_requests[-1].json)
    assert await lasting.store.blocked(lasting.guild_id) == {world.asker.id}
    stats = (await world.moderator.slash(world.channel, "faq-desk stats")).response
    assert f"May not ask the moderators: <@{world.asker.id}>" in text(stats)
    for said in ("may ask the moderators again", "was not blocked"):
        result = await world.moderator.slash(world.channel, "faq-desk unblock", user=world.asker)
        assert said in text(result.response)
    assert await lasting.store.blocked(lasting.guild_id) == frozenset()


async def test_bots_cannot_be_blocked(lasting: Desk) -> None:
    world = lasting.world
    machine = world.guild.add_member(world.env.create_user("machine", bot=True))
    result = await world.moderator.slash(world.channel, "faq-desk block", user=machine)
    assert "Bots do not ask" in text(result.response)
    assert world.env.errors


# Two moderators at once


@pytest.mark.parametrize("label", ["Write entry", "Point to a passage", "Not for us", "Block the asker"])
async def test_the_second_moderator_is_told_that_it_was_taken_care_of(desk: Desk, label: str) -> None:
    question_id = await desk.asked(SOURDOUGH)
    await desk.asked(LASAGNA, at=1)
    card, now = await desk.review(desk.second), desk.world.env.now()
    await desk.store.close_question(
        desk.guild_id, question_id, Outcome.ANSWERED, desk.world.moderator.id, now
    )
    await desk.world.meanwhile()
    result = await desk.second.click(card, label=label)
    assert result.modal is None
    assert "somebody took care of it meanwhile" in told(result)
    assert LASAGNA in text(card)
    assert await desk.store.blocked(desk.guild_id) == frozenset()


@pytest.mark.parametrize(
    ("label", "typed"),
    [("Point to a passage", {"target": "fp-2019¶6"}), ("Not for us", {"reason": "We do aid policy only."})],
)
async def test_a_form_for_a_question_that_is_closed_meanwhile_changes_nothing_and_is_given_back(
    desk: Desk, label: str, typed: dict[str, str]
) -> None:
    question_id = await desk.asked(SOURDOUGH, tell="dm")
    card = await desk.review(desk.second)
    shown = await desk.second.click(card, label=label)
    now = desk.world.env.now()
    await desk.store.close_question(
        desk.guild_id, question_id, Outcome.ANSWERED, desk.world.moderator.id, now
    )
    await desk.store.told(question_id, [desk.world.asker.id])
    await desk.world.meanwhile()
    result = await desk.second.submit_modal(shown, typed)
    assert "somebody took care of it meanwhile" in told(result)
    assert next(iter(typed.values())) in told(result)
    assert "Nothing waits" in text(card)
    assert await desk.store.pointers(desk.guild_id) == ()
    assert desk.world.asker.user.dm_channel.history() == []


async def test_of_two_who_point_at_the_same_moment_one_pointer_stays(
    lasting: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = await lasting.asked(SOURDOUGH)
    card = await lasting.review(lasting.second)
    really = lasting.world.bot.desk.close_with_pointer

    async def slowly(*given: Any) -> Any:
        """Let the other moderator close the question just before it is pointed."""
        now, by = lasting.world.env.now(), lasting.world.moderator.id
        await lasting.store.close_question(lasting.guild_id, question_id, Outcome.DISMISSED, by, now)
        return await really(*given)

    monkeypatch.setattr(lasting.world.bot.desk, "close_with_pointer", slowly)
    result = await point(lasting.second, card)
    assert "somebody took care of it meanwhile" in told(result)
    assert await lasting.store.pointers(lasting.guild_id) == ()
    assert lasting.world.bot.reply(SOURDOUGH, lasting.guild_id).status == "refused"


async def fails(*_given: Any, **_named: Any) -> None:
    raise StoreError("disk full")


async def test_a_question_stays_unpointed_if_the_store_fails(
    lasting: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lasting.asked(SOURDOUGH)
    card = await lasting.review()
    monkeypatch.setattr(lasting.store, "close_with_pointer", fails)
    result = await point(lasting.world.moderator, card)
    assert "Nothing was changed" in told(result)
    assert await lasting.open() == [SOURDOUGH]
    assert await lasting.store.pointers(lasting.guild_id) == ()


async def test_a_question_stays_if_its_asker_cannot_be_blocked(
    lasting: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lasting.asked(SOURDOUGH)
    card = await lasting.review()
    monkeypatch.setattr(lasting.store, "block_asker", fails)
    assert "Nothing was changed" in told(await lasting.world.moderator.click(card, label="Block the asker"))
    assert await lasting.open() == [SOURDOUGH]


async def test_who_wished_it_is_told_though_the_queue_cannot_be_shown(
    lasting: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = lasting.world
    log = world.guild.create_text_channel("log")
    await world.bot.desk.change_settings(lasting.guild_id, lambda _: GuildSettings(log_channel=log.id))
    await lasting.asked(SOURDOUGH, tell="dm")
    card = await lasting.review()
    shown = await world.moderator.click(card, label="Point to a passage")
    await world.moderator.submit_modal(shown, {"target": "fp-2019¶6"})
    monkeypatch.setattr(discord.Interaction, "edit_original_response", None)
    result = await world.moderator.click(card, label="Confirm")
    assert "1 person was told" in told(result)
    assert len(world.asker.user.dm_channel.history()) == 1
    assert "is pointed to its answer" in text(log.last_message)


# Telling


async def test_everybody_who_asked_in_a_channel_is_named_in_one_message_and_nobody_else_is_pinged(
    lasting: Desk,
) -> None:
    world = lasting.world
    await lasting.asked(
        f"{SOURDOUGH} @everyone <@{world.moderator.id}>", world.asker, world.other, tell="channel"
    )
    await point(world.moderator, await lasting.review())
    (message,) = sent_to_channels(world)
    named = {world.asker.id, world.other.id}
    assert set(message["allowed_mentions"]["users"]) == named
    assert message["allowed_mentions"]["parse"] == []
    public = world.channel.last_message
    assert public is not None
    assert {user.id for user in public.mentions} == named
    assert not public.mention_everyone


async def asked_in_several_ways(lasting: Desk) -> simcord.MemberActor:
    """Have four people ask the same in words of their own, one of them with an address; return the fourth."""
    world, store = lasting.world, lasting.store
    sue = world.guild.add_member(world.env.create_user("sue"))
    first = await lasting.asked(f"{SOURDOUGH} https://example.org/mine", tell="dm")
    for person, words, wish in (
        (world.other, "high altitude sourdough: how to bake it?", "dm"),
        (lasting.second, "sourdough up HIGH, how", "channel"),
        (sue, "how, sourdough?", "channel"),
    ):
        key = (await store.open_questions(lasting.guild_id))[0].key
        joined = await store.ask_moderators(
            lasting.guild_id,
            person.id,
            words,
            key,
            world.env.now() + timedelta(seconds=1),
            channel_id=world.channel.id,
            tell=wish,
            quota=50,
        )
        assert joined.question_id == first
    return sue


@pytest.mark.parametrize("outcome", ["Not for us", "fp-2019¶6", "how-long-does-a-permit-take", "Write entry"])
async def test_everybody_is_told_with_their_own_words_and_nobody_elses(lasting: Desk, outcome: str) -> None:
    world = lasting.world
    await lasting.published()
    sue = await asked_in_several_ways(lasting)
    if outcome == "Write entry":
        shown = await world.moderator.click(await lasting.review(), label=outcome)
        typed = {"question": SOURDOUGH, "answer": "Slowly.", "citations": "fp-2019¶6"}
        preview = (await world.moderator.submit_modal(shown, typed)).response
        assert preview is not None
        done = await world.moderator.click(preview, label="Publish")
    elif outcome == "Not for us":
        shown = await world.moderator.click(await lasting.review(), label=outcome)
        done = await world.moderator.submit_modal(shown, {})
    else:
        done = await point(world.moderator, await lasting.review(), outcome)
    assert "4 people were told" in told(done)
    ours, theirs = (text(one.user.dm_channel.last_message) for one in (world.asker, world.other))
    assert "example" in ours
    assert "high altitude sourdough: how to bake it?" in theirs
    posted = [text(message) for message in world.channel.history() if "The moderators" in text(message)]
    assert len(posted) == 2
    assert not any("example" in told_to_others for told_to_others in (theirs, *posted))
    for person, words, others in (
        (lasting.second, "sourdough up HIGH, how", "how, sourdough?"),
        (sue, "how, sourdough?", "sourdough up HIGH, how"),
    ):
        (message,) = (message for message in posted if f"<@{person.id}>" in message)
        assert words in message
        assert others not in message


async def test_more_people_than_one_message_names_get_another_one(lasting: Desk) -> None:
    people = [lasting.world.guild.add_member(lasting.world.env.create_user(f"u{n}")) for n in range(27)]
    await lasting.asked(SOURDOUGH, *people, tell="channel")
    result = await point(lasting.world.moderator, await lasting.review())
    assert "27 people were told." in told(result)
    assert [len(m["allowed_mentions"]["users"]) for m in sent_to_channels(lasting.world)] == [25, 2]


async def test_who_cannot_be_reached_is_counted_and_the_others_are_told(lasting: Desk) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH, world.asker, tell="dm")
    await lasting.asked(SOURDOUGH, world.other, tell="channel", channel_id=4242)
    await lasting.asked(SOURDOUGH, lasting.second, tell="channel")
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    shown = await world.moderator.click(await lasting.review(), label="Not for us")
    result = await world.moderator.submit_modal(shown, {})
    assert "1 person was told. 2 people could not be reached." in told(result)
    assert f"<@{lasting.second.id}>" in text(world.channel.last_message)


async def test_in_a_direct_message_only_what_works_there_can_be_pressed(lasting: Desk) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH, tell="dm")
    await point(world.moderator, await lasting.review())
    direct = world.asker.user.dm_channel.last_message
    assert direct is not None
    assert all(label.startswith("Open ") for label in buttons(direct))
    opened = await world.asker.user.click(direct, label="Open fp-2019¶6")
    assert "-# /cite fp-2019¶6" in text(opened.response)


# Telling after a restart


async def closed_untold(lasting: Desk, outcome: str) -> None:
    """Have a question closed by a bot that stops before it tells anybody."""
    store, by, now = lasting.store, lasting.world.moderator.id, lasting.world.env.now()
    (question,) = await store.open_questions(lasting.guild_id)
    if outcome == "pointed":
        await lasting.world.bot.desk.close_with_pointer(question, "fp-2019¶6", by)
    else:
        news = "We do aid only." if outcome == "dismissed" else "/faq show how-long-does-a-permit-take"
        ended = Outcome(outcome)
        await store.close_question(lasting.guild_id, question.id, ended, by, now, news=news)


@pytest.mark.parametrize(
    ("outcome", "says"),
    [("pointed", "Open fp-2019¶6"), ("dismissed", "They say: We do aid only."), ("answered", "Sixty days.")],
)
async def test_who_was_not_told_before_the_bot_stopped_is_told_once_at_the_next_start(
    lasting: Desk, outcome: str, says: str
) -> None:
    world = lasting.world
    await lasting.published()
    await lasting.asked(SOURDOUGH, world.asker, tell="dm")
    await lasting.asked(SOURDOUGH, world.other, tell="channel")
    await lasting.asked(SOURDOUGH, lasting.second)
    await closed_untold(lasting, outcome)
    assert sent_to_channels(world) == []
    for _ in range(2):
        await world.restart()
        (direct,) = world.asker.user.dm_channel.history()
        (public,) = (message for message in world.channel.history() if "The moderators" in text(message))
        assert SOURDOUGH in text(direct)
        assert f"<@{world.other.id}>" in text(public)
        for message in (direct, public):
            assert says in "\n".join((text(message), *buttons(message)))
    assert lasting.second.user.dm_channel.history() == []
    assert await lasting.store.untold() == ()


@pytest.mark.parametrize("outcome", ["pointed", "dismissed", "answered"])
async def test_who_was_told_is_not_told_again_after_a_restart(lasting: Desk, outcome: str) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH, world.asker, tell="dm")
    card = await lasting.review()
    if outcome == "pointed":
        await point(world.moderator, card)
    elif outcome == "dismissed":
        await world.moderator.submit_modal(await world.moderator.click(card, label="Not for us"), {})
    else:
        shown = await world.moderator.click(card, label="Write entry")
        typed = {"question": SOURDOUGH, "answer": "Slowly.", "citations": "fp-2019¶6"}
        preview = (await world.moderator.submit_modal(shown, typed)).response
        assert preview is not None
        await world.moderator.click(preview, label="Publish")
    assert len(world.asker.user.dm_channel.history()) == 1
    await world.restart()
    assert len(world.asker.user.dm_channel.history()) == 1


async def test_who_takes_no_messages_is_tried_once_and_whom_an_outage_kept_from_them_again(
    lasting: Desk,
) -> None:
    world = lasting.world
    await lasting.asked(SOURDOUGH, world.asker, tell="dm")
    await closed_untold(lasting, "dismissed")
    world.env.inject_error("POST", "/users/@me/channels", status=503)
    await world.restart()
    assert len(await lasting.store.untold()) == 1
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.restart()
    assert await lasting.store.untold() == ()
    await world.restart()
    assert world.asker.user.dm_channel.history() == []


# Drafts and entries to look at


async def test_a_submitted_draft_is_opened_beside_the_queue(desk: Desk) -> None:
    typed = {"question": "Who decides?", "answer": "We.", "citations": "editorial"}
    draft = await desk.world.bot.desk.submit(Draft(desk.guild_id, desk.second.id, typed))
    card = await desk.review()
    assert f"A new entry, submitted by <@{desk.second.id}>" in text(card)
    await desk.world.meanwhile()
    opened = await desk.world.moderator.click(card, label="Open the draft")
    assert opened.ephemeral
    assert "Who decides?" in text(opened.response)
    assert "Review: 1 of 1" in text(card)
    await desk.store.drop_draft(desk.guild_id, draft.id)
    gone = await desk.world.moderator.click(card, label="Open the draft")
    assert "This draft is gone" in told(gone)
    assert "Nothing waits" in text(card)


async def test_what_one_submitted_oneself_waits_for_others(lasting: Desk) -> None:
    typed = {"question": "Who decides?", "answer": "We.", "citations": "editorial"}
    await lasting.world.bot.desk.submit(Draft(lasting.guild_id, lasting.second.id, typed))
    assert "Nothing waits" in text(await lasting.review(lasting.second))
    assert "Who decides?" in text(await lasting.review())


async def test_a_draft_that_is_not_submitted_is_nobody_elses_business(lasting: Desk) -> None:
    await lasting.world.bot.desk.keep(
        Draft(lasting.guild_id, lasting.second.id, {"question": "Who decides?"})
    )
    assert "Nothing waits" in text(await lasting.review())


async def test_an_entry_whose_day_has_come_is_shown_and_edited(desk: Desk) -> None:
    entry = await desk.published(review_on=str(desk.world.env.now().date()))
    card = await desk.review()
    assert f"The entry `{entry.id}` has to be looked at again" in text(card)
    assert "its review date" in text(card)
    await desk.world.meanwhile()
    opened = await desk.world.moderator.click(card, label="Show")
    assert "Sixty days." in text(opened.response)
    shown = await desk.world.moderator.click(card, label="Edit")
    assert shown.modal is not None
    assert "Sixty days." in str(shown.modal)


async def test_a_stale_entry_is_shown_with_what_became_of_its_passage(
    world: World, store: Store, make_bot: MakeBot
) -> None:
    desk = Desk(world, store, world.moderator)
    await desk.published()
    engine = world.bot.engine
    source = engine.library.sources["fp-2019"]
    passages = tuple(
        replace(passage, note="Something else now.") if passage.ref == "6" else passage
        for passage in source.passages
    )
    changed = {**engine.library.sources, "fp-2019": replace(source, passages=passages)}
    bot = make_bot()
    bot.engine = type(engine)(replace(engine.library, sources=changed))
    bot.desk = type(bot.desk)(bot.engine, store, discord.utils.utcnow)
    await world.env.restart_bot(bot)
    world.env.bot = bot
    assert "fp-2019¶6 no longer reads as it did when it was cited" in text(await desk.review())


# Statistics


async def test_statistics_count_what_there_is(desk: Desk) -> None:
    world = desk.world
    await desk.asked(SOURDOUGH, world.asker, world.other)
    await desk.published()
    retired = await desk.published(question="Who decides?")
    await world.bot.desk.retire(desk.guild_id, retired.id, 1, world.moderator.id)
    await world.bot.desk.keep(Draft(desk.guild_id, world.moderator.id, {"question": "What?"}))
    await world.bot.desk.point(desk.guild_id, LASAGNA, "fp-2019¶6", world.moderator.id)
    now = world.env.now()
    for person, reason in ((world.asker, "too **short**"), (world.other, "too long")):
        await desk.store.vote("0" * 16, person.id, False, guild_id=desk.guild_id, at=now)
        await desk.store.vote_reason("0" * 16, person.id, reason, "/exports 2023-11")
    await desk.store.vote("1" * 16, world.asker.id, True, guild_id=desk.guild_id, at=now)
    await world.meanwhile()
    result = await world.moderator.slash(world.channel, "faq-desk stats")
    assert result.ephemeral
    said = text(result.response)
    for line in (
        "Entries: 1 published · 1 retired",
        "Drafts: 1",
        "Open questions: 1, asked by 2 people",
        "Questions pointed to a passage or an entry: 1",
        "Votes here: 1 helpful · 2 not helpful",
        "- /exports 2023-11 (2 reasons): too ",
    ):
        assert line in said, line
    assert "May not ask" not in said


async def test_statistics_of_a_server_that_has_nothing_are_zeros(lasting: Desk) -> None:
    said = text((await lasting.world.moderator.slash(lasting.world.channel, "faq-desk stats")).response)
    assert "Entries: 0 published · 0 retired" in said
    assert "Open questions: 0\n" in said
    assert "Most often" not in said


# Help


async def test_moderators_are_helped_with_commands_that_there_are(lasting: Desk) -> None:
    world = lasting.world
    help_ = text((await world.moderator.slash(world.channel, "help")).response)
    named = set(re.findall(r"`/((?:faq-desk \w+)|settings|privacy)`", help_))
    known = {c.qualified_name for c in world.bot.tree.walk_commands(type=discord.AppCommandType.chat_input)}
    assert {"faq-desk review", "faq-desk stats", "faq-desk block", "settings", "privacy"} <= named <= known
