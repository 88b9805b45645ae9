"""The store's part about a server's own entries: their revisions, and drafts of them.

Revisions are only ever added; an entry is what its last revision says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entries import Action, Draft, Entry, Revision, State
from knowledge.errors import EntryChangedError, EntryExistsError, NoDraftError, NoEntryError
from knowledge.store.changes import Changes
from knowledge.store.database import know, take_numbers
from knowledge.store.records import Kind
from knowledge.store.schema import drafts, revisions
from knowledge.store.written import read_content, read_typed, write_content, write_typed


class Entries(Changes):
    """Entries with their revisions, and drafts."""

    async def add_entry(
        self, guild_id: int, entry_id: str, revision: Revision, *, draft_id: int | None = None
    ) -> Entry:
        """Add an entry with its first revision, which gets the number 1, and delete the draft it is made of.

        Raises `NoDraftError` if that draft is gone, and `EntryExistsError` if there is such an entry.
        """
        async with self._writing() as connection:
            change = await take_numbers(connection)
            await _use_up(connection, guild_id, draft_id)
            if there := await _entry(connection, guild_id, entry_id):
                raise EntryExistsError(there)
            added = Entry(guild_id, entry_id, change, replace(revision, number=1))
            await self._append(connection, added)
            return added

    async def change_entry(
        self, guild_id: int, entry_id: str, since: int, revision: Revision, *, draft_id: int | None = None
    ) -> Entry:
        """Add the revision after `since` to an entry, and delete the draft it is made of.

        Raises `NoDraftError` if that draft is gone, `NoEntryError` if there is no such entry, and
        `EntryChangedError` if its last revision is another than `since`.
        """
        async with self._writing() as connection:
            change = await take_numbers(connection)
            await _use_up(connection, guild_id, draft_id)
            there = await _entry(connection, guild_id, entry_id)
            if there is None:
                raise NoEntryError(entry_id)
            if there.revision.number != since:
                raise EntryChangedError(there)
            changed = Entry(guild_id, entry_id, change, replace(revision, number=since + 1))
            await self._append(connection, changed)
            return changed

    async def import_entries(self, guild_id: int, rows: Sequence[tuple[str, Revision]]) -> tuple[Entry, ...]:
        """Take in revisions of entries, each by the id of its entry: all of them, or none if that fails.

        An entry that is there already gets a new revision, unless it says the same and is in the same state.
        Return the entries that were added (they are at revision 1) or changed, in the order of the rows.
        """
        async with self._writing() as connection:
            first = await take_numbers(connection, len(rows))
            found = await connection.execute(last_revisions(revisions.c.guild_id == guild_id))
            there: dict[str, tuple[Any, ...]] = {
                row.entry_id: (row.number, row.state, row.content) for row in found
            }
            taken = []
            for change, (entry_id, revision) in enumerate(rows, first):
                number, *now = there.get(entry_id, (0, "", ""))
                wanted = [revision.state, write_content(revision.content)]
                if now != wanted:
                    there[entry_id] = (number + 1, *wanted)
                    taken.append(Entry(guild_id, entry_id, change, replace(revision, number=number + 1)))
            await self._append(connection, *taken)
            return tuple(taken)

    async def entries(self, guild_id: int | None = None, *, since: int = 0) -> tuple[Entry, ...]:
        """Return the entries of a server, or of all servers, in the order in which they were last changed.

        Only those are returned that were changed after the change with the number `since`.
        """
        async with self._reading() as connection:
            return await _entries(connection, guild_id, since)

    async def entry(self, guild_id: int, entry_id: str) -> Entry | None:
        """Return an entry as it is now, or None."""
        async with self._reading() as connection:
            return await _entry(connection, guild_id, entry_id)

    async def revisions(self, guild_id: int, entry_id: str) -> tuple[Revision, ...]:
        """Return every revision of an entry, the oldest first; none if there is no such entry."""
        async with self._reading() as connection:
            found = select(revisions).where(_of(guild_id, entry_id)).order_by(revisions.c.number)
            return tuple(_read_revision(row) for row in await connection.execute(found))

    async def keep_draft(self, draft: Draft, at: datetime) -> Draft:
        """Keep a draft as it was typed at a moment; return it with its id and the moment.

        A draft without an id (0) is a new one; else it takes the place of that draft of the same author.
        Raises `NoDraftError` if that one is gone.
        """
        async with self._writing() as connection:
            await know(connection, draft.guild_id)
            kept = replace(draft, id=draft.id or await take_numbers(connection), at=at)
            row = {
                "id": kept.id,
                "guild_id": kept.guild_id,
                "author_id": kept.author_id,
                "typed": write_typed(kept.typed),
                "entry_id": kept.entry_id,
                "since": kept.since,
                "question_id": kept.question_id,
                "submitted": kept.submitted,
                "sent_back": kept.sent_back,
                "at": at,
            }
            if draft.id:
                same = _draft(draft.guild_id, draft.id) & (drafts.c.author_id == draft.author_id)
                if not (await connection.execute(update(drafts).where(same).values(row))).rowcount:
                    raise NoDraftError
            else:
                await connection.execute(insert(drafts).values(row))
            return kept

    async def draft(self, guild_id: int, draft_id: int) -> Draft | None:
        """Return a draft of a server, or None."""
        async with self._reading() as connection:
            found = await connection.execute(select(drafts).where(_draft(guild_id, draft_id)))
            row = found.first()
            return read_draft(row) if row else None

    async def drafts(self, guild_id: int, author_id: int | None = None) -> tuple[Draft, ...]:
        """Return the drafts of a server, or those of one author in it, the oldest first."""
        wanted = drafts.c.guild_id == guild_id
        if author_id is not None:
            wanted &= drafts.c.author_id == author_id
        async with self._reading() as connection:
            found = await connection.execute(select(drafts).where(wanted).order_by(drafts.c.at, drafts.c.id))
            return tuple(read_draft(row) for row in found)

    async def drop_draft(self, guild_id: int, draft_id: int) -> bool:
        """Delete a draft; return whether there was such a draft."""
        async with self._writing() as connection:
            gone = await connection.execute(delete(drafts).where(_draft(guild_id, draft_id)))
            return gone.rowcount > 0

    async def _append(self, connection: AsyncConnection, *entries: Entry) -> None:
        """Add the revision that each of some entries is at, which is new."""
        if entries:
            last = entries[-1]
            await know(connection, last.guild_id)
            await connection.execute(insert(revisions), [_written(entry) for entry in entries])
            await self._note_change(connection, last.guild_id, Kind.ENTRIES, last.change)


def last_revisions(which: ColumnElement[bool]) -> Select[Any]:
    """Return what selects the last revision of each entry, among some revisions."""
    key = (revisions.c.guild_id, revisions.c.entry_id)
    last = (
        select(*key, func.max(revisions.c.number).label("number"))
        .where(which)
        .group_by(*key)
        .subquery("last")
    )
    same = and_(*(revisions.c[name] == last.c[name] for name in ("guild_id", "entry_id", "number")))
    return select(revisions).join(last, same)


def read_draft(row: Row[Any]) -> Draft:
    """Return the draft that a row of the table of drafts holds."""
    return Draft(
        guild_id=row.guild_id,
        author_id=row.author_id,
        typed=read_typed(row.typed),
        entry_id=row.entry_id,
        since=row.since,
        question_id=row.question_id,
        submitted=row.submitted,
        sent_back=row.sent_back,
        id=row.id,
        at=row.at,
    )


def _of(guild_id: int, entry_id: str) -> ColumnElement[bool]:
    return (revisions.c.guild_id == guild_id) & (revisions.c.entry_id == entry_id)


def _draft(guild_id: int, draft_id: int) -> ColumnElement[bool]:
    return (drafts.c.guild_id == guild_id) & (drafts.c.id == draft_id)


async def _use_up(connection: AsyncConnection, guild_id: int, draft_id: int | None) -> None:
    """Delete the draft that a revision is made of, if it is made of one."""
    if draft_id is not None:
        gone = await connection.execute(delete(drafts).where(_draft(guild_id, draft_id)))
        if not gone.rowcount:
            raise NoDraftError


async def _entry(connection: AsyncConnection, guild_id: int, entry_id: str) -> Entry | None:
    last_first = select(revisions).where(_of(guild_id, entry_id)).order_by(revisions.c.number.desc())
    row = (await connection.execute(last_first.limit(1))).first()
    return _read_entry(row) if row else None


async def _entries(connection: AsyncConnection, guild_id: int | None, since: int) -> tuple[Entry, ...]:
    which = true() if guild_id is None else revisions.c.guild_id == guild_id
    if since:
        which &= revisions.c.change > since
    rows = await connection.execute(last_revisions(which).order_by(revisions.c.change))
    return tuple(_read_entry(row) for row in rows)


def _written(entry: Entry) -> dict[str, Any]:
    revision = entry.revision
    return {
        "guild_id": entry.guild_id,
        "entry_id": entry.id,
        "number": revision.number,
        "change": entry.change,
        "action": revision.action,
        "state": revision.state,
        "content": write_content(revision.content),
        "author_id": revision.author_id,
        "approver_id": revision.approver_id,
        "at": revision.at,
        "reason": revision.reason,
    }


def _read_entry(row: Row[Any]) -> Entry:
    return Entry(row.guild_id, row.entry_id, row.change, _read_revision(row))


def _read_revision(row: Row[Any]) -> Revision:
    return Revision(
        number=row.number,
        action=Action(row.action),
        state=State(row.state),
        content=read_content(row.content),
        author_id=row.author_id,
        at=row.at,
        reason=row.reason,
        approver_id=row.approver_id,
    )
