"""The desk's commands about single entries: /faq-desk add, edit, drafts, retire and restore."""

from __future__ import annotations

from typing import Self

from discord import app_commands, ui
from discord.app_commands import Choice, Range

from handlers import log_channel
from handlers.base import CHOICES, Interaction, choices, is_private
from handlers.desk_cards import DeskCard, entry_line, told
from handlers.desk_group import DeskCog, desk_command
from handlers.desk_replies import acknowledge, show, show_done
from handlers.drafts import draft_of, drafts_card, open_form
from handlers.errors import UserError
from handlers.markup import escape, spoken
from handlers.publishing import is_shipped, try_row
from handlers.replies import LONGEST_OPTION
from handlers.rights import ForModerators, is_moderator, moderated_guild
from handlers.views import CardItem
from knowledge import suggestions
from knowledge.commands import shown_command
from knowledge.drafts import LONGEST_REASON
from knowledge.entries import Draft, Entry, State
from knowledge.errors import EntryChangedError, NoEntryError
from knowledge.languages import gettext, translatable
from knowledge.own_entries import OwnEntries

_NOT_FOUND = translatable("It is not found any more. Its history stays.")
_SHIPPED_IS_BACK = translatable(
    "The shipped entry, in whose place it stood, is shown again. The history of yours stays."
)
_ONLY_SHIPPED = translatable(
    "“{entry}” is shipped with the library, and this server has no entry in its place: there is nothing to "
    "retire, restore or compare. {command} writes one in its place."
)
_RESTS_ON_CHANGED = translatable("What it rests on has changed since, and readers are told so:")

EntryId = Range[str, 1, LONGEST_OPTION]
Reason = Range[str, 0, LONGEST_REASON]


async def suggest_entries(interaction: Interaction, typed: str, *among: State | None) -> list[Choice[str]]:
    """Suggest entries to moderators, and nothing to anybody else."""
    if interaction.guild_id is None or not is_moderator(interaction):
        return []
    bot = interaction.client
    own = bot.desk.own(interaction.guild_id)
    found = suggestions.desk_entries(bot.engine.library, typed, CHOICES, own, among=among)
    return choices(found)


