"""The command /settings: one panel on which those who manage a server choose how the bot behaves there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands, ui

from handlers import cards, errors, forms
from handlers.base import Cog, Interaction
from handlers.layout import Row
from handlers.log_channel import cannot_post, log_channel
from handlers.markup import code
from handlers.rights import managed_guild
from handlers.views import CardItem
from knowledge.commands import shown_command
from knowledge.guild_settings import GuildSettings, Visibility
from knowledge.languages import gettext, known, languages, name_of, ngettext, translatable
from knowledge.text import echo

MOST_QUESTIONS = 50
_MOST_CHOSEN = 25
_MENTIONED_IN = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
]
_LOGGED_IN = [discord.ChannelType.text, discord.ChannelType.news]
_VISIBILITIES: Mapping[str, Visibility] = {"operator": "", "private": "private", "public": "public"}
"""The value of each choice, which Discord does not let be empty."""

_OF_SERVER = "server"
"""The value of the choice of no language."""

_SEEN_BY: Mapping[Visibility, str] = {
    "private": translatable("**Replies** are seen by the asker alone, unless the asker chooses."),
    "public": translatable("**Replies** are seen by everyone, unless the asker chooses."),
}
_SEEN_AS_SET: Mapping[Visibility, str] = {
    "private": translatable(
        "**Replies** are seen by the asker alone, as the operator set it, unless the asker chooses."
    ),
    "public": translatable(
        "**Replies** are seen by everyone, as the operator set it, unless the asker chooses."
    ),
}
_CHOICES: Mapping[Visibility, str] = {
    "private": translatable("The asker alone"),
    "public": translatable("Everyone"),
}
_AS_SET: Mapping[Visibility, str] = {
    "private": translatable("As the operator set it: the asker alone"),
    "public": translatable("As the operator set it: everyone"),
}
_NO_MEMBER = translatable("I am not a member of this server, so there is nothing to choose. Invite me first.")
_EVERYONE = translatable(
    "Everyone has that role, so everyone would be a moderator. Choose another one; nothing was changed."
)
_TWO_PEOPLE = translatable(
    "**The two-person rule** is on: a second moderator publishes entries, edits and imports; the rest stays "
    "with one."
)
_ONE_PERSON = translatable("**The two-person rule** is off.")


class ServerSettings(Cog):
    """Shows the panel."""

    @app_commands.command()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def settings(self, interaction: Interaction) -> None:
        """Choose how I behave in this server: channels, visibility, log, moderators, limits."""
        await interaction.response.send_message(view=_panel(interaction, _guild(interaction)), ephemeral=True)


class ManagerItem(CardItem, template=r"(?!)"):
    """Base of everything on the panel, which is for those who manage the server."""

    async def allow(self, press: Interaction) -> None:
        """Let those through who manage the server."""
        managed_guild(press)


class Choose(ManagerItem, template=r"setting:(?P<name>mentions|visibility|language|log|roles)"):
    """A menu of the panel: what is chosen in it holds at once."""

    async def run(self, press: Interaction) -> None:
        """Save the choice, whatever else has been changed meanwhile."""
        data: Any = press.data or {}
        chosen: tuple[str, ...] = tuple(data.get("values", ()))
        guild = _guild(press)
        match self.fields["name"]:
            case "mentions":
                await _save(press, answer_mentions_in=_ids(chosen))
            case "visibility":
                await _save(press, default_visibility=_VISIBILITIES[chosen[0]])
            case "language":
                await _save(press, language="" if chosen[0] == _OF_SERVER else known(chosen[0]))
            case "log":
                channel_id = next(iter(_ids(chosen)), None)
                await _save(press, note=_log_problem(guild, channel_id), log_channel=channel_id)
            case _:
                if guild.id in _ids(chosen):
                    raise errors.UserError(gettext(_EVERYONE))
                await _save(press, moderator_roles=_ids(chosen))


class TwoPersonRule(ManagerItem, template=r"setting:two-person-rule:(?P<state>on|off)"):
    """Switches the two-person rule to what the button says."""

    async def run(self, press: Interaction) -> None:
        """Save it."""
        await _save(press, two_person_rule=self.fields["state"] == "on")


class ChangeQuota(ManagerItem, template=r"setting:questions"):
    """Asks how many questions a day one person may put to the moderators."""

    async def run(self, press: Interaction) -> None:
        """Show the form, with what holds now."""
        current = press.client.desk.settings(managed_guild(press)).questions_a_day
        title = gettext("Questions to the moderators")
        form = Quota.modal(title, "setting:questions", {"questions": str(current)})
        await press.response.send_modal(form)


class Quota(forms.Form, template=r"setting:questions"):
    """Takes how many questions a day one person may put to the moderators."""

    fields = (
        forms.Field(
            "questions",
            translatable("How many a day for one person"),
            translatable("A number from 0 to 50; with 0 no questions are taken"),
            longest=10,
        ),
    )

    async def allow(self, interaction: Interaction) -> None:
        """Let those through who manage the server."""
        managed_guild(interaction)

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Save the number, if it is one."""
        number = typed["questions"].strip()
        if not number.isdecimal() or int(number) > MOST_QUESTIONS:
            raise errors.UserError(
                gettext(
                    "“{typed}” is not a number from 0 to {most}.", typed=echo(number), most=MOST_QUESTIONS
                )
            )
        await _save(interaction, questions_a_day=int(number))


