"""The doctor: checks what the bot stands on, changes nothing, and says what to do about what it finds.

It signs in at Discord like the bot does, but opens no connection, so the bot may be running meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import discord

from handlers.logs import is_outage
from knowledge.content import read_content
from knowledge.database_files import file_of_url
from knowledge.database_servers import Address, is_server
from knowledge.errors import ContentError, StoreError
from knowledge.store.backups import examine
from knowledge.stored_archive import archive_fault
from knowledge.text import echo
from settings import NO_TOKEN, Settings

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What the bot must be allowed in a server, and nothing more."""

_APPLICATIONS = "https://discord.com/developers/applications"
_RESET = f"Copy a new one from {_APPLICATIONS} › your application › Bot › Reset Token, into DISCORD_TOKEN."
_TOKEN = re.compile(r"([\w-]{20,40})\.[\w-]{5,10}\.[\w-]{25,50}", re.ASCII)
_PRIVILEGED = {
    "gateway_message_content": "message content",
    "gateway_message_content_limited": "message content",
    "gateway_guild_members": "server members",
    "gateway_guild_members_limited": "server members",
    "gateway_presence": "presence",
    "gateway_presence_limited": "presence",
}
_LEAST_ROOM = 200_000_000
_BLOCK = 4096
_MOST_SECONDS_OFF = 5
_PATIENCE = 30
_FAULTS_NAMED = 3


class State(StrEnum):
    """What was found of a thing."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, in words, and what to do about it."""

    state: State
    about: str
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return it as a line, and what to do as another."""
        line = f"{self.state:<11} {self.about}: {self.said}"
        return f"{line}\n{'':<11} → {self.remedy}" if self.remedy else line


async def examined(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what is found, one thing after the other: here first, then at Discord."""
    for check in (_content, _database, _disk):
        yield await asyncio.to_thread(check, settings)
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    shape = _shape(token)
    yield shape
    if shape.state is State.FAULT:
        for about in ("sign-in", "intents", "servers", "clock"):
            yield Finding(State.UNCHECKED, about, "there is no token to sign in with")
        return
    async for finding in _at_discord(token, settings):
        yield finding


def _content(settings: Settings) -> Finding:
    try:
        library = read_content(local=settings.data_dir).only(settings.collections)
    except ContentError as error:
        named = "; ".join(map(str, error.faults[:_FAULTS_NAMED]))
        more = len(error.faults) - _FAULTS_NAMED
        said = f"{named}{f'; and {more} more' if more > 0 else ''}"
        return Finding(State.FAULT, "content", said, "Mend these lines; python bot.py check lists them all.")
    if not library.sources:
        return Finding(State.FAULT, "content", "the library is empty", "Add to collections in config.yaml.")
    if fault := archive_fault(settings.data_dir):
        return Finding(State.FAULT, "content", fault, "Until then, the bot answers without the archive.")
    held = f"{len(library.sources)} sources"
    if library.archive:
        held += f", {len(library.archive)} documents of an archive"
    return Finding(
        State.OK,
        "content",
        f"version {library.version}, {held}, {library.passage_count} passages",
    )


def _database(settings: Settings) -> Finding:
    if settings.cannot_share:
        return Finding(State.FAULT, "database", settings.cannot_share)
    url = settings.store_url
    try:
        contents = examine(url)
    except StoreError as error:
        lost = "If the file is lost, put a backup in its place: python bot.py restore FILE."
        waits = "Until then no bot starts; one that runs answers questions, and tries again."
        return Finding(State.FAULT, "database", str(error), waits if is_server(url) else lost)
    if contents is None:
        return Finding(State.OK, "database", "none yet; the bot makes one when it starts")
    where = Address.of_url(url) if is_server(url) else file_of_url(url)
    return Finding(State.OK, "database", f"{where}, {contents}")


