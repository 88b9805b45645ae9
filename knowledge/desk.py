"""The moderators' desk: every change of a server's entries, written to the store and then to the index.

DeskError (in errors.py)
├── RuleError           a second moderator is needed
├── DraftChangedError   the draft is not any more what was previewed
├── PlanChangedError    the import would not do any more what was planned
├── WordingError        another entry has one of the wordings
├── UnchangedError      the entry says that already
└── StateError          the entry is retired, or is not
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from knowledge import drafts
from knowledge.citations import Citation
from knowledge.commands import written
from knowledge.drafts import DraftError, FieldFault
from knowledge.entries import Action, Content, Draft, Entry, Revision, State
from knowledge.entry_files import plan
from knowledge.entry_reviews import Cause, StaleCitation, due_for_review
from knowledge.errors import (
    CitationError,
    DeskError,
    EntryChangedError,
    InputError,
    NoDraftError,
    NoEntryError,
    StoreError,
)
from knowledge.faq import FaqEntry
from knowledge.guild_settings import GuildSettings
from knowledge.languages import gettext, translatable
from knowledge.own_entries import OwnEntries, wording_keys
from knowledge.text import echo

if TYPE_CHECKING:
    from knowledge.answers import Answer, Excerpt
    from knowledge.engine import Engine
    from knowledge.entry_files import ImportedEntry, ImportPlan
    from knowledge.library import Library
    from knowledge.store import Change, Closed, OpenQuestion, Pointer, Store

T = TypeVar("T")
Changed = TypeVar("Changed", "Entry", "Pointer")

REBUILT_FROM = 50
"""From so many entries on, an import builds the index anew, beside the event loop."""

_MOST_NAMED = 10
_SO_ALREADY = {
    State.PUBLISHED: translatable("The entry “{entry}” is published already."),
    State.RETIRED: translatable("The entry “{entry}” is retired already."),
}


class RuleError(DeskError):
    """In this server nobody publishes alone."""


class DraftChangedError(DeskError):
    """The draft was changed since it was previewed; `draft` is what it is now."""

    def __init__(self, draft: Draft) -> None:
        """Take the draft as it is now."""
        self.draft = draft
        super().__init__(gettext("This draft was changed since you saw it. Here is what it says now."))


class PlanChangedError(DeskError):
    """The entries were changed since an import was planned; `plan` is what it would do now."""

    def __init__(self, changed: ImportPlan) -> None:
        """Take what the import would do now."""
        self.plan = changed
        super().__init__(
            gettext("The entries were changed since you saw this plan. Look at it again, then confirm.")
        )


class WordingError(DeskError):
    """A wording of an entry is that of another one, so that one of the two would never be found."""


class UnchangedError(DeskError):
    """The entry says already what it was to say, so that nothing is worth a revision."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(gettext("Nothing changed: the entry says this already."))


class StateError(DeskError):
    """The entry is retired already, or is not retired."""


