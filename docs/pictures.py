"""Pictures of every card in the demo, at two widths, and the page that shows them.

    python docs/pictures.py [--only NAME]… [--out FOLDER]

It needs the extra `test` and Chromium. What is pictured stands in `KINDS`, one entry a picture; what has to
do with the moderators' desk is in desk_pictures.py. cards.md is written from it, without the pictures that
moderators.md shows.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import discord
from discord import ui
from PIL import Image
from playwright.async_api import Browser

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))  # where the bot is, for `python docs/pictures.py`

from demo import MEMBER, MODERATOR, World, shown  # noqa: E402
from docs.desk_pictures import DESK  # noqa: E402
from docs.scenes import (  # noqa: E402
    ASKED_WHY,
    NOT_HELPFUL,
    PUBLIC,
    PUBLIC_CARD,
    SAID_WHY,
    Kind,
    Picture,
    Scene,
    Step,
    choose,
    half,
    open_menu,
    press,
    say,
    unseen,
    use,
    view_as,
)
from handlers.views import Export  # noqa: E402
from knowledge.content import read_content  # noqa: E402
from knowledge.engine import Engine  # noqa: E402
from settings import Settings  # noqa: E402
from tests.browser.page import NO_CHROMIUM, DiscordPage, browser, chromium  # noqa: E402

HEIGHTS = {1280: 900, 400: 800}
"""The widths at which everything is pictured, and the height of a whole page at each."""

_TALL = 4000
_MARGIN = 16
_REFERENCE = "5e1f0a"
"""What would be drawn by lot; and the clock stands still, so that a picture is the same every day."""

# What a pointer brings up is not shown, nor when things were said; forms are shown whole.
_CALM = """
time:not(.discord-timestamp), .message-row-time, .timeline-day-divider, .message-context-actions,
#action-status {
  display: none !important;
}
.modal-dialog, .select-list { max-height: none !important; }
.modal-dialog textarea { field-sizing: content; }
* { caret-color: transparent !important; }
"""

# A style for the messages there are already, so that those to be pictured stand alone.
_HIDDEN = """() => [...document.querySelectorAll("article.channel-message")]
  .map(message => `[data-message-id="${message.dataset.messageId}"]`)
  .map(one => `article${one} { display: none; }`).join(" ")"""

# An open menu closes once it loses the focus.
_AT_REST = """() => document.querySelector(".select-list") || document.activeElement.blur()"""

# The pixels that messages take, from their left edge to the end of what stands in them.
_EXTENT = """messages => {
  const framed = "img, .component-container, .component-button, .select-trigger, .attachment"
  const whole = messages.map(message => message.getBoundingClientRect())
  const parts = messages.flatMap(message => {
    const walker = document.createTreeWalker(message, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    const boxes = [...message.querySelectorAll(framed)].map(part => part.getBoundingClientRect())
    while (walker.nextNode()) {
      range.selectNodeContents(walker.currentNode)
      boxes.push(...range.getClientRects())
    }
    return boxes.filter(box => box.width && box.height)
  })
  const menus = [...document.querySelectorAll(".select-list")].map(menu => menu.getBoundingClientRect())
  const all = [...whole, ...menus.filter(box => box.height)]
  return {
    left: Math.min(...all.map(box => box.left)),
    top: Math.min(...all.map(box => box.top)),
    right: Math.max(...parts.map(box => box.right)),
    bottom: Math.max(...all.map(box => box.bottom)),
  }
}"""


# --- what goes wrong --------------------------------------------------------------------------------------


def refused(path: str, status: int, code: int = 0) -> Step:
    """Let Discord turn down what the bot sends next to a path."""

    async def step(scene: Scene) -> None:
        async with scene.demo.world.turn:
            scene.demo.world.env.inject_error("POST", path, status=status, code=code)

    return step


async def close_database(scene: Scene) -> None:
    """Take the database from the bot."""
    await scene.demo.world.bot.store.close()


async def break_engine(scene: Scene) -> None:
    """Give the bot a fault."""
    del scene.demo.world.bot.engine


async def empty_library(scene: Scene) -> None:
    """Take every source from the bot."""
    bot = scene.demo.world.bot
    bot.engine = Engine(bot.engine.library.only([]))


async def run_the_bot(scene: Scene) -> None:
    """Let the member be who runs the bot."""
    scene.demo.world.bot.owner_ids = {scene.demo.world.member.id}


async def drop_command(scene: Scene) -> None:
    """Take a command from the bot that Discord goes on offering."""
    scene.demo.world.bot.tree.remove_command("sources")


def posted(*items: ui.Item[Any]) -> Step:
    """Let the bot have posted a message with buttons that are not of its cards."""

    async def act(world: World) -> None:
        channel = world.bot.get_channel(world.channel.id)
        assert isinstance(channel, discord.TextChannel)
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay("A card of another version."))
        view.add_item(ui.ActionRow(*items))
        await channel.send(view=view)
        view.stop()

    return unseen(act)


async def ask_about_nothing(world: World) -> None:
    """Choose “Ask about this” on a message without text, which the page has no menu for."""
    message = await world.other.send(world.channel, attachments=[("notes.txt", b"notes")])
    await world.member.context_menu(world.channel, "Ask about this", message)


# --- the pictures -----------------------------------------------------------------------------------------

_CARDS = (
    Kind(
        "The demo",
        (
            Picture(
                "demo",
                "The first screen of `python bot.py demo`: a channel in which people have asked already.",
                "A page like Discord: a misspelt question and the bot's answer with its citations.",
                of="page",
            ),
            Picture(
                "suggestions",
                "Options suggest what the library has.",
                "A half-typed /exports with suggestions for its period, each with its figure.",
                (half("exports", "period", "202"),),
                of="page",
            ),
            Picture(
                "greeting",
                "What the bot says when it joins a server.",
                "A card that says what the bot does, with buttons to its help and to an example.",
                (view_as(MODERATOR),),
                of="first message",
            ),
        ),
    ),
    Kind(
        "Answer",
        (
            Picture(
                "answer",
                "The answer stands first, then the passage it rests on; buttons open what is cited.",
                "A card: one sentence that answers, its citation, and the passage it is from.",
                (use("ask", question="why did Pompeo decide to limit aid?"),),
            ),
            Picture(
                "answer-misspelt",
                "How a misspelt word was read is said.",
                "A card that says under the answer how a misspelt word was read.",
                (use("ask", question="wat did unicef complian about?"),),
            ),
            Picture(
                "answer-two-parts",
                "A question in two parts gets both, each with its citation.",
                "A card with two answers, one of them a figure, which two series give differently.",
                (use("ask", question="when was the UNICEF letter, and how much was exported in november?"),),
            ),
            Picture(
                "citation",
                "A citation opens at its paragraph, with the ones before and after it.",
                "A private card with one paragraph, and buttons to its neighbours.",
                (use("ask", question="why did Pompeo decide to limit aid?"), press("Open fp-2019¶4")),
            ),
            Picture(
                "nothing-asked",
                "What asks nothing is answered with how to ask.",
                "A card in reply to “hello” that says what can be asked.",
                (use("ask", question="hello"),),
            ),
            Picture(
                "mention",
                "A mention is answered for everyone.",
                "A message that mentions the bot, and the bot's public reply.",
                (say("@Aid policy history what did UNICEF complain about?"),),
                of="last two messages",
            ),
        ),
    ),
    Kind(
        "Figures",
        (
            Picture(
                "figures",
                "Months and amounts in columns, each with its qualifier; what is computed says how.",
                "A card with the figures of two series by month, a reported zero among them, and sums.",
                (use("exports", period="2023-11..2024-03"),),
            ),
            Picture(
                "chart",
                "The same as a picture; each comes with its content in words.",
                "A private card with a bar chart of two series by month, a zero among them.",
                (use("exports", period="2023-11..2024-03"), press("Chart")),
            ),
            Picture(
                "chart-years",
                "A zero, a year to the nearest 100,000 and a year without a row look different.",
                "A private card with a bar chart by year.",
                (use("exports", period="1992..2024", series="census"), press("Chart")),
            ),
            Picture(
                "figure-month",
                "A bare month is that of the report; other years that have it are named.",
                "A card with the figure for November 2023 in each of two series, and how far they differ.",
                (use("exports", period="november"),),
            ),
            Picture(
                "figure-question",
                "A question for a sum gets the sum first.",
                "A card with the sum of two months in each series, the figures and the computations.",
                (use("ask", question="how much was exported in november and december together?"),),
            ),
            Picture(
                "figure-gap",
                "Months without a figure are a gap, never a zero.",
                "A refusal that says which months have figures.",
                (use("exports", period="2026"),),
            ),
        ),
    ),
    Kind(
        "Timeline",
        (
            Picture(
                "timeline",
                "Events by date; a date that was inferred says from which words.",
                "A card with the events of 2018, the first of three pages.",
                (use("timeline", period="2018"),),
            ),
            Picture(
                "timeline-page-2",
                "Whoever asked turns the pages in place.",
                "The second page of the events of 2018.",
                (use("timeline", period="2018"), press("Next ›")),
            ),
            Picture(
                "timeline-day",
                "A few events are shown with their summaries.",
                "A card with the events of one topic in December 2018, each with its summary.",
                (use("timeline", period="2018-12", topic="un-sanctions-committee"),),
            ),
        ),
    ),
    Kind(
        "Passage",
        (
            Picture(
                "passage",
                "One paragraph of a source, in our own words where the library holds a note.",
                "A card with the paragraph fp-2019¶6 and buttons to its neighbours.",
                (use("cite", reference="fp-2019¶6"),),
            ),
        ),
    ),
    Kind(
        "Person",
        (
            Picture(
                "person",
                "Who somebody is, as the sources say it.",
                "A card with a name, a role, a summary and two citations.",
                (use("ask", question="who is Jung Pak?"),),
            ),
        ),
    ),
    Kind(
        "FAQ",
        (
            Picture(
                "faq",
                "What is about the library itself is marked as editorial.",
                "A card that says what the library is, marked as editorial.",
                (use("ask", question="what is this library?"),),
            ),
            Picture(
                "faq-cited",
                "Any other entry cites the passages that it rests on.",
                "A card with a question, its answer and the passages that it cites.",
                (use("faq show", id="january-2019-change"),),
            ),
        ),
    ),
    Kind(
        "Sources",
        (
            Picture(
                "sources",
                "What the library holds, with the basis of every date.",
                "A card with the first of the sources, their bylines, passages and revisions.",
                (use("sources"),),
            ),
        ),
    ),
    Kind(
        "Help",
        (
            Picture(
                "help",
                "What a member can do, with examples the library answers.",
                "A card with the commands and an example for each.",
                (use("help"),),
            ),
            Picture(
                "help-moderator",
                "A moderator sees what moderators decide too.",
                "The same card with a section for moderators.",
                (view_as(MODERATOR), use("help")),
            ),
            Picture(
                "help-operator",
                "Whoever runs the bot sees how to look after it.",
                "The same card with a section for whoever runs the bot.",
                (run_the_bot, use("help")),
            ),
            Picture(
                "help-empty",
                "A library without sources says so, and offers nothing that it could not answer.",
                "A card with the commands, without examples, that says that the library is empty.",
                (empty_library, use("help")),
            ),
        ),
    ),
    Kind(
        "Refusal",
        (
            Picture(
                "refusal",
                "What the library does not support is refused; the closest passages are no answer.",
                "A card that says that the library does not answer, with what is closest.",
                (use("ask", question="how many people in north korea are malnourished?"),),
            ),
            Picture(
                "refusal-detail",
                "Where the topic is in the library and the detail is not, both are said.",
                "A card that says which detail is missing, and what a source says instead.",
                (use("ask", question="who paid for the shipments?"),),
            ),
            Picture(
                "refusal-empty",
                "Where the library is empty, everything is.",
                "A card that says that the library is empty.",
                (empty_library, use("ask", question="why did Pompeo decide to limit aid?")),
            ),
        ),
    ),
    Kind(
        "What cannot be read",
        (
            Picture(
                "unreadable",
                "Input that cannot be read gets what is accepted, with an example.",
                "A card that says why “last year” is no period, and what is one.",
                (use("timeline", period="last year"),),
            ),
            Picture(
                "unknown-reference",
                "So does a reference that leads nowhere.",
                "A card that says how many paragraphs the source has.",
                (use("cite", reference="fp-2019¶99"),),
            ),
            Picture(
                "unknown-command",
                "So does a command that does not exist,",
                "A card that names the commands.",
                (use("ask", question="/exprots 2023-11"),),
            ),
            Picture(
                "unknown-topic",
                "a topic that no event has,",
                "A card that names the topics, with buttons to the nearest.",
                (use("timeline", topic="sanktions"),),
            ),
            Picture(
                "unknown-series",
                "a series that the library does not have,",
                "A card that names the series, with a button for each.",
                (use("exports", series="customs"),),
            ),
            Picture(
                "unknown-source",
                "a source that it does not have,",
                "A card that names the nearest sources.",
                (use("sources", source="nyt-2018"),),
            ),
            Picture(
                "empty-question",
                "and a question without a word.",
                "A card that asks for a question in a few words, with an example.",
                (use("ask", question="?"),),
            ),
            Picture(
                "ambiguous",
                "Where several readings are possible, buttons offer them.",
                "A card that asks which December is meant, with a button for each.",
                (use("timeline", period="december"),),
            ),
        ),
    ),
    Kind(
        "Private and public",
        (
            Picture(
                "private",
                "A reply is private unless the asker chose otherwise.",
                "A card under the words “Only you can see this”, with a button to share it.",
                (use("ask", question="who is Stephen Biegun?"),),
            ),
            Picture(
                "public",
                "A public reply can be deleted by whoever asked and by moderators.",
                "A card for everyone in the channel, with a button to delete it.",
                (use("ask", question="who is Stephen Biegun?", visibility=PUBLIC),),
            ),
            Picture(
                "shared",
                "A private card that was shared says so, and so does the public one.",
                "The private card, marked as shared, and the public one, with the name of who shared it.",
                (use("ask", question="who is Stephen Biegun?"), press("Share")),
                of="last two messages",
            ),
        ),
    ),
    Kind(
        "To take away",
        (
            Picture(
                "export",
                "Every reply can be taken away in the forms that fit it.",
                "A card with an open menu: CSV, calendar, bibliography, plain text.",
                (use("timeline", period="2018"), press("Export"), open_menu),
            ),
            Picture(
                "export-text",
                "Plain text comes ready to copy.",
                "A card with a reply as plain text.",
                (use("exports", period="2023-11"), press("Export"), choose("Plain text")),
            ),
            Picture(
                "export-csv",
                "Rows come as a file.",
                "A message with a CSV file.",
                (use("exports", period="2023-11..2024-03"), press("Export"), choose("CSV")),
            ),
        ),
    ),
    Kind(
        "Votes",
        (
            Picture(
                "vote",
                "A vote is noted, and can be withdrawn.",
                "A private note that the vote was counted, with a button to withdraw it.",
                (PUBLIC_CARD, press("Helpful")),
            ),
            Picture(
                "vote-withdrawn",
                "A vote that was withdrawn is gone.",
                "A private note that the vote is withdrawn.",
                (PUBLIC_CARD, press("Helpful"), press("Withdraw my vote")),
            ),
            Picture(
                "vote-not-helpful",
                "Who found a card not helpful may say why.",
                "A private note that the vote was counted, with buttons to say why and to withdraw it.",
                (NOT_HELPFUL,),
            ),
            Picture(
                "vote-reason",
                "The reason is kept with the question, and shown without a name.",
                "A form with one field: what was wrong or missing?",
                (ASKED_WHY,),
                of="form",
            ),
            Picture(
                "vote-reason-noted",
                "Both go with the vote.",
                "A private note that the vote and the reason were noted, with a button to withdraw the vote.",
                (SAID_WHY,),
            ),
        ),
    ),
    Kind(
        "Errors",
        (
            Picture(
                "error-delete",
                "Somebody else's card cannot be deleted.",
                "A private message: only the person who asked, or a moderator, can delete this.",
                (
                    view_as(MODERATOR),
                    use("sources", visibility=PUBLIC),
                    view_as(MEMBER),
                    press("Delete"),
                ),
            ),
            Picture(
                "error-no-text",
                "“Ask about this” on a message without text.",
                "A private message: that message has no text that could be read as a question.",
                (unseen(ask_about_nothing),),
            ),
            Picture(
                "error-other-version",
                "A button of another version of the bot.",
                "A private message: this is from another version; please ask again.",
                (posted(ui.Button(label="Old button", custom_id="old")), press("Old button")),
            ),
            Picture(
                "error-unreadable-card",
                "A card that no longer says what it was asked.",
                "A private message: the card cannot be read any more; please ask again.",
                (posted(Export.button("Export", "export")), press("Export")),
            ),
            Picture(
                "error-library-changed",
                "A card from before the library changed.",
                "A private message: the library has changed, and the reply no longer has that form.",
                (use("exports", period="2023-11"), press("Export"), empty_library, choose("CSV")),
            ),
            Picture(
                "error-outdated",
                "A command that the bot no longer has.",
                "A private message: the command has changed; restart Discord.",
                (drop_command, use("sources")),
            ),
            Picture(
                "error-forbidden",
                "The bot may not write in the channel.",
                "A private message: the bot is not allowed to do that here.",
                (use("help"), refused("/webhooks/*", 403, 50013), press("Share")),
                shows_fault=True,
            ),
            Picture(
                "error-discord",
                "Discord does not take a reply.",
                "A private message: Discord did not take the reply, with a reference for the operator.",
                (refused("/interactions/*", 500), use("help")),
                shows_fault=True,
            ),
            Picture(
                "error-database",
                "The database cannot be written.",
                "A private message: that cannot be written down now, with a reference for the operator.",
                (use("ask", question="who is Jung Pak?"), close_database, press("Helpful")),
                shows_fault=True,
            ),
            Picture(
                "error-fault",
                "A fault of the bot.",
                "A private message: something went wrong, with a reference for the operator.",
                (break_engine, use("help")),
                shows_fault=True,
            ),
        ),
    ),
)


KINDS: Sequence[Kind] = (*_CARDS, *DESK)


# --- the camera -------------------------------------------------------------------------------------------


class Faults(logging.Handler):
    """Notes what the bot logs as its fault, and prints nothing: some of it is meant."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(logging.ERROR)
        self.noted: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note what a handler of the bot says."""
        if record.name.startswith("handlers"):
            self.noted.append(record.getMessage())


async def pictured(
    picture: Picture, engine: Engine, chromium: Browser, faults: Faults
) -> AsyncIterator[tuple[int, bytes]]:
    """Yield the picture as PNG for each width, made in a demo of its own.

    Raises `click.ClickException` if the bot fails there and is not meant to, or the other way round.
    """
    async with shown(Settings(), engine, port=0) as demo:
        page = await DiscordPage.open(chromium, demo.url, *_window(picture, max(HEIGHTS)))
        await page.page.add_style_tag(content=_CALM)
        if picture.of.startswith("last"):
            await page.page.add_style_tag(content=await page.page.evaluate(_HIDDEN))
        faults.noted.clear()
        for step in picture.steps:
            await step(Scene(page, demo))
        if bool(faults.noted) != picture.shows_fault:
            problem = "; ".join(faults.noted) or "the bot was to fail, and did not"
            raise click.ClickException(f"{picture.name}: {problem}")
        await page.page.mouse.move(0, 0)
        await page.page.evaluate(_AT_REST)
        for width in HEIGHTS:
            if width != max(HEIGHTS):
                await page.resize(*_window(picture, width))
            data = await page.page.screenshot(clip=await _clip(page, picture), animations="disabled")
            yield width, _small(data)
        await page.close()


def _window(picture: Picture, width: int) -> tuple[int, int]:
    return width, HEIGHTS[width] if picture.of == "page" else _TALL


_MESSAGES = {"first message": slice(1), "last message": slice(-1, None), "last two messages": slice(-2, None)}


async def _clip(page: DiscordPage, picture: Picture) -> Any:
    if picture.of == "page":
        return None
    if picture.of == "form":
        return await page.form.bounding_box()
    chosen = (await page.messages.element_handles())[_MESSAGES[picture.of]]
    await chosen[0].scroll_into_view_if_needed()
    extent = await page.page.evaluate(_EXTENT, chosen)
    viewport = page.page.viewport_size or {"width": 0, "height": 0}
    right = min(extent["right"] + _MARGIN, viewport["width"])
    return {
        "x": extent["left"],
        "y": extent["top"] - _MARGIN / 2,
        "width": right - extent["left"],
        "height": extent["bottom"] - extent["top"] + _MARGIN,
    }


def _small(data: bytes) -> bytes:
    """Return a PNG with the 256 most frequent colours of another, which is a third as large."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    counted: Any = image.getcolors(image.width * image.height)
    frequent = sorted(counted, reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in frequent for part in colour])
    file = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


