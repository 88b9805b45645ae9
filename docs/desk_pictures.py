"""The pictures of the moderators' desk, of what members see of it, and of what is kept about people."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import discord
import simcord

from demo import MANAGER, MEMBER, MODERATOR, OTHER, UNANSWERED, World
from docs.scenes import (
    NOT_HELPFUL,
    REASON,
    SAID_WHY,
    Kind,
    Picture,
    Scene,
    Step,
    choose,
    fill,
    press,
    send,
    several,
    unseen,
    use,
    view_as,
)
from handlers.drafts import EntryForm
from knowledge.drafts import LABELS, typed
from knowledge.entries import Draft
from knowledge.store import Outcome

QUESTION = "was there insulin in the shipments?"
"""What the library does not answer."""

ANSWERING = "what-was-shipped"
"""The entry that moderators find to answer it."""

HOLD: Mapping[str, str] = {
    "question": "What is a hold?",
    "answer": "Foreign Policy uses the word where the United States **blocks or delays** a relief group's "
    "request in the U.N. sanctions committee. A UNICEF letter names what was held up: ambulances, and solar "
    "generators for tuberculosis clinics.",
    "alternatives": "what does a hold mean\nwho can put a hold on aid",
    "citations": "fp-2019¶5, fp-2019¶6",
    "reason": "People ask what the word means",
}
HOLD_ID = "what-is-a-hold"
SHORTER = {
    "answer": "A request to deliver aid that the United States **blocks or delays** in the U.N. committee."
}

MONDAY: Mapping[str, str] = {
    "question": "When do the moderators look at suggestions?",
    "answer": "Every Monday. The [list of suggestions](https://example.org/suggestions) shows what is next.",
    "alternatives": "when is my source looked at",
    "citations": "editorial",
}
FAULTY: Mapping[str, str] = {
    "question": "How long do holds last?",
    "answer": "",
    "alternatives": "???",
    "citations": "fp-2019¶99, nowhere¶1",
}
PAID: Mapping[str, str] = {
    "answer": "The reports do not say who paid. An American official told Radio Free Asia that the shipments "
    "were aid from organizations based in the United States, and that North Korea had not bought them.",
    "alternatives": "who pays for the aid\nwhose money was it",
    "citations": "rfa-2024¶6",
    "reason": "Asked in the queue",
}

FILE = """\
- id: what-is-a-hold
  question: "What is a hold?"
  alternatives:
    - "what does a hold mean"
  answer: >-
    A request to deliver aid that the United States blocks or delays in the U.N. sanctions committee.
  citations: ["fp-2019¶5"]
- id: where-do-i-suggest-a-source
  question: "Where do I suggest a source?"
  answer: >-
    Post its link here. The moderators look at it every Monday.
  editorial: true
"""
FAULTY_FILE = """\
- id: what-is-a-hold
  question: "What is a hold?"
  answer: "A request that is blocked or delayed."
  citations: ["fp-2019¶99"]
- id: "Who decides?"
  question: "Who decides?"
  answr: "The moderators do."
  editorial: yes
"""


def labelled(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what is typed by the labels under which the form asks for it."""
    return {LABELS[name]: text for name, text in fields.items()}


# --- what moderators do -----------------------------------------------------------------------------------


def draft(fields: Mapping[str, str] = HOLD) -> Step:
    """Write an entry as a moderator, up to its preview."""
    return several(view_as(MODERATOR), use("faq-desk add"), send(labelled(fields)))


def edit(fields: Mapping[str, str], entry_id: str = HOLD_ID) -> Step:
    """Change an entry, up to the preview."""
    return several(use("faq-desk edit", id=entry_id), send(labelled(fields)))


def published(fields: Mapping[str, str] = HOLD) -> Step:
    """Let another moderator have published an entry."""

    async def act(world: World) -> None:
        by = world.manager
        await _publish(world, Draft(by.guild.id, by.id, fields))

    return unseen(act)


def changed(fields: Mapping[str, str] = SHORTER, entry_id: str = HOLD_ID) -> Step:
    """Let another moderator have changed an entry."""

    async def act(world: World) -> None:
        by = world.manager
        entry = await world.bot.store.entry(by.guild.id, entry_id)
        assert entry is not None
        said = {**typed(entry.content), "reason": "Shorter", **fields}
        await _publish(world, Draft(by.guild.id, by.id, said, entry_id, entry.revision.number))

    return unseen(act)


async def _publish(world: World, written: Draft) -> None:
    await world.bot.desk.publish(await world.bot.desk.keep(written), written.author_id)


def stale(fields: Mapping[str, str] = HOLD) -> Step:
    """Let an entry have been published when what it cites read otherwise."""

    async def step(scene: Scene) -> None:
        with patch("knowledge.drafts.digest", return_value="as it was then"):
            await published(fields)(scene)

    return step


def settings(**chosen: Any) -> Step:
    """Let somebody have chosen settings of the server."""

    async def act(world: World) -> None:
        await world.bot.desk.change_settings(world.member.guild.id, lambda now: replace(now, **chosen))

    return unseen(act)


async def log_here(scene: Scene) -> None:
    """Let the changes of entries be logged in the channel that the page shows."""
    await settings(log_channel=scene.demo.world.channel.id)(scene)