async def editable(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest what can be edited: own entries, shipped ones and retired ones."""
    return await suggest_entries(interaction, typed, State.PUBLISHED, None, State.RETIRED)


async def published(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest what can be retired."""
    return await suggest_entries(interaction, typed, State.PUBLISHED)


async def retired(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest what can be restored."""
    return await suggest_entries(interaction, typed, State.RETIRED)


async def written_here(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest what has a history."""
    return await suggest_entries(interaction, typed, State.PUBLISHED, State.RETIRED)


def id_from(typed: str) -> str:
    """Return the id that was typed or chosen."""
    return spoken(typed).lower()


async def own_entry(interaction: Interaction, typed: str) -> Entry:
    """Return the entry of this server that was chosen.

    Raises `NoEntryError` if there is none, and `UserError` if it is a shipped one that nobody changed here.
    """
    entry_id = id_from(typed)
    entry = await interaction.client.store.entry(moderated_guild(interaction), entry_id)
    if entry is None and is_shipped(interaction, entry_id):
        raise UserError(gettext(_ONLY_SHIPPED, entry=entry_id, command=shown_command("/faq-desk edit")))
    if entry is None:
        raise NoEntryError(entry_id)
    return entry


class Desk(DeskCog):
    """Writes, retires and restores entries."""

    @desk_command
    async def add(self, interaction: Interaction) -> None:
        """Write a new entry: you see it as readers will before it is published."""
        guild_id = moderated_guild(interaction)
        await open_form(interaction, Draft(guild_id, interaction.user.id, {}))

    @desk_command
    @app_commands.rename(entry_id="id")
    @app_commands.describe(entry_id="The entry; a shipped one is replaced in this server alone")
    @app_commands.autocomplete(entry_id=editable)
    async def edit(self, interaction: Interaction, entry_id: EntryId) -> None:
        """Edit an entry, or go on with your draft of it."""
        guild_id = moderated_guild(interaction)
        draft = await draft_of(self.bot, guild_id, interaction.user.id, id_from(entry_id))
        await open_form(interaction, draft)

    @desk_command
    async def drafts(self, interaction: Interaction) -> None:
        """List your drafts, and those that wait for a second moderator."""
        moderated_guild(interaction)
        await show(interaction, await drafts_card(interaction))

    @desk_command
    @app_commands.rename(entry_id="id")
    @app_commands.describe(entry_id="The entry", reason="Why; it stands in the history")
    @app_commands.autocomplete(entry_id=published)
    async def retire(self, interaction: Interaction, entry_id: EntryId, reason: Reason = "") -> None:
        """Take an entry out at once; it can be restored."""
        moderated_guild(interaction)
        await acknowledge(interaction)
        entry = await own_entry(interaction, entry_id)
        await retire(interaction, entry, spoken(reason))

    @desk_command
    @app_commands.rename(entry_id="id")
    @app_commands.describe(entry_id="The entry", reason="Why; it stands in the history")
    @app_commands.autocomplete(entry_id=retired)
    async def restore(self, interaction: Interaction, entry_id: EntryId, reason: Reason = "") -> None:
        """Publish a retired entry again, as it was."""
        moderated_guild(interaction)
        await acknowledge(interaction)
        entry = await own_entry(interaction, entry_id)
        await restore(interaction, entry, spoken(reason))


async def retire(interaction: Interaction, seen: Entry, reason: str) -> None:
    """Retire an entry as it was seen, say so, and log it."""
    bot, number = interaction.client, seen.revision.number
    entry = await bot.desk.retire(seen.guild_id, seen.id, number, interaction.user.id, reason)
    outcome = _SHIPPED_IS_BACK if is_shipped(interaction, entry.id) else _NOT_FOUND
    lines = [entry_line(entry), gettext(outcome)]
    await show_done(interaction, told(gettext("Retired"), lines, [ui.ActionRow(Restore.of(entry))]))
    await log_channel.log_change(interaction, entry, seen.content)


async def restore(interaction: Interaction, seen: Entry, reason: str) -> None:
    """Restore an entry as it was seen, say so, and log it."""
    bot, number = interaction.client, seen.revision.number
    entry = await bot.desk.restore(seen.guild_id, seen.id, number, interaction.user.id, reason)
    await show_done(interaction, _restored(entry, bot.desk.own(entry.guild_id)))
    await log_channel.log_change(interaction, entry, seen.content)


def _restored(entry: Entry, own: OwnEntries | None) -> DeskCard:
    shown = own.entry(entry.id) if own else None
    stale = [f"- {escape(str(what))}" for what in (shown.stale if shown else ())]
    warning = [gettext(_RESTS_ON_CHANGED), *stale] if stale else []
    lines = (entry_line(entry), gettext("It can be found again, as it was."), *warning)
    return told(gettext("Restored"), lines, try_row(entry))


class EntryItem(ForModerators, CardItem, template=r"(?!)"):
    """Base of what acts on an entry, which its custom id names."""

    async def entry(self, press: Interaction) -> Entry:
        """Return the entry as it is now; raises `NoEntryError`."""
        return await own_entry(press, self.fields["entry"])


class Restore(EntryItem, template=r"restore:(?P<since>\d+):(?P<entry>[a-z0-9-]+)"):
    """Takes back that an entry was retired."""

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the button for an entry that is retired now."""
        return cls.button(gettext("Restore"), f"restore:{entry.revision.number}:{entry.id}")

    async def run(self, press: Interaction) -> None:
        """Restore it, unless somebody has changed it since."""
        await acknowledge(press, in_place=is_private(press))
        entry = await self.entry(press)
        if entry.revision.number != int(self.fields["since"]):
            raise EntryChangedError(entry)
        await restore(press, entry, "")


ITEMS = (Restore,)
