"""Telling people what became of a question that they put to the moderators, where and if they wish it.

What is to be told is in the store until it is told, so that whoever a stop of the bot left waiting is told at
the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import ui
from discord.ext import commands

from handlers import cards, languages
from handlers.base import Cog, Interaction
from handlers.layout import Block, Line
from handlers.markup import escape
from handlers.views import NOBODY, Shown, controls, openers
from knowledge.answers import Answer, Status
from knowledge.errors import KnowledgeError
from knowledge.languages import gettext, isolated, translatable
from knowledge.store import Asker, Closed, OpenQuestion, Outcome
from knowledge.text import clip

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_MOST_NAMED = 25
"""How many people one message names."""

_QUOTED = 300
_UNREACHED = (discord.HTTPException, aiohttp.ClientError, TimeoutError)

_log = logging.getLogger(__name__)


_REFUSED = (400, 403, 404)
"""With such a status Discord says no, and would again."""


@dataclass(frozen=True, slots=True)
class _Sayings:
    """What is said where people are told: of a `{question}` that moderators declined, saw to, or answered."""

    declined: str
    seen_to: str
    answered: str


_HERE = _Sayings(
    translatable("The moderators looked at what you asked here, {question}, and do not answer it."),
    translatable(
        "The moderators took care of what you asked here, {question}. Ask it again to see what is known now."
    ),
    translatable("The moderators have an answer to what you asked here: {question}"),
)
_IN_SERVER = _Sayings(
    translatable(
        "The moderators of {server} looked at what you asked there, {question}, and do not answer it."
    ),
    translatable(
        "The moderators of {server} took care of what you asked there, {question}. Ask it again to see what "
        "is known now."
    ),
    translatable("The moderators of {server} have an answer to what you asked there: {question}"),
)
_SOMEWHERE = _Sayings(
    translatable("The moderators looked at what you asked there, {question}, and do not answer it."),
    translatable(
        "The moderators took care of what you asked there, {question}. Ask it again to see what is known now."
    ),
    translatable("The moderators have an answer to what you asked there: {question}"),
)


@dataclass(frozen=True, slots=True)
class _News:
    """What became of a question: the reply to it in somebody's words, or why moderators do not answer it."""

    bot: AidPolicyBot
    closed: Closed
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