# --- the page ---------------------------------------------------------------------------------------------


def shown_in(page: str) -> dict[str, str]:
    """Return the names of the pictures that a page shows, each with what it says there instead of it."""
    return {name: alt for alt, name in re.findall(rf"!\[(.*?)\]\(pictures/(.+?)-{max(HEIGHTS)}\.png\)", page)}


def gallery(elsewhere: Collection[str]) -> str:
    """Return `cards.md`, without the pictures that are shown elsewhere."""
    return "\n".join(_lines(elsewhere))


def _lines(elsewhere: Collection[str]) -> Iterator[str]:
    yield "# Cards"
    yield ""
    yield "What the bot shows, as the demo shows it, in a wide window and on a phone."
    yield "What moderators do, step by step, is in [moderators.md](moderators.md), with pictures of its own."
    yield "This page and its pictures are made by `python docs/pictures.py`."
    for kind in KINDS:
        pictures = [picture for picture in kind.pictures if picture.name not in elsewhere]
        if pictures:
            yield f"\n## {kind.heading}"
        for picture in pictures:
            wide, narrow = (f"pictures/{_file(picture, width)}" for width in HEIGHTS)
            yield f"\n{picture.caption}\n"
            yield "| Wide | Phone |\n| --- | --- |"
            yield f"| ![{picture.alt}]({wide}) | ![The same on a phone.]({narrow}) |"
    yield ""


