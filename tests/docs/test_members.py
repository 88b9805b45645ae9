"""The page for members: the buttons and words that it explains are those that people meet."""

from __future__ import annotations

import re

from docs.examples import DISCORD, ROOT, examples
from tests.handlers.conftest import World
from tests.handlers.moderating import press
from tests.handlers.reading import buttons, text

PAGE = (ROOT / "docs" / "members.md").read_text("utf-8")


async def test_every_button_in_the_table_is_on_a_card(world: World) -> None:
    async def shown(name: str, **options: str) -> set[str]:
        result = await world.asker.slash(world.channel, name, **options)
        return set(buttons(result.response))

    question = {"question": "why was aid held up in 2018?"}
    refused = {"question": "what was the name of the north korean intelligence officer?"}
    labels = await shown("ask", **question, visibility="private")
    labels |= await shown("ask", **question, visibility="public")
    labels |= await shown("ask", **refused)
    labels |= await shown("exports", period="2023-11..2024-03")
    timeline = (await world.asker.slash(world.channel, "timeline", visibility="private")).response
    labels |= set(buttons(timeline))
    await press(world.asker, timeline, "Next ›")
    labels |= set(buttons(timeline))
    rows = re.findall(r"^\| (\*.+?) \|", PAGE, re.MULTILINE)
    named = {label for row in rows for label in re.findall(r"\*([^*]+)\*", row)}
    assert len(named) > 8
    for label in named:
        found = [one for one in labels if one == label or (label[-1] == "…" and one.startswith(label[:-1]))]
        assert found, label


async def test_the_mention_on_the_page_is_answered_for_everyone(world: World) -> None:
    mention = re.search(r"`@Aid policy history (.+?)`", PAGE)
    assert mention
    await world.asker.send(world.channel, f"{world.mention} {mention[1]}")
    reply = world.channel.last_message
    assert "Stephen Biegun" in text(reply)


def test_what_is_typed_in_discord_is_a_command_there_and_shows_what_comes_back() -> None:
    typed = [example for example in examples(PAGE) if example.language == DISCORD]
    assert len(typed) > 4
    assert all(example.text.startswith("/") and example.printed for example in typed)
