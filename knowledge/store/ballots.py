"""The store's part about votes: whether people found a card helpful, and why not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.store.database import Database, know
from knowledge.store.records import VoteReason, Votes
from knowledge.store.schema import vote_reasons, votes


class Ballots(Database):
    """Votes on cards and the reasons for them."""

    async def vote(
        self,
        card: str,
        user_id: int,
        helpful: bool | None,
        *,
        guild_id: int | None = None,
        at: datetime | None = None,
    ) -> Votes:
        """Record a person's one vote on a card, or withdraw it with None; return the votes on the card.

        `guild_id` is the server in which it was cast; with what else belongs to that server it is forgotten.
        `at` is when it was cast; a vote without a time is never old enough to be deleted.
        A reason stays with the vote that it was given for, and goes when the vote is changed or withdrawn.
        """
        mine = (votes.c.card == card) & (votes.c.user_id == user_id)
        async with self._writing() as connection:
            another = true() if helpful is None else votes.c.helpful.is_not(helpful)
            await connection.execute(delete(votes).where(mine & another))
            if helpful is not None:
                await know(connection, guild_id)
                row = {"card": card, "user_id": user_id, "helpful": helpful, "guild_id": guild_id, "at": at}
                again = await connection.execute(update(votes).where(mine).values(row))
                if not again.rowcount:
                    await connection.execute(insert(votes).values(row))
            return await count_votes(connection, votes.c.card == card)

    async def vote_reason(self, card: str, user_id: int, reason: str, question: str) -> bool:
        """Keep why a person found an answer unhelpful, and the question, in place of an earlier reason.

        Return whether it was kept: it is not if the person's vote on the card is not “unhelpful” any more.
        """
        mine = (votes.c.card == card) & (votes.c.user_id == user_id) & ~votes.c.helpful
        given = (vote_reasons.c.card == card) & (vote_reasons.c.user_id == user_id)
        async with self._writing() as connection:
            if await connection.scalar(select(votes.c.card).where(mine)) is None:
                return False
            await connection.execute(delete(vote_reasons).where(given))
            row = {"card": card, "user_id": user_id, "reason": reason, "question": question}
            await connection.execute(insert(vote_reasons).values(row))
            return True

    async def votes(self, card: str) -> Votes:
        """Return the votes on a card."""
        async with self._reading() as connection:
            return await count_votes(connection, votes.c.card == card)

    async def vote_reasons(self, guild_id: int) -> tuple[VoteReason, ...]:
        """Return why people of a server found answers unhelpful, the latest first, without their names."""
        columns = (votes.c.card, vote_reasons.c.question, vote_reasons.c.reason, votes.c.at)
        given = select(*columns).select_from(votes.join(vote_reasons)).where(votes.c.guild_id == guild_id)
        latest_first = (votes.c.at.is_(None), votes.c.at.desc(), votes.c.card, votes.c.user_id)
        async with self._reading() as connection:
            rows = await connection.execute(given.order_by(*latest_first))
            return tuple(VoteReason(*row) for row in rows)


async def count_votes(connection: AsyncConnection, which: ColumnElement[bool]) -> Votes:
    """Return how many of some votes are helpful and unhelpful."""
    helpful = func.count().filter(votes.c.helpful)
    unhelpful = func.count().filter(~votes.c.helpful)
    return Votes(*(await connection.execute(select(helpful, unhelpful).where(which))).one())
