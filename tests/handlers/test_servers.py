"""Servers that the bot joins, is in, and leaves: greeted once, kept in mind, forgotten in time."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import simcord
from discord import PermissionOverwrite
from simcord.backend import serializers

from knowledge.guild_settings import GuildSettings
from knowledge.store import Store, Votes
from tests.handlers.conftest import MakeBot, World, impatient
from tests.handlers.moderating import choose
from tests.handlers.reading import buttons, text

DAY = 24 * 60 * 60


@dataclass
class Server:
    """A server which the bot can join and leave, and the store of the bot."""

    world: World
    store: Store

    @property
    def id(self) -> int:
        return self.world.guild.id

    def payload(self, *, after_outage: bool = False) -> dict[str, Any]:
        """Return what Discord says of the server; on joining, it says nothing of an outage."""
        backend = self.world.env.backend
        described = dict(serializers.guild_create_payload(backend, backend.get_guild(self.id)))
        return described if after_outage else {k: v for k, v in described.items() if k != "unavailable"}

    async def tell(self, event: str, payload: dict[str, Any]) -> None:
        """Have Discord tell the bot something."""
        self.world.env.backend.emit(event, payload)
        await self.world.env.settle()

    async def add_bot(self) -> None:
        await self.tell("GUILD_CREATE", self.payload())

    async def remove_bot(self) -> None:
        await self.tell("GUILD_DELETE", {"id": str(self.id)})

    async def never_met(self) -> None:
        """Let the bot not know the server."""
        await self.remove_bot()
        await self.store.forget_servers(self.world.env.now() + timedelta(seconds=1))

    def set_system_channel(self, channel: simcord.ChannelHandle | None) -> None:
        self.world.env.backend.edit_guild(self.id, {"system_channel_id": channel and channel.id})

    @property
    def said(self) -> list[str]:
        """What stands in the channel, oldest first."""
        return [text(message) for message in self.world.channel.history()]


@pytest.fixture
async def server(world: World, store: Store) -> AsyncIterator[Server]:
    """Yield a server that the bot has never met, whose channel is the system channel."""
    server = Server(world, store)
    server.set_system_channel(world.channel)
    await server.never_met()
    yield server


async def vote(world: World) -> str:
    """Have somebody vote on a card; return under which key."""
    card = (await world.asker.slash(world.channel, "exports", visibility="public")).response
    assert card is not None
    assert (await world.asker.click(card, label="Helpful")).acknowledged
    return buttons(card)["Helpful"].split(":")[-1]


def change(database: Path, statement: str) -> None:
    """Change the database behind the back of the bot."""
    with closing(sqlite3.connect(database)) as file, file:
        file.execute(statement)


# Greeting


async def test_a_new_server_is_greeted_once(server: Server) -> None:
    await server.add_bot()
    (greeting,) = server.said
    assert "`/ask`" in greeting
    assert "mention me" in greeting
    assert "`/help`" in greeting
    assert "deleted 30 days later" in greeting
    message = server.world.channel.last_message
    assert message is not None
    assert not (message.mentions or message.role_mentions or message.mention_everyone)
    await server.remove_bot()
    await server.add_bot()
    await server.world.restart()
    await server.world.env.advance_time(2 * DAY)
    assert len(server.said) == 1
    assert await server.store.servers() == {server.id}


async def test_the_greeting_leads_to_the_help_and_to_an_example_and_a_moderator_can_delete_it(
    server: Server,
) -> None:
    await server.add_bot()
    world, card = server.world, server.world.channel.last_message
    assert card is not None
    await world.restart()
    assert list(buttons(card)) == ["What can I do here?", "What changed in January 2019?", "Delete"]
    for who, is_moderator in ((world.asker, False), (world.moderator, True)):
        result = await who.click(card, label="What can I do here?")
        assert result.ephemeral
        assert "`/timeline`" in text(result.response)
        assert ("For moderators here" in text(result.response)) is is_moderator
    result = await world.asker.click(card, label="What changed in January 2019?")
    assert result.ephemeral
    assert "-# What changed in January 2019?" in text(result.response)
    assert "or a moderator, can delete" in text((await world.asker.click(card, label="Delete")).response)
    assert (await world.moderator.click(card, label="Delete")).acknowledged
    assert not world.channel.history()


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "is deleted within a day"), (1, "deleted a day later"), (90, "deleted 90 days later")],
)
async def test_it_says_for_how_long_data_is_kept(server: Server, days: int, said: str) -> None:
    await server.world.restart(keep_after_leaving_days=days)
    assert said in server.said[0]


@pytest.mark.parametrize("right", ["view_channel", "send_messages"])
async def test_where_the_bot_may_not_write_it_stays_silent(server: Server, right: str) -> None:
    world = server.world
    assert world.bot.user is not None
    closed = world.guild.create_text_channel(
        "closed", overwrites={world.guild.default_role: PermissionOverwrite(**{right: False})}
    )
    server.set_system_channel(closed)
    before = len(world.env.http_requests)
    await server.add_bot()
    assert await server.store.servers() == {server.id}
    assert [r for r in world.env.http_requests[before:] if r.method == "POST"] == []


async def test_without_a_system_channel_there_is_no_greeting(server: Server) -> None:
    server.set_system_channel(None)
    await server.add_bot()
    assert server.said == []
    assert await server.store.servers() == {server.id}


async def test_a_greeting_that_fails_is_logged_and_the_next_server_is_greeted(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    world = server.world
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=1)
    await server.add_bot()
    assert server.said == []
    assert "could not be greeted" in caplog.text
    assert world.env.errors == []


async def test_a_server_joined_while_the_bot_was_offline_is_greeted_at_the_next_start(server: Server) -> None:
    await server.world.restart()
    assert len(server.said) == 1
    assert await server.store.servers() == {server.id}


async def test_a_new_database_greets_none_of_the_servers_that_were_there_before(
    server: Server, make_bot: MakeBot, store: Store, database: Path
) -> None:
    await server.world.env.advance_time(2 * DAY)
    change(database, "DELETE FROM memory")
    await server.world.restart()
    assert server.said == []
    assert await store.servers() == {server.id}
    await server.never_met()
    await server.add_bot()
    assert len(server.said) == 1


async def test_a_new_database_counts_a_server_with_an_outage_among_those_that_were_there_before(
    server: Server, database: Path
) -> None:
    await server.world.env.advance_time(2 * DAY)
    await server.add_bot()
    await server.tell("GUILD_DELETE", {"id": str(server.id), "unavailable": True})
    greeted = len(server.said)
    change(database, "DELETE FROM memory")
    change(database, "DELETE FROM guilds")
    await server.tell("READY", ready(server, {"id": str(server.id), "unavailable": True}))
    assert await server.store.servers() == {server.id}
    await server.tell("GUILD_CREATE", server.payload(after_outage=True))
    assert len(server.said) == greeted


async def test_a_new_database_greets_the_server_that_the_bot_was_just_invited_to(
    server: Server, database: Path
) -> None:
    change(database, "DELETE FROM memory")
    await server.world.restart()
    assert len(server.said) == 1


async def test_what_happens_in_a_server_before_it_is_noted_costs_it_no_greeting(
    server: Server, store: Store
) -> None:
    await store.vote("card", 7, helpful=True, guild_id=server.id, at=server.world.env.now())
    await server.add_bot()
    assert len(server.said) == 1
    assert await store.servers_met() == {server.id}


# An outage


async def test_an_outage_is_neither_a_leaving_nor_a_joining(server: Server) -> None:
    await server.add_bot()
    await server.tell("GUILD_DELETE", {"id": str(server.id), "unavailable": True})
    await server.world.env.advance_time(40 * DAY)
    assert await server.store.servers() == {server.id}
    await server.tell("GUILD_CREATE", server.payload(after_outage=True))
    assert await server.store.servers() == {server.id}
    assert len(server.said) == 1


async def test_a_server_joined_while_it_has_an_outage_is_greeted_after_it(server: Server) -> None:
    await server.tell("READY", ready(server, {"id": str(server.id), "unavailable": True}))
    assert await server.store.servers() == frozenset()
    await server.tell("GUILD_CREATE", server.payload(after_outage=True))
    assert len(server.said) == 1
    assert await server.store.servers() == {server.id}


def ready(server: Server, *guilds: dict[str, Any]) -> dict[str, Any]:
    """Return what Discord says on a new connection."""
    backend = server.world.env.backend
    return {
        "v": 10,
        "user": dict(serializers.user_payload(backend.bot_user)),
        "guilds": guilds,
        "session_id": "another",
        "resume_gateway_url": "wss://simcord.invalid",
        "shard": [0, 1],
        "application": {"id": str(backend.application_id), "flags": 0},
    }


async def test_new_connections_change_nothing(server: Server) -> None:
    await server.add_bot()
    for _ in range(3):
        await server.tell("READY", ready(server, {"id": str(server.id), "unavailable": True}))
        await server.tell("GUILD_CREATE", server.payload(after_outage=True))
    assert await server.store.servers() == {server.id}
    assert len(server.said) == 1


async def test_a_server_that_is_missing_on_a_new_connection_was_left(server: Server) -> None:
    await server.add_bot()
    await server.tell("READY", ready(server))
    assert await server.store.servers() == frozenset()


# Leaving


async def test_the_data_of_a_server_is_kept_for_a_while_after_leaving_and_then_deleted(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handlers")
    await server.add_bot()
    key = await vote(server.world)
    await server.remove_bot()
    assert await server.store.servers() == frozenset()
    await server.world.env.advance_time(29.5 * DAY)
    assert await server.store.votes(key) == Votes(1, 0)
    await server.world.env.advance_time(2 * DAY)
    assert await server.store.votes(key) == Votes(0, 0)
    assert "The data of 1 servers" in caplog.text


async def test_coming_back_in_time_keeps_the_data(server: Server) -> None:
    await server.add_bot()
    key = await vote(server.world)
    await server.remove_bot()
    await server.world.env.advance_time(29 * DAY)
    await server.add_bot()
    await server.world.env.advance_time(60 * DAY)
    assert await server.store.votes(key) == Votes(1, 0)


async def test_what_was_chosen_for_a_server_holds_again_when_the_bot_comes_back(server: Server) -> None:
    await server.add_bot()
    await choose(server.world, two_person_rule=True, moderator_roles=(7,))
    await server.remove_bot()
    await server.world.restart()
    await server.add_bot()
    assert server.world.bot.desk.settings(server.id).two_person_rule
    await server.world.bot.desk.change_settings(server.id, lambda now: replace(now, log_channel=8))
    kept = GuildSettings(log_channel=8, two_person_rule=True, moderator_roles=(7,))
    assert (await server.store.guild_settings())[server.id] == kept


async def test_what_happened_while_the_bot_was_offline_counts_before_anything_is_deleted(
    server: Server,
) -> None:
    """A server whose time would be over, but to which the bot came back, keeps its data."""
    await server.add_bot()
    key = await vote(server.world)
    await server.store.left(server.id, server.world.env.now() - timedelta(days=31))
    gone = 4242
    await server.store.joined(gone)
    await server.world.restart()
    assert await server.store.votes(key) == Votes(1, 0)
    assert await server.store.servers() == {server.id}


async def test_with_no_days_of_grace_data_goes_with_the_next_daily_round(server: Server) -> None:
    await server.world.restart(keep_after_leaving_days=0)
    key = await vote(server.world)
    await server.remove_bot()
    assert await server.store.votes(key) == Votes(1, 0)
    await server.world.env.advance_time(DAY + 1)
    assert await server.store.votes(key) == Votes(0, 0)


@impatient
async def test_a_database_that_fails_is_logged_and_made_up_for(
    server: Server, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await server.add_bot()
    key = await vote(server.world)
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        await server.remove_bot()
        assert "could not be brought up to date" in caplog.text
        await server.world.env.advance_time(1.5 * DAY)
    assert await server.store.servers() == {server.id}
    await server.world.env.advance_time(DAY)
    assert await server.store.servers() == frozenset()
    await server.world.env.advance_time(31 * DAY)
    assert await server.store.votes(key) == Votes(0, 0)
    assert server.world.env.errors == []


async def test_nothing_is_deleted_on_a_day_on_which_the_list_of_servers_cannot_be_kept(
    server: Server, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A server whose time would be over, but to which the bot came back, keeps its data."""
    await server.add_bot()
    key = await vote(server.world)
    await server.store.left(server.id, server.world.env.now() - timedelta(days=31))
    change(database, "CREATE TRIGGER no BEFORE UPDATE ON guilds BEGIN SELECT RAISE(ABORT, 'no'); END")
    await server.world.env.advance_time(1.5 * DAY)
    assert "could not be brought up to date" in caplog.text
    change(database, "DROP TRIGGER no")
    await server.world.env.advance_time(DAY)
    assert await server.store.votes(key) == Votes(1, 0)
    assert await server.store.servers() == {server.id}


