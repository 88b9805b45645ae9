"""The HTTP API of the loopback: every request is kept, befallen by a fault if one is planned, or answered."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.wire.faults import UNAUTHORIZED, Fault, Plan
from tests.wire.gateway import Gateway, reset
from tests.wire.interactions import Interaction, callback
from tests.wire.things import (
    APPLICATION_ID,
    BOT,
    COMPONENTS_V2,
    EPHEMERAL,
    OWNER,
    Channel,
    Payload,
    message,
    new_id,
    now,
    numbered,
)

PREFIX = "/api/v10"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the bot, as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    files: Mapping[str, bytes] = field(default_factory=dict)
    route: str = ""
    at: float = field(default_factory=time.perf_counter)


class RefusedError(Exception):
    """A request that Discord would refuse, with its status and code."""

    def __init__(self, status: int, code: int, words: str) -> None:
        """Take the answer."""
        super().__init__(words)
        self.status, self.body = status, {"message": words, "code": code}


_ALREADY = (400, 40060, "Interaction has already been acknowledged.")
_UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
_UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
_UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
_EMPTY = (400, 50006, "Cannot send an empty message")

Handler = Callable[["Api", re.Match[str], Request], Any]
_ROUTES: list[tuple[str, str, re.Pattern[str], Handler]] = []


def route(name: str, method: str, path: str) -> Callable[[Handler], Handler]:
    """Take a method as the one that answers requests to a path; faults know them by the name."""

    def taken(handler: Handler) -> Handler:
        _ROUTES.append((name, method, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), handler))
        return handler

    return taken


class Api:
    """What the bot can ask of Discord, and what Discord knows."""

    def __init__(self, token: str, gateway: Gateway) -> None:
        """Take the token that is right, and the gateway to which bots are sent."""
        self.token = token
        self.gateway = gateway
        self.requests: list[Request] = []
        self.faults = Plan()
        self.channels: dict[int, Channel] = {}
        self.commands: list[Payload] = []
        self.interactions: dict[str, Interaction] = {}
        self.messages: dict[int, Payload] = {}
        self.posted: list[Payload] = []
        """What was sent to channels, without answers to interactions."""
        self.changed = asyncio.Event()
        self._nonces: dict[tuple[int, str], Payload] = {}

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Answer a request."""
        path = http.path.removeprefix(PREFIX)
        body, files = await _read(http)
        found = _found(http.method, path)
        request = Request(http.method, path, dict(http.query), body, files, found[0] if found else "")
        self.requests.append(request)
        if found is None:
            return _json({"message": "404: Not Found", "code": 0}, 404)
        name, match, handler = found
        fault = self.faults.next(name)
        if http.headers.get("Authorization") not in (f"Bot {self.token}", None):
            fault = UNAUTHORIZED
        if fault and not fault.is_processed:
            return await _befallen(http, fault)
        try:
            answer, status = handler(self, match, request), 200
        except RefusedError as error:
            answer, status = error.body, error.status
        self.changed.set()
        if fault and fault.status != 200:
            return await _befallen(http, fault)
        if fault:
            await asyncio.sleep(fault.seconds)
        return _json(answer, status) if answer is not None else web.Response(status=204)

    def forget(self) -> None:
        """Forget what was asked and said so far, except what is still under way."""
        self.requests.clear()
        self.posted.clear()
        self.messages.clear()
        self._nonces.clear()
        self.interactions = {key: one for key, one in self.interactions.items() if not one.is_over}

    def to(self, name: str) -> list[Request]:
        """Return the requests to a route, by its name."""
        return [request for request in self.requests if request.route == name]

    # Signing in

    @route("login", "GET", "/users/@me")
    def _me(self, _: re.Match[str], __: Request) -> Payload:
        return BOT.payload()

    @route("application", "GET", "/oauth2/applications/@me")
    def _application(self, _: re.Match[str], __: Request) -> Payload:
        return {
            "id": str(APPLICATION_ID),
            "name": BOT.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": OWNER.payload(),
            "team": None,
            "flags": 0,
        }

    @route("gateway", "GET", "/gateway/bot")
    def _gateway(self, _: re.Match[str], __: Request) -> Payload:
        sharding = self.gateway.sharding
        starts = {"total": 1000, "remaining": sharding.remaining, "reset_after": 3_600_000}
        return {
            "url": self.gateway.url,
            "shards": sharding.recommended,
            "session_start_limit": starts | {"max_concurrency": sharding.max_concurrency},
        }

    @route("commands", "PUT", "/applications/{application}/commands")
    def _sync(self, _: re.Match[str], request: Request) -> list[Payload]:
        common = {"application_id": str(APPLICATION_ID), "version": "1", "description": ""}
        self.commands = [{**common, **command, "id": str(new_id())} for command in request.body]
        return self.commands

    # Interactions

    @route("callback", "POST", "/interactions/{id}/{token}/callback")
    def _callback(self, match: re.Match[str], request: Request) -> Payload | None:
        interaction = self.interactions.get(match["token"])
        if interaction is None or str(interaction.id) != match["id"] or interaction.is_over:
            raise RefusedError(*_UNKNOWN_INTERACTION)
        if interaction.response_type:
            raise RefusedError(*_ALREADY)
        kind, data = request.body["type"], request.body.get("data") or {}
        match kind:
            case 4 | 5:
                made = self._message(interaction.channel, data, request)
                interaction.original = {**made, "loading": kind == 5}
                self.messages[int(made["id"])] = interaction.original
            case 7:
                assert interaction.source is not None
                interaction.original = self._edit(interaction.source, data, request)
            case 8:
                interaction.choices = data["choices"]
            case 9:
                interaction.form = data
        interaction.acknowledged(kind)
        return callback(interaction) if request.query.get("with_response") else None

    @route("followup", "POST", "/webhooks/{application}/{token}")
    def _followup(self, match: re.Match[str], request: Request) -> Payload:
        interaction = self._answered(match["token"])
        if interaction.is_loading:
            assert interaction.original is not None
            return self._resolve(interaction, interaction.original, request)
        made = self._message(interaction.channel, request.body, request)
        interaction.followups.append(made)
        interaction.changed.set()
        return made

    @route("edit", "PATCH", "/webhooks/{application}/{token}/messages/{message}")
    def _edit_answer(self, match: re.Match[str], request: Request) -> Payload:
        interaction = self._answered(match["token"])
        return self._resolve(interaction, self._of(interaction, match["message"]), request)

    @route("delete", "DELETE", "/webhooks/{application}/{token}/messages/{message}")
    def _delete_answer(self, match: re.Match[str], _: Request) -> None:
        interaction = self._answered(match["token"])
        del self.messages[int(self._of(interaction, match["message"])["id"])]
        interaction.changed.set()

    def _answered(self, token: str) -> Interaction:
        interaction = self.interactions.get(token)
        if interaction is None or not interaction.response_type:
            raise RefusedError(404, 10015, "Unknown Webhook")
        return interaction

    def _of(self, interaction: Interaction, name: str) -> Payload:
        original = interaction.original or interaction.source
        known = original if name == "@original" else self.messages.get(int(name))
        if known is None or int(known["id"]) not in self.messages:
            raise RefusedError(*_UNKNOWN_MESSAGE)
        return known

    def _resolve(self, interaction: Interaction, shown: Payload, request: Request) -> Payload:
        shown["loading"] = False
        if shown is interaction.source:
            interaction.original = shown
        self._edit(shown, request.body, request)
        interaction.changed.set()
        return shown

    # Channels

    @route("direct", "POST", "/users/@me/channels")
    def _direct(self, _: re.Match[str], request: Request) -> Payload:
        channel = next(
            (c for c in self.channels.values() if c.name == f"dm {request.body['recipient_id']}"), None
        )
        if channel is None:
            channel = Channel(f"dm {request.body['recipient_id']}")
            self.channels[channel.id] = channel
        return channel.payload()

    @route("post", "POST", "/channels/{channel}/messages")
    def _post(self, match: re.Match[str], request: Request) -> Payload:
        channel = self.channels.get(int(match["channel"]))
        if channel is None:
            raise RefusedError(*_UNKNOWN_CHANNEL)
        nonce = str(request.body.get("nonce") or "")
        key = (channel.id, nonce)
        if nonce and request.body.get("enforce_nonce") and key in self._nonces:
            return self._nonces[key]
        made = self._message(channel, request.body, request)
        if nonce:
            made["nonce"] = nonce
            self._nonces[key] = made
        self.posted.append(made)
        return made

    @route("edit message", "PATCH", "/channels/{channel}/messages/{message}")
    def _edit_message(self, match: re.Match[str], request: Request) -> Payload:
        return self._edit(self._known(match["message"]), request.body, request)

    @route("delete message", "DELETE", "/channels/{channel}/messages/{message}")
    def _delete_message(self, match: re.Match[str], _: Request) -> None:
        del self.messages[int(self._known(match["message"])["id"])]

    @route("read message", "GET", "/channels/{channel}/messages/{message}")
    def _read_message(self, match: re.Match[str], _: Request) -> Payload:
        return self._known(match["message"])

    def _known(self, message_id: str) -> Payload:
        known = self.messages.get(int(message_id))
        if known is None:
            raise RefusedError(*_UNKNOWN_MESSAGE)
        return known

    # Messages

    def _message(self, channel: Channel, body: Payload, request: Request) -> Payload:
        deferred = request.body.get("type") == 5
        if not deferred and not request.files and not (body.get("content") or body.get("components")):
            raise RefusedError(*_EMPTY)
        made = message(channel, BOT, body)
        made["attachments"] = _attached(body, request)
        self.messages[int(made["id"])] = made
        return made

    def _edit(self, shown: Payload, body: Payload, request: Request) -> Payload:
        """Change a message; what an edit does not name stays as it is."""
        shown["edited_timestamp"] = now()
        if "content" in body:
            shown["content"] = body["content"] or ""
        if "components" in body:
            shown["components"] = numbered(body["components"] or [])
        if "attachments" in body:
            shown["attachments"] = _attached(body, request)
        kept = shown["flags"] & (EPHEMERAL | COMPONENTS_V2)
        shown["flags"] = kept | ((body.get("flags") or 0) & COMPONENTS_V2)
        return shown


