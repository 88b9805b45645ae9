"""The desk's commands about files of entries: /faq-desk import, with a dry run first, and /faq-desk export.

The file of an import hangs on the card of its dry run, and is read again from there when it is confirmed. So
nothing is kept in memory or in the database meanwhile, and a restart loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Self

import discord
from discord import app_commands, ui

from handlers import desk_cards, log_channel
from handlers.base import Interaction, is_private
from handlers.desk import Reason
from handlers.desk_cards import DeskCard, Plan, told, who
from handlers.desk_group import DeskCog, desk_command
from handlers.desk_replies import acknowledge, show, show_done
from handlers.errors import UserError
from handlers.layout import Row
from handlers.log_channel import Channel, cannot_post
from handlers.markup import escape, spoken
from handlers.rights import ForModerators, moderated_guild
from handlers.views import CardItem
from knowledge.desk import PlanChangedError, WordingError
from knowledge.entries import Entry, State
from knowledge.entry_files import MOST_ENTRIES, ImportedEntry, ImportPlan, export, read_entries
from knowledge.errors import ContentError

MOST_BYTES = 8_000_000
"""As much as is imported at once; a server without boosts lets the bot send this back."""

_NAMES = (".yaml", ".yml", ".json")
_NOTHING_LEFT = "The server has every entry of this file as it is there."
_TOO_LARGE = "-# Before and after are too large to hang here: `/faq-desk history` has them, entry by entry."
_FETCH_AGAIN = "Discord does not give me that file any more. Import it again."
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
            raise UserError("A YAML or JSON file is wanted: its name ends in .yaml, .yml or .json.")
        if file.size > MOST_BYTES:
            raise UserError(f"The file has {file.size:,} bytes; {MOST_BYTES:,} at most are accepted.")
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
        for number, data in enumerate(parts, 1):
            name = "faq-entries.yaml" if len(parts) == 1 else f"faq-entries-{number}.yaml"
            await show(interaction, _exported(kept, name, data, f"{number} of {len(parts)}"))


def _parts(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Yield the entries as a file, or as several if one would be too large to be imported again."""
    data = export(entries)
    if (len(data) > MOST_BYTES or len(entries) > MOST_ENTRIES) and len(entries) > 1:
        middle = len(entries) // 2
        yield from _parts(entries[:middle])
        yield from _parts(entries[middle:])
    else:
        yield data


def _exported(entries: Sequence[Entry], name: str, data: bytes, part: str) -> DeskCard:
    retired = sum(entry.state is State.RETIRED for entry in entries)
    of_them = f", {retired:,} of them retired" if retired else ""
    lines = [f"{len(entries):,} in all{of_them}. `/faq-desk import` takes the file back."]
    lines += [f"-# File {part}: one alone would be too large."] if part != "1 of 1" else []
    return told("Entries of this server", lines, files={name: data})


# --- the dry run ------------------------------------------------------------------------------------------


async def _fetched(interaction: Interaction, url: str) -> bytes:
    """Return a file that Discord keeps; what a message shows cannot read itself, so its address is read."""
    try:
        return await interaction.client.http.get_from_cdn(url)
    except discord.HTTPException as error:
        raise UserError(_FETCH_AGAIN) from error


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
        return told("Nothing to import", [_NOTHING_LEFT])
    kept = "import.json" if name.lower().endswith(".json") else "import.yaml"
    about = Plan(await _words(planned), {kept: data}, reason)
    return _planned(interaction, planned, about)


def _refused(error: ContentError | WordingError) -> DeskCard:
    if isinstance(error, ContentError):
        return desk_cards.file_faults(error)
    return told("Nothing was imported", escape(str(error)).split("\n"))


async def _words(planned: ImportPlan) -> str:
    """Write a plan out, every difference in full; that may take a while."""
    return await asyncio.to_thread(planned.in_words, MOST_ENTRIES)


def _planned(interaction: Interaction, planned: ImportPlan, about: Plan) -> DeskCard:
    """Return the card of a plan, to be confirmed by its author or, under the rule, handed on."""
    author_id = interaction.user.id
    if interaction.client.desk.settings(moderated_guild(interaction)).two_person_rule:
        place = _place(interaction).mention
        lines = [
            "In this server a second moderator confirms it. It is posted for them, with the file: in "
            f"{place}, where everybody who reads there can see it."
        ]
        row: Row = ui.ActionRow(HandOn.button("Ask a second moderator", "import:hand-on"))
    else:
        lines = ["Nothing has changed yet. The file hangs on this card, so there is no hurry."]
        row = ui.ActionRow(Confirm.of(planned, author_id), Cancel.by(author_id))
    return desk_cards.plan("What this import would do", about, lines, [row])


