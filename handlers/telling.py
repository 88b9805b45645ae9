"""Telling people what became of a question that they put to the moderators, where and if they wish it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import aiohttp
import discord
from discord import ui

from handlers import cards
from handlers.base import Interaction
from handlers.layout import Block, Line
from handlers.markup import escape
from handlers.views import NOBODY, Shown, controls, openers
from knowledge.answers import Answer, Status
from knowledge.store import Asker, OpenQuestion, Outcome
from knowledge.text import clip

_MOST_NAMED = 25
"""How many people one message names."""

_QUOTED = 300
_UNREACHED = (discord.HTTPException, aiohttp.ClientError, TimeoutError)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What became of a question: the reply to it in somebody's words, or why moderators do not answer it."""

    reply: Callable[[str], Answer] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """How many people were told, and how many of those who wished it could not be."""

    told: int = 0
    missed: int = 0

    def __add__(self, other: Reached) -> Reached:
        """Count both together."""
        return Reached(self.told + other.told, self.missed + other.missed)


async def close(interaction: Interaction, question: OpenQuestion, outcome: Outcome) -> tuple[Asker, ...]:
    """Close a question; return who asked it. Raises `NoQuestionError` if somebody else closed it before."""
    store, by, now = interaction.client.store, interaction.user.id, discord.utils.utcnow()
    return await store.close_question(question.guild_id, question.id, outcome, by, now)


async def tell(interaction: Interaction, askers: Sequence[Asker], news: News) -> Reached:
    """Tell the news to those askers who wished to be told; return how many could and could not be reached.

    In a channel one message names all who asked there in the same words, and pings exactly them: they wished
    to be told. Nobody is shown the words of others.
    Whoever wished it by direct message and takes none, or whose channel is gone, is counted as missed.
    """
    reached = Reached()
    for together in _by_channel(askers):
        reached += await _post(interaction, together, news)
    for asker in askers:
        if asker.tell == "dm":
            reached += await _write(interaction, asker, news)
    return reached


def _by_channel(askers: Iterable[Asker]) -> Iterator[Sequence[Asker]]:
    """Yield those to be told in one channel who asked in the same words, as many as one message names."""
    wishing = [asker for asker in askers if asker.tell == "channel" and asker.channel_id]
    wishing.sort(key=lambda asker: (asker.channel_id, asker.text, asker.user_id))
    for _, group in groupby(wishing, key=lambda asker: (asker.channel_id, asker.text)):
        together = list(group)
        for start in range(0, len(together), _MOST_NAMED):
            yield together[start : start + _MOST_NAMED]


async def _post(interaction: Interaction, askers: Sequence[Asker], news: News) -> Reached:
    """Tell those who asked in one channel in the same words."""
    assert askers[0].channel_id is not None
    channel = interaction.client.get_partial_messageable(askers[0].channel_id, guild_id=interaction.guild_id)
    named = [discord.Object(asker.user_id, type=discord.User) for asker in askers]
    names = " ".join(f"<@{asker.user_id}>" for asker in askers)
    asked = askers[0].text
    answer = news.reply(asked) if news.reply else None
    preface = f"{names} The moderators {_said(answer, news.reason, asked, 'here')}"
    try:
        await channel.send(
            view=_view(interaction, preface, answer, is_public=True),
            allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=named),
        )
    except _UNREACHED as error:
        return _missed(len(askers), error)
    return Reached(told=len(askers))


async def _write(interaction: Interaction, asker: Asker, news: News) -> Reached:
    where = f" of {escape(interaction.guild.name)}" if interaction.guild else ""
    answer = news.reply(asker.text) if news.reply else None
    preface = f"The moderators{where} {_said(answer, news.reason, asker.text, 'there')}"
    try:
        direct = await interaction.client.create_dm(discord.Object(asker.user_id))
        await direct.send(view=_view(interaction, preface, answer, is_public=False))
    except _UNREACHED as error:
        return _missed(1, error)
    return Reached(told=1)


def _missed(count: int, error: Exception) -> Reached:
    _log.info("%d people could not be told what became of their question: %s", count, error)
    return Reached(missed=count)


def _said(answer: Answer | None, reason: str, asked: str, place: str) -> str:
    """Say what moderators did about what somebody asked, in words that follow their name."""
    question = f"“{escape(clip(asked, _QUOTED))}”"
    if answer is None:
        why = f"\nThey say: {escape(reason)}" if reason else ""
        return f"looked at what you asked {place}, {question}, and do not answer it.{why}"
    if answer.status is not Status.ANSWERED:
        return f"took care of what you asked {place}, {question}. Ask it again to see what is known now."
    return f"have an answer to what you asked {place}: {question}"


def _view(interaction: Interaction, preface: str, answer: Answer | None, *, is_public: bool) -> ui.LayoutView:
    """Return the message; a direct one only leads to passages, as the server's entries are not there."""
    if answer is None or answer.status is not Status.ANSWERED:
        return cards.sheet([Block((Line(preface, prose=True),))])
    if is_public:
        rows = controls(answer, Shown(NOBODY, private=False))
    else:
        opening = list(openers(answer))
        rows = [ui.ActionRow(*opening)] if opening else []
    return cards.told_card(preface, answer, interaction.client.engine.library.sources, rows)
