"""Whether what the store acknowledged survives: a process that edits is killed, over and over, at any moment.

python -m benchmarks.kills [--quick]
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from knowledge.citations import Citation
from knowledge.database_files import file_of_url, url_of_file
from knowledge.database_servers import is_server
from knowledge.entries import Action, Content, Draft, Revision, State
from knowledge.store import Store

ROOT = Path(__file__).parents[1]
ROUNDS, QUICK_ROUNDS = 500, 50
LONGEST_LIFE = 0.12
NOW = datetime(2026, 1, 31, tzinfo=UTC)

_EDITS = ((Action.ADD, State.PUBLISHED), (Action.EDIT, State.PUBLISHED), (Action.RETIRE, State.RETIRED))
_OPEN = "open\n"
_ENTRY, _DRAFT, _QUESTION = "entry", "draft", "question"


@dataclass(frozen=True, slots=True)
class Toll:
    """How many processes were killed, how many edits they acknowledged, and how many of these are lost."""

    kills: int
    acknowledged: int
    lost: int


def main() -> None:
    """Kill many processes, and print how many of the edits that they acknowledged survived."""
    if "--edit" in sys.argv:
        _serve()
        return
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        toll = kill(url_of_file(file), QUICK_ROUNDS if "--quick" in sys.argv else ROUNDS, seed=time.time_ns())
        size = file.stat().st_size / 1e6
    seconds = time.perf_counter() - start
    print(f"{toll.kills} kills in {seconds:.0f} s, the database ({size:.1f} MB) sound after each")
    print(f"{toll.acknowledged:,} edits acknowledged, {toll.acknowledged - toll.lost:,} of them there")
    raise SystemExit(toll.lost > 0)


def kill(url: str, rounds: int, seed: int, longest_life: float = LONGEST_LIFE) -> Toll:
    """Let one process after the other edit a database, each killed at a random moment, and look each time.

    Raises `AssertionError` if the database is not sound then: damaged, or with revisions that do not follow
    one another, or with a draft half published.
    """
    moments = random.Random(seed)
    acknowledged = lost = 0
    with _editors() as (requests, answers):
        for guild_id in range(1, rounds + 1):
            print(json.dumps([url, guild_id]), file=requests, flush=True)
            editor = int(answers.readline())
            if is_server(url):  # to reach one takes as long as a life
                answers.readline()
            time.sleep(moments.uniform(0, longest_life))
            os.kill(editor, signal.SIGKILL)
            done = [json.loads(line) for line in iter(answers.readline, "killed\n") if line != _OPEN]
            _check(url)
            acknowledged += len(done)
            lost += len(done) - asyncio.run(_survivors(url, guild_id, done))
    return Toll(rounds, acknowledged, lost)


# The process that edits


@contextmanager
def _editors() -> Iterator[tuple[IO[str], IO[str]]]:
    """Have a process that starts those that edit, by copying itself: else each start would take 0.3 s."""
    command = [sys.executable, "-m", "benchmarks.kills", "--edit"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdin, server.stdout


def _serve() -> None:
    for line in sys.stdin:
        editor = os.fork()
        if not editor:
            _say(str(os.getpid()))
            asyncio.run(_edit(*json.loads(line)))
        os.waitpid(editor, 0)
        _say("killed")


async def _edit(url: str, guild_id: int) -> None:
    """Write drafts, publish, edit and retire them, and ask, until killed; say each once it is done."""
    store = await Store.open(url)
    _say(_OPEN.strip())
    number = 0
    while True:
        number += 1
        draft = await store.keep_draft(_draft(guild_id, number), NOW)
        _acknowledge(_DRAFT, number, draft.id)
        entry_id = f"entry-{number}"
        await store.add_entry(guild_id, entry_id, _revision(number, 1), draft_id=draft.id)
        _acknowledge(_ENTRY, number, 1)
        for since in (1, 2):
            await store.change_entry(guild_id, entry_id, since, _revision(number, since + 1))
            _acknowledge(_ENTRY, number, since + 1)
        key = f"key {number % 3}"
        await store.ask_moderators(guild_id, number, key, key, NOW, channel_id=None, tell="", quota=1)
        _acknowledge(_QUESTION, number, 0)


def _acknowledge(*done: str | int) -> None:
    _say(json.dumps(done))


def _say(line: str) -> None:
    """Write a line as one call to the system, so that no kill leaves half of it."""
    os.write(1, f"{line}\n".encode())


def _draft(guild_id: int, number: int) -> Draft:
    return Draft(guild_id, number, {"question": f"Question {number}?", "answer": "An answer. " * 20})


def _revision(number: int, of_entry: int) -> Revision:
    action, state = _EDITS[of_entry - 1]
    content = Content(
        f"Question {number}?", f"Answer {of_entry}. " * 20, citations=(Citation("fp-2019", "6"),)
    )
    return Revision(of_entry, action, state, content, number, NOW, "a reason")


# The one that looks what is there


def _check(url: str) -> None:
    if is_server(url):  # which no client can damage
        return
    file = file_of_url(url)
    if file.exists():  # it does not if the first was killed at once
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


async def _survivors(url: str, guild_id: int, done: list[tuple[str, int, int]]) -> int:
    """Return how many of the edits of a server that were acknowledged are there."""
    async with await Store.open(url) as store:
        entries = await store.entries(guild_id)
        revisions = {entry.id: await store.revisions(guild_id, entry.id) for entry in entries}
        for entry in entries:
            made = revisions[entry.id]
            assert [one.number for one in made] == list(range(1, len(made) + 1))
            assert entry.revision == made[-1]
        drafts = {draft.author_id: draft for draft in await store.drafts(guild_id)}
        for number in drafts:
            assert f"entry-{number}" not in revisions, "a draft was published and is there still"
        asked = sum(question.askers for question in await store.open_questions(guild_id))

    def survived(kind: str, number: int, detail: int) -> bool:
        made = revisions.get(f"entry-{number}", ())
        if kind == _ENTRY:
            return len(made) >= detail and made[detail - 1] == _revision(number, detail)
        if kind == _DRAFT:
            return bool(made) or drafts.get(number) == replace(_draft(guild_id, number), id=detail, at=NOW)
        return number <= asked  # one person after the other asked

    return sum(survived(*edit) for edit in done)


if __name__ == "__main__":
    main()
