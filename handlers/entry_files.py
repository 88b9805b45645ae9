"""The desk's commands about files of entries: /faq-desk import, with a dry run first, and /faq-desk export.

The file of an import hangs on the card of its dry run, and is read again from there when it is confirmed. So
nothing is kept in memory or in the database meanwhile, and a restart loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Self

import discord
from discord import app_commands, ui

from handlers import desk_cards, languages, log_channel
from handlers.base import Interaction, is_private
from handlers.desk import Reason
from handlers.desk_cards import DeskCard, Plan, told, who
from handlers.desk_group import DeskCog, desk_command
from handlers.desk_replies import acknowledge, show, show_done
from handlers.errors import UserError
from handlers.layout import Row
from handlers.log_channel import Channel, cannot_post
from handlers.markup import code, escape, spoken
from handlers.rights import ForModerators, moderated_guild
from handlers.views import CardItem
from knowledge.commands import shown_command
from knowledge.desk import PlanChangedError, WordingError
from knowledge.entries import Entry, State
from knowledge.entry_files import MOST_ENTRIES, ImportedEntry, ImportPlan, export, read_entries
from knowledge.errors import ContentError
from knowledge.languages import gettext, number, translatable

MOST_BYTES = 8_000_000
"""As much as is imported at once; a server without boosts lets the bot send this back."""

_NAMES = (".yaml", ".yml", ".json")
_NOTHING_LEFT = translatable("The server has every entry of this file as it is there.")
_TOO_LARGE = translatable("Before and after are too large to hang here: {command} has them, entry by entry.")
_FETCH_AGAIN = translatable("Discord does not give me that file any more. Import it again.")
_OTHER_FILE = translatable("A YAML or JSON file is wanted: its name ends in .yaml, .yml or .json.")
_ASK_ANOTHER = translatable(
    "In this server a second moderator confirms it. It is posted for them, with the file: in {channel}, "
    "where everybody who reads there can see it."
)
_CONFIRM = translatable("Nothing has changed yet. The file hangs on this card, so there is no hurry.")
_ASKS_ANOTHER = translatable("{person} asks a second moderator to confirm this. Nothing has changed yet.")
_Imported = Sequence[ImportedEntry]


class EntryFiles(DeskCog):
    """Takes entries in from files, and gives them out."""

    @desk_command
    @app_commands.describe(
        file="YAML as /faq-desk export gives it, or the same in JSON",
        reason="Why; it stands in the history of each entry",
    )
    async def import_(self, interaction: Interaction, file: discord.Attachment, reason: Reason = "") -> None:
        """Import entries from a file: you see what would change before anything does."""
        moderated_guild(interaction)
        if not file.filename.lower().endswith(_NAMES):
            raise UserError(gettext(_OTHER_FILE))
        if file.size > MOST_BYTES:
            raise UserError(
                gettext(
                    "The file has {number} bytes; {most} at most are accepted.",
                    number=number(file.size),
                    most=number(MOST_BYTES),
                )
            )
        await acknowledge(interaction)
        data = await _fetched(interaction, file.url)
        await show(interaction, await _dry_run(interaction, file.filename, data, spoken(reason)))

    @desk_command
    async def export(self, interaction: Interaction) -> None:
        """Get all entries of this server as a YAML file, retired ones too."""
        guild_id = moderated_guild(interaction)
        await acknowledge(interaction)
        kept = await self.bot.store.entries(guild_id)
        parts = await asyncio.to_thread(lambda: list(_parts(kept)))
        for part, data in enumerate(parts, 1):
            name = "faq-entries.yaml" if len(parts) == 1 else f"faq-entries-{part}.yaml"
            lines = [_in_all(kept), *([_part(part, len(parts))] if len(parts) > 1 else [])]
            await show(interaction, told(gettext("Entries of this server"), lines, files={name: data}))


def _parts(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield the entries as a file, or as several if one would be too large to be imported again."""
    data = export(entries)
    if (len(data) > MOST_BYTES or len(entries) > MOST_ENTRIES) and len(entries) > 1:
        middle = len(entries) // 2
        yield from _parts(entries[:middle])
        yield from _parts(entries[middle:])
    else:
        yield data


def _in_all(entries: Sequence[Entry]) -> str:
    """Say how many entries there are, and what takes them back."""
    retired = sum(entry.state is State.RETIRED for entry in entries)
    in_all, command = number(len(entries)), code(shown_command("/faq-desk import"))
    if not retired:
        return gettext("{number} in all. {command} takes the file back.", number=in_all, command=command)
    return gettext(
        "{number} in all, {retired} of them retired. {command} takes the file back.",
        number=in_all,
        retired=number(retired),
        command=command,
    )


def _part(part: int, parts: int) -> str:
    said = gettext("File {part} of {parts}: one alone would be too large.", part=part, parts=parts)
    return f"-# {said}"


# --- the dry run ------------------------------------------------------------------------------------------