def _attached(body: Payload, request: Request) -> list[Payload]:
    """Return the files of a message as Discord lists them."""
    found = []
    for one in body.get("attachments") or []:
        data = request.files.get(f"files[{one['id']}]", b"")
        address = f"https://cdn.invalid/{one.get('filename', 'file')}"
        about = {"filename": one.get("filename", "file"), "size": len(data), "url": address}
        found.append(
            {"id": str(new_id()), "proxy_url": address, "text": data.decode("utf-8", "replace"), **about}
        )
    return found


async def _read(http: web.Request) -> tuple[Any, dict[str, bytes]]:
    """Return the body of a request, and its files by their field."""
    if http.content_type == "multipart/form-data":
        body, files = None, {}
        async for part in await http.multipart():
            assert isinstance(part, BodyPartReader)
            data = await part.read()
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files[part.name or ""] = bytes(data)
        return body, files
    data = await http.read()
    return (json.loads(data) if data else None), {}


def _found(method: str, path: str) -> tuple[str, re.Match[str], Handler] | None:
    for name, expected, pattern, handler in _ROUTES:
        if method == expected and (match := pattern.fullmatch(path)):
            return name, match, handler
    return None


async def _befallen(http: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    if fault.status is None:
        reset(http.transport)
        return web.Response()
    return _json(fault.body, fault.status, fault.headers)


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    # discord.py reads an answer as JSON only if its type is exactly this, without a charset.
    response = web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response
