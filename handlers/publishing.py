"""Publishing at the desk: the change itself, then the reply, the log channel and whoever waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from discord import ui

from handlers import log_channel
from handlers.base import Interaction
from handlers.desk_cards import entry_line, told
from handlers.desk_replies import show_done
from handlers.layout import Row
from handlers.markup import escape
from handlers.views import CardItem, Try
from knowledge.commands import written
from knowledge.entries import Draft, Entry
from knowledge.errors import DeskError
from knowledge.store import Outcome

_log = logging.getLogger(__name__)


async def publish(press: Interaction, draft: Draft, before: Entry | None) -> None:
    """Publish a draft as `desk.publish` does, with its errors; then say so to everybody concerned.

    `before` is what its entry was. Once the entry is published, whatever fails is told and undoes nothing.
    """
    entry = await press.client.desk.publish(draft, press.user.id)
    await show_done(press, told("Published", _found_now(press, entry), try_row(entry)))
    await log_channel.log_change(press, entry, before.content if before else None)
    if draft.question_id is not None:
        await _tell_askers(press, draft.question_id, entry)


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
    yield f"It can be found now: by its question{wordings}, with `/ask` and `/faq search`."
    if any(shipped.id == entry.id for shipped in press.client.engine.library.faq):
        yield "-# In this server it stands in place of the shipped entry; retire it to have that one back."


async def _tell_askers(press: Interaction, question_id: int, entry: Entry) -> None:
    """Close the question of the review queue that an entry answers, and tell those who asked it."""
    from handlers.review import answered  # which opens forms, and so stands on this

    try:
        count = await answered(press, question_id, Outcome.ANSWERED, written("faq show", id=entry.id))
        people = "1 person who asked was" if count == 1 else f"{count} people who asked were"
        text = f"The question is closed. {people} told." if count else "The question is closed."
    except DeskError as error:
        text = escape(str(error))
    except Exception:
        _log.exception("The question that an entry answers could not be closed")
        text = "It could not be closed: `/faq-desk review` still has it."
    card = told("The question in the queue", [text])
    await press.followup.send(view=card.view, ephemeral=True)