async def _fetched(interaction: Interaction, url: str) -> bytes:
    """Return a file that Discord keeps; what a message shows cannot read itself, so its address is read."""
    try:
        return await interaction.client.http.get_from_cdn(url)
    except discord.HTTPException as error:
        raise UserError(gettext(_FETCH_AGAIN)) from error


async def _imported(interaction: Interaction, name: str, data: bytes) -> _Imported:
    library = interaction.client.engine.library
    async with interaction.client.reading_file:
        return await asyncio.to_thread(read_entries, data, name, library, most_bytes=MOST_BYTES)


async def _dry_run(interaction: Interaction, name: str, data: bytes, reason: str) -> DeskCard:
    """Return the card that says what a file would change, or everything that is wrong in it."""
    guild_id, desk = moderated_guild(interaction), interaction.client.desk
    try:
        planned = await desk.plan_import(guild_id, await _imported(interaction, name, data))
    except (ContentError, WordingError) as error:
        return _refused(error)
    if not planned.added and not planned.changed:
        return told(gettext("Nothing to import"), [gettext(_NOTHING_LEFT)])
    kept = "import.json" if name.lower().endswith(".json") else "import.yaml"
    about = Plan(await _words(planned), {kept: data}, reason)
    return _planned(interaction, planned, about)


def _refused(error: ContentError | WordingError) -> DeskCard:
    if isinstance(error, ContentError):
        return desk_cards.file_faults(error)
    return told(gettext("Nothing was imported"), escape(str(error)).split("\n"))


async def _words(planned: ImportPlan) -> str:
    """Write a plan out, every difference in full; that may take a while."""
    return await asyncio.to_thread(planned.in_words, MOST_ENTRIES)


def _planned(interaction: Interaction, planned: ImportPlan, about: Plan) -> DeskCard:
    """Return the card of a plan, to be confirmed by its author or, under the rule, handed on."""
    author_id = interaction.user.id
    if interaction.client.desk.settings(moderated_guild(interaction)).two_person_rule:
        lines = [gettext(_ASK_ANOTHER, channel=_place(interaction).mention)]
        row: Row = ui.ActionRow(HandOn.button(gettext("Ask a second moderator"), "import:hand-on"))
    else:
        lines = [gettext(_CONFIRM)]
        row = ui.ActionRow(Confirm.of(planned, author_id), Cancel.by(author_id))
    return desk_cards.plan(gettext("What this import would do"), about, lines, [row])


def _place(interaction: Interaction) -> Channel:
    """Return where a second moderator is asked: the log channel if there is one, else here."""
    assert interaction.guild is not None
    chosen = interaction.client.desk.settings(interaction.guild.id).log_channel
    channel = log_channel.log_channel(interaction.guild, chosen) if chosen else None
    if channel is not None and not cannot_post(channel):
        return channel
    if isinstance(interaction.channel, Channel):
        return interaction.channel
    raise UserError(gettext("I cannot post here. Try it in a text channel."))


async def _file_on(press: Interaction) -> dict[str, bytes]:
    """Return the file that hangs on the card of a dry run, by its name.

    Discord lists a file that is shown by a component nowhere but in that component.
    """
    for part in press.message.components if press.message else ():
        if isinstance(part, discord.components.FileComponent):
            name = part.name or part.media.url.partition("?")[0].rpartition("/")[2]
            if name.startswith("import."):
                return {name: await _fetched(press, part.media.url)}
    raise UserError(gettext(_FETCH_AGAIN))


class ImportItem(ForModerators, CardItem, template=r"(?!)"):
    """Base of what acts on a dry run."""


class HandOn(ImportItem, template=r"import:hand-on"):
    """Posts a dry run where a second moderator can confirm it."""

    async def run(self, press: Interaction) -> None:
        """Look at the file anew, and post it."""
        await acknowledge(press, in_place=is_private(press))
        guild_id, desk, author_id = moderated_guild(press), press.client.desk, press.user.id
        file, reason, place = await _file_on(press), desk_cards.reason_on(press.message), _place(press)
        if problem := cannot_post(place):
            raise UserError(
                gettext("I cannot post it in {channel}: {problem}.", channel=place.mention, problem=problem)
            )
        ((name, data),) = file.items()
        try:
            planned = await desk.plan_import(guild_id, await _imported(press, name, data))
        except (ContentError, WordingError) as error:
            await show(press, _refused(error))
            return
        with languages.speaking_to_all(press.client, press.guild):
            lines = [gettext(_ASKS_ANOTHER, person=who(author_id))]
            row: Row = ui.ActionRow(Confirm.of(planned, author_id), Cancel.by(author_id))
            about = Plan(await _words(planned), file, reason)
            card = desk_cards.plan(gettext("An import to confirm"), about, lines, [row])
        posted = await place.send(view=card.view, files=card.attachments())
        await show_done(press, told(gettext("A second moderator is asked"), [posted.jump_url]))