def _disk(settings: Settings) -> Finding:
    """Say whether there is room, and leave to write, where the data is and where the database is."""
    url = settings.store_url
    database = settings.data_dir / "none" if is_server(url) else file_of_url(url)
    said = []
    for folder in dict.fromkeys(map(_that_is_there, (settings.data_dir, database.parent))):
        try:
            with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
                file.write(bytes(_BLOCK))
            if database.parent == folder and database.exists() and not os.access(database, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            free = shutil.disk_usage(folder).free
        except OSError as error:
            remedy = "Make room and let the bot's user write there, or set data_dir to another folder."
            return Finding(State.FAULT, "disk", f"{folder} cannot be written: {error.strerror}", remedy)
        said.append(f"{folder} can be written and has {free / 1e9:.1f} GB of room")
        if free < _LEAST_ROOM:
            return Finding(State.WARNING, "disk", said[-1], "Make room, or set data_dir to another disk.")
    return Finding(State.OK, "disk", "; ".join(said))


def _that_is_there(folder: Path) -> Path:
    """Return a folder, or of those above it the nearest one that there is."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def _shape(token: str) -> Finding:
    """Say whether a token looks like one; its first part is the id of the application."""
    if not token:
        return Finding(State.FAULT, "token", "there is none", NO_TOKEN.partition("\n")[2].partition("\n")[0])
    found = _TOKEN.fullmatch(token)
    with suppress(binascii.Error, UnicodeDecodeError):
        if found and base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode().isdecimal():
            return Finding(State.OK, "token", "looks like a bot's token")
    said = f"the {len(token)} characters that are set do not look like a bot's token"
    return Finding(State.FAULT, "token", said, f"A client secret or a public key will not do. {_RESET}")


class _Clock:
    """How far the clock of this machine is from that of Discord, read off its replies."""

    def __init__(self) -> None:
        self.seconds_ahead: float | None = None

    def trace(self) -> aiohttp.TraceConfig:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._read)
        return trace

    async def _read(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, sent: aiohttp.TraceRequestEndParams
    ) -> None:
        with suppress(KeyError, ValueError, TypeError):
            theirs = parsedate_to_datetime(sent.response.headers["Date"]).timestamp()
            self.seconds_ahead = time.time() - theirs - 0.5  # which is cut to whole seconds

    def finding(self) -> Finding:
        if self.seconds_ahead is None:
            return Finding(State.UNCHECKED, "clock", "Discord did not say what time it is")
        seconds = round(abs(self.seconds_ahead))
        if seconds <= _MOST_SECONDS_OFF:
            return Finding(State.OK, "clock", "as at Discord")
        way = "ahead of" if self.seconds_ahead > 0 else "behind"
        remedy = "Have it set from the network: timedatectl set-ntp true."
        return Finding(State.WARNING, "clock", f"{seconds:,} seconds {way} Discord's", remedy)


async def _at_discord(token: str, settings: Settings) -> AsyncIterator[Finding]:
    """Yield what is found by signing in."""
    clock = _Clock()
    async with discord.Client(intents=discord.Intents.none(), http_trace=clock.trace()) as client:
        checks: tuple[tuple[str, Callable[[], Awaitable[list[Finding]]]], ...] = (
            ("sign-in", lambda: _signed_in(client, token)),
            ("intents", lambda: _intents(client)),
            ("servers", lambda: _servers(client)),
            ("shards", lambda: _shards(client, settings)),
        )
        fails = ""
        for about, check in checks:
            if fails:
                if about != "shards" or settings.shards:
                    yield Finding(State.UNCHECKED, about, fails)
                continue
            try:
                async with asyncio.timeout(_PATIENCE):
                    findings = await check()
            except Exception as error:
                finding = _failed(about, error)
                fails, findings = f"{about} did not succeed", [finding]
            for finding in findings:
                yield finding
        yield clock.finding()


def _failed(about: str, error: Exception) -> Finding:
    if isinstance(error, discord.LoginFailure) or getattr(error, "status", 0) == 401:
        return Finding(State.FAULT, about, "Discord refused the token", _RESET)
    if is_outage(error) or isinstance(error, TimeoutError):
        said = f"Discord cannot be reached ({type(error).__name__})"
        remedy = "Check the network and any proxy; the bot itself waits and tries again."
        return Finding(State.UNCHECKED, about, said, remedy)
    return Finding(State.FAULT, about, f"{type(error).__name__}: {error}", "Run it again later.")


async def _signed_in(client: discord.Client, token: str) -> list[Finding]:
    await client.login(token)
    return [Finding(State.OK, "sign-in", f"as {_plain(str(client.user))}")]


async def _intents(client: discord.Client) -> list[Finding]:
    flags = (await client.application_info()).flags
    needless = dict.fromkeys(name for flag, name in _PRIVILEGED.items() if getattr(flags, flag))
    if needless:
        said = f"none is needed, but these are switched on: {', '.join(needless)}"
        remedy = f"Switch them off at {_APPLICATIONS} › Bot › Privileged Gateway Intents."
        return [Finding(State.WARNING, "intents", said, remedy)]
    return [Finding(State.OK, "intents", "no privileged one is needed, and none is switched on")]


async def _servers(client: discord.Client) -> list[Finding]:
    guilds = [guild async for guild in client.fetch_guilds(limit=None)]
    if not guilds:
        remedy = f"Invite it: {_invitation(client)}"
        return [Finding(State.WARNING, "servers", "the bot is in none", remedy)]
    return [await _server(client, guild) for guild in guilds]


async def _server(client: discord.Client, listed: discord.Guild) -> Finding:
    """Say whether the bot has the rights it needs in a server; a channel may take some of them away."""
    assert client.user is not None
    about = f"server {_plain(listed.name)}"
    guild = await client.fetch_guild(listed.id, with_counts=False)
    rights = (await guild.fetch_member(client.user.id)).guild_permissions
    missing = list(_missing(rights))
    if missing:
        remedy = f"Grant it to the bot's role there, or invite it once more: {_invitation(client)}"
        return Finding(State.FAULT, about, f"the bot lacks {', '.join(missing)}", remedy)
    if rights.administrator:
        remedy = "Take Administrator from its role; it needs far less."
        return Finding(State.WARNING, about, "the bot may do everything there", remedy)
    return Finding(State.OK, about, "all permissions that are needed")


async def _shards(client: discord.Client, settings: Settings) -> list[Finding]:
    """Say whether there are as many shards as Discord wants, if there are or should be any."""
    shards = settings.shards
    if settings.cannot_share:
        return [Finding(State.FAULT, "shards", settings.cannot_share)]
    recommended, _, starts = await client.http.get_bot_gateway()
    if recommended > (total := shards.total if shards else 1):
        said = f"Discord recommends {recommended}, and there {'are' if total > 1 else 'is'} {total}"
        remedy = (
            f"Start it as python bot.py run --shards 0-{recommended - 1}/{recommended}, or with some of them "
            "in each of several processes. Discord refuses a shard with more than 2,500 servers."
        )
        return [Finding(State.WARNING, "shards", said, remedy)]
    if shards is None:
        return []
    said = (
        f"{shards}; Discord recommends {recommended}, and lets {starts['max_concurrency']} identify at once"
    )
    return [Finding(State.OK, "shards", said)]


def _missing(rights: discord.Permissions) -> Iterator[str]:
    if not rights.administrator:
        for name, is_needed in NEEDED:
            if is_needed and not getattr(rights, name):
                yield "View Channels" if name == "read_messages" else name.replace("_", " ").title()


def _invitation(client: discord.Client) -> str:
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(client.application_id or 0, permissions=NEEDED, scopes=scopes)


def _plain(name: str) -> str:
    """Return a name that somebody else chose, safe to be printed in a terminal."""
    return f"“{echo(name)}”"