@dataclass(frozen=True, slots=True)
class Due:
    """A published entry that has to be looked at again, and why, each reason in words."""

    entry: Entry
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A wording that is answered already: at which address, the id of an entry or a reference.

    One that is `pointed` is answered there because moderators pointed it there.
    """

    wording: str
    address: str
    pointed: bool = False


class Desk:
    """All servers' own entries, in the store and in memory, and whatever changes them.

    A change is first written to the store, then made in the index, and is finished once it began; in each
    server one follows the other, so that the index always answers as one built from the store would. What
    cannot be changed raises a `DeskError`, what cannot be read an `InputError`, a store that cannot be used a
    `StoreError`; then nothing was changed.
    """

    def __init__(self, engine: Engine, store: Store, now: Callable[[], datetime]) -> None:
        """Take what answers, what remembers, and a clock whose moments have a time zone."""
        self._engine = engine
        self._store = store
        self._now = now
        self._own: dict[int, OwnEntries] = {}
        self._settings: dict[int, GuildSettings] = {}
        self._seen = 0
        self._catching_up = asyncio.Lock()
        self._turns: dict[int, asyncio.Lock] = {}
        self._at_work: set[asyncio.Task[Any]] = set()

    # What is in memory

    async def load(self) -> None:
        """Read the entries, pointers and settings of all servers, before anything is changed.

        They are analysed in a thread, one server after the other. What other processes change meanwhile,
        `catch_up` reads.
        """
        self._seen = await self._store.last_change()
        entries: defaultdict[int, list[Entry]] = defaultdict(list)
        pointers: defaultdict[int, list[Pointer]] = defaultdict(list)
        for entry in await self._store.entries():
            entries[entry.guild_id].append(entry)
        for pointer in await self._store.pointers():
            pointers[pointer.guild_id].append(pointer)
        self._settings = dict(await self._store.guild_settings())
        for guild_id in sorted({*entries, *pointers}):
            await self._index(guild_id, entries.pop(guild_id, ()), pointers.pop(guild_id, ()))

    async def move_to(self, engine: Engine) -> None:
        """Answer with another engine; while the servers' entries are read for it, the old one answers.

        A server whose entries change meanwhile is read once more. What cannot be read raises, and then the
        old engine stays. When this returns the desk has the new one, and nothing ran in between.
        """
        built: dict[int, OwnEntries] = {}
        while behind := [g for g, own in self._own.items() if _version(built.get(g)) != own.version]:
            await self.catch_up()
            for guild_id in behind:
                if guild_id in built:  # what is in memory may be what another process has forgotten
                    await self._in_turn(guild_id, self._build(guild_id))
                entries = await self._store.entries(guild_id)
                pointers = await self._store.pointers(guild_id)
                built[guild_id] = await asyncio.to_thread(engine.own_entries, entries, pointers)
        self._engine = engine
        self._own = {guild_id: built[guild_id] for guild_id in self._own}

    async def catch_up(self) -> None:
        """Read what was changed since this was done last; what fails raises, and is read the next time.

        That is for what other processes changed. What this one did is in memory before it is found here.
        """
        async with self._catching_up:
            changes, since = await self._store.changes(self._seen), self._seen
            for change in changes:
                await self._in_turn(change.guild_id, self._read_again(change, since))
            if changes:
                self._seen = changes[-1].number

    async def forget_what_is_gone(self) -> None:
        """Drop from memory what belongs to servers that the store has forgotten, by another process too."""
        here = {*self._own, *self._settings}
        for guild_id in here - await self._store.servers_known():
            await self.forget(guild_id)

    @property
    def published(self) -> int:
        """How many entries of all servers are published."""
        return sum(len(own.entries) for own in self._own.values())

    async def forget(self, guild_id: int) -> None:
        """Drop from memory what belongs to a server that the store has forgotten."""
        await self._in_turn(guild_id, self._forget(guild_id))

    def own(self, guild_id: int | None) -> OwnEntries | None:
        """Return the entries of a server to answer with; None where there are none, as in private."""
        return self._own.get(guild_id) if guild_id is not None else None

    def settings(self, guild_id: int) -> GuildSettings:
        """Return what was chosen for a server; the defaults if nothing was."""
        return self._settings.get(guild_id) or GuildSettings()

    async def change_settings(
        self, guild_id: int, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Keep what a change makes of the settings as they are when it is its turn; it holds at once.

        Returns the settings as they are then.
        """
        return await self._in_turn(guild_id, self._change_settings(guild_id, change))

    # Drafts

    async def keep(self, draft: Draft, over: Draft | None = None) -> Draft:
        """Keep a draft as typed, whatever is wrong with it; it is submitted anew, if it was.

        Raises `NoDraftError` if it is gone, and `DraftChangedError` if it is not any more what it was when it
        was read, if that is given as `over`.
        """
        return await self._in_turn(draft.guild_id, self._keep(draft, over))

    async def submit(self, draft: Draft) -> Draft:
        """Keep a draft, as it was seen, for a second moderator to publish.

        Raises `NoDraftError`, `DraftChangedError`, `DraftError` if it cannot be published, and
        `UnchangedError` if that would change nothing.
        """
        return await self._in_turn(draft.guild_id, self._submit(draft))

    async def discard(self, draft: Draft) -> None:
        """Delete a draft, as it was seen; raises `NoDraftError`, and `DraftChangedError`."""
        await self._in_turn(draft.guild_id, self._discard(draft))

    async def send_back(self, draft: Draft, by: int, reason: str) -> Draft:
        """Make a submitted draft, as it was seen, an ordinary one of its author's again, and keep why.

        Raises `NoDraftError`, `DraftChangedError`, and `RuleError` if it was not submitted or is one's own.
        """
        return await self._in_turn(draft.guild_id, self._send_back(draft, by, reason))

    def changes_nothing(self, draft: Draft, entry: Entry | None) -> bool:
        """Whether an entry, or a shipped one in whose place it would stand, says what a draft says already.

        Raises `DraftError` if the draft cannot be published.
        """
        content = self._content(draft)
        if entry is not None:
            return entry.state is State.PUBLISHED and entry.content == content
        entry_id = self._id(draft, content)
        shipped = next((one for one in self._engine.library.faq if one.id == entry_id), None)
        return shipped is not None and drafts.typed(shipped) == drafts.typed(content)

    def answered_already(self, draft: Draft) -> tuple[Answered, ...]:
        """Return the new wordings of a draft that the library, or a pointer, answers word for word today.

        Once the draft is published, it answers them instead. Raises `DraftError` if it cannot be published.
        """
        content, own = self._content(draft), self.own(draft.guild_id)
        entry_id = self._id(draft, content)
        entry = own.entry(entry_id) if own else None
        said = wording_keys((entry.question, *entry.alternatives)) if entry else ()
        texts = (content.question, *content.alternatives)
        found = (self._answered(text, own) for text in texts if not set(wording_keys((text,))) & set(said))
        return tuple(one for one in found if one and one.address != entry_id)

    def content(self, draft: Draft) -> Content:
        """Return what a draft says, for a preview; raises `DraftError` with all faults that it has."""
        return self._content(draft)

    def preview(self, draft: Draft) -> Answer:
        """Return the reply that a draft would be as an entry; raises `DraftError` as `content` does."""
        content, own = self._content(draft), self.own(draft.guild_id)
        return self._engine.faq_preview(self._id(draft, content), content, own)

    async def publish(self, draft: Draft, by: int) -> Entry:
        """Publish a draft as previewed: its entry is found by the next question.

        A draft of somebody else, and under the two-person rule every draft, must have been submitted and be
        published by another person than its author. A new entry gets the id that was typed, or one made from
        its question; with the id of a shipped entry, it stands in its place.

        Raises `RuleError`, `DraftChangedError`, `NoDraftError`, `DraftError`, and `EntryExistsError` or
        `EntryChangedError` with the entry as it is now.
        """
        return await self._in_turn(draft.guild_id, self._publish(draft, by))

    # Entries

    async def retire(self, guild_id: int, entry_id: str, since: int, by: int, reason: str = "") -> Entry:
        """Take an entry out at once; a shipped one in whose place it stood is shown again.

        `since` is the number of the revision that was seen, here and below; raises `EntryChangedError` if it
        is not the last, `NoEntryError`, and `StateError` if the entry is retired.
        """
        seen, made = _Seen(guild_id, entry_id, since), _Made(Action.RETIRE, by, reason)
        return await self._in_turn(guild_id, self._turn_to(State.RETIRED, seen, made))

    async def restore(self, guild_id: int, entry_id: str, since: int, by: int, reason: str = "") -> Entry:
        """Publish a retired entry again as it was; raises `StateError`, `WordingError` and as `retire`."""
        seen, made = _Seen(guild_id, entry_id, since), _Made(Action.RESTORE, by, reason)
        return await self._in_turn(guild_id, self._turn_to(State.PUBLISHED, seen, made))

    async def revert(  # noqa: PLR0913  (which, as seen by whom, why and to what)
        self, guild_id: int, entry_id: str, since: int, by: int, reason: str = "", *, to: int
    ) -> Entry:
        """Publish what an entry said at the earlier revision `to`, if the library still supports it.

        Raises `DraftError` if it does not, `WordingError` and as `retire`.
        """
        seen, made = _Seen(guild_id, entry_id, since), _Made(Action.REVERT, by, reason)
        return await self._in_turn(guild_id, self._revert(seen, made, to))

    async def plan_import(self, guild_id: int, imported: Sequence[ImportedEntry]) -> ImportPlan:
        """Return what an import would do, and do nothing; raises `WordingError` as `import_entries` does."""
        return await self._in_turn(guild_id, self._plan(guild_id, imported))

    async def import_entries(  # noqa: PLR0913  (what, by whom and why; the rest named by the caller)
        self,
        guild_id: int,
        imported: Sequence[ImportedEntry],
        by: int,
        reason: str = "",
        *,
        approver_id: int | None = None,
        as_planned: str = "",
    ) -> tuple[Entry, ...]:
        """Take in entries of a file, all of them or none; return those that were added or changed.

        Raises `WordingError` if two published entries had one wording then, `RuleError` if a second
        moderator, `approver_id`, is needed, and `PlanChangedError` if the plan has another mark now than
        the one that was seen.
        """
        made = _Made(Action.IMPORT, by, reason)
        work = self._import(guild_id, imported, made, approver_id, as_planned)
        return await self._in_turn(guild_id, work)

    def as_reverted(self, guild_id: int, entry_id: str, said: Content) -> Content:
        """Return what an entry said earlier as `revert` would publish it, with its errors but the last."""
        content = drafts.read(drafts.typed(said), self._engine.library)
        self._refuse_taken_wordings(guild_id, entry_id, content)
        return content

    async def due(self, guild_id: int) -> tuple[Due, ...]:
        """Return the entries to be looked at again, stale ones and those whose day has come; oldest first."""
        today, shown = self._now().date(), self._own[guild_id].entries if guild_id in self._own else ()
        suspects = {e.id for e in shown if e.stale or (e.review_on and e.review_on <= today)}
        if not suspects:
            return ()
        entries = [entry for entry in await self._store.entries(guild_id) if entry.id in suspects]
        found = ((entry, due_for_review(entry, self._engine.library, today)) for entry in entries)
        return tuple(Due(entry, tuple(reasons)) for entry, reasons in found if reasons)

    # Questions that were not answered

    def question_key(self, question: str) -> str:
        """Return the key by which the same question, in whatever order of words, is put to the desk once."""
        return self._engine.question_key(question)

    def closest(self, question: str) -> tuple[Excerpt, ...]:
        """Return the passages nearest to a question, whether or not they answer it."""
        return self._engine.closest(question)

    async def point(self, guild_id: int, question: str, target: str, by: int) -> Pointer:
        """Have a question answered by a passage, given as a reference, or by an entry, given by its id.

        Raises `InputError` if there is no such passage or entry, or the question has no word.
        """
        return await self._in_turn(guild_id, self._point(guild_id, question, target, by))

    async def close_with_pointer(
        self, question: OpenQuestion, target: str, by: int
    ) -> tuple[Pointer, Closed]:
        """Point a question of the review queue as `point` does, and close it: both or neither.

        Raises `InputError` as `point` does, and `NoQuestionError` if it is not open any more.
        """
        return await self._in_turn(question.guild_id, self._close_with_pointer(question, target, by))

    def preview_point(self, guild_id: int, question: str, target: str) -> tuple[str, Answer]:
        """Return the address of what a question is to be pointed to, and the reply that it would have then.

        Raises `InputError` as `point` does. Nothing is changed.
        """
        from knowledge.store import Pointer

        address, asked = self._address(guild_id, target), self._pointable(question)
        own = self._engine.own_entries() if guild_id not in self._own else self._own[guild_id]
        before = self._engine.reply(asked, own)
        trial = Pointer(guild_id, own.next_change, asked, address)
        own.put_pointer(trial)
        try:
            reply = self._engine.reply(question, own)
        finally:
            own.drop_pointer(trial.change)
        return address, replace(reply, version=before.version)

    def pointed_reply(self, pointer: Pointer, asked: str) -> Answer:
        """Return what somebody is shown who asked a pointed question in words of their own.

        That is the reply to those words if they, too, are answered as the pointer has it; else what the
        pointer leads to. So nobody is shown the words of another.
        """
        own = self.own(pointer.guild_id)
        wanted, reply = self._engine.reply(pointer.question, own), self._engine.reply(asked, own)
        if reply.pointed and reply.citations == wanted.citations:
            return reply
        target = pointer.target
        shown = written("cite", reference=target) if "¶" in target else written("faq show", id=target)
        return self._engine.reply(shown, own)

    def leads_somewhere(self, pointer: Pointer) -> bool:
        """Whether the passage or the entry of a pointer can still be found."""
        try:
            self._address(pointer.guild_id, pointer.target)
        except InputError:
            return False
        return True

    async def unpoint(self, guild_id: int, change: int) -> bool:
        """Take back the pointer that a change made; return whether there was one."""
        return await self._in_turn(guild_id, self._unpoint(guild_id, change))

    # How it is done

    async def _in_turn(self, guild_id: int, work: Coroutine[Any, Any, T]) -> T:
        """Do what concerns a server when it is its turn, to the end, even if whoever asked for it is gone."""

        async def taking_turns() -> T:
            async with self._turns.setdefault(guild_id, asyncio.Lock()):
                return await work

        task = asyncio.create_task(taking_turns())
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)

    async def _build(self, guild_id: int) -> None:
        """Build the index of a server from the store."""
        entries = await self._store.entries(guild_id)
        await self._index(guild_id, entries, await self._store.pointers(guild_id))

    async def _index(self, guild_id: int, entries: Sequence[Entry], pointers: Sequence[Pointer]) -> None:
        """Build the index of a server in a thread; until it is there, the old one answers."""
        engine = None
        while engine is not self._engine:  # it may be another one by the time the index is built
            engine = self._engine
            own = await asyncio.to_thread(engine.own_entries, entries, pointers)
        self._own[guild_id] = own
        if not own.version:
            del self._own[guild_id]

    async def _read_again(self, change: Change, since: int) -> None:
        """Take in what was changed of a server after the change with a number."""
        from knowledge.store import Kind

        guild_id = change.guild_id
        match change.kind:
            case Kind.SETTINGS:
                self._settings.update(await self._store.guild_settings(guild_id))
            case Kind.ENTRIES:
                entries = await self._store.entries(guild_id, since=since)
                own = self._entries(guild_id)
                await self._take_in(guild_id, own.lacking(entries), own.put)
            case Kind.POINTERS:
                pointers = await self._store.pointers(guild_id)
                own = self._entries(guild_id)
                own.keep_pointers(pointers)
                await self._take_in(guild_id, own.lacking_pointers(pointers), own.put_pointer)

    async def _take_in(
        self, guild_id: int, changed: Sequence[Changed], put: Callable[[Changed], None]
    ) -> None:
        """Put into the index of a server what it lacks; or build it anew, if that is much or out of order."""
        is_late = any(one.change < self._own[guild_id].next_change - 1 for one in changed[:1])
        if is_late or len(changed) >= REBUILT_FROM:
            await self._build(guild_id)
            return
        for one in changed:
            put(one)

    async def _forget(self, guild_id: int) -> None:
        self._own.pop(guild_id, None)
        self._settings.pop(guild_id, None)

    async def _change_settings(
        self, guild_id: int, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        # What is in memory lacks what another process, or a write of an unknown end, has changed just now.
        kept = await self._store.guild_settings(guild_id)
        settings = change(kept.get(guild_id) or GuildSettings())
        await self._store.save_guild_settings(guild_id, settings)
        self._settings[guild_id] = settings
        return settings

    def _entries(self, guild_id: int) -> OwnEntries:
        """Return the index of a server, an empty one if it has none yet."""
        return self._own.setdefault(guild_id, self._engine.own_entries())

    def _put(self, entry: Entry) -> Entry:
        self._entries(entry.guild_id).put(entry)
        return entry

    # Drafts

    async def _keep(self, draft: Draft, over: Draft | None) -> Draft:
        if over is not None:
            await self._as_seen(over)
        return await self._store.keep_draft(replace(draft, submitted=False), self._now())

    async def _discard(self, draft: Draft) -> None:
        kept = await self._as_seen(draft)
        if not await self._store.drop_draft(kept.guild_id, kept.id):
            raise NoDraftError

    async def _submit(self, draft: Draft) -> Draft:
        if draft.id:
            await self._as_seen(draft)
        entry = await self._store.entry(draft.guild_id, draft.wanted_id) if draft.wanted_id else None
        if self.changes_nothing(draft, entry):
            raise UnchangedError
        return await self._store.keep_draft(replace(draft, submitted=True, sent_back=""), self._now())

    async def _send_back(self, draft: Draft, by: int, reason: str) -> Draft:
        kept = await self._as_seen(draft)
        if not kept.submitted or by == kept.author_id:
            raise RuleError(gettext("Only a draft that somebody else has submitted can be sent back."))
        sent_back = replace(kept, submitted=False, sent_back=drafts.tidy(reason))
        return await self._store.keep_draft(sent_back, self._now())

    async def _as_seen(self, draft: Draft) -> Draft:
        """Return a draft as it is kept, which still is as it was seen."""
        kept = await self._store.draft(draft.guild_id, draft.id)
        if kept is None:
            raise NoDraftError
        if replace(kept, at=draft.at) != draft:
            raise DraftChangedError(kept)
        return kept

    def _answered(self, text: str, own: OwnEntries | None) -> Answered | None:
        found = own.word_for_word((text,)) if own else None
        if found and found.pointed:
            item = found.subject.item
            address = item.id if isinstance(item, FaqEntry) else str(found.subject.citations[0])
            return Answered(text, address, pointed=True)
        wordings = self._engine.wordings
        address = next((wordings[key] for key in wording_keys((text,)) if key in wordings), "")
        is_replaced = own is not None and own.entry(address) is not None
        return Answered(text, address) if address and not is_replaced else None

    # Publishing

    def _content(self, draft: Draft) -> Content:
        content = drafts.read(draft.typed, self._engine.library, self._now().date())
        if taken := self._wordings_taken(draft.guild_id, draft.entry_id, content):
            raise DraftError(tuple(FieldFault(field, problem) for field, problem in taken))
        return content

    def _wordings_taken(self, guild_id: int, entry_id: str, content: Content) -> list[tuple[str, str]]:
        """Return, by field, which wordings are those of other entries."""
        own = self.own(guild_id)
        fields = (("question", content.question), *(("alternatives", text) for text in content.alternatives))
        holders = ((field, text, own.with_wording(text) if own else None) for field, text in fields)
        return [
            (
                field,
                gettext(
                    "“{wording}” is a wording of the entry {entry} already; edit that one",
                    wording=echo(text),
                    entry=holder.id,
                ),
            )
            for field, text, holder in holders
            if holder and holder.id != entry_id
        ]

    async def _publish(self, draft: Draft, by: int) -> Entry:
        await self._may_publish(draft, by)
        content = self._content(draft)
        revision = Revision(
            number=draft.since + 1,
            action=Action.EDIT if draft.since else Action.ADD,
            state=State.PUBLISHED,
            content=content,
            author_id=draft.author_id,
            at=self._now(),
            reason=drafts.tidy(draft.typed.get("reason", "")),
            approver_id=by if by != draft.author_id else None,
        )
        guild_id, draft_id = draft.guild_id, draft.id or None
        entry_id = self._id(draft, content)
        entry = await self._store.entry(guild_id, entry_id)
        if (entry is None or entry.revision.number == draft.since) and self.changes_nothing(draft, entry):
            raise UnchangedError
        if draft.since:
            changing = self._store.change_entry(
                guild_id, draft.entry_id, draft.since, revision, draft_id=draft_id
            )
            return self._put(await changing)
        return self._put(await self._store.add_entry(guild_id, entry_id, revision, draft_id=draft_id))

    async def _may_publish(self, draft: Draft, by: int) -> None:
        """Raise an error if a draft is not what was previewed, or this person may not publish it."""
        if draft.id:
            await self._as_seen(draft)
        if self.settings(draft.guild_id).two_person_rule and by == draft.author_id:
            raise RuleError(
                gettext("In this server somebody else publishes what you wrote: submit it, then wait.")
            )
        if by != draft.author_id and not draft.submitted:
            raise RuleError(
                gettext("Its author has not submitted this draft, so nobody else can publish it.")
            )

    def _id(self, draft: Draft, content: Content) -> str:
        """Return the id that the entry of a draft has, or gets: as typed, or made from its question."""
        if draft.wanted_id:
            return draft.wanted_id
        own = self.own(draft.guild_id)
        shipped = [entry.id for entry in self._engine.library.faq]
        return drafts.slug(content.question, shipped, own.ids if own else ())

    # Retiring, restoring and reverting

    async def _turn_to(self, state: State, entry: _Seen, made: _Made) -> Entry:
        """Retire or restore an entry; what it says and rests on stays as it is."""
        current = await self._current(entry)
        if current.state is state:
            raise StateError(gettext(_SO_ALREADY[state], entry=echo(entry.id)))
        if state is State.PUBLISHED:
            self._refuse_taken_wordings(entry.guild_id, entry.id, current.content)
        return await self._change(entry, made, state, current.content)

    async def _revert(self, entry: _Seen, made: _Made, number: int) -> Entry:
        current = await self._current(entry)
        revisions = await self._store.revisions(entry.guild_id, entry.id)
        said = next((r.content for r in revisions if r.number == number), None)
        if said is None:
            raise InputError(
                gettext(
                    "The entry “{entry}” has no revision {number}; it has 1 to {last}.",
                    entry=echo(entry.id),
                    number=number,
                    last=entry.since,
                )
            )
        content = self.as_reverted(entry.guild_id, entry.id, said)
        if current.state is State.PUBLISHED and current.content == content:
            raise UnchangedError
        return await self._change(entry, made, State.PUBLISHED, content)

    async def _current(self, entry: _Seen) -> Entry:
        """Return an entry, which is still as it was seen."""
        current = await self._store.entry(entry.guild_id, entry.id)
        if current is None:
            raise NoEntryError(entry.id)
        if current.revision.number != entry.since:
            raise EntryChangedError(current)
        return current

    def _refuse_taken_wordings(self, guild_id: int, entry_id: str, content: Content) -> None:
        if taken := self._wordings_taken(guild_id, entry_id, content):
            raise WordingError("\n".join(problem for _, problem in taken))

    async def _change(self, entry: _Seen, made: _Made, state: State, content: Content) -> Entry:
        revision = Revision(
            number=entry.since + 1,
            action=made.action,
            state=state,
            content=content,
            author_id=made.by,
            at=self._now(),
            reason=drafts.tidy(made.reason),
        )
        return self._put(await self._store.change_entry(entry.guild_id, entry.id, entry.since, revision))

    # Importing

    async def _plan(self, guild_id: int, imported: Sequence[ImportedEntry]) -> ImportPlan:
        current = await self._store.entries(guild_id)
        own = self.own(guild_id)
        return await asyncio.to_thread(_planned, imported, current, own, self._engine.library)

    async def _import(
        self,
        guild_id: int,
        imported: Sequence[ImportedEntry],
        made: _Made,
        approver_id: int | None,
        as_planned: str,
    ) -> tuple[Entry, ...]:
        if self.settings(guild_id).two_person_rule and approver_id in (None, made.by):
            raise RuleError(
                gettext("In this server nobody publishes alone: a second moderator confirms an import.")
            )
        planned = await self._plan(guild_id, imported)
        if as_planned not in ("", planned.mark):
            raise PlanChangedError(planned)
        taken = {one.id for one in (*planned.added, *(change.imported for change in planned.changed))}
        at, reason = self._now(), drafts.tidy(made.reason)
        rows = [
            (
                one.id,
                Revision(0, made.action, one.state, one.content, made.by, at, reason, approver_id),
            )
            for one in imported
            if one.id in taken
        ]
        changed = await self._store.import_entries(guild_id, rows)
        if len(changed) >= REBUILT_FROM:
            with suppress(StoreError):  # what is written is written; then it is taken in one by one
                await self._build(guild_id)
                return changed
        for entry in changed:
            self._put(entry)
        return changed

    # Pointing

    async def _point(self, guild_id: int, question: str, target: str, by: int) -> Pointer:
        asked = self._pointable(question)
        address = self._address(guild_id, target)
        pointer = await self._store.point(guild_id, asked, address, by, self._now())
        self._entries(guild_id).put_pointer(pointer)
        return pointer

    async def _close_with_pointer(
        self, question: OpenQuestion, target: str, by: int
    ) -> tuple[Pointer, Closed]:
        asked, guild_id = self._pointable(question.text), question.guild_id
        address = self._address(guild_id, target)
        closing = self._store.close_with_pointer(guild_id, question.id, asked, address, by=by, at=self._now())
        pointer, closed = await closing
        self._entries(guild_id).put_pointer(pointer)
        return pointer, closed

    def _pointable(self, question: str) -> str:
        """Return a question as it is pointed somewhere; raises `InputError` if it cannot be."""
        asked = drafts.tidy(question)
        if not wording_keys((asked,)) or len(asked) > drafts.LONGEST_QUESTION:
            most = drafts.LONGEST_QUESTION
            raise InputError(gettext("A question has a word, and {most} characters at most.", most=most))
        return asked

    def _address(self, guild_id: int, target: str) -> str:
        """Return the citation or the id of what a pointer is to lead to, if it can be found."""
        library, own = self._engine.library, self.own(guild_id)
        entry_id = target.strip().lower()
        if (own and own.entry(entry_id)) or any(entry.id == entry_id for entry in library.faq):
            return entry_id
        try:
            citation = Citation.parse(target)
        except CitationError:
            raise InputError(
                gettext(
                    "“{typed}” is neither the id of an entry that is shown here nor a reference. "
                    "Write an id, or a source and a paragraph, for example fp-2019¶6.",
                    typed=echo(target),
                )
            ) from None
        source, passage = library.resolve(citation)
        if passage.retired:
            stale = StaleCitation(citation, Cause.RETIRED)
            raise InputError(gettext("{problem}. Choose another passage.", problem=stale))
        return str(source.citation(passage))

    async def _unpoint(self, guild_id: int, change: int) -> bool:
        gone = await self._store.unpoint(guild_id, change)
        if guild_id in self._own:
            self._own[guild_id].drop_pointer(change)
        return gone


def _version(own: OwnEntries | None) -> str | None:
    return own.version if own else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """An entry of a server at the revision at which it was seen."""

    guild_id: int
    id: str
    since: int


@dataclass(frozen=True, slots=True)
class _Made:
    """What is done to entries, by whom and why."""

    action: Action
    by: int
    reason: str


def _planned(
    imported: Sequence[ImportedEntry], current: Sequence[Entry], own: OwnEntries | None, library: Library
) -> ImportPlan:
    """Return what an import would do.

    Raises `WordingError` if a wording of one is that of another, in the file or in the server.
    """
    ids, holders, taken = {one.id for one in imported}, dict[str, str](), []
    for one in imported:
        if one.state is not State.PUBLISHED:
            continue
        for text in (one.content.question, *one.content.alternatives):
            there = own.with_wording(text) if own else None
            held = there.id if there and there.id not in ids else one.id
            keys = wording_keys((text,))
            holder = next((holders[key] for key in keys if key in holders), held)
            holders.update(dict.fromkeys(keys, holder))
            if holder != one.id:
                taken.append((one.id, echo(text), holder))
    if taken:
        raise WordingError(_taken_twice(taken))
    return plan(imported, current, library)


def _taken_twice(taken: Sequence[tuple[str, str, str]]) -> str:
    """Say which wordings would be those of two entries, each given with the one that has it and the other."""
    lines = [
        gettext(
            "{entry}: “{wording}” is a wording of the entry {other} too.",
            entry=one,
            wording=wording,
            other=other,
        )
        for one, wording, other in taken[:_MOST_NAMED]
    ]
    if len(taken) > _MOST_NAMED:
        lines.append(gettext("… and {number} more.", number=len(taken) - _MOST_NAMED))
    return "\n".join(lines)
