"""The review queue: what waits for a moderator, one card at a time, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import discord
from discord import ui
from discord.utils import format_dt

from handlers import cards, desk_cards, desk_replies, errors, forms, log_channel
from handlers.base import LONGEST_CUSTOM_ID, Interaction
from handlers.drafts import draft_of, open_form, preview
from handlers.layout import Block, Line, Row
from handlers.markup import code, escape, link, spoken
from handlers.rights import ForModerators, moderated_guild
from handlers.telling import Reached, close, tell
from handlers.views import CardItem, Open, Try, openers
from knowledge.answers import Excerpt, Status
from knowledge.commands import shown_command, written
from knowledge.desk import Due
from knowledge.drafts import LONGEST_ID
from knowledge.entries import Draft
from knowledge.errors import NoDraftError, NoQuestionError, SeveralAskersError
from knowledge.languages import gettext, ngettext, translatable
from knowledge.store import OpenQuestion, Outcome, Pointer
from knowledge.text import clip, echo

Waiting = OpenQuestion | Draft | Due

_LONGEST_REASON = 300
_BEGINNING = 90
_ANSWERED_BY_NOW = translatable(
    "**It has an answer by now**, but those who asked were not told: point it to that answer, and they are."
)
_NOT_FOR_US = translatable("Not for us")
_PREVIEW = translatable("**Preview.** This is what whoever asks this question will see.")
_POINTED_THERE = translatable("It is pointed to {target}. Nothing has changed yet.")
_NOTHING_WAITS = translatable(
    "Nothing waits for you: no submitted draft, no open question and no entry to look at again."
)
_BLOCKED = translatable(
    "I take no more questions to the moderators from {person}, who asked “{question}”. "
    "Undo it with {command}."
)
_TAKEN_BACK = translatable(
    "Taken back: the question is not pointed there any more. It does not return to the queue."
)
_PLACE = r"(?P<question>\d+):(?P<place>\d+)"
"""What the custom id of a button or form on a question says: which one, and its place in the queue."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the moderators of a server, and the drafts that some of them are writing."""

    questions: Sequence[OpenQuestion]
    submitted: Sequence[Draft]
    due: Sequence[Due]
    written: Sequence[Draft]

    @property
    def items(self) -> tuple[Waiting, ...]:
        """Everything in the order in which it is shown: first what somebody waits for to be published."""
        return (*self.submitted, *self.questions, *self.due)

    @property
    def summary(self) -> str:
        """How much there is of each kind."""
        submitted, open_, due = len(self.submitted), len(self.questions), len(self.due)
        counts = (
            ngettext("{count} submitted draft", "{count} submitted drafts", submitted) if submitted else "",
            ngettext("{count} open question", "{count} open questions", open_) if open_ else "",
            ngettext("{count} entry to look at", "{count} entries to look at", due) if due else "",
        )
        return " · ".join(filter(None, counts))


async def _queue(interaction: Interaction, guild_id: int) -> Queue:
    store = interaction.client.store
    written = await store.drafts(guild_id)
    return Queue(
        questions=await store.open_questions(guild_id),
        submitted=[one for one in written if one.submitted and one.author_id != interaction.user.id],
        due=await interaction.client.desk.due(guild_id),
        written=written,
    )


async def show(interaction: Interaction, place: int = 0, key: str = "") -> None:
    """Show a moderator one item of the queue: the one with the key, or what stands in its place now."""
    guild_id = moderated_guild(interaction)
    queue = await _queue(interaction, guild_id)
    keys = [_key(item) for item in queue.items]
    place = keys.index(key) if key in keys else max(0, min(place, len(keys) - 1))
    view = _card(interaction, queue, place)
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    elif interaction.type is discord.InteractionType.application_command:
        await interaction.response.send_message(view=view, ephemeral=True)
    else:
        await interaction.response.edit_message(view=view)


def _key(item: Waiting) -> str:
    """Return what tells an item from all others."""
    match item:
        case OpenQuestion():
            return f"question:{item.id}"
        case Draft():
            return f"draft:{item.id}"
    return f"entry:{item.entry.change}"


