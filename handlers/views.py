"""The buttons and menus of cards. Each carries all it needs in its custom id, or finds it on its card.

So they outlive a restart: nothing is kept in memory. Every item is a `CardItem`, and every edit shows a new
view: discord.py forgets a class of dynamic items when a view that mixes them with others times out.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from handlers import cards, errors
from handlers.base import Interaction
from handlers.cards import Sharing
from handlers.layout import Row
from knowledge.answers import Answer, Kind, Status
from knowledge.citations import Citation
from knowledge.commands import written
from knowledge.downloads import LABELS, Download, Format, download, formats
from knowledge.help import HelpLine

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

LONGEST_ID = 100
MOST_CITATIONS = 3
_LONGEST_LABEL = 80
_BUTTONS_IN_A_ROW = cards.CHOICES_AS_BUTTONS
_VOTED_ON = frozenset(Kind) - {Kind.PASSAGE, Kind.SOURCES, Kind.HELP, Kind.ERROR}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a card is shown: to whom, whether only to them, which page of it, and how it was shared."""

    owner: int
    private: bool
    page: int = 0
    sharing: Sharing = cards.UNSHARED


def reply_view(bot: AidPolicyBot, answer: Answer, shown: Shown) -> ui.LayoutView:
    """Return the card of an answer with its buttons."""
    rows, sources = controls(answer, shown), bot.engine.library.sources
    return cards.card(answer, sources, rows, page=shown.page, sharing=shown.sharing)


async def made_of(answer: Answer, wanted: Format, bot: AidPolicyBot) -> Download:
    """Return a reply in a form; made in a thread, because the first calendar loads what makes calendars."""
    return await asyncio.to_thread(download, answer, wanted, bot.engine.library.sources)


def file_of(made: Download) -> discord.File:
    """Return a download as Discord takes it."""
    return discord.File(io.BytesIO(made.data), made.filename)


def controls(answer: Answer, shown: Shown) -> list[Row]:
    """Return the rows of buttons that apply to an answer, at most two.

    The first leads on: to neighbours, pages, choices or passages. The second is about the card itself.
    """
    first = [*_ways_on(answer, shown.owner, shown.page), *_openers(answer, shown.page)][:_BUTTONS_IN_A_ROW]
    second = list(_about(answer, shown))
    return [_row(*items) for items in (first, second) if items]


def _row(*items: Any) -> Row:
    return ui.ActionRow(*items)


def _ways_on(answer: Answer, owner: int, page: int) -> Iterator[CardItem]:
    if before := answer.previous:
        yield from Go.to_input(f"‹ {before}", owner, written("cite", reference=str(before)))
    if after := answer.following:
        yield from Go.to_input(f"{after} ›", owner, written("cite", reference=str(after)))
    if page > 0:
        yield Go.to_page("‹ Previous", owner, page - 1)
    if page < cards.pages(answer) - 1:
        yield Go.to_page("Next ›", owner, page + 1)
    for choice in dict.fromkeys(answer.choices):
        yield from Go.to_input(choice, owner, choice)
    for line in answer.statements:
        if isinstance(line, HelpLine):
            yield from Try.example(line.example)


def _openers(answer: Answer, page: int) -> Iterator[CardItem]:
    if answer.previous or answer.following:
        return  # the passage stands open already
    for citation in cards.cited(answer, page)[:MOST_CITATIONS]:
        yield from Open.passage(citation)


def _about(answer: Answer, shown: Shown) -> Iterator[CardItem]:
    understood = answer.status is not Status.ERROR
    if understood and shown.private and not shown.sharing.done:
        yield Share.button("Share", f"share:{shown.page}")
    if formats(answer):
        yield Export.button("Export", "export")
    if answer.kind in _VOTED_ON:
        yield Vote.on("up", card_key(answer))
        yield Vote.on("down", card_key(answer))
    if not shown.private:
        yield Delete.button("Delete", f"delete:{shown.owner}")


class CardItem(ui.DynamicItem[ui.Item[Any]], template=r"(?!)"):
    """Base of every item: whatever goes wrong in one reaches the error handler, and who pressed it.

    discord.py only logs what a dynamic item raises, or swallows it, and leaves the interaction unanswered.
    """

    def __init__(self, item: ui.Item[Any], **fields: str) -> None:
        """Take the button or menu, and what its custom id says."""
        super().__init__(item)
        self.fields = fields

    @classmethod
    def button(cls, label: str, custom_id: str) -> Self:
        """Return the item as a button; its fields are read from the custom id, as they will be later."""
        match = cls.__discord_ui_compiled_template__.fullmatch(custom_id)
        if not match or len(custom_id) > LONGEST_ID:
            raise ValueError(f"“{custom_id}” is no custom id of {cls.__name__}")
        button: ui.Button[Any] = ui.Button(label=label, custom_id=custom_id)
        return cls(button, **match.groupdict())

    async def run(self, press: Interaction) -> None:
        """Do what the item is for."""
        raise NotImplementedError

    async def allow(self, press: Interaction) -> None:
        """Raise `UserError` if this person may not use the item."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Bring an item of an old card back, or report why not."""
        try:
            return cls(item, **match.groupdict())
        except Exception as error:
            await errors.report(interaction, error)
            raise

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Ask `allow`, and report a refusal."""
        try:
            await self.allow(interaction)
        except Exception as error:
            await errors.report(interaction, error)
            return False
        return True

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Run the item, and report what goes wrong."""
        try:
            await self.run(interaction)
        except Exception as error:
            await errors.report(interaction, error)


