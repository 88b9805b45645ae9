"""The gateway of the loopback: sockets, sessions that can be resumed, and all that can go wrong with them."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.wire.things import APPLICATION_ID, BOT, Payload

Shard = tuple[int, ...]
"""The number of a shard, and how many there are."""

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass(slots=True)
class Session:
    """What a shard that identified is to be sent, kept so that it can be sent again."""

    id: str
    shard: Shard
    events: list[tuple[int, str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    connection: Connection | None = None
    is_mute: bool = False

    def has(self, guild_id: int | None) -> bool:
        """Whether what happens in a server, or in none, comes by this shard."""
        number, total = self.shard
        return number == ((guild_id or 0) >> 22) % total


class Connection:
    """One socket, on which everything goes through one deflate stream if the bot asked for that."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        """Take the socket, and the request that says how it is to be written to."""
        self.ws, self.transport = ws, request.transport
        compression = request.query.get("compress")
        assert compression in (None, "zlib-stream"), compression
        self._deflate = zlib.compressobj() if compression else None
        self._turn = asyncio.Lock()

    async def send(self, frame: str) -> None:
        """Send a frame; a socket that is closed loses it, as sockets do."""
        async with self._turn:
            if self.ws.closed:
                return
            try:
                if self._deflate is None:
                    await self.ws.send_str(frame)
                else:
                    data = self._deflate.compress(frame.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self.ws.send_bytes(data)
            except (ConnectionError, RuntimeError):
                return

    def cut(self) -> None:
        """Cut the connection, without a word."""
        reset(self.transport)


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Reset a TCP connection: what was not sent is dropped, and the other end sees `ECONNRESET`."""
    if isinstance(transport, asyncio.Transport):
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


@dataclass(slots=True)
class Sharding:
    """How Discord has a bot split its connections: …/docs/events/gateway#sharding."""

    recommended: int = 1
    max_concurrency: int = 1
    remaining: int = 1000
    seconds: float = 0.0
    """How long a shard waits for the one before it in its bucket; at Discord 5, here nothing by default."""