def _card(interaction: Interaction, queue: Queue, place: int) -> ui.LayoutView:
    """Return the card of the item in a place of the queue."""
    items = queue.items
    if not items:
        return cards.notice(gettext(_NOTHING_WAITS))
    heading = gettext("Review: {place} of {number}", place=place + 1, number=len(items))
    head = (Line(f"### {heading}"), Line(f"-# {queue.summary}"))
    ways = list(_ways(items, place))
    item = items[place]
    match item:
        case OpenQuestion():
            blocks, opening, doing = _question(interaction, queue, item, place)
        case Draft():
            blocks, opening, doing = _draft(item)
        case Due():
            blocks, opening, doing = _due(item)
    rows: list[Row] = [ui.ActionRow(*row) for row in ([*ways, *opening], doing) if row]
    return cards.sheet([Block(head), *blocks], rows)


_Part = tuple[list[Block], list[CardItem], list[CardItem]]
"""What a card says of an item, and the buttons that open something and that do something."""


def _ways(items: Sequence[Waiting], place: int) -> Iterator[CardItem]:
    for label, other in ((gettext("‹ Previous"), place - 1), (gettext("Next ›"), place + 1)):
        if 0 <= other < len(items):
            yield Walk.button(label, f"walk:{other}:{_key(items[other])}")


def _question(interaction: Interaction, queue: Queue, question: OpenQuestion, place: int) -> _Part:
    writers = [draft.author_id for draft in queue.written if draft.question_id == question.id]
    lines = [
        Line(f"**{escape(clip(question.text, 300))}**"),
        Line(_asked(question)),
    ]
    if question.dismissed_at:
        said = gettext(
            "Dismissed before, as “{button}”, on {day} by {person}",
            button=gettext(_NOT_FOR_US),
            day=format_dt(question.dismissed_at, "D"),
            person=desk_cards.who(question.dismissed_by),
        )
        lines.append(Line(said))
    for author in [*dict.fromkeys(writers)][:3]:
        said = gettext("{person} has a draft of an entry for it.", person=f"<@{author}>")
        lines.append(Line(f"-# {said}"))
    is_answered = interaction.client.reply(question.text, question.guild_id).status is Status.ANSWERED
    lines += [Line(gettext(_ANSWERED_BY_NOW))] if is_answered else []
    closest = interaction.client.desk.closest(question.text)
    blocks = [Block(tuple(lines), above="space"), Block(tuple(_closest(closest)), rank=1, above="rule")]
    opening: list[CardItem] = [button for one in closest for button in Open.passage(one.citation)]
    about = f"{question.id}:{place}"
    doing: list[CardItem] = [
        WriteEntry.button(gettext("Write entry"), f"write:{about}"),
        Point.button(gettext("Point to a passage"), f"point:{about}"),
        Dismiss.button(gettext(_NOT_FOR_US), f"dismiss:{about}"),
    ]
    if is_answered:
        doing += Try.labelled(gettext("Show the answer"), question.text)
    if question.askers == 1:
        doing.append(BlockAsker.button(gettext("Block the asker"), f"block-asker:{about}"))
    return blocks, opening, doing


def _asked(question: OpenQuestion) -> str:
    """Say how many asked a question, and when."""
    since, last, askers = format_dt(question.first_at, "D"), format_dt(question.last_at, "D"), question.askers
    if question.first_at.date() == question.last_at.date():
        return ngettext(
            "Asked by {count} person on {day}", "Asked by {count} people on {day}", askers, day=since
        )
    return ngettext(
        "Asked by {count} person since {day}, last on {last}",
        "Asked by {count} people since {day}, last on {last}",
        askers,
        day=since,
        last=last,
    )


def _closest(excerpts: Sequence[Excerpt]) -> Iterator[Line]:
    """Yield the beginnings of the closest passages, each short enough for a phone."""
    if excerpts:
        yield Line(f"**{gettext('Closest passages in the library')}**")
    for excerpt in excerpts:
        text = clip(" ".join(excerpt.text.split()), _BEGINNING)
        yield Line(f"-# {link(str(excerpt.citation), excerpt.url)} {escape(text)}")


