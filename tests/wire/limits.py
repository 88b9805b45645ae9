"""The limits of Discord that its machine-readable description lacks, each with where it is documented."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.wire.api import Request
from tests.wire.things import COMPONENTS_V2, EPHEMERAL, Payload, parts

DOCS = "https://discord.com/developers/docs"

# DOCS/components/reference: 40 components counting nested ones, 4,000 characters of text in all of them.
MOST_COMPONENTS, MOST_TEXT = 40, 4_000
# DOCS/components/reference#action-row: five buttons or one menu.
MOST_BUTTONS = 5
# DOCS/components/reference#button and #string-select
ROW, BUTTON, MENU, INPUT, FILE = 1, 2, 3, 4, 13
MENUS = frozenset((3, 5, 6, 7, 8))
LINK, PREMIUM = 5, 6
# DOCS/reference#uploading-files
MOST_BYTES, MOST_FILES = 10 * 2**20, 10
# DOCS/interactions/receiving-and-responding: choices of an autocomplete, fields and title of a form.
MOST_CHOICES, LONGEST_CHOICE, MOST_FIELDS, LONGEST_TITLE = 25, 100, 5, 45
# DOCS/interactions/application-commands: how commands are named, how many there are, how long one is in all.
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
MOST_COMMANDS = {1: 100, 2: 15, 3: 15}
LONGEST_COMMAND = 8_000
# The flags a bot may set: https://discord.com/developers/docs/resources/message#message-object-message-flags
SETTABLE = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12


def faults(request: Request) -> Iterator[str]:
    """Yield the limits that a request is over."""
    body = request.body
    match request.route:
        case "commands":
            yield from _commands(body)
        case "callback" if body["type"] == 8:
            yield from _choices(body["data"]["choices"])
        case "callback" if body["type"] == 9:
            yield from _form(body["data"])
        case "callback" if body["type"] in (4, 7):
            yield from _message(body["data"], request)
        case "followup" | "post":
            yield from _message(body, request)
        case "edit" | "edit message" if "components" in body or "content" in body:
            yield from _message(body, request, is_edit=True)


def _message(body: Payload, request: Request, *, is_edit: bool = False) -> Iterator[str]:
    components, flags = body.get("components") or [], body.get("flags") or 0
    is_card = bool(flags & COMPONENTS_V2)
    if not is_edit and not components and not body.get("content") and not request.files:
        yield "an empty message"
    if flags & ~SETTABLE:
        yield f"flags {flags} that a bot cannot set"
    if is_card and (body.get("content") or body.get("embeds") or body.get("poll")):
        yield "a card with content, embeds or a poll beside its components"
    if not is_card and any(part["type"] > 8 for part in parts(components)) and not is_edit:
        yield "components of a card without the flag of one"
    yield from _layout(components)
    yield from _files(body, components, request.files)
    mentions = body.get("allowed_mentions")
    if mentions is None and not is_edit:
        yield "a message that may ping whomever it names"
    elif mentions is not None and mentions.get("parse"):
        yield f"a message that may ping {mentions['parse']}"


def _layout(components: Any) -> Iterator[str]:
    found = list(parts(components))
    if len(found) > MOST_COMPONENTS:
        yield f"{len(found)} components"
    said = sum(len(part["content"]) for part in found if part["type"] == 10)
    if said > MOST_TEXT:
        yield f"{said} characters of text"
    ids = Counter(part["custom_id"] for part in found if part.get("custom_id"))
    yield from (f"custom id “{one}” {times} times" for one, times in ids.items() if times > 1)
    for part in found:
        if part["type"] == ROW:
            yield from _row([inner["type"] for inner in part["components"]])
        elif part["type"] == BUTTON:
            yield from _button(part)
        elif part["type"] == MENU:
            yield from _menu(part)


def _row(kinds: list[int]) -> Iterator[str]:
    if not kinds or len(kinds) > MOST_BUTTONS:
        yield f"a row of {len(kinds)}"
    if any(kind in MENUS for kind in kinds) and len(kinds) > 1:
        yield "a menu that shares its row"


def _button(button: Payload) -> Iterator[str]:
    if button["style"] == PREMIUM:
        return
    if not button.get("label") and not button.get("emoji"):
        yield "a button with neither label nor emoji"
    if (button["style"] == LINK) != bool(button.get("url")):
        yield "a link without an address, or an address on what is no link"
    if bool(button.get("url")) == bool(button.get("custom_id")):
        yield "a button that needs either an address or a custom id"


def _menu(menu: Payload) -> Iterator[str]:
    values = [option["value"] for option in menu["options"]]
    if len(set(values)) < len(values):
        yield "a menu with a value twice"
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not least <= most <= len(values):
        yield f"a menu of {len(values)} from which {least} to {most} are to be chosen"


def _files(body: Payload, components: Any, files: Mapping[str, bytes]) -> Iterator[str]:
    named = {one.get("filename") for one in body.get("attachments") or ()}
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        yield "files that are too many or too large"
    for part in parts(components):
        address = part["file"]["url"] if part["type"] == FILE else ""
        if address.startswith("attachment://") and address.removeprefix("attachment://") not in named:
            yield f"{address}, which is not attached"


def _choices(choices: list[Payload]) -> Iterator[str]:
    if len(choices) > MOST_CHOICES:
        yield f"{len(choices)} choices"
    for choice in choices:
        if not 1 <= len(choice["name"]) <= LONGEST_CHOICE or len(str(choice["value"])) > LONGEST_CHOICE:
            yield f"a choice “{choice['name'][:20]}…” that is empty or too long"


def _form(form: Payload) -> Iterator[str]:
    if not 1 <= len(form["components"]) <= MOST_FIELDS:
        yield f"a form of {len(form['components'])} fields"
    if len(form["title"]) > LONGEST_TITLE:
        yield f"a form with the title “{form['title']}”"
    yield from _layout([part for part in form["components"] if part["type"] != 18])
    ids = Counter(part["custom_id"] for part in parts(form["components"]) if part.get("custom_id"))
    yield from (f"two fields “{one}” of a form" for one, times in ids.items() if times > 1)
    for field in parts(form["components"]):
        if field["type"] == INPUT and len(field.get("value") or "") > (field.get("max_length") or 4_000):
            yield f"a field “{field['custom_id']}” filled with more than it takes"


def _commands(commands: list[Payload]) -> Iterator[str]:
    kinds = Counter(command.get("type", 1) for command in commands)
    yield from (f"{n} commands of type {kind}" for kind, n in kinds.items() if n > MOST_COMMANDS[kind])
    for kind in kinds:
        yield from _twice([command for command in commands if command.get("type", 1) == kind])
    for command in commands:
        if (size := _characters(command)) > LONGEST_COMMAND:
            yield f"{command['name']} of {size} characters"
        if command.get("type", 1) == 1:
            yield from _named(command)
        yield from _long(command, "name", 32)


def _named(command: Payload) -> Iterator[str]:
    name, options = command["name"], command.get("options") or []
    for said in _in_all(command, "name").values():
        if not COMMAND_NAME.fullmatch(said) or said != said.lower():
            yield f"a command or option with the name “{said}”"
    yield from _long(command, "description", 100)
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name} with a required option after an optional one"
    yield from (f"{name} with an option {fault}" for fault in _twice(options))
    for option in options:
        if option.get("autocomplete") and option.get("choices"):
            yield f"{name} {option['name']} with choices and autocomplete"
        yield from _named(option)
        for choice in option.get("choices") or ():
            yield from _long(choice, "name", LONGEST_CHOICE)


def _in_all(described: Payload, key: str) -> dict[str, str]:
    """Return a text in every language that it is given in; by itself it is in none."""
    return {"": described.get(key) or "", **(described.get(f"{key}_localizations") or {})}


def _long(described: Payload, key: str, most: int) -> Iterator[str]:
    for language, said in _in_all(described, key).items():
        if not 1 <= len(said) <= most:
            yield f"{described['name']} with no {key}, or a long one {language}".rstrip()


def _twice(siblings: list[Payload]) -> Iterator[str]:
    """Yield each name that several commands or options bear beside each other in one language."""
    names = [_in_all(one, "name") for one in siblings]
    for language in sorted(set().union(*names)):
        borne = Counter(one.get(language, one[""]) for one in names)
        yield from (f"{name} twice" for name, times in borne.items() if times > 1)


def _characters(command: Payload) -> int:
    """Return how long a command is, in whichever language each of its texts is longest."""
    own = _longest(command, "name") + _longest(command, "description")
    choices = sum(_longest(one, "name") + len(str(one["value"])) for one in command.get("choices") or ())
    return own + choices + sum(map(_characters, command.get("options") or ()))


def _longest(described: Payload, key: str) -> int:
    return max(map(len, _in_all(described, key).values()))
