"""Publishing at the desk: the change itself, then the reply, the log channel and whoever waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager

import discord
from discord import ui

from handlers import languages, log_channel
from handlers.base import Interaction
from handlers.desk_cards import DeskCard, entry_line, told
from handlers.desk_replies import going_on, show_done
from handlers.layout import Row
from handlers.markup import code, escape
from handlers.views import CardItem, Try
from knowledge.commands import shown_command, written
from knowledge.entries import Action, Draft, Entry, State
from knowledge.errors import DeskError
from knowledge.languages import gettext, ngettext, translatable
from knowledge.store import Outcome

_IN_PLACE_OF_SHIPPED = translatable(
    "In this server it stands in place of the shipped entry; retire it to have that one back."
)
_PUBLISHED_BY = (
    translatable("In {server}, {person} published what you wrote."),
    translatable("{person} published what you wrote."),
)

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
        with speaking_to_author(press, draft):
            news = (entry_line(entry), what_was_done(press, *_PUBLISHED_BY))
            card = told(gettext("Your draft is published"), news)
        await tell_author(press, draft, card)
    if draft.question_id is not None:
        await _tell_askers(press, draft.question_id, entry)


async def tell_author(interaction: Interaction, draft: Draft, card: DeskCard) -> None:
    """Tell whoever sent a draft to a second moderator what came of it, by direct message; never raises.

    The card is made while `speaking_to_author`.
    """
    try:
        direct = await interaction.client.create_dm(discord.Object(draft.author_id))
        await direct.send(view=card.view)
    except Exception as error:
        _log.info("The author of a draft could not be told what came of it: %s", error)


def speaking_to_author(interaction: Interaction, draft: Draft) -> AbstractContextManager[None]:
    """Let what runs within speak as the author of a draft wrote it, or as is spoken in the server."""
    typed = draft.typed.get("question", "")
    return languages.speaking_to_all(interaction.client, interaction.guild, typed)


def what_was_done(interaction: Interaction, in_server: str, elsewhere: str) -> str:
    """Say in a direct message what somebody did: by name, as Discord may not know them there, and where."""
    person = escape(interaction.user.display_name)
    if interaction.guild is None:
        return gettext(elsewhere, person=person)
    return gettext(in_server, person=person, server=escape(interaction.guild.name))


def is_shipped(interaction: Interaction, entry_id: str) -> bool:
    """Return whether the library ships an entry with an id."""
    return any(shipped.id == entry_id for shipped in interaction.client.engine.library.faq)


def _heading(entry: Entry, before: Entry | None) -> str:
    if entry.revision.action is Action.ADD:
        return gettext("Published")
    was_shown = before is None or before.state is State.PUBLISHED
    return gettext("Changed") if was_shown else gettext("Published again")


async def _next_question(press: Interaction, question_id: int | None) -> list[CardItem]:
    """Return the button to the question after one in the queue, if one waits."""
    from handlers.review_queue import Walk  # which opens forms, and so stands on this

    if question_id is None or press.guild_id is None:
        return []
    with going_on():
        waiting = [one.id for one in await press.client.store.open_questions(press.guild_id)]
        place = waiting.index(question_id) if question_id in waiting else 0
        others = [one for one in (*waiting[place:], *waiting[:place]) if one != question_id]
        return [Walk.button(gettext("Next question ›"), f"walk:0:question:{one}") for one in others[:1]]
    return []


def try_row(entry: Entry) -> list[Row]:
    """Return the row with the button that asks what an entry answers: the first of its wordings that fits."""
    return [ui.ActionRow(next(_tries(entry)))]


def _tries(entry: Entry) -> Iterator[CardItem]:
    label = gettext("Try it")
    for wording in (entry.content.question, *entry.content.alternatives):
        yield from Try.labelled(label, written("ask", question=wording) if wording[0] == "/" else wording)
    yield from Try.labelled(label, written("faq show", id=entry.id))


def _found_now(press: Interaction, entry: Entry) -> Iterator[str]:
    yield entry_line(entry)
    others = len(entry.content.alternatives)
    is_new = entry.revision.action is Action.ADD
    yield _found_first(others) if is_new else _found_anew(others)
    if is_shipped(press, entry.id):
        yield f"-# {gettext(_IN_PLACE_OF_SHIPPED)}"


def _found_first(others: int) -> str:
    """Say by how many wordings beside its question a new entry can be found."""
    ask, search = code(shown_command("/ask")), code(shown_command("/faq search"))
    if not others:
        return gettext(
            "It can be found now: by its question, with {ask} and {search}.", ask=ask, search=search
        )
    return ngettext(
        "It can be found now: by its question and by {count} other wording, with {ask} and {search}.",
        "It can be found now: by its question and by {count} other wordings, with {ask} and {search}.",
        others,
        ask=ask,
        search=search,
    )


def _found_anew(others: int) -> str:
    """Say by how many wordings beside its question a changed entry is found."""
    ask, search = code(shown_command("/ask")), code(shown_command("/faq search"))
    if not others:
        return gettext(
            "Readers see it so from now on. It is found by its question, with {ask} and {search}.",
            ask=ask,
            search=search,
        )
    return ngettext(
        "Readers see it so from now on. It is found by its question and by {count} other wording, with "
        "{ask} and {search}.",
        "Readers see it so from now on. It is found by its question and by {count} other wordings, with "
        "{ask} and {search}.",
        others,
        ask=ask,
        search=search,
    )


async def _tell_askers(press: Interaction, question_id: int, entry: Entry) -> None:
    """Close the question of the review queue that an entry answers, and tell those who asked it."""
    from handlers.review import answered  # which opens forms, and so stands on this
    from handlers.review_queue import told_in_words  # likewise

    try:
        reached = await answered(press, question_id, Outcome.ANSWERED, written("faq show", id=entry.id))
        text = f"{gettext('The question is closed.')} {told_in_words(reached)}"
    except DeskError as error:
        text = escape(str(error))
    except Exception:
        _log.exception("The question that an entry answers could not be closed")
        queue = code(shown_command("/faq-desk review"))
        text = gettext("It could not be closed: {command} still has it.", command=queue)
    card = told(gettext("The question in the queue"), [text])
    await press.followup.send(view=card.view, ephemeral=True)
