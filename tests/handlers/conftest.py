"""The real bot, on the real engine and a real database, against an in-memory Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from handlers.client import AidPolicyBot
from knowledge.database_files import url_of_file
from knowledge.engine import Engine
from knowledge.store import Store
from settings import Settings
from tests.handlers.languages import locales
from tests.handlers.reading import assert_form_within_limits, assert_within_limits, parts

MakeBot = Callable[..., AidPolicyBot]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def patience() -> float:
    """How many seconds the store waits for a lock: more than a slow machine needs."""
    return 10.0


impatient = pytest.mark.parametrize("patience", [0.3])
"""For tests in which another program keeps the database locked."""


@pytest.fixture
async def store(database: Path, patience: float) -> AsyncIterator[Store]:
    async with await Store.open(url_of_file(database), patience=patience) as opened:
        yield opened


@pytest.fixture
def make_bot(engine: Engine, store: Store) -> MakeBot:
    def make(**settings: Any) -> AidPolicyBot:
        # Time stands still in most tests, so nobody who has to wait would ever be let in again.
        chosen = Settings(**{"requests_a_minute": 0, **settings})
        return AidPolicyBot(engine, store, chosen, clock=lambda: discord.utils.utcnow().timestamp())

    return make


@pytest.fixture
def simcord_bot(make_bot: MakeBot) -> AidPolicyBot:
    return make_bot()


@dataclass
class World:
    """A server with a channel, somebody who asks, somebody else and a moderator."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    asker: simcord.MemberActor
    other: simcord.MemberActor
    moderator: simcord.MemberActor
    make_bot: MakeBot
    restarts: bool = False

    @property
    def bot(self) -> AidPolicyBot:
        assert isinstance(self.env.bot, AidPolicyBot)
        return self.env.bot

    @property
    def mention(self) -> str:
        assert self.bot.user is not None
        return f"<@{self.bot.user.id}>"

    async def restart(self, **settings: Any) -> None:
        """Start a new bot, which knows nothing but its engine and its database."""
        bot = self.make_bot(**settings)
        await self.env.restart_bot(bot)
        self.env.bot = bot

    async def meanwhile(self) -> None:
        """Let the bot restart, if it does in this world."""
        if self.restarts:
            await self.restart()


@pytest.fixture
async def world(simcord_env: simcord.Env, make_bot: MakeBot) -> AsyncIterator[World]:
    guild = simcord_env.create_guild()
    rights = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    yield World(
        env=simcord_env,
        guild=guild,
        channel=guild.create_text_channel("questions"),
        asker=guild.add_member(simcord_env.create_user("ann")),
        other=guild.add_member(simcord_env.create_user("ben")),
        moderator=guild.add_member(simcord_env.create_user("mod"), roles=[rights]),
        make_bot=make_bot,
    )
    for components in _sent(simcord_env):
        assert_within_limits(components)
        assert_of_no_two_kinds(components, simcord_env.bot)
    for form in _forms(simcord_env):
        assert_form_within_limits(form)


@pytest.fixture(params=["same bot", "after a restart"])
async def either(world: World, request: pytest.FixtureRequest) -> World:
    """Return a world in which, meanwhile, the bot stays the same or starts anew."""
    world.restarts = request.param == "after a restart"
    return world


@pytest.fixture
def locale_of() -> Iterator[dict[int, str]]:
    """Yield the locales of people by their ids, to be set; whoever is not in it has an English one."""
    with locales() as of_people:
        yield of_people


@pytest.fixture
def korean(world: World, locale_of: dict[int, str]) -> simcord.MemberActor:
    """Return somebody in the server whose Discord is in Korean."""
    member = world.guild.add_member(world.env.create_user("minji"))
    locale_of[member.id] = "ko"
    return member


def assert_of_no_two_kinds(components: list[dict[str, Any]], bot: Any) -> None:
    """Assert that the bot takes no button or menu for one of another kind."""
    templates = [item.__discord_ui_compiled_template__ for item in bot._items]
    for custom_id in (part["custom_id"] for part in parts(components) if "custom_id" in part):
        assert sum(bool(template.fullmatch(custom_id)) for template in templates) <= 1, custom_id


def _forms(env: simcord.Env) -> Iterator[dict[str, Any]]:
    """Yield every form that the bot showed."""
    for request in env.http_requests:
        data = request.json.get("data") if isinstance(request.json, dict) else None
        if isinstance(data, dict) and "title" in data:
            yield data


def _sent(env: simcord.Env) -> Iterator[list[dict[str, Any]]]:
    """Yield the components of every message that the bot sent or edited."""
    for request in env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        for holder in (body, body.get("data")):
            if isinstance(holder, dict) and holder.get("components") and "title" not in holder:
                yield holder["components"]