def _draft(draft: Draft) -> _Part:
    values = {
        "entry": code(draft.entry_id),
        "person": f"<@{draft.author_id}>",
        "day": format_dt(draft.at, "D") if draft.at else "",
    }
    lines = (
        Line(f"**{escape(clip(' '.join(draft.typed.get('question', '').split()), 300))}**"),
        Line(gettext(_SUBMITTED_CHANGE if draft.since else _SUBMITTED_ENTRY, **values)),
    )
    button = ShowDraft.button(gettext("Open the draft"), f"review-draft:{draft.id}")
    return [Block(lines, above="space")], [], [button]


_SUBMITTED_CHANGE = translatable(
    "Changes the entry {entry}, submitted by {person} on {day}; another moderator publishes it."
)
_SUBMITTED_ENTRY = translatable(
    "A new entry, submitted by {person} on {day}; another moderator publishes it."
)


def _due(due: Due) -> _Part:
    entry = due.entry
    lines = (
        Line(f"**{escape(entry.content.question)}**"),
        Line(gettext("The entry {entry} has to be looked at again:", entry=code(entry.id))),
        *(Line(f"- {escape(reason)}", prose=True) for reason in due.reasons),
    )
    opening: list[CardItem] = list(Try.labelled(gettext("Show"), written("faq show", id=entry.id)))
    can_be_edited = len(entry.id) <= LONGEST_ID  # a shipped one in whose place it stands may have a longer id
    editing = [EditDue.button(gettext("Edit"), f"edit-due:{entry.id}")] if can_be_edited else []
    return [Block(lines, above="space")], opening, list(editing)


# --- buttons ----------------------------------------------------------------------------------------------


class DeskItem(ForModerators, CardItem, template=r"(?!)"):
    """Base of the buttons of the queue, which are for moderators."""


class Walk(DeskItem, template=r"walk:(?P<place>\d+):(?P<key>(?:question|draft|entry):\d+)"):
    """Leads to another item of the queue."""

    async def run(self, press: Interaction) -> None:
        """Show it, or what stands in its place now."""
        await show(press, int(self.fields["place"]), self.fields["key"])


class WriteEntry(DeskItem, template=rf"write:{_PLACE}"):
    """Has an entry written that answers the question."""

    async def run(self, press: Interaction) -> None:
        """Show the form of an entry, with the question filled in."""
        question = await _still_open(press, self.fields)
        typed = {"question": question.text}
        draft = Draft(question.guild_id, press.user.id, typed, question_id=question.id)
        await open_form(press, draft)


class Point(DeskItem, template=rf"point:{_PLACE}"):
    """Has the question answered by a passage or an entry that there is already."""

    async def run(self, press: Interaction) -> None:
        """Ask which."""
        question = await _still_open(press, self.fields)
        form = PointTo.modal(gettext(PointTo.title), f"point:{question.id}:{self.fields['place']}", {})
        await press.response.send_modal(form)


class ConfirmPoint(DeskItem, template=rf"point-there:{_PLACE}:(?P<target>.+)"):
    """Points a question to what its preview shows."""

    @classmethod
    def of(cls, about: Mapping[str, str], target: str) -> Self:
        """Return the button for the question of a form; raises `UserError` if the target is too long."""
        custom_id = f"point-there:{about['question']}:{about['place']}:{target}"
        if len(custom_id) > LONGEST_CUSTOM_ID:
            raise errors.UserError(gettext("The id of this entry is too long for me to point to it."))
        return cls.button(gettext("Confirm"), custom_id)

    async def run(self, press: Interaction) -> None:
        """Point it there, close it, show what is next, and tell those who wished it."""
        await press.response.defer()
        desk, place, target = press.client.desk, int(self.fields["place"]), self.fields["target"]
        question = await _still_open(press, self.fields)
        try:
            pointer, closed = await desk.close_with_pointer(question, target, press.user.id)
        except NoQuestionError:
            await show(press, place)
            raise
        with desk_replies.going_on():
            await show(press, place)
        reached = await tell(press.client, closed)
        undo = Unpoint.button(gettext("Take it back"), f"unpoint:{pointer.change}")
        done = gettext(
            "“{question}” is answered by {target} from now on.",
            question=echo(question.text),
            target=pointer.target,
        )
        view = cards.notice(f"{done} {told_in_words(reached)}", [ui.ActionRow(undo)])
        with desk_replies.going_on():
            await press.followup.send(view=view, ephemeral=True)
        await _log_pointer(press, _POINTED, pointer)


