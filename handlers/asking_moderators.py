"""“Ask the moderators”: how a question that was not answered reaches the moderators of a server.

Pressing the button is the consent: before, nothing of a question is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Self

import discord
from discord import ui

from handlers import cards, errors
from handlers.base import Interaction
from handlers.replies import send
from handlers.retention import for_days
from handlers.views import CardItem, asked_on, takes_questions
from knowledge.answers import Status
from knowledge.commands import question_in
from knowledge.languages import gettext, ngettext, translatable
from knowledge.store import AskedModerators
from knowledge.wording import day_in_words

_NONE_TAKEN = translatable("The moderators of this server take no questions at the moment.")
_HAS_AN_ANSWER = translatable("This has an answer by now, so nothing was sent to the moderators.")
_WISHES = {
    "channel": translatable("You will be told in this channel, where others see it."),
    "dm": translatable("You will be told by direct message, if your settings let me write to you."),
    "": translatable("You will not be told what comes of it."),
}
"""What is said of each wish to be told."""


class AskModerators(CardItem, template=r"ask-moderators"):
    """Puts the question of a refusal to the moderators of the server."""

    @classmethod
    def under_refusal(cls) -> Self:
        """Return the button."""
        return cls.button(gettext("Ask the moderators"), "ask-moderators")

    async def run(self, press: Interaction) -> None:
        """Send the question, unless it has an answer by now; say privately what became of it."""
        bot, guild_id, question = press.client, press.guild_id, question_in(asked_on(press))
        if guild_id is None or not takes_questions(bot, guild_id) or not question:
            raise errors.UserError(gettext(_NONE_TAKEN))
        answer = bot.reply(question, guild_id)
        if answer.status is Status.ANSWERED:
            await send(press, replace(answer, notes=(gettext(_HAS_AN_ANSWER), *answer.notes)), "private")
            return
        await press.response.defer(ephemeral=True, thinking=True)
        asked = await bot.store.ask_moderators(
            guild_id,
            press.user.id,
            question,
            bot.desk.question_key(question),
            discord.utils.utcnow(),
            channel_id=press.channel_id,
            tell="",
            quota=bot.desk.settings(guild_id).questions_a_day,
        )
        said = f"{_sent(asked)} {_kept(bot.settings.retention_days)}"
        await press.followup.send(
            view=_wish_card(said, asked.question_id, asked.tell, question), ephemeral=True
        )


class Tell(CardItem, template=r"tell:(?P<how>channel|dm|no):(?P<question>\d+)"):
    """Notes whether and how an asker wishes to be told what becomes of the question."""

    async def run(self, press: Interaction) -> None:
        """Note it in place of an earlier wish, and say so on the card."""
        how, question_id = self.fields["how"], int(self.fields["question"])
        tell = "" if how == "no" else how
        await press.response.defer()
        await press.client.store.wish(
            press.guild_id or 0, question_id, press.user.id, channel_id=press.channel_id, tell=tell
        )
        said = gettext("Your question is with the moderators.")
        view = _wish_card(said, question_id, tell, asked_on(press))
        await press.edit_original_response(view=view)


class TakeBack(CardItem, template=r"take-back:(?P<question>\d+)"):
    """Takes a question to the moderators back."""

    async def run(self, press: Interaction) -> None:
        """Delete what was kept of it, and say so."""
        await press.response.defer()
        question_id = int(self.fields["question"])
        gone = await press.client.store.withdraw_question(press.guild_id or 0, question_id, press.user.id)
        before = gettext("It was taken back, or deleted, before.")
        said = gettext("Taken back: nothing of it is kept.") if gone else before
        await press.edit_original_response(view=cards.notice(said))


def _sent(asked: AskedModerators) -> str:
    """Say to whom a question went, how many asked it, and whether it was looked at before."""
    looked = ""
    if asked.dismissed_at:
        day = day_in_words(asked.dismissed_at.date())
        looked = f" {gettext('They looked at it before, on {day}, and gave no answer.', day=day)}"
    return f"{_received(asked)}{looked}"


def _received(asked: AskedModerators) -> str:
    if asked.is_new and asked.dismissed_at:
        return gettext("Sent to the moderators of this server.")
    if asked.is_new:
        return gettext("Sent to the moderators of this server; you are the first to ask it.")
    if asked.askers == 1:
        return gettext("The moderators of this server have this question from you.")
    return ngettext(
        "Sent to the moderators of this server; {count} person has asked it, you.",
        "Sent to the moderators of this server; {count} people have asked it, you among them.",
        asked.askers,
    )


def _kept(days: int) -> str:
    """Say what is kept, for how long and who sees it."""
    return gettext(
        "Kept {how_long}, unless you take it back: the question, and who asked it when and where. The "
        "moderators see the question; who asked it they learn only if they block that person.",
        how_long=for_days(days),
    )


def _wish_card(said: str, question_id: int, tell: str, question: str) -> ui.LayoutView:
    """Return the card on which an asker chooses whether to be told, and can take the question back."""
    labels = {
        "channel": gettext("Tell me here"),
        "dm": gettext("Tell me by direct message"),
        "": gettext("Do not tell me"),
    }
    buttons: list[CardItem] = [
        Tell.button(label, f"tell:{how or 'no'}:{question_id}")
        for how, label in labels.items()
        if how != tell
    ]
    buttons.append(TakeBack.button(gettext("Take it back"), f"take-back:{question_id}"))
    return cards.notice(f"{said}\n\n{gettext(_WISHES[tell])}", [ui.ActionRow(*buttons)], asked=question)


ITEMS = (AskModerators, Tell, TakeBack)
"""Every kind of item of this module."""
