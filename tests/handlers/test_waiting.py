"""Who has to wait, and what they are told; and how many paragraphs of originals a person is shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import simcord
import yaml

from handlers.client import AidPolicyBot
from handlers.reloading import put_into_service
from knowledge.library import Library
from tests.handlers.conftest import World
from tests.handlers.reading import buttons, text

BIEGUN = "who is Stephen Biegun?"
VERBATIM = "The quick brown verbatim fox of paragraph"


def counted(bot: AidPolicyBot, outcome: str) -> float:
    """Return how many requests came to an outcome, as the metrics have it."""
    samples = (sample for metric in bot.metrics.registry.collect() for sample in metric.samples)
    return sum(
        sample.value
        for sample in samples
        if sample.name == "aid_bot_requests_total" and sample.labels["outcome"] == outcome
    )


async def ask(who: simcord.MemberActor, world: World, question: str = BIEGUN) -> Any:
    return await who.slash(world.channel, "ask", question=question)


async def test_too_many_requests_get_a_private_reply_that_says_when_to_try_again(world: World) -> None:
    await world.restart(requests_a_minute=3, default_visibility="public")
    for _ in range(3):
        assert "Biegun" in text((await ask(world.asker, world)).response)
    told = await ask(world.asker, world)
    assert told.acknowledged
    assert told.ephemeral
    assert text(told.response) == "That was a lot at once. You can go on in 20 seconds."
    await world.env.advance_time(20)
    assert "Biegun" in text((await ask(world.asker, world)).response)


async def test_a_flood_of_one_is_no_wait_for_another_and_reaches_no_engine(world: World) -> None:
    await world.restart(requests_a_minute=5)
    for _ in range(60):
        await ask(world.asker, world)
    assert counted(world.bot, "answered") == 5
    assert counted(world.bot, "limited") == 55
    assert "Biegun" in text((await ask(world.other, world)).response)


async def test_presses_count_like_commands_and_the_card_stays_as_it_is(world: World) -> None:
    await world.restart(requests_a_minute=2)
    card = (await ask(world.asker, world)).response
    assert card is not None
    assert (await world.asker.click(card, label="Export")).acknowledged
    before = buttons(card)
    told = await world.asker.click(card, label="Not helpful")
    assert told.ephemeral
    assert "You can go on in 30 seconds" in text(told.response)
    assert buttons(card) == before


async def test_a_server_has_a_limit_of_its_own_and_direct_messages_go_on(world: World) -> None:
    await world.restart(server_requests_a_minute=2)
    await ask(world.asker, world)
    await ask(world.other, world)
    third = world.guild.add_member(world.env.create_user("kit"))
    told = text((await ask(third, world)).response)
    assert "Many people here are asking at the moment. You can ask again in 30 seconds" in told
    direct = await third.user.slash("ask", question=BIEGUN)
    assert "Biegun" in text(direct.response)
    other = world.env.create_guild(name="Elsewhere")
    there = other.add_member(world.env.create_user("kim"))
    elsewhere = await there.slash(other.create_text_channel("general"), "ask", question=BIEGUN)
    assert "Biegun" in text(elsewhere.response)


async def test_a_flood_of_others_does_not_lock_the_moderators_of_a_server_out(world: World) -> None:
    await world.restart(server_requests_a_minute=1)
    for who in (world.asker, world.other):
        await ask(who, world)
    assert counted(world.bot, "limited") == 1
    asked = (await ask(world.moderator, world)).response
    assert asked is not None
    assert "Biegun" in text(asked)
    assert (await world.moderator.click(asked, label="Export")).acknowledged
    assert (await world.moderator.slash(world.channel, "faq-desk review")).acknowledged
    assert counted(world.bot, "limited") == 1


async def test_a_server_is_not_charged_for_what_one_person_is_refused(world: World) -> None:
    await world.restart(requests_a_minute=2, server_requests_a_minute=4)
    for _ in range(50):
        await ask(world.asker, world)
    assert "Biegun" in text((await ask(world.other, world)).response)


async def test_a_flood_of_mentions_is_told_to_wait_once(world: World) -> None:
    await world.restart(requests_a_minute=2)
    for _ in range(12):
        await world.asker.send(world.channel, f"{world.mention} {BIEGUN}")
    await world.env.settle()
    said = [text(message) for message in world.channel.history() if message.author.id != world.asker.id]
    assert len([one for one in said if "Biegun" in one]) == 2
    assert len([one for one in said if "You can go on in" in one]) == 1
    assert len(said) == 3


async def test_suggestions_have_a_limit_of_their_own(world: World) -> None:
    await world.restart(suggestions_a_minute=2, requests_a_minute=1)
    offered = [await world.asker.autocomplete(world.channel, "who", "name", "b") for _ in range(3)]
    assert [bool(choices) for choices in offered] == [True, True, False]
    assert "Biegun" in text((await world.asker.slash(world.channel, "who", name="biegun")).response)


async def test_nobody_types_as_much_as_would_keep_suggestions_busy(world: World) -> None:
    for command, option in (
        ("cite", "reference"),
        ("who", "name"),
        ("timeline", "actor"),
        ("faq show", "id"),
    ):
        assert await world.asker.autocomplete(world.channel, command, option, "b" * 6000) == []
    assert await world.asker.autocomplete(world.channel, "who", "name", "b")


async def test_a_form_is_never_turned_away(world: World) -> None:
    await world.restart(requests_a_minute=3)
    card = (await ask(world.asker, world)).response
    assert card is not None
    noted = (await world.asker.click(card, label="Not helpful")).response
    assert noted is not None
    form = await world.asker.click(noted, label="Say why")
    assert "lot at once" in text((await ask(world.asker, world)).response)
    await world.asker.submit_modal(form, {"reason": "It has no date"})
    assert "and why" in text(noted)


# Originals


@pytest.fixture
async def quoting(world: World, library: Library, tmp_path: Path) -> World:
    """Return a world in which the operator took in the Foreign Policy report, paragraph by paragraph."""
    refs = [passage.ref for passage in library.sources["fp-2019"].passages]
    (tmp_path / "originals").mkdir()
    content = {ref: f"{VERBATIM} {ref}." for ref in refs}
    (tmp_path / "originals" / "fp-2019.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return world


async def served(world: World, folder: Path, **settings: Any) -> World:
    await world.restart(data_dir=folder, **settings)
    await put_into_service(world.bot)
    return world


async def test_a_paragraph_of_an_original_is_private_unless_chosen_otherwise(
    quoting: World, tmp_path: Path
) -> None:
    world = await served(quoting, tmp_path, default_visibility="public")
    result = await world.asker.slash(world.channel, "cite", reference="fp-2019¶6")
    assert VERBATIM in text(result.response)
    assert result.ephemeral
    chosen = await world.asker.slash(world.channel, "cite", reference="fp-2019¶6", visibility="public")
    assert not chosen.ephemeral
    note = await world.asker.slash(world.channel, "cite", reference="rfa-2024¶6")
    assert not note.ephemeral


async def test_nobody_has_an_original_published_paragraph_by_paragraph(
    quoting: World, tmp_path: Path
) -> None:
    world = await served(quoting, tmp_path, originals_a_day=4)
    said = []
    for number in range(1, 18):
        result = await world.asker.slash(
            world.channel, "cite", reference=f"fp-2019¶{number}", visibility="public"
        )
        said.append(text(result.response))
    assert [VERBATIM in one for one in said] == [True] * 4 + [False] * 13
    assert "4 paragraphs of originals today" in said[-1]
    other = await world.other.slash(world.channel, "cite", reference="fp-2019¶9")
    assert VERBATIM in text(other.response)
    await world.env.advance_time(timedelta(days=1).total_seconds())
    again = await world.asker.slash(world.channel, "cite", reference="fp-2019¶9")
    assert VERBATIM in text(again.response)


@pytest.mark.parametrize(("a_day", "quotes"), [(0, True), (1, False)])
async def test_what_leads_an_answer_quotes_no_more_either(
    quoting: World, tmp_path: Path, a_day: int, quotes: bool
) -> None:
    world = await served(quoting, tmp_path, originals_a_day=a_day)
    await world.asker.slash(world.channel, "cite", reference="fp-2019¶1")
    answered = text((await ask(world.asker, world, "why was aid held up in 2018?")).response)
    assert (VERBATIM in answered) is quotes
    assert "Pompeo" in answered or quotes
    assert ("in our own words" in answered) is not quotes


async def test_buttons_and_files_are_within_the_same_limit(quoting: World, tmp_path: Path) -> None:
    world = await served(quoting, tmp_path, originals_a_day=1)
    first = (await world.asker.slash(world.channel, "cite", reference="fp-2019¶6")).response
    assert first is not None
    assert VERBATIM in text(first)
    onward = await world.asker.click(first, label="fp-2019¶7 ›")
    assert VERBATIM not in text(onward.response or first)
    card = (await world.asker.slash(world.channel, "cite", reference="fp-2019¶8")).response
    assert card is not None
    menu = (await world.asker.click(card, label="Export")).response
    assert menu is not None
    made = (await world.asker.select(menu, ["text"])).response
    assert VERBATIM not in text(made)