def importing(text: str, name: str = "entries.yaml", **options: str) -> Step:
    """Import a file that says this."""

    async def step(scene: Scene) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_text(text, "utf-8")
            await scene.page.command("faq-desk import", file=file, **options)

    return step


def on_message(menu: str, message: str) -> Step:
    """Choose from the menu of a message that somebody writes; the page has no such menus, but shows forms."""

    async def step(scene: Scene) -> None:
        world, preview = scene.demo.world, scene.demo.page
        async with world.turn:
            written = await world.other.send(world.channel, message)
            result = await world.moderator.context_menu(world.channel, menu, written)
        (page,) = (page for page in preview._pages.values() if page is not preview._python)
        if result.modal is not None:
            page.modal, page.modal_handle = result, "m_of_a_menu"
        await scene.page.refresh()

    return step


def find(question: str) -> Step:
    """Walk the review queue to a question."""

    async def step(scene: Scene) -> None:
        await scene.page.command("faq-desk review")
        while question not in await scene.page.text():
            await scene.page.press("Next ›")

    return step


def behind(act: Callable[[World, simcord.MemberActor], Awaitable[object]]) -> Step:
    """Let the other moderator do something that is not seen on the page."""
    return unseen(lambda world: act(world, world.manager))


# --- what members do --------------------------------------------------------------------------------------


def asked(question: str = QUESTION, wish: str = "") -> Step:
    """Put a question to the moderators as a member."""
    steps = [view_as(MEMBER), use("ask", question=question), press("Ask the moderators")]
    return several(*steps, *([press(wish)] if wish else []))


ANSWERED = several(
    view_as(MODERATOR),
    find(QUESTION),
    press("Point to a passage"),
    send({"Passage or entry": ANSWERING}),
    press("Confirm"),
)
DISMISSED = several(
    view_as(MODERATOR),
    find(QUESTION),
    press("Not for us"),
    send({"Why, if you want to say so": "The reports name kinds of goods, not single ones."}),
)


LEFT_BEHIND = several(SAID_WHY, asked(wish="Tell me here"))

TWO_TO_IMPORT = several(
    view_as(MODERATOR),
    settings(two_person_rule=True),
    importing(FILE, reason="From our old list"),
)
IMPORT_HANDED_ON = several(TWO_TO_IMPORT, press("Ask a second moderator"), view_as(MANAGER))


def direct_messages_of(name: str, find: Callable[[World], simcord.MemberActor]) -> Step:
    """Show somebody's direct messages with the bot, to which the page has no way."""

    async def step(scene: Scene) -> None:
        world, preview = scene.demo.world, scene.demo.page
        (page,) = (page for page in preview._pages.values() if page is not preview._python)
        await scene.page.view_as(name)
        page.channel_id, page.window_end_id = find(world).user.dm_channel.id, None
        await scene.page.refresh()

    return step


direct_messages = direct_messages_of(MEMBER, lambda world: world.member)
moderators_messages = direct_messages_of(MODERATOR, lambda world: world.moderator)


# --- what goes wrong --------------------------------------------------------------------------------------


async def block(world: World, by: simcord.MemberActor) -> None:
    """Block the member."""
    await world.bot.store.block(by.guild.id, world.member.id, by.id, world.env.now())


async def close(world: World, by: simcord.MemberActor) -> None:
    """Close every question of the queue."""
    for question in await world.bot.store.open_questions(by.guild.id):
        await world.bot.store.close_question(
            by.guild.id, question.id, Outcome.DISMISSED, by.id, world.env.now()
        )


async def point(world: World, by: simcord.MemberActor) -> None:
    """Point the question to its answer."""
    await world.bot.desk.point(by.guild.id, QUESTION, ANSWERING, by.id)


async def retire(world: World, by: simcord.MemberActor, entry_id: str = HOLD_ID) -> None:
    """Retire the entry."""
    entry = await world.bot.store.entry(by.guild.id, entry_id)
    assert entry is not None
    await world.bot.desk.retire(by.guild.id, entry_id, entry.revision.number, by.id)


async def drop_drafts(world: World, by: simcord.MemberActor) -> None:
    """Delete all drafts."""
    for kept in await world.bot.store.drafts(by.guild.id):
        await world.bot.store.drop_draft(by.guild.id, kept.id)


async def change_drafts(world: World, by: simcord.MemberActor) -> None:
    """Change all drafts, as their author can on another device."""
    for kept in await world.bot.store.drafts(by.guild.id):
        await world.bot.desk.keep(replace(kept, typed={**kept.typed, **SHORTER}))


async def demote(world: World, _: simcord.MemberActor) -> None:
    """Take the moderator's role away."""
    guild = world.moderator.guild
    world.env.backend.get_guild(guild.id).members[world.moderator.id].role_ids.clear()


async def let_see_settings(world: World, _: simcord.MemberActor) -> None:
    """Let the moderator see /settings, as the integration settings of a server can."""
    guild = world.moderator.guild
    for command in world.env.backend.commands[None].values():
        if command["name"] == "settings":
            guild.set_command_permissions(int(command["id"]), {world.moderator: True})


async def choose_everyone(world: World, by: simcord.MemberActor) -> None:
    """Choose the role that everybody has, which the page does not list and Discord does."""
    panel = world.channel.history(viewer=by)[-1]
    await by.select(panel, [by.guild.default_role], custom_id="setting:roles")


