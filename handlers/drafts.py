"""Drafts: the forms in which entries are written, their preview, and the buttons that publish them.

Whatever a form brings is kept as a draft first, and looked at then. So nothing that somebody typed is lost,
neither by a fault in it nor by a restart, and every button finds the draft again by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from discord import ui

from handlers import desk_cards, log_channel
from handlers.base import CHOICES, Interaction, is_private
from handlers.desk_cards import DeskCard, told, who
from handlers.desk_replies import acknowledge, show, show_done
from handlers.errors import UserError
from handlers.forms import Field, Form
from handlers.layout import Row
from handlers.markup import code, escape, spoken
from handlers.paging import Page
from handlers.publishing import is_shipped, publish, speaking_to_author, tell_author, what_was_done
from handlers.rights import ForModerators, moderated_guild
from handlers.views import CardItem, openers
from knowledge import drafts
from knowledge.commands import shown_command
from knowledge.desk import DraftChangedError
from knowledge.drafts import LABELS, DraftError
from knowledge.entries import Draft, Entry, State
from knowledge.entry_differences import differences, differences_as_typed
from knowledge.errors import DeskError, NoDraftError, NoEntryError
from knowledge.languages import gettext, ngettext, translatable
from knowledge.text import clip

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_LONGEST_REFERENCES = 500
_LONGEST_TAGS = drafts.MOST_TAGS * (drafts.LONGEST_TAG + 2)
_LISTED = 15
_MOST_WARNINGS = 3
_FORM_MARK = 6
"""How many digits of a mark a form carries; its custom id names the entry too, and has no room for more."""
_MARKED = r"(?P<draft>\d+):(?P<mark>[0-9a-f]{12})"
"""What the custom id of a button says: which draft, and what it said on this card."""

_GONE = translatable("This draft is gone")
_GONE_HOW = translatable("It was published or discarded meanwhile.")
_SAME = translatable("**Nothing changed:** the entry says this already, so there is nothing to publish.")
_WAITS = translatable(
    "It waits for a second moderator, who finds it with {command}; edits take it back. "
    "I tell you by direct message what comes of it, if your settings let me."
)
_KEPT = translatable("Your draft is kept, even if I restart; nobody else sees it. {command} lists it.")
_YOURS_AGAIN = translatable("{command} has it there, with everything as you typed it.")
_NOT_PUBLISHED_BY = (
    translatable("In {server}, {person} did not publish it."),
    translatable("{person} did not publish it."),
)
_NOT_SENT = translatable("Its author has not sent this draft to a second moderator, or took it back.")
_NO_DRAFTS = translatable("Neither a draft of yours nor one that waits for a second moderator.")
_GONE_FOR_GOOD = translatable("What you typed cannot be brought back. Whatever is published stays as it is.")


# --- forms ------------------------------------------------------------------------------------------------


class EntryForm(
    ForModerators,
    Form,
    template=r"faq:(?P<place>[ha]):(?P<draft>\d+):(?P<question>\d*):(?P<since>\d+)-?(?P<said>\d*)"
    r":(?P<mark>[0-9a-f]*):(?P<entry>[a-z0-9-]*)",
):
    """What an entry says. Its custom id tells which draft it goes on with, and what the draft is about."""

    title = translatable("An entry")

    fields = (
        Field(
            "question",
            LABELS["question"],
            translatable("What people ask, in their words"),
            drafts.LONGEST_QUESTION,
        ),
        Field(
            "answer",
            LABELS["answer"],
            translatable("With markdown, if you like; beside a masked link its host is shown"),
            drafts.LONGEST_ANSWER,
            is_long=True,
            is_required=False,
        ),
        Field(
            "alternatives",
            LABELS["alternatives"],
            translatable("Other ways to ask it, one a line: it is found by each of them"),
            drafts.LONGEST_LIST,
            is_long=True,
            is_required=False,
        ),
        Field(
            "citations",
            LABELS["citations"],
            translatable("Up to three, for example fp-2019¶6, rfa-2024¶13; or the word: editorial"),
            _LONGEST_REFERENCES,
            is_long=True,
            is_required=False,
        ),
        Field(
            "reason",
            LABELS["reason"],
            translatable("Why you write or change it; for the history"),
            drafts.LONGEST_REASON,
            is_required=False,
        ),
    )

    @classmethod
    def of(cls, draft: Draft, *, here: bool, said: int = 0) -> ui.Modal:
        """Return the form of a draft; its preview comes `here`, on the card that is pressed, or apart.

        A draft that is not kept yet may go on with what its entry `said` at an earlier revision.
        """
        since = f"{draft.since}-{said}" if said else draft.since
        mark = _mark(draft, cls.fields) if draft.id else ""
        about = f"{draft.id}:{draft.question_id or ''}:{since}:{mark}:{draft.entry_id}"
        title = gettext("Edit {entry}", entry=draft.entry_id) if draft.entry_id else gettext("A new entry")
        return cls.modal(title, f"faq:{'h' if here else 'a'}:{about}", draft.typed)

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Keep what was typed, whatever is wrong with it, then show what it comes to."""
        await acknowledge(interaction, in_place=self.about["place"] == "h")
        before = await self._before(interaction)
        draft = replace(
            before,
            typed={**before.typed, **typed},
            entry_id=self.about["entry"],
            since=int(self.about["since"]),
            question_id=int(self.about["question"] or 0) or None,
        )
        await show(interaction, await _kept(interaction, self, before, draft))

    async def _before(self, interaction: Interaction) -> Draft:
        """Return the draft that the form goes on with, a new one if it is gone."""
        bot, guild_id = interaction.client, moderated_guild(interaction)
        since, entry_id = int(self.about["since"]), self.about["entry"]
        before = await bot.store.draft(guild_id, int(self.about["draft"]))
        if before is None or before.author_id != interaction.user.id:
            said = await _said(bot, guild_id, entry_id, int(self.about["said"] or since))
            before = Draft(guild_id, interaction.user.id, said)
        return before


