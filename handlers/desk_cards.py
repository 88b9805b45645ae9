"""Cards of the moderators' desk. Pure functions; nothing here knows an interaction or the store.

A card says what there is and what can be done next. Where a text is too long for it, the whole text hangs on
it as a file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import discord
from discord import ui

from handlers import cards
from handlers.layout import Block, Line, Row
from handlers.markup import code, cut, escape, size, unescape, weight
from handlers.paging import Page
from knowledge.answers import Answer
from knowledge.drafts import DraftError, tidy
from knowledge.entries import Action, Content, Draft, Entry, Revision, State
from knowledge.entry_differences import Difference, in_words, reverted_to
from knowledge.errors import ContentError
from knowledge.languages import gettext, in_any_language, ngettext, number, translatable
from knowledge.text import clip, echo

MOST_FAULTS = 12
"""How many faults stand on a card; a file names all of them."""

_SHORT_QUESTION = 120
_REASON = 300
_SHORT_REASON = 120
_WORDINGS = 300
_REASON_LINE = translatable("Reason: {reason}")
_TWO_DRAFTS = translatable(
    "Nothing was overwritten: what you typed here is kept as a draft of its own, beside the other one. "
    "Discard the one that you do not need."
)


@dataclass(frozen=True, slots=True)
class _Sayings:
    """What is said of an action in a menu, by whom it was done, and in the log channel."""

    on: str
    by: str
    logged: str


_DONE: Mapping[Action, _Sayings] = {
    Action.ADD: _Sayings(
        translatable("{number} — added on {day}"),
        translatable("added by {person}"),
        translatable("Added: an FAQ entry"),
    ),
    Action.EDIT: _Sayings(
        translatable("{number} — edited on {day}"),
        translatable("edited by {person}"),
        translatable("Edited: an FAQ entry"),
    ),
    Action.RETIRE: _Sayings(
        translatable("{number} — retired on {day}"),
        translatable("retired by {person}"),
        translatable("Retired: an FAQ entry"),
    ),
    Action.RESTORE: _Sayings(
        translatable("{number} — restored on {day}"),
        translatable("restored by {person}"),
        translatable("Restored: an FAQ entry"),
    ),
    Action.REVERT: _Sayings(
        translatable("{number} — reverted on {day}"),
        translatable("reverted by {person}"),
        translatable("Reverted: an FAQ entry"),
    ),
    Action.IMPORT: _Sayings(
        translatable("{number} — imported on {day}"),
        translatable("imported by {person}"),
        translatable("Imported: an FAQ entry"),
    ),
}
_REVERTED_TO = _Sayings(
    translatable("{number} — reverted to revision {earlier} on {day}"),
    translatable("reverted to revision {earlier} by {person}"),
    _DONE[Action.REVERT].logged,
)


@dataclass(frozen=True, slots=True)
class DeskCard:
    """A card, and the files that hang on it by their names."""

    view: ui.LayoutView
    files: Mapping[str, bytes] = field(default_factory=dict)

    def attachments(self) -> list[discord.File]:
        """Return the files as Discord takes them; those are good for one message only."""
        return [discord.File(io.BytesIO(data), name) for name, data in self.files.items()]


def told(
    heading: str,
    lines: Iterable[str] = (),
    rows: Sequence[Row] = (),
    files: Mapping[str, bytes] | None = None,
    *,
    reason: str = "",
) -> DeskCard:
    """Return a card with a heading and lines of our own markup; a `reason` can be read back from it."""
    blocks = [_heading(heading), Block(tuple(Line(line, prose=True) for line in lines), rank=1)]
    return _card([*blocks, _reason(reason)], rows, files or {})


def reason_on(message: discord.Message | None) -> str:
    """Return the reason that stands on the card of a message, in whatever language the card was made.

    Nobody else can write such a line on one.
    """
    view = ui.LayoutView.from_message(message, timeout=None) if message else ui.LayoutView()
    texts = (item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))
    lines = (line for text in texts for line in text.splitlines())
    written = re.compile(f"-# {in_any_language(_REASON_LINE, reason='(.*?)')}")
    found = next(filter(None, map(written.fullmatch, lines)), None)
    return unescape(next(filter(None, found.groups()), "")) if found else ""


# --- drafts -----------------------------------------------------------------------------------------------


def preview(answer: Answer, sources: cards.Sources, rows: Sequence[Row], *, about: Iterable[str]) -> DeskCard:
    """Return the very card that an entry will be, below lines `about` it."""
    return DeskCard(cards.told_card("\n".join(about), answer, sources, rows))


def unseen(content: Content, reason: str) -> Iterator[str]:
    """Yield what belongs to an entry and stands on none of its cards, a line each."""
    wordings = clip(" · ".join(content.alternatives), _WORDINGS)
    reason = clip(" ".join(reason.split()), _REASON)
    if wordings:
        yield f"-# {gettext('Also found by: {wordings}', wordings=escape(wordings))}"
    if content.tags:
        yield f"-# {gettext('Tags: {tags}', tags=escape(', '.join(content.tags)))}"
    if content.review_on:
        yield f"-# {gettext('To be reviewed on {day}', day=content.review_on)}"
    if reason:
        yield f"-# {gettext(_REASON_LINE, reason=escape(reason))}"


def faulty(error: DraftError, rows: Sequence[Row], *, about: str) -> DeskCard:
    """Return the card that names everything which stands in the way of a draft."""
    shown = error.faults[:MOST_FAULTS]
    lines = [f"- {escape(clip(str(fault), 300))}" for fault in shown]
    more = len(error.faults) - len(shown)
    name = "faults.txt"
    files = {name: f"{error}\n".encode()} if more else {}
    lines += [gettext("… and {number} more: {file} has all of them", number=more, file=name)] if more else []
    blocks = [
        _heading(gettext("This cannot be published yet")),
        Block(tuple(map(Line, lines)), rank=1),
        Block((Line(about, prose=True),), above="space"),
    ]
    return _card(blocks, rows, files)


def conflict(  # noqa: PLR0913  (what was meant, what there is, what differs either way)
    heading: str,
    entry: Entry | None,
    meanwhile: Sequence[Difference],
    yours: Sequence[Difference],
    rows: Sequence[Row],
    *,
    about: str,
) -> DeskCard:
    """Return the card that says who changed an entry meanwhile, and what differs either way."""
    blocks = [_heading(heading), Block(tuple(map(Line, _made(entry.revision))) if entry else ())]
    files: dict[str, bytes] = {}
    for title, found, name in (
        (gettext("Changed meanwhile"), meanwhile, "changed-meanwhile.txt"),
        (gettext("What yours would change now"), yours, "yours.txt"),
    ):
        if found:
            blocks.append(_titled(title, _difference(in_words(found), name, files, 1_300), rank=2))
    return _card([*blocks, Block((Line(about, prose=True),), above="space", rank=1)], rows, files)


def other_window(yours: Sequence[Difference], rows: Sequence[Row]) -> DeskCard:
    """Return the card of a form for a draft that its author changed in another window since it was opened."""
    files: dict[str, bytes] = {}
    text = _difference(in_words(yours), "typed-here.txt", files, 2_000)
    blocks = [
        _heading(gettext("You changed this draft in another window")),
        _titled(gettext("What you typed here says otherwise"), text, rank=1),
        Block((Line(gettext(_TWO_DRAFTS)),), above="space"),
    ]
    return _card(blocks, rows, files)


def changes(heading: str, found: Sequence[Difference], rows: Sequence[Row] = ()) -> DeskCard:
    """Return the card of what differs."""
    files: dict[str, bytes] = {}
    text = in_words(found) or gettext("Nothing differs.")
    blocks = [_heading(heading), Block((Line(_difference(text, "changes.txt", files, 3_000)),), rank=1)]
    return _card(blocks, rows, files)


def draft_list(page: Page[Draft], rows: Sequence[Row], *, reader: int) -> DeskCard:
    """Return a page of the drafts that a moderator can go on with."""
    shown = page.shown
    listed = (Block(tuple(map(Line, _draft_lines(one, reader))), rank=1, above="space") for one in shown)
    return _card([_heading(gettext("Drafts")), *listed, page.numbered], rows, {})


def draft_title(draft: Draft) -> str:
    """Return by what a draft is known in a list: its question as typed, or a word for it."""
    question = tidy(draft.typed.get("question", ""))
    return (question if echo(question) else draft.entry_id) or gettext("(no question yet)")


def _draft_lines(draft: Draft, reader: int) -> Iterator[str]:
    changes = gettext("a change to {entry}", entry=code(draft.entry_id))
    mine = draft.author_id == reader
    about = (
        changes if draft.since else gettext("a new entry"),
        gettext("yours") if mine else gettext("by {person}", person=who(draft.author_id)),
        _standing(draft),
        moment(draft.at),
    )
    yield f"**{escape(clip(draft_title(draft), _SHORT_QUESTION))}**"
    yield f"-# {' · '.join(filter(None, about))}"


def _standing(draft: Draft) -> str:
    """Say where a draft is between its author and a second moderator; nothing of an ordinary one."""
    if draft.submitted:
        return gettext("waits for a second moderator")
    return gettext("sent back") if draft.sent_back else ""


# --- entries and their history ----------------------------------------------------------------------------


def entry_line(entry: Entry) -> str:
    """Write an entry on one line: its id and its question."""
    return f"{code(entry.id)} {escape(clip(entry.content.question, _SHORT_QUESTION))}"


def history(
    entry: Entry, revisions: Sequence[Revision], page: Page[Revision], rows: Sequence[Row]
) -> DeskCard:
    """Return a page of the revisions of an entry, the newest first."""
    line = entry_line(entry)
    shown = line if entry.state is State.PUBLISHED else gettext("{entry} (retired)", entry=line)
    blocks = [_heading(gettext("History")), Block((Line(shown),))]
    for revision in page.shown:
        made = _made(revision, _SHORT_REASON, reverted_to(revision, revisions))
        blocks.append(Block(tuple(map(Line, made)), rank=1, above="space"))
    return _card([*blocks, page.numbered], rows, {})


def revision_label(revision: Revision, revisions: Sequence[Revision]) -> str:
    """Name a revision, one of all that there are, in a menu, without markup."""
    earlier = reverted_to(revision, revisions)
    said, day = _done(revision.action, earlier).on, f"{revision.at:%Y-%m-%d}"
    return gettext(said, number=revision.number, day=day, earlier=earlier)


def logged(
    entry: Entry, before: Content | None, files: Mapping[str, bytes], back_to: int | None = None
) -> DeskCard:
    """Return the post to the log channel about one change of an entry; a revert went `back_to` a revision."""
    lines = (entry_line(entry), *_made(entry.revision, back_to=back_to))
    heading = _heading(gettext(_DONE[entry.revision.action].logged))
    blocks = [heading, Block(tuple(map(Line, lines)), rank=1)]
    unchanged = before == entry.content
    if unchanged:
        blocks.append(Block((Line(f"-# {gettext('What it says did not change.')}"),)))
    return _card(blocks, (), files)


def _done(action: Action, back_to: int | None) -> _Sayings:
    return _REVERTED_TO if back_to else _DONE[action]


def _made(revision: Revision, longest: int = _REASON, back_to: int | None = None) -> Iterator[str]:
    """Say of a revision what was done, by whom, when and why."""
    said, person = _done(revision.action, back_to).by, who(revision.author_id)
    done = gettext(said, person=person, earlier=back_to)
    if revision.approver_id:
        done = gettext("{done}, published by {person}", done=done, person=who(revision.approver_id))
    yield f"**{revision.number}** · {done} · {moment(revision.at)}"
    if revision.reason:
        yield f"-# {escape(clip(revision.reason, longest))}"


# --- files ------------------------------------------------------------------------------------------------


def file_faults(error: ContentError) -> DeskCard:
    """Return the card that says what is wrong in a file; all of it hangs on the card."""
    faults = [str(fault) for fault in error.faults]
    lines = [f"- {escape(clip(fault, 250))}" for fault in faults[:MOST_FAULTS]]
    more = len(faults) - MOST_FAULTS
    lines += [gettext("… and {number} more", number=number(more))] if more > 0 else []
    in_all, name = len(faults), "faults.txt"
    heading = ngettext(
        "The file has {number} fault", "The file has {number} faults", in_all, number=number(in_all)
    )
    blocks = [
        _heading(heading),
        Block((Line(gettext("Nothing was imported. {file} has all of them.", file=name)),)),
        Block(tuple(map(Line, lines)), rank=1, above="space"),
    ]
    return _card(blocks, (), {name: ("\n".join(faults) + "\n").encode("utf-8", "replace")})


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, in words, with the file that is to be imported, and why it is."""

    words: str
    file: Mapping[str, bytes]
    reason: str


