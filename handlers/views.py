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

from handlers import cards, errors, forms, languages, markup, requests
from handlers.base import LONGEST_CUSTOM_ID, Interaction, is_private
from handlers.cards import Sharing
from handlers.layout import Row
from handlers.rights import is_moderator, moderates_here
from knowledge.answers import Answer, Kind, Status
from knowledge.citations import Citation
from knowledge.commands import question_in, shown_command, written
from knowledge.downloads import LABELS, Download, Format, download, formats, written_in
from knowledge.help import HelpLine
from knowledge.languages import gettext, speaking, translatable
from knowledge.text import clip

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

NOBODY = 0
"""The owner of a card that no one person asked for, which moderators alone can delete."""

MOST_CITATIONS = MOST_ENTRIES = 3
_LONGEST_LABEL = 80
_ENTRY_LABEL = 45
_BUTTONS_IN_A_ROW = 5
_VOTED_ON = frozenset(Kind) - {Kind.PASSAGE, Kind.SOURCES, Kind.HELP, Kind.ERROR}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a card is shown: to whom, whether only to them, which page of it, and how it was shared.

    Where `to_moderators` is set, a question that was not answered can go on to the moderators of the server.
    """

    owner: int
    private: bool
    page: int = 0
    sharing: Sharing = cards.UNSHARED
    to_moderators: bool = False


def reply_view(bot: AidPolicyBot, answer: Answer, shown: Shown) -> ui.LayoutView:
    """Return the card of an answer with its buttons."""
    requests.came_to(str(answer.status))
    answer = bot.gate.as_shown(answer, shown.owner, bot.engine.library)
    rows, sources = controls(answer, shown), bot.engine.library.catalogue
    return cards.card(answer, sources, rows, page=shown.page, sharing=shown.sharing)


async def made_of(answer: Answer, wanted: Format, bot: AidPolicyBot) -> Download:
    """Return a reply in a form; made in a thread, because the first calendar loads what makes calendars."""
    return await asyncio.to_thread(download, answer, wanted, bot.engine.library.catalogue)


def file_of(made: Download) -> discord.File:
    """Return a download as Discord takes it."""
    return discord.File(io.BytesIO(made.data), made.filename)


def controls(answer: Answer, shown: Shown) -> list[Row]:
    """Return the rows of buttons that apply to an answer, at most two.

    The first leads on: to neighbours, pages, choices or passages. The second is about the card itself.
    """
    first = [*_ways_on(answer, shown), *openers(answer, shown.page)][:_BUTTONS_IN_A_ROW]
    second = list(_about(answer, shown))
    return [_row(*items) for items in (first, second) if items]


def _row(*items: Any) -> Row:
    return ui.ActionRow(*items)


def _ways_on(answer: Answer, shown: Shown) -> Iterator[CardItem]:
    owner, page = shown.owner, shown.page
    if shown.to_moderators and answer.kind is Kind.REFUSAL and question_in(answer.question):
        from handlers.asking_moderators import AskModerators  # which stands on this module

        yield AskModerators.under_refusal()
    if before := answer.previous:
        yield from Go.to_input(f"‹ {before}", owner, written("cite", reference=str(before)))
    if after := answer.following:
        yield from Go.to_input(f"{after} ›", owner, written("cite", reference=str(after)))
    if page > 0:
        yield Go.to_page(gettext("‹ Previous"), owner, page - 1)
    if page < cards.pages(answer) - 1:
        yield Go.to_page(gettext("Next ›"), owner, page + 1)
    for choice in dict.fromkeys(answer.choices):
        yield from Go.to_input(shown_command(choice), owner, choice)
    for line in answer.statements:
        if isinstance(line, HelpLine):
            yield from Try.example(line.example)
    for entry in cards.entries_on(answer, shown.page)[:MOST_ENTRIES]:
        yield from Try.labelled(clip(entry.question, _ENTRY_LABEL), written("faq show", id=entry.id))


def openers(answer: Answer, page: int = 0) -> Iterator[CardItem]:
    """Yield the buttons that open what a page of an answer cites."""
    if answer.previous or answer.following:
        return  # the passage stands open already
    for citation in cards.cited(answer, page)[:MOST_CITATIONS]:
        yield from Open.passage(citation)


def _about(answer: Answer, shown: Shown) -> Iterator[CardItem]:
    understood = answer.status is not Status.ERROR
    if understood and shown.private and not shown.sharing.done:
        yield Share.button(gettext("Share"), f"share:{shown.page}")
    if formats(answer):
        yield Export.button(gettext("Export"), "export")
    if answer.figures:
        from handlers.chart_cards import ShowChart  # which stands on this module

        yield from ShowChart.of(answer, shown.owner)
    if answer.kind in _VOTED_ON:
        yield Vote.on("up", card_key(answer))
        yield Vote.on("down", card_key(answer))
    if not shown.private:
        yield Delete.button(gettext("Delete"), f"delete:{shown.owner}")


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
        if not match or len(custom_id) > LONGEST_CUSTOM_ID:
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
        """Ask the gate and `allow`, and report a refusal."""
        bot, data = interaction.client, interaction.data
        typed = (*requests.typed_in(data), _footer(interaction).asked)
        requests.begin(requests.Request("button", type(self).__name__, interaction.guild_id, typed))
        if not await bot.turns.in_time(interaction.id):
            requests.shed(bot)
            return False
        try:
            languages.speak_with(interaction, *typed)
            bot.gate.admit(interaction.user.id, interaction.guild_id, moderates=is_moderator(interaction))
            await self.allow(interaction)
        except Exception as error:
            await errors.report(interaction, error)
            requests.end(bot)
            return False
        return True

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Run the item, and report what goes wrong."""
        try:
            await self.run(interaction)
        except Exception as error:
            await errors.report(interaction, error)
        requests.end(interaction.client)