async def log_where_nobody_may_write(scene: Scene) -> None:
    """Let the log channel be one in which the bot may not write."""
    guild = scene.demo.world.member.guild
    silent = discord.PermissionOverwrite(send_messages=False)
    channel = guild.create_text_channel("moderators", overwrites={guild.default_role: silent})
    await settings(log_channel=channel.id)(scene)


async def send_as_another_version(scene: Scene) -> None:
    """Send the open form to a bot that has no such form any more."""
    with patch.object(EntryForm, "template", re.compile(r"(?!)")):
        await scene.page.send()


SUBMITTED = several(
    settings(two_person_rule=True),
    draft(),
    press("Send to a second moderator"),
    view_as(MANAGER),
    use("faq-desk drafts"),
    choose("What is a hold?"),
)
WHY_BACK = {"What should be different?": "Please cite the letter itself, too."}


# --- the pictures -----------------------------------------------------------------------------------------

_ASKING = Kind(
    "Asking the moderators",
    (
        Picture(
            "ask-moderators",
            "A question without an answer goes to the moderators only if its asker wants that.",
            "A private card: the question was sent, what is kept of it, and buttons to be told the outcome.",
            (asked(),),
        ),
        Picture(
            "ask-moderators-wish",
            "Whoever asked chooses whether, and where, to be told.",
            "The same card: you will be told in this channel, where others see it.",
            (asked(wish="Tell me here"),),
        ),
        Picture(
            "ask-moderators-taken-back",
            "A question can be taken back.",
            "A private card: taken back, nothing of it is kept.",
            (asked(wish="Take it back"),),
        ),
        Picture(
            "ask-moderators-answered",
            "Where there is an answer by now, nothing is sent.",
            "A private card with the answer, and a note that nothing was sent to the moderators.",
            (use("ask", question=QUESTION), behind(point), press("Ask the moderators")),
        ),
        Picture(
            "told-here",
            "Whoever wished it is told in the channel, by name, with the answer.",
            "A public card that names Alex: the moderators have an answer, and which.",
            (asked(wish="Tell me here"), ANSWERED, view_as(MEMBER)),
        ),
        Picture(
            "told-not-answered",
            "That moderators do not answer a question is told too, with their reason.",
            "A public card that names Alex: the moderators do not answer the question, and why.",
            (asked(wish="Tell me here"), DISMISSED, view_as(MEMBER)),
        ),
        Picture(
            "told-directly",
            "Or by direct message.",
            "A direct message of the bot: the moderators have an answer, and which.",
            (asked(wish="Tell me by direct message"), ANSWERED, direct_messages),
        ),
        Picture(
            "error-quota",
            "Nobody may put more questions to the moderators in a day than the server allows.",
            "A private message: from when on the next question can be asked.",
            (settings(questions_a_day=1), asked(), asked("what is the capital of Mars?")),
        ),
        Picture(
            "error-blocked",
            "Moderators need not take questions from everyone.",
            "A private message: the moderators of this server do not take questions from you.",
            (behind(block), asked()),
        ),
        Picture(
            "error-none-taken",
            "A server may take no questions at all.",
            "A private message: the moderators take no questions at the moment.",
            (use("ask", question=QUESTION), settings(questions_a_day=0), press("Ask the moderators")),
        ),
        Picture(
            "error-wish-too-late",
            "A wish that comes after the question was closed.",
            "A private message: the question is not open any more.",
            (asked(), behind(close), press("Tell me here")),
        ),
    ),
)

_ENTRIES = Kind(
    "Entries of a server",
    (
        Picture(
            "faq-own",
            "A server's own entry, found by another wording than its question.",
            "A card with the answer of the entry, what it cites, and that it is this server's own.",
            (published(), use("ask", question="what does a hold mean")),
        ),
        Picture(
            "faq-own-editorial",
            "One that rests on no source says so.",
            "A card with an answer that is marked as editorial, from this server's moderators.",
            (use("ask", question="can you add an article"),),
        ),
        Picture(
            "faq-stale",
            "If a passage that an entry cites has changed, readers are warned.",
            "A card with the entry, and a warning that a passage it cites no longer reads as it did.",
            (stale(), use("faq show", id=HOLD_ID)),
        ),
        Picture(
            "faq-search",
            "Entries are found by their words.",
            "A card with the entries nearest to some words, and buttons to them.",
            (published(), use("faq search", words="holds on shipments")),
        ),
        Picture(
            "faq-list",
            "All entries, the server's own first.",
            "A card with a list of entries, the first page of several.",
            (published(), use("faq list")),
        ),
        Picture(
            "faq-nothing",
            "Where no entry fits, that is said.",
            "A card that says that no entry has these words.",
            (use("faq search", words="sourdough bread"),),
        ),
        Picture(
            "faq-unknown",
            "So it is where there is no such entry.",
            "A card that says that there is no such entry.",
            (published(), use("faq show", id="what-is-a-hld")),
        ),
    ),
)

