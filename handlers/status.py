"""What an operator's tools ask of a running bot: /healthz, /readyz and /metrics, and SIGHUP to reload.

It is there before Discord is, and while Discord is away.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Protocol, Self, TypeVar, runtime_checkable

import discord
from aiohttp import web

from handlers.metrics import CONTENT_TYPE, is_online
from settings import Settings

ARCHIVE_SECONDS = 2.0
"""How often to look whether another archive was built."""

_log = logging.getLogger(__name__)


@runtime_checkable
class Operated(Protocol):
    """A bot that can be measured and reloaded."""

    async def reload(self) -> str:
        """Put the content as it is now into service."""

    async def follow_archive(self, tried: str) -> str:
        """Put the archive that was built last into service, unless it was tried; return which was."""

    async def measured(self) -> bytes:
        """Return the metrics."""


Bot = TypeVar("Bot", bound=discord.Client)


class Status:
    """Serves what the bot of this process is doing, at `status_address`.

    It reloads it at SIGHUP, and when there is another archive than that in service.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is served yet."""
        self._address = settings.status_address
        self._bot: discord.Client | None = None
        self._runner: web.AppRunner | None = None
        self._reloading: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None

    def of(self, bot: Bot) -> Bot:
        """Be about this bot from now on; return it. A SIGHUP that was held back meanwhile reloads it."""
        self._bot = bot
        if hasattr(signal, "pthread_sigmask"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hung_up)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGHUP,))
        return bot

    async def __aenter__(self) -> Self:
        """Begin to serve; an address that cannot be had is logged, and the bot runs without."""
        if self._address != "off":
            await self._serve()
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving."""
        if hasattr(signal, "SIGHUP"):
            # Not removed: a late SIGHUP would end the process in the middle of stopping.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: None)
        for task in filter(None, (*self._reloading, self._following)):
            task.cancel()
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self) -> None:
        host, _, port = self._address.rpartition(":")
        app = web.Application()
        for path, answer in (("/healthz", _alive), ("/readyz", self._ready), ("/metrics", self._metrics)):
            app.router.add_get(path, answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await runner.cleanup()
            message = "Nothing is served at %s (%s). Set status_address to a free one, or to off."
            _log.warning(message, self._address, error.strerror)
            return
        self._runner = runner
        _log.info("Serving /healthz, /readyz and /metrics at port %d of %s", runner.addresses[0][1], host)

    async def _ready(self, _: web.Request) -> web.Response:
        """Say whether the bot can answer now."""
        if self._bot is None or not is_online(self._bot):
            return web.Response(status=503, text="not ready: not connected to Discord\n")
        return web.Response(text="ready\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        """Return the metrics of the bot, if there is one yet."""
        if not isinstance(self._bot, Operated):
            return web.Response(status=503, text="there is no bot yet\n")
        return web.Response(body=await self._bot.measured(), headers={"Content-Type": CONTENT_TYPE})

    async def _follow(self) -> None:
        """Look again and again whether another archive was built."""
        tried = ""
        while True:
            await asyncio.sleep(ARCHIVE_SECONDS)
            if isinstance(bot := self._bot, Operated):
                tried = await bot.follow_archive(tried)
                if self._bot is not bot:  # another bot has not tried it
                    tried = ""

    def _hung_up(self) -> None:
        if isinstance(self._bot, Operated):
            task = asyncio.create_task(_reload(self._bot))
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)


async def _alive(_: web.Request) -> web.Response:
    """Say that the process answers, whatever Discord does."""
    return web.Response(text="ok\n")


async def _reload(bot: Operated) -> None:
    try:
        await bot.reload()
    except Exception:
        _log.debug("A reload failed, as logged before", exc_info=True)