def _footer(press: Interaction) -> cards.Footer:
    """Return what the card that was pressed on says of itself."""
    return cards.footer(press.message) if press.message else cards.Footer()


def asked_on(press: Interaction) -> str:
    """Return what the card that was pressed on was asked."""
    asked = _footer(press).asked
    if not asked:
        raise errors.UserError(gettext("I can no longer read what this card was asked. Please ask again."))
    return asked


def own_guild(press: Interaction) -> int | None:
    """Return the server of a press if the bot is a member of it; people take the bot to others, too."""
    is_member = press.guild_id is not None and press.client.get_guild(press.guild_id) is not None
    return press.guild_id if is_member else None


def takes_questions(bot: AidPolicyBot, guild_id: int | None) -> bool:
    """Return whether the moderators of a server take questions; where the bot is no member, nobody does."""
    if guild_id is None or bot.get_guild(guild_id) is None:
        return False
    return bot.desk.settings(guild_id).questions_a_day > 0


def _private_to(press: Interaction) -> Shown:
    """Return how a reply is shown that only whoever pressed is to see."""
    to_moderators = takes_questions(press.client, press.guild_id)
    return Shown(press.user.id, private=True, to_moderators=to_moderators)


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
        if typed.strip() and len(custom_id) <= LONGEST_CUSTOM_ID and len(label) <= _LONGEST_LABEL:
            yield cls.button(label, custom_id)

    async def run(self, press: Interaction) -> None:
        """Show the page or the reply, in place or apart."""
        bot, page, private = press.client, int(self.fields["page"]), is_private(press)
        answer = bot.reply(self.fields["typed"] or asked_on(press), press.guild_id)
        if private or press.user.id == int(self.fields["owner"]):
            # A private card that moves on to another reply can be shared again: that one was not.
            sharing = cards.UNSHARED if private and self.fields["typed"] else _footer(press).sharing
            shown = replace(_private_to(press), private=private, page=page, sharing=sharing)
            await press.response.edit_message(view=reply_view(bot, answer, shown))
        else:
            shown = replace(_private_to(press), page=page)
            await press.response.send_message(view=reply_view(bot, answer, shown), ephemeral=True)


