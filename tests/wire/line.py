"""A line between a process and a server, which can be cut and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Line:
    """Whatever connects to it is connected to a server, unless the line is cut."""

    host: str
    port: int
    url: str = ""
    is_cut: bool = False
    is_silent: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Cut all connections, and let no other in until it is mended."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections in again, and let those go on that fell silent."""
        self.is_cut = self.is_silent = False

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect to the server, and pass on what either says."""
        if self.is_cut:
            writer.transport.abort()
            return
        from_server, to_server = await asyncio.open_connection(self.host, self.port)
        self._writers |= {writer, to_server}
        with suppress(OSError):
            await asyncio.gather(self._pass_on(reader, to_server), self._pass_on(from_server, writer))
        self._writers -= {writer, to_server}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if not self.is_silent:
                    writer.write(data)
        finally:
            writer.transport.abort() if self.is_cut else writer.close()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """Have a line to the server of a database; its URL is that of the database by the line."""
    parts = urlsplit(url)
    line = Line(parts.hostname or "127.0.0.1", parts.port or 5432)
    server = await asyncio.start_server(line.connected, "127.0.0.1", 0)
    who, port = parts.netloc.rpartition("@")[0], server.sockets[0].getsockname()[1]
    line.url = parts._replace(netloc=f"{who}@127.0.0.1:{port}").geturl()
    try:
        yield line
    finally:
        line.cut()
        server.close()
