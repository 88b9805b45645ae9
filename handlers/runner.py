"""Running the bot as a service: started, kept trying while Discord is away, and stopped cleanly.

The exit code tells a supervisor whether to start it again:

    0   stopped by SIGTERM, SIGINT or itself
    1   something failed that another start may get past: the database, or a fault of the bot
    2   the settings must be changed first: no token, a refused token, intents that are not granted
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import discord

from handlers.delivery import Backoff, insist
from handlers.logs import is_outage, set_up_logging
from handlers.status import Status
from knowledge.collecting import set_apart
from knowledge.errors import KnowledgeError
from knowledge.store import Store
from settings import NO_TOKEN, Settings

DONE, FAILED, MISCONFIGURED = 0, 1, 2
CLOSING_SECONDS = 3.0
WRITING_SECONDS = 3.0
"""How long a write waits for another program; one that still waits must not keep the bot from stopping."""

_APPLICATIONS = "https://discord.com/developers/applications"
_BAD_TOKEN = (
    f"Discord refused the token. Copy a new one from {_APPLICATIONS} › your application › Bot › Reset Token, "
    "set it as DISCORD_TOKEN, and start the bot again."
)
_NO_INTENTS = (
    "Discord does not grant the intents that this bot asks for. Allow them at "
    f"{_APPLICATIONS} › your application › Bot › Privileged Gateway Intents, or start an unmodified bot, "
    "which needs none."
)
_SHARDING = (
    "The bot is in too many servers for so few connections. Give it more shards, all of them in this process "
    "(python bot.py run --shards 0-3/4) or some in each of several; python bot.py doctor says how many "
    "Discord recommends."
)
_NO_SUCH_SHARD = (
    "Discord does not know these shards. Give every process the same number of shards in all, as in "
    "python bot.py run --shards 0-3/16."
)
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_CLOSE_CODES = {4004: _BAD_TOKEN, 4010: _NO_SUCH_SHARD, 4011: _SHARDING, 4013: _NO_INTENTS, 4014: _NO_INTENTS}

_RECONNECTING = Backoff()

_log = logging.getLogger(__name__)

MakeBot = Callable[[Store], discord.Client]


def run(settings: Settings, make_bot: MakeBot, *, backoff: Backoff = _RECONNECTING) -> int:
    """Run the bot until it is stopped; return the exit code, as listed above.

    `make_bot` is called for every attempt to reach Discord, with the open store; the bot it returns is closed
    here, and so is the store. While Discord cannot be reached, attempts go on without limit.
    """
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    if not token:
        print(NO_TOKEN, file=sys.stderr)
        return MISCONFIGURED
    if settings.cannot_share:
        print(settings.cannot_share, file=sys.stderr)
        return MISCONFIGURED
    set_up_logging(settings, token)
    set_apart()
    return asyncio.run(_serve(settings, token, make_bot, backoff))


async def _serve(settings: Settings, token: str, make_bot: MakeBot, backoff: Backoff) -> int:
    stop = stop_on_signals()
    try:
        opened = await Store.open(settings.store_url, patience=WRITING_SECONDS)
        async with opened as store, Status(settings) as status:
            code = await _keep_trying(lambda: status.of(make_bot(store)), token, backoff, stop)
    except KnowledgeError as error:
        _log.error("%s", error)
        return FAILED
    except Exception:
        _log.exception("The bot failed, through a fault of its own or an answer that it cannot use.")
        return FAILED
    _log.info("The bot has stopped.")
    return code


def stop_on_signals() -> asyncio.Event:
    """Return what is set once the process is asked to stop, by Ctrl-C or SIGTERM."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


async def _keep_trying(
    make_bot: Callable[[], discord.Client], token: str, backoff: Backoff, stop: asyncio.Event
) -> int:
    attempt = 0
    while not stop.is_set():
        attempt += 1
        try:
            await _run_until_stopped(make_bot(), token, stop)
            break
        except Exception as error:
            if remedy := _remedy(error):
                _log.error(remedy)
                return MISCONFIGURED
            if not is_outage(error):
                raise
            delay = backoff.delay(attempt)
            message = "Discord cannot be reached (%s). Trying again in %.1f seconds."
            _log.warning(message, _reason(error), delay, extra={"attempt": attempt})
            await _sleep(delay, stop)
    return DONE


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    """Wait, but no longer than until the bot is to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _run_until_stopped(bot: discord.Client, token: str, stop: asyncio.Event) -> None:
    """Run a bot until it ends or is to stop, and close it; raises what ended it unless it was stopped."""
    insist(bot)
    running = asyncio.create_task(bot.start(token))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            _log.info("Stopping.")
    finally:
        stopping.cancel()
        await _close(bot, running)
    if not stop.is_set():
        running.result()


async def _close(bot: discord.Client, running: asyncio.Task[None]) -> None:
    """Stop listening, then let the bot close; whatever takes too long is dropped."""
    running.cancel()
    await asyncio.wait({running}, timeout=0.5)
    try:
        await asyncio.wait_for(bot.close(), CLOSING_SECONDS)
    except TimeoutError:
        _log.warning("Closing the connection to Discord took too long; it was dropped.")
    except Exception:
        _log.exception("Closing the bot failed.")


def _remedy(error: Exception) -> str | None:
    """Return what the operator has to do about an error, or None if there is nothing."""
    match error:
        case discord.LoginFailure() | discord.HTTPException(status=401):
            return _BAD_TOKEN
        case discord.PrivilegedIntentsRequired():
            return _NO_INTENTS
        case discord.ConnectionClosed():
            return _CLOSE_CODES.get(error.code)
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"it answered {error.status}"
    return str(error) or type(error).__name__