class Open(CardItem, template=r"(?s)open:(?P<reference>.+)"):
    """Opens a cited passage, privately, with the ones before and after it at hand."""

    @classmethod
    def passage(cls, citation: Citation) -> Iterator[Self]:
        """Yield the button for a citation, if it fits into one."""
        label, custom_id = gettext("Open {citation}", citation=citation), f"open:{citation}"
        if len(custom_id) <= LONGEST_CUSTOM_ID and len(label) <= _LONGEST_LABEL:
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
        question = typed.removeprefix("/ask ")
        yield from cls.labelled(shown_command(typed) if question == typed else question, typed)

    @classmethod
    def labelled(cls, label: str, typed: str) -> Iterator[Self]:
        """Yield the button for an input under a label, if both fit."""
        custom_id = f"try:{typed}"
        if label and len(custom_id) <= LONGEST_CUSTOM_ID and len(label) <= _LONGEST_LABEL:
            yield cls.button(label, custom_id)

    async def run(self, press: Interaction) -> None:
        """Show the reply to whoever pressed."""
        answer = press.client.reply(self.fields["typed"], press.guild_id)
        view = reply_view(press.client, answer, _private_to(press))
        await press.response.send_message(view=view, ephemeral=True)


class Share(CardItem, template=r"share:(?P<page>\d+)"):
    """Posts a private card for everyone in the channel."""

    async def run(self, press: Interaction) -> None:
        """Share the card once.

        A second press may be on its way before the first has taken the button away; it changes nothing.
        """
        bot, asked, card = press.client, asked_on(press), press.message
        pressed = (card.id, card.edited_at, asked) if card else (0, None, asked)
        if pressed in bot.shared:
            await press.response.defer()
            return
        bot.shared.append(pressed)
        try:
            await self.share(press)
        except Exception:
            bot.shared.remove(pressed)
            raise

    async def share(self, press: Interaction) -> None:
        """Take the button away, then post the card; where that fails, give the button back."""
        bot = press.client
        answer = bot.reply(asked_on(press), press.guild_id)
        private = replace(_private_to(press), page=int(self.fields["page"]))
        kept = replace(private, sharing=Sharing(done=True))
        public = replace(private, private=False, sharing=Sharing(by=press.user.display_name))
        await press.response.edit_message(view=reply_view(bot, answer, kept))
        await _post(press, reply_view(bot, answer, public), undo=reply_view(bot, answer, private))


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
        answer = press.client.reply(asked_on(press), press.guild_id)
        if not (offered := formats(answer)):
            raise errors.UserError(
                gettext("The library has changed, and there is nothing to export any more.")
            )
        view = cards.export_card(answer, _row(FormatMenu.of(offered)))
        await press.response.send_message(view=view, ephemeral=True)


class FormatMenu(CardItem, template=r"format"):
    """The forms in which a reply can be had as a file."""

    @classmethod
    def of(cls, offered: Sequence[Format]) -> Self:
        """Return the menu of the formats offered."""
        menu: ui.Select[Any] = ui.Select(custom_id="format", placeholder=gettext("Choose a format"))
        for one in offered:
            label, purpose = LABELS[one]
            menu.add_option(label=gettext(label), description=gettext(purpose), value=one)
        return cls(menu)

    async def run(self, press: Interaction) -> None:
        """Send the file, privately; a plain text as a card to copy from, if it fits into one."""
        assert isinstance(self.item, ui.Select)
        wanted = Format(self.item.values[0])
        bot, asked = press.client, asked_on(press)
        with speaking(written_in(wanted)):
            answer = bot.reply(asked, press.guild_id)
            answer = bot.gate.as_shown(answer, press.user.id, bot.engine.library)
        if wanted not in formats(answer):
            raise errors.UserError(
                gettext("The library has changed, and this reply no longer has that form.")
            )
        made = await made_of(answer, wanted, bot)
        card = cards.copy_card(made.data.decode().rstrip()) if wanted is Format.TEXT else None
        if card:
            await press.response.send_message(view=card, ephemeral=True)
        else:
            await press.response.send_message(file=file_of(made), ephemeral=True)