class Telling(Cog):
    """Tells, once the bot is there again, who was not told before it stopped."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot; who waits is read before anything new can be closed."""
        super().__init__(bot)
        self._untold: tuple[Closed, ...] = ()

    async def cog_load(self) -> None:
        """Read who waits to be told."""
        self._untold = await self.bot.store.untold()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Tell them, at the first connection; those of servers that are not there now wait on."""
        untold, self._untold = self._untold, ()
        for closed in untold:
            try:
                if self.bot.get_guild(closed.guild_id):
                    await tell(self.bot, closed)
            except Exception:
                _log.exception("Some could not be told what became of their question; the next start tries")


async def close(interaction: Interaction, question: OpenQuestion, outcome: Outcome, news: str) -> Closed:
    """Close a question, with the news for those who asked it, as `Closed` has them.

    Raises `NoQuestionError` if somebody else closed it before.
    """
    store, by, now = interaction.client.store, interaction.user.id, discord.utils.utcnow()
    return await store.close_question(question.guild_id, question.id, outcome, by, now, news=news)


async def tell(bot: AidPolicyBot, closed: Closed) -> Reached:
    """Tell the news to those askers who wished to be told; return how many could and could not be reached.

    In a channel one message names all who asked there in the same words, and pings exactly them: they wished
    to be told. Nobody is shown the words of others.
    Whoever wished it by direct message and takes none, or whose channel is gone, is counted as missed.
    """
    news, reached = await _news(bot, closed), Reached()
    for together in _by_channel(closed.askers):
        reached += await _sent(news, together, _post)
    for asker in closed.askers:
        if asker.tell == "dm":
            reached += await _sent(news, [asker], _write)
    return reached


async def _news(bot: AidPolicyBot, closed: Closed) -> _News:
    """Return what there is to tell of a question; what is pointed no more has the reply that it has now."""
    guild_id = closed.guild_id
    if closed.outcome is Outcome.DISMISSED:
        return _News(bot, closed, reason=closed.news)
    if closed.outcome is Outcome.ANSWERED:
        return _News(bot, closed, lambda _: bot.reply(closed.news, guild_id))
    made = [one for one in await bot.store.pointers(guild_id) if str(one.change) == closed.news]
    if made:
        return _News(bot, closed, partial(bot.desk.pointed_reply, made[0]))
    return _News(bot, closed, lambda asked: bot.reply(asked, guild_id))


async def _sent(
    news: _News, askers: Sequence[Asker], send: Callable[[_News, Sequence[Asker]], Awaitable[None]]
) -> Reached:
    """Send one message, and note in the store who need not be told any more; return how many it reached."""
    try:
        await send(news, askers)
    except _UNREACHED as error:
        _log.info("%d people could not be told what became of their question: %s", len(askers), error)
        if getattr(error, "status", 0) in _REFUSED:
            await _note(news, askers)
        return Reached(missed=len(askers))
    await _note(news, askers)
    return Reached(told=len(askers))


async def _note(news: _News, askers: Sequence[Asker]) -> None:
    try:
        await news.bot.store.told(news.closed.question_id, [asker.user_id for asker in askers])
    except KnowledgeError:
        _log.exception("It could not be noted that %d people were told; they are told again", len(askers))


def _by_channel(askers: Iterable[Asker]) -> Iterator[Sequence[Asker]]:
    """Yield those to be told in one channel who asked in the same words, as many as one message names."""
    wishing = [asker for asker in askers if asker.tell == "channel" and asker.channel_id]
    wishing.sort(key=lambda asker: (asker.channel_id, asker.text, asker.user_id))
    for _, group in groupby(wishing, key=lambda asker: (asker.channel_id, asker.text)):
        together = list(group)
        for start in range(0, len(together), _MOST_NAMED):
            yield together[start : start + _MOST_NAMED]


async def _post(news: _News, askers: Sequence[Asker]) -> None:
    """Tell those who asked in one channel in the same words."""
    assert askers[0].channel_id is not None
    channel = news.bot.get_partial_messageable(askers[0].channel_id, guild_id=news.closed.guild_id)
    named = [discord.Object(asker.user_id, type=discord.User) for asker in askers]
    names = " ".join(f"<@{asker.user_id}>" for asker in askers)
    asked = askers[0].text
    with languages.speaking_to_all(news.bot, news.bot.get_guild(news.closed.guild_id), asked):
        answer = news.reply(asked) if news.reply else None
        preface = f"{names} {_said(_HERE, answer, news.reason, asked)}"
        view = _view(news.bot, preface, answer, is_public=True)
    await channel.send(
        view=view,
        allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=named),
    )


async def _write(news: _News, askers: Sequence[Asker]) -> None:
    """Tell one person by direct message."""
    (asker,) = askers
    guild = news.bot.get_guild(news.closed.guild_id)
    with languages.speaking_to_all(news.bot, guild, asker.text):
        answer = news.reply(asker.text) if news.reply else None
        sayings, server = (_IN_SERVER, isolated(escape(guild.name))) if guild else (_SOMEWHERE, "")
        preface = _said(sayings, answer, news.reason, asker.text, server=server)
        view = _view(news.bot, preface, answer, is_public=False)
    direct = await news.bot.create_dm(discord.Object(asker.user_id))
    await direct.send(view=view)


def _said(sayings: _Sayings, answer: Answer | None, reason: str, asked: str, **place: str) -> str:
    """Say what moderators did about what somebody asked."""
    question = f"“{isolated(escape(clip(asked, _QUOTED)))}”"
    if answer is None:
        why = f"\n{gettext('They say: {reason}', reason=isolated(escape(reason)))}" if reason else ""
        return f"{gettext(sayings.declined, question=question, **place)}{why}"
    said = sayings.answered if answer.status is Status.ANSWERED else sayings.seen_to
    return gettext(said, question=question, **place)


def _view(bot: AidPolicyBot, preface: str, answer: Answer | None, *, is_public: bool) -> ui.LayoutView:
    """Return the message; a direct one only leads to passages, as the server's entries are not there."""
    if answer is None or answer.status is not Status.ANSWERED:
        return cards.sheet([Block((Line(preface, prose=True),))])
    if is_public:
        rows = controls(answer, Shown(NOBODY, private=False))
    else:
        opening = list(openers(answer))
        rows = [ui.ActionRow(*opening)] if opening else []
    return cards.told_card(preface, answer, bot.engine.library.catalogue, rows)
