"""An administration in a question stands for the years of its term."""

from __future__ import annotations

import pytest

from knowledge.administrations import with_years
from knowledge.engine import Engine
from knowledge.plaintext import plain_text


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("how much was exported under Obama?", "how much was exported from 2009 to 2016?"),
        ("assistance during the Bush administration", "assistance from 2001 to 2008"),
        ("exports under President Biden", "exports from 2021 to 2024"),
        ("what did Obama sign?", "what did Obama sign?"),
        ("aid in bushels", "aid in bushels"),
    ],
)
def test_an_administration_is_read_as_years(question: str, read: str) -> None:
    assert with_years(question)[0] == read


def test_the_reply_says_as_which_years_it_was_read(engine: Engine) -> None:
    text = plain_text(engine.reply("how much did the us export under Obama?"))
    assert "Barack Obama was president from 20 January 2009 to 20 January 2017; this is 2009 to 2016." in text
    assert "Sum: US$60,563,613 (computed)." in text
    text = plain_text(engine.reply("how much assistance under the Bush administration?"))
    assert "Sum of obligations, fiscal years 2001 to 2008: US$421,175,832" in text
