"""The button that shows the figures of a card as a picture, and the card with the picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import ui

from handlers import cards, errors
from handlers.base import Interaction, is_private
from handlers.cards import UNSHARED, Sharing
from handlers.layout import Row
from handlers.views import CardItem, Delete, Share, asked_on
from knowledge.answers import Answer
from knowledge.charts import Chart, chart_of
from knowledge.languages import ENGLISH, gettext, speaking, spoken, translatable

LEAST_PERIODS = 2
_GONE = translatable("The library has changed, and this reply no longer has a chart.")


@dataclass(frozen=True, slots=True)
class _Pictured:
    """A reply with its chart, drawn."""

    answer: Answer
    chart: Chart
    picture: bytes

    @classmethod
    async def on(cls, press: Interaction, answer: Answer, chart: Chart, drawn: Chart) -> _Pictured:
        """Have the chart drawn, which may take a second the first time."""
        return cls(answer, chart, await press.client.charts.picture(drawn))

    def view(self, owner: int, *, private: bool, sharing: Sharing = UNSHARED) -> ui.LayoutView:
        """Return the card; a private one can be shared once, a public one deleted."""
        items: list[Any] = []
        if not private:
            items.append(Delete.button(gettext("Delete"), f"delete:{owner}"))
        elif not sharing.done:
            items.append(ShareChart.button(gettext("Share"), "share-chart"))
        rows: list[Row] = [ui.ActionRow(*items)] if items else []
        return cards.chart_card(self.answer, self.chart.filename, self.chart.alt, rows, sharing=sharing)

    def file(self) -> discord.File:
        """Return the picture as Discord takes it; it is good for one message only."""
        return discord.File(io.BytesIO(self.picture), self.chart.filename)


def _chart_on(press: Interaction) -> tuple[Answer, Chart, Chart]:
    """Return the reply that a card shows, its chart, and the chart of which the picture is drawn."""
    bot = press.client
    answer = bot.reply(asked_on(press), press.guild_id)
    chart = chart_of(answer, bot.engine.library.sources)
    if chart is None:
        raise errors.UserError(gettext(_GONE))
    return answer, chart, _in_english(press, chart)


def _in_english(press: Interaction, chart: Chart) -> Chart:
    """Return the chart as it is drawn: the letters of the picture are those of English."""
    if spoken() == ENGLISH:
        return chart
    with speaking(ENGLISH):
        answer = press.client.reply(asked_on(press), press.guild_id)
        return chart_of(answer, press.client.engine.library.sources) or chart


class ShowChart(CardItem, template=r"chart:(?P<owner>\d+)"):
    """Shows the chart of a card, to everyone if whoever asked presses on a public card, else privately."""

    @classmethod
    def of(cls, answer: Answer, owner: int) -> Iterator[Self]:
        """Yield the button for an answer with figures of several months or years."""
        chart = chart_of(answer, {})
        if chart and chart.periods >= LEAST_PERIODS:
            yield cls.button(gettext("Chart"), f"chart:{owner}")

    async def run(self, press: Interaction) -> None:
        """Draw the chart and send it."""
        private = is_private(press) or press.user.id != int(self.fields["owner"])
        found = _chart_on(press)
        await press.response.defer(ephemeral=private, thinking=True)
        drawn = await _Pictured.on(press, *found)
        view = drawn.view(press.user.id, private=private)
        await press.edit_original_response(view=view, attachments=[drawn.file()])


class ShareChart(Share, template=r"share-chart"):
    """Posts a private chart for everyone in the channel."""

    async def share(self, press: Interaction) -> None:
        """Take the button away, then post the chart; where that fails, give the button back."""
        found = _chart_on(press)
        await press.response.defer()
        drawn = await _Pictured.on(press, *found)
        by = Sharing(by=press.user.display_name)
        kept = drawn.view(press.user.id, private=True, sharing=Sharing(done=True))
        await press.edit_original_response(view=kept, attachments=[drawn.file()])
        try:
            view = drawn.view(press.user.id, private=False, sharing=by)
            await press.followup.send(view=view, file=drawn.file())
        except Exception:
            undone = drawn.view(press.user.id, private=True)
            await press.edit_original_response(view=undone, attachments=[drawn.file()])
            raise


ITEMS = (ShowChart, ShareChart)
"""Every kind of item of this module."""
