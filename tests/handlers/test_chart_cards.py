"""The button that shows figures as a picture, and the card with the picture, on new and on old cards."""

from __future__ import annotations

import io
import sys
from typing import Any

import discord
import pytest
import simcord
from PIL import Image

from handlers import chart_cards
from handlers.charts import draw
from knowledge.charts import LONGEST_ALT, Chart, chart_of
from knowledge.desk import Desk
from knowledge.engine import Engine
from knowledge.languages import speaking
from tests.handlers.conftest import World
from tests.handlers.reading import buttons, parts, raw, text

MONTHS = {"period": "2023-11..2024-03"}


async def card(world: World, name: str = "exports", **given: str) -> simcord.ResponseMessage:
    return await card_of(world.asker, world, name, **(given or MONTHS))


async def card_of(
    member: simcord.MemberActor, world: World, name: str = "exports", **given: str
) -> simcord.ResponseMessage:
    result = await member.slash(world.channel, name, **{"visibility": "private", **given})
    assert result.response is not None
    return result.response


async def public(world: World, **given: str) -> simcord.ResponseMessage:
    return await card(world, visibility="public", **(given or MONTHS))


def of(engine: Engine, typed: str) -> Chart:
    found = chart_of(engine.reply(typed), engine.library.sources)
    assert found is not None
    return found


def gallery(shown: Any) -> dict[str, Any]:
    """Return the one picture of a card."""
    (found,) = (part for part in parts(raw(shown)) if part["type"] == 12)
    (item,) = found["items"]
    return dict(item)


async def test_a_chart_is_a_picture_with_its_content_in_words(either: World, engine: Engine) -> None:
    shown = await card(either)
    await either.meanwhile()
    result = await either.asker.click(shown, label="Chart")
    assert result.acknowledged
    assert result.response is not None
    chart = of(engine, "/exports 2023-11..2024-03")
    (attachment,) = result.response.attachments
    assert attachment.filename == "exports-2023-11-to-2024-03.png"
    data = await attachment.read()
    assert data == draw(chart)
    assert Image.open(io.BytesIO(data)).width == 760
    assert gallery(result.response)["description"] == chart.alt
    assert len(chart.alt) <= LONGEST_ALT
    assert text(result.response).startswith("\n-# /exports 2023-11..2024-03\n-# library ")


async def test_it_is_deferred_before_anything_is_sent(world: World) -> None:
    shown = await card(world)
    before = len(world.env.http_requests)
    await world.asker.click(shown, label="Chart")
    deferral, sent = world.env.http_requests[before:]
    assert deferral.json
    assert discord.InteractionResponseType(deferral.json["type"]).name.startswith("deferred")
    assert "exports-2023-11-to-2024-03.png" in str(sent.json)


@pytest.mark.parametrize("who", ["asker", "other"])
async def test_the_chart_of_a_private_card_is_private_and_that_of_a_public_one_for_everyone(
    either: World, who: str
) -> None:
    private, shared = await card(either), await public(either)
    await either.meanwhile()
    if who == "asker":
        assert (await either.asker.click(private, label="Chart")).ephemeral
    result = await getattr(either, who).click(shared, label="Chart")
    assert result.acknowledged
    assert result.ephemeral is (who == "other")  # only whoever asked adds to the channel
    assert ("Delete" in buttons(result.response)) is (who == "asker")
    assert ("Share" in buttons(result.response)) is (who == "other")


async def test_a_public_chart_is_deleted_by_whoever_asked_or_a_moderator(either: World) -> None:
    for who in (either.asker, either.moderator):
        chart = (await either.asker.click(await public(either), label="Chart")).response
        assert chart is not None
        await either.meanwhile()
        assert "Only the person who asked" in text((await either.other.click(chart, label="Delete")).response)
        assert (await who.click(chart, label="Delete")).acknowledged
        assert chart.id not in {message.id for message in either.channel.history()}


async def test_a_private_chart_is_shared_once_with_its_picture(either: World) -> None:
    chart = (await either.asker.click(await card(either), label="Chart")).response
    assert chart is not None
    await either.meanwhile()
    assert (await either.asker.click(chart, label="Share")).acknowledged
    shared = either.channel.last_message
    assert shared is not None
    assert not shared.flags.ephemeral
    assert [attachment.filename for attachment in shared.attachments] == ["exports-2023-11-to-2024-03.png"]
    assert gallery(shared)["description"] == gallery(chart)["description"]
    assert "shared by ann" in text(shared)
    assert list(buttons(shared)) == ["Delete"]
    assert "shared with everyone here" in text(chart)
    assert not buttons(chart)
    assert [attachment.filename for attachment in chart.attachments] == ["exports-2023-11-to-2024-03.png"]


