"""The gateway of the loopback: sockets, sessions that can be resumed, and all that can go wrong with them."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.wire.things import APPLICATION_ID, BOT, Payload

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass(slots=True)
class Session:
    """What a bot that identified is to be sent, kept so that it can be sent again."""

    id: str
    events: list[tuple[int, str]] = field(default_factory=list)


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


class Gateway:
    """Takes the bot's connections and sends it events; whatever it missed is sent when it resumes."""

    def __init__(self, token: str, guilds: Callable[[], list[Payload]]) -> None:
        """Take the token that is right, and what servers there are."""
        self.token = token
        self.heartbeat_interval = 41.25
        self.refuses_with: int | None = None
        self.is_mute = self.is_away = False
        self.identified = self.resumed = self.heartbeats = 0
        self.intents = 0
        self.ready = asyncio.Event()
        self.url = ""
        self._guilds = guilds
        self._session: Session | None = None
        self._connection: Connection | None = None
        self._numbers = itertools.count(1)

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
            if self._connection is connection:
                self._connection = None
                self.ready.clear()
        return ws

    async def _heard(self, connection: Connection, said: Payload) -> None:
        match said["op"]:
            case 1:
                self.heartbeats += 1
                if not self.is_mute:
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
        self.identified += 1
        self.intents = asked["intents"]
        self._session = Session(f"session-{self.identified}")
        self._connection = connection
        self.is_mute = False
        guilds = self._guilds()
        ready = {
            "v": 10,
            "user": BOT.payload(),
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": self._session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        await self.send("READY", ready)
        for guild in guilds:
            await self.send("GUILD_CREATE", guild)
        self.ready.set()

    async def _resume(self, connection: Connection, asked: Payload) -> None:
        session = self._session
        if session is None or asked["session_id"] != session.id or asked["token"] != self.token:
            await connection.send(frame(INVALID, False))
            return
        self.resumed += 1
        self.is_mute = False
        missed = [event for number, event in session.events if number > (asked["seq"] or 0)]
        for event in missed:
            await connection.send(event)
        self._connection = connection
        await self.send("RESUMED", {})
        self.ready.set()

    async def send(self, event: str, data: Any) -> None:
        """Send an event; a bot that is away gets it when it resumes."""
        assert self._session is not None, "the bot has not identified"
        number = next(self._numbers)
        made = frame(DISPATCH, data, event, number)
        self._session.events.append((number, made))
        del self._session.events[:-1000]
        if self._connection is not None and not self.is_mute:
            await self._connection.send(made)

    # What can go wrong

    def cut(self) -> None:
        """Cut the connection, without a word."""
        if self._connection is not None:
            self._connection.cut()
            self._connection = None
        self.ready.clear()

    async def close(self, code: int = WSCloseCode.SERVICE_RESTART) -> None:
        """Close the connection with a code."""
        connection, self._connection = self._connection, None
        self.ready.clear()
        if connection is not None:
            await connection.ws.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Send op 7."""
        connection, self._connection = self._connection, None
        self.ready.clear()
        if connection is not None:
            await connection.send(frame(RECONNECT))

    async def invalidate(self, *, resumable: bool) -> None:
        """Send op 9; a session that cannot be resumed is forgotten, with what the bot missed of it."""
        connection, self._connection = self._connection, None
        self.ready.clear()
        if connection is not None:
            await connection.send(frame(INVALID, resumable))
        if not resumable:
            self._session = None

    def fall_silent(self) -> None:
        """Send nothing more on this connection, not even an answer to heartbeats, and leave it open."""
        self.is_mute = True
        self.ready.clear()


def frame(op: int, data: Any = None, event: str | None = None, number: int | None = None) -> str:
    """Return a frame of the gateway."""
    return json.dumps({"op": op, "d": data, "s": number, "t": event})