async def _save(interaction: Interaction, note: str = "", **changed: Any) -> None:
    """Change some settings and leave the others as they are now; show the panel as it is then.

    The press is acknowledged first: a database that somebody else holds is waited for.
    """
    guild = _guild(interaction)
    await interaction.response.defer()
    await interaction.client.desk.change_settings(guild.id, lambda current: replace(current, **changed))
    view = _panel(interaction, guild, " ".join(filter(None, (gettext("Saved."), note))))
    await interaction.edit_original_response(view=view)


def _guild(interaction: Interaction) -> discord.Guild:
    """Return the server whose settings are shown; raises `UserError` for those who do not manage it."""
    guild = interaction.client.get_guild(managed_guild(interaction))
    if guild is None:
        raise errors.UserError(gettext(_NO_MEMBER))
    return guild


def _ids(values: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted(map(int, values)))


def _log_problem(guild: discord.Guild, channel_id: int | None) -> str:
    """Warn if the bot cannot post in the channel chosen for the log."""
    problem = cannot_post(log_channel(guild, channel_id)) if channel_id is not None else ""
    return gettext("But nothing can be logged there yet: {problem}.", problem=problem) if problem else ""


# --- the panel --------------------------------------------------------------------------------------------


def _panel(interaction: Interaction, guild: discord.Guild, note: str = "") -> ui.LayoutView:
    """Return the panel with the settings as they are, and a note on the last change."""
    bot = interaction.client
    settings = bot.desk.settings(guild.id)
    return cards.panel(_parts(settings, guild, bot.settings.default_visibility, note))


def _parts(
    settings: GuildSettings, guild: discord.Guild, of_operator: Visibility, note: str
) -> Iterator[str | Row]:
    """Yield the panel from above: each setting in words, and below it what can be chosen."""
    mentioned_in = _there(settings.answer_mentions_in, guild.get_channel)
    logged_in = _there(filter(None, (settings.log_channel,)), guild.get_channel)
    roles = _there(settings.moderator_roles, guild.get_role)
    yield f"### {gettext('Settings of this server')}\n-# {gettext('Each choice is saved at once.')}"
    yield _mentions(settings.answer_mentions_in, mentioned_in)
    yield _row(_channels("mentions", _MENTIONED_IN, mentioned_in, _MOST_CHOSEN))
    seen_by = _SEEN_BY if settings.default_visibility else _SEEN_AS_SET
    yield gettext(seen_by[settings.default_visibility or of_operator])
    yield _row(_visibility(settings.default_visibility, of_operator))
    language = name_of(settings.language or known(guild.preferred_locale.value))
    yield gettext(_CHOSEN_LANGUAGE if settings.language else _LANGUAGE_OF_SERVER, language=language)
    yield _row(_language(settings.language, guild.preferred_locale))
    yield _logged(1 if settings.log_channel else 0, len(logged_in))
    yield _row(_channels("log", _LOGGED_IN, logged_in, 1))
    seeing = gettext(_SEEING, command=code(shown_command("/faq-desk")))
    yield f"{_moderators(settings.moderator_roles, roles)}\n-# {seeing}"
    yield _row(_roles(roles))
    rule = gettext(_TWO_PEOPLE if settings.two_person_rule else _ONE_PERSON)
    yield f"{rule}\n{_quota(settings.questions_a_day)}"
    yield _row(*_buttons(settings))
    if note:
        yield f"-# {note}"


_CHOSEN_LANGUAGE = translatable(
    "**My language** is {language}: for what everybody reads, and for readers whose own I do not speak."
)
_LANGUAGE_OF_SERVER = translatable(
    "**My language** is {language}, as Discord has the server: for what everybody reads, and for readers "
    "whose own I do not speak."
)
_SEEING = translatable("For a role to see {command}, also allow it in Server Settings › Integrations.")


