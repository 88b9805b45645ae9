"""A network between the store and a server that can be cut at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests import postgresql


@dataclass
class Wire:
    """A network between the store and the server, which can be cut at a commit."""

    port: int
    server: tuple[str, int]
    cut_at: str = ""
    """Whether to cut it `before` a commit reaches the server, or `after`, before the answer comes back."""
    is_up: bool = True
    cuts: int = 0
    was_cut: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if not self.is_up:
            writer.close()
            return
        back, forth = await asyncio.open_connection(*self.server)
        self._writers |= {writer, forth}
        answering = asyncio.create_task(self._copy(back, writer))
        try:
            while data := await reader.read(65536):
                if self.cut_at and b"COMMIT;" in data:
                    await self._cut(forth, data, answering)
                    return
                forth.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()
            forth.close()

    async def _cut(self, forth: asyncio.StreamWriter, data: bytes, answering: asyncio.Task[None]) -> None:
        at, self.cut_at = self.cut_at, ""
        self.cuts += 1
        answering.cancel()
        if at.startswith("after"):
            forth.write(data)
            await forth.drain()
            await asyncio.sleep(0.05)
        self.is_up = not at.endswith("for good")
        self.was_cut.set()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except ConnectionError:
            pass
        writer.close()


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """Yield a wire to the server of a URL, and the URL through it."""
    address = url.rpartition("@")[2].partition("/")[0]
    host, _, port = address.partition(":")
    wire = Wire(postgresql.free_port(), (host, int(port or 5432)))
    async with await asyncio.start_server(wire.carry, "127.0.0.1", wire.port):
        yield wire, url.replace(address, f"127.0.0.1:{wire.port}")
