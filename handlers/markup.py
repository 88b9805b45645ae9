"""Text between people and Discord: escaped on its way out, stripped of Discord's own codes on its way in."""

from __future__ import annotations

import re
from contextlib import suppress
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from knowledge.text import UNPRINTABLE

_SPECIAL = re.compile(r"[\\*_~`|\[\]<@]|:(?=//)")
_AT_LINE_START = re.compile(r"(?m)^([^\S\n]*)([#>+-])")
_NUMBERED_LINE = re.compile(r"(?m)^([^\S\n]*\d+)([.)])(?=\s)")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")

# Mentions of people, roles, channels and commands, custom emoji and timestamps:
# <@1> <@&1> <#1> </ask:1> <:x:1> <t:1> <id:guide>
_CODE = re.compile(r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|/[^:<>]{1,100}:\d+|t:-?\d+(?::[A-Za-z])?|id:\w+)>")

_MASKED = re.compile(
    r"\[(?P<label>(?:\\.|[^\]\\\n]){1,500})\]\(\s*<?(?P<url>[^\s<>()]+(?:\([^\s<>()]*\))?)[^)\n]*\)"
)
_HEADING = re.compile(r"(?m)^([^\S\n]*(?:>[^\S\n]*)*)(#{1,3}(?=\s)|-#)")

_ELLIPSIS = "…"
_NEARBY = 60


def escape(text: str) -> str:
    """Return text that Discord shows as it is: no markup, no mention, no link; `unescape` reads it back."""
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    text = _AT_LINE_START.sub(r"\1\\\2", text)
    return _NUMBERED_LINE.sub(r"\1\\\2", text)


def unescape(markup: str) -> str:
    """Return the text that `escape` was given."""
    return _ESCAPED.sub(r"\1", markup)


def from_moderators(markdown: str) -> str:
    """Return markdown that moderators wrote, safe to show: no mention, no heading, no address in hiding.

    A masked link is followed by the host that it leads to, and one that leads nowhere on the web is escaped.
    """
    markdown = UNPRINTABLE.sub("", _CODE.sub(" ", markdown))
    markdown = _HEADING.sub(r"\1\\\2", markdown)
    shown, end = [], 0
    for found in _MASKED.finditer(markdown):
        shown += [_plain(markdown[end : found.start()]), _unmasked(found["label"], found["url"])]
        end = found.end()
    return "".join((*shown, _plain(markdown[end:])))


def _plain(markdown: str) -> str:
    """Escape what might be a masked link of a form that is not known here."""
    return markdown.replace("](", "]\\(")


def _unmasked(label: str, url: str) -> str:
    host = ""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("https", "http") and "\\" not in url and "@" not in parts.netloc:
            # Shows letters of other alphabets that look like ours; raises for what is no name of a host.
            host = (parts.hostname or "").encode("idna").decode()
    if not host:
        return f"{label} ({escape(url)})"
    return f"{link(unescape(label), url)} ({escape(host)})"


def link(label: str, url: str) -> str:
    """Return a label that opens a web address, or the label alone if the address is not one."""
    if not url.startswith(("https://", "http://")):
        return escape(label)
    address = re.sub(r"[\s()<>]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)
    return f"[{escape(label)}]({address})"


def quoted(markup: str) -> str:
    """Return text set off as a quotation, line by line."""
    return "\n".join(f"> {line}" for line in markup.split("\n"))


def code(text: str) -> str:
    """Return text in fixed-width letters, in which columns stand under one another."""
    return f"`{text.replace('`', 'ˋ')}`"


def spoken(typed: str) -> str:
    """Return what a person said, on one line, without Discord's codes and what cannot be seen."""
    return " ".join(UNPRINTABLE.sub("", _CODE.sub(" ", typed)).split())


def columns(text: str) -> int:
    """Return how many columns a text takes in fixed-width letters; Hangul and Han letters take two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(character) in ("W", "F") for character in text)


def size(text: str) -> int:
    """Return the length of a text in UTF-16 units, the most that Discord can count it as."""
    return len(text) + sum(character > "\uffff" for character in text)


def weight(text: str) -> int:
    """Return how many bytes a text takes inside of JSON."""
    return len(text.encode("utf-8", "replace")) + sum(character in '"\\\n' for character in text)


def cut(markup: str, characters: int, data: int) -> str:
    """Return the beginning of escaped prose that fits into so many characters and bytes, and an ellipsis.

    It ends where a word ends, if one ends nearby, and never in the middle of an escape.
    """
    if size(markup) <= characters and weight(markup) <= data:
        return markup
    characters, data, end = characters - size(_ELLIPSIS), data - weight(_ELLIPSIS), 0
    for character in markup:
        characters, data = characters - size(character), data - weight(character)
        if min(characters, data) < 0:
            break
        end += 1
    blank = markup.rfind(" ", max(0, end - _NEARBY), end)
    head = markup[: blank if blank > 0 else end]
    backslashes = len(head) - len(head.rstrip("\\"))
    return head[: len(head) - backslashes % 2].rstrip() + _ELLIPSIS
