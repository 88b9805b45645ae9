"""The store's part about the other processes: what they changed, and whose turn it is.

A process answers from memory what it read of the servers. So whatever is kept there has a number of its last
change, and a process that was away asks for what has a greater number than the last that it knows.
"""

from __future__ import annotations

import math

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.store.database import Database, take_numbers
from knowledge.store.records import Change, Kind
from knowledge.store.schema import changes, memory, numbers

_TURN = "turn: "
_LONGEST = 24 * 60 * 60.0
"""Seconds ahead that no turn can be; a clock that was put back has it so."""


class Changes(Database):
    """Changes by number, and turns that processes take."""

    async def last_change(self) -> int:
        """Return the number that was given last: what is changed later has a greater one."""
        async with self._reading() as connection:
            return int(await connection.scalar(select(numbers.c.last)) or 0)

    async def changes(self, since: int) -> tuple[Change, ...]:
        """Return what was changed after a number: each kind of each server once, by its last change."""
        columns = (changes.c.number, changes.c.guild_id, changes.c.kind)
        later = select(*columns).where(changes.c.number > since).order_by(changes.c.number)
        async with self._reading() as connection:
            rows = await connection.execute(later)
            return tuple(Change(row.number, row.guild_id, Kind(row.kind)) for row in rows)

    async def take_turn(self, name: str, pause: float, *, within: float = math.inf) -> float | None:
        """Take the next free turn of a name; return in how many seconds it is, or None if not `within` some.

        From one turn to the next there are `pause` seconds, whichever process takes them.
        """
        key = _TURN + name
        async with self._writing() as connection:
            now = await self._place.now(connection)
            kept = await connection.scalar(select(memory.c.value).where(memory.c.key == key))
            seconds = max(0.0, float(kept or 0) - now)
            if seconds > _LONGEST:
                seconds = 0.0
            if seconds > within:
                return None
            await connection.execute(delete(memory).where(memory.c.key == key))
            await connection.execute(insert(memory).values(key=key, value=repr(now + seconds + pause)))
            return seconds

    async def _note_change(
        self, connection: AsyncConnection, guild_id: int, kind: Kind, number: int | None = None
    ) -> None:
        """Note that what processes keep in memory of a server was changed; they hear of it once it is so.

        `number` is that of the last change; without one, a number is taken.
        """
        row = {"guild_id": guild_id, "kind": kind, "number": number or await take_numbers(connection)}
        this = (changes.c.guild_id == guild_id) & (changes.c.kind == kind)
        if not (await connection.execute(update(changes).where(this).values(row))).rowcount:
            await connection.execute(insert(changes).values(row))
        await self._place.announce(connection, f"{kind} {guild_id} {row['number']}")