class DetailsForm(ForModerators, Form, template=r"faq-details:(?P<draft>\d+):(?P<mark>[0-9a-f]+)"):
    """What stands on no card: by which tags an entry is listed, and when it is to be looked at again."""

    title = translatable("Tags and review date")
    prefix: ClassVar[str] = "faq-details"
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "tags",
            LABELS["tags"],
            translatable("Parted by commas, for example: permits, shipping"),
            _LONGEST_TAGS,
            is_required=False,
        ),
        Field(
            "review_on",
            LABELS["review_on"],
            translatable("The day from which on it is listed for review, for example 2030-01-31"),
            40,
            is_required=False,
        ),
    )

    @classmethod
    def of(cls, draft: Draft) -> ui.Modal:
        """Return the form of a draft."""
        title = gettext(cls.title)
        return cls.modal(title, f"{cls.prefix}:{draft.id}:{_mark(draft, cls.fields)}", draft.typed)

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Keep them with the rest of the draft, then show what it comes to."""
        await acknowledge(interaction, in_place=True)
        bot, guild_id = interaction.client, moderated_guild(interaction)
        draft = await bot.store.draft(guild_id, int(self.about["draft"]))
        if draft is None or draft.author_id != interaction.user.id:
            raise NoDraftError
        changed = replace(draft, typed={**draft.typed, **typed})
        await show(interaction, await _kept(interaction, self, draft, changed))


class NewDetailsForm(DetailsForm, template=r"faq-new-details:(?P<draft>\d+):(?P<mark>[0-9a-f]+)"):
    """The same for a new entry, whose id is still to be chosen."""

    title = translatable("Tags, review date, id")
    prefix = "faq-new-details"
    fields: ClassVar[Sequence[Field]] = (
        *DetailsForm.fields,
        Field(
            "id",
            LABELS["id"],
            translatable(
                "Lower-case letters, digits, hyphens. Empty: made from the question. It stays for good"
            ),
            drafts.LONGEST_ID,
            is_required=False,
        ),
    )


class SendBackForm(ForModerators, Form, template=r"faq-send-back:(?P<draft>\d+):(?P<mark>[0-9a-f]{12})"):
    """Takes why a second moderator does not publish a draft."""

    title = translatable("Send back")
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "reason",
            translatable("What should be different?"),
            translatable("Shown to its author, who can go on with the draft from there."),
            drafts.LONGEST_REASON,
            is_long=True,
        ),
    )

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Give the draft back to its author with the reason, and tell the author."""
        reason = spoken(typed["reason"])
        if not reason:
            raise UserError(gettext("A reason needs a few words."))
        await acknowledge(interaction, in_place=is_private(interaction))
        bot, guild_id = interaction.client, moderated_guild(interaction)
        seen = await bot.store.draft(guild_id, int(self.about["draft"]))
        if seen is None:
            raise NoDraftError
        if drafts.mark(seen) != self.about["mark"]:
            raise DraftChangedError(seen)
        draft = await bot.desk.send_back(seen, interaction.user.id, reason)
        author = who(draft.author_id)
        said = gettext("It is a draft of {person} again, with your reason.", person=author)
        await show_done(interaction, told(gettext("Sent back"), (_titled(draft), said), reason=reason))
        with log_channel.speaking_there(interaction):
            by = gettext("by {person}, sent back by {other}", person=author, other=who(interaction.user.id))
            card = told(gettext("A draft was sent back"), (_titled(draft), f"-# {by}"), reason=reason)
        await log_channel.post(interaction, card)
        with speaking_to_author(interaction, draft):
            again = gettext(_YOURS_AGAIN, command=code(shown_command("/faq-desk drafts")))
            news = (_titled(draft), what_was_done(interaction, *_NOT_PUBLISHED_BY), again)
            card = told(gettext("Your draft was sent back"), news, reason=reason)
        await tell_author(interaction, draft, card)


