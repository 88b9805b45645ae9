"""The store's part about what people could not find: their questions, and where moderators point those.

A question is kept only because its asker chose to ask. Those that come to the same are one, with many askers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.errors import BlockedError, NoQuestionError, QuotaError, SeveralAskersError
from knowledge.store.changes import Changes
from knowledge.store.database import know, take_numbers
from knowledge.store.records import AskedModerators, Asker, Closed, Kind, OpenQuestion, Outcome, Pointer
from knowledge.store.schema import askers, blocks, pointers, questions

A_DAY = timedelta(days=1)

NOBODY_ASKS = ~exists().where(askers.c.question_id == questions.c.id)
"""Which questions are left without anybody who asked them."""


class Review(Changes):
    """The review queue, pointers, and who may not ask."""

    async def ask_moderators(  # noqa: PLR0913  (who, what, when and how to tell, the latter named by the caller)
        self,
        guild_id: int,
        user_id: int,
        question: str,
        key: str,
        at: datetime,
        *,
        channel_id: int | None,
        tell: str,
        quota: int,
    ) -> AskedModerators:
        """Put a question to the moderators of a server, or add the asker to the open one with the same key.

        `tell` is how the asker wishes to be told the outcome: in the `channel`, by `dm`, or not at all (an
        empty text). Who asks the same again is counted once, and only changes where and how to be told; an
        earlier wish stays if there is none now.
        Raises `BlockedError` if the person may not ask there, and `QuotaError` if the person asked `quota`
        questions there in the 24 hours before.
        """
        async with self._writing() as connection:
            number = await take_numbers(connection)
            await know(connection, guild_id)
            if await connection.scalar(select(blocks.c.at).where(_block(guild_id, user_id))):
                raise BlockedError
            open_id = await connection.scalar(_open_with(guild_id, key))
            question_id = number if open_id is None else open_id
            wish = {"channel_id": channel_id, "tell": tell}
            mine = _asker(question_id, user_id)
            told = await connection.scalar(select(askers.c.tell).where(mine))
            if told is None:
                await _keep_to_quota(connection, guild_id, user_id, at, quota)
                if open_id is None:
                    row = {"id": question_id, "guild_id": guild_id, "key": key}
                    await connection.execute(insert(questions).values(row))
                row = {"question_id": question_id, "user_id": user_id, "text": question, "at": at, **wish}
                await connection.execute(insert(askers).values(row))
            elif tell:
                await connection.execute(update(askers).where(mine).values(wish))
            counting = select(func.count()).where(askers.c.question_id == question_id)
            counted = await connection.scalar(counting) or 0
            looked_at = await connection.scalar(_dismissed(guild_id, key, questions.c.closed_at))
            return AskedModerators(question_id, counted, open_id is None, tell or told or "", looked_at)

    async def wish(
        self, guild_id: int, question_id: int, user_id: int, *, channel_id: int | None, tell: str
    ) -> None:
        """Note where and how somebody who asked a question wishes to be told, as in `ask_moderators`.

        Raises `NoQuestionError` if the question is closed or gone, or the person took it back.
        """
        waits = exists().where(_is_open(guild_id), questions.c.id == question_id)
        mine = _asker(question_id, user_id) & waits
        async with self._writing() as connection:
            wish = {"channel_id": channel_id, "tell": tell}
            if not (await connection.execute(update(askers).where(mine).values(wish))).rowcount:
                raise NoQuestionError

    async def withdraw_question(self, guild_id: int, question_id: int, user_id: int) -> bool:
        """Delete what a person asked, open or closed, and the question with it if nobody else asked it.

        Return whether there was anything to delete.
        """
        this = (questions.c.guild_id == guild_id) & (questions.c.id == question_id)
        mine = _asker(question_id, user_id) & exists().where(this)
        async with self._writing() as connection:
            gone = await connection.execute(delete(askers).where(mine))
            await connection.execute(delete(questions).where(this, NOBODY_ASKS))
            return gone.rowcount > 0

    async def open_questions(self, guild_id: int) -> tuple[OpenQuestion, ...]:
        """Return what waits for the moderators of a server: what most people ask first, then the oldest."""
        async with self._reading() as connection:
            order = (func.count().desc(), func.min(askers.c.at), questions.c.id)
            rows = await connection.execute(_open_questions(guild_id).order_by(*order))
            return tuple(_read_question(row) for row in rows)

    async def waiting(self) -> int:
        """Return how many questions wait for moderators, in all servers."""
        async with self._reading() as connection:
            count = select(func.count()).select_from(questions).where(questions.c.closed_at.is_(None))
            return int(await connection.scalar(count) or 0)

    async def open_question(self, guild_id: int, question_id: int) -> OpenQuestion | None:
        """Return a question that waits for the moderators of a server, or None."""
        async with self._reading() as connection:
            this = questions.c.id == question_id
            row = (await connection.execute(_open_questions(guild_id).where(this))).first()
            return _read_question(row) if row else None

    async def close_question(  # noqa: PLR0913  (which, how, by whom and when; the news named by the caller)
        self, guild_id: int, question_id: int, outcome: Outcome, by: int, at: datetime, *, news: str = ""
    ) -> Closed:
        """Note how a question ended, and the news for those who wished to be told, until they are `told`.

        Raises `NoQuestionError` if it is closed already, or gone.
        """
        async with self._writing() as connection:
            closed = await _close(connection, guild_id, question_id, outcome, by=by, at=at)
            return await _announce(connection, closed, news)

    async def close_with_pointer(  # noqa: PLR0913  (what `close_question` and `point` need)
        self, guild_id: int, question_id: int, question: str, target: str, *, by: int, at: datetime
    ) -> tuple[Pointer, Closed]:
        """Close a question, as `close_question` does, by pointing it, as `point` does: both or neither."""
        async with self._writing() as connection:
            pointer = await self._point(connection, guild_id, question, target, by=by, at=at)
            closed = await _close(connection, guild_id, question_id, Outcome.POINTED, by=by, at=at)
            return pointer, await _announce(connection, closed, str(pointer.change))

    async def block_asker(self, guild_id: int, question_id: int, by: int, at: datetime) -> Asker:
        """Block the one person who asked a question, and dismiss it, which nobody is told: both or neither.

        Return who that is. Raises `NoQuestionError` as `close_question` does, and `SeveralAskersError`.
        """
        async with self._writing() as connection:
            closed = await _close(connection, guild_id, question_id, Outcome.DISMISSED, by=by, at=at)
            if len(closed.askers) > 1:
                raise SeveralAskersError
            (asker,) = closed.askers
            await _block_person(connection, guild_id, asker.user_id, by, at)
            return asker

    async def untold(self) -> tuple[Closed, ...]:
        """Return the closed questions of all servers of which some who asked wait to be told; only those."""
        columns = (questions.c.guild_id, questions.c.id, questions.c.outcome, questions.c.news)
        asker = (askers.c.user_id, askers.c.channel_id, askers.c.tell, askers.c.text)
        waiting = select(*columns, *asker).join_from(askers, questions).where(askers.c.untold)
        ordered = waiting.order_by(questions.c.id, askers.c.at, askers.c.user_id)
        async with self._reading() as connection:
            rows = list(await connection.execute(ordered))
        return tuple(
            Closed(guild_id, id_, Outcome(outcome), news or "", tuple(Asker(*row[4:]) for row in group))
            for (guild_id, id_, outcome, news), group in groupby(rows, key=lambda row: tuple(row[:4]))
        )

    async def told(self, question_id: int, user_ids: Iterable[int]) -> None:
        """Note that people need not be told any more; the news go once nobody who asked waits for them."""
        these = (askers.c.question_id == question_id) & askers.c.user_id.in_(list(user_ids))
        waits = exists().where(askers.c.question_id == questions.c.id, askers.c.untold)
        async with self._writing() as connection:
            await connection.execute(update(askers).where(these).values(untold=False))
            done = update(questions).where(questions.c.id == question_id, ~waits)
            await connection.execute(done.values(news=None))

    async def point(self, guild_id: int, question: str, target: str, by: int, at: datetime) -> Pointer:
        """Note that a question is answered, in a server, by a passage or an entry."""
        async with self._writing() as connection:
            return await self._point(connection, guild_id, question, target, by=by, at=at)

    async def pointers(self, guild_id: int | None = None) -> tuple[Pointer, ...]:
        """Return the pointers of a server, or of all servers, in the order in which they were made."""
        columns = (pointers.c[field.name] for field in fields(Pointer))
        wanted = select(*columns).order_by(pointers.c.change)
        if guild_id is not None:
            wanted = wanted.where(pointers.c.guild_id == guild_id)
        async with self._reading() as connection:
            return tuple(Pointer(*row) for row in await connection.execute(wanted))

    async def unpoint(self, guild_id: int, change: int) -> bool:
        """Delete the pointer that a change made; return whether there was such a pointer."""
        this = (pointers.c.guild_id == guild_id) & (pointers.c.change == change)
        async with self._writing() as connection:
            gone = await connection.execute(delete(pointers).where(this))
            if gone.rowcount:
                await self._note_change(connection, guild_id, Kind.POINTERS)
            return gone.rowcount > 0

    async def block(self, guild_id: int, user_id: int, by: int, at: datetime) -> None:
        """Take no more questions from a person in a server; blocking twice does nothing."""
        async with self._writing() as connection:
            await _block_person(connection, guild_id, user_id, by, at)

    async def unblock(self, guild_id: int, user_id: int) -> bool:
        """Take questions from a person again; return whether the person was blocked."""
        async with self._writing() as connection:
            gone = await connection.execute(delete(blocks).where(_block(guild_id, user_id)))
            return gone.rowcount > 0

    async def blocked(self, guild_id: int) -> frozenset[int]:
        """Return from whom the moderators of a server take no questions."""
        async with self._reading() as connection:
            found = select(blocks.c.user_id).where(blocks.c.guild_id == guild_id)
            return frozenset(await connection.scalars(found))

    async def _point(  # noqa: PLR0913  (what, to what, by whom and when)
        self, connection: AsyncConnection, guild_id: int, question: str, target: str, *, by: int, at: datetime
    ) -> Pointer:
        pointer = Pointer(guild_id, await take_numbers(connection), question, target, by, at)
        await know(connection, guild_id)
        row = {"change": pointer.change, "guild_id": guild_id, "question": question, "target": target}
        await connection.execute(insert(pointers).values(row | {"made_by": by, "at": at}))
        await self._note_change(connection, guild_id, Kind.POINTERS, pointer.change)
        return pointer


async def _close(  # noqa: PLR0913  (which, how, by whom and when)
    connection: AsyncConnection, guild_id: int, question_id: int, outcome: Outcome, *, by: int, at: datetime
) -> Closed:
    """Note how a question ended; nobody is to be told yet."""
    this = _is_open(guild_id) & (questions.c.id == question_id)
    ended = {"outcome": outcome, "closed_by": by, "closed_at": at}
    if not (await connection.execute(update(questions).where(this).values(ended))).rowcount:
        raise NoQuestionError
    asked = tuple(Asker(*row) for row in await connection.execute(_askers(question_id)))
    return Closed(guild_id, question_id, outcome, "", asked)


async def _announce(connection: AsyncConnection, closed: Closed, news: str) -> Closed:
    """Keep the news of a question for those who wished to be told, if any; return it with them."""
    if any(asker.tell for asker in closed.askers):
        this, wishing = questions.c.id == closed.question_id, askers.c.question_id == closed.question_id
        await connection.execute(update(questions).where(this).values(news=news))
        await connection.execute(update(askers).where(wishing, askers.c.tell != "").values(untold=True))
    return replace(closed, news=news)


async def _block_person(
    connection: AsyncConnection, guild_id: int, user_id: int, by: int, at: datetime
) -> None:
    await know(connection, guild_id)
    if await connection.scalar(select(blocks.c.at).where(_block(guild_id, user_id))) is None:
        row = {"guild_id": guild_id, "user_id": user_id, "made_by": by, "at": at}
        await connection.execute(insert(blocks).values(row))


def _block(guild_id: int, user_id: int) -> ColumnElement[bool]:
    return (blocks.c.guild_id == guild_id) & (blocks.c.user_id == user_id)


def _asker(question_id: int, user_id: int) -> ColumnElement[bool]:
    return (askers.c.question_id == question_id) & (askers.c.user_id == user_id)


def _askers(question_id: int) -> Select[Any]:
    columns = (askers.c.user_id, askers.c.channel_id, askers.c.tell, askers.c.text)
    return select(*columns).where(askers.c.question_id == question_id).order_by(askers.c.at, askers.c.user_id)


def _is_open(guild_id: int) -> ColumnElement[bool]:
    return (questions.c.guild_id == guild_id) & questions.c.closed_at.is_(None)


def _open_with(guild_id: int, key: str) -> Select[Any]:
    return select(questions.c.id).where(_is_open(guild_id) & (questions.c.key == key))


def _dismissed(
    guild_id: int | ColumnElement[int],
    key: str | ColumnElement[str],
    column: ColumnElement[Any],
    earlier: FromClause = questions,
) -> Select[Any]:
    """Return what selects a column of the question with a key that moderators dismissed last."""
    same = (earlier.c.guild_id == guild_id) & (earlier.c.key == key)
    dismissed = select(column).where(same, earlier.c.outcome == Outcome.DISMISSED)
    return dismissed.order_by(earlier.c.closed_at.desc()).limit(1)


async def _keep_to_quota(
    connection: AsyncConnection, guild_id: int, user_id: int, at: datetime, quota: int
) -> None:
    """Raise `QuotaError` if a person has asked as many questions in a day as one may."""
    asked = (questions.c.guild_id == guild_id) & (askers.c.user_id == user_id) & (askers.c.at > at - A_DAY)
    latest_first = select(askers.c.at).join(questions).where(asked).order_by(askers.c.at.desc())
    recent = list(await connection.scalars(latest_first.limit(quota)))
    if len(recent) == quota:
        raise QuotaError((recent[-1] if recent else at) + A_DAY)


def _open_questions(guild_id: int) -> Select[Any]:
    """Return what selects the open questions of a server, each with its askers counted and its first text."""
    first = askers.alias("first")
    texts = select(first.c.text).where(first.c.question_id == questions.c.id)
    first_text = texts.order_by(first.c.at, first.c.user_id).limit(1).scalar_subquery()
    earlier = questions.alias("earlier")
    dismissed_at, dismissed_by = (
        _dismissed(questions.c.guild_id, questions.c.key, earlier.c[name], earlier).scalar_subquery()
        for name in ("closed_at", "closed_by")
    )
    columns = (
        questions.c.id,
        questions.c.guild_id,
        first_text.label("text"),
        questions.c.key,
        func.count().label("askers"),
        func.min(askers.c.at).label("first_at"),
        func.max(askers.c.at).label("last_at"),
        dismissed_at.label("dismissed_at"),
        dismissed_by.label("dismissed_by"),
    )
    return select(*columns).join(askers).where(_is_open(guild_id)).group_by(questions.c.id)


def _read_question(row: Row[Any]) -> OpenQuestion:
    return OpenQuestion(**row._mapping)
