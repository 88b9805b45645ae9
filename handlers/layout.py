"""The frame of a card: blocks of text put into Components V2, within everything that Discord limits.

Blocks stand in the order given, but are filled in the order of their rank. Where the room ends, prose is cut
at a word, any other line is left out whole, and the card says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from discord import ui

from handlers.markup import cut, size, weight

COMPONENTS = 40
CHARACTERS = 4000
BYTES = 9_800
"""What one message may hold. Discord counts nested components too, and takes about 10,000 bytes in all."""

_WORTH_CUTTING = 40
_WRAPPING = 120
"""Bytes of the JSON around one text, and around the whole."""

Row = ui.ActionRow[Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of markup. One that is `prose` may be cut short, any other is shown whole or not at all."""

    markup: str
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, with a space or a rule `above` them; `id` lets them be found again."""

    lines: tuple[Line, ...]
    rank: int = 0
    above: Literal["nothing", "space", "rule"] = "nothing"
    id: int | None = None


def frame(  # noqa: PLR0913
    blocks: Sequence[Block],
    rows: Sequence[Row],
    *,
    colour: int,
    cut_mark: str,
    files: Iterable[str] = (),
    picture: ui.MediaGallery[Any] | None = None,
) -> ui.LayoutView:
    """Build the view of a card: the blocks in a container, then the rows of buttons, then files by name.

    The blocks of rank 0 go first and must be short; the rest gives way, the highest rank first. If anything
    had to, `cut_mark` stands above the last block. A picture stands above the blocks.
    """
    blocks = [block for block in blocks if block.lines]
    hung: list[ui.File[Any]] = [ui.File(f"attachment://{name}") for name in files]
    pictures = [picture] if picture else []
    room = _Room(rows, [*hung, *pictures])
    room.take(cut_mark, components=1)
    order = sorted(range(len(blocks)), key=lambda position: (blocks[position].rank, position))
    texts = {position: room.fill(blocks[position]) for position in order}
    container: ui.Container[Any] = ui.Container(*pictures, accent_colour=colour)
    for position, block in enumerate(blocks):
        if room.gave_way and position == len(blocks) - 1:
            container.add_item(ui.TextDisplay(cut_mark))
        if not texts[position]:
            continue
        if block.above != "nothing" and container.children:
            container.add_item(ui.Separator(visible=block.above == "rule"))
        container.add_item(ui.TextDisplay(texts[position], id=block.id))
    view = blank()
    for item in (container, *rows, *hung):
        view.add_item(item)
    return view


def blank() -> ui.LayoutView:
    """Return a card with nothing on it yet, which is forgotten once it is sent.

    discord.py would keep a private card, and a task that waits beside it, for 15 minutes. Nothing needs that:
    what can be pressed on a card is found by its custom id.
    """
    view = ui.LayoutView(timeout=None)
    view.stop()
    return view


class _Room:
    """What is left of a message, and whether something found no place in it."""

    def __init__(self, rows: Sequence[Row], files: Sequence[ui.Item[Any]]) -> None:
        self.components = COMPONENTS - 1 - sum(1 + len(row.children) for row in rows) - len(files)
        self.characters = CHARACTERS
        below = [item.to_component_dict() for item in (*rows, *files)]
        self.bytes = BYTES - _WRAPPING - sum(map(_in_json, below))
        self.gave_way = False

    def fill(self, block: Block) -> str:
        """Return as much of a block as there is room for."""
        needed = 1 + (block.above != "nothing")
        if self.components < needed or self.bytes < _WRAPPING:
            self.gave_way = True
            return ""
        self.bytes -= _WRAPPING
        text = "\n".join(self._lines(block))
        if text:
            self.components -= needed
        return text

    def _lines(self, block: Block) -> Iterator[str]:
        for line in block.lines:
            if self.take(line.markup):
                yield line.markup
                continue
            self.gave_way = True
            if line.prose and min(self.characters, self.bytes) > _WORTH_CUTTING:
                short = cut(line.markup, self.characters - 1, self.bytes - 2)
                self.take(short)
                yield short
            return

    def take(self, text: str, components: int = 0) -> bool:
        """Take the room of a text with its line end; return whether there was enough."""
        characters, data = size(text) + 1, weight(text) + 2
        if characters > self.characters or data > self.bytes:
            return False
        self.characters -= characters
        self.bytes -= data
        self.components -= components
        return True


def _in_json(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) + 1