_WRITING = Kind(
    "Writing an entry",
    (
        Picture(
            "desk-form",
            "The form of a new entry.",
            "A form with five fields: question, answer, alternative wordings, citations, reason.",
            (view_as(MODERATOR), use("faq-desk add"), fill(labelled(HOLD))),
            of="form",
        ),
        Picture(
            "desk-preview",
            "The preview shows the very card that readers will see.",
            "A private card: by what the entry is found, the entry itself, and buttons to publish, edit or "
            "discard it.",
            (draft(),),
        ),
        Picture(
            "desk-preview-editorial",
            "An editorial entry rests on no source; beside a masked link its host is shown.",
            "A preview of an entry that is marked as editorial, with a link and its host.",
            (draft(MONDAY),),
        ),
        Picture(
            "desk-faults",
            "What cannot be published yet says why, everything at once; what was typed is kept.",
            "A private card that names a fault in each field, with buttons to edit again or to discard.",
            (draft(FAULTY),),
        ),
        Picture(
            "desk-details",
            "Tags, the review date and the id have a form of their own.",
            "A form with three fields: tags, review date, id.",
            (
                draft(),
                press("Tags, review date, id"),
                fill({"Tags": "sanctions, words", "Review date": "2026-06-30"}),
            ),
            of="form",
        ),
        Picture(
            "desk-published",
            "Published: found by the very next question.",
            "A private card: by what the entry is found now, with a button to try it.",
            (draft(), press("Publish")),
        ),
        Picture(
            "desk-edit",
            "An edit begins with what the entry says.",
            "The form, prefilled with an entry.",
            (view_as(MODERATOR), published(), use("faq-desk edit", id=HOLD_ID)),
            of="form",
        ),
        Picture(
            "desk-preview-change",
            "The preview of a change.",
            "A preview that says which entry it changes, with a button that shows what changes.",
            (view_as(MODERATOR), published(), edit(SHORTER)),
        ),
        Picture(
            "desk-changes",
            "What a draft changes.",
            "A private card: the answer before and after, as lines with minus and plus.",
            (view_as(MODERATOR), published(), edit(SHORTER), press("What changes")),
        ),
        Picture(
            "desk-preview-override",
            "A shipped entry is not changed: the server gets one in its place.",
            "A preview that says that the entry stands in place of the shipped one.",
            (
                view_as(MODERATOR),
                edit(
                    {"answer": "No language model. Our own rules on such tools are pinned above."},
                    "does-it-use-ai",
                ),
            ),
        ),
        Picture(
            "desk-unchanged",
            "What changes nothing cannot be published.",
            "A preview that says that nothing changed, without a button to publish.",
            (view_as(MODERATOR), published(), edit({})),
        ),
        Picture(
            "desk-answered-already",
            "If something answers one of the wordings already, the preview says so.",
            "A preview that names a wording which the library answers already.",
            (draft({**MONDAY, "alternatives": "is this up to date"}),),
        ),
        Picture(
            "desk-drafts",
            "Drafts are kept until they are published or discarded.",
            "A private card with a list of drafts and a menu to open one.",
            (draft(), draft(FAULTY), use("faq-desk drafts")),
        ),
        Picture(
            "desk-no-drafts",
            "No drafts.",
            "A private card: no draft of yours, and none that waits for a second moderator.",
            (view_as(MODERATOR), use("faq-desk drafts")),
        ),
        Picture(
            "desk-discard",
            "Before a draft is discarded, the desk asks.",
            "A private card: what was typed cannot be brought back, with buttons to discard or to keep it.",
            (draft(), press("Discard")),
        ),
        Picture(
            "desk-discarded",
            "Discarded.",
            "A private card: the draft is deleted.",
            (draft(), press("Discard"), press("Discard it")),
        ),
        Picture(
            "desk-save-as-faq",
            "“Save as FAQ” in the menu of a message begins an entry with it.",
            "The form, whose answer is a message, with its author and a link to it.",
            (
                view_as(MODERATOR),
                on_message("Save as FAQ", "The next reading group is on 3 March, in the voice channel."),
            ),
            of="form",
        ),
        Picture(
            "desk-answer-with",
            "“Answer with FAQ” in the menu of a message offers the nearest entries.",
            "A private card with a menu of entries.",
            (view_as(MODERATOR), published(), on_message("Answer with FAQ", "what on earth is a hold?")),
        ),
        Picture(
            "desk-answered-with",
            "The one that is chosen is posted as a reply.",
            "A public card with an entry, as a reply to a message; it names who chose it.",
            (
                view_as(MODERATOR),
                published(),
                on_message("Answer with FAQ", "what on earth is a hold?"),
                choose("What is a hold?"),
                view_as(MEMBER),
            ),
            of="last two messages",
        ),
    ),
)

