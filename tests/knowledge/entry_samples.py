"""What moderators write for an entry: one draft to begin with, and whatever else they may write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from knowledge.commands import is_command
from knowledge.drafts import tidy
from knowledge.entries import Action, Content, Entry, Revision, State

TODAY = date(2025, 6, 1)

DRAFT: Mapping[str, str] = {
    "question": "How long does a permit take?",
    "answer": "Sixty days or more, says the report.",
    "alternatives": "permit waiting time\nhow soon is a permit given",
    "citations": "fp-2019¶6",
    "tags": "permits",
    "review_on": "2026-01-31",
}
"""A draft that can be published."""


def entry(id_: str, content: Content, state: State = State.PUBLISHED) -> Entry:
    """Return an entry that was added once."""
    added = Revision(1, Action.ADD, state, content, author_id=7, at=datetime(2025, 6, 1, tzinfo=UTC))
    return Entry(guild_id=1, id=id_, change=1, revision=added)


SNARES = (
    *("/", "/ask ", "/timeline 2018", "_", "//"),
    *("yes", "No", "null", "~", "1e3", "0x1F", "1:30:00", "2025-01-01", "=", "<<", ".inf", "---", "..."),
    *("- a dash", "a: b", "# no comment", "'", '"', "%x", "@x", "`", "|", ">-", "*a", "&a", "!tag", "? x"),
    *(
        "[a, b]",
        "{a: b}",
        ",",
        ";",
        "¶",
        "\\",
        "\\ud83d",
        "\\n",
        "editorial",
        "x" * 90,
        "👩‍🌾",
        "북한",
        "e\u0301",
    ),
    *(
        "\ufeff",
        "\ufffe",
        "\x85",
        "\u2028",
        "\x00",
        "\x7f",
        "\x1f",
        "\u202e",
        "\u200b",
        "\ud83d",
        "\r\n",
        "\r",
    ),
    *("  two  blanks ", "\ttab\t", "line\n\n\n  line  \n", "\n", " "),
)
"""Texts that YAML, JSON or a careless reader would take for something else."""

TEXTS = st.lists(st.sampled_from(SNARES) | st.text(max_size=8), max_size=6).map("".join)
LINES = TEXTS.map(lambda text: " ".join(text.split()))
REFERENCES = ("fp-2019¶6", "fp-2019¶title", "FP-2019 7", "rfa-2024¶13", "[rfa-2024#credit]")


def _is_no_command(text: str) -> bool:
    return not is_command(tidy(text))


def drafts() -> st.SearchStrategy[Mapping[str, str]]:
    """Return drafts as they are typed, all of which can be published."""
    references = st.lists(st.sampled_from(REFERENCES), min_size=1, max_size=3, unique=True)
    tags = st.lists(
        st.from_regex(r"#?[a-zA-Zß가-힣0-9]{1,5}([-_ ][a-z0-9]{1,5})?", fullmatch=True), max_size=4
    )
    return st.fixed_dictionaries(
        {
            "question": TEXTS.map(lambda text: f"{text} rice").filter(_is_no_command),
            "answer": TEXTS.map(lambda text: f"{text}Rice."),
            "alternatives": st.lists(
                LINES.map(lambda line: f"{line}grain").filter(_is_no_command), max_size=5
            ).map("\n".join),
            "citations": references.map(", ".join) | st.just("editorial"),
            "tags": tags.map(",".join),
            "review_on": st.dates(min_value=TODAY).map(str) | st.just(""),
        }
    )
