"""The desk's two message menus: “Save as FAQ”, and “Answer with FAQ”, which replies with an entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands, ui

from handlers import cards, languages
from handlers.base import Cog, Interaction
from handlers.desk_cards import told
from handlers.desk_group import BY_SERVERS, IN_SERVERS
from handlers.desk_replies import show
from handlers.drafts import open_form
from handlers.errors import UserError
from handlers.layout import Row
from handlers.log_channel import Channel
from handlers.markup import link
from handlers.replies import question_from
from handlers.rights import ForModerators, moderated_guild
from handlers.views import CardItem, Shown, reply_view
from knowledge.answers import Status
from knowledge.commands import shown_command
from knowledge.drafts import EDITORIAL, LONGEST_ANSWER
from knowledge.entries import Draft
from knowledge.faq import FaqEntry
from knowledge.languages import gettext, translatable
from knowledge.text import clip
from knowledge.wording import own_in_words

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_LISTED = 25
_LONGEST_LABEL = 100
_NO_TEXT = translatable("That message has no text that I could read.")
_NEAREST = translatable(
    "The nearest are listed. The one you choose is posted as a reply to the message; it names you."
)
_FIRST = translatable(
    "None is near that message; these are the first. The one you choose is posted as a reply to the message; "
    "it names you."
)
_UNKNOWN_MESSAGE = 10008
_INVALID = 50035
"""What Discord says to a reply to a message that is gone."""


class FaqMessages(Cog):
    """Makes entries of messages, and answers messages with entries."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot; a decorator cannot make menus in a cog."""
        super().__init__(bot)
        callbacks = {"Save as FAQ": self.save, "Answer with FAQ": self.answer}
        self.menus = [app_commands.ContextMenu(name=n, callback=made) for n, made in callbacks.items()]
        for menu in self.menus:
            menu.default_permissions = discord.Permissions(manage_messages=True)
            menu.allowed_contexts, menu.allowed_installs = IN_SERVERS, BY_SERVERS

    async def cog_load(self) -> None:
        """Offer the menus."""
        for menu in self.menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take the menus back."""
        for menu in self.menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def save(self, interaction: Interaction, message: discord.Message) -> None:
        """Open the form of a new entry whose answer is a message, with its author and a link to it."""
        guild_id = moderated_guild(interaction)
        said = message.clean_content.strip()
        if not said:
            raise UserError(gettext(_NO_TEXT))
        source = f"\n\n— {link(clip(message.author.display_name, 80), message.jump_url)}"
        answer = clip(said, LONGEST_ANSWER - len(source)) + source
        await open_form(interaction, _new(guild_id, interaction.user.id, answer))

    async def answer(self, interaction: Interaction, message: discord.Message) -> None:
        """Offer the entries nearest to a message, one of which is to answer it."""
        guild_id = moderated_guild(interaction)
        is_own = self.bot.user is not None and message.author.id == self.bot.user.id
        asked = question_from((cards.footer(message).asked if is_own else "") or message.content)
        own = self.bot.desk.own(guild_id)
        found = self.engine.faq_search(asked, own) if asked else self.engine.faq_list("", own)
        is_near = bool(asked) and found.status is Status.ANSWERED
        entries = found.entries if found.entries else self.engine.faq_list("", own).entries
        if not entries:
            raise UserError(
                gettext(
                    "There is no FAQ entry yet. {command} writes one.", command=shown_command("/faq-desk add")
                )
            )
        lines = [gettext(_NEAREST if is_near else _FIRST)]
        row: Row = ui.ActionRow(EntryMenu.of(message.id, entries[:_LISTED]))
        await show(interaction, told(gettext("Answer with an FAQ entry"), lines, [row]))


def _new(guild_id: int, author_id: int, answer: str) -> Draft:
    return Draft(guild_id, author_id, {"answer": answer, "citations": EDITORIAL})


class EntryMenu(ForModerators, CardItem, template=r"answer-with:(?P<message>\d+)"):
    """The entries with which a message in this channel can be answered."""

    @classmethod
    def of(cls, message_id: int, entries: Sequence[FaqEntry]) -> Self:
        """Return the menu for a message."""
        menu: ui.Select[Any] = ui.Select(
            custom_id=f"answer-with:{message_id}", placeholder=gettext("Choose an entry")
        )
        for entry in entries:
            about = " · ".join(filter(None, (entry.id, own_in_words(entry))))
            label = clip(entry.question, _LONGEST_LABEL)
            menu.add_option(label=label, description=clip(about, _LONGEST_LABEL), value=entry.id)
        return cls(menu)

    async def run(self, press: Interaction) -> None:
        """Reply to the message for everyone, naming who chose the entry."""
        assert isinstance(self.item, ui.Select)
        bot, channel = press.client, press.channel
        if not isinstance(channel, Channel):
            raise UserError(gettext("I cannot reply in such a channel."))
        sharing = cards.Sharing(by=press.user.display_name)
        with languages.speaking_to_all(bot, press.guild):
            answer = bot.engine.faq_show(self.item.values[0], bot.desk.own(press.guild_id))
            view = reply_view(bot, answer, Shown(press.user.id, private=False, sharing=sharing))
        if answer.status is not Status.ANSWERED:
            raise UserError(gettext("That entry was retired meanwhile. Choose another one."))
        _may_reply(press)
        await press.response.defer()
        try:
            message = channel.get_partial_message(int(self.fields["message"]))
            sent = await message.reply(view=view, mention_author=False)
        except discord.HTTPException as error:
            if error.code in (_UNKNOWN_MESSAGE, _INVALID):
                raise UserError(gettext("That message is gone, so nothing was posted.")) from error
            raise
        await show(press, told(gettext("Answered"), [sent.jump_url]))


def _may_reply(press: Interaction) -> None:
    """Raise `UserError` if the bot cannot reply in the channel of a press."""
    rights, in_thread = press.app_permissions, isinstance(press.channel, discord.Thread)
    needed = {
        translatable("View Channel"): rights.view_channel,
        translatable("Read Message History"): rights.read_message_history,
        translatable("Send Messages"): rights.send_messages_in_threads if in_thread else rights.send_messages,
    }
    if missing := ", ".join(gettext(name) for name, has_it in needed.items() if not has_it):
        raise UserError(
            gettext("I cannot reply here: I lack the permission {permissions}.", permissions=missing)
        )


ITEMS = (EntryMenu,)
