"""Retention: what people leave behind is deleted when its time is over, once a day."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from knowledge.languages import gettext, ngettext

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_log = logging.getLogger(__name__)


async def enforce(bot: AidPolicyBot) -> None:
    """Delete what is older than the operator's `retention_days`; what fails is logged and tried again."""
    days = bot.settings.retention_days
    if not days:
        return
    try:
        gone = await bot.store.enforce_retention(discord.utils.utcnow() - timedelta(days=days))
    except Exception:
        _log.exception("What is older than %d days could not be deleted", days)
        return
    if gone.votes or gone.questions or gone.drafts:
        _log.info(
            "Older than %d days, so deleted: %d votes, %d questions to moderators and %d drafts",
            days,
            gone.votes,
            gone.questions,
            gone.drafts,
        )


def for_days(days: int) -> str:
    """Say for how long something is kept: `for 365 days`, or `for as long as the bot runs`."""
    if not days:
        return gettext("for as long as the bot runs")
    return ngettext("for a day", "for {count} days", days)
