"""The desk's command /faq-desk pointers: what moderators pointed where, listed and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from discord import ui
from discord.utils import format_dt

from handlers import cards
from handlers.base import CHOICES, Interaction, is_private
from handlers.desk_cards import DeskCard, told, who
from handlers.desk_group import DeskCog, desk_command
from handlers.desk_replies import show
from handlers.errors import UserError
from handlers.layout import Block, Line, Row
from handlers.markup import code, escape
from handlers.paging import Page
from handlers.review_queue import Unpoint
from handlers.rights import ForModerators, moderated_guild
from handlers.views import CardItem
from knowledge.commands import shown_command
from knowledge.languages import gettext, translatable
from knowledge.store import Pointer
from knowledge.text import clip

_LISTED = 8
_SHORT = 120
_NONE = translatable("No question is pointed anywhere. {command} has *Point to a passage* for each question.")
_LEADS_NOWHERE = translatable("**leads nowhere now**, so nobody finds anything by it")


class Pointers(DeskCog):
    """Shows what moderators pointed where."""

    @desk_command
    async def pointers(self, interaction: Interaction) -> None:
        """List the questions that are pointed to a passage or an entry, and take one back."""
        moderated_guild(interaction)
        await show(interaction, await _page(interaction, 0))


async def _page(interaction: Interaction, number: int) -> DeskCard:
    """Return a page of the pointers, the newest first, with a menu to open one."""
    kept = (await interaction.client.store.pointers(moderated_guild(interaction)))[::-1]
    if not kept:
        none = gettext(_NONE, command=code(shown_command("/faq-desk review")))
        return told(gettext("Pointers"), [none])
    page = Page.of(kept, number, _LISTED)
    listed = (Block(_lines(interaction, one), rank=1, above="space") for one in page.shown)
    turns = page.turns(lambda label, to: Turn.button(label, f"pointers:{to}"))
    rows: list[Row] = [ui.ActionRow(PointerMenu.of(page.shown)), *turns]
    heading = Block((Line(f"### {gettext('Pointers')}"),))
    return DeskCard(cards.sheet([heading, *listed, page.numbered], rows))


def _lines(interaction: Interaction, pointer: Pointer) -> tuple[Line, Line]:
    """Say what is pointed where, by whom and when, and whether that leads somewhere."""
    target, person = code(pointer.target), who(pointer.made_by)
    if pointer.at:
        day = format_dt(pointer.at, "D")
        said = gettext("to {target}, by {person} on {day}", target=target, person=person, day=day)
    else:
        said = gettext("to {target}, by {person}", target=target, person=person)
    found = interaction.client.desk.leads_somewhere(pointer)
    nowhere = "" if found else f" · {gettext(_LEADS_NOWHERE)}"
    return Line(f"**{escape(clip(pointer.question, _SHORT))}**"), Line(f"-# {said}{nowhere}")


class Turn(ForModerators, CardItem, template=r"pointers:(?P<page>\d+)"):
    """Turns to another page of the pointers."""

    async def run(self, press: Interaction) -> None:
        """Show the page in place."""
        await show(press, await _page(press, int(self.fields["page"])), in_place=is_private(press))


class PointerMenu(ForModerators, CardItem, template=r"pointer"):
    """The pointers on a page, to be looked at one by one."""

    @classmethod
    def of(cls, shown: Sequence[Pointer]) -> Self:
        """Return the menu of some pointers."""
        menu: ui.Select[Any] = ui.Select(custom_id="pointer", placeholder=gettext("Take one back"))
        for one in shown:
            label, about = clip(one.question, CHOICES.longest), clip(one.target, CHOICES.longest)
            menu.add_option(label=label, description=about, value=str(one.change))
        return cls(menu)

    async def run(self, press: Interaction) -> None:
        """Show one beside the list, with the button that takes it back."""
        assert isinstance(self.item, ui.Select)
        guild_id, change = moderated_guild(press), int(self.item.values[0])
        kept = await press.client.store.pointers(guild_id)
        pointer = next((one for one in kept if one.change == change), None)
        if pointer is None:
            raise UserError(gettext("That was taken back before."))
        lines = [line.markup for line in _lines(press, pointer)]
        row: Row = ui.ActionRow(Unpoint.button(gettext("Take it back"), f"unpoint:{change}"))
        await show(press, told(gettext("A pointer"), lines, [row]))


ITEMS = (Turn, PointerMenu)
"""Every kind of item of this module."""