FORMS: tuple[type[Form], ...] = (EntryForm, DetailsForm, NewDetailsForm, SendBackForm)


def _titled(draft: Draft) -> str:
    """Return the line by which a card names a draft."""
    return f"**{escape(clip(desk_cards.draft_title(draft), 120))}**"


def _mark(draft: Draft, fields: Sequence[Field]) -> str:
    """Return a short mark of what some fields of a draft say, by which a form knows whether they changed."""
    said = {field.name: draft.typed.get(field.name, "") for field in fields}
    return drafts.mark(Draft(draft.guild_id, draft.author_id, said))[:_FORM_MARK]


async def _kept(interaction: Interaction, form: Form, before: Draft, draft: Draft) -> DeskCard:
    """Keep what came back in a form for a draft as it was `before`; return the card of what comes of it.

    If the fields of the form were changed in another window since it was opened, nothing is overwritten: what
    was typed becomes a draft of its own.
    """
    desk, mark = interaction.client.desk, form.about["mark"]
    overwrites = any(before.typed.get(f.name, "") != draft.typed.get(f.name, "") for f in form.fields)
    if before.id and mark and overwrites and mark != _mark(before, form.fields):
        return await _apart(interaction, before, draft)
    try:
        return await preview(interaction, await desk.keep(draft, over=before if before.id else None))
    except NoDraftError:  # published or discarded this very moment; what was typed is not
        return await preview(interaction, await desk.keep(replace(draft, id=0)))
    except DraftChangedError as error:
        return await _apart(interaction, error.draft, draft)


async def _apart(interaction: Interaction, first: Draft, draft: Draft) -> DeskCard:
    """Keep a draft beside the one that its author changed meanwhile; return the card with both."""
    second = await interaction.client.desk.keep(replace(draft, id=0))
    here = OpenDraft.of(second, gettext("Open what you typed here"))
    other = OpenDraft.of(first, gettext("Open the other one"))
    found = differences_as_typed(first.typed, second.typed)
    return desk_cards.other_window(found, [ui.ActionRow(here, other)])


async def open_form(interaction: Interaction, draft: Draft) -> None:
    """Open the form of an entry, prefilled with a draft.

    If the draft is a new one, and this moderator has one already for the same entry or the same question of
    the review queue, the form goes on with that one.
    """
    if len(draft.entry_id) > drafts.LONGEST_ID:
        raise UserError(
            gettext(
                "Only entries whose id has {most} characters at most can be edited.", most=drafts.LONGEST_ID
            )
        )
    if not draft.id:
        draft = await _pending(interaction.client, draft) or draft
    await interaction.response.send_modal(EntryForm.of(draft, here=False))


async def draft_of(bot: AidPolicyBot, guild_id: int, author_id: int, entry_id: str) -> Draft:
    """Return a new draft that says what an entry says now; a shipped one becomes one in its place.

    Raises `NoEntryError` if there is no such entry.
    """
    entry = await bot.store.entry(guild_id, entry_id)
    since = entry.revision.number if entry else 0
    said = drafts.typed(entry.content) if entry else await _said(bot, guild_id, entry_id, since)
    if not said:
        raise NoEntryError(entry_id)
    return Draft(guild_id, author_id, said, entry_id, since)


