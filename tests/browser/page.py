"""The demo's page in a real browser, used as a person uses it: for the browser tests and the pictures."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = "There is no Chromium. Install it, for example: apt-get install chromium"

# The sandbox needs what containers and root do not have; the only page that is opened is our own.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 15_000.0

# simcord's page says of itself which actions it has sent, and whether it has shown what came of them.
_ACTIONS = "() => simcordPreview.lastAction?.sequence ?? 0"
_SHOWN = """before => {
  const page = window.simcordPreview
  return page?.ready && page.lastAction?.sequence > before && page.awaitingRevision == null
}"""

_AT_THE_END = """() => {
  const timeline = document.querySelector("#channel-timeline")
  const seen = timeline.getBoundingClientRect()
  const last = [...document.querySelectorAll("article.channel-message")].at(-1).getBoundingClientRect()
  const below = timeline.scrollHeight - timeline.clientHeight - timeline.scrollTop
  return below <= 1 && seen.bottom <= innerHeight && last.bottom > seen.top && last.bottom <= seen.bottom + 1
}"""


def chromium() -> str | None:
    """Return where Chromium is on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium without a window."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=_FLAGS)
        try:
            yield started
        finally:
            await started.close()


class DiscordPage:
    """The page: what one does in it, and what it then shows. Everything waits until the page has answered."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.messages = page.locator("article.channel-message")
        self.composer = page.locator("#channel-composer-input")
        self.form = page.locator(".modal-dialog")
        self.way_out = page.get_by_label("Exit command mode")

    @classmethod
    async def open(cls, browser: Browser, url: str, width: int = 1280, height: int = 900) -> DiscordPage:
        """Open the page in a window of its own."""
        context = await browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
        context.set_default_timeout(_PATIENCE)
        opened = cls(await context.new_page())
        await opened.page.goto(url)
        await opened.page.wait_for_function(_SHOWN, arg=0)
        return opened

    async def close(self) -> None:
        """Close the window."""
        await self.page.context.close()

    # What one does

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        await self._answered(self.page.set_viewport_size({"width": width, "height": height}))
        # What floats was placed before the rest had its new size.
        await self.page.evaluate("() => window.dispatchEvent(new Event('resize'))")

    async def view_as(self, name: str) -> None:
        """See the channel with another person's eyes."""
        (person,) = await self.page.get_by_label("Viewing as").select_option(label=name)
        seen = "person => simcordPreview.ready && simcordPreview.viewerId == person"
        await self.page.wait_for_function(seen, arg=person)

    async def say(self, text: str) -> None:
        """Write a message."""
        await self.composer.fill(text)
        await self._answered(self.composer.press("Enter"))

    async def command(self, name: str, **options: str | Path) -> None:
        """Use a slash command, with options typed, or chosen by their label where there are choices.

        A path stands for the file that is there, a name that begins with @ for the person.
        """
        await self._begin(name)
        for option, value in options.items():
            if isinstance(value, Path):
                await self.page.locator(f".command-file-input[data-option='{option}']").set_input_files(value)
                continue
            field = await self._type(option, value.removeprefix("@"))
            choice = self._suggestions.get_by_text(value.removeprefix("@"), exact=True)
            if value.startswith("@") or (
                await field.get_attribute("role") == "combobox" and await choice.count()
            ):
                await choice.click()
            await self._quiet()
        await self._answered(self.page.locator("#send-message").click())

    async def suggestions(self, command: str, option: str, typed: str) -> list[str]:
        """Return what is suggested for a half-typed option; the command is not sent."""
        await self._begin(command)
        await self._type(option, typed)
        await self._quiet()
        return await self._suggestions.all_inner_texts()

    async def offered(self, command: str, option: str) -> list[str]:
        """Return what is suggested for an option before anything is typed; the command is not sent."""
        await self._begin(command)
        await self._field(option)
        await self._quiet()
        return await self._suggestions.all_inner_texts()

    async def pick(self, suggestion: str) -> None:
        """Choose what is suggested for the option at hand."""
        await self._suggestions.get_by_text(suggestion, exact=True).click()

    async def cancel(self) -> None:
        """Leave a half-typed command."""
        await self.way_out.click()

    async def read_above(self) -> None:
        """Scroll up to what was said first."""
        await self.messages.first.hover()
        await self.page.mouse.wheel(0, -100_000)
        await self.page.wait_for_function("() => document.querySelector('#channel-timeline').scrollTop == 0")

    async def press(self, label: str) -> None:
        """Press a button on the latest message that has it."""
        named = re.compile(f"^{re.escape(label)}$")
        await self._answered(self.messages.locator(".component-button", has_text=named).last.click())

    async def refresh(self) -> None:
        """Let the page show what happened elsewhere."""
        await self._answered(self.page.locator("#refresh").evaluate("button => button.click()"))

    async def fill(self, typed: Mapping[str, str]) -> None:
        """Type into the fields of the open form, each by its label; what is not named stays as it is."""
        for label, text in typed.items():
            named = re.compile(rf"^{re.escape(label)}\W*$")
            await self.form.get_by_role("textbox", name=named).fill(text)

    async def send(self, typed: Mapping[str, str] | None = None) -> None:
        """Fill in the open form and send it."""
        await self.fill(typed or {})
        await self._answered(self.form.get_by_role("button", name="Submit").click())

    async def open_menu(self, named: str = "") -> Locator:
        """Open a menu, by what it says while nothing is chosen, on the latest message that has such a one."""
        menus = self.messages.locator(".preview-select")
        if named:
            menus = menus.filter(has=self.page.get_by_label(named, exact=True))
        await menus.last.locator(".select-trigger").click()
        return menus.last

    async def choose(self, *labels: str, menu: str = "") -> None:
        """Choose from a menu, as `open_menu` finds it; one that takes several is applied at the end."""
        opened = await self.open_menu(menu)
        takes_several = await opened.locator("[aria-multiselectable=true]").count() > 0
        for label in labels:
            beginning = re.compile(f"^{re.escape(label)}")
            choosing = opened.get_by_role("option").filter(has_text=beginning).click()
            await (choosing if takes_several else self._answered(choosing))
        if takes_several:
            await self._answered(opened.get_by_role("button", name="Apply").click())

    # What it shows

    @property
    def last(self) -> Locator:
        """The latest message."""
        return self.messages.last

    async def text(self) -> str:
        """Return what is to be read in the latest message."""
        return await self.last.inner_text()

    async def buttons(self) -> list[str]:
        """Return the labels of the buttons of the latest message."""
        return await self.last.locator(".component-button").all_inner_texts()

    async def suggesting(self) -> str:
        """Return what is to be read in the list of suggestions, which may not be there."""
        popup = self.page.locator(".command-popup")
        return await popup.inner_text() if await popup.is_visible() else ""

    async def is_at_the_end(self) -> bool:
        """Tell whether the end of the conversation is seen, and with it that of the latest message."""
        await self.page.wait_for_function("() => simcordPreview.ready")
        return bool(await self.page.evaluate(_AT_THE_END))

    async def is_being_written_in(self) -> bool:
        """Tell whether what is typed goes into the composer."""
        return bool(await self.composer.evaluate("composer => composer == document.activeElement"))

    async def status(self) -> str:
        """Return what the page says of what was done last."""
        return await self.page.locator("#action-status").inner_text()

    # How

    @property
    def _suggestions(self) -> Locator:
        return self.page.locator(".command-suggestion-label")

    async def _begin(self, command: str) -> None:
        await self.composer.fill(f"/{command}")
        title = self.page.locator(".command-entry-title strong").get_by_text(f"/{command}", exact=True)
        await title.click()

    async def _type(self, option: str, value: str) -> Locator:
        field = await self._field(option)
        await field.fill(value)
        return field

    async def _field(self, option: str) -> Locator:
        field = self.page.locator(f".command-option-input[data-option='{option}']")
        if not await field.count():
            await self.page.keyboard.press("Escape")  # closes the suggestions for another option
            await self.page.locator(".command-ghost").click()
            await self._suggestions.get_by_text(option, exact=True).click()
        return field

    async def _quiet(self) -> None:
        """Wait for suggestions that are being fetched."""
        await self.page.wait_for_function(
            "() => simcordPreview.ready && simcordPreview.commandPicker.autocomplete.state != 'loading'"
        )

    async def _answered(self, act: Awaitable[Any]) -> None:
        before = await self.page.evaluate(_ACTIONS)
        await act
        await self.page.wait_for_function(_SHOWN, arg=before)
