"""How a reply goes out: to whom it is visible, and in what form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from discord import app_commands

from handlers.base import Interaction
from handlers.markup import spoken
from handlers.views import Shown, file_of, made_of, reply_view, takes_questions
from knowledge import languages
from knowledge.answers import Answer, Kind, Status
from knowledge.downloads import Format, formats, written_in
from knowledge.text import clip

Visibility = Literal["private", "public"]
_T = TypeVar("_T")

LONGEST_QUESTION = 300
"""Characters of a question: it stands whole on its card, from which the buttons read it back."""

LONGEST_OPTION = 80


def visibility_option(command: _T) -> _T:
    """Describe the option `visibility` of a command and give it its choices."""
    choices: list[app_commands.Choice[str]] = [
        app_commands.Choice(name="Only me", value="private"),
        app_commands.Choice(name="Everyone here", value="public"),
    ]
    describe: Callable[[_T], _T] = app_commands.describe(visibility="Who sees the reply")
    return app_commands.choices(visibility=choices)(describe(command))


async def send(interaction: Interaction, answer: Answer, visibility: Visibility | None = None) -> None:
    """Answer a command with a card."""
    bot = interaction.client
    private = is_private(interaction, answer, visibility)
    to_moderators = takes_questions(bot, interaction.guild_id)
    view = reply_view(bot, answer, Shown(interaction.user.id, private, to_moderators=to_moderators))
    await interaction.response.send_message(view=view, ephemeral=private)


async def send_csv(interaction: Interaction, answer: Answer) -> None:
    """Send the rows of a reply after it, to the asker alone, as a CSV file; nothing, if it has none."""
    if Format.CSV in formats(answer):
        if (language := written_in(Format.CSV)) != languages.spoken():
            with languages.speaking(language):
                answer = interaction.client.reply(answer.question, interaction.guild_id)
        made = await made_of(answer, Format.CSV, interaction.client)
        await interaction.followup.send(file=file_of(made), ephemeral=True)


def is_private(interaction: Interaction, answer: Answer, visibility: Visibility | None) -> bool:
    """Return whether only the asker is to see a reply.

    In a direct message there is nobody else to hide it from, and what is hidden there is soon gone. Elsewhere
    the asker's choice counts. Without one, an answer is as visible as the server or else the operator set it.
    A refusal or an error is private then, since it is of use to nobody else, and so is a paragraph of an
    original, which is not ours to publish.
    """
    if interaction.context.dm_channel:
        return False
    if visibility is not None:
        return visibility == "private"
    is_original = answer.kind is Kind.PASSAGE and any(one.is_original for one in answer.excerpts)
    if answer.status is not Status.ANSWERED or is_original:
        return True
    bot, guild_id = interaction.client, interaction.guild_id
    of_guild = bot.desk.settings(guild_id).default_visibility if guild_id is not None else ""
    return (of_guild or bot.settings.default_visibility) == "private"


def question_from(typed: str) -> str:
    """Return a question as it goes to the engine: what was said, on one line, clipped to its card."""
    return clip(spoken(typed), LONGEST_QUESTION)