class Gateway:
    """Takes the bot's connections and sends it events; whatever it missed is sent when it resumes.

    There may be several connections: one for each shard, of one process or of many.
    """

    def __init__(self, token: str, guilds: Callable[[], list[Payload]]) -> None:
        """Take the token that is right, and what servers there are."""
        self.token = token
        self.heartbeat_interval = 41.25
        self.refuses_with: int | None = None
        self.is_away = False
        self.identified = self.resumed = self.heartbeats = 0
        self.intents = 0
        self.sharding = Sharding()
        self.unlawful: list[str] = []
        """What no bot may do at Discord."""
        self.ready = asyncio.Event()
        """Set while every shard is connected, of as many as the last one that identified said there are."""
        self.url = ""
        self._guilds = guilds
        self._sessions: dict[Shard, Session] = {}
        self._total = 1
        self._identified_at: dict[int, float] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a connection until it ends."""
        if self.is_away:
            return web.Response(status=503)
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        connection = Connection(ws, request)
        await connection.send(frame(HELLO, {"heartbeat_interval": int(self.heartbeat_interval * 1000)}))
        try:
            async for said in ws:
                if said.type is WSMsgType.TEXT:
                    await self._heard(connection, json.loads(said.data))
        finally:
            for session in self._sessions.values():
                if session.connection is connection:
                    session.connection = None
            self._look()
        return ws

    async def _heard(self, connection: Connection, said: Payload) -> None:
        match said["op"]:
            case 1:
                self.heartbeats += 1
                if not any(one.is_mute for one in self._sessions.values() if one.connection is connection):
                    await connection.send(frame(ACK))
            case 2:
                await self._identify(connection, said["d"])
            case 6:
                await self._resume(connection, said["d"])
            case op:
                await connection.ws.close(code=4001, message=f"op {op} is unknown".encode())

    async def _identify(self, connection: Connection, asked: Payload) -> None:
        if self.refuses_with or asked["token"] != self.token:
            await connection.ws.close(code=self.refuses_with or 4004)
            return
        number, total = shard = tuple(asked.get("shard", (0, 1)))
        if not 0 <= number < total:
            await connection.ws.close(code=4010)
            return
        if self._is_too_early(number):
            await connection.send(frame(INVALID, False))
            return
        self.identified += 1
        self.intents = asked["intents"]
        self._total = total
        session = self._sessions[shard] = Session(f"session-{self.identified}", shard)
        session.connection = connection
        guilds = [guild for guild in self._guilds() if session.has(int(guild["id"]))]
        ready = {
            "v": 10,
            "user": BOT.payload(),
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION_ID), "flags": 0},
            **({"shard": list(shard)} if "shard" in asked else {}),
        }
        await self._send(session, "READY", ready)
        for guild in guilds:
            await self._send(session, "GUILD_CREATE", guild)
        self._look()

    def _is_too_early(self, number: int) -> bool:
        """Note that a shard identifies; return whether that is too soon after another of its bucket."""
        bucket, now = number % self.sharding.max_concurrency, time.monotonic()
        since = now - self._identified_at.get(bucket, -math.inf)
        self._identified_at[bucket] = now
        if since < self.sharding.seconds:
            self.unlawful.append(f"shard {number} identified {since:.2f} s after another one of its bucket")
        return since < self.sharding.seconds

    async def _resume(self, connection: Connection, asked: Payload) -> None:
        session = next((one for one in self._sessions.values() if one.id == asked["session_id"]), None)
        if session is None or asked["token"] != self.token:
            await connection.send(frame(INVALID, False))
            return
        self.resumed += 1
        session.is_mute = False
        missed = [event for number, event in session.events if number > (asked["seq"] or 0)]
        for event in missed:
            await connection.send(event)
        session.connection = connection
        await self._send(session, "RESUMED", {})
        self._look()

    async def send(
        self, event: str, data: Any, guild_id: int | None = None, *, through: int | None = None
    ) -> None:
        """Send an event to the shard of a server, or `through` another one.

        A shard that is away gets it when it resumes.
        """
        found = [
            one
            for one in self._sessions.values()
            if (one.has(guild_id) if through is None else one.shard[0] == through)
        ]
        assert found, "the bot has not identified"
        for session in found:
            await self._send(session, event, data)

    async def _send(self, session: Session, event: str, data: Any) -> None:
        number = next(session.numbers)
        made = frame(DISPATCH, data, event, number)
        session.events.append((number, made))
        del session.events[:-1000]
        if session.connection is not None and not session.is_mute:
            await session.connection.send(made)

    def has(self, number: int) -> bool:
        """Whether a shard is connected."""
        return any(one.connection is not None for one in self._sessions.values() if one.shard[0] == number)

    def _look(self) -> None:
        """Note whether all shards are connected."""
        there = {
            one.shard[0]
            for one in self._sessions.values()
            if one.shard[1] == self._total and one.connection is not None and not one.is_mute
        }
        if there >= set(range(self._total)):
            self.ready.set()
        else:
            self.ready.clear()

    # What can go wrong with all connections, or with that of one shard

    def cut(self, shard: int | None = None) -> None:
        """Cut the connection, without a word."""
        for connection in self._disconnected(shard):
            connection.cut()

    async def close(self, code: int = WSCloseCode.SERVICE_RESTART, shard: int | None = None) -> None:
        """Close the connection with a code."""
        for connection in self._disconnected(shard):
            await connection.ws.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Send op 7."""
        for connection in self._disconnected():
            await connection.send(frame(RECONNECT))

    async def invalidate(self, *, resumable: bool, shard: int | None = None) -> None:
        """Send op 9; a session that cannot be resumed is forgotten, with what the bot missed of it."""
        connections = self._disconnected(shard)
        if not resumable:
            self.forget(shard)
        for connection in connections:
            await connection.send(frame(INVALID, resumable))

    def forget(self, shard: int | None = None) -> None:
        """Forget the sessions of processes that are gone, with what they missed."""
        self._sessions = {key: one for key, one in self._sessions.items() if shard not in (None, key[0])}
        self._look()

    def fall_silent(self) -> None:
        """Send nothing more on this connection, not even an answer to heartbeats, and leave it open."""
        for session in self._sessions.values():
            session.is_mute = True
        self.ready.clear()

    def _disconnected(self, shard: int | None = None) -> list[Connection]:
        """Take the connections from their sessions; return them."""
        taken = []
        for session in self._sessions.values():
            if session.connection is not None and shard in (None, session.shard[0]):
                taken.append(session.connection)
                session.connection = None
        self.ready.clear()
        return taken


def frame(op: int, data: Any = None, event: str | None = None, number: int | None = None) -> str:
    """Return a frame of the gateway."""
    return json.dumps({"op": op, "d": data, "s": number, "t": event})