class Dismiss(DeskItem, template=rf"dismiss:{_PLACE}"):
    """Takes the question off the queue without an answer."""

    async def run(self, press: Interaction) -> None:
        """Ask why, if there is anything to say."""
        question = await _still_open(press, self.fields)
        form = NotForUs.modal(gettext(NotForUs.title), f"dismiss:{question.id}:{self.fields['place']}", {})
        await press.response.send_modal(form)


class BlockAsker(DeskItem, template=rf"block-asker:{_PLACE}"):
    """Takes no more questions from the one person who asked this, and takes it off the queue."""

    async def run(self, press: Interaction) -> None:
        """Block the person and dismiss the question, which nobody is told; say who it was."""
        await press.response.defer()
        store, place = press.client.store, int(self.fields["place"])
        question = await _still_open(press, self.fields)
        now = discord.utils.utcnow()
        try:
            asker = await store.block_asker(question.guild_id, question.id, press.user.id, now)
        except (NoQuestionError, SeveralAskersError):
            await show(press, place)
            raise
        said = gettext(
            _BLOCKED,
            person=f"<@{asker.user_id}>",
            question=escape(echo(question.text)),
            command=code(shown_command("/faq-desk unblock")),
        )
        with desk_replies.going_on():
            await say(press, said)
        await show(press, place)


class Unpoint(DeskItem, template=r"unpoint:(?P<change>\d+)"):
    """Takes a pointer back."""

    async def run(self, press: Interaction) -> None:
        """Take it back; the question stays closed."""
        await press.response.defer()
        guild_id, change = moderated_guild(press), int(self.fields["change"])
        there = [one for one in await press.client.store.pointers(guild_id) if one.change == change]
        gone = await press.client.desk.unpoint(guild_id, change)
        if gone:
            await _log_pointer(press, _POINTED_NO_MORE, there[0])
        view = cards.notice(gettext(_TAKEN_BACK) if gone else gettext("That was taken back before."))
        await press.edit_original_response(view=view)


_POINTED = translatable("A question is pointed to its answer")
_POINTED_NO_MORE = translatable("A question is not pointed any more")


async def _log_pointer(interaction: Interaction, heading: str, pointer: Pointer) -> None:
    """Post to the log channel, if there is one, that a question is pointed somewhere, or is no more."""
    target, person = code(pointer.target), desk_cards.who(interaction.user.id)
    with log_channel.speaking_there(interaction):
        by = gettext("to {target}, by {person}", target=target, person=person)
        lines = (f"**{escape(clip(pointer.question, 300))}**", f"-# {by}")
        card = desk_cards.told(gettext(heading), lines)
    await log_channel.post(interaction, card)


class ShowDraft(DeskItem, template=r"review-draft:(?P<draft>\d+)"):
    """Shows a submitted draft beside the queue, as it would be published."""

    async def run(self, press: Interaction) -> None:
        """Show its preview, with the buttons that it has for this moderator."""
        draft = await press.client.store.draft(moderated_guild(press), int(self.fields["draft"]))
        if draft is None or not draft.submitted:
            await show(press)
            raise NoDraftError
        await desk_replies.show(press, await preview(press, draft))


class EditDue(DeskItem, template=r"edit-due:(?P<entry>.+)"):
    """Has an entry edited that has to be looked at again."""

    async def run(self, press: Interaction) -> None:
        """Show the form of the entry as it is now."""
        guild_id = moderated_guild(press)
        await open_form(press, await draft_of(press.client, guild_id, press.user.id, self.fields["entry"]))


