"""The list of pointers: what moderators pointed where, whether it leads somewhere, and taking it back."""

from __future__ import annotations

import simcord

from tests.handlers.conftest import World
from tests.handlers.moderating import (
    ENTRY,
    allow_everything,
    ask,
    card,
    choose,
    demote,
    press,
    published,
    said,
)
from tests.handlers.reading import options, text

SOURDOUGH = "how do I bake sourdough bread at high altitude"
HOSTILE = "@everyone **why** [click](https://example.org) `||no||` bread"


async def pointed(world: World, *questions: str, target: str = "fp-2019¶6") -> None:
    """Have questions pointed somewhere."""
    for question in questions:
        await world.bot.desk.point(world.guild.id, question, target, world.moderator.id)


async def listed(world: World) -> simcord.ResponseMessage:
    """Return the list."""
    return card(await world.moderator.slash(world.channel, "faq-desk pointers"))


async def test_a_server_where_nothing_is_pointed_says_so(world: World) -> None:
    assert "No question is pointed anywhere" in text(await listed(world))


async def test_what_was_pointed_long_ago_is_listed_with_who_did_it_and_taken_back(either: World) -> None:
    log = either.guild.create_text_channel("log")
    await choose(either, log_channel=log.id)
    await pointed(either, SOURDOUGH, "what is the best recipe for lasagna")
    assert "Pointed here" in await ask(either, SOURDOUGH)
    await either.meanwhile()
    shown = await listed(either)
    assert text(shown).index("lasagna") < text(shown).index(SOURDOUGH)
    assert f"to `fp-2019¶6`, by <@{either.moderator.id}> on <t:" in text(shown)
    await either.meanwhile()
    opened = card(await either.moderator.select(shown, [options(shown)[1]]))
    assert SOURDOUGH in text(opened)
    await either.meanwhile()
    await press(either.moderator, opened, "Take it back")
    assert "Pointed here" not in await ask(either, SOURDOUGH)
    assert "is not pointed any more" in text(log.last_message)
    gone = await either.moderator.select(shown, [options(shown)[1]])
    assert "taken back before" in text(gone.response)
    assert "lasagna" in text(await listed(either))


async def test_what_leads_nowhere_since_its_entry_was_retired_is_marked(world: World) -> None:
    await published(world)
    await pointed(world, SOURDOUGH, target=ENTRY)
    assert "leads nowhere now" not in text(await listed(world))
    await world.moderator.slash(world.channel, "faq-desk retire", id=ENTRY)
    assert "leads nowhere now" in text(await listed(world))


async def test_many_are_turned_page_by_page(either: World) -> None:
    await pointed(either, *(f"what is zork number {n:02}" for n in range(20)))
    shown = await listed(either)
    for label, first, page in (("Older ›", 11, 2), ("Older ›", 3, 3), ("‹ Newer", 11, 2)):
        await either.meanwhile()
        await press(either.moderator, shown, label)
        assert f"number {first:02}" in text(shown)
        assert f"page {page} of 3" in text(shown)


async def test_hostile_and_long_questions_stay_on_their_card(world: World) -> None:
    await pointed(world, *(f"{HOSTILE} {n}" for n in range(8)), "bread 빵 " * 30)
    shown = await listed(world)
    assert "@everyone" in said(shown)
    assert "](https://example.org)" not in text(shown)
    assert len(options(shown)) == 8


async def test_other_servers_are_not_listed_and_theirs_cannot_be_opened(world: World) -> None:
    elsewhere = await world.bot.desk.point(world.guild.id + 1, "what do others ask", "fp-2019¶6", 1)
    assert "No question is pointed anywhere" in text(await listed(world))
    await pointed(world, SOURDOUGH)
    shown = await listed(world)
    assert str(elsewhere.change) not in options(shown)


async def test_it_is_for_moderators_at_the_command_and_at_the_click(either: World) -> None:
    allow_everything(either, either.asker)
    told = await either.asker.slash(either.channel, "faq-desk pointers")
    assert "Only moderators" in text(told.response)
    assert either.env.errors
    await pointed(either, *(f"what is zork number {n}" for n in range(9)))
    shown = await listed(either)
    demote(either, either.moderator)
    await either.meanwhile()
    for result in (
        await either.moderator.select(shown, [options(shown)[0]]),
        await press(either.moderator, shown, "Older ›"),
    ):
        assert "Only moderators" in text(result.response)
