"""The store's part about what is kept of people and servers: shown, counted, and deleted in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Table,
    delete,
    distinct,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entries import State
from knowledge.store.ballots import count_votes
from knowledge.store.database import Database
from knowledge.store.entries import last_revisions, read_draft
from knowledge.store.records import (
    AskedQuestion,
    Block,
    CastVote,
    Decision,
    Forgotten,
    MadeRevision,
    Outcome,
    PersonalData,
    Statistics,
)
from knowledge.store.review import NOBODY_ASKS
from knowledge.store.schema import askers, blocks, drafts, pointers, questions, revisions, vote_reasons, votes

_DECISIONS = (
    ("closed", questions, questions.c.closed_by, questions.c.closed_at),
    ("pointed", pointers, pointers.c.made_by, pointers.c.at),
    ("blocked", blocks, blocks.c.made_by, blocks.c.at),
)
"""What moderators do besides writing: what it is, in which table, by whom and when."""


class Privacy(Database):
    """What is kept of a person, of a server, and for how long."""

    async def statistics(self, guild_id: int) -> Statistics:
        """Count what a server has."""
        waiting = (questions.c.guild_id == guild_id) & questions.c.closed_at.is_(None)
        counted = select(func.count(distinct(questions.c.id)), func.count(distinct(askers.c.user_id)))
        written = select(func.count()).where(drafts.c.guild_id == guild_id)
        async with self._reading() as connection:
            last = last_revisions(revisions.c.guild_id == guild_id).subquery("current")
            by_state = select(last.c.state, func.count()).group_by(last.c.state)
            states = {State(state): count for state, count in await connection.execute(by_state)}
            asked = (
                await connection.execute(counted.select_from(questions.join(askers)).where(waiting))
            ).one()
            return Statistics(
                entries={state: states.get(state, 0) for state in State},
                drafts=await connection.scalar(written) or 0,
                open_questions=asked[0],
                askers=asked[1],
                votes=await count_votes(connection, votes.c.guild_id == guild_id),
            )

    async def personal_data(self, user_id: int) -> PersonalData:
        """Return everything that is kept of a person, in all servers."""
        async with self._reading() as connection:
            mine = select(drafts).where(drafts.c.author_id == user_id).order_by(drafts.c.at, drafts.c.id)
            me = select(blocks.c.guild_id, blocks.c.at).where(blocks.c.user_id == user_id)
            return PersonalData(
                votes=tuple(await _votes_of(connection, user_id)),
                questions=tuple(await _questions_of(connection, user_id)),
                drafts=tuple(read_draft(row) for row in await connection.execute(mine)),
                revisions=tuple(await _revisions_of(connection, user_id)),
                decisions=tuple(await _decisions_of(connection, user_id)),
                blocks=tuple(Block(*row) for row in await connection.execute(me.order_by(blocks.c.at))),
            )

    async def forget_person(self, user_id: int) -> Forgotten:
        """Delete what is kept of a person in all servers; return how much.

        Votes, questions and drafts go. Revisions, and what was decided about others, stay without the name.
        A block stays as it is: it holds until moderators lift it, not until the blocked person does.
        """
        async with self._writing() as connection:
            asked = await _delete(connection, askers, askers.c.user_id == user_id)
            await connection.execute(delete(questions).where(NOBODY_ASKS))
            return Forgotten(
                votes=await _delete(connection, votes, votes.c.user_id == user_id),
                questions=asked,
                drafts=await _delete(connection, drafts, drafts.c.author_id == user_id),
                revisions=await _forget_authorship(connection, user_id),
                decisions=await _forget_decisions(connection, user_id),
            )

    async def enforce_retention(self, before: datetime) -> Forgotten:
        """Delete what people left behind before a moment; return how much.

        That is votes, questions with those who asked them, open or closed, and drafts that were not touched
        since, but for those that wait for a second moderator. Those who asked the same later stay.
        """
        async with self._writing() as connection:
            asked = await _delete(connection, askers, askers.c.at < before)
            await connection.execute(delete(questions).where(NOBODY_ASKS))
            return Forgotten(
                votes=await _delete(connection, votes, votes.c.at < before),
                questions=asked,
                drafts=await _delete(connection, drafts, (drafts.c.at < before) & ~drafts.c.submitted),
            )


async def _votes_of(connection: AsyncConnection, user_id: int) -> Iterator[CastVote]:
    columns = (votes.c.guild_id, votes.c.card, votes.c.helpful, votes.c.at)
    given = select(*columns, vote_reasons.c.reason, vote_reasons.c.question)
    mine = given.select_from(votes.outerjoin(vote_reasons)).where(votes.c.user_id == user_id)
    rows = await connection.execute(mine.order_by(votes.c.at, votes.c.card))
    return (CastVote(*row[:4], reason=row.reason or "", question=row.question or "") for row in rows)


async def _questions_of(connection: AsyncConnection, user_id: int) -> Iterator[AskedQuestion]:
    columns = (questions.c.guild_id, askers.c.text, askers.c.at, askers.c.channel_id, askers.c.tell)
    asked = select(*columns, questions.c.outcome).join_from(askers, questions)
    mine = asked.where(askers.c.user_id == user_id).order_by(askers.c.at, questions.c.id)
    rows = await connection.execute(mine)
    return (AskedQuestion(*row[:5], Outcome(row.outcome) if row.outcome else None) for row in rows)


async def _revisions_of(connection: AsyncConnection, user_id: int) -> Iterator[MadeRevision]:
    columns = (revisions.c.guild_id, revisions.c.entry_id, revisions.c.number, revisions.c.at)
    wrote = revisions.c.author_id == user_id
    mine = select(*columns, (~func.coalesce(wrote, False)).label("approved")).where(_made_by(user_id))
    rows = await connection.execute(mine.order_by(revisions.c.change))
    return (MadeRevision(*row) for row in rows)


async def _decisions_of(connection: AsyncConnection, user_id: int) -> Iterator[Decision]:
    made = (
        select(table.c.guild_id, literal(what).label("what"), at.label("at")).where(by == user_id)
        for what, table, by, at in _DECISIONS
    )
    rows = await connection.execute(union_all(*made).order_by("at"))
    return (Decision(*row) for row in rows)


def _made_by(user_id: int) -> ColumnElement[bool]:
    return (revisions.c.author_id == user_id) | (revisions.c.approver_id == user_id)


async def _delete(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows; return how many there were."""
    return (await connection.execute(delete(table).where(which))).rowcount


async def _forget_authorship(connection: AsyncConnection, user_id: int) -> int:
    """Take a person's name from all revisions; return from how many."""
    count = await connection.scalar(select(func.count()).select_from(revisions).where(_made_by(user_id)))
    for column in (revisions.c.author_id, revisions.c.approver_id):
        await connection.execute(update(revisions).where(column == user_id).values({column: None}))
    return count or 0


async def _forget_decisions(connection: AsyncConnection, user_id: int) -> int:
    """Take a person's name from all that was decided; return from how many decisions."""
    return sum(
        [
            (await connection.execute(update(table).where(by == user_id).values({by: None}))).rowcount
            for _, table, by, _ in _DECISIONS
        ]
    )
