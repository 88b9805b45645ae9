"""The command /help: what it tells whom, and the examples below it."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import PermissionOverwrite

from handlers.client import operators
from knowledge.answers import Kind, Status
from knowledge.engine import Engine
from knowledge.help import HelpLine
from knowledge.library import Library
from knowledge.store import Store
from settings import Settings
from tests.handlers.conftest import World
from tests.handlers.reading import buttons, options, text

FOR_MODERATORS, FOR_OPERATORS = "For moderators here", "For whoever runs the bot"


def examples(engine: Engine) -> list[str]:
    """Return what the buttons below the help are to say: there is room for the first five."""
    lines = engine.help().statements
    found = [line.example.removeprefix("/ask ") for line in lines if isinstance(line, HelpLine)]
    return list(filter(None, found))[:5]


# Who reads what


async def test_a_member_reads_what_everybody_can_do(world: World) -> None:
    result = await world.asker.slash(world.channel, "help")
    assert result.acknowledged
    assert result.ephemeral
    told = text(result.response)
    assert "`/timeline` Dated events" in told
    assert "/timeline 2018" in buttons(result.response)
    assert FOR_MODERATORS not in told
    assert FOR_OPERATORS not in told


async def test_a_moderator_also_reads_what_moderators_can_do(world: World) -> None:
    told = text((await world.moderator.slash(world.channel, "help")).response)
    assert f"**{FOR_MODERATORS}:**\n`Delete` Removes any reply" in told
    assert FOR_OPERATORS not in told


async def test_whose_rights_end_at_a_channel_is_no_moderator_there(world: World) -> None:
    elsewhere = world.guild.create_text_channel(
        "elsewhere", overwrites={world.moderator: PermissionOverwrite(manage_messages=False)}
    )
    assert FOR_MODERATORS not in text((await world.moderator.slash(elsewhere, "help")).response)


async def test_there_are_no_moderators_in_a_direct_message(world: World) -> None:
    assert FOR_MODERATORS not in text((await world.moderator.user.slash("help")).response)


async def test_the_operator_reads_of_commands_and_settings_everywhere(world: World) -> None:
    world.bot.owner_ids = {world.asker.id}
    before = len(world.env.http_requests)
    here = text((await world.asker.slash(world.channel, "help")).response)
    direct = text((await world.asker.user.slash("help")).response)
    assert f"**{FOR_OPERATORS}:**\n`python bot.py check`" in here
    assert direct == here
    assert FOR_MODERATORS not in here
    assert not [r for r in world.env.http_requests[before:] if "applications" in r.path]


async def test_the_help_that_a_moderator_shares_or_exports_is_the_help_that_stood_there(world: World) -> None:
    card = (await world.moderator.slash(world.channel, "help")).response
    assert card is not None
    menu = (await world.moderator.click(card, label="Export")).response
    assert menu is not None
    assert FOR_MODERATORS in text((await world.moderator.select(menu, ["text"])).response)
    assert options(menu) == ["text"]
    assert (await world.moderator.click(card, label="Share")).acknowledged
    assert FOR_MODERATORS in text(card)
    assert FOR_MODERATORS in text(world.channel.last_message)


# Who runs the bot


def user(number: int) -> dict[str, Any]:
    return {"id": str(number), "username": f"u{number}", "discriminator": "0", "avatar": None}


def member(number: int, role: str, state: int = 2) -> dict[str, Any]:
    return {
        "user": user(number),
        "role": role,
        "membership_state": state,
        "team_id": "9",
        "permissions": ["*"],
    }


def application(world: World, team: dict[str, Any] | None) -> discord.AppInfo:
    about = {"id": "7", "name": "a", "description": "", "icon": None, "summary": "", "verify_key": ""}
    data: Any = {**about, "bot_public": True, "bot_require_code_grant": False, "owner": user(1), "team": team}
    return discord.AppInfo(world.bot._connection, data)


async def test_the_owner_of_the_application_runs_the_bot(world: World) -> None:
    assert operators(application(world, None)) == {1}


async def test_of_a_team_those_run_it_who_may_change_it(world: World) -> None:
    members = [
        member(2, "admin"),
        member(3, "developer"),
        member(4, "read_only"),
        member(5, "admin", state=1),
        member(6, ""),
    ]
    team = {"id": "9", "name": "t", "icon": None, "owner_user_id": "6", "members": members}
    assert operators(application(world, team)) == {2, 3, 6}


async def test_who_runs_the_bot_is_known_once_it_has_started(world: World) -> None:
    assert world.bot.application is not None
    assert world.bot.owner_ids == {world.bot.application.owner.id}


# Examples


async def test_the_examples_are_buttons_that_run_them_and_the_help_stays_open(world: World) -> None:
    card = (await world.asker.slash(world.channel, "help", visibility="public")).response
    assert card is not None
    before = text(card)
    assert "-# For example: `/cite fp-2019¶1`" in before
    labels = examples(world.bot.engine)
    assert list(buttons(card))[: len(labels)] == labels
    for who in (world.asker, world.other):
        for label in labels:
            result = await who.click(card, label=label)
            assert result.acknowledged
            assert result.ephemeral
            assert f"-# {label}\n" in text(result.response)
    assert text(world.channel.last_message) == before


async def test_they_outlive_a_restart_and_work_in_a_direct_message(world: World) -> None:
    card = (await world.asker.user.slash("help")).response
    assert card is not None
    await world.restart()
    for label in examples(world.bot.engine):
        result = await world.asker.user.click(card, label=label)
        assert result.acknowledged
        assert text(result.response).strip()


async def test_a_mention_alone_gets_the_help_of_a_member(world: World) -> None:
    world.bot.owner_ids = {world.moderator.id}
    await world.moderator.send(world.channel, world.mention)
    told = text(world.channel.last_message)
    assert "`/ask`" in told
    assert FOR_MODERATORS not in told
    assert FOR_OPERATORS not in told


async def test_with_an_empty_library_help_has_no_example_and_says_why(
    world: World, library: Library, store: Store
) -> None:
    from handlers.client import AidPolicyBot

    bot = AidPolicyBot(Engine(library.only([])), store, Settings())
    await world.env.restart_bot(bot)
    world.env.bot = bot
    result = await world.asker.slash(world.channel, "help")
    assert "The library is empty at the moment" in text(result.response)
    assert list(buttons(result.response)) == ["Share", "Export"]
    answer = bot.engine.help()
    assert (answer.kind, answer.status) == (Kind.HELP, Status.ANSWERED)


@pytest.mark.parametrize("reader", ["", "moderator", "operator", "moderator operator"])
async def test_no_help_is_cut(world: World, reader: str) -> None:
    await world.asker.send(world.channel, f"{world.mention} /help {reader}")
    told = text(world.channel.last_message)
    assert "(cut" not in told
    assert f"-# {f'/help {reader}'.strip()}\n" in told


async def test_a_public_help_is_that_of_everybody(world: World) -> None:
    shown = (await world.moderator.slash(world.channel, "help", visibility="public")).response
    assert FOR_MODERATORS not in text(shown)
