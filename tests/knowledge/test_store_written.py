"""What is written into columns of text is read back as it was."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.entries import Content
from knowledge.guild_settings import GuildSettings
from knowledge.store.written import (
    read_content,
    read_settings,
    read_typed,
    write_content,
    write_settings,
    write_typed,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone halves of surrogate pairs included
TEXTS = st.lists(ANY_TEXT, max_size=4).map(tuple)
ODD = '\0 \ud83d \udc69 👩‍🌾 \u202e é e\u0301 북한 \\ud83d " \n\r\u2028'
CONTENTS = st.builds(
    Content,
    question=ANY_TEXT,
    answer=ANY_TEXT,
    alternatives=TEXTS,
    citations=st.lists(st.builds(Citation, ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
    cited=TEXTS,
    editorial=st.booleans(),
    tags=TEXTS,
    review_on=st.none() | st.dates(),
)


@given(CONTENTS)
@example(Content(ODD, ODD, (ODD, ""), (Citation(ODD, ODD),), (ODD,), True, (ODD,), date.max))
@example(Content("", ""))
def test_every_content_is_read_back_as_it_was_written(content: Content) -> None:
    written = write_content(content)
    assert read_content(written) == content
    assert written.isascii()
    assert "\0" not in written


def test_a_field_that_was_not_there_when_it_was_written_has_its_default() -> None:
    assert read_content('{"question": "Why?", "answer": "So."}') == Content("Why?", "So.")
    assert read_settings('{"two_person_rule": true}') == GuildSettings(two_person_rule=True)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT))
def test_every_draft_is_read_back_as_it_was_typed(typed: dict[str, str]) -> None:
    assert read_typed(write_typed(typed)) == typed
    assert write_typed(typed).isascii()


@given(
    st.builds(
        GuildSettings,
        answer_mentions_in=st.lists(st.integers(0, 2**64)).map(tuple),
        default_visibility=st.sampled_from(["", "private", "public"]),
        log_channel=st.none() | st.integers(0, 2**64),
        moderator_roles=st.lists(st.integers(0, 2**64)).map(tuple),
        two_person_rule=st.booleans(),
        questions_a_day=st.integers(),
    )
)
def test_all_settings_are_read_back_as_they_were_chosen(settings: GuildSettings) -> None:
    assert read_settings(write_settings(settings)) == settings
