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
from knowledge.languages import gettext, isolated, listed, ngettext, translatable
from knowledge.personal_data import as_download
from knowledge.store import AskedQuestion, CastVote, Forgotten, MadeRevision, Outcome, PersonalData
from knowledge.text import clip

_LINES_A_PAGE = 6
_QUOTED = 100
"""So many lines of texts so long fit on a card, whatever was typed."""

_WISHES = {
    "channel": translatable("to be told in the channel"),
    "dm": translatable("to be told by direct message"),
}
_OUTCOMES = {
    None: translatable("open"),
    Outcome.ANSWERED: translatable("answered"),
    Outcome.POINTED: translatable("pointed"),
    Outcome.DISMISSED: translatable("dismissed"),
}
_DECISIONS = {
    "closed": translatable("A question closed"),
    "pointed": translatable("A question pointed to its answer"),
    "blocked": translatable("A person kept from asking moderators"),
}
_HEADING = translatable("What I keep about you")
_ON_DELETING = (
    translatable(
        "Your votes with their reasons, your questions to moderators and your drafts are deleted, wherever "
        "they were made. This cannot be undone."
    ),
    translatable(
        "Revisions of entries stay, with your name replaced by “a former moderator”; what you decided as a "
        "moderator stays without your name. Where moderators take no questions from you, that stays until "
        "they lift it."
    ),
    translatable(
        "The text of a question that moderators pointed to its answer stays with the pointer, without your "
        "name. Copies of my database, from a backup or left by a restore, are in the hands of whoever runs "
        "me."
    ),
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
            DeleteData.button(gettext("Yes, delete it"), "my-data:delete-now"),
            ShowSummary.button(gettext("No, keep it"), "my-data:summary"),
        )
        heading = _heading(gettext("Delete what I keep about you?"))
        blocks = [heading, *(Block((Line(gettext(text)),)) for text in _ON_DELETING)]
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
        _heading(gettext(_HEADING)),
        Block(
            (Line(gettext("What you ask me is answered and not kept. What you leave behind yourself is:")),)
        ),
        Block(counts or (Line(f"- {gettext('nothing so far')}"),)),
        Block(tuple(Line(f"-# {text}") for text in _for_how_long(settings.retention_days)), above="space"),
        Block((Line(f"-# {_of_servers(settings.keep_after_leaving_days)}"),)),
    ]
    buttons: list[CardItem] = []
    if counts:
        buttons = [
            ShowData.button(gettext("Show"), "my-data:page:0"),
            ExportData.button(gettext("Export"), "my-data:export"),
            AskToDelete.button(gettext("Delete"), "my-data:delete"),
        ]
    return cards.sheet(blocks, _row(*buttons))


def _heading(text: str) -> Block:
    return Block((Line(f"### {text}"),))


def _counts(data: PersonalData) -> Iterator[str]:
    """Yield how much is kept of each kind, with what it is."""
    if votes := len(data.votes):
        yield _votes_counted(votes, sum(bool(vote.reason) for vote in data.votes))
    if questions := len(data.questions):
        yield _questions_counted(questions, sum(asked.outcome is None for asked in data.questions))
    if drafts := len(data.drafts):
        yield ngettext("{count} draft of entries", "{count} drafts of entries", drafts)
    if revisions := len(data.revisions):
        yield ngettext(
            "{count} revision of entries that you wrote or approved",
            "{count} revisions of entries that you wrote or approved",
            revisions,
        )
    if decisions := len(data.decisions):
        yield ngettext("{count} decision as a moderator", "{count} decisions as a moderator", decisions)
    if blocks := len(data.blocks):
        yield ngettext(
            "{count} server whose moderators take no questions from you",
            "{count} servers whose moderators take no questions from you",
            blocks,
        )


def _votes_counted(votes: int, reasons: int) -> str:
    if not reasons:
        return ngettext("{count} vote on replies", "{count} votes on replies", votes)
    return ngettext(
        "{count} vote on replies, {reasons} with a reason and the question",
        "{count} votes on replies, {reasons} with a reason and the question",
        votes,
        reasons=reasons,
    )


def _questions_counted(questions: int, still_open: int) -> str:
    if not still_open:
        return ngettext("{count} question to moderators", "{count} questions to moderators", questions)
    return ngettext(
        "{count} question to moderators, {open} of them open",
        "{count} questions to moderators, {open} of them open",
        questions,
        open=still_open,
    )


def _for_how_long(days: int) -> Iterator[str]:
    yield gettext("Votes, questions and drafts are kept {how_long}.", how_long=for_days(days))
    yield gettext(
        "Drafts that were sent to a second moderator are kept until they are published or discarded."
    )
    yield gettext("Revisions of entries and what moderators decided are kept with their server.")
    yield gettext("That moderators take no questions from somebody is kept until they lift it.")


def _of_servers(days: int) -> str:
    """Say for how long what belongs to a server is kept once the bot left it."""
    if not days:
        return gettext("What belongs to a server is deleted within a day when I leave it.")
    return gettext("What belongs to a server is kept {how_long} after I leave it.", how_long=for_days(days))