class Confirm(ImportItem, template=r"import:confirm:(?P<author>\d+):(?P<mark>[0-9a-f]{16})"):
    """Imports the file that hangs on the card, if that still does what stands there."""

    @classmethod
    def of(cls, planned: ImportPlan, author_id: int) -> Self:
        """Return the button for a plan, and whoever imports."""
        return cls.button(gettext("Import"), f"import:confirm:{author_id}:{planned.mark}")

    async def run(self, press: Interaction) -> None:
        """Read the file once more, import it, say so and log it."""
        await acknowledge(press, in_place=True)
        file, reason = await _file_on(press), desk_cards.reason_on(press.message)
        try:
            with _speaking_to_readers(press):
                planned, made = await self._import(press, file, reason)
        except PlanChangedError as error:
            if not error.plan.added and not error.plan.changed:
                raise UserError(gettext(_NOTHING_LEFT)) from error
            author_id = int(self.fields["author"])
            with _speaking_to_readers(press):
                row: Row = ui.ActionRow(Confirm.of(error.plan, author_id), Cancel.by(author_id))
                about = Plan(await _words(error.plan), file, reason)
                card = desk_cards.plan(gettext("The plan has changed"), about, [escape(str(error))], [row])
            await show(press, card)
        except (ContentError, WordingError) as error:
            with _speaking_to_readers(press):
                card = _refused(error)
            await show(press, card)
        else:
            await _tell(press, planned, made, int(self.fields["author"]), reason)

    async def _import(
        self, press: Interaction, file: dict[str, bytes], reason: str
    ) -> tuple[ImportPlan, Sequence[Entry]]:
        """Import the file; return what that has done, and the entries as they are now."""
        guild_id, desk, author_id = moderated_guild(press), press.client.desk, int(self.fields["author"])
        ((name, data),) = file.items()
        imported = await _imported(press, name, data)
        planned = await desk.plan_import(guild_id, imported)
        approver_id = press.user.id if press.user.id != author_id else None
        seen = self.fields["mark"]
        made = await desk.import_entries(
            guild_id, imported, author_id, reason, approver_id=approver_id, as_planned=seen
        )
        return planned, made


async def _tell(
    press: Interaction, planned: ImportPlan, made: Sequence[Entry], author_id: int, reason: str
) -> None:
    """Say in place of the plan what was done, and log it with every difference, before and after."""
    with _speaking_to_readers(press):
        card = told(gettext("Imported"), _imported_by(planned, author_id, press.user.id), reason=reason)
    await show_done(press, card)
    with log_channel.speaking_there(press):
        files = await asyncio.to_thread(_before_and_after, planned, made)
        fitting = files if sum(map(len, files.values())) <= MOST_BYTES else {}
        lines = _imported_by(planned, author_id, press.user.id)
        if not fitting:
            too_large = gettext(_TOO_LARGE, command=code(shown_command("/faq-desk history")))
            lines.append(f"-# {too_large}")
        card = told(gettext("Imported: FAQ entries"), lines, files=fitting, reason=reason)
    await log_channel.post(press, card)


def _speaking_to_readers(press: Interaction) -> AbstractContextManager[None]:
    """Let what runs within speak to whoever reads the card that was pressed on: one person, or all there."""
    return nullcontext() if is_private(press) else languages.speaking_to_all(press.client, press.guild)


def _imported_by(planned: ImportPlan, author_id: int, confirmed_by: int) -> list[str]:
    """Say what was imported, by whom, and who confirmed it if that was somebody else."""
    by = (
        gettext("by {person}", person=who(author_id))
        if confirmed_by == author_id
        else gettext("by {person}, confirmed by {other}", person=who(author_id), other=who(confirmed_by))
    )
    done = gettext("{counts}. What is published can be found now.", counts=planned.counts)
    return [done, f"-# {by}"]


def _before_and_after(planned: ImportPlan, made: Sequence[Entry]) -> dict[str, bytes]:
    """Return what an import did as files: in words, and all that it touched as it was and as it is."""
    before = [change.entry for change in planned.changed]
    return {
        "import.txt": f"{planned.in_words(MOST_ENTRIES)}\n".encode("utf-8", "replace"),
        **({"before.yaml": export(before)} if before else {}),
        "after.yaml": export(made),
    }


class Cancel(ImportItem, template=r"import:cancel:(?P<author>\d+)"):
    """Takes a dry run away, with its file."""

    @classmethod
    def by(cls, author_id: int) -> Self:
        """Return the button on the card of whoever imports."""
        return cls.button(gettext("Do not import"), f"import:cancel:{author_id}")

    async def run(self, press: Interaction) -> None:
        """Say who stopped it."""
        author_id, stopped_by = int(self.fields["author"]), press.user.id
        with _speaking_to_readers(press):
            by = (
                gettext("stopped by {person}", person=who(stopped_by))
                if author_id == stopped_by
                else gettext("by {person}, stopped by {other}", person=who(author_id), other=who(stopped_by))
            )
            card = told(gettext("Not imported"), [f"-# {by}"])
        await show(press, card, in_place=True)


ITEMS = (HandOn, Confirm, Cancel)
