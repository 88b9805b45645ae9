"""/faq search, show and list: for everyone, with the server's own entries where they are at home."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.cards import ENTRIES_A_PAGE
from tests.handlers.conftest import World
from tests.handlers.moderating import ENTRY, QUESTION, press, preview, published, submit
from tests.handlers.reading import buttons, text

SHIPPED = "does-it-use-ai"
FAQ: list[tuple[str, dict[str, Any], str]] = [
    ("faq search", {"words": "language model"}, SHIPPED),
    ("faq show", {"id": SHIPPED}, "### Does this bot use AI?"),
    ("faq list", {}, "FAQ entries ("),
]


@pytest.mark.parametrize(("name", "given", "expected"), FAQ)
async def test_everybody_can_use_them_in_a_server_and_in_a_direct_message(
    world: World, name: str, given: dict[str, Any], expected: str
) -> None:
    here = await world.asker.slash(world.channel, name, **given)
    assert here.ephemeral
    assert expected in text(here.response)
    direct = await world.asker.user.slash(name, **given)
    assert text(direct.response) == text(here.response)
    everyone = await world.asker.slash(world.channel, name, visibility="public", **given)
    assert not everyone.ephemeral


async def tagged(world: World, tags: str) -> None:
    """Publish an entry with tags."""
    written = await preview(world)
    form = await press(world.moderator, written, "Tags, review date, id")
    await submit(world.moderator, form, tags=tags)
    await press(world.moderator, written, "Publish")


async def test_own_entries_are_found_here_and_nowhere_else(world: World) -> None:
    await published(world)
    for name, given in (("search", {"words": "ferry"}), ("show", {"id": ENTRY}), ("list", {})):
        here = text((await world.asker.slash(world.channel, f"faq {name}", **given)).response)
        assert QUESTION in here
        direct = text((await world.asker.user.slash(f"faq {name}", **given)).response)
        assert QUESTION not in direct
    assert "this server's own" in text((await world.asker.slash(world.channel, "faq list")).response)


async def test_the_first_entries_of_a_list_are_opened_by_buttons_and_the_list_stays(world: World) -> None:
    await published(world)
    listed = (
        await world.asker.slash(world.channel, "faq search", words="ferry", visibility="public")
    ).response
    assert listed is not None
    before = text(listed)
    await world.restart()
    opened = await press(world.other, listed, QUESTION)
    assert opened.ephemeral
    assert "Sixty days" in text(opened.response)
    assert text(listed) == before


async def test_a_long_list_is_paged_and_each_page_opens_its_own_entries(world: World) -> None:
    listed = (await world.asker.slash(world.channel, "faq list")).response
    assert listed is not None
    first = list(buttons(listed))
    assert "page 1 of" in text(listed)
    assert text(listed).count("\n`") == ENTRIES_A_PAGE
    await press(world.asker, listed, "Next ›")
    second = list(buttons(listed))
    assert "page 2 of" in text(listed)
    assert not {label for label in first if label.endswith("?")} & set(second)


@pytest.mark.parametrize("typed", ["no-such-entry", "<@1> **x**", "x" * 80, "👍", "/faq show x", "왜" * 80])
async def test_an_entry_that_is_not_there_is_told_with_the_nearest(world: World, typed: str) -> None:
    result = await world.asker.slash(world.channel, "faq show", id=typed)
    assert result.ephemeral
    assert ("FAQ 항목이 없습니다" if "왜" in typed else "There is no FAQ entry") in text(result.response)


async def test_a_tag_without_entries_is_told_with_those_that_there_are(world: World) -> None:
    await tagged(world, "harbour")
    result = await world.asker.slash(world.channel, "faq list", tag="no such tag")
    assert "There is no FAQ entry with the tag" in text(result.response)
    assert "The tags are: harbour" in text(result.response)


async def test_words_that_nothing_is_near_are_told(world: World) -> None:
    result = await world.asker.slash(world.channel, "faq search", words="xylophone zither")
    assert "is among the FAQ entries" in text(result.response)


# Suggestions


async def test_entries_are_suggested_where_they_are_found(world: World) -> None:
    await published(world)
    for typed in ("", "ferry", "permit ferry", "how-long"):
        here = await world.asker.autocomplete(world.channel, "faq show", "id", typed)
        assert here[0]["value"] == ENTRY, typed
    direct = await world.asker.user.autocomplete("faq show", "id", "ferry")
    assert ENTRY not in [one["value"] for one in direct]
    await world.moderator.slash(world.channel, "faq-desk retire", id=ENTRY)
    assert ENTRY not in [
        one["value"] for one in await world.asker.autocomplete(world.channel, "faq show", "id", "")
    ]


async def test_tags_are_suggested(world: World) -> None:
    await tagged(world, "harbour")
    (one,) = await world.asker.autocomplete(world.channel, "faq list", "tag", "harb")
    assert one == {"name": "harbour — 1 entry", "value": "harbour"}
    shown = await world.asker.slash(world.channel, "faq list", tag="harbour")
    assert QUESTION in text(shown.response)


DESK_OPTIONS = [
    ("faq show", "id", {}),
    ("faq list", "tag", {}),
    ("faq-desk edit", "id", {}),
    ("faq-desk retire", "id", {}),
    ("faq-desk restore", "id", {}),
    ("faq-desk history", "id", {}),
    ("faq-desk diff", "from", {"id": ENTRY}),
    ("faq-desk revert", "number", {"id": ENTRY}),
]


@pytest.mark.parametrize(("name", "option", "given"), DESK_OPTIONS)
async def test_suggestions_fit_into_a_list(
    world: World, name: str, option: str, given: dict[str, str]
) -> None:
    for number in range(30):
        await published(world, question=f"ferry {number} {'x' * 200}?", alternatives="")
    await published(world)
    for number in range(28):
        result = await world.moderator.slash(
            world.channel, f"faq-desk {'restore' if number % 2 else 'retire'}", id=ENTRY
        )
        assert result.acknowledged
    for typed in ("", "ferry", "x" * 100, "👍", "<@1>", "\u202e", "1"):
        offered = await world.moderator.autocomplete(world.channel, name, option, typed, **given)
        assert len(offered) <= 25
        assert all(1 <= len(one["name"]) <= 100 for one in offered)
        assert all(isinstance(one["value"], int) or 1 <= len(one["value"]) <= 100 for one in offered)


async def test_what_can_be_edited_retired_and_restored_is_suggested(world: World) -> None:
    await published(world)
    await published(world, question="Which boats are meant?", alternatives="")
    await world.moderator.slash(world.channel, "faq-desk retire", id="which-boats-are-meant")

    async def offered(command: str, typed: str = "") -> list[str]:
        found = await world.moderator.autocomplete(world.channel, f"faq-desk {command}", "id", typed)
        return [one["value"] for one in found]

    assert await offered("retire") == [ENTRY]
    assert await offered("restore") == ["which-boats-are-meant"]
    assert await offered("history") == [ENTRY, "which-boats-are-meant"]
    assert (await offered("edit"))[0] == ENTRY
    assert SHIPPED in await offered("edit", "does it use")
    assert await offered("edit", "boats") == ["which-boats-are-meant"]
