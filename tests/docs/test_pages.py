"""The pages: every shell command on them is run and prints what the page says, and every file on them works.

How a page is read stands in `docs/examples.py`; what cannot be run, and why, in `not_run.py`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from bot import cli
from docs.examples import AS_ITS_USER, PAGES, ROOT, Example, examples, project, renewed, run, sections, write
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.plaintext import plain_text
from settings import PREFIX, Settings
from tests.docs.not_run import NOT_COMPARED, NOT_RUN, reason

TEXTS = {page.name: page.read_text("utf-8") for page in PAGES}
SECTIONS = [
    pytest.param(page, of, id=f"{page}: {section or 'first'}")
    for page, text in TEXTS.items()
    for section, of in sections(text)
]


@pytest.mark.parametrize(("page", "of"), SECTIONS)
def test_what_a_section_says_to_type_is_run_and_prints_what_it_says(
    page: str, of: tuple[Example, ...], tmp_path: Path
) -> None:
    with project(tmp_path, of) as environment:
        for example in of:
            if example.file:
                write(example, tmp_path)
            commands = [command for command in example.commands if not reason(command)]
            if example.printed is not None:
                assert commands == list(example.commands), "what prints something is run"
            if not commands:
                continue
            code, printed = run(commands, tmp_path, environment)
            where = f"{page}, line {example.line}: {' && '.join(commands)}"
            if example.printed is None:
                assert code == 0, f"{where}\n{printed}"
            else:
                assert printed == example.printed, f"{where}\nMake it anew: python docs/examples.py …/{page}"


def test_there_is_a_page_for_everybody_and_the_readme_links_every_page() -> None:
    readme = TEXTS["README.md"]
    for page in PAGES[1:]:
        assert f"]({page.relative_to(ROOT)})" in readme, page.name
    assert {
        "members.md",
        "moderators.md",
        "researchers.md",
        "operators.md",
        "contributors.md",
    } <= TEXTS.keys()


def test_the_reply_at_the_top_of_the_readme_is_what_the_reports_at_the_core_give(library: Library) -> None:
    found = re.search(r"^Asked \*(.+?)\* of the two.+?```text\n(.+?)```", TEXTS["README.md"], re.M | re.S)
    assert found
    reply = Engine(library.only(["core"])).reply(found[1])
    assert f"{plain_text(reply)}\n" == found[2]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_the_pages_beside_the_readme_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", TEXTS[page])
    assert [link for link in links if not (ROOT / link).exists()] == []


# What is not run

OTHERS = (
    "useradd",
    "git",
    "apt-get",
    ".venv/bin/pip",
    ".venv/bin/pre-commit",
    "runuser",
    "pg_dump",
    "pg_restore",
)
"""Programs that are no part of the project, and whose arguments nothing here can read."""


def not_run() -> Iterator[str]:
    for text in TEXTS.values():
        for example in examples(text):
            yield from (command for command in example.commands if reason(command))


def test_no_reason_is_left_for_a_command_that_no_page_has() -> None:
    found = set(not_run())
    assert [looks for looks in NOT_RUN if not any(re.fullmatch(looks, one) for one in found)] == []


def test_whatever_stands_in_a_box_is_run_compared_or_named_with_a_reason() -> None:
    samples = [one.text for text in TEXTS.values() for one in examples(text) if one.is_sample]
    unnamed = [text for text in samples if not any(map(text.startswith, NOT_COMPARED))]
    assert unnamed == []
    assert [start for start in NOT_COMPARED if not any(text.startswith(start) for text in samples)] == []


@pytest.mark.parametrize("page", TEXTS)
def test_no_command_hides_where_nothing_looks_for_it(page: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", TEXTS[page], flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if line.count("`") % 2] == [], "it goes on in the next line"
    languages = {example.language for example in examples(TEXTS[page])}
    assert languages <= {"sh", "discord", "text", "yaml", "python", "diff"}


@pytest.mark.parametrize("command", sorted(set(not_run())))
def test_what_is_not_run_can_be_read_by_what_it_calls(command: str) -> None:
    shell = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    assert shell.returncode == 0, shell.stderr
    words = shlex.split(command.removeprefix(AS_ITS_USER))
    if words[0] == "sh":
        words = shlex.split(words[2].rpartition(AS_ITS_USER)[2])
    words = [word for word in words if not re.match(r"[A-Z_]+=", word)]
    if words[0].endswith(("python", "python3")):
        assert_python_takes(words[1:])
    elif words[0] == "bash":
        assert (ROOT / words[1]).is_file()
    elif words[0] == "docker":
        assert_container_is_ours(words[1:])
    elif words[0] in ("systemctl", "journalctl"):
        unit = (ROOT / "deploy" / "aid-policy-bot.service").stem
        assert words[1:] == ["daemon-reload"] or words[-1] == unit
    elif words[0] == "curl":
        assert words[-1].endswith("/readyz")
    else:
        assert words[0] in OTHERS, f"nothing reads {words[0]}"


def assert_python_takes(words: list[str]) -> None:
    """Assert that a module or a script of the project takes the arguments that a page gives it."""
    if words[0] == "bot.py":
        assert_bot_takes(words[1:])
    elif words[:2] == ["-m", "venv"]:
        assert words[2:] == [".venv"]
    elif words[:2] == ["-m", "pytest"]:
        assert all((ROOT / path).exists() for path in words[2:])
    elif words[0] == "-m":
        assert find_spec(words[1])
        if words[2:]:
            assert_module_takes(words[1], words[2:])
    else:
        assert all((ROOT / path).is_file() for path in words)


def assert_module_takes(module: str, words: list[str]) -> None:
    command = [sys.executable, "-m", module, "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for word in words:
        assert not word.startswith("--") or re.search(rf"{word}\b", said), word


def assert_bot_takes(words: list[str]) -> None:
    """Assert that the command line takes these words; raises what click says if it does not."""
    context = cli.make_context("bot.py", list(words))
    while isinstance(context.command, click.Group):
        name, command, rest = context.command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        assert name and command
        context = command.make_context(name, rest, parent=context)


def assert_container_is_ours(words: list[str]) -> None:
    assert words[0] in ("build", "compose", "run", "exec", "kill")
    if words[0] in ("build", "compose"):
        assert (ROOT / words[words.index("-f") + 1]).is_file()
    if words[0] != "compose":
        assert "aid-policy-bot" in words


# What only names a command of the bot, such as `bot.py import census`


def test_every_command_of_the_bot_that_a_page_names_is_there() -> None:
    named = {span for text in TEXTS.values() for span in re.findall(r"`bot\.py ([^`]+)`", text)}
    assert named
    for span in named:
        group: click.Command = cli
        for word in shlex.split(span):
            if isinstance(group, click.Group):
                assert word in group.commands, span
                group = group.commands[word]
            elif word.startswith("--"):
                assert any(word in option.opts for option in group.params), span


def test_every_setting_that_a_page_gives_in_the_environment_is_one() -> None:
    named = {name for text in TEXTS.values() for name in re.findall(rf"\b{PREFIX}([A-Z_]+)=", text)}
    assert named
    assert {name.lower() for name in named} <= {field.name for field in fields(Settings)}


# How a page is read

PAGE = """\
# A page

