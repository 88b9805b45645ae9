"""What pictures are made of: where they are made, what is done there first, and what of it is pictured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from demo import Demo, World
from tests.browser.page import DiscordPage


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a picture is made: the page, and the demo behind it, for what no person could bring about."""

    page: DiscordPage
    demo: Demo


Step = Callable[[Scene], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is done in the demo, and what of it is pictured then."""

    name: str
    caption: str
    alt: str
    steps: Sequence[Step] = ()
    of: Literal["page", "form", "first message", "last message", "last two messages"] = "last message"
    shows_fault: bool = False
    """Whether the bot fails there, of itself or of what it stands on; nowhere else may it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Pictures that belong together."""

    heading: str
    pictures: Sequence[Picture]


# --- what people do ---------------------------------------------------------------------------------------

PUBLIC = "Everyone here"


def say(text: str) -> Step:
    """Write a message."""
    return lambda scene: scene.page.say(text)


def use(command: str, **options: str) -> Step:
    """Use a slash command."""
    return lambda scene: scene.page.command(command, **options)


def half(command: str, option: str, typed: str) -> Step:
    """Type an option of a slash command, and do not send it."""
    return lambda scene: scene.page.suggestions(command, option, typed)


def fill(typed: Mapping[str, str]) -> Step:
    """Type into the fields of the open form, each by its label."""
    return lambda scene: scene.page.fill(typed)


def send(typed: Mapping[str, str] | None = None) -> Step:
    """Fill in the open form and send it."""
    return lambda scene: scene.page.send(typed)


def press(label: str) -> Step:
    """Press the latest button that says so."""
    return lambda scene: scene.page.press(label)


def choose(*labels: str, menu: str = "") -> Step:
    """Choose from the latest menu, or the latest that says so while nothing is chosen."""
    return lambda scene: scene.page.choose(*labels, menu=menu)


def open_menu(scene: Scene) -> Awaitable[object]:
    """Open the latest menu."""
    return scene.page.open_menu()


def view_as(name: str) -> Step:
    """See with another person's eyes."""
    return lambda scene: scene.page.view_as(name)


def several(*steps: Step) -> Step:
    """Take some steps one after the other."""

    async def step(scene: Scene) -> None:
        for one in steps:
            await one(scene)

    return step


def unseen(act: Callable[[World], Awaitable[object]]) -> Step:
    """Let something happen that nobody does on the page; the page shows what came of it."""

    async def step(scene: Scene) -> None:
        world = scene.demo.world
        async with world.turn:
            with world.env.time_context():
                await act(world)
        await scene.page.refresh()

    return step


PUBLIC_CARD = use("ask", question="who is Jung Pak?", visibility=PUBLIC)
"""A card on which everyone may vote."""

REASON: Mapping[str, str] = {"What was wrong or missing?": "It does not say where she works today."}
"""Why somebody found it not helpful."""

NOT_HELPFUL = several(PUBLIC_CARD, press("Not helpful"))
ASKED_WHY = several(NOT_HELPFUL, press("Say why"))
SAID_WHY = several(ASKED_WHY, send(REASON))