def _file(picture: Picture, width: int) -> str:
    return f"{picture.name}-{width}.png"


@click.command()
@click.option("--only", "names", multiple=True, help="Make this picture alone; may be repeated.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=DOCS / "pictures",
    help="Where the pictures go, instead of docs/pictures.",
)
def main(names: Sequence[str], out: Path) -> None:
    """Make the pictures, and write cards.md from their table."""
    every = {picture.name: picture for kind in KINDS for picture in kind.pictures}
    if unknown := [name for name in names if name not in every]:
        raise click.BadParameter(f"There is no picture {', '.join(unknown)}; there are {', '.join(every)}.")
    if chromium() is None:
        raise click.ClickException(NO_CHROMIUM)
    out.mkdir(parents=True, exist_ok=True)
    still = patch.multiple("demo", _behind=lambda _: 0.0, _timezone=lambda: "UTC")
    with still, patch("secrets.token_hex", return_value=_REFERENCE):
        asyncio.run(_make([every[name] for name in names or every], out))
    if not names:
        wanted = {_file(picture, width) for picture in every.values() for width in HEIGHTS}
        for file in out.glob("*.png"):
            if file.name not in wanted:
                file.unlink()
    (DOCS / "cards.md").write_text(gallery(shown_in((DOCS / "moderators.md").read_text("utf-8"))), "utf-8")


async def _make(pictures: Sequence[Picture], out: Path) -> None:
    engine, faults = Engine(read_content()), Faults()
    logging.basicConfig(handlers=[faults])
    async with browser() as chromium:
        for picture in pictures:
            async for width, data in pictured(picture, engine, chromium, faults):
                (out / _file(picture, width)).write_bytes(data)
                click.echo(f"{_file(picture, width)}  {len(data) // 1024} KB")


if __name__ == "__main__":
    main()
