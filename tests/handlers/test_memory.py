"""What the bot keeps in memory of the cards that it sent: nothing."""

from __future__ import annotations

import gc

from discord import ui

from tests.handlers.conftest import World


async def test_a_card_is_forgotten_once_it_is_sent(world: World) -> None:
    gc.collect()
    before = sum(isinstance(one, ui.LayoutView) for one in gc.get_objects())
    for _ in range(5):
        result = await world.asker.slash(world.channel, "ask", question="who is Jung Pak")
        assert result.acknowledged
    gc.collect()
    assert sum(isinstance(one, ui.LayoutView) for one in gc.get_objects()) <= before