def _footer(press: Interaction) -> cards.Footer:
    """Return what the card that was pressed on says of itself."""
    return cards.footer(press.message) if press.message else cards.Footer()


def _asked(press: Interaction) -> str:
    """Return what the card that was pressed on was asked."""
    asked = _footer(press).asked
    if not asked:
        raise errors.UserError("I can no longer read what this card was asked. Please ask again.")
    return asked


def _is_private(press: Interaction) -> bool:
    return press.message is not None and press.message.flags.ephemeral


def _own_guild(press: Interaction) -> int | None:
    """Return the server of a press if the bot is a member of it; people take the bot to others, too."""
    is_member = press.guild_id is not None and press.client.get_guild(press.guild_id) is not None
    return press.guild_id if is_member else None


class Go(CardItem, template=r"(?s)go:(?P<owner>\d+):(?P<page>\d+):(?P<typed>.*)"):
    """Leads to another page of this card, or to another input.

    Whoever asked turns the card itself; anybody else gets a private card, and this one stays as it is.
    """

    @classmethod
    def to_page(cls, label: str, owner: int, page: int) -> Self:
        """Return the button to a page of what its card was asked."""
        return cls.button(label, f"go:{owner}:{page}:")

    @classmethod
    def to_input(cls, label: str, owner: int, typed: str) -> Iterator[Self]:
        """Yield the button to an input, if it fits into one."""
        custom_id = f"go:{owner}:0:{typed}"
        if typed.strip() and len(custom_id) <= LONGEST_ID and len(label) <= _LONGEST_LABEL:
            yield cls.button(label, custom_id)

    async def run(self, press: Interaction) -> None:
        """Show the page or the reply, in place or apart."""
        bot, page, private = press.client, int(self.fields["page"]), _is_private(press)
        answer = bot.engine.reply(self.fields["typed"] or _asked(press))
        if private or press.user.id == int(self.fields["owner"]):
            # A private card that moves on to another reply can be shared again: that one was not.
            sharing = cards.UNSHARED if private and self.fields["typed"] else _footer(press).sharing
            shown = Shown(press.user.id, private, page, sharing)
            await press.response.edit_message(view=reply_view(bot, answer, shown))
        else:
            shown = Shown(press.user.id, private=True, page=page)
            await press.response.send_message(view=reply_view(bot, answer, shown), ephemeral=True)


class Open(CardItem, template=r"(?s)open:(?P<reference>.+)"):
    """Opens a cited passage, privately, with the ones before and after it at hand."""

    @classmethod
    def passage(cls, citation: Citation) -> Iterator[Self]:
        """Yield the button for a citation, if it fits into one."""
        label, custom_id = f"Open {citation}", f"open:{citation}"
        if len(custom_id) <= LONGEST_ID and len(label) <= _LONGEST_LABEL:
            yield cls.button(label, custom_id)

    async def run(self, press: Interaction) -> None:
        """Show the passage to whoever pressed."""
        answer = press.client.engine.cite(self.fields["reference"])
        view = reply_view(press.client, answer, Shown(press.user.id, private=True))
        await press.response.send_message(view=view, ephemeral=True)


class Try(CardItem, template=r"(?s)try:(?P<typed>.+)"):
    """Shows the reply to an example, privately: the help from which it was pressed stays open."""

    @classmethod
    def example(cls, typed: str) -> Iterator[Self]:
        """Yield the button for an example, if there is one and it fits; a question shows no command."""
        label, custom_id = typed.removeprefix("/ask "), f"try:{typed}"
        if label and len(custom_id) <= LONGEST_ID and len(label) <= _LONGEST_LABEL:
            yield cls.button(label, custom_id)

    async def run(self, press: Interaction) -> None:
        """Show the reply to whoever pressed."""
        answer = press.client.engine.reply(self.fields["typed"])
        view = reply_view(press.client, answer, Shown(press.user.id, private=True))
        await press.response.send_message(view=view, ephemeral=True)


class Share(CardItem, template=r"share:(?P<page>\d+)"):
    """Posts a private card for everyone in the channel."""

    async def run(self, press: Interaction) -> None:
        """Take the button away, then post the card; where that fails, give the button back.

        A second press may be on its way before the first has taken the button away; it changes nothing.
        """
        bot, asked, card = press.client, _asked(press), press.message
        pressed = (card.id, card.edited_at, asked) if card else (0, None, asked)
        if pressed in bot.shared:
            await press.response.defer()
            return
        answer = bot.engine.reply(asked)
        private = Shown(press.user.id, private=True, page=int(self.fields["page"]))
        kept = replace(private, sharing=Sharing(done=True))
        public = replace(private, private=False, sharing=Sharing(by=press.user.display_name))
        bot.shared.append(pressed)
        try:
            await press.response.edit_message(view=reply_view(bot, answer, kept))
            await _post(press, reply_view(bot, answer, public), undo=reply_view(bot, answer, private))
        except Exception:
            bot.shared.remove(pressed)
            raise


