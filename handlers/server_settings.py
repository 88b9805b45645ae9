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
from handlers.rights import managed_guild
from handlers.views import CardItem
from knowledge.guild_settings import GuildSettings, Visibility
from knowledge.text import counted, echo

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

_IN_WORDS: Mapping[Visibility, str] = {"private": "the asker alone", "public": "everyone"}
_NO_MEMBER = "I am not a member of this server, so there is nothing to choose. Invite me first."
_EVERYONE = (
    "Everyone has that role, so everyone would be a moderator. Choose another one; nothing was changed."
)

_TWO_PEOPLE = "on: a second moderator publishes entries, edits and imports; the rest stays with one"


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


class Choose(ManagerItem, template=r"setting:(?P<name>mentions|visibility|log|roles)"):
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
            case "log":
                channel_id = next(iter(_ids(chosen)), None)
                await _save(press, note=_log_problem(guild, channel_id), log_channel=channel_id)
            case _:
                if guild.id in _ids(chosen):
                    raise errors.UserError(_EVERYONE)
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
        form = Quota.modal("Questions to the moderators", "setting:questions", {"questions": str(current)})
        await press.response.send_modal(form)


class Quota(forms.Form, template=r"setting:questions"):
    """Takes how many questions a day one person may put to the moderators."""

    fields = (
        forms.Field(
            "questions",
            "How many a day for one person",
            f"A number from 0 to {MOST_QUESTIONS}; with 0 no questions are taken",
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
            raise errors.UserError(f"“{echo(number)}” is not a number from 0 to {MOST_QUESTIONS}.")
        await _save(interaction, questions_a_day=int(number))


async def _save(interaction: Interaction, note: str = "", **changed: Any) -> None:
    """Change some settings and leave the others as they are now; show the panel as it is then.

    The press is acknowledged first: a database that somebody else holds is waited for.
    """
    guild = _guild(interaction)
    await interaction.response.defer()
    await interaction.client.desk.change_settings(guild.id, lambda current: replace(current, **changed))
    view = _panel(interaction, guild, " ".join(filter(None, ("Saved.", note))))
    await interaction.edit_original_response(view=view)


def _guild(interaction: Interaction) -> discord.Guild:
    """Return the server whose settings are shown; raises `UserError` for those who do not manage it."""
    guild = interaction.client.get_guild(managed_guild(interaction))
    if guild is None:
        raise errors.UserError(_NO_MEMBER)
    return guild


def _ids(values: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted(map(int, values)))


def _log_problem(guild: discord.Guild, channel_id: int | None) -> str:
    """Warn if the bot cannot post in the channel chosen for the log."""
    problem = cannot_post(log_channel(guild, channel_id)) if channel_id is not None else ""
    return f"But nothing can be logged there yet: {problem}." if problem else ""


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
    yield "### Settings of this server\n-# Each choice is saved at once."
    everywhere = "in every channel; choose some to answer there alone"
    yield f"**Mentions** are answered {_chosen(settings.answer_mentions_in, mentioned_in, 'in', everywhere)}."
    yield _row(_channels("mentions", _MENTIONED_IN, mentioned_in, _MOST_CHOSEN))
    yield f"**Replies** are seen by {_seen_by(settings.default_visibility, of_operator)}."
    yield _row(_visibility(settings.default_visibility, of_operator))
    log = (settings.log_channel,) if settings.log_channel else ()
    yield f"**Changes of entries** are logged {_chosen(log, logged_in, 'in', 'nowhere')}."
    yield _row(_channels("log", _LOGGED_IN, logged_in, 1))
    nobody_else = "nobody else; choose roles to add them"
    yield (
        "**Moderators** are those who may manage messages, and "
        f"{_chosen(settings.moderator_roles, roles, 'those of', nobody_else, 'role')}.\n"
        "-# For a role to see `/faq-desk`, also allow it in Server Settings › Integrations."
    )
    yield _row(_roles(roles))
    rule = _TWO_PEOPLE if settings.two_person_rule else "off"
    quota = _quota(settings.questions_a_day)
    yield f"**The two-person rule** is {rule}.\n**Questions to the moderators:** {quota}."
    yield _row(*_buttons(settings))
    if note:
        yield f"-# {note}"


def _chosen(
    chosen: Sequence[int], there: Sequence[int], where: str, if_none: str, noun: str = "channel"
) -> str:
    """Say how many of something are chosen, and how many of them are gone."""
    if not chosen:
        return if_none
    gone = f"; {counted(len(chosen) - len(there), noun)} gone" if len(there) < len(chosen) else ""
    return f"{where} {counted(len(there), noun)}{gone}"


def _seen_by(visibility: Visibility, of_operator: Visibility) -> str:
    """Say who sees a reply."""
    basis = "" if visibility else ", as the operator set it"
    return f"{_IN_WORDS[visibility or of_operator]}{basis}, unless the asker chooses"


def _quota(most: int) -> str:
    return f"{most} a day for each person" if most else "none are taken"


def _there(ids: Iterable[int], find: Callable[[int], object]) -> list[int]:
    """Return which of some channels or roles are still there; Discord takes no others."""
    return [one for one in ids if find(one) is not None]


def _channels(name: str, types: list[discord.ChannelType], chosen: Sequence[int], most: int) -> Choose:
    menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=f"setting:{name}",
        channel_types=types,
        placeholder="Choose channels" if most > 1 else "Choose a channel",
        min_values=0,
        max_values=most,
        default_values=_defaults(chosen, discord.SelectDefaultValueType.channel),
    )
    return Choose(menu, name=name)


def _roles(chosen: Sequence[int]) -> Choose:
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id="setting:roles",
        placeholder="Choose roles",
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
    labels = {"operator": f"As the operator set it: {_IN_WORDS[of_operator]}"}
    for value, meant in _VISIBILITIES.items():
        label = labels.get(value) or _IN_WORDS[meant].capitalize()
        menu.add_option(label=label, value=value, default=meant == visibility)
    return Choose(menu, name="visibility")


def _buttons(settings: GuildSettings) -> Iterator[CardItem]:
    if settings.two_person_rule:
        yield TwoPersonRule.button("Let one person publish", "setting:two-person-rule:off")
    else:
        yield TwoPersonRule.button("Require two people", "setting:two-person-rule:on")
    yield ChangeQuota.button("Change the number of questions", "setting:questions")


def _row(*items: CardItem) -> Row:
    return ui.ActionRow(*items)


ITEMS: tuple[type[CardItem], ...] = (Choose, TwoPersonRule, ChangeQuota)
"""Every kind of item of this module."""

FORMS: tuple[type[forms.Form], ...] = (Quota,)
"""Every form of this module."""
