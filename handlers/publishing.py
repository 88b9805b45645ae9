"""Publishing at the desk: the change itself, then the reply, the log channel and whoever waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import discord
from discord import ui

from handlers import log_channel
from handlers.base import Interaction
from handlers.desk_cards import DeskCard, entry_line, told
from handlers.desk_replies import going_on, show_done
from handlers.layout import Row
from handlers.markup import escape
from handlers.views import CardItem, Try
from knowledge.commands import written
from knowledge.entries import Action, Draft, Entry, State
from knowledge.errors import DeskError
from knowledge.store import Outcome

_log = logging.getLogger(__name__)


async def publish(press: Interaction, draft: Draft, before: Entry | None) -> None:
    """Publish a draft as `desk.publish` does, with its errors; then say so to everybody concerned.

    `before` is what its entry was. Once the entry is published, whatever fails is told and undoes nothing.
    """
    entry = await press.client.desk.publish(draft, press.user.id)
    (row,) = try_row(entry)
    for leading_on in await _next_question(press, draft.question_id):
        row.add_item(leading_on)
    await show_done(press, told(_heading(entry, before), _found_now(press, entry), [row]))
    await log_channel.log_change(press, entry, before.content if before else None)
    if draft.author_id != press.user.id:
        news = (entry_line(entry), f"{in_words(press)} published what you wrote.")
        await tell_author(press, draft, told("Your draft is published", news))
    if draft.question_id is not None:
        await _tell_askers(press, draft.question_id, entry)


async def tell_author(interaction: Interaction, draft: Draft, card: DeskCard) -> None:
    """Tell whoever sent a draft to a second moderator what came of it, by direct message; never raises."""
    try:
        direct = await interaction.client.create_dm(discord.Object(draft.author_id))
        await direct.send(view=card.view)
    except Exception as error:
        _log.info("The author of a draft could not be told what came of it: %s", error)


def in_words(interaction: Interaction) -> str:
    """Name somebody in a direct message, where Discord may not know them, and the server."""
    where = f"In {escape(interaction.guild.name)}, " if interaction.guild else ""
    return f"{where}{escape(interaction.user.display_name)}"


def is_shipped(interaction: Interaction, entry_id: str) -> bool:
    """Return whether the library ships an entry with an id."""
    return any(shipped.id == entry_id for shipped in interaction.client.engine.library.faq)


def _heading(entry: Entry, before: Entry | None) -> str:
    if entry.revision.action is Action.ADD:
        return "Published"
    return "Changed" if before is None or before.state is State.PUBLISHED else "Published again"


async def _next_question(press: Interaction, question_id: int | None) -> list[CardItem]:
    """Return the button to the question after one in the queue, if one waits."""
    from handlers.review_queue import Walk  # which opens forms, and so stands on this

    if question_id is None or press.guild_id is None:
        return []
    with going_on():
        waiting = [one.id for one in await press.client.store.open_questions(press.guild_id)]
        place = waiting.index(question_id) if question_id in waiting else 0
        others = [one for one in (*waiting[place:], *waiting[:place]) if one != question_id]
        return [Walk.button("Next question ›", f"walk:0:question:{one}") for one in others[:1]]
    return []


def try_row(entry: Entry) -> list[Row]:
    """Return the row with the button that asks what an entry answers: the first of its wordings that fits."""
    return [ui.ActionRow(next(_tries(entry)))]


def _tries(entry: Entry) -> Iterator[CardItem]:
    for wording in (entry.content.question, *entry.content.alternatives):
        yield from Try.labelled("Try it", written("ask", question=wording) if wording[0] == "/" else wording)
    yield from Try.labelled("Try it", written("faq show", id=entry.id))


def _found_now(press: Interaction, entry: Entry) -> Iterator[str]:
    yield entry_line(entry)
    others = len(entry.content.alternatives)
    wordings = f" and by {others} other wording{'s' * (others != 1)}" if others else ""
    is_new = entry.revision.action is Action.ADD
    found = "It can be found now:" if is_new else "Readers see it so from now on. It is found"
    yield f"{found} by its question{wordings}, with `/ask` and `/faq search`."
    if is_shipped(press, entry.id):
        yield "-# In this server it stands in place of the shipped entry; retire it to have that one back."


async def _tell_askers(press: Interaction, question_id: int, entry: Entry) -> None:
    """Close the question of the review queue that an entry answers, and tell those who asked it."""
    from handlers.review import answered  # which opens forms, and so stands on this
    from handlers.review_queue import told_in_words  # likewise

    try:
        reached = await answered(press, question_id, Outcome.ANSWERED, written("faq show", id=entry.id))
        text = f"The question is closed. {told_in_words(reached)}"
    except DeskError as error:
        text = escape(str(error))
    except Exception:
        _log.exception("The question that an entry answers could not be closed")
        text = "It could not be closed: `/faq-desk review` still has it."
    card = told("The question in the queue", [text])
    await press.followup.send(view=card.view, ephemeral=True)