def _place(interaction: Interaction) -> Channel:
    """Return where a second moderator is asked: the log channel if there is one, else here."""
    assert interaction.guild is not None
    chosen = interaction.client.desk.settings(interaction.guild.id).log_channel
    channel = log_channel.log_channel(interaction.guild, chosen) if chosen else None
    if channel is not None and not cannot_post(channel):
        return channel
    if isinstance(interaction.channel, Channel):
        return interaction.channel
    raise UserError("I cannot post here. Try it in a text channel.")


async def _file_on(press: Interaction) -> dict[str, bytes]:
    """Return the file that hangs on the card of a dry run, by its name.

    Discord lists a file that is shown by a component nowhere but in that component.
    """
    for part in press.message.components if press.message else ():
        if isinstance(part, discord.components.FileComponent):
            name = part.name or part.media.url.partition("?")[0].rpartition("/")[2]
            if name.startswith("import."):
                return {name: await _fetched(press, part.media.url)}
    raise UserError(_FETCH_AGAIN)


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
            raise UserError(f"I cannot post it in {place.mention}: {problem}.")
        ((name, data),) = file.items()
        try:
            planned = await desk.plan_import(guild_id, await _imported(press, name, data))
        except (ContentError, WordingError) as error:
            await show(press, _refused(error))
            return
        lines = [f"{who(author_id)} asks a second moderator to confirm this. Nothing has changed yet."]
        row: Row = ui.ActionRow(Confirm.of(planned, author_id), Cancel.by(author_id))
        about = Plan(await _words(planned), file, reason)
        card = desk_cards.plan("An import to confirm", about, lines, [row])
        posted = await place.send(view=card.view, files=card.attachments())
        await show_done(press, told("A second moderator is asked", [posted.jump_url]))


class Confirm(ImportItem, template=r"import:confirm:(?P<author>\d+):(?P<mark>[0-9a-f]{16})"):
    """Imports the file that hangs on the card, if that still does what stands there."""

    @classmethod
    def of(cls, planned: ImportPlan, author_id: int) -> Self:
        """Return the button for a plan, and whoever imports."""
        return cls.button("Import", f"import:confirm:{author_id}:{planned.mark}")

    async def run(self, press: Interaction) -> None:
        """Read the file once more, import it, say so and log it."""
        await acknowledge(press, in_place=True)
        file, reason = await _file_on(press), desk_cards.reason_on(press.message)
        try:
            planned, made = await self._import(press, file, reason)
        except PlanChangedError as error:
            if not error.plan.added and not error.plan.changed:
                raise UserError(_NOTHING_LEFT) from error
            author_id = int(self.fields["author"])
            row: Row = ui.ActionRow(Confirm.of(error.plan, author_id), Cancel.by(author_id))
            about = Plan(await _words(error.plan), file, reason)
            card = desk_cards.plan("The plan has changed", about, [escape(str(error))], [row])
            await show(press, card)
        except (ContentError, WordingError) as error:
            await show(press, _refused(error))
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
    confirmed = f", confirmed by {who(press.user.id)}" if press.user.id != author_id else ""
    lines = (
        f"{planned.counts}. What is published can be found now.",
        f"-# by {who(author_id)}{confirmed}",
    )
    await show_done(press, told("Imported", lines, reason=reason))
    files = await asyncio.to_thread(_before_and_after, planned, made)
    fitting = files if sum(map(len, files.values())) <= MOST_BYTES else {}
    logged = lines if fitting else (*lines, _TOO_LARGE)
    await log_channel.post(press, told("Imported: FAQ entries", logged, files=fitting, reason=reason))


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
        return cls.button("Do not import", f"import:cancel:{author_id}")

    async def run(self, press: Interaction) -> None:
        """Say who stopped it."""
        author_id = int(self.fields["author"])
        by = f"by {who(author_id)}, " if author_id != press.user.id else ""
        lines = [f"-# {by}stopped by {who(press.user.id)}"]
        await show(press, told("Not imported", lines), in_place=True)


ITEMS = (HandOn, Confirm, Cancel)
