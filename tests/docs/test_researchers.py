"""The page for researchers: it has every command that looks something up, every file, every column."""

from __future__ import annotations

import csv
import io
import re

from docs.examples import ROOT, examples
from knowledge.commands import COMMANDS
from knowledge.downloads import Format, download
from knowledge.engine import Engine

PAGE = (ROOT / "docs" / "researchers.md").read_text("utf-8")
SHOWN = "\n".join(command for example in examples(PAGE) for command in example.commands)


def test_the_page_has_every_command_that_looks_something_up_and_every_form() -> None:
    for name in ("exports", "timeline", "who", "assistance", "coverage", "corrections"):
        assert name in COMMANDS
        assert f"/{name}" in SHOWN, name
    forms = set(re.findall(r"--as (\w+)", SHOWN))
    assert forms == {str(form) for form in Format} - {"text", "bibliography"}


def test_every_block_of_the_page_shows_what_comes_back() -> None:
    blocks = [example for example in examples(PAGE) if f"```sh\n{example.text}" in PAGE]
    assert len(blocks) == PAGE.count("```sh\n") > 15
    assert [block.text for block in blocks if block.printed is None] == []


def test_the_page_explains_every_column_of_the_tables(engine: Engine) -> None:
    for typed in ("/exports 2008", "/timeline 2018", "/cite fp-2019¶6"):
        file = download(engine.reply(typed), Format.CSV, engine.library.sources)
        header = next(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
        assert [column for column in header if f"`{column}`" not in PAGE] == [], typed
