"""The review of what people could not find: the commands of the queue, and how a question is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import discord
from discord import app_commands, ui

from handlers import cards, errors
from handlers.base import Interaction
from handlers.desk_group import DeskCog, desk_command
from handlers.layout import Block, Line
from handlers.markup import code, escape
from handlers.review_queue import people, say, show
from handlers.rights import moderated_guild
from handlers.telling import Reached, close, tell
from knowledge.commands import shown_command
from knowledge.entries import State
from knowledge.errors import NoQuestionError
from knowledge.languages import gettext, ngettext
from knowledge.store import Outcome, VoteReason
from knowledge.text import clip

_MOST_REASONS = 5
_MOST_NAMED = 10


class Review(DeskCog):
    """Walks moderators through their queue, counts what there is, and keeps the list of who may not ask."""

    @desk_command
    async def review(self, interaction: Interaction) -> None:
        """Walk through what people could not find, submitted drafts and entries to look at again."""
        await show(interaction)

    @desk_command
    async def stats(self, interaction: Interaction) -> None:
        """Count this server's entries, drafts, open questions and votes."""
        view = await _statistics(interaction, moderated_guild(interaction))
        await interaction.response.send_message(view=view, ephemeral=True)

    @desk_command
    @app_commands.describe(user="Whose questions to the moderators are not wanted")
    async def block(self, interaction: Interaction, user: discord.User) -> None:
        """Take no more questions to the moderators from a person."""
        guild_id = moderated_guild(interaction)
        if user.bot:
            raise errors.UserError(gettext("Bots do not ask the moderators anything."))
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.bot.store.block(guild_id, user.id, interaction.user.id, discord.utils.utcnow())
        said = gettext(
            "I take no more questions to the moderators from {person}. What was asked before stays in the "
            "queue. Undo it with {command}.",
            person=user.mention,
            command=code(shown_command("/faq-desk unblock")),
        )
        await say(interaction, said)

    @desk_command
    @app_commands.describe(user="Who may ask the moderators again")
    async def unblock(self, interaction: Interaction, user: discord.User) -> None:
        """Take questions to the moderators from a person again."""
        guild_id = moderated_guild(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        was_blocked = await self.bot.store.unblock(guild_id, user.id)
        said = (
            gettext("{person} may ask the moderators again.", person=user.mention)
            if was_blocked
            else gettext("{person} was not blocked.", person=user.mention)
        )
        await say(interaction, said)


async def answered(
    interaction: Interaction, question_id: int, outcome: Outcome, answer_input: str
) -> Reached:
    """Close a question that has an answer now, and tell those who wished it; return how many were reached.

    `answer_input` is what to type for the answer: they are shown the reply to it. Messages are sent, so the
    interaction must have been acknowledged.

    Raises `NoQuestionError` if somebody else closed the question meanwhile, or it was taken back.
    """
    guild_id = moderated_guild(interaction)
    question = await interaction.client.store.open_question(guild_id, question_id)
    if question is None:
        raise NoQuestionError
    return await tell(interaction.client, await close(interaction, question, outcome, answer_input))


# --- statistics -------------------------------------------------------------------------------------------


async def _statistics(interaction: Interaction, guild_id: int) -> ui.LayoutView:
    """Return the card that counts what a server has."""
    store = interaction.client.store
    counts = await store.statistics(guild_id)
    pointers, blocked = await store.pointers(guild_id), sorted(await store.blocked(guild_id))
    published, retired = counts.entries[State.PUBLISHED], counts.entries[State.RETIRED]
    helpful, unhelpful = counts.votes.helpful, counts.votes.unhelpful
    lines = [
        f"### {gettext('The desk of this server')}",
        gettext("Entries: {published} published · {retired} retired", published=published, retired=retired),
        gettext("Drafts: {number}", number=counts.drafts),
        _open_questions(counts.open_questions, counts.askers),
        gettext("Questions pointed to a passage or an entry: {number}", number=len(pointers)),
        gettext(
            "Votes here: {helpful} helpful · {unhelpful} not helpful", helpful=helpful, unhelpful=unhelpful
        ),
        *([_blocked(blocked)] if blocked else []),
    ]
    wanting = tuple(_most_reasons(await store.vote_reasons(guild_id)))
    return cards.sheet([Block(tuple(map(Line, lines))), Block(wanting, rank=1, above="rule")])


def _open_questions(number: int, askers: int) -> str:
    if not number:
        return gettext("Open questions: {number}", number=number)
    return gettext("Open questions: {number}, asked by {people}", number=number, people=people(askers))


def _blocked(blocked: Sequence[int]) -> str:
    named = " ".join(f"<@{user_id}>" for user_id in blocked[:_MOST_NAMED])
    if (more := len(blocked) - _MOST_NAMED) > 0:
        return gettext("May not ask the moderators: {people} and {number} more", people=named, number=more)
    return gettext("May not ask the moderators: {people}", people=named)


def _most_reasons(given: Sequence[VoteReason]) -> Iterator[Line]:
    """Yield the questions with the most reasons why an answer was not helpful, each with the latest one."""
    counts = Counter(one.question for one in given)
    latest = {one.question: one.reason for one in reversed(given)}
    if counts:
        yield Line(f"**{gettext('Most often not helpful, with the latest reason')}**")
    for question, count in counts.most_common(_MOST_REASONS):
        said = ngettext(
            "{question} ({count} reason): {latest}",
            "{question} ({count} reasons): {latest}",
            count,
            question=escape(clip(question, 120)),
            latest=escape(clip(latest[question], 200)),
        )
        yield Line(f"- {said}", prose=True)