_TOGETHER = Kind(
    "Several moderators",
    (
        Picture(
            "desk-conflict",
            "Somebody else was faster: nothing is overwritten, and the difference is shown.",
            "A private card: who changed the entry meanwhile and how, and what yours would change now.",
            (
                view_as(MODERATOR),
                published(),
                use("faq-desk edit", id=HOLD_ID),
                changed(),
                send({"Alternative wordings": "what does a hold mean\nholds"}),
            ),
        ),
        Picture(
            "desk-exists",
            "An id that is taken.",
            "A private card: there is such an entry already, and what differs.",
            (
                draft(),
                press("Tags, review date, id"),
                send({"Id": "where-do-i-suggest-a-source"}),
            ),
        ),
        Picture(
            "desk-draft-changed",
            "A draft that was changed since it was previewed is not published.",
            "The preview, with a note that the draft was changed since it was seen.",
            (draft(), behind(change_drafts), press("Publish")),
        ),
        Picture(
            "desk-other-window",
            "A form that was open in two windows: nothing is overwritten, and both are kept.",
            "A private card: what differs, and buttons to open either draft.",
            (
                draft(),
                press("Edit again"),
                behind(change_drafts),
                send({"Reason": "A clearer answer"}),
            ),
        ),
        Picture(
            "desk-draft-gone",
            "A draft that is gone.",
            "A private card: the draft was published or discarded meanwhile.",
            (draft(), behind(drop_drafts), press("Edit again")),
        ),
        Picture(
            "two-preview",
            "Where two people are required, a draft is sent to a second moderator.",
            "A preview with a button that sends it to a second moderator, and none that publishes it.",
            (settings(two_person_rule=True), draft()),
        ),
        Picture(
            "two-waiting",
            "It waits for a second moderator.",
            "The preview, with a note that it was sent and waits.",
            (settings(two_person_rule=True), draft(), press("Send to a second moderator")),
        ),
        Picture(
            "two-second",
            "The second moderator sees the same card, and publishes it or sends it back.",
            "The preview as somebody else sees it: who wrote it, and buttons to publish it or send it back.",
            (
                settings(two_person_rule=True),
                draft(),
                press("Send to a second moderator"),
                view_as(MANAGER),
                use("faq-desk drafts"),
                choose("What is a hold?"),
            ),
        ),
        Picture(
            "two-send-back",
            "Sending it back wants a reason.",
            "A form with one field: what should be different.",
            (SUBMITTED, press("Send back"), fill(WHY_BACK)),
            of="form",
        ),
        Picture(
            "two-sent-back",
            "It is its author's again.",
            "A private card: the draft is sent back, and why.",
            (SUBMITTED, press("Send back"), send(WHY_BACK)),
        ),
        Picture(
            "two-sent-back-told",
            "The author is told by direct message.",
            "A direct message of the bot: the draft was sent back, by whom and why.",
            (SUBMITTED, press("Send back"), send(WHY_BACK), moderators_messages),
        ),
        Picture(
            "two-back",
            "The author finds the reason on the draft.",
            "The preview, with the reason for which it was sent back.",
            (
                SUBMITTED,
                press("Send back"),
                send(WHY_BACK),
                view_as(MODERATOR),
                use("faq-desk drafts"),
                choose("What is a hold?"),
            ),
        ),
    ),
)

_HISTORY = Kind(
    "History of an entry",
    (
        Picture(
            "desk-history",
            "Every change: what, who, when and why.",
            "A private card with the revisions of an entry, newest first, and a menu to look at a change.",
            (
                published(),
                changed(),
                behind(retire),
                view_as(MODERATOR),
                use("faq-desk restore", id=HOLD_ID, reason="Still asked"),
                use("faq-desk history", id=HOLD_ID),
            ),
        ),
        Picture(
            "desk-diff",
            "Two revisions compared.",
            "A private card: what differs between two revisions, with a button to go back.",
            (view_as(MODERATOR), published(), changed(), use("faq-desk diff", id=HOLD_ID)),
        ),
        Picture(
            "desk-revert",
            "Going back to a revision is seen before it happens.",
            "A preview of the entry as it was, with buttons to publish it again and to see what changes.",
            (
                view_as(MODERATOR),
                published(),
                changed(),
                use("faq-desk revert", id=HOLD_ID, number="1", reason="The longer one was clearer"),
            ),
        ),
        Picture(
            "desk-reverted",
            "Reverted, as a revision of its own.",
            "A private card: the entry says again what it said.",
            (
                view_as(MODERATOR),
                published(),
                changed(),
                use("faq-desk revert", id=HOLD_ID, number="1"),
                press("Publish revision 1 again"),
            ),
        ),
        Picture(
            "desk-revert-refused",
            "What another entry says by now cannot be taken back.",
            "A private card: another entry has the wording; the revision can be edited as a draft.",
            (
                view_as(MODERATOR),
                published(),
                changed({"question": "Who blocks shipments?", "alternatives": ""}),
                published({**MONDAY, "question": "What is a hold?"}),
                use("faq-desk revert", id=HOLD_ID, number="1"),
            ),
        ),
        Picture(
            "desk-retired",
            "A retired entry is not found any more, and its history stays.",
            "A private card: the entry is retired, with a button to restore it.",
            (
                view_as(MODERATOR),
                published(),
                use("faq-desk retire", id=HOLD_ID, reason="Not asked any more"),
            ),
        ),
        Picture(
            "desk-restored",
            "Restored, as it was.",
            "A private card: the entry can be found again, with a button to try it.",
            (view_as(MODERATOR), published(), use("faq-desk retire", id=HOLD_ID), press("Restore")),
        ),
        Picture(
            "desk-restored-stale",
            "What has changed since is said.",
            "A private card: the entry can be found again, and a passage it cites has changed.",
            (view_as(MODERATOR), stale(), use("faq-desk retire", id=HOLD_ID), press("Restore")),
        ),
    ),
)