async def _said(bot: AidPolicyBot, guild_id: int, entry_id: str, since: int) -> Mapping[str, str]:
    """Return what an entry said at a revision, or what the shipped one says; nothing if there is neither."""
    if since:
        revisions = await bot.store.revisions(guild_id, entry_id)
        contents = (revision.content for revision in revisions if revision.number == since)
        return next(map(drafts.typed, contents), {})
    return next((drafts.typed(entry) for entry in bot.engine.library.faq if entry.id == entry_id), {})


async def _pending(bot: AidPolicyBot, wanted: Draft) -> Draft | None:
    """Return the newest draft of the same author about the same entry or question."""
    about = (wanted.entry_id, wanted.question_id)
    if about == ("", None):
        return None
    kept = await bot.store.drafts(wanted.guild_id, wanted.author_id)
    return next((draft for draft in reversed(kept) if (draft.entry_id, draft.question_id) == about), None)


# --- the preview ------------------------------------------------------------------------------------------


async def preview(interaction: Interaction, draft: Draft, note: str = "") -> DeskCard:
    """Return the card of a draft: as readers will see it, what is wrong with it, or who was faster."""
    bot = interaction.client
    entry = await _entry_of(bot, draft)
    if draft.since != (entry.revision.number if entry else 0):
        return await _conflict(interaction, draft, entry)
    about = list(_about(interaction, draft, entry, note))
    try:
        content, answer = bot.desk.content(draft), bot.desk.preview(draft)
    except DraftError as error:
        return desk_cards.faulty(error, _rows(interaction, draft, is_good=False), about="\n".join(about[1:]))
    same = bot.desk.changes_nothing(draft, entry)
    warnings = [gettext(_SAME)] if same else _warnings(interaction, draft)
    *told_first, kept = about
    lines = (*told_first, *warnings, kept, *desk_cards.unseen(content, draft.typed.get("reason", "")))
    opening = list(openers(answer))
    rows = _rows(interaction, draft, is_good=not same)
    rows = [ui.ActionRow(*opening), *rows] if opening else rows
    return desk_cards.preview(answer, bot.engine.library.catalogue, rows, about=lines)


def _warnings(interaction: Interaction, draft: Draft) -> list[str]:
    """Say which wordings something else answers today."""
    found = interaction.client.desk.answered_already(draft)
    lines = []
    for one in found[:_MOST_WARNINGS]:
        said = _ANSWERED_BY_POINTER if one.pointed else _ANSWERED_BY_LIBRARY
        lines.append(gettext(said, wording=escape(clip(one.wording, 120)), target=code(one.address)))
    if (more := len(found) - _MOST_WARNINGS) > 0:
        lines.append(
            ngettext("So it is with {count} other wording.", "So it is with {count} other wordings.", more)
        )
    return lines


_ANSWERED_BY_POINTER = translatable(
    "A pointer of this server answers “{wording}” already, with {target}; this takes its place here."
)
_ANSWERED_BY_LIBRARY = translatable(
    "The library answers “{wording}” already, with {target}; this takes its place here."
)


async def _entry_of(bot: AidPolicyBot, draft: Draft) -> Entry | None:
    """Return the entry that a draft would change or clash with, as it is now."""
    return await bot.store.entry(draft.guild_id, draft.wanted_id) if draft.wanted_id else None


def _about(interaction: Interaction, draft: Draft, entry: Entry | None, note: str) -> Iterable[str]:
    """Yield what a preview is of, then what becomes of the draft."""
    entry_id = draft.wanted_id
    shipped = is_shipped(interaction, entry_id)
    if entry:
        number = entry.revision.number
        yield gettext(_PREVIEW_OF_CHANGE, entry=code(entry_id), number=number)
    elif shipped:
        yield gettext(_PREVIEW_IN_PLACE, entry=code(entry_id))
    else:
        yield gettext(_PREVIEW_OF_NEW)
    if note:
        yield f"**{escape(note)}**"
    if entry and entry.state is State.RETIRED:
        yield gettext("The entry is retired; publishing this shows it again.")
    if draft.sent_back:
        yield gettext("**Sent back by a second moderator:** {reason}", reason=escape(draft.sent_back))
    yield f"-# {_becomes_of(draft, interaction.user.id)}"


_PREVIEW_OF_CHANGE = translatable(
    "**Preview of a change to {entry}, which is at revision {number}.** Readers will see what stands below."
)
_PREVIEW_IN_PLACE = translatable(
    "**Preview of an entry in place of the shipped one, {entry}.** Readers will see what stands below."
)
_PREVIEW_OF_NEW = translatable("**Preview of a new entry.** Readers will see what stands below.")


