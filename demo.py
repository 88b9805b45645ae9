"""The demo: a local page that looks and works like Discord, over the bot itself, for people without a token.

simcord plays Discord in memory and serves the page. What happens there lies in a folder that is thrown away.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.preview import Preview
from simcord.preview._server import PreviewServer

from handlers.client import AidPolicyBot
from handlers.runner import stop_on_signals
from knowledge.drafts import EDITORIAL
from knowledge.engine import Engine
from knowledge.entries import Draft
from knowledge.store import Store
from settings import Settings

NAME = "Aid policy history"
MEMBER, OTHER, MODERATOR, MANAGER = "Alex", "Robin", "Sam (moderator)", "Kim (manager)"
KOREAN = "민지 (한국어)"
"""One whose Discord is in Korean."""

CHANNEL = "questions"
UNANSWERED = "who paid for the shipments?"
"""What one has put to the moderators already, after another got no answer to it."""

OWN_ENTRY: Mapping[str, str] = {
    "question": "Where do I suggest a source?",
    "answer": "Post its link here, with the day it was published. The moderators go through what was "
    "suggested **every Monday**.",
    "alternatives": "how do I suggest a source\ncan you add an article",
    "citations": EDITORIAL,
    "tags": "this-server",
    "reason": "Asked twice this week",
}
"""The entry that the server has already, as one moderator typed it."""

_log = logging.getLogger(__name__)

_TALK_SECONDS = 600.0
_PATIENCE_SECONDS = 30.0
_TEXT_BROWSERS = frozenset(("www-browser", "links", "elinks", "lynx", "w3m"))

_AGAIN = "Start it again with: python bot.py demo"
_SILENT = "The demo does not answer. Has it ended?"
_LOST = "This page has lost its demo. Reload it. Has the demo ended?"

PATCHES: Mapping[str, Mapping[str, str]] = {
    "/": {
        "SimCord Preview</title>": f"{NAME}: demo</title>",
        'aria-label="SimCord preview"': f'aria-label="{NAME}: demo"',
        "<strong>SimCord</strong><small>Preview": f"<strong>{NAME}</strong><small>Demo on this computer",
        'aria-hidden="true">S</span>': 'aria-hidden="true">A</span>',
        "Refresh preview</button>": "Refresh</button>",
        "Publish the latest scenario state to this preview. This is not guaranteed live sync.": (
            "Show what has happened meanwhile"
        ),
        """<details class="session-menu">
          <summary>More</summary>
          <div class="session-menu-popover">
            <button id="close" type="button">End preview session</button>
          </div>
        </details>""": '<button id="close" class="toolbar-button" type="button">End the demo</button>',
    },
    # What worked is seen in the conversation; only what did not is said beside it.
    "/actions.js": {
        'return pendingLabels[pending.kind] || "Completing action…";': 'return "";',
        'return "Updating preview…";': 'return "";',
        'return labels[kind || ""] || "Action completed";': 'return "";',
        'ready ? "Preview ready" : "Loading preview…"': '""',
        'transport.state === "uncertain") return "Action outcome uncertain. It will not be retried."': (
            f'transport.state === "uncertain") return "{_SILENT} {_AGAIN}"'
        ),
        "Connection interrupted; trying again…": f"{_SILENT} {_AGAIN}",
        "Preview session is unavailable. Reload the active Preview URL.": f"{_LOST} {_AGAIN}",
    },
    # Whoever has asked is shown the answer, and can go on writing. Whoever reads above stays there.
    "/app.js": {
        "function updateActionStatus() {": """function showAnswer() {
  const wrote = ["send_message", "run_command"].includes(state.lastActionKind);
  const answers = ["response", "followup", "message"];
  const answered = state.lastAction?.outcomes?.some((outcome) => answers.includes(outcome.kind));
  if (wrote) ui.composer.focus();
  if ((wrote || answered) && state.snapshot?.history?.hasAfter) ui.newMessages.click();
  else if (wrote || answered || state.lastActionKind === "viewer") timeline.toEnd();
}
function showEnd() {
  document.body.dataset.ended = "";
  ui.empty.textContent = state.externalNotice;
  ui.empty.hidden = false;
}
function updateActionStatus() {
  if (state.closed) showEnd();""",
        "idle: () => {": "idle: () => { showAnswer();",
        "await installSnapshot(snapshot, true);\n": (
            "await installSnapshot(snapshot, true); timeline.toEnd(); ui.composer.focus();\n"
        ),
        "Preview session closed.": f"The demo has ended. {_AGAIN}",
        "Preview session is unavailable. Reload the active Preview URL.": f"{_LOST} {_AGAIN}",
    },
    "/timeline.js": {
        'if (state.scrollIntent?.policy !== "target") state.scrollIntent = capture': (
            'if (state.scrollIntent?.policy === "anchor") state.scrollIntent = capture'
        ),
        "    ready: () => {\n": """    toEnd: () => {
      state.scrollIntent = { policy: "bottom" };
      reconcileScrollIntent();
    },
    ready: () => {
""",
    },
    # Suggestions are there before the first letter, and gone once one of them is chosen.
    "/commands.js": {
        'field.addEventListener("focus", () => {': """field.addEventListener("focus", () => {
          if (autocomplete.option !== option.name) {
            autocomplete = { option: null, state: "idle", choiceCount: 0 };
          }""",
        "option.name, current)) || [];": """option.name, current));
            const chosen = currentDraft().values[option.name]?.label;
            if (!choices && !chosen) queryAutocomplete(option, current);
            if (!choices) { clearPopup(); return; }""",
        "drafts.focus(next?.name || null);\n    renderCompose({ focus: Boolean(next) });": """\
drafts.focus((next || option).name);
    renderCompose({ focus: true });
    if (!next) clearPopup();""",
        '"No options match"': '(autocomplete.state === "loading" ? "Looking …" : "No options match")',
        'node("div", "command-popup-heading", heading)': (
            'node("div", "command-popup-heading", heading.replace(/ MATCHING $/, ""))'
        ),
        'node("span", "command-suggestion-ellipsis", "…")': (
            'node("span", "command-option-description", value.description || "")'
        ),
    },
}
"""What simcord's files say, each once, and what is served instead."""

_STYLE = """
#capture-open, #inspector-toggle, #layout-label, .advanced-search, .code-language { display: none; }
.code-block, .code-block code { min-width: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
#action-status { max-width: none; white-space: normal; }
#view-action-output, #back-activity, #message-page-status, #action-status:empty { display: none; }
#channel-timeline { overflow-anchor: none; }
.channel-composer { grid-template-columns: minmax(0, 1fr); }
.command-option-input { box-sizing: content-box; min-width: 4ch; }
.command-suggestion-label:has(+ .command-option-description) { flex: none; }
.command-option-description {
  flex: 1; min-width: 0; overflow: hidden; color: var(--discord-muted); font-size: 12px;
  text-overflow: ellipsis; white-space: nowrap;
}
[data-ended] .messages-sidebar, [data-ended] .preview-toolbar > :not(.preview-brand) { display: none; }
[data-ended] .preview-empty { font-size: 18px; }
@media (max-width: 760px) {
  .preview-shell { --toolbar-height: 46px; }
  .preview-toolbar { height: auto; }
  #messages-toggle, #refresh { display: none; }
}
"""
"""Hides the tools of developers, and on a phone whatever does not fit; wraps code as Discord does."""


class DemoError(Exception):
    """The demo cannot be shown; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class World:
    """A Discord with one server in it. Whoever changes it holds `turn`: simcord does one thing at a time."""

    env: simcord.Env
    bot: AidPolicyBot
    channel: simcord.ChannelHandle
    member: simcord.MemberActor
    other: simcord.MemberActor
    moderator: simcord.MemberActor
    manager: simcord.MemberActor
    korean: simcord.MemberActor
    turn: asyncio.Lock


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo while it is shown: its page, and the world that is seen there with several people's eyes."""

    page: Preview
    world: World

    @property
    def url(self) -> str:
        """The address of the page; whoever knows it can use the page."""
        return self.page.url


def run(settings: Settings, engine: Engine, port: int, *, in_browser: bool) -> None:
    """Show the demo, if wanted in a browser, until it is ended by a signal or on its page.

    Raises `DemoError` if the page cannot be shown.
    """
    asyncio.run(_run(settings, engine, port, in_browser=in_browser))


async def _run(settings: Settings, engine: Engine, port: int, *, in_browser: bool) -> None:
    stop = stop_on_signals()
    async with shown(settings, engine, port) as demo:
        if stop.is_set():
            return
        print(f"The demo is at {demo.url}", flush=True)
        print(f"Ask with /ask, or begin a message with @{NAME}.", flush=True)
        print("Ctrl-C ends it; nothing of it is kept.", flush=True)
        if in_browser and (browser := _browser()):
            threading.Thread(target=browser.open, args=[demo.url], daemon=True).start()
        endings = {asyncio.create_task(stop.wait()), asyncio.create_task(demo.page.wait_closed())}
        _, pending = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        for ending in pending:
            ending.cancel()


def _browser() -> webbrowser.BaseBrowser | None:
    """Return the browser to open the page in, if there is one that does not need the terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return None
    return None if Path(browser.name).name in _TEXT_BROWSERS else browser


@asynccontextmanager
async def shown(settings: Settings, engine: Engine, port: int) -> AsyncIterator[Demo]:
    """Serve the page at a port of this machine (0: any that is free), with a conversation to begin with.

    Raises `DemoError` if the page cannot be shown.
    """
    with tempfile.TemporaryDirectory(prefix="aid-policy-demo-") as folder:
        own = replace(
            settings, data_dir=Path(folder), database_url=None, discord_token=None, sync_commands="auto"
        )
        async with (
            await Store.open(own.store_url) as store,
            _world(AidPolicyBot(engine, store, own, _seconds)) as world,
            _page(world, port) as page,
        ):
            yield Demo(page, world)


def _seconds() -> float:
    """Return the time of the world, which is not always that of the machine."""
    return discord.utils.utcnow().timestamp()


# --- the world --------------------------------------------------------------------------------------------


class _Person(simcord.MemberActor):
    """Somebody whose @ and a name names the bot, as in Discord, where one picks it from a list."""

    async def send(self, channel: simcord.ChannelHandle, content: str = "", **about: Any) -> discord.Message:
        bot = self._env.bot.user
        said = re.sub(f"@{NAME}", bot.mention if bot else "", content, flags=re.IGNORECASE)
        return await super().send(channel, said, **about)


class _Env(simcord.Env):
    """simcord, less strict: an error that the bot has told a person of does not fail what the person did.

    Those that it has not told of leave a command or button without a reply.
    """

    def _record_error(self, error: BaseException) -> None:
        _log.debug("simcord noted an error", exc_info=error)


@asynccontextmanager
async def _world(bot: AidPolicyBot) -> AsyncIterator[World]:
    env = _Env(bot, check_errors=False, settle_timeout=_PATIENCE_SECONDS)
    # Its clock starts on a fixed day. A bot that is there already would live through all the days since.
    env.backend.advance_clock(max(0.0, _behind(env) - _TALK_SECONDS))
    await env.start()
    try:
        world = await _founded(env, bot)
        await _talk(world)
        clock = asyncio.create_task(_keep_time(world))
        try:
            yield world
        finally:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)
    finally:
        await env.shutdown()


async def _founded(env: simcord.Env, bot: AidPolicyBot) -> World:
    assert bot.user is not None
    await bot.user.edit(username=NAME)
    guild = env.create_guild("Aid policy readers")
    moderating = discord.Permissions(manage_messages=True)
    moderators = guild.create_role("Moderators", permissions=moderating)
    managers = guild.create_role("Managers", permissions=moderating | discord.Permissions(manage_guild=True))

    def person(name: str, *roles: simcord.RoleHandle) -> simcord.MemberActor:
        user = env.create_user(name)
        guild.add_member(user, roles=roles)
        return _Person(env, guild, user)

    channel = guild.create_text_channel(CHANNEL, topic=f"/ask, or @{NAME} and a question")
    people = person(MEMBER), person(OTHER), person(MODERATOR, moderators), person(MANAGER, managers)
    korean = person(KOREAN)
    _let_read(env.backend, {korean.id: "ko"})
    env.backend.edit_guild(guild.id, {"system_channel_id": channel.id})  # where the bot introduces itself
    await env.settle()
    return World(env, bot, channel, *people, korean, turn=asyncio.Lock())


async def _talk(world: World) -> None:
    """Let people have talked to the bot during the last minutes, and moderators have written an entry."""
    channel, alex, robin = world.channel, world.member, world.other
    said: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: _write(world),
        lambda: robin.slash(channel, "timeline", period="2018", visibility="public"),
        lambda: alex.send(channel, f"@{NAME} {UNANSWERED}"),
        lambda: robin.click(channel.history()[-1], label="Ask the moderators"),
        lambda: robin.slash(channel, "exports", period="2023-11..2024-03", visibility="public"),
        lambda: alex.send(channel, f"@{NAME} why were aid shipmnts to north korea delayed?"),
    )
    for say in said:
        await say()
        await world.env.advance_time(_TALK_SECONDS / len(said))


async def _write(world: World) -> None:
    desk, author = world.bot.desk, world.manager
    with world.env.time_context():
        await desk.publish(await desk.keep(Draft(author.guild.id, author.id, OWN_ENTRY)), author.id)


async def _keep_time(world: World) -> None:
    """Let simcord's clock, which stands still by itself, go with that of the machine."""
    while True:
        async with world.turn:
            with suppress(TimeoutError):  # the bot is busy for long; the clock catches up afterwards
                await world.env.advance_time(max(0.0, _behind(world.env)))
        await asyncio.sleep(1)


def _behind(env: simcord.Env) -> float:
    return (datetime.now(UTC) - env.now()).total_seconds()


# --- those who read another language ----------------------------------------------------------------------


def _let_read(backend: Any, locales: Mapping[int, str]) -> None:
    """Let people, by their ids, have Discord in another language; simcord has everybody's in English.

    They see the commands in that language. The bot is told the language, and the names that it gave itself.
    """
    emit, visible_commands = backend.emit, backend.visible_commands

    def emit_in_theirs(event: str, payload: dict[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            locale = locales.get(int(user["id"]), payload["locale"])
            data = _as_registered(backend, payload["data"], locale)
            payload = {**payload, "locale": locale, "data": data}
        emit(event, payload)

    def visible_in_theirs(*, user_id: int, **where: Any) -> list[dict[str, Any]]:
        commands = visible_commands(user_id=user_id, **where)
        return [_as_read(command, locales.get(user_id, "")) for command in commands]

    backend.emit, backend.visible_commands = emit_in_theirs, visible_in_theirs


def _as_read(described: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return a command, an option or a choice, with all there is in it, by its names in a language."""
    texts = {
        key: (described.get(f"{key}_localizations") or {}).get(locale, described[key])
        for key in ("name", "description")
        if key in described
    }
    inner = {
        key: [_as_read(one, locale) for one in described[key]]
        for key in ("options", "choices")
        if described.get(key)
    }
    return {**described, **texts, **inner}


def _as_registered(backend: Any, sent: dict[str, Any], locale: str) -> dict[str, Any]:
    """Return what somebody sends by the names that the bot gave, as Discord tells it to the bot."""
    commands = (command for scope in backend.commands.values() for command in scope.values())
    command = next((one for one in commands if "name" in sent and one["id"] == sent.get("id")), None)
    return _renamed(sent, command, locale) if command else sent


def _renamed(sent: dict[str, Any], described: Mapping[str, Any], locale: str) -> dict[str, Any]:
    options = described.get("options") or []
    by_name = {one["name"]: one for one in options} | {_as_read(one, locale)["name"]: one for one in options}
    inner = [_renamed(one, by_name[one["name"]], locale) for one in sent.get("options", ())]
    return {**sent, "name": described["name"]} | ({"options": inner} if "options" in sent else {})


# --- the page ---------------------------------------------------------------------------------------------


class _Server(PreviewServer):
    """simcord's page under the name of the bot; what people do there is done in turn."""

    def __init__(self, page: Preview, port: int, turn: asyncio.Lock) -> None:
        super().__init__(page, port)
        self._turn = turn

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        for theirs, ours in PATCHES.get(request.path, {}).items():
            response.text = response.text.replace(theirs, ours)
        if request.path == "/preview.css":
            response.text += _STYLE
        return response

    async def _action(self, request: Any) -> Any:
        async with self._turn:
            return await super()._action(request)


@asynccontextmanager
async def _page(world: World, port: int) -> AsyncIterator[Preview]:
    viewers = (world.member, world.moderator, world.manager, world.korean)
    page = world.env.preview(world.channel, viewers=viewers, layout="channel", timezone=_timezone())
    page._server = _Server(page, port, world.turn)
    try:
        await page.__aenter__()
    except simcord.SetupError as error:
        raise DemoError(_why_not(error, port)) from error
    try:
        yield page
    finally:
        await page.close()


def _why_not(error: simcord.SetupError, port: int) -> str:
    if isinstance(error.__cause__, OSError):
        reason = os.strerror(error.__cause__.errno or 0).lower()
        return f"Port {port} cannot be used ({reason}). Choose another: --port 0 takes any that is free."
    package = str(error).partition(";")[0]
    return f"{package}. Install what the demo needs: {sys.executable} -m pip install -e '.[demo]'"


def _timezone() -> str:
    """Return the zone of this machine by its distance from UTC, or UTC if that is not in whole hours."""
    offset = datetime.now().astimezone().utcoffset()
    hours, rest = divmod(int(offset.total_seconds()) if offset else 0, 3600)
    return f"Etc/GMT{-hours:+d}" if hours and not rest else "UTC"