def _page(interaction: Interaction, data: PersonalData, page: int) -> ui.LayoutView:
    """Return a page of everything that is kept; long texts are whole in the export alone."""
    lines = list(_lines(interaction, data))
    pages = max(1, -(-len(lines) // _LINES_A_PAGE))
    page = min(page, pages - 1)
    shown = lines[page * _LINES_A_PAGE : (page + 1) * _LINES_A_PAGE]
    about = (cards.page_of(page, pages), gettext("long texts are cut here, and whole in the export"))
    nothing = (Line(gettext("Nothing.")),)
    blocks = [
        _heading(gettext(_HEADING)),
        Block(tuple(Line(f"- {line}", prose=True) for line in shown) or nothing, rank=1),
        Block((Line(f"-# {' · '.join(about)}"),), above="rule"),
    ]
    turning = ((gettext("‹ Previous"), page - 1), (gettext("Next ›"), page + 1))
    buttons: list[CardItem] = [
        ShowData.button(label, f"my-data:page:{other}") for label, other in turning if 0 <= other < pages
    ]
    buttons.append(ExportData.button(gettext("Export"), "my-data:export"))
    buttons.append(ShowSummary.button(gettext("Back"), "my-data:summary"))
    return cards.sheet(blocks, _row(*buttons))


def _lines(interaction: Interaction, data: PersonalData) -> Iterator[str]:
    """Yield everything that is kept, one thing a line, each with where and when it came about."""
    for vote in data.votes:
        yield f"{_voted(vote)}, {_place(interaction, vote.guild_id)}{_time(vote.at)}"
    for asked in data.questions:
        channel = f" <#{asked.channel_id}>" if asked.channel_id else ""
        yield f"{_asked(asked)}, {_place(interaction, asked.guild_id)}{channel}{_time(asked.at)}"
    for draft in data.drafts:
        said = gettext("Draft {question}", question=_quoted(draft.typed.get("question", "")))
        yield f"{said}, {_place(interaction, draft.guild_id)}{_time(draft.at)}"
    for made in data.revisions:
        yield f"{_revised(made)}, {_place(interaction, made.guild_id)}{_time(made.at)}"
    for decision in data.decisions:
        said = gettext(_DECISIONS[decision.what])
        yield f"{said}, {_place(interaction, decision.guild_id)}{_time(decision.at)}"
    for block in data.blocks:
        said = gettext("May not ask moderators")
        yield f"{said}, {_place(interaction, block.guild_id)}{_time(block.at)}"


def _voted(vote: CastVote) -> str:
    if not vote.reason:
        return gettext("Vote “helpful”") if vote.helpful else gettext("Vote “not helpful”")
    said = _HELPFUL_BECAUSE if vote.helpful else _UNHELPFUL_BECAUSE
    return gettext(said, question=_quoted(vote.question), reason=_quoted(vote.reason))


_HELPFUL_BECAUSE = translatable("Vote “helpful” on {question}, because {reason}")
_UNHELPFUL_BECAUSE = translatable("Vote “not helpful” on {question}, because {reason}")


def _asked(asked: AskedQuestion) -> str:
    wish = _WISHES.get(asked.tell)
    state = ", ".join(gettext(said) for said in (_OUTCOMES[asked.outcome], wish) if said)
    return gettext("Question {question} ({state})", question=_quoted(asked.text), state=state)


def _revised(made: MadeRevision) -> str:
    said = _APPROVED if made.approved else _WRITTEN
    return gettext(said, number=made.number, entry=code(made.entry_id))


_APPROVED = translatable("Revision {number} of {entry}, approved")
_WRITTEN = translatable("Revision {number} of {entry}, written")


def _place(interaction: Interaction, guild_id: int | None) -> str:
    if guild_id is None:
        return gettext("in no server of mine")
    guild = interaction.client.get_guild(guild_id)
    if guild is None:
        return gettext("in the server {id}", id=guild_id)
    return gettext("in {server}", server=isolated(escape(guild.name)))


def _time(at: datetime | None) -> str:
    return f", {format_dt(at)}" if at else ""


def _quoted(text: str) -> str:
    return f"“{isolated(escape(clip(' '.join(text.split()), _QUOTED)))}”"


def _deleted(gone: Forgotten) -> Iterator[str]:
    """Say how much was deleted, and what stays."""
    parts = (
        ngettext("{count} vote", "{count} votes", gone.votes) if gone.votes else "",
        ngettext("{count} question", "{count} questions", gone.questions) if gone.questions else "",
        ngettext("{count} draft", "{count} drafts", gone.drafts) if gone.drafts else "",
    )
    nothing = gettext("There was nothing to delete.")
    what = ", ".join(filter(None, parts))
    yield gettext("Deleted: {what}.", what=what) if what else nothing
    kept = (
        ngettext("{count} revision", "{count} revisions", gone.revisions) if gone.revisions else "",
        ngettext("{count} decision", "{count} decisions", gone.decisions) if gone.decisions else "",
    )
    if stays := list(filter(None, kept)):
        yield ngettext(
            "{what} stays without your name.",
            "{what} stay without your name.",
            gone.revisions + gone.decisions,
            what=listed(stays),
        )


def _row(*buttons: CardItem) -> list[Row]:
    return [ui.ActionRow(*buttons)] if buttons else []


ITEMS = (ShowSummary, ShowData, ExportData, AskToDelete, DeleteData)
"""Every kind of item of this module."""