async def test_a_share_that_fails_leaves_the_button_there(world: World) -> None:
    chart = (await world.asker.click(await card(world), label="Chart")).response
    assert chart is not None
    world.env.inject_error("POST", "/webhooks/*", status=400, code=50035, times=1)
    result = await world.asker.click(chart, label="Share")
    assert result.acknowledged
    assert "Share" in buttons(chart)
    assert (await world.asker.click(chart, label="Share")).acknowledged
    assert "shared by ann" in text(world.channel.last_message)


async def test_in_a_direct_message_it_works_too(either: World) -> None:
    user = either.asker.user
    shown = (await user.slash("exports", **MONTHS)).response
    assert shown is not None
    await either.meanwhile()
    chart = (await user.click(shown, label="Chart")).response
    assert chart is not None
    assert chart.attachments
    assert list(buttons(chart)) == ["Delete"]
    assert (await user.click(chart, label="Delete")).acknowledged


@pytest.mark.parametrize(
    ("name", "given", "has_one"),
    [
        ("exports", {"period": "1992..2024"}, True),
        ("exports", {"period": "2008", "compare": "2009"}, True),
        ("assistance", {"years": "FY2001..FY2010"}, True),
        ("ask", {"question": "how much was exported in november and december 2023 together?"}, True),
        ("exports", {"period": "2016"}, False),
        ("exports", {"period": "2024-01"}, False),
        ("exports", {"period": "2010-02"}, False),
        ("ask", {"question": "who is Jung Pak?"}, False),
        ("timeline", {"period": "2018"}, False),
    ],
)
async def test_cards_with_figures_of_several_periods_have_the_button(
    world: World, name: str, given: dict[str, str], has_one: bool
) -> None:
    shown = await card(world, name, **given)
    assert ("Chart" in buttons(shown)) is has_one
    if has_one:
        result = await world.asker.click(shown, label="Chart")
        assert result.response is not None
        assert result.response.attachments


async def test_where_the_figures_have_gone_it_is_said(world: World, engine: Engine) -> None:
    shown = await public(world, period="1992..2024", series="census")
    world.bot.engine = Engine(engine.library.only(("core",)))
    world.bot.desk = Desk(world.bot.engine, world.bot.store, discord.utils.utcnow)
    result = await world.asker.click(shown, label="Chart")
    assert result.ephemeral
    assert "no longer has a chart" in text(result.response)


async def test_a_card_that_cannot_be_read_any_more_has_no_chart(world: World) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("A card."))
    view.add_item(discord.ui.ActionRow(chart_cards.ShowChart.button("Chart", "chart:1")))
    await channel.send(view=view)
    view.stop()
    message = world.channel.last_message
    assert message is not None
    assert "can no longer read" in text((await world.asker.click(message, label="Chart")).response)


async def test_a_picture_that_cannot_be_drawn_is_excused_with_a_reference(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await card(world)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = await world.asker.click(shown, label="Chart")
    assert result.acknowledged
    reply = text(result.response)
    assert "Something went wrong on my side" in reply
    assert "matplotlib" not in reply
    assert reply.rsplit(" ", 1)[-1].strip(".") in caplog.text


# --- in another language


async def test_in_korean_the_picture_is_the_same_and_is_told_in_korean(
    either: World, korean: simcord.MemberActor, engine: Engine
) -> None:
    shown = await card_of(korean, either, **MONTHS)
    await either.meanwhile()
    result = await korean.click(shown, label="그래프")
    assert result.response is not None
    (attachment,) = result.response.attachments
    assert attachment.filename == "exports-2023-11-to-2024-03.png"
    assert await attachment.read() == draw(of(engine, "/exports 2023-11..2024-03"))
    assert "그림 안의 글은 영어입니다." in text(result.response)
    with speaking("ko"):
        assert gallery(result.response)["description"] == of(engine, "/exports 2023-11..2024-03").alt


async def test_a_shared_chart_is_told_in_the_language_of_whoever_shares_it(
    world: World, korean: simcord.MemberActor
) -> None:
    shown = await card_of(korean, world, **MONTHS)
    private = (await korean.click(shown, label="그래프")).response
    assert private is not None
    (posted,) = (await korean.click(private, label="공유")).followups
    assert gallery(posted)["description"].startswith("막대그래프")
