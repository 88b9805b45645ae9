"""Pages of the lists of the desk, and the buttons that turn them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from discord import ui

from handlers import cards
from handlers.layout import Block, Line, Row
from knowledge.languages import gettext

if TYPE_CHECKING:
    from handlers.views import CardItem

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """What stands on a page of a list, the number of the page, and that of the last one, both from 0."""

    shown: Sequence[_T]
    number: int
    last: int

    @classmethod
    def of(cls, listed: Sequence[_T], number: int, size: int) -> Self:
        """Return a page of a list, `size` of which stand on one, or the nearest page that there is."""
        last = max(0, (len(listed) - 1) // size)
        number = max(0, min(number, last))
        return cls(listed[number * size : (number + 1) * size], number, last)

    @property
    def numbered(self) -> Block:
        """Say which page it is, if there are several."""
        page = cards.page_of(self.number, self.last + 1)
        return Block((Line(f"-# {page}"),) if self.last else ())

    def turns(self, to: Callable[[str, int], CardItem]) -> list[Row]:
        """Return the row of buttons to the pages beside it, if there are any; `to` makes a button."""
        turns = [to(gettext("‹ Newer"), self.number - 1)] if self.number else []
        turns += [to(gettext("Older ›"), self.number + 1)] if self.number < self.last else []
        return [ui.ActionRow(*turns)] if turns else []