_FILES = Kind(
    "Files of entries",
    (
        Picture(
            "desk-export",
            "All entries of a server as a file.",
            "A private card with a YAML file.",
            (view_as(MODERATOR), published(), use("faq-desk export")),
        ),
        Picture(
            "desk-import",
            "An import shows first what it would do.",
            "A private card: which entries would be added and changed, how, and buttons to import or not.",
            (view_as(MODERATOR), importing(FILE, reason="From our old list")),
        ),
        Picture(
            "desk-imported",
            "Imported.",
            "A private card: how many entries were added, changed and left alone.",
            (view_as(MODERATOR), importing(FILE, reason="From our old list"), press("Import")),
        ),
        Picture(
            "desk-import-faults",
            "A file with faults changes nothing; every fault is named with its line.",
            "A private card with the faults of a file, which hang on it as a text too.",
            (view_as(MODERATOR), importing(FAULTY_FILE)),
        ),
        Picture(
            "desk-import-nothing",
            "A file that says what there is.",
            "A private card: the server has every entry of the file.",
            (view_as(MODERATOR), importing(FILE), press("Import"), importing(FILE)),
        ),
        Picture(
            "desk-import-changed",
            "If entries change meanwhile, the plan is shown anew before anything happens.",
            "A private card: the plan has changed, with the new one.",
            (view_as(MODERATOR), importing(FILE), published(), press("Import")),
        ),
        Picture(
            "desk-import-stopped",
            "Not imported.",
            "A private card: not imported, and who stopped it.",
            (view_as(MODERATOR), importing(FILE), press("Do not import")),
        ),
        Picture(
            "two-import",
            "Where two people are required, an import is posted for a second moderator.",
            "A private card with the plan, and a button to ask a second moderator.",
            (TWO_TO_IMPORT,),
        ),
        Picture(
            "two-import-posted",
            "The second moderator confirms it there.",
            "A public card with the plan and its file, and buttons to import or not.",
            (IMPORT_HANDED_ON,),
        ),
        Picture(
            "two-imported",
            "Confirmed.",
            "A public card: what was imported, by whom, and who confirmed it.",
            (IMPORT_HANDED_ON, press("Import")),
        ),
    ),
)

_REVIEW = Kind(
    "Review queue",
    (
        Picture(
            "review",
            "What people could not find, one question at a time.",
            "A private card: the question, how many asked it, the closest passages, and what can be done.",
            (asked(UNANSWERED), view_as(MODERATOR), use("faq-desk review")),
        ),
        Picture(
            "review-write",
            "An entry is written with the question filled in.",
            "The form of a new entry, whose question is the one that was asked.",
            (view_as(MODERATOR), find(UNANSWERED), press("Write entry"), fill(labelled(PAID))),
            of="form",
        ),
        Picture(
            "review-written",
            "Publishing it closes the question, tells those who wished it and leads on to the next.",
            "Two private cards: the entry is published, with a button to the next question; the question is "
            "closed, and one person was told.",
            (
                asked(),
                asked(UNANSWERED, "Tell me by direct message"),
                view_as(MODERATOR),
                find(UNANSWERED),
                press("Write entry"),
                send(labelled(PAID)),
                press("Publish"),
            ),
            of="last two messages",
        ),
        Picture(
            "review-point",
            "Or the question is pointed to a passage or an entry that there is.",
            "A form with one field for a reference or an id.",
            (
                asked(),
                view_as(MODERATOR),
                find(QUESTION),
                press("Point to a passage"),
                fill({"Passage or entry": ANSWERING}),
            ),
            of="form",
        ),
        Picture(
            "review-point-preview",
            "What readers will see is shown before it counts.",
            "A private card: the very reply, marked as pointed there by moderators, with buttons to confirm.",
            (
                asked(),
                view_as(MODERATOR),
                find(QUESTION),
                press("Point to a passage"),
                send({"Passage or entry": ANSWERING}),
            ),
        ),
        Picture(
            "review-pointed",
            "From then on it is answered by that.",
            "The next question of the queue, and a private note of what was done, which can be taken back.",
            (asked(wish="Tell me by direct message"), ANSWERED),
            of="last two messages",
        ),
        Picture(
            "pointers",
            "What is pointed where is listed, and can be taken back later.",
            "A private card with a question, where it is pointed, by whom and when, and a menu to undo it.",
            (asked(), ANSWERED, use("faq-desk pointers")),
        ),
        Picture(
            "review-unpointed",
            "That can be taken back.",
            "A private card: the question is not pointed there any more.",
            (asked(), ANSWERED, press("Take it back")),
        ),
        Picture(
            "review-dismiss",
            "Or it is not for the moderators to answer.",
            "A form with one field: why, if you want to say so.",
            (asked(), view_as(MODERATOR), find(QUESTION), press("Not for us")),
            of="form",
        ),
        Picture(
            "review-dismissed",
            "It leaves the queue without an answer.",
            "A private note: the question is off the queue, and who was told.",
            (asked(), DISMISSED),
        ),
        Picture(
            "review-dismissed-before",
            "If it is asked again, the queue says when that was, and by whom.",
            "A private card: the question, how many asked it, and that it was dismissed before.",
            (asked(), DISMISSED, asked(), view_as(MODERATOR), find("Dismissed before")),
        ),
        Picture(
            "review-blocked",
            "Where one person alone asked, that person can be kept from asking.",
            "A private note: no more questions are taken from this person, and how to undo that.",
            (asked(), view_as(MODERATOR), find(QUESTION), press("Block the asker")),
        ),
        Picture(
            "review-draft",
            "Drafts that wait for a second moderator come first in the queue.",
            "A private card: the draft, who wrote it, and a button to open it.",
            (
                settings(two_person_rule=True),
                draft(),
                press("Send to a second moderator"),
                view_as(MANAGER),
                use("faq-desk review"),
            ),
        ),
        Picture(
            "review-stale",
            "So do entries to be looked at again.",
            "A private card: the entry, why it has to be looked at, and buttons to show and to edit it.",
            (view_as(MODERATOR), stale(), use("faq-desk review"), press("Next ›")),
        ),
        Picture(
            "review-empty",
            "Nothing waits.",
            "A private card: nothing waits for you.",
            (view_as(MODERATOR), behind(close), use("faq-desk review")),
        ),
        Picture(
            "desk-stats",
            "The desk in numbers.",
            "A private card: entries, drafts, open questions and votes, and what was most often not helpful.",
            (SAID_WHY, draft(), use("faq-desk stats")),
        ),
        Picture(
            "desk-block",
            "Whom moderators take no questions from.",
            "A private message: no more questions are taken from Robin, and how to undo that.",
            (view_as(MODERATOR), use("faq-desk block", user=f"@{OTHER}")),
        ),
        Picture(
            "desk-unblock",
            "And take them from again.",
            "A private message: Robin may ask the moderators again.",
            (
                view_as(MODERATOR),
                use("faq-desk block", user=f"@{OTHER}"),
                use("faq-desk unblock", user=f"@{OTHER}"),
            ),
        ),
    ),
)

