"""Discord's own description of its HTTP API, against which every request of the bot is held.

The description (openapi.json, of https://github.com/discord/discord-api-spec) is not part of this project.
It is looked for beside the project, in ../shared/discord-api, or where DISCORD_API_DESCRIPTION says.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.wire.api import Request

PLACES = (
    os.environ.get("DISCORD_API_DESCRIPTION", ""),
    str(Path(__file__).parents[3] / "shared" / "discord-api" / "openapi.json"),
)
_URN = "urn:discord"
_ID = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$", "minimum": 0}
"""An id as Discord takes it; its description has them as text, and discord.py sends numbers, too."""

_CALLBACKS = {
    4: "CreateMessageInteraction",
    5: "CreateMessageInteraction",
    6: "UpdateMessageInteraction",
    7: "UpdateMessageInteraction",
    8: "ApplicationCommandAutocomplete",
    9: "ModalInteraction",
}
"""The schema of each kind of first answer, by which a fault is named in it and not in all of the others."""


def path() -> Path | None:
    """Return where the description is, if it is anywhere."""
    return next((Path(place) for place in PLACES if place and Path(place).is_file()), None)


class Description:
    """The description, read, in which keys that it does not name are forbidden."""

    def __init__(self, file: Path) -> None:
        """Read it."""
        self._document = json.loads(file.read_text("utf-8"))
        _complete(self._document["components"]["schemas"])
        for schema in self._document["components"]["schemas"].values():
            _close(schema)
        self._registry: Registry[Any] = Registry().with_resource(
            _URN, DRAFT202012.create_resource(self._document)
        )
        self._paths = [(_pattern(path), path) for path in self._document["paths"]]
        self._validator = cache(self._validator_at)

    def faults(self, request: Request) -> Iterator[str]:
        """Yield what the description does not allow in a request."""
        where = f"{request.method} {re.sub(r'[^/]{20,}', '…', request.path)}"
        path = next((path for pattern, path in self._paths if pattern.fullmatch(request.path)), None)
        operation = self._document["paths"].get(path, {}).get(request.method.lower())
        if path is None or operation is None:
            yield f"{where}: there is no such request"
            return
        known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        yield from (f"{where}: there is no parameter {name}" for name in request.query if name not in known)
        if "requestBody" not in operation:
            if request.body is not None:
                yield f"{where}: takes no body"
            return
        error = best_match(
            self._validator(path, request.method.lower(), _kind(request)).iter_errors(request.body)
        )
        if error is not None:
            at = "/".join(map(str, error.absolute_path))
            yield f"{where}: at “{at}”: ({error.validator}) {error.message[:300]}"

    def _validator_at(self, path: str, method: str, kind: int | None) -> Draft202012Validator:
        if kind in _CALLBACKS:
            pointer = f"/components/schemas/{_CALLBACKS[kind]}CallbackRequest"
        else:
            place = path.replace("~", "~0").replace("/", "~1")
            pointer = f"/paths/{place}/{method}/requestBody/content/application~1json/schema"
        return Draft202012Validator({"$ref": f"{_URN}#{pointer}"}, registry=self._registry)


def _kind(request: Request) -> int | None:
    """Return the kind of a first answer to an interaction."""
    is_callback = request.path.startswith("/interactions/") and isinstance(request.body, dict)
    return request.body.get("type") if is_callback else None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def _complete(schemas: dict[str, Any]) -> None:
    """Allow what Discord's documentation names and takes, but its description leaves out."""
    schemas["SnowflakeType"] = _ID
    for schema in schemas.values():
        if "allowed_mentions" in schema.get("properties", ()):  # of edits, too
            schema["properties"].setdefault("tts", {"const": False})
    # https://discord.com/developers/docs/interactions/application-commands#create-global-application-command
    schemas["ApplicationCommandUpdateRequest"]["properties"]["nsfw"] = {"type": "boolean"}


def _close(schema: Any) -> None:
    """Forbid keys that a schema does not name."""
    if isinstance(schema, list):
        for one in schema:
            _close(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        for one in schema.values():
            _close(one)