def plan(heading: str, planned: Plan, lines: Iterable[str], rows: Sequence[Row]) -> DeskCard:
    """Return the card of a dry run; the reason can be read back from it, and the file from its message."""
    files = dict(planned.file)
    text = _difference(planned.words, "plan.txt", files, 2_000)
    blocks = [
        _heading(heading),
        Block((Line(text),), rank=2),
        Block(tuple(Line(line, prose=True) for line in lines), rank=1),
        _reason(planned.reason),
    ]
    return _card(blocks, rows, files)


# --- pieces -----------------------------------------------------------------------------------------------


def who(user_id: int | None) -> str:
    """Name a person; the mention pings nobody, as nothing that the bot says does."""
    return gettext("a former moderator") if user_id is None else f"<@{user_id}>"


def moment(at: datetime | None) -> str:
    """Write a moment as Discord shows it to each reader in their own time."""
    return discord.utils.format_dt(at, "f") if at else ""


def _heading(text: str) -> Block:
    return Block((Line(f"### {escape(clip(text, 100))}"),))


def _reason(reason: str) -> Block:
    shown = escape(clip(" ".join(reason.split()), _REASON))
    return Block((Line(f"-# {gettext(_REASON_LINE, reason=shown)}"),) if reason else ())


def _titled(title: str, text: str, rank: int) -> Block:
    return Block((Line(f"**{title}**"), Line(text)), rank=rank, above="space")


def _difference(text: str, name: str, files: dict[str, bytes], room: int) -> str:
    """Set lines that begin with - and + off in fixed-width letters; what is too long also becomes a file."""
    marks = text.replace("`", "ˋ")
    short = _beginning(marks, room)
    if short != marks:
        files[name] = f"{text}\n".encode("utf-8", "replace")
        short += f"\n{gettext('(cut; {file} has all of it)', file=name)}"
    return f"```diff\n{short}\n```"


def _beginning(text: str, room: int) -> str:
    """Return as many lines as there is room for, the last of them cut."""
    kept: list[str] = []
    characters, data = room, 2 * room
    for line in text.split("\n"):
        characters, data = characters - size(line) - 1, data - weight(line) - 2
        if min(characters, data) < 0:
            left = characters + size(line), data + weight(line)
            kept += [cut(line, *left)] if min(left) > 20 else []
            break
        kept.append(line)
    return "\n".join(kept)


def _card(blocks: Sequence[Block], rows: Sequence[Row], files: Mapping[str, bytes]) -> DeskCard:
    return DeskCard(cards.sheet(blocks, rows, files), files)
