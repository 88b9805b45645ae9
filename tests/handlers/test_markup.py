from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.markup import cut, escape, from_moderators, link, quoted, size, spoken, unescape, weight

# A character that Discord would act on, unless an odd number of backslashes stands before it.
ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*[*_~`|<@\[\]]")


@given(st.text())
@example("\\")
@example("**bold** \\* _x_")
@example("# heading\n> quote\n- list\n1. one\n-# small")
def test_what_was_escaped_can_be_read_back(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.text(alphabet=st.sampled_from("ab1 \n\\*_~`|<>@[]()#-+.:/")))
def test_escaped_text_holds_no_markup_and_no_mention(text: str) -> None:
    assert not ACTIVE.search(escape(text))


@pytest.mark.parametrize(
    "line", ["# a", "## a", "> a", ">>> a", "- a", "+ a", "-# a", "  - a", "1. a", "12) a"]
)
def test_a_line_cannot_begin_a_heading_a_quotation_or_a_list(line: str) -> None:
    assert re.match(r"\s*\d*\\", escape(line))


def test_a_typed_address_does_not_become_a_link() -> None:
    assert "https://" not in escape("see https://example.org/a_b")


def test_a_link_survives_brackets_in_its_label_and_its_address() -> None:
    assert link("a [b]", "https://example.org/x_(y) z") == r"[a \[b\]](https://example.org/x_%28y%29%20z)"


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://example.org", "example.org"])
def test_only_web_addresses_are_linked(url: str) -> None:
    assert link("a", url) == "a"


def test_every_line_of_an_original_is_quoted() -> None:
    assert quoted("a\nb") == "> a\n> b"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("<@123> <@!123> <@&5> <#7> hello", "hello"),
        ("<:flag:12> <a:wave:13> hi </ask:99> <t:1700000000:R>", "hi"),
        ("two\nlines\tand   blanks", "two lines and blanks"),
        ("\u202eevil\u202c\x00\x1b text", "evil text"),
        ("👩‍👩‍👧 kept", "👩‍👩‍👧 kept"),
        ("3 < 4 > 2", "3 < 4 > 2"),
        ("", ""),
    ],
)
def test_what_was_said_is_kept_without_codes_and_invisible_characters(typed: str, said: str) -> None:
    assert spoken(typed) == said


@given(st.text(), st.integers(4, 80), st.integers(8, 160))
def test_a_cut_text_fits_and_begins_like_the_whole(text: str, characters: int, data: int) -> None:
    markup = escape(text)
    short = cut(markup, characters, data)
    assert size(short) <= characters
    assert weight(short) <= data
    if short != markup:
        assert short.endswith("…")
        assert markup.startswith(short[:-1])


@given(st.text(alphabet="\\*_a", min_size=20), st.integers(4, 19))
def test_a_cut_never_leaves_half_an_escape(text: str, characters: int) -> None:
    head = cut(escape(text), characters, 1000).removesuffix("…")
    assert (len(head) - len(head.rstrip("\\"))) % 2 == 0


def test_a_cut_ends_where_a_word_ends() -> None:
    assert cut("some words that go on", 14, 100) == "some words…"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Bold**, *slanted* and `code`", "**Bold**, *slanted* and `code`"),
        ("- one\n- two\n> quoted", "- one\n- two\n> quoted"),
        ("# Big\n-# small\n> ## quoted", "\\# Big\n\\-# small\n> \\## quoted"),
        ("ask <@123>, <@&5>, <#7> at <t:1>", "ask  ,  ,   at  "),
        ("[the page](https://example.org/a)", "[the page](https://example.org/a) (example.org)"),
        (
            "[https://bank.example](https://evil.example)",
            "[https\\://bank.example](https://evil.example) (evil.example)",
        ),
        ("[here](http://аpple.com/a)", "[here](http://аpple.com/a) (xn--pple-43d.com)"),
        ("[here](https://me:secret@host.example/)", "here (https\\://me:secret\\@host.example/)"),
        ("[here](javascript:alert)", "here (javascript:alert)"),
        ("[here](https://[broken)", "here (https\\://\\[broken)"),
    ],
)
def test_what_moderators_write_keeps_its_form_but_hides_nothing(written: str, shown: str) -> None:
    assert from_moderators(written) == shown


@given(st.text(alphabet="[]()<>@!&12#-*\\ \nhttps:/.ab", max_size=60))
def test_no_mention_survives_in_what_moderators_write(written: str) -> None:
    assert not re.search(r"<@[!&]?\d+>", from_moderators(written))