def _mentions(chosen: Sequence[int], there: Sequence[int]) -> str:
    if not chosen:
        return gettext("**Mentions** are answered in every channel; choose some to answer there alone.")
    return gettext(
        "**Mentions** are answered in {channels}.", channels=_channels_left(len(chosen), len(there))
    )


def _logged(chosen: int, there: int) -> str:
    if not chosen:
        return gettext("**Changes of entries** are logged nowhere.")
    return gettext("**Changes of entries** are logged in {channels}.", channels=_channels_left(chosen, there))


def _moderators(chosen: Sequence[int], there: Sequence[int]) -> str:
    if not chosen:
        return gettext(
            "**Moderators** are those who may manage messages, and nobody else; choose roles to add them."
        )
    left, gone = _roles_in_words(len(there)), _roles_in_words(len(chosen) - len(there))
    return gettext(
        "**Moderators** are those who may manage messages, and those of {roles}.",
        roles=gettext("{some}; {others} gone", some=left, others=gone) if len(there) < len(chosen) else left,
    )


def _channels_left(chosen: int, there: int) -> str:
    """Say how many channels are chosen, and how many of them are gone."""
    left = _channels_in_words(there)
    if there == chosen:
        return left
    return gettext("{some}; {others} gone", some=left, others=_channels_in_words(chosen - there))


def _channels_in_words(count: int) -> str:
    return ngettext("{count} channel", "{count} channels", count) if count else gettext("no channels")


def _roles_in_words(count: int) -> str:
    return ngettext("{count} role", "{count} roles", count) if count else gettext("no roles")


def _quota(most: int) -> str:
    if not most:
        return gettext("**Questions to the moderators:** none are taken.")
    return ngettext(
        "**Questions to the moderators:** {count} a day for each person.",
        "**Questions to the moderators:** {count} a day for each person.",
        most,
    )


def _there(ids: Iterable[int], find: Callable[[int], object]) -> list[int]:
    """Return which of some channels or roles are still there; Discord takes no others."""
    return [one for one in ids if find(one) is not None]


def _channels(name: str, types: list[discord.ChannelType], chosen: Sequence[int], most: int) -> Choose:
    menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=f"setting:{name}",
        channel_types=types,
        placeholder=gettext("Choose channels") if most > 1 else gettext("Choose a channel"),
        min_values=0,
        max_values=most,
        default_values=_defaults(chosen, discord.SelectDefaultValueType.channel),
    )
    return Choose(menu, name=name)


def _roles(chosen: Sequence[int]) -> Choose:
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id="setting:roles",
        placeholder=gettext("Choose roles"),
        min_values=0,
        max_values=_MOST_CHOSEN,
        default_values=_defaults(chosen, discord.SelectDefaultValueType.role),
    )
    return Choose(menu, name="roles")


def _defaults(
    chosen: Sequence[int], kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=one, type=kind) for one in chosen[:_MOST_CHOSEN]]


def _visibility(visibility: Visibility, of_operator: Visibility) -> Choose:
    menu: ui.Select[Any] = ui.Select(custom_id="setting:visibility")
    for value, meant in _VISIBILITIES.items():
        label = _CHOICES[meant] if meant else _AS_SET[of_operator]
        menu.add_option(label=gettext(label), value=value, default=meant == visibility)
    return Choose(menu, name="visibility")


def _language(language: str, locale: discord.Locale) -> Choose:
    menu: ui.Select[Any] = ui.Select(custom_id="setting:language")
    of_server = gettext("As Discord has the server: {language}", language=name_of(known(locale.value)))
    menu.add_option(label=of_server, value=_OF_SERVER, default=not language)
    for one in languages():
        menu.add_option(label=name_of(one), value=one, default=one == language)
    return Choose(menu, name="language")


def _buttons(settings: GuildSettings) -> Iterator[CardItem]:
    if settings.two_person_rule:
        yield TwoPersonRule.button(gettext("Let one person publish"), "setting:two-person-rule:off")
    else:
        yield TwoPersonRule.button(gettext("Require two people"), "setting:two-person-rule:on")
    yield ChangeQuota.button(gettext("Change the number of questions"), "setting:questions")


def _row(*items: CardItem) -> Row:
    return ui.ActionRow(*items)


ITEMS: tuple[type[CardItem], ...] = (Choose, TwoPersonRule, ChangeQuota)
"""Every kind of item of this module."""

FORMS: tuple[type[forms.Form], ...] = (Quota,)
"""Every form of this module."""