async def _still_open(interaction: Interaction, about: Mapping[str, str]) -> OpenQuestion:
    """Return the question of a button or form.

    Raises `NoQuestionError` if it is closed, once what stands in its place is shown.
    """
    guild_id = moderated_guild(interaction)
    question = await interaction.client.store.open_question(guild_id, int(about["question"]))
    if question is None:
        await show(interaction, int(about["place"]))
        raise NoQuestionError
    return question


# --- forms ------------------------------------------------------------------------------------------------


class DeskForm(ForModerators, forms.Form, template=r"(?!)"):
    """Base of the forms of the queue, which are for moderators."""


class PointTo(DeskForm, template=rf"point:{_PLACE}"):
    """Takes by what a question is answered."""

    title = translatable("Point to a passage")
    fields = (
        forms.Field(
            "target",
            translatable("Passage or entry"),
            translatable("The reference of a passage, for example fp-2019¶6, or the id of an entry"),
            longest=100,
        ),
    )

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Show the very card that readers will get; nothing is pointed anywhere yet."""
        await interaction.response.defer()
        bot, place = interaction.client, int(self.about["place"])
        question = await _still_open(interaction, self.about)
        target = spoken(typed["target"])
        address, answer = bot.desk.preview_point(question.guild_id, question.text, target)
        back = Walk.button(gettext("Back"), f"walk:{place}:{_key(question)}")
        deciding: list[CardItem] = [ConfirmPoint.of(self.about, address), back]
        rows: list[Row] = [ui.ActionRow(*row) for row in (list(openers(answer)), deciding) if row]
        preface = f"{gettext(_PREVIEW)}\n-# {gettext(_POINTED_THERE, target=code(address))}"
        view = cards.told_card(preface, answer, bot.engine.library.catalogue, rows)
        await interaction.edit_original_response(view=view)


class NotForUs(DeskForm, template=rf"dismiss:{_PLACE}"):
    """Takes why a question is not answered, if moderators want to say so."""

    title = _NOT_FOR_US
    fields = (
        forms.Field(
            "reason",
            translatable("Why, if you want to say so"),
            translatable("Shown to those who asked and wished to be told. Leave it empty to give no reason."),
            longest=_LONGEST_REASON,
            is_long=True,
            is_required=False,
        ),
    )

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Close the question, tell those who wished it, and show what is next."""
        await interaction.response.defer()
        place = int(self.about["place"])
        question = await _still_open(interaction, self.about)
        try:
            closed = await close(interaction, question, Outcome.DISMISSED, spoken(typed["reason"]))
        except NoQuestionError:
            await show(interaction, place)
            raise
        with desk_replies.going_on():
            await show(interaction, place)
        reached = await tell(interaction.client, closed)
        done = gettext("“{question}” is off the queue, without an answer.", question=echo(question.text))
        view = cards.notice(f"{done} {told_in_words(reached)}")
        with desk_replies.going_on():
            await interaction.followup.send(view=view, ephemeral=True)


# --- words --------------------------------------------------------------------------------------------


async def say(interaction: Interaction, markup: str) -> None:
    """Say one thing, in our own markup, to a moderator whose interaction was acknowledged."""
    await interaction.followup.send(view=cards.sheet([Block((Line(markup),))]), ephemeral=True)


def told_in_words(reached: Reached) -> str:
    """Say how many people were told, and how many could not be."""
    if not (reached.told or reached.missed):
        return gettext("Nobody wished to be told.")
    said = [
        ngettext("{count} person was told.", "{count} people were told.", reached.told)
        if reached.told
        else gettext("No people were told.")
    ]
    if reached.missed:
        said.append(
            ngettext(
                "{count} person could not be reached.", "{count} people could not be reached.", reached.missed
            )
        )
    return " ".join(said)


def people(count: int) -> str:
    """Return a number of people in words."""
    return ngettext("{count} person", "{count} people", count)


ITEMS: tuple[type[CardItem], ...] = (
    Walk,
    WriteEntry,
    Point,
    ConfirmPoint,
    Dismiss,
    BlockAsker,
    Unpoint,
    ShowDraft,
    EditDue,
)
"""Every kind of item of this module."""

FORMS: tuple[type[forms.Form], ...] = (PointTo, NotForUs)
"""Every form of this module."""
