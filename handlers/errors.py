"""What people are told when something fails: one mapping for commands, buttons, menus, forms and messages.

Nobody is shown a stack trace or a path. What is nobody's mistake but ours comes with a reference, under which
the log has the whole story.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import aiohttp
import discord
from discord import app_commands

from handlers import requests
from handlers.delivery import ALREADY_ANSWERED, TooLateError
from handlers.markup import cut, escape
from knowledge.errors import DeskError, InputError, StoreError, UncertainError
from knowledge.languages import gettext, translatable

_log = logging.getLogger(__name__)

_LONGEST_TEXT = 1_900
"""What a message without a card may hold, with some room for a reference."""

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_EXPIRED = 10062


class UserError(Exception):
    """Something that a person may not or cannot do; the text says so and what to do instead."""


_OUTDATED = translatable(
    "This command has changed since your Discord loaded it. Restart Discord and try again."
)
_NOT_HERE = translatable("You are not allowed to use this command here.")
_NO_NOTES = translatable(
    "I cannot write that down at the moment. Nothing was changed; please try again later."
)
_UNCERTAIN = translatable("I cannot tell whether that was written down. Please look before you do it again.")
_FORBIDDEN = translatable(
    "I am not allowed to do that here. A moderator can permit it; a direct message to me works too."
)
_UNREACHABLE = translatable("Discord did not take the reply. Please try again in a moment.")
_UNKNOWN = translatable("Something went wrong on my side, not on yours. Please try again.")

_HARMLESS: tuple[tuple[type[BaseException], str], ...] = (
    (app_commands.CommandNotFound, _OUTDATED),
    (app_commands.CommandSignatureMismatch, _OUTDATED),
    (app_commands.CheckFailure, _NOT_HERE),
)
_FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (UncertainError, _UNCERTAIN),
    (StoreError, _NO_NOTES),
    (discord.Forbidden, _FORBIDDEN),
    (discord.HTTPException, _UNREACHABLE),
    (aiohttp.ClientError, _UNREACHABLE),
    (TimeoutError, _UNREACHABLE),
    (BaseException, _UNKNOWN),
)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Log an error and tell the person who met it, privately; never raises."""
    error = _cause(error)
    if _is_over(interaction, error):
        return
    text, name = _logged(error, f"Interaction {interaction.id}")
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except Exception as failure:
        _log_unshown(name, failure)


def explained(interaction: discord.Interaction[Any], error: BaseException) -> str:
    """Log an error; return what to tell the person who met it, in our markup, or nothing if nobody can."""
    error = _cause(error)
    if _is_over(interaction, error):
        return ""
    return _logged(error, f"Interaction {interaction.id}")[0]


async def report_message(message: discord.Message, error: BaseException) -> None:
    """Log an error met while answering a message, and say so in reply to it; never raises."""
    error = _cause(error)
    text, name = _logged(error, f"Message {message.id}")
    if isinstance(error, discord.Forbidden):
        return  # where we may not write, an apology would fail too
    try:
        await message.reply(text, mention_author=False)
    except Exception as failure:
        _log_unshown(name, failure)


def text_for(error: BaseException) -> tuple[str, bool]:
    """Return what to tell a person, and whether it is a fault that the operator should look into."""
    if isinstance(error, UserError | InputError | DeskError):
        return cut(escape(str(error)), _LONGEST_TEXT, _LONGEST_TEXT * 4), False
    for type_, text in _HARMLESS:
        if isinstance(error, type_):
            return gettext(text), False
    return gettext(next(text for type_, text in _FAULTS if isinstance(error, type_))), True


def _logged(error: BaseException, place: str) -> tuple[str, str]:
    """Log an error; return what to tell the person, and the name under which the log has it."""
    text, is_fault = text_for(error)
    request = requests.current()
    requests.came_to("failed" if is_fault else getattr(error, "outcome", "turned down"))
    if not is_fault:
        _log.info("%s was turned down: %s", place, error)
        return text, place
    reference = request.id if request else secrets.token_hex(4)
    _log.error("Reference %s: %s failed.", reference, place, exc_info=error)
    tell = gettext("If this goes on, tell the operator the reference {reference}.", reference=reference)
    return f"{text}\n-# {tell}", f"Reference {reference}"


def _log_unshown(name: str, failure: Exception) -> None:
    _log.warning("%s: the error could not be shown: %s: %s", name, type(failure).__name__, failure)


def _cause(error: BaseException) -> BaseException:
    """Return what a command or a converter really failed with."""
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return error


def _is_over(interaction: discord.Interaction[Any], error: BaseException) -> bool:
    """Return whether an error leaves nobody to tell, as the reply is there or too late; log it then."""
    code = error.code if isinstance(error, discord.HTTPException) else 0
    if isinstance(error, TooLateError) or code == _EXPIRED:
        requests.came_to("late")
        _log.error("Interaction %s could not be answered: %s.", interaction.id, error)
    elif code == ALREADY_ANSWERED:
        _log.info("An interaction was answered twice: %s", error)
    else:
        return False
    return True
