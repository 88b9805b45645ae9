"""How the desk answers a moderator: privately, and in place of the card that was pressed on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import discord

from handlers.base import Interaction
from handlers.desk_cards import DeskCard

_IN_PLACE = (
    discord.InteractionResponseType.deferred_message_update,
    discord.InteractionResponseType.message_update,
)

_log = logging.getLogger(__name__)


async def acknowledge(interaction: Interaction, *, in_place: bool = False) -> None:
    """Tell Discord that a reply is coming, before waiting for the database or for a file."""
    await interaction.response.defer(ephemeral=True, thinking=not in_place)


async def show(interaction: Interaction, card: DeskCard, *, in_place: bool = False) -> None:
    """Show a card privately: as was acknowledged, else in place of the card that was pressed on, or apart."""
    response, files = interaction.response, card.attachments()
    if not response.is_done() and in_place:
        await response.edit_message(view=card.view, attachments=files)
    elif not response.is_done():
        await response.send_message(view=card.view, files=files, ephemeral=True)
    elif response.type in _IN_PLACE:
        await interaction.edit_original_response(view=card.view, attachments=files)
    else:
        await interaction.followup.send(view=card.view, files=files, ephemeral=True)


async def show_done(interaction: Interaction, card: DeskCard) -> None:
    """Show what became of a change that is made already, apart if not as was acknowledged; never raises."""
    try:
        await show(interaction, card)
    except Exception:
        _log.warning("A card could not be shown, so it is shown apart", exc_info=True)
        with going_on():
            await interaction.followup.send(view=card.view, files=card.attachments(), ephemeral=True)


@contextmanager
def going_on() -> Iterator[None]:
    """Log it if what only shows a change that is made already fails, and go on."""
    try:
        yield
    except Exception:
        _log.warning("A change was made, but could not be shown", exc_info=True)