_LOG = Kind(
    "Log channel",
    (
        Picture(
            "log",
            "Every change is posted to the log channel, with before and after.",
            "A post in the log channel: which entry was edited, by whom, when and why, with two files.",
            (
                published(),
                log_here,
                view_as(MODERATOR),
                edit({**SHORTER, "reason": "Shorter"}),
                press("Publish"),
            ),
        ),
        Picture(
            "log-waiting",
            "So is that a draft waits for a second moderator.",
            "A post in the log channel: a draft waits, with a button to open it.",
            (settings(two_person_rule=True), log_here, draft(), press("Send to a second moderator")),
        ),
        Picture(
            "log-import",
            "And an import, with every difference.",
            "A post in the log channel: how many entries were imported, by whom, with a file.",
            (log_here, view_as(MODERATOR), importing(FILE, reason="From our old list"), press("Import")),
        ),
        Picture(
            "log-pointed",
            "And where a question is pointed.",
            "A post in the log channel: which question is pointed where, and by whom.",
            (log_here, asked(), ANSWERED),
        ),
        Picture(
            "log-failed",
            "Where that fails, whoever made the change is told; the change stands.",
            "A private card: done, but not logged, and why.",
            (log_where_nobody_may_write, draft(), press("Publish")),
        ),
    ),
)

_SETTINGS = Kind(
    "Settings of a server",
    (
        Picture(
            "settings",
            "What those who manage a server choose; each choice is saved at once.",
            "A private panel: where mentions are answered, who sees replies, log channel, moderator roles, "
            "two-person rule and number of questions.",
            (view_as(MANAGER), use("settings")),
        ),
        Picture(
            "settings-chosen",
            "The panel says what holds.",
            "The panel, with a channel, a role and the two-person rule chosen.",
            (
                view_as(MANAGER),
                use("settings"),
                choose("questions", menu="Choose a channel"),
                choose("Moderators", menu="Choose roles"),
                press("Require two people"),
            ),
        ),
        Picture(
            "settings-questions",
            "How many questions one person may put to the moderators in a day.",
            "A form with one field for a number.",
            (view_as(MANAGER), use("settings"), press("Change the number of questions")),
            of="form",
        ),
    ),
)

_PRIVACY = Kind(
    "What is kept",
    (
        Picture(
            "privacy-nothing",
            "What is kept about whoever asks: nothing, at first.",
            "A private card: nothing so far, and for how long things are kept.",
            (use("privacy"),),
        ),
        Picture(
            "privacy",
            "What somebody left behind, in numbers.",
            "A private card: a vote with its reason and a question to moderators, how long they are kept, "
            "and buttons to show, export and delete them.",
            (LEFT_BEHIND, use("privacy")),
        ),
        Picture(
            "privacy-shown",
            "One by one.",
            "A private card: each thing that is kept, with where and when it came about.",
            (LEFT_BEHIND, use("privacy"), press("Show")),
        ),
        Picture(
            "privacy-exported",
            "As a file.",
            "A private message with a JSON file.",
            (LEFT_BEHIND, use("privacy"), press("Export")),
        ),
        Picture(
            "privacy-delete",
            "Before it is deleted, the bot asks.",
            "A private card: what would be deleted, what stays, and buttons to delete or to keep it.",
            (LEFT_BEHIND, use("privacy"), press("Delete")),
        ),
        Picture(
            "privacy-deleted",
            "Deleted.",
            "A private card: how much was deleted.",
            (LEFT_BEHIND, use("privacy"), press("Delete"), press("Yes, delete it")),
        ),
        Picture(
            "privacy-deleted-moderator",
            "What a moderator wrote stays, without the name.",
            "A private card: what was deleted, and how many revisions stay without the name.",
            (
                draft(),
                press("Publish"),
                use("privacy"),
                press("Delete"),
                press("Yes, delete it"),
            ),
        ),
    ),
)