def _becomes_of(draft: Draft, reader: int) -> str:
    if draft.author_id != reader:
        return gettext("Written by {person}, who asks for a second moderator.", person=who(draft.author_id))
    if draft.submitted:
        return gettext(_WAITS, command=code(shown_command("/faq-desk review")))
    return gettext(_KEPT, command=code(shown_command("/faq-desk drafts")))


def _rows(interaction: Interaction, draft: Draft, *, is_good: bool) -> list[Row]:
    """Return the buttons below a preview: what this person can do with this draft."""
    mine = draft.author_id == interaction.user.id
    alone = not interaction.client.desk.settings(draft.guild_id).two_person_rule
    items: list[CardItem] = []
    if is_good and ((mine and alone) or (not mine and draft.submitted)):
        items.append(Publish.of(draft))
    elif is_good and mine and not draft.submitted:
        items.append(Submit.of(draft))
    if mine:
        items += [Again.of(draft), Details.of(draft)]
    elif draft.submitted:
        items.append(SendBack.of(draft))
    if is_good and draft.since:
        items.append(Changes.of(draft))
    if mine:
        items.append(Discard.of(draft))
    return [ui.ActionRow(*items)] if items else []


async def _conflict(interaction: Interaction, draft: Draft, entry: Entry | None) -> DeskCard:
    """Return the card that says who changed the entry of a draft meanwhile, and what differs."""
    bot, mine = interaction.client, draft.author_id == interaction.user.id
    entry_id = draft.wanted_id
    seen = [r for r in await bot.store.revisions(draft.guild_id, entry_id) if r.number == draft.since]
    try:
        yours = differences(entry.content if entry else None, bot.desk.content(draft))
    except DraftError:
        yours = ()
    if entry is None:
        heading = gettext("The entry {entry} is not there any more", entry=entry_id)
    elif draft.since:
        heading = gettext("Somebody changed {entry} meanwhile", entry=entry_id)
    else:
        heading = gettext("There is an entry {entry} already", entry=entry_id)
    about = gettext("Nothing was overwritten, and the draft is kept as it was typed.")
    if not mine:
        about += f" {gettext('{person} has to look at it again.', person=who(draft.author_id))}"
    rebase = Rebase.of_entry(draft, entry_id, entry.revision.number if entry else 0)
    rows: list[Row] = [ui.ActionRow(rebase, Discard.of(draft))] if mine else []
    meanwhile = differences(seen[0].content, entry.content) if entry and seen else ()
    return desk_cards.conflict(heading, entry, meanwhile, yours, rows, about=about)


async def drafts_card(interaction: Interaction, number: int = 0) -> DeskCard:
    """Return a page of this moderator's drafts and of those that wait for a second one, newest first."""
    guild_id, reader = moderated_guild(interaction), interaction.user.id
    kept = await interaction.client.store.drafts(guild_id)
    found = [draft for draft in reversed(kept) if draft.author_id == reader or draft.submitted]
    if not found:
        return told(gettext("No drafts"), [gettext(_NO_DRAFTS)])
    page = Page.of(found, number, _LISTED)
    turns = page.turns(lambda label, to: TurnDrafts.button(label, f"drafts:{to}"))
    rows: list[Row] = [ui.ActionRow(DraftMenu.of(page.shown)), *turns]
    return desk_cards.draft_list(page, rows, reader=reader)


# --- buttons ----------------------------------------------------------------------------------------------


