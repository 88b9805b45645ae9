"""The log: a line a record, for people or for programs, with the id of the request and without secrets.

Neither the token nor the keys to reply to an interaction are ever in it. What people type is not either,
unless `log_questions` is on.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from handlers import requests
from handlers.delivery import TooLateError
from handlers.markup import spoken
from knowledge.text import echo

if TYPE_CHECKING:
    from settings import Settings

_SHORTEST = 4
"""Characters of a text from which on it is recognised, and left out of the log."""


def set_up_logging(settings: Settings, token: str) -> None:
    """Send everything logged to stderr, a line each, and nothing of libraries below INFO.

    At DEBUG, libraries log what people write and the keys to reply to them.
    """
    form = JsonLine if settings.log_format == "json" else OneLine
    handler = logging.StreamHandler()
    handler.setFormatter(form(token, typed_too=settings.log_questions))
    chosen = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=max(chosen, logging.INFO), handlers=[handler], force=True)
    for ours in ("bot", "handlers", "knowledge"):
        logging.getLogger(ours).setLevel(chosen)
    for chatty in ("alembic", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """A record as `time LEVEL logger: message key=value …` on one line, without the secrets of Discord.

    The keys are the request's id and those of `extra`, and for an exception its text and, unless it is an
    outage, its traceback.
    """

    _usual = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
    _unprintable = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
    # The keys to reply to an interaction stand in the addresses that discord.py logs.
    _reply_key = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]+")

    def __init__(self, token: str, *, typed_too: bool = False) -> None:
        """Take the token, which is replaced wherever it would appear, and whether what is typed stays."""
        super().__init__()
        self._token = token
        self._typed_too = typed_too

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        when, message, fields = self._read(record)
        words = [f"{when} {record.levelname} {record.name}: {message}"]
        words += [
            f"{key}={json.dumps(value, default=str, ensure_ascii=False)}" for key, value in fields.items()
        ]
        return self._unprintable.sub(lambda found: repr(found[0])[1:-1], " ".join(words))

    def _read(self, record: logging.LogRecord) -> tuple[str, str, dict[str, Any]]:
        """Return when a record was made, what it says, and its fields; nothing of it is secret any more."""
        fields = {key: value for key, value in vars(record).items() if key not in self._usual}
        request = requests.current()
        if request is not None:
            fields = {"request": request.id, **fields}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields["error"] = f"{type(error).__name__}: {error}"
            if not is_outage(error):
                fields["trace"] = "".join(traceback.format_exception(error))
        typed = () if self._typed_too or request is None else tuple(_forms(request.typed))
        when = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return when, self._clean(record.getMessage(), typed), self._clean(fields, typed)

    def _clean(self, value: Any, typed: tuple[str, ...]) -> Any:
        """Return a value without the token, the keys to reply and, if it is to stay out, what was typed."""
        if isinstance(value, dict):
            return {key: self._clean(one, typed) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(one, typed) for one in value]
        if value is None or isinstance(value, int | float):
            return value
        text = str(value)
        for secret, shown in ((self._token, "[token]"), *((one, "[typed]") for one in typed)):
            text = text.replace(secret, shown)
        return self._reply_key.sub(r"\1[hidden]", text)


class JsonLine(OneLine):
    """A record as a JSON object: time, level, logger, message, and the keys of `OneLine`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        when, message, fields = self._read(record)
        head = {"time": when, "level": record.levelname, "logger": record.name, "message": message}
        return json.dumps(head | fields | head, default=str)


def is_outage(error: BaseException) -> bool:
    """Return whether an error is of the network or of Discord, which may pass by itself."""
    match error:
        case discord.HTTPException():
            return error.status >= 500 or error.status == 429
        case OSError():
            return error.filename is None  # else it is about a file, not the network
        case discord.ConnectionClosed():
            return error.code == 1000  # of the others, discord.py raises only those that cannot be mended
    passing = (aiohttp.ClientError, discord.GatewayNotFound, discord.RateLimited, TooLateError)
    return isinstance(error, passing)


def _forms(typed: tuple[str, ...]) -> Iterator[str]:
    """Yield texts as they may stand in an error, the longest first: as typed, as read, and escaped."""
    read = {form for text in typed for form in (text, spoken(text), echo(text))}
    forms = read | {repr(form)[1:-1] for form in read}
    yield from sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