_ERRORS = Kind(
    "Errors at the desk",
    (
        Picture(
            "error-not-moderator",
            "Somebody who is no moderator presses a button of the desk.",
            "A private message: only moderators of this server can do that, and who they are.",
            (
                settings(two_person_rule=True),
                log_here,
                draft(),
                press("Send to a second moderator"),
                view_as(MEMBER),
                press("Open"),
            ),
        ),
        Picture(
            "error-not-manager",
            "Somebody who does not manage the server uses /settings.",
            "A private message: only members who may manage this server can do that.",
            (behind(let_see_settings), view_as(MODERATOR), use("settings")),
        ),
        Picture(
            "error-role-lost",
            "A moderator who loses the role while a form is open.",
            "A private card: only moderators can do that, and what was typed, to be copied.",
            (
                view_as(MODERATOR),
                use("faq-desk add"),
                fill(labelled(MONDAY)),
                behind(demote),
                send(),
            ),
        ),
        Picture(
            "error-form",
            "A form of another version of the bot.",
            "A private card: the form was not sent, and what was typed, to be copied.",
            (view_as(MODERATOR), use("faq-desk add"), fill(labelled(MONDAY)), send_as_another_version),
        ),
        Picture(
            "error-no-entry",
            "An entry that there is not.",
            "A private message: the server has no such entry of its own.",
            (view_as(MODERATOR), use("faq-desk history", id="what-is-a-hld")),
        ),
        Picture(
            "error-retired",
            "An entry that is retired already.",
            "A private message: the entry is retired already.",
            (
                view_as(MODERATOR),
                published(),
                behind(retire),
                use("faq-desk retire", id=HOLD_ID),
            ),
        ),
        Picture(
            "error-entry-changed",
            "An entry that somebody else changed meanwhile.",
            "A private message: nothing was overwritten; compare the two, then change it again.",
            (
                view_as(MODERATOR),
                published(),
                use("faq-desk retire", id=HOLD_ID),
                changed(),
                press("Restore"),
            ),
        ),
        Picture(
            "error-revision",
            "A revision that there is not.",
            "A private message: which revisions the entry has.",
            (view_as(MODERATOR), published(), changed(), use("faq-desk revert", id=HOLD_ID, number="7")),
        ),
        Picture(
            "error-revision-now",
            "The revision that holds.",
            "A private message: that is what the entry says now.",
            (view_as(MODERATOR), published(), changed(), use("faq-desk revert", id=HOLD_ID, number="2")),
        ),
        Picture(
            "error-file",
            "A file of another kind.",
            "A private message: a YAML or JSON file is wanted.",
            (view_as(MODERATOR), importing(FILE, name="entries.txt")),
        ),
        Picture(
            "error-not-submitted",
            "A draft that its author took back.",
            "A private message: the author has not sent this draft to a second moderator, or took it back.",
            (
                settings(two_person_rule=True),
                log_here,
                draft(),
                press("Send to a second moderator"),
                behind(change_drafts),
                view_as(MANAGER),
                press("Open"),
            ),
        ),
        Picture(
            "error-target",
            "A passage or entry that there is not.",
            "A private card: the text is neither an id nor a reference, what was typed, and another try.",
            (
                asked(),
                view_as(MODERATOR),
                find(QUESTION),
                press("Point to a passage"),
                send({"Passage or entry": "the RFA report"}),
            ),
        ),
        Picture(
            "error-closed",
            "A question that another moderator has taken care of.",
            "A private message: the question is not open any more.",
            (
                asked(),
                view_as(MODERATOR),
                find(QUESTION),
                behind(close),
                press("Write entry"),
            ),
        ),
        Picture(
            "error-number",
            "A number of questions that is none.",
            "A private card: what is accepted, what was typed, and another try.",
            (
                view_as(MANAGER),
                use("settings"),
                press("Change the number of questions"),
                send({"How many a day for one person": "many"}),
            ),
        ),
        Picture(
            "error-everyone",
            "A role that everybody has.",
            "A private message: everyone would be a moderator; nothing was changed.",
            (view_as(MANAGER), use("settings"), behind(choose_everyone)),
        ),
        Picture(
            "error-entry-retired",
            "“Answer with FAQ” with an entry that was retired meanwhile.",
            "A private message: the entry was retired meanwhile; choose another one.",
            (
                view_as(MODERATOR),
                published(),
                on_message("Answer with FAQ", "what on earth is a hold?"),
                behind(retire),
                choose("What is a hold?"),
            ),
        ),
        Picture(
            "error-vote-changed",
            "A reason for a vote that is withdrawn.",
            "A private card: the reason was not kept, what was typed, and another try.",
            (NOT_HELPFUL, press("Helpful"), press("Say why"), send(REASON)),
        ),
    ),
)

DESK = (_ASKING, _ENTRIES, _WRITING, _TOGETHER, _HISTORY, _FILES, _REVIEW, _LOG, _SETTINGS, _PRIVACY, _ERRORS)
