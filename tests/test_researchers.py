"""The page for researchers: every command on it is run, and prints what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from docs.examples import ROOT, examples, printed
from knowledge.commands import COMMANDS
from knowledge.downloads import Format
from tests.knowledge.workbooks import bureau

PAGE = (ROOT / "docs" / "researchers.md").read_text("utf-8")


def test_every_command_on_the_page_prints_what_the_page_says(tmp_path: Path) -> None:
    found = list(examples(PAGE))
    assert len(found) == PAGE.count("```sh\n") > 15
    with bureau(tmp_path) as environment:
        for example in found:
            assert printed(example.command, tmp_path, environment) == example.output, example.command


def test_the_page_has_every_command_that_looks_something_up_and_every_form() -> None:
    shown = "\n".join(example.command for example in examples(PAGE))
    for name in ("exports", "timeline", "who", "assistance", "coverage", "corrections"):
        assert name in COMMANDS
        assert f"/{name}" in shown, name
    forms = set(re.findall(r"--as (\w+)", shown))
    assert forms == {str(form) for form in Format} - {"text", "bibliography"}


def test_the_page_explains_every_column_of_the_tables(tmp_path: Path) -> None:
    for typed in ("/exports 2008", "/timeline 2018", "/cite fp-2019¶6"):
        header, *_ = printed(f'python bot.py ask --as csv "{typed}"', tmp_path, {}).splitlines()
        assert [column for column in header.split(",") if f"`{column}`" not in PAGE] == [], typed