_VOTES: Mapping[str, tuple[str, str, bool | None]] = {
    "up": (
        translatable("Helpful"),
        translatable("Noted: helpful. Helpful: {helpful}. Not helpful: {unhelpful}."),
        True,
    ),
    "down": (
        translatable("Not helpful"),
        translatable("Noted: not helpful. Helpful: {helpful}. Not helpful: {unhelpful}."),
        False,
    ),
    "none": (
        translatable("Withdraw my vote"),
        translatable("Your vote is withdrawn. Helpful: {helpful}. Not helpful: {unhelpful}."),
        None,
    ),
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
        return cls.button(gettext(_VOTES[choice][0]), f"vote:{choice}:{card}")

    async def run(self, press: Interaction) -> None:
        """Record the vote in place of an earlier one, and say so privately.

        The press is acknowledged first: a database that somebody else holds is waited for.
        """
        card, bot = self.fields["card"], press.client
        _, noted, helpful = _VOTES[self.fields["choice"]]
        await press.response.defer(ephemeral=True, thinking=helpful is not None)
        votes = await bot.store.vote(
            card, press.user.id, helpful, guild_id=own_guild(press), at=discord.utils.utcnow()
        )
        text = gettext(noted, helpful=votes.helpful, unhelpful=votes.unhelpful)
        asked = _footer(press).asked
        if helpful is None:
            await press.edit_original_response(view=cards.notice(text, asked=asked))
            return
        more = [SayWhy.on(card)] if asked and not helpful else []
        view = cards.notice(text, [_row(*more, Vote.on("none", card))], asked=asked if more else "")
        await press.followup.send(view=view, ephemeral=True)


class SayWhy(CardItem, template=r"why:(?P<card>[0-9a-f]{16})"):
    """Asks why a reply was not helpful; the question stands on the card, as nothing is kept of it yet."""

    @classmethod
    def on(cls, card: str) -> Self:
        """Return the button that asks for the reason of a vote on a card."""
        return cls.button(gettext("Say why"), f"why:{card}")

    async def run(self, press: Interaction) -> None:
        """Show the form."""
        asked_on(press)
        form = Reason.modal(gettext("Why was it not helpful?"), f"why:{self.fields['card']}", {})
        await press.response.send_modal(form)


class Reason(forms.Form, template=r"why:(?P<card>[0-9a-f]{16})"):
    """Takes why a reply was not helpful."""

    fields = (
        forms.Field(
            "reason",
            translatable("What was wrong or missing?"),
            translatable(
                "Kept with the question, and shown to those who improve the answers, without your name."
            ),
            longest=500,
            is_long=True,
        ),
    )

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Keep the reason and the question, unless the vote was changed or withdrawn meanwhile."""
        card, asked = self.about["card"], asked_on(interaction)
        reason = markup.spoken(typed["reason"])
        if not reason:
            raise errors.UserError(gettext("A reason needs a few words."))
        await interaction.response.defer()
        if not await interaction.client.store.vote_reason(card, interaction.user.id, reason, asked):
            raise errors.UserError(
                gettext("Your vote is not “not helpful” any more, so the reason was not kept.")
            )
        text = gettext("Noted: not helpful, and why. Both go when you withdraw your vote.")
        view = cards.notice(text, [_row(SayWhy.on(card), Vote.on("none", card))], asked=asked)
        await interaction.edit_original_response(view=view)


class Delete(CardItem, template=r"delete:(?P<owner>\d+)"):
    """Deletes a public card, for whoever asked and for moderators."""

    async def allow(self, press: Interaction) -> None:
        """Let through whoever asked, and whoever may manage messages here."""
        if press.user.id != int(self.fields["owner"]) and not moderates_here(press):
            raise errors.UserError(gettext("Only the person who asked, or a moderator, can delete this."))

    async def run(self, press: Interaction) -> None:
        """Delete the card."""
        await press.response.defer()
        await press.delete_original_response()


ITEMS = (Go, Open, Try, Share, Export, FormatMenu, Vote, SayWhy, Delete)
"""Every kind of item; a bot that starts learns them all, so that old cards work."""
