"""A web application on a port of this machine, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application, port: int = 0, *, linger: float = 0.0) -> AsyncIterator[str]:
    """Serve an application, at any port that is free if none is named; yield its address.

    In the end, requests that are still under way get so many seconds.
    """
    runner = web.AppRunner(app, shutdown_timeout=linger, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
