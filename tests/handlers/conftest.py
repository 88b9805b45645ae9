"""The real bot, on the real engine and a real database, against an in-memory Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import simcord

from handlers.client import AidPolicyBot
from handlers.layout import BYTES, CHARACTERS, COMPONENTS
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.store import Store
from settings import Settings
from tests.handlers.reading import parts, weigh


@pytest.fixture(scope="session")
def library() -> Library:
    return read_content()


@pytest.fixture(scope="session")
def engine(library: Library) -> Engine:
    return Engine(library)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}") as opened:
        yield opened


@dataclass
class World:
    """A server with a channel, somebody who asks, somebody else and a moderator."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    asker: simcord.MemberActor
    other: simcord.MemberActor
    moderator: simcord.MemberActor
    make_bot: Callable[..., AidPolicyBot]

    @property
    def bot(self) -> AidPolicyBot:
        assert isinstance(self.env.bot, AidPolicyBot)
        return self.env.bot

    async def restart(self, **settings: Any) -> None:
        """Start a new bot that knows nothing but its engine and its database."""
        await self.env.restart_bot(self.make_bot(**settings))


@pytest.fixture
def make_bot(engine: Engine, store: Store) -> Callable[..., AidPolicyBot]:
    def make(**settings: Any) -> AidPolicyBot:
        return AidPolicyBot(engine, store, Settings(**settings))

    return make


@pytest.fixture
async def world(make_bot: Callable[..., AidPolicyBot]) -> AsyncIterator[World]:
    async with simcord.run(make_bot()) as env:
        guild = env.create_guild()
        rights = guild.create_role("Moderators", permissions=_manage_messages())
        yield World(
            env=env,
            channel=guild.create_text_channel("questions"),
            asker=guild.add_member(env.create_user("ann")),
            other=guild.add_member(env.create_user("ben")),
            moderator=guild.add_member(env.create_user("mod"), roles=[rights]),
            make_bot=make_bot,
        )
        for components in _sent(env):
            count, characters, size = weigh(components)
            assert count <= COMPONENTS
            assert characters <= CHARACTERS
            assert size <= BYTES
            for part in parts(components):
                assert len(part.get("custom_id", "")) <= 100


def _manage_messages() -> Any:
    import discord

    return discord.Permissions(manage_messages=True)


def _sent(env: simcord.Env) -> Iterator[list[dict[str, Any]]]:
    """Yield the components of every message that the bot sent or edited."""
    for request in env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        for holder in (body, body.get("data")):
            if isinstance(holder, dict) and holder.get("components"):
                yield holder["components"]
