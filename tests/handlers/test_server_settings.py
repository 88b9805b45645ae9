"""The command /settings: one panel, each choice saved at once, for those who manage the server."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import PermissionOverwrite

from handlers.server_settings import MOST_QUESTIONS, Quota
from knowledge.guild_settings import GuildSettings
from knowledge.store import Store
from tests.handlers.conftest import World, impatient
from tests.handlers.reading import buttons, parts, raw, text

NOBODY_ELSE = "Only members who may manage this server can do that"


@dataclass
class Office:
    """A server with somebody who manages it, and another one who does."""

    world: World
    store: Store
    manager: simcord.MemberActor
    second: simcord.MemberActor

    @property
    def settings(self) -> GuildSettings:
        return self.world.bot.desk.settings(self.world.guild.id)

    async def panel(self, who: simcord.MemberActor | None = None) -> simcord.ResponseMessage:
        result = await (who or self.manager).slash(self.world.channel, "settings")
        assert result.acknowledged
        assert result.ephemeral
        assert result.response is not None
        return result.response

    async def choose(
        self, panel: simcord.ResponseMessage, name: str, *values: Any
    ) -> simcord.InteractionResult:
        result = await self.manager.select(panel, list(values), custom_id=f"setting:{name}")
        assert result.acknowledged
        return result


@pytest.fixture
async def office(world: World, store: Store) -> Office:
    """Return an office whose bot stays the same."""
    rights = world.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    people = [world.guild.add_member(world.env.create_user(name), roles=[rights]) for name in ("man", "ager")]
    return Office(world, store, *people)


@pytest.fixture
def either(office: Office, either: World) -> Office:
    """Return an office whose bot, meanwhile, stays the same or starts anew."""
    assert office.world is either
    return office


def chosen(panel: simcord.ResponseMessage, name: str) -> list[str]:
    """Return what a menu of the panel shows as chosen."""
    (menu,) = [part for part in parts(raw(panel)) if part.get("custom_id") == f"setting:{name}"]
    if "options" in menu:
        return [option["value"] for option in menu["options"] if option.get("default")]
    return [str(value["id"]) for value in menu.get("default_values", [])]


# The panel


async def test_it_shows_what_holds(office: Office) -> None:
    panel = await office.panel()
    for line in (
        "**Mentions** are answered in every channel",
        "**Replies** are seen by the asker alone, as the operator set it, unless the asker chooses",
        "**Changes of entries** are logged nowhere",
        "**Moderators** are those who may manage messages, and nobody else",
        "**The two-person rule** is off",
        "**Questions to the moderators:** 5 a day for each person",
    ):
        assert line in text(panel), line
    assert chosen(panel, "visibility") == ["operator"]
    assert chosen(panel, "mentions") == chosen(panel, "log") == chosen(panel, "roles") == []
    await office.world.restart(default_visibility="public")
    assert "**Replies** are seen by everyone, as the operator set it" in text(await office.panel())


async def test_it_is_for_managers_of_a_server_alone(office: Office) -> None:
    world = office.world
    assert "settings" not in world.moderator.available_commands(world.channel)
    assert "settings" not in office.manager.user.available_commands()
    await world.bot.tree.sync()
    commands = {command.name: command for command in await world.bot.tree.fetch_commands()}
    world.guild.set_command_permissions(commands["settings"].id, {world.moderator: True})
    result = await world.moderator.slash(world.channel, "settings")
    assert result.ephemeral
    assert NOBODY_ELSE in text(result.response)
    assert world.env.errors


# Each choice


async def test_channels_where_mentions_are_answered(either: Office) -> None:
    world = either.world
    panel = await either.panel()
    await world.meanwhile()
    await either.choose(panel, "mentions", world.channel)
    assert either.settings.answer_mentions_in == (world.channel.id,)
    assert "**Mentions** are answered in 1 channel." in text(panel)
    assert "-# Saved." in text(panel)
    assert chosen(panel, "mentions") == [str(world.channel.id)]
    await world.restart()
    assert chosen(await either.panel(), "mentions") == [str(world.channel.id)]
    await either.choose(panel, "mentions")
    assert either.settings == GuildSettings()
    assert "in every channel" in text(panel)


async def test_who_sees_a_reply(either: Office) -> None:
    panel = await either.panel()
    for value, visibility, said in (
        ("public", "public", "seen by everyone, unless"),
        ("private", "private", "seen by the asker alone, unless"),
        ("operator", "", "as the operator set it"),
    ):
        await either.world.meanwhile()
        await either.choose(panel, "visibility", value)
        assert either.settings.default_visibility == visibility
        assert said in text(panel)
        assert chosen(panel, "visibility") == [value]


async def test_the_log_channel(either: Office) -> None:
    world, panel = either.world, await either.panel()
    await world.meanwhile()
    await either.choose(panel, "log", world.channel)
    assert either.settings.log_channel == world.channel.id
    assert "**Changes of entries** are logged in 1 channel." in text(panel)
    assert "-# Saved.\n" in f"{text(panel)}\n"
    await either.choose(panel, "log")
    assert either.settings.log_channel is None


@pytest.mark.parametrize("right", ["view_channel", "send_messages", "attach_files"])
async def test_a_log_channel_where_the_bot_may_not_write_is_saved_with_a_warning(
    office: Office, right: str
) -> None:
    guild = office.world.guild
    closed = guild.create_text_channel(
        "closed", overwrites={guild.default_role: PermissionOverwrite(**{right: False})}
    )
    role = guild.create_role("Seeing", permissions=discord.Permissions.all())
    boss = guild.add_member(office.world.env.create_user("boss"), roles=[role])
    office.manager = boss
    panel = await office.panel()
    await office.choose(panel, "log", closed)
    assert office.settings.log_channel == closed.id
    assert "Saved. But nothing can be logged there yet: " in text(panel)


async def test_moderator_roles(either: Office) -> None:
    world = either.world
    role = world.guild.create_role("Librarians")
    panel = await either.panel()
    await world.meanwhile()
    await either.choose(panel, "roles", role)
    assert either.settings.moderator_roles == (role.id,)
    assert "and those of 1 role." in text(panel)
    assert chosen(panel, "roles") == [str(role.id)]
    assert "Server Settings › Integrations" in text(panel)


async def test_everyone_cannot_be_a_moderator(office: Office) -> None:
    panel = await office.panel()
    result = await office.choose(panel, "roles", office.world.guild.default_role)
    assert "everyone would be a moderator" in text(result.response)
    assert office.settings == GuildSettings()


async def test_the_two_person_rule(either: Office) -> None:
    panel = await either.panel()
    for label, holds, said in (
        ("Require two people", True, "**The two-person rule** is on: a second moderator publishes"),
        ("Let one person publish", False, "**The two-person rule** is off"),
    ):
        await either.world.meanwhile()
        assert (await either.manager.click(panel, label=label)).acknowledged
        assert either.settings.two_person_rule is holds
        assert said in text(panel)
        assert label not in buttons(panel)


@pytest.mark.parametrize(("typed", "number"), [("0", 0), (" 50 ", 50), ("007", 7), ("٣", 3)])
async def test_how_many_questions_a_day(either: Office, typed: str, number: int) -> None:
    panel = await either.panel()
    await either.world.meanwhile()
    shown = await either.manager.click(panel, label="Change the number of questions")
    assert shown.modal is not None
    assert "'value': '5'" in str(shown.modal)
    await either.world.meanwhile()
    assert (await either.manager.submit_modal(shown, {"questions": typed})).acknowledged
    assert either.settings.questions_a_day == number
    said = f"{number} a day for each person" if number else "none are taken"
    assert f"**Questions to the moderators:** {said}." in text(panel)


@pytest.mark.parametrize("typed", ["51", "-1", "5.5", "many", "²", "9" * 10, "@everyone"])
async def test_any_other_number_is_refused_and_given_back(office: Office, typed: str) -> None:
    panel = await office.panel()
    shown = await office.manager.click(panel, label="Change the number of questions")
    result = await office.manager.submit_modal(shown, {"questions": typed})
    assert "is not a number from 0 to 50" in text(result.response)
    assert f"from 0 to {MOST_QUESTIONS};" in Quota.fields[0].description
    assert "Nothing was sent" in text(result.response)
    assert not result.followups
    assert office.settings == GuildSettings()
    assert "5 a day" in text(panel)


async def test_what_is_chosen_is_kept_in_the_store_and_shown_after_a_restart(office: Office) -> None:
    world, panel = office.world, await office.panel()
    await office.choose(panel, "visibility", "public")
    await office.manager.click(panel, label="Require two people")
    wanted = replace(GuildSettings(), default_visibility="public", two_person_rule=True)
    assert (await office.store.guild_settings())[world.guild.id] == wanted
    await world.restart()
    assert office.settings == wanted
    assert chosen(await office.panel(), "visibility") == ["public"]


# Two managers, lost rights, lost channels


async def test_two_managers_change_one_setting_each_and_keep_the_others(either: Office) -> None:
    world = either.world
    mine, theirs = await either.panel(), await either.panel(either.second)
    await either.choose(mine, "visibility", "public")
    await world.meanwhile()
    await either.second.click(theirs, label="Require two people")
    assert either.settings == replace(GuildSettings(), default_visibility="public", two_person_rule=True)
    assert chosen(theirs, "visibility") == ["public"]


async def test_changes_at_the_same_moment_do_not_overwrite_one_another(office: Office) -> None:
    desk, guild_id = office.world.bot.desk, office.world.guild.id
    await asyncio.gather(
        desk.change_settings(guild_id, lambda now: replace(now, questions_a_day=now.questions_a_day + 1)),
        desk.change_settings(guild_id, lambda now: replace(now, two_person_rule=True)),
        desk.change_settings(guild_id, lambda now: replace(now, questions_a_day=now.questions_a_day + 1)),
    )
    assert office.settings == replace(GuildSettings(), questions_a_day=7, two_person_rule=True)
    assert (await office.store.guild_settings())[guild_id] == office.settings


@pytest.mark.parametrize("way", ["menu", "button", "form"])
async def test_rights_that_are_gone_stop_everything_on_the_panel(office: Office, way: str) -> None:
    panel = await office.panel()
    shown = await office.manager.click(panel, label="Change the number of questions")
    backend = office.world.env.backend
    role = office.world.guild.roles["Managers"]
    backend.remove_member_role(office.world.guild.id, office.manager.id, role.id)
    if way == "menu":
        result = await office.choose(panel, "visibility", "public")
    elif way == "button":
        result = await office.manager.click(panel, label="Require two people")
    else:
        result = await office.manager.submit_modal(shown, {"questions": "9"})
    assert NOBODY_ELSE in text(result.response)
    assert office.settings == GuildSettings()


async def test_channels_and_roles_that_are_gone_are_counted_and_left_out_of_the_menus(office: Office) -> None:
    world = office.world
    settings = GuildSettings(
        answer_mentions_in=(4242, world.channel.id), log_channel=4242, moderator_roles=(4242,)
    )
    await world.bot.desk.change_settings(world.guild.id, lambda _: settings)
    panel = await office.panel()
    assert "answered in 1 channel; 1 channel gone." in text(panel)
    assert "logged in no channels; 1 channel gone." in text(panel)
    assert "those of no roles; 1 role gone." in text(panel)
    assert chosen(panel, "mentions") == [str(world.channel.id)]
    assert chosen(panel, "log") == chosen(panel, "roles") == []


@impatient
async def test_a_database_that_somebody_holds_changes_nothing_and_is_excused(
    office: Office, database: Path
) -> None:
    panel = await office.panel()
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = await office.choose(panel, "visibility", "public")
    (told,) = result.followups
    assert "cannot write that down" in text(told)
    assert office.settings == GuildSettings()


async def test_where_the_bot_is_no_member_there_is_nothing_to_choose(office: Office) -> None:
    world = office.world
    panel = await office.panel()
    world.env.backend.emit("GUILD_DELETE", {"id": str(world.guild.id)})
    await world.env.settle()
    result = await office.choose(panel, "visibility", "public")
    assert "I am not a member of this server" in text(result.response)
    assert world.guild.id not in await office.store.guild_settings()
