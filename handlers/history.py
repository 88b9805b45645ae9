"""The desk's commands about what an entry was: /faq-desk history, diff and revert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from discord import app_commands, ui
from discord.app_commands import Choice, Range

from handlers import desk_cards, log_channel
from handlers.base import Interaction, is_private
from handlers.desk import EntryId, EntryItem, Reason, id_from, own_entry, written_here
from handlers.desk_cards import DeskCard, entry_line, told
from handlers.desk_group import DeskCog, desk_command
from handlers.desk_replies import acknowledge, show, show_done
from handlers.drafts import EntryForm
from handlers.errors import UserError
from handlers.layout import Row
from handlers.markup import code, escape, spoken
from handlers.paging import Page
from handlers.publishing import try_row
from handlers.rights import is_moderator
from knowledge import drafts
from knowledge.desk import WordingError
from knowledge.drafts import DraftError
from knowledge.entries import Content, Draft, Entry, Revision, State
from knowledge.entry_differences import differences
from knowledge.errors import EntryChangedError
from knowledge.languages import gettext, translatable
from knowledge.text import clip, echo

_MOST_REVISIONS = 2**31
_LISTED = 25
_REVISIONS_A_PAGE = 8
_EDIT_IT = translatable("Edit it as a draft to publish what can be kept of it.")
_NOTHING_YET = translatable("**Back to revision {number}** of {entry}, from {last}. Nothing has changed yet.")
_SAYS_SO_NOW = translatable("Revision {number} says what the entry says now, at revision {last}.")

Number = Range[int, 1, _MOST_REVISIONS]


async def numbers(interaction: Interaction, typed: int | str) -> list[Choice[int]]:
    """Suggest the revisions of the entry that was chosen, the newest first."""
    entry_id = id_from(str(getattr(interaction.namespace, "id", "")))
    if interaction.guild_id is None or not is_moderator(interaction):
        return []
    kept = await interaction.client.store.revisions(interaction.guild_id, entry_id)
    found = [one for one in reversed(kept) if str(one.number).startswith(str(typed).strip())]
    return [Choice(name=desk_cards.revision_label(one, kept), value=one.number) for one in found[:_LISTED]]


class History(DeskCog):
    """Shows how entries came to say what they say, and takes changes back."""

    @desk_command
    @app_commands.rename(entry_id="id")
    @app_commands.describe(entry_id="The entry")
    @app_commands.autocomplete(entry_id=written_here)
    async def history(self, interaction: Interaction, entry_id: EntryId) -> None:
        """Show every change of an entry: what, who, when and why."""
        entry = await own_entry(interaction, entry_id)
        await show(interaction, await _page(interaction, entry, 0))

    @desk_command
    @app_commands.rename(entry_id="id", first="from", second="to")
    @app_commands.describe(
        entry_id="The entry",
        first="A revision; left out, the one before the other",
        second="A revision; left out, the last one",
    )
    @app_commands.autocomplete(entry_id=written_here)
    @app_commands.autocomplete(first=numbers, second=numbers)
    async def diff(
        self,
        interaction: Interaction,
        entry_id: EntryId,
        first: Number | None = None,
        second: Number | None = None,
    ) -> None:
        """Compare two revisions of an entry."""
        entry = await own_entry(interaction, entry_id)
        later = second or entry.revision.number
        earlier = later - 1 if first is None else first
        await show(interaction, await _compared(interaction, entry, earlier, later))

    @desk_command
    @app_commands.rename(entry_id="id")
    @app_commands.describe(
        entry_id="The entry",
        number="The revision that it is to say again; /faq-desk history lists them",
        reason="Why; it stands in the history",
    )
    @app_commands.autocomplete(entry_id=written_here)
    @app_commands.autocomplete(number=numbers)
    async def revert(
        self, interaction: Interaction, entry_id: EntryId, number: Number, reason: Reason = ""
    ) -> None:
        """Publish what an entry said earlier; you see it first."""
        entry = await own_entry(interaction, entry_id)
        await show(interaction, await _reverting(interaction, entry, number, spoken(reason)))


# --- cards ------------------------------------------------------------------------------------------------


async def _page(interaction: Interaction, entry: Entry, number: int) -> DeskCard:
    """Return a page of the history of an entry, with a menu to look at its changes."""
    kept = await interaction.client.store.revisions(entry.guild_id, entry.id)
    page = Page.of(kept[::-1], number, _REVISIONS_A_PAGE)
    turns = page.turns(lambda label, to: Turn.button(label, f"history:{to}:{entry.id}"))
    rows: list[Row] = [ui.ActionRow(ChangeMenu.of(entry.id, kept, page.shown)), *turns]
    return desk_cards.history(entry, kept, page, rows)


async def _compared(interaction: Interaction, entry: Entry, earlier: int, later: int) -> DeskCard:
    """Return what differs between two revisions; nothing is before the first."""
    kept = await interaction.client.store.revisions(entry.guild_id, entry.id)
    after = _said(entry, kept, later)
    before = _said(entry, kept, earlier) if earlier else None
    heading = (
        gettext("{entry}: revision {first} to {second}", entry=entry.id, first=earlier, second=later)
        if earlier
        else gettext("{entry}: revision {number}", entry=entry.id, number=later)
    )
    offered = dict.fromkeys(n for n in (earlier, later) if n and n != entry.revision.number)
    rows: list[Row] = [ui.ActionRow(*(GoBack.of(entry.id, n) for n in offered))] if offered else []
    return desk_cards.changes(heading, differences(before, after), rows)


async def _reverting(interaction: Interaction, entry: Entry, number: int, reason: str) -> DeskCard:
    """Return the very card that going back to a revision would publish, or why it cannot be."""
    bot, now = interaction.client, entry.revision.number
    if number == now:
        raise UserError(
            gettext("Revision {number} is what “{entry}” says now.", number=number, entry=echo(entry.id))
        )
    said = _said(entry, await bot.store.revisions(entry.guild_id, entry.id), number)
    edit = EditRevision.of(entry.id, number)
    try:
        content = bot.desk.as_reverted(entry.guild_id, entry.id, said)
    except DraftError as error:
        return desk_cards.faulty(error, [ui.ActionRow(edit)], about=gettext(_EDIT_IT))
    except WordingError as error:
        heading = gettext("Revision {number} cannot be published", number=number)
        return told(heading, [escape(str(error)), gettext(_EDIT_IT)], [ui.ActionRow(edit)])
    if entry.state is State.PUBLISHED and entry.content == content:
        same = gettext(_SAYS_SO_NOW, number=number, last=now)
        return told(gettext("Nothing would change"), [entry_line(entry), same])
    answer = bot.engine.faq_preview(entry.id, content, bot.desk.own(entry.guild_id))
    about = gettext(_NOTHING_YET, number=number, entry=code(entry.id), last=now)
    rows: list[Row] = [ui.ActionRow(Revert.of(entry, number), Compare.of(entry.id, now, number), edit)]
    lines = [about, *desk_cards.unseen(content, reason)]
    return desk_cards.preview(answer, bot.engine.library.catalogue, rows, about=lines)


def _said(entry: Entry, kept: Sequence[Revision], number: int) -> Content:
    """Return what an entry said at a revision; raises `UserError` if it has no such revision."""
    for revision in kept:
        if revision.number == number:
            return revision.content
    raise UserError(
        gettext(
            "“{entry}” has no revision {number}; it has 1 to {last}.",
            entry=echo(entry.id),
            number=number,
            last=entry.revision.number,
        )
    )


# --- buttons ----------------------------------------------------------------------------------------------


class Turn(EntryItem, template=r"history:(?P<page>\d+):(?P<entry>[a-z0-9-]+)"):
    """Turns to another page of a history."""

    async def run(self, press: Interaction) -> None:
        """Show the page in place."""
        card = await _page(press, await self.entry(press), int(self.fields["page"]))
        await show(press, card, in_place=is_private(press))


class ChangeMenu(EntryItem, template=r"changes:(?P<entry>[a-z0-9-]+)"):
    """The changes on a page of a history, to be looked at one by one."""

    @classmethod
    def of(cls, entry_id: str, kept: Sequence[Revision], shown: Sequence[Revision]) -> Self:
        """Return the menu of the revisions shown on a page, of all that are kept."""
        placeholder = gettext("Look at a change")
        menu: ui.Select[Any] = ui.Select(custom_id=f"changes:{entry_id}", placeholder=placeholder)
        for revision in shown:
            label = desk_cards.revision_label(revision, kept)
            menu.add_option(
                label=label, description=clip(revision.reason, 100) or None, value=str(revision.number)
            )
        return cls(menu, entry=entry_id)

    async def run(self, press: Interaction) -> None:
        """Show what a revision changed, beside the history."""
        assert isinstance(self.item, ui.Select)
        number = int(self.item.values[0])
        await show(press, await _compared(press, await self.entry(press), number - 1, number))


class Compare(EntryItem, template=r"diff:(?P<first>\d+):(?P<second>\d+):(?P<entry>[a-z0-9-]+)"):
    """Shows what going back would change, beside its preview."""

    @classmethod
    def of(cls, entry_id: str, first: int, second: int) -> Self:
        """Return the button for two revisions."""
        return cls.button(gettext("What changes"), f"diff:{first}:{second}:{entry_id}")

    async def run(self, press: Interaction) -> None:
        """Show the difference."""
        first, second = int(self.fields["first"]), int(self.fields["second"])
        await show(press, await _compared(press, await self.entry(press), first, second))


class GoBack(EntryItem, template=r"revert-to:(?P<number>\d+):(?P<entry>[a-z0-9-]+)"):
    """Shows what going back to a revision would publish."""

    @classmethod
    def of(cls, entry_id: str, number: int) -> Self:
        """Return the button for a revision."""
        label = gettext("Go back to revision {number}", number=number)
        return cls.button(label, f"revert-to:{number}:{entry_id}")

    async def run(self, press: Interaction) -> None:
        """Show the preview in place."""
        card = await _reverting(press, await self.entry(press), int(self.fields["number"]), "")
        await show(press, card, in_place=is_private(press))


class Revert(EntryItem, template=r"revert:(?P<number>\d+):(?P<since>\d+):(?P<entry>[a-z0-9-]+)"):
    """Publishes a revision once more, as it was previewed; the reason stands on the card."""

    @classmethod
    def of(cls, entry: Entry, number: int) -> Self:
        """Return the button for an entry as it is now, and the revision that it is to go back to."""
        label = gettext("Publish revision {number} again", number=number)
        return cls.button(label, f"revert:{number}:{entry.revision.number}:{entry.id}")

    async def run(self, press: Interaction) -> None:
        """Revert, say so, and log it."""
        await acknowledge(press, in_place=is_private(press))
        reason, seen = desk_cards.reason_on(press.message), await self.entry(press)
        number, since = int(self.fields["number"]), int(self.fields["since"])
        if seen.revision.number != since:
            raise EntryChangedError(seen)
        desk, by = press.client.desk, press.user.id
        entry = await desk.revert(seen.guild_id, seen.id, since, by, reason, to=number)
        done = gettext("It says again what it said at revision {number}, and can be found so.", number=number)
        await show_done(press, told(gettext("Reverted"), [entry_line(entry), done], try_row(entry)))
        await log_channel.log_change(press, entry, seen.content, back_to=number)


class EditRevision(EntryItem, template=r"edit-revision:(?P<number>\d+):(?P<entry>[a-z0-9-]+)"):
    """Opens the form with what an entry said at a revision."""

    @classmethod
    def of(cls, entry_id: str, number: int) -> Self:
        """Return the button for a revision."""
        return cls.button(gettext("Edit as a draft"), f"edit-revision:{number}:{entry_id}")

    async def run(self, press: Interaction) -> None:
        """Open the form."""
        entry = await self.entry(press)
        kept = await press.client.store.revisions(entry.guild_id, entry.id)
        number = int(self.fields["number"])
        said = drafts.typed(_said(entry, kept, number))
        draft = Draft(entry.guild_id, press.user.id, said, entry.id, entry.revision.number)
        await press.response.send_modal(EntryForm.of(draft, here=is_private(press), said=number))


ITEMS = (Turn, ChangeMenu, Compare, GoBack, Revert, EditRevision)
