"""The log channel of a server: every change of its entries is posted there, with before and after."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

import discord

from handlers import languages
from handlers.base import Interaction
from handlers.desk_cards import DeskCard, logged, told
from knowledge.commands import shown_command
from knowledge.entries import Content, Entry
from knowledge.entry_differences import in_full
from knowledge.languages import gettext, ngettext, translatable

Channel = discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel

_log = logging.getLogger(__name__)


async def log_change(
    interaction: Interaction, entry: Entry, before: Content | None, *, back_to: int | None = None
) -> None:
    """Post one change of an entry, with what it said before and what it says now; never raises.

    A revert went `back_to` an earlier revision.
    """
    with speaking_there(interaction):
        files = {"after.txt": in_full(entry.content).encode("utf-8", "replace")}
        if before is not None:
            files = {"before.txt": in_full(before).encode("utf-8", "replace"), **files}
        card = logged(entry, before, files, back_to)
    await post(interaction, card)


def speaking_there(interaction: Interaction) -> AbstractContextManager[None]:
    """Let what runs within speak the language of the log channel: a card for it is made so."""
    return languages.speaking_to_all(interaction.client, interaction.guild)


async def post(interaction: Interaction, card: DeskCard) -> None:
    """Post a card to the log channel, if the server has one; where that fails, say so to the moderator.

    Everybody there reads the card, so it is made while `speaking_there`.

    What is logged has happened already, so nothing is raised.
    """
    guild = interaction.guild
    chosen = interaction.client.desk.settings(guild.id).log_channel if guild else None
    if guild is None or chosen is None:
        return
    try:
        problem = await _posted(log_channel(guild, chosen), card)
    except Exception as error:
        _log.warning("A change could not be posted to the log channel", exc_info=True)
        is_refused = isinstance(error, discord.HTTPException)
        problem = gettext("Discord did not take the post") if is_refused else gettext("it failed")
    if problem:
        text = gettext(
            "It could not be posted to the log channel {channel}: {problem}.",
            channel=f"<#{chosen}>",
            problem=problem,
        )
        await _tell(interaction, text)


def log_channel(guild: discord.Guild, channel_id: int) -> Channel | None:
    """Return the channel in which changes are logged, if it is there and can have messages."""
    channel = guild.get_channel_or_thread(channel_id)
    return channel if isinstance(channel, Channel) else None


def cannot_post(channel: Channel | None) -> str:
    """Say why the bot cannot post cards with files in a channel; nothing if it can."""
    if channel is None:
        command = shown_command("/settings")
        return gettext("it is gone, or hidden from me; {command} names another", command=command)
    rights = channel.permissions_for(channel.guild.me)
    in_thread = isinstance(channel, discord.Thread)
    needed = {
        translatable("View Channel"): rights.view_channel,
        translatable("Send Messages"): rights.send_messages_in_threads if in_thread else rights.send_messages,
        translatable("Attach Files"): rights.attach_files,
    }
    missing = [gettext(name) for name, has_it in needed.items() if not has_it]
    if not missing:
        return ""
    return ngettext(
        "I lack the permission {permissions} there",
        "I lack the permissions {permissions} there",
        len(missing),
        permissions=", ".join(missing),
    )


async def _posted(channel: Channel | None, card: DeskCard) -> str:
    """Post a card; return why it could not be posted, or nothing."""
    problem = cannot_post(channel)
    if channel is not None and not problem:
        await channel.send(view=card.view, files=card.attachments())
    return problem


async def _tell(interaction: Interaction, text: str) -> None:
    card = told(gettext("Done, but not logged"), [text])
    try:
        await interaction.followup.send(view=card.view, ephemeral=True)
    except discord.HTTPException:
        _log.warning("A moderator could not be told that a change was not logged", exc_info=True)
