"""The command /privacy: what is kept of whoever asks, shown, taken away and deleted; always privately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import discord
from discord import app_commands, ui
from discord.utils import format_dt

from handlers import cards
from handlers.base import Cog, Interaction
from handlers.layout import Block, Line, Row
from handlers.markup import code, escape
from handlers.retention import for_days
from handlers.views import CardItem, file_of
from knowledge.personal_data import as_download
from knowledge.store import Forgotten, PersonalData
from knowledge.text import clip, counted

_LINES_A_PAGE = 6
_QUOTED = 100
"""So many lines of texts so long fit on a card, whatever was typed."""

_WISHES = {"channel": "to be told in the channel", "dm": "to be told by direct message"}
_DECISIONS = {
    "closed": "A question closed",
    "pointed": "A question pointed to its answer",
    "blocked": "A person kept from asking moderators",
}
_HEADING = "### What I keep about you"
_ON_DELETING = (
    "### Delete what I keep about you?",
    "Your votes with their reasons, your questions to moderators and your drafts are deleted, wherever they "
    "were made. This cannot be undone.",
    "Revisions of entries stay, with your name replaced by “a former moderator”; what you decided as a "
    "moderator stays without your name. Where moderators take no questions from you, that stays until they "
    "lift it.",
    "The text of a question that moderators pointed to its answer stays with the pointer, without your name. "
    "Copies of my database, from a backup or left by a restore, are in the hands of whoever runs me.",
)


class Privacy(Cog):
    """Shows people what is kept of them."""

    @app_commands.command()
    async def privacy(self, interaction: Interaction) -> None:
        """See what I keep about you, for how long, and take it away or have it deleted."""
        await interaction.response.send_message(view=await _summary(interaction), ephemeral=True)


class ShowSummary(CardItem, template=r"my-data:summary"):
    """Leads back to what is kept, in numbers."""

    async def run(self, press: Interaction) -> None:
        """Show it in place."""
        await press.response.edit_message(view=await _summary(press))


class ShowData(CardItem, template=r"my-data:page:(?P<page>\d+)"):
    """Leads to a page of everything that is kept."""

    async def run(self, press: Interaction) -> None:
        """Show the page in place."""
        data = await press.client.store.personal_data(press.user.id)
        await press.response.edit_message(view=_page(press, data, int(self.fields["page"])))


class ExportData(CardItem, template=r"my-data:export"):
    """Sends everything that is kept as a file."""

    async def run(self, press: Interaction) -> None:
        """Send it, privately."""
        data = await press.client.store.personal_data(press.user.id)
        made = as_download(data, press.user.id, discord.utils.utcnow())
        await press.response.send_message(file=file_of(made), ephemeral=True)


class AskToDelete(CardItem, template=r"my-data:delete"):
    """Asks whether everything is to be deleted."""

    async def run(self, press: Interaction) -> None:
        """Say what would go and what would stay, in place."""
        buttons = (
            DeleteData.button("Yes, delete it", "my-data:delete-now"),
            ShowSummary.button("No, keep it", "my-data:summary"),
        )
        blocks = [Block((Line(text),)) for text in _ON_DELETING]
        await press.response.edit_message(view=cards.sheet(blocks, [ui.ActionRow(*buttons)]))


class DeleteData(CardItem, template=r"my-data:delete-now"):
    """Deletes everything that can be."""

    async def run(self, press: Interaction) -> None:
        """Delete it, and say how much that was and what stays."""
        await press.response.defer()
        gone = await press.client.store.forget_person(press.user.id)
        view = cards.notice(" ".join(_deleted(gone)))
        await press.edit_original_response(view=view)


async def _summary(interaction: Interaction) -> ui.LayoutView:
    """Return the card that says what is kept, for how long, and how much of it there is."""
    bot = interaction.client
    data, settings = await bot.store.personal_data(interaction.user.id), bot.settings
    counts = tuple(Line(f"- {text}") for text in _counts(data))
    blocks = [
        Block((Line(_HEADING),)),
        Block((Line("What you ask me is answered and not kept. What you leave behind yourself is:"),)),
        Block(counts or (Line("- nothing so far"),)),
        Block(tuple(Line(text) for text in _for_how_long(settings.retention_days)), above="space"),
        Block((Line(_of_servers(settings.keep_after_leaving_days)),)),
    ]
    buttons: list[CardItem] = []
    if counts:
        buttons = [
            ShowData.button("Show", "my-data:page:0"),
            ExportData.button("Export", "my-data:export"),
            AskToDelete.button("Delete", "my-data:delete"),
        ]
    return cards.sheet(blocks, _row(*buttons))


def _counts(data: PersonalData) -> Iterator[str]:
    """Yield how much is kept of each kind, with what it is."""
    reasons = sum(bool(vote.reason) for vote in data.votes)
    is_open = sum(asked.outcome is None for asked in data.questions)
    if data.votes:
        why = f", {reasons} with a reason and the question" if reasons else ""
        yield f"{counted(len(data.votes), 'vote')} on replies{why}"
    if data.questions:
        still = f", {is_open} of them open" if is_open else ""
        yield f"{counted(len(data.questions), 'question')} to moderators{still}"
    if data.drafts:
        yield f"{counted(len(data.drafts), 'draft')} of entries"
    if data.revisions:
        yield f"{counted(len(data.revisions), 'revision')} of entries that you wrote or approved"
    if data.decisions:
        yield f"{counted(len(data.decisions), 'decision')} as a moderator"
    if data.blocks:
        yield f"{counted(len(data.blocks), 'server')} whose moderators take no questions from you"


def _for_how_long(days: int) -> Iterator[str]:
    yield f"-# Votes, questions and drafts are kept {for_days(days)}."
    yield "-# Drafts that were sent to a second moderator are kept until they are published or discarded."
    yield "-# Revisions of entries and what moderators decided are kept with their server."
    yield "-# That moderators take no questions from somebody is kept until they lift it."


def _of_servers(days: int) -> str:
    """Say for how long what belongs to a server is kept once the bot left it."""
    if not days:
        return "-# What belongs to a server is deleted within a day when I leave it."
    return f"-# What belongs to a server is kept {for_days(days)} after I leave it."


def _page(interaction: Interaction, data: PersonalData, page: int) -> ui.LayoutView:
    """Return a page of everything that is kept; long texts are whole in the export alone."""
    lines = list(_lines(interaction, data))
    pages = max(1, -(-len(lines) // _LINES_A_PAGE))
    page = min(page, pages - 1)
    shown = lines[page * _LINES_A_PAGE : (page + 1) * _LINES_A_PAGE]
    about = f"-# page {page + 1} of {pages} · long texts are cut here, and whole in the export"
    blocks = [
        Block((Line(_HEADING),)),
        Block(tuple(Line(f"- {line}", prose=True) for line in shown) or (Line("Nothing."),), rank=1),
        Block((Line(about),), above="rule"),
    ]
    turning = (("‹ Previous", page - 1), ("Next ›", page + 1))
    buttons: list[CardItem] = [
        ShowData.button(label, f"my-data:page:{other}") for label, other in turning if 0 <= other < pages
    ]
    buttons.append(ExportData.button("Export", "my-data:export"))
    buttons.append(ShowSummary.button("Back", "my-data:summary"))
    return cards.sheet(blocks, _row(*buttons))


def _lines(interaction: Interaction, data: PersonalData) -> Iterator[str]:
    """Yield everything that is kept, one thing a line, each with where and when it came about."""
    for vote in data.votes:
        why = f" on {_quoted(vote.question)}, because {_quoted(vote.reason)}" if vote.reason else ""
        said = f"Vote “{'helpful' if vote.helpful else 'not helpful'}”{why}"
        yield f"{said}, {_place(interaction, vote.guild_id)}{_time(vote.at)}"
    for asked in data.questions:
        state = ", ".join(filter(None, (asked.outcome or "open", _WISHES.get(asked.tell))))
        said = f"Question {_quoted(asked.text)} ({state})"
        channel = f" <#{asked.channel_id}>" if asked.channel_id else ""
        yield f"{said}, {_place(interaction, asked.guild_id)}{channel}{_time(asked.at)}"
    for draft in data.drafts:
        said = f"Draft {_quoted(draft.typed.get('question', ''))}"
        yield f"{said}, {_place(interaction, draft.guild_id)}{_time(draft.at)}"
    for made in data.revisions:
        said = (
            f"Revision {made.number} of {code(made.entry_id)}, {'approved' if made.approved else 'written'}"
        )
        yield f"{said}, {_place(interaction, made.guild_id)}{_time(made.at)}"
    for decision in data.decisions:
        said = _DECISIONS[decision.what]
        yield f"{said}, {_place(interaction, decision.guild_id)}{_time(decision.at)}"
    for block in data.blocks:
        yield f"May not ask moderators, {_place(interaction, block.guild_id)}{_time(block.at)}"


def _place(interaction: Interaction, guild_id: int | None) -> str:
    if guild_id is None:
        return "in no server of mine"
    guild = interaction.client.get_guild(guild_id)
    return f"in {escape(guild.name)}" if guild else f"in the server {guild_id}"


def _time(at: datetime | None) -> str:
    return f", {format_dt(at)}" if at else ""


def _quoted(text: str) -> str:
    return f"“{escape(clip(' '.join(text.split()), _QUOTED))}”"


def _deleted(gone: Forgotten) -> Iterator[str]:
    """Say how much was deleted, and what stays."""
    counts = ((gone.votes, "vote"), (gone.questions, "question"), (gone.drafts, "draft"))
    parts = [counted(count, noun) for count, noun in counts if count]
    yield f"Deleted: {', '.join(parts)}." if parts else "There was nothing to delete."
    kept = ((gone.revisions, "revision"), (gone.decisions, "decision"))
    if stays := [counted(count, noun) for count, noun in kept if count]:
        alone = gone.revisions + gone.decisions == 1
        yield f"{' and '.join(stays)} {'stays' if alone else 'stay'} without your name."


def _row(*buttons: CardItem) -> list[Row]:
    return [ui.ActionRow(*buttons)] if buttons else []


ITEMS = (ShowSummary, ShowData, ExportData, AskToDelete, DeleteData)
"""Every kind of item of this module."""