async def test_a_deletion_that_fails_is_tried_again_a_day_later(
    server: Server, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await server.add_bot()
    key = await vote(server.world)
    await server.remove_bot()
    change(database, "CREATE TRIGGER no BEFORE DELETE ON guilds BEGIN SELECT RAISE(ABORT, 'no'); END")
    await server.world.env.advance_time(35 * DAY)
    assert "could not be deleted" in caplog.text
    assert await server.store.votes(key) == Votes(1, 0)
    change(database, "DROP TRIGGER no")
    await server.world.env.advance_time(DAY)
    assert await server.store.votes(key) == Votes(0, 0)


async def test_nothing_is_deleted_once_the_bot_is_closed(server: Server) -> None:
    await server.add_bot()
    key = await vote(server.world)
    await server.remove_bot()
    await server.world.bot.close()
    await server.world.env.advance_time(60 * DAY)
    assert await server.store.votes(key) == Votes(1, 0)


# Votes


async def test_a_vote_where_the_bot_is_no_member_belongs_to_no_server(server: Server, database: Path) -> None:
    world = server.world
    await server.add_bot()
    card = (await world.asker.slash(world.channel, "exports", visibility="public")).response
    assert card is not None
    assert (await world.asker.click(card, label="Helpful")).acknowledged
    assert servers_of_votes(database) == [server.id]
    await server.remove_bot()
    assert (await world.other.click(card, label="Helpful")).acknowledged
    assert servers_of_votes(database) == [None, server.id]
    assert await server.store.servers() == frozenset()


async def test_a_vote_in_a_direct_message_belongs_to_no_server(world: World, database: Path) -> None:
    card = (await world.asker.user.slash("exports")).response
    assert card is not None
    assert (await world.asker.user.click(card, label="Helpful")).acknowledged
    assert servers_of_votes(database) == [None]


def servers_of_votes(database: Path) -> list[int | None]:
    with closing(sqlite3.connect(database)) as file:
        return [guild for (guild,) in file.execute("SELECT guild_id FROM votes ORDER BY guild_id")]
