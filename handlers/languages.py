"""In which language the bot speaks to whom, and what its commands are called there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from handlers.base import Interaction
from knowledge import languages
from knowledge.languages import NAME

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

NAMES = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.group_name,
    app_commands.TranslationContextLocation.parameter_name,
)
"""Where a text is a name, of which Discord wants one lower-case word."""


def speak_with(interaction: Interaction, *typed: str) -> None:
    """Speak in the language of what somebody typed, or else in theirs, or else in that of the server."""
    bot = interaction.client
    of_server = language_of(bot, interaction.guild_id, interaction.guild_locale)
    languages.speak(languages.known(interaction.locale.value, of_server))
    languages.speak(bot.engine.language_of(*typed))


def speak_in(bot: AidPolicyBot, guild: discord.Guild | None, *typed: str) -> None:
    """Speak in the language of what somebody typed, or else in that of the server, to all who read there."""
    if guild:
        languages.speak(language_of(bot, guild.id, guild.preferred_locale))
    languages.speak(bot.engine.language_of(*typed))


@contextmanager
def speaking_to_all(bot: AidPolicyBot, guild: discord.Guild | None, *typed: str) -> Iterator[None]:
    """Let what runs within speak to all in a server, whoever set it off, in the language of `speak_in`."""
    with languages.speaking(languages.ENGLISH):
        speak_in(bot, guild, *typed)
        yield


def language_of(bot: AidPolicyBot, guild_id: int | None, locale: discord.Locale | None) -> str:
    """Return the language chosen for a server, or else that in which Discord has it."""
    chosen = bot.desk.settings(guild_id).language if guild_id is not None else ""
    return languages.known(*filter(None, (chosen, locale.value if locale else "")))


class CommandTranslator(app_commands.Translator):
    """Tells Discord what commands, options and choices are called in the languages that the bot speaks."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a language, or None where the bot does not speak it."""
        language = languages.known(locale.value)
        if language == languages.ENGLISH:
            return None
        with languages.speaking(language):
            return in_words(string.message, context)


def in_words(text: str, context: app_commands.TranslationContextTypes) -> str:
    """Return what stands somewhere in a command in the language spoken."""
    return languages.pgettext(NAME, text) if context.location in NAMES else languages.gettext(text)


async def described(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """Return the commands as Discord is told them, in every language."""
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in tree.get_commands()]
    return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
