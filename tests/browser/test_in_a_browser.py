"""The demo as somebody without an account meets it: started by its command, used in a real browser."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from demo import shown
from knowledge.engine import Engine
from settings import Settings
from tests.browser.page import NO_CHROMIUM, DiscordPage, browser, chromium

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "DISCORD_TOKEN" and not name.startswith("AID_BOT_")
}
MEMBER, MODERATOR, MANAGER = "Alex", "Sam (moderator)", "Kim (manager)"
KOREAN = "민지 (한국어)"
EVERYONE = "Everyone here"

HOLD = {
    "Question": "What is a hold?",
    "Answer": "A request to deliver aid that the United States **blocks or delays** in the U.N. committee.",
    "Alternative wordings": "what does a hold mean\nwho can put a hold on aid",
    "Citations": "fp-2019¶5, fp-2019¶6",
    "Reason": "People ask what the word means",
}
MEETING = {
    "Question": "When is the next reading group?",
    "Answer": "On Monday, in the voice channel.",
    "Alternative wordings": "when do we meet to read",
    "Citations": "editorial",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chrome() -> AsyncIterator[Browser]:
    if chromium() is None:
        required = os.environ.get("BROWSER_TESTS") == "required"
        (pytest.fail if required else pytest.skip)(f"Not tested in a browser. {NO_CHROMIUM}")
    async with browser() as started:
        yield started


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[tuple[str, Process]]:
    """Start the demo; yield the address it prints."""
    config = folder / "config.yaml"
    config.touch()
    command = [sys.executable, "bot.py", "--config", str(config), "demo", "--port", "0", "--no-browser"]
    demo = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=ENVIRONMENT, stdout=PIPE)
    assert demo.stdout is not None
    try:
        first = (await asyncio.wait_for(demo.stdout.readline(), 30)).decode()
        assert "http://127.0.0.1:" in first
        yield first.split()[-1], demo
    finally:
        if demo.returncode is None:
            demo.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(demo.wait(), 10) == 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with running_demo(tmp_path_factory.mktemp("demo")) as (address, _):
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def page(chrome: Browser, address: str) -> AsyncIterator[DiscordPage]:
    opened = await DiscordPage.open(chrome, address)
    yield opened
    assert await opened.status() == ""
    await opened.close()


async def test_the_first_screen_shows_a_question_and_its_cited_answer(page: DiscordPage) -> None:
    assert "Aid policy history" in await page.page.title()
    assert await page.last.locator(".component-container").is_visible()
    assert "fp-2019¶4" in await page.text()
    assert "Open fp-2019¶4" in await page.buttons()


async def test_a_question_is_answered_for_the_asker_alone(page: DiscordPage) -> None:
    await page.command("ask", question="what did UNICEF complain about?")
    text = await page.text()
    assert "Only you can see this" in text
    assert "Omar Abdi" in text
    assert "fp-2019¶6" in text
    await page.view_as(MODERATOR)
    assert "Omar Abdi" not in await page.text()


async def test_a_mention_is_answered_for_everyone(page: DiscordPage) -> None:
    await page.say("@Aid policy history who is Jung Pak?")
    text = await page.text()
    assert "Brookings Institution" in text
    assert "Only you can see this" not in text


@pytest.mark.parametrize("width", [1280, 400])
async def test_one_sees_what_one_has_asked_for_and_can_go_on_writing(page: DiscordPage, width: int) -> None:
    await page.resize(width, 800)
    assert await page.is_at_the_end()
    await page.read_above()
    await page.command("ask", question="what did UNICEF complain about?")
    assert await page.is_at_the_end()
    assert await page.is_being_written_in()
    await page.read_above()
    await page.say("@Aid policy history who is Jung Pak?")
    assert await page.is_at_the_end()
    assert await page.is_being_written_in()
    await page.press("Open fp-2019¶7")
    assert "/cite fp-2019¶7" in await page.text()
    assert await page.is_at_the_end()


async def test_whoever_reads_above_stays_there_until_they_write(chrome: Browser, engine: Engine) -> None:
    async with shown(Settings(), engine, port=0) as demo:
        world = demo.world

        async def others_say(*messages: str) -> None:
            async with world.turn:
                for message in messages:
                    await world.other.send(world.channel, message)

        await others_say(*(f"message {number}" for number in range(60)))
        page = await DiscordPage.open(chrome, demo.url)
        assert await page.is_at_the_end()
        await page.read_above()
        await others_say("something")
        await page.refresh()
        await page.page.get_by_role("button", name="New messages").wait_for()
        assert not await page.is_at_the_end()
        await page.page.get_by_role("button", name="Load earlier messages").click()
        await page.messages.first.get_by_text("Hello!").wait_for()
        await page.read_above()
        first = await page.messages.first.inner_text()
        await others_say("one more")
        await page.refresh()
        assert await page.messages.first.inner_text() == first
        assert await page.messages.first.is_visible()
        assert not await page.is_at_the_end()
        await page.say("and mine")
        await page.last.get_by_text("and mine").wait_for()
        assert await page.is_at_the_end()
        await page.close()


async def test_a_citation_opens_at_its_paragraph(page: DiscordPage) -> None:
    await page.command("ask", question="why did Pompeo limit aid?")
    await page.press("Open fp-2019¶4")
    assert "/cite fp-2019¶4" in await page.text()
    await page.press("fp-2019¶5 ›")
    assert "/cite fp-2019¶5" in await page.text()


async def test_a_timeline_is_turned_in_place(page: DiscordPage) -> None:
    await page.command("timeline", period="2018")
    messages, first = await page.messages.count(), await page.text()
    assert "page 1 of" in first
    await page.press("Next ›")
    assert "page 2 of" in await page.text()
    assert await page.messages.count() == messages
    await page.press("‹ Previous")
    assert (await page.text()).replace(" (edited)", "") == first


async def test_what_the_library_does_not_say_is_refused(page: DiscordPage) -> None:
    await page.command("ask", question="what is the capital of Mars?")
    assert "The library does not answer this." in await page.text()
    assert not [label for label in await page.buttons() if label.startswith("Open")]


async def test_periods_are_suggested_while_they_are_typed(page: DiscordPage) -> None:
    suggested = await page.suggestions("exports", "period", "jan")
    assert any("January 2024" in one for one in suggested)


async def test_suggestions_are_there_before_anything_is_typed(page: DiscordPage) -> None:
    assert any("fp-2019¶1" in one for one in await page.offered("cite", "reference"))
    await page.cancel()
    offered = await page.offered("timeline", "topic")
    assert len(offered) > 3


async def test_suggestions_are_gone_once_one_is_chosen(page: DiscordPage) -> None:
    offered = await page.offered("timeline", "topic")
    await page.pick(offered[0])
    await asyncio.sleep(0.5)  # longer than the page waits before it asks for suggestions
    assert await page.suggesting() == ""
    await page.page.keyboard.press("Enter")
    await page.last.get_by_text(f"/timeline topic:{offered[0].split(' ')[0]}").wait_for()


async def test_what_matches_no_suggestion_is_said_only_once_that_is_known(page: DiscordPage) -> None:
    await page.offered("timeline", "topic")
    await page.page.keyboard.type("xyzzy")
    assert "No options match" not in await page.suggesting()
    await page.page.get_by_text("No options match").wait_for()


async def test_options_are_listed_with_what_they_are_for(page: DiscordPage) -> None:
    await page.composer.fill("/timeline")
    await page.page.keyboard.press("Enter")
    assert "Only events of this topic" in await page.suggesting()


async def test_a_half_typed_command_can_be_left_on_a_phone(page: DiscordPage) -> None:
    await page.resize(400, 800)
    await page.suggestions("exports", "period", "2023")
    field = page.page.locator(".command-option-input")
    assert await field.evaluate("field => field.scrollWidth <= field.clientWidth")
    way_out = await page.way_out.bounding_box()
    assert way_out is not None
    assert way_out["x"] + way_out["width"] <= 400
    await page.cancel()
    assert await page.is_being_written_in()


async def test_a_reply_can_be_taken_away_as_a_file(page: DiscordPage) -> None:
    await page.command("exports", period="2023-11")
    await page.press("Export")
    await page.choose("CSV")
    assert ".csv" in await page.text()


async def test_what_a_member_may_not_do_is_said(page: DiscordPage) -> None:
    await page.view_as(MODERATOR)
    await page.command("sources", visibility=EVERYONE)
    await page.view_as(MEMBER)
    await page.press("Delete")
    assert "Only the person who asked" in await page.text()


async def test_a_moderator_deletes_what_somebody_else_asked_for(page: DiscordPage) -> None:
    await page.command("cite", reference="rfa-2024¶7", visibility=EVERYONE)
    assert "/cite rfa-2024¶7" in await page.text()
    await page.view_as(MODERATOR)
    await page.press("Delete")
    await page.view_as(MEMBER)
    assert "/cite rfa-2024¶7" not in await page.text()


async def test_a_moderator_writes_entries_and_the_member_finds_them(page: DiscordPage) -> None:
    for entry, basis in ((HOLD, "fp-2019¶6"), (MEETING, "Editorial")):
        answer, wording = entry["Answer"].replace("**", ""), entry["Alternative wordings"].splitlines()[0]
        await page.view_as(MODERATOR)
        await page.command("faq-desk add")
        await page.send(entry)
        preview = await page.text()
        assert "Readers will see what stands below" in preview
        assert answer in preview
        assert basis in preview
        await page.press("Publish")
        assert "It can be found now" in await page.text()
        await page.view_as(MEMBER)
        await page.command("ask", question=wording)
        found = await page.text()
        assert "Alex used /ask" in found
        assert answer in found
        assert basis in found


async def test_what_a_member_could_not_find_is_answered_by_a_moderator(page: DiscordPage) -> None:
    question, passage = "was there insulin in the shipments?", "rfa-2024¶7"
    await page.command("ask", question=question)
    assert "The library does not answer this." in await page.text()
    await page.press("Ask the moderators")
    assert "Sent to the moderators" in await page.text()
    await page.press("Tell me here")
    await page.view_as(MODERATOR)
    await page.command("faq-desk review")
    while question not in await page.text():
        await page.press("Next ›")
    await page.press("Point to a passage")
    await page.send({"Passage or entry": passage})
    await page.press("Confirm")
    assert f"is answered by {passage} from now on" in await page.text()
    await page.view_as(MEMBER)
    assert "The moderators have an answer to what you asked here" in await page.text()
    await page.command("ask", question="did the shipments have insulin")
    assert f"Open {passage}" in await page.buttons()


async def test_the_manager_chooses_from_the_menus_of_the_settings(page: DiscordPage) -> None:
    await page.view_as(MANAGER)
    await page.command("settings")
    await page.choose("questions", menu="Choose a channel")
    await page.choose("Managers", "Moderators", menu="Choose roles")
    told = await page.text()
    assert "are logged in 1 channel" in told
    assert "and those of 2 roles" in told


async def test_a_page_whose_demo_is_gone_says_how_to_start_it_again(chrome: Browser, tmp_path: Path) -> None:
    async with running_demo(tmp_path) as (address, demo):
        page = await DiscordPage.open(chrome, address)
        demo.send_signal(signal.SIGINT)
        await demo.wait()
        await page.page.get_by_text("Start it again with: python bot.py demo").wait_for()
        await page.composer.fill("Is anybody there?")
        await page.composer.press("Enter")
        await page.page.wait_for_function("() => !simcordPreview.pendingAction")
        assert "Start it again with: python bot.py demo" in await page.status()
        await page.close()


async def test_the_demo_can_be_ended_on_its_page(chrome: Browser, tmp_path: Path) -> None:
    async with running_demo(tmp_path) as (address, demo):
        page = await DiscordPage.open(chrome, address)
        await page.page.get_by_role("button", name="End the demo").click()
        assert await asyncio.wait_for(demo.wait(), 10) == 0
        said = "The demo has ended. Start it again with: python bot.py demo"
        await page.page.get_by_role("main").get_by_text(said).wait_for()
        await page.close()


# In another language


async def test_a_reader_of_korean_finds_the_commands_and_is_answered_in_korean(page: DiscordPage) -> None:
    await page.view_as(KOREAN)
    await page.composer.fill("/")
    listed = await page.suggesting()
    assert "/질문" in listed
    assert "/exports" not in listed
    assert (await page.offered("연표", "공개범위"))[0] == "나만"
    await page.cancel()
    await page.command("질문", 질문="원조가 왜 지연되었나요?")
    assert "나만 볼 수" not in await page.text()  # what Discord says is in the language of its page
    assert "fp-2019¶4" in await page.text()
    opener = next(label for label in await page.buttons() if "fp-2019¶4" in label)
    assert opener.endswith("열기")
    await page.press(opener)
    assert "2019년 1월 11일 · 자체 요약" in await page.text()
    await page.view_as(MEMBER)
    await page.composer.fill("/")
    assert "/exports" in await page.suggesting()