class DraftItem(ForModerators, CardItem, template=r"(?!)"):
    """Base of what acts on a draft. What stands in its way is told on the card itself."""

    tells_in_place: ClassVar[bool] = True
    """Whether the card says that its draft is gone, in place of what it showed."""

    async def run(self, press: Interaction) -> None:
        """Act; if the draft is gone, or is not what it was, show that instead."""
        try:
            await self.act(press)
        except NoDraftError:
            if not self.tells_in_place:
                raise
            await show(press, told(gettext(_GONE), [gettext(_GONE_HOW)]), in_place=is_private(press))
        except (DeskError, DraftError) as error:
            card = await preview(press, await self.draft(press), note=str(error))
            await show(press, card, in_place=is_private(press))

    async def act(self, press: Interaction) -> None:
        """Do what the item is for."""
        raise NotImplementedError

    def number(self) -> int:
        """Return the number of the draft."""
        return int(self.fields["draft"])

    async def draft(self, press: Interaction) -> Draft:
        """Return the draft as it is now: to its author, and a submitted one to any moderator.

        Raises `NoDraftError` if it is gone.
        """
        draft = await press.client.store.draft(moderated_guild(press), self.number())
        if draft is None:
            raise NoDraftError
        if draft.author_id != press.user.id and not draft.submitted:
            raise UserError(gettext(_NOT_SENT))
        return draft

    async def own_draft(self, press: Interaction) -> Draft:
        """Return the draft, for its author alone."""
        draft = await self.draft(press)
        if draft.author_id != press.user.id:
            raise UserError(gettext("Only whoever wrote this draft can do that."))
        return draft

    async def as_seen(self, press: Interaction) -> Draft:
        """Return the draft, if it still is what this card shows."""
        draft = await self.draft(press)
        if drafts.mark(draft) != self.fields["mark"]:
            raise DraftChangedError(draft)
        return draft


