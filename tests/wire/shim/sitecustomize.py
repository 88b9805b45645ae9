"""Points discord.py at the loopback: the interpreter reads this file before it reads an unmodified bot.py.

The bot itself is not changed. Its environment says what is wanted, all of it optional:

    WIRE_BASE               the address of the loopback; without it nothing here is done
    WIRE_HASTE              how many times less is waited before something is tried again, or given up
    WIRE_HEARTBEAT_TIMEOUT  after how many silent seconds discord.py gives a gateway up, instead of 60
    WIRE_CLOCK              a file with the seconds by which the wall clock is wrong; read at every look
    WIRE_LAG                a file to write, line by line, how long the event loop was blocked and where
"""

from __future__ import annotations

import os


def _point_at(base: str) -> None:
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = f"{base}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1) + "/gateway")


def _hurry(times: float) -> None:
    import asyncio
    from typing import Any

    import aiohttp
    import discord.client
    import discord.http
    import discord.webhook.async_

    class Hurried:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        @staticmethod
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds / times)

    for module in (discord.http, discord.webhook.async_, discord.client):
        vars(module)["asyncio"] = Hurried()

    ask = aiohttp.ClientSession._request

    async def asked(self: Any, *what: Any, **more: Any) -> Any:
        if "timeout" in more:
            more["timeout"] = aiohttp.ClientTimeout(total=more["timeout"].total / times)
        return await ask(self, *what, **more)

    aiohttp.ClientSession._request = asked  # type: ignore[method-assign]


def _give_up_after(seconds: float) -> None:
    from typing import Any

    from discord.state import ConnectionState

    make = ConnectionState.__init__

    def made(self: Any, **options: Any) -> None:
        make(self, **options, heartbeat_timeout=seconds)

    ConnectionState.__init__ = made  # type: ignore[method-assign]


def _set_the_clock_by(path: str) -> None:
    import datetime
    import time
    from pathlib import Path
    from typing import Any

    import discord.utils

    real_time, file = time.time, Path(path)

    def off() -> float:
        return float(file.read_text() or 0)

    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.datetime.fromtimestamp(real_time() + off(), tz)

    time.time = lambda: real_time() + off()
    discord.utils.utcnow = lambda: Wrong.now(datetime.UTC)


def _watch_the_loop(path: str) -> None:
    import asyncio
    import gc
    import sys
    import threading
    import time
    import traceback
    from pathlib import Path
    from typing import Any

    import discord

    too_long, step = 0.05, 0.005
    log_in = discord.Client.login

    async def watched(self: Any, token: str) -> None:
        main, log = threading.get_ident(), Path(path).open("a", buffering=1)  # noqa: ASYNC230, SIM115
        # The time that the loop itself took, where the system tells it: not what other processes took.
        clock = time.pthread_getcpuclockid(main) if hasattr(time, "pthread_getcpuclockid") else None
        ticks, collections = [0], [0]

        def spent() -> float:
            return time.perf_counter() if clock is None else time.clock_gettime(clock)

        def collecting(phase: str, _: object) -> None:
            collections[0] += phase == "stop" and threading.get_ident() == main

        async def tick() -> None:
            while True:
                ticks[0] += 1
                await asyncio.sleep(step)

        def watch() -> None:
            while True:
                tick, since, where, late = ticks[0], spent(), "", 0.0
                collected = collections[0]
                while ticks[0] == tick:
                    late = spent() - since
                    if late > too_long / 2 and not where:
                        frames = traceback.extract_stack(sys._current_frames().get(main))
                        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in frames[:-9:-1])
                    time.sleep(step / 2)
                if late > too_long:
                    searches = collections[0] - collected
                    log.write(f"{late:.3f} {where} with {searches} searches for garbage\n")

        gc.callbacks.append(collecting)
        self._watching = asyncio.create_task(tick())
        threading.Thread(target=watch, daemon=True).start()
        await log_in(self, token)

    discord.Client.login = watched  # type: ignore[method-assign]


if _base := os.environ.get("WIRE_BASE"):
    _point_at(_base)
    if _haste := os.environ.get("WIRE_HASTE"):
        _hurry(float(_haste))
    if _silence := os.environ.get("WIRE_HEARTBEAT_TIMEOUT"):
        _give_up_after(float(_silence))
    if _clock := os.environ.get("WIRE_CLOCK"):
        _set_the_clock_by(_clock)
    if _lag := os.environ.get("WIRE_LAG"):
        _watch_the_loop(_lag)