async def _post(press: Interaction, view: ui.LayoutView, undo: ui.LayoutView) -> None:
    """Post a card for everyone; if that fails, show `undo` on the card that was pressed on."""
    try:
        await press.followup.send(view=view)
    except Exception:
        await press.edit_original_response(view=undo)
        raise


class Export(CardItem, template=r"export"):
    """Asks, privately, in which form the reply is wanted."""

    async def run(self, press: Interaction) -> None:
        """Show the menu of forms that this reply can have."""
        answer = press.client.engine.reply(_asked(press))
        if not (offered := formats(answer)):
            raise errors.UserError("The library has changed, and there is nothing to export any more.")
        view = cards.export_card(answer, _row(FormatMenu.of(offered)))
        await press.response.send_message(view=view, ephemeral=True)


class FormatMenu(CardItem, template=r"format"):
    """The forms in which a reply can be had as a file."""

    @classmethod
    def of(cls, offered: Sequence[Format]) -> Self:
        """Return the menu of the formats offered."""
        menu: ui.Select[Any] = ui.Select(custom_id="format", placeholder="Choose a format")
        for one in offered:
            label, purpose = LABELS[one]
            menu.add_option(label=label, description=purpose, value=one)
        return cls(menu)

    async def run(self, press: Interaction) -> None:
        """Send the file, privately; a plain text as a card to copy from, if it fits into one."""
        assert isinstance(self.item, ui.Select)
        wanted = Format(self.item.values[0])
        answer = press.client.engine.reply(_asked(press))
        if wanted not in formats(answer):
            raise errors.UserError("The library has changed, and this reply no longer has that form.")
        made = await made_of(answer, wanted, press.client)
        card = cards.copy_card(made.data.decode().rstrip()) if wanted is Format.TEXT else None
        if card:
            await press.response.send_message(view=card, ephemeral=True)
        else:
            await press.response.send_message(file=file_of(made), ephemeral=True)


_VOTES: Mapping[str, tuple[str, str, bool | None]] = {
    "up": ("Helpful", "Noted: helpful.", True),
    "down": ("Not helpful", "Noted: not helpful.", False),
    "none": ("Withdraw my vote", "Your vote is withdrawn.", None),
}
"""The label of each vote, what is said once it is cast, and what is recorded."""


def card_key(answer: Answer) -> str:
    """Return the short key under which votes on an answer are kept, the same for all who ask the same."""
    asked = f"{answer.version}\n{answer.question}".encode("utf-8", "replace")
    return hashlib.blake2b(asked, digest_size=8).hexdigest()


class Vote(CardItem, template=r"vote:(?P<choice>up|down|none):(?P<card>[0-9a-f]{16})"):
    """Notes whether a person found a card helpful: for those who keep the library, never for a ranking."""

    @classmethod
    def on(cls, choice: str, card: str) -> Self:
        """Return the button that votes `up` or `down` on a card, or takes a vote back (`none`)."""
        return cls.button(_VOTES[choice][0], f"vote:{choice}:{card}")

    async def run(self, press: Interaction) -> None:
        """Record the vote in place of an earlier one, and say so privately.

        The press is acknowledged first: a database that somebody else holds is waited for.
        """
        card = self.fields["card"]
        _, noted, helpful = _VOTES[self.fields["choice"]]
        await press.response.defer(ephemeral=True, thinking=helpful is not None)
        votes = await press.client.store.vote(card, press.user.id, helpful, guild_id=_own_guild(press))
        text = f"{noted} Helpful: {votes.helpful}. Not helpful: {votes.unhelpful}."
        if helpful is None:
            await press.edit_original_response(view=cards.notice(text))
        else:
            view = cards.notice(text, [_row(Vote.on("none", card))])
            await press.followup.send(view=view, ephemeral=True)


class Delete(CardItem, template=r"delete:(?P<owner>\d+)"):
    """Deletes a public card, for whoever asked and for moderators."""

    async def allow(self, press: Interaction) -> None:
        """Let through whoever asked, and whoever may manage messages here."""
        is_moderator = press.guild_id is not None and press.permissions.manage_messages
        if press.user.id != int(self.fields["owner"]) and not is_moderator:
            raise errors.UserError(
                "Only the person who asked, or somebody who may manage messages here, can delete this."
            )

    async def run(self, press: Interaction) -> None:
        """Delete the card."""
        await press.response.defer()
        await press.delete_original_response()


ITEMS = (Go, Open, Try, Share, Export, FormatMenu, Vote, Delete)
"""Every kind of item; a bot that starts learns them all, so that old cards work."""