class Again(DraftItem, template=rf"draft:again:{_MARKED}"):
    """Opens the form once more, with everything as it was typed."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft."""
        return cls.button(gettext("Edit again"), f"draft:again:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Open the form."""
        await self.own_draft(press)
        draft = await self.as_seen(press)
        await press.response.send_modal(EntryForm.of(draft, here=is_private(press)))


class Details(DraftItem, template=rf"draft:details:{_MARKED}"):
    """Opens the form of what stands on no card."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft."""
        title = gettext(_details(draft).title)
        return cls.button(title, f"draft:details:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Open the form."""
        await self.own_draft(press)
        draft = await self.as_seen(press)
        await press.response.send_modal(_details(draft).of(draft))


def _details(draft: Draft) -> type[DetailsForm]:
    return DetailsForm if draft.entry_id else NewDetailsForm


class Rebase(DraftItem, template=r"draft:rebase:(?P<draft>\d+):(?P<since>\d+):(?P<entry>[a-z0-9-]*)"):
    """Goes on with a draft on top of what the entry is now, once the difference has been seen.

    Nothing is written before the form comes back: its custom id says on top of what it was filled.
    """

    @classmethod
    def of_entry(cls, draft: Draft, entry_id: str, number: int) -> Self:
        """Return the button for a draft, and the entry at the revision that is shown."""
        return cls.button(gettext("Edit on top of it"), f"draft:rebase:{draft.id}:{number}:{entry_id}")

    async def act(self, press: Interaction) -> None:
        """Open the form, unless the entry has changed once more."""
        draft, entry_id = await self.own_draft(press), self.fields["entry"]
        since = int(self.fields["since"])
        entry = await press.client.store.entry(draft.guild_id, entry_id)
        if since != (entry.revision.number if entry else 0):
            await show(press, await preview(press, draft), in_place=is_private(press))
            return
        rebased = replace(draft, entry_id=entry_id, since=since)
        await press.response.send_modal(EntryForm.of(rebased, here=is_private(press)))


class Changes(DraftItem, template=r"draft:changes:(?P<draft>\d+)"):
    """Shows what a draft changes in its entry, beside the preview."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft."""
        return cls.button(gettext("What changes"), f"draft:changes:{draft.id}")

    async def act(self, press: Interaction) -> None:
        """Show the difference."""
        draft = await self.draft(press)
        entry = await _entry_of(press.client, draft)
        found = differences(entry.content if entry else None, press.client.desk.content(draft))
        heading = gettext("What changes in {entry}", entry=draft.entry_id)
        await show(press, desk_cards.changes(heading, found))


class Publish(DraftItem, template=rf"draft:publish:{_MARKED}"):
    """Publishes a draft exactly as it was previewed.

    Pressed twice, it finds no draft the second time; the card goes on saying that it was published.
    """

    tells_in_place = False

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft as it is."""
        return cls.button(gettext("Publish"), f"draft:publish:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Publish it, say so, and tell whoever asked for it."""
        await acknowledge(press, in_place=is_private(press))
        draft = await self.as_seen(press)
        await publish(press, draft, before=await _entry_of(press.client, draft))


class Submit(DraftItem, template=rf"draft:submit:{_MARKED}"):
    """Hands a draft to the other moderators, where nobody publishes alone."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft as it is."""
        label = gettext("Send to a second moderator")
        return cls.button(label, f"draft:submit:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Submit it, and let the log channel know that it waits."""
        await acknowledge(press, in_place=is_private(press))
        await self.own_draft(press)
        seen = await self.as_seen(press)
        if seen.submitted:  # pressed twice: the others know
            await show(press, await preview(press, seen))
            return
        draft = await press.client.desk.submit(seen)
        await show_done(press, await preview(press, draft, note=gettext("Sent.")))
        with log_channel.speaking_there(press):
            lines = (_titled(draft), f"-# {gettext('by {person}', person=who(draft.author_id))}")
            row: Row = ui.ActionRow(OpenDraft.of(draft, gettext("Open")))
            waiting = told(gettext("A draft waits for a second moderator"), lines, [row])
        await log_channel.post(press, waiting)


class SendBack(DraftItem, template=rf"draft:send-back:{_MARKED}"):
    """Gives a submitted draft back to its author, with a reason."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft as it is."""
        return cls.button(gettext("Send back"), f"draft:send-back:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Ask why."""
        draft = await self.as_seen(press)
        about = f"faq-send-back:{draft.id}:{drafts.mark(draft)}"
        await press.response.send_modal(SendBackForm.modal(gettext(SendBackForm.title), about, {}))


class Discard(DraftItem, template=rf"draft:discard:{_MARKED}"):
    """Asks whether a draft is to go: what was typed cannot be brought back."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft."""
        return cls.button(gettext("Discard"), f"draft:discard:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Ask."""
        await self.own_draft(press)
        draft = await self.as_seen(press)
        row: Row = ui.ActionRow(Drop.of(draft), OpenDraft.of(draft, gettext("Keep it")))
        card = told(gettext("Discard this draft?"), (_titled(draft), gettext(_GONE_FOR_GOOD)), [row])
        await show(press, card, in_place=is_private(press))


class Drop(DraftItem, template=rf"draft:drop:{_MARKED}"):
    """Deletes a draft."""

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the button for a draft."""
        return cls.button(gettext("Discard it"), f"draft:drop:{draft.id}:{drafts.mark(draft)}")

    async def act(self, press: Interaction) -> None:
        """Delete it and say so."""
        await acknowledge(press, in_place=is_private(press))
        await self.own_draft(press)
        await press.client.desk.discard(await self.as_seen(press))
        await show(press, told(gettext("Discarded"), [gettext("The draft is deleted.")]))


async def _open(press: Interaction, draft: Draft) -> None:
    """Show a draft in place of the card that was pressed on."""
    await show(press, await preview(press, draft), in_place=is_private(press))


class OpenDraft(DraftItem, template=r"draft:open:(?P<draft>\d+)"):
    """Shows a draft."""

    @classmethod
    def of(cls, draft: Draft, label: str) -> Self:
        """Return the button for a draft."""
        return cls.button(label, f"draft:open:{draft.id}")

    async def act(self, press: Interaction) -> None:
        """Show its preview."""
        await _open(press, await self.draft(press))


class TurnDrafts(ForModerators, CardItem, template=r"drafts:(?P<page>\d+)"):
    """Turns to another page of the drafts."""

    async def run(self, press: Interaction) -> None:
        """Show the page in place."""
        card = await drafts_card(press, int(self.fields["page"]))
        await show(press, card, in_place=is_private(press))


class DraftMenu(DraftItem, template=r"drafts"):
    """The drafts that somebody can go on with."""

    @classmethod
    def of(cls, listed: Sequence[Draft]) -> Self:
        """Return the menu of some drafts."""
        menu: ui.Select[Any] = ui.Select(custom_id="drafts", placeholder=gettext("Open a draft"))
        for draft in listed:
            about = gettext("waits for a second moderator") if draft.submitted else draft.entry_id
            title = clip(desk_cards.draft_title(draft), CHOICES.longest)
            menu.add_option(label=title, description=about or None, value=str(draft.id))
        return cls(menu)

    def number(self) -> int:
        """Return the number of the draft that was chosen."""
        assert isinstance(self.item, ui.Select)
        return int(self.item.values[0])

    async def act(self, press: Interaction) -> None:
        """Show its preview."""
        await _open(press, await self.draft(press))


ITEMS = (
    *(Again, Details, Rebase, Changes, Publish, Submit, SendBack, Discard, Drop),
    *(OpenDraft, TurnDrafts, DraftMenu),
)
