"""A Discord on this machine: the HTTP API and the gateway on one port, and people who use the bot there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.serving import serving
from tests.wire.api import PREFIX, Api, Request
from tests.wire.gateway import Gateway
from tests.wire.interactions import Interaction
from tests.wire.lawful import broken
from tests.wire.things import (
    ADMINISTRATOR,
    APPLICATION_ID,
    BOT,
    MEMBERS_RIGHTS,
    MODERATORS_RIGHTS,
    OWNER,
    Channel,
    Guild,
    Payload,
    User,
    id_of_shard,
    member,
    message,
    parts,
)

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.fGhIjKlMnOpQrStUvWxYz0123456789_-abcd"
_LINGER = 0.1


class Loopback:
    """Discord, as far as a bot can tell: servers of one channel each, one to begin with."""

    def __init__(
        self, token: str = TOKEN, *, servers: int = 1, shards: int = 1, server: type[Guild] = Guild
    ) -> None:
        """Take the token that is right, how many servers there are and of what kind; `serving` opens it.

        One server after the other is that of another shard.
        """
        self.guilds = [server(id=id_of_shard(number, shards)) for number in range(servers)]
        self.gateway = Gateway(token, lambda: [guild.payload() for guild in self.guilds])
        self.api = Api(token, self.gateway)
        self.base = ""
        for guild in self.guilds:
            self._know(guild.channel)

    @property
    def guild(self) -> Guild:
        """The first server."""
        return self.guilds[0]

    @asynccontextmanager
    async def serving(self, port: int = 0, *, strict: bool = True) -> AsyncIterator[Self]:
        """Serve on a port of this machine; 0 takes any that is free.

        If it is strict, no request may have been one that Discord would not have taken.
        """
        app = web.Application(client_max_size=2**25)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.api.handle)
        async with serving(app, port, linger=_LINGER) as self.base:
            self.gateway.url = f"{self.base.replace('http', 'ws')}/gateway"
            try:
                yield self
            finally:
                self.gateway.cut()
        if strict:
            assert not broken(self.api.requests)
            assert not self.gateway.unlawful

    # Servers

    async def invite(self, guild: Guild) -> None:
        """Let the bot join a server."""
        self.guilds.append(guild)
        self._know(guild.channel)
        await self.gateway.send("GUILD_CREATE", guild.payload(), guild.id)

    async def expel(self, guild: Guild) -> None:
        """Let the bot leave a server."""
        self.guilds.remove(guild)
        await self.gateway.send("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def _know(self, channel: Channel) -> None:
        self.api.channels[channel.id] = channel

    # People

    def member(
        self, name: str = "ann", rights: int = 0, *, of: Guild | None = None, through: int | None = None
    ) -> Person:
        """Return somebody in a server, the first one if none is named, with rights beside everybody's.

        What they do comes by the shard of the server, or `through` another, as while shards are moved.
        """
        channel = (of or self.guild).channel
        return Person(self, User(name), channel, rights=MEMBERS_RIGHTS | rights, through=through)

    def stranger(self, name: str = "eve") -> Person:
        """Return somebody who took the bot along to a server that the bot is not in."""
        return Person(self, User(name), Guild("Elsewhere").channel, is_visitor=True)

    def operator(self) -> Person:
        """Return whoever runs the bot, in the first server."""
        return Person(self, OWNER, self.guild.channel, rights=MEMBERS_RIGHTS | ADMINISTRATOR)

    def correspondent(self, name: str = "dan") -> Person:
        """Return somebody who writes to the bot directly."""
        channel = Channel(f"dm {name}")
        self._know(channel)
        return Person(self, User(name), channel)

    # What came of it

    async def posted(self, count: int, seconds: float = 5.0) -> list[Payload]:
        """Wait until so many messages were sent to channels; return them, or what there is in the end."""
        await self.until(lambda: len(self.api.posted) >= count, seconds)
        return self.api.posted

    async def until(self, happened: Any, seconds: float = 5.0) -> bool:
        """Wait until something has happened; return whether it has."""
        until = time.perf_counter() + seconds
        while not happened() and time.perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return bool(happened())

    def requests(self, route: str) -> Sequence[Request]:
        """Return the requests to a route, by its name."""
        return self.api.to(route)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a place: a server, a direct channel, or a server that the bot is not in."""

    at: Loopback
    user: User
    channel: Channel
    rights: int = MEMBERS_RIGHTS
    is_visitor: bool = False
    through: int | None = None

    async def slash(self, command: str, **options: Any) -> Interaction:
        """Use a slash command, with its options by name; of a group, as `faq search`."""
        return await self.begin(2, self._command(command, options)).until(messages=1)

    async def types(self, command: str, option: str, typed: str, **options: Any) -> list[str]:
        """Begin to type an option; return what is suggested below it."""
        found = await self.begin_typing(command, option, typed, **options).until()
        return [choice["name"] for choice in found.choices]

    async def menu(self, name: str, on: Payload) -> Interaction:
        """Use a menu of a message."""
        data = {**self._named(name, kind=3), "target_id": on["id"], "resolved": {"messages": {on["id"]: on}}}
        return await self.begin(2, data).until()

    async def presses(self, card: Payload, label: str, *, messages: int = 0) -> Interaction:
        """Press a button of a card, by its label."""
        return await self.begin_press(card, label).until(messages=messages)

    async def chooses(self, card: Payload, *values: str) -> Interaction:
        """Choose from the menu of a card."""
        menu = next(part for part in parts(card["components"]) if part["type"] == 3)
        data = {"component_type": 3, "custom_id": menu["custom_id"], "id": menu["id"], "values": values}
        return await self.begin(3, data, card).until(messages=1)

    async def submits(self, opened: Interaction, **typed: str) -> Interaction:
        """Send the form that came of an interaction; fields that are not given are sent as they were."""
        return await self.begin_submit(opened, **typed).until(messages=1)

    def begin_submit(self, opened: Interaction, **typed: str) -> Interaction:
        """Send a form, without waiting for what comes of it."""
        assert opened.form is not None
        fields = [
            {"type": 18, "id": number, "component": {"type": 4, "id": number + 50, **_filled(field, typed)}}
            for number, field in enumerate(_fields(opened.form), 1)
        ]
        data = {"custom_id": opened.form["custom_id"], "components": fields}
        return self.begin(5, data, opened.source)

    async def says(self, content: str, **about: Any) -> Payload:
        """Write a message."""
        said = {**message(self.channel, self.user, {"content": content}), **about}
        if f"<@{BOT.id}>" in content:
            said["mentions"] = [{**BOT.payload(), "member": member()}]
        if self.channel.guild_id is not None:
            said |= {"guild_id": str(self.channel.guild_id), "member": member()}
        self.at.api.messages[int(said["id"])] = said
        sent = {**said, "channel_type": self.channel.payload()["type"]}
        await self._send("MESSAGE_CREATE", sent)
        return said

    async def asks(self, question: str) -> Payload:
        """Mention the bot with a question."""
        return await self.says(f"<@{BOT.id}> {question}")

    def begin(self, kind: int, data: Payload, source: Payload | None = None) -> Interaction:
        """Send an interaction, without waiting for what comes of it."""
        interaction = Interaction(self.channel, source)
        self.at.api.interactions[interaction.token] = interaction
        sent = {**self._about(interaction), "type": kind, "data": data}
        if source is not None:
            sent["message"] = source
        interaction.sending = asyncio.ensure_future(self._send("INTERACTION_CREATE", sent))
        return interaction

    async def _send(self, event: str, data: Payload) -> None:
        await self.at.gateway.send(event, data, self.channel.guild_id, through=self.through)

    def begin_typing(self, command: str, option: str, typed: str, **options: Any) -> Interaction:
        """Begin to type an option, without waiting for what comes of it."""
        return self.begin(4, self._command(command, {**options, option: typed}, focused=option))

    def begin_press(self, card: Payload, label: str) -> Interaction:
        """Press a button of a card, without waiting for what comes of it."""
        button = next(part for part in parts(card["components"]) if part.get("label") == label)
        data = {"component_type": 2, "custom_id": button["custom_id"], "id": button["id"]}
        return self.begin(3, data, card)

    def begin_slash(self, command: str, **options: Any) -> Interaction:
        """Use a slash command, without waiting for what comes of it."""
        return self.begin(2, self._command(command, options))

    def _about(self, interaction: Interaction) -> Payload:
        """Return what every interaction says of who, where and by whose leave."""
        guild_id = self.channel.guild_id
        about: Payload = {
            "id": str(interaction.id),
            "application_id": str(APPLICATION_ID),
            "token": interaction.token,
            "version": 1,
            "channel_id": str(self.channel.id),
            "channel": self.channel.payload() | {"permissions": str(self.rights)},
            "locale": "en-US",
            "app_permissions": str(MEMBERS_RIGHTS),
            "authorizing_integration_owners": {"1": str(self.user.id)}
            if self.is_visitor
            else {"0": str(guild_id or 0)},
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
        }
        if guild_id is None:
            return {**about, "context": 1, "user": self.user.payload()}
        servers = [one for one in self.at.guilds if one.id == guild_id and self.rights & MODERATORS_RIGHTS]
        who = {
            **member(None, *(one.moderators_id for one in servers)),
            "user": self.user.payload(),
            "permissions": str(self.rights),
        }
        guild = {"id": str(guild_id), "locale": "en-US", "features": []}
        place = {"guild_id": str(guild_id), "guild": guild, "guild_locale": "en-US"}
        return {**about, **place, "context": 0, "member": who}

    def _named(self, name: str, kind: int = 1) -> Payload:
        command = next(
            (c for c in self.at.api.commands if c["name"] == name and (c.get("type") or 1) == kind), None
        )
        assert command is not None, f"Discord was told of no command {name}"
        return {"id": command["id"], "name": name, "type": kind, "declared": command.get("options") or []}

    def _command(self, command: str, options: Mapping[str, Any], focused: str = "") -> Payload:
        first, *rest = command.split()
        data = self._named(first)
        declared, chain = data.pop("declared"), []
        for name in rest:
            one = next(option for option in declared if option["name"] == name)
            chain.append({"name": name, "type": one["type"]})
            declared = one.get("options") or []
        types = {option["name"]: option["type"] for option in declared}
        given = [
            {"name": name, "type": types[name], "value": value}
            | ({"focused": True} if name == focused else {})
            for name, value in options.items()
        ]
        for one in reversed(chain):
            given = [{**one, "options": given}]
        return {**data, "options": given}


def _fields(form: Payload) -> list[Payload]:
    return [part for part in parts(form["components"]) if part["type"] == 4]


def _filled(field: Payload, typed: Mapping[str, str]) -> Payload:
    return {"custom_id": field["custom_id"], "value": typed.get(field["custom_id"], field.get("value") or "")}