## One

Type `python bot.py check`, not `check`.

```sh
echo one && echo two   # three
echo \\
    four
```

```text
one
```

Write `a/b.yaml`:

```yaml
x: 1
```

1. Then:

   ```discord
   /exports 2023-11
   ```

```yaml
no: file
```
"""


def test_a_page_is_read_as_its_module_says() -> None:
    inline, shell, file, typed, sample = examples(PAGE)
    assert inline.commands == ("python bot.py check",)
    assert shell.commands == ("echo one", "echo two", "echo four")
    assert (shell.printed, list(shell.shown)) == ("one\n", [13])
    assert (file.file, file.text, file.commands) == ("a/b.yaml", "x: 1\n", ())
    assert typed.commands == (".venv/bin/python bot.py ask '/exports 2023-11'",)
    assert [one.is_sample for one in (inline, shell, file, typed, sample)] == [False] * 4 + [True]
    assert {example.section for example in examples(PAGE)} == {"One"}
    assert [(name, len(of)) for name, of in sections(PAGE)] == [("One", 4)]


def test_a_page_is_written_anew_with_what_comes_back_now() -> None:
    page = "## One\n\n```sh\necho one\n```\n\n```text\ntwo\nthree\n```\n\nThe end.\n"
    assert renewed(page) == page.replace("two\nthree", "one")


def test_a_change_of_a_file_is_made_at_each_place_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("a\nb\nc\nd\n", "utf-8")
    (change,) = examples("In `x.py`:\n\n```diff\n a\n-b\n+B\n@@\n c\n+C\n```\n")
    write(change, tmp_path)
    assert (tmp_path / "x.py").read_text("utf-8") == "a\nB\nc\nC\nd\n"
    with pytest.raises(ValueError, match="0 times"):
        write(change, tmp_path)


def test_a_new_file_takes_the_place_of_none(tmp_path: Path) -> None:
    (file,) = examples("Write `x.py`:\n\n```python\na\n```\n")
    write(file, tmp_path)
    with pytest.raises(ValueError, match="there already"):
        write(file, tmp_path)
