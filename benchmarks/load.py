"""The bot under load: how fast it answers many people at once, and whether its memory grows.

    python -m benchmarks.load [--seconds N] [--rate N] [--users N] [--soak]

`python bot.py run` runs unmodified against the loopback Discord of tests/wire, which is, with the people who
use it, a process of its own: this one. Both are slowed down by whatever else the machine does. The people
are spread over so many servers that the limits of the bot, as they are by default, hold nobody back.

Ends with code 1 if what docs/reliability.md promises of it is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.wire.interactions import SECONDS_TO_ANSWER, Interaction
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service, running
from tests.wire.things import MODERATORS_RIGHTS, parts

RATE, USERS, SECONDS = 200.0, 5_000, 60.0
SOAK_RATE, SOAK_SECONDS = 50.0, 1_800.0
SERVERS = 50
_FORGETTING = 10.0
_WARM_AFTER = 0.2
"""The part of the time after which memory has its size; from then on it must not grow."""

SLOWEST = 0.15
"""Within how many seconds 99 of 100 people have a first answer."""

MOST_GROWTH = 5_120
"""By how many kB memory may grow once it is warm: what answers need for a while, and no leak."""

_HELD_BACK = ("You can go on in", "You can ask again in")
"""What somebody is told whom a limit holds back, and who is thus not answered."""

_SPIN = """
import time
began, spent = time.perf_counter(), time.process_time()
while time.perf_counter() - began < 0.5:
    pass
print((time.process_time() - spent) / 0.5)
"""

_QUESTIONS = (
    "who is Jung Pak",
    "why was aid held up in 2018?",
    "why did Pompeo limit aid?",
    "what did Biegun say about humanitarian aid",
    "how much was exported in november and december together?",
    "how much did the US export to north korea in november 2023",
    "when was the travel ban eased",
    "what are permits to export medical supplys",
    "which groups send aid to north korea",
    "what happened in december 2018",
    "who sent the aid",
    "why do NGOs need licences",
    "is there famine in north korea?",
    "how tall is the tower of Pisa",
    "tuberculosis medicine",
)
_TYPED = (
    ("timeline", "period", "20"),
    ("timeline", "period", "dec"),
    ("timeline", "actor", "po"),
    ("exports", "period", "2023-"),
    ("exports", "series", ""),
    ("faq show", "id", "a"),
)


@dataclass(frozen=True, slots=True)
class Load:
    """So many people, who do so many things a second between them, for so long."""

    rate: float = RATE
    users: int = USERS
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the load; seconds from the press of a key to the first answer."""

    asked: int
    lost: int
    late: int
    held_back: int
    p50: float
    p99: float
    slowest: float
    cpu: float
    rss_warm: int
    rss_after: int
    blocked: Sequence[tuple[float, str]]

    @property
    def grown(self) -> int:
        """By how many kB memory grew since it was warm."""
        return self.rss_after - self.rss_warm

    def broken(self) -> list[str]:
        """Return the promises that were not kept, in words."""
        kept = {
            f"{self.lost} interactions were lost": self.lost == 0,
            f"{self.late} were answered after 3 s": self.late == 0,
            f"{self.held_back} were held back by limits": self.held_back == 0,
            f"one in a hundred waited {self.p99 * 1000:.0f} ms or more": self.p99 <= SLOWEST,
            f"the event loop was blocked {len(self.blocked)} times": not self.blocked,
            f"memory grew by {self.grown:,} kB": self.grown <= MOST_GROWTH,
        }
        return [what for what, is_kept in kept.items() if not is_kept]

    def __str__(self) -> str:
        """Return a line on each."""
        places = Counter(where for _, where in self.blocked)
        lines = [
            f"{self.asked:,} interactions, {self.lost} lost, {self.late} answered after 3 s, "
            f"{self.held_back} held back by limits",
            f"first answer: p50 {self.p50 * 1000:.1f} ms, p99 {self.p99 * 1000:.1f} ms, "
            f"slowest {self.slowest * 1000:.0f} ms",
            f"processor: {self.cpu * 1000:.1f} ms for each",
            f"memory: {self.rss_warm:,} kB once warm, {self.rss_after:,} kB in the end, {self.grown:+,} kB",
            f"event loop blocked for more than 50 ms: {len(self.blocked)} times, "
            f"at most {max((seconds for seconds, _ in self.blocked), default=0) * 1000:.0f} ms",
            *(f"    {times} times in {where}" for where, times in places.most_common(5)),
        ]
        return "\n".join(lines)


class Crowd:
    """People who use the bot, each at moments of their own."""

    def __init__(self, loopback: Loopback, users: int, seed: int = 1) -> None:
        """Take where they are and how many they are; the same seed makes them do the same."""
        self._random = random.Random(seed)
        servers = itertools.cycle(loopback.guilds)
        self._people = [loopback.member(f"user{number}", of=next(servers)) for number in range(users)]
        self._moderators = [loopback.member("mod", MODERATORS_RIGHTS, of=guild) for guild in loopback.guilds]
        self._number = itertools.count(1)
        self.begun: list[Interaction] = []
        self._doing: set[asyncio.Task[None]] = set()
        acts: dict[Callable[[Person], Interaction | Awaitable[None]], int] = {
            self._asks: 45,
            self._types: 25,
            self._looks_up_events: 8,
            self._looks_up_figures: 8,
            self._searches: 6,
            self._votes: 5,
            self._needs_help: 2,
            self._writes_an_entry: 1,
        }
        self._acts, self._weights = list(acts), list(acts.values())

    def act(self) -> None:
        """Let somebody do something."""
        (does,) = self._random.choices(self._acts, self._weights)
        done = does(self._random.choice(self._people))
        if isinstance(done, Interaction):
            self.begun.append(done)
        else:
            task = asyncio.ensure_future(done)
            self._doing.add(task)
            task.add_done_callback(self._doing.discard)

    async def finished(self) -> None:
        """Wait until everything that was begun is answered, or too late for that."""
        await asyncio.sleep(SECONDS_TO_ANSWER + 0.5)
        for task in self._doing:
            task.cancel()

    def _asks(self, who: Person) -> Interaction:
        question = f"{self._random.choice(_QUESTIONS)} {'?' * self._random.randint(0, 2)}"
        return who.begin_slash("ask", question=question)

    def _types(self, who: Person) -> Interaction:
        command, option, typed = self._random.choice(_TYPED)
        return who.begin_typing(command, option, typed)

    def _looks_up_events(self, who: Person) -> Interaction:
        return who.begin_slash("timeline", period=self._random.choice(("2018", "dec 2018", "2016..2019", "")))

    def _looks_up_figures(self, who: Person) -> Interaction:
        return who.begin_slash(
            "exports", period=self._random.choice(("2023-11", "nov 2023 - mar 2024", "2016"))
        )

    def _searches(self, who: Person) -> Interaction:
        return who.begin_slash(
            "faq search", words=self._random.choice(("permits", "medicine", "who sends aid"))
        )

    def _needs_help(self, who: Person) -> Interaction:
        return who.begin_slash("help")

    async def _votes(self, who: Person) -> None:
        asked = self._noted(who.begin_slash("ask", question=self._random.choice(_QUESTIONS[:6])))
        if (await asked.until(messages=1)).messages:
            await self._noted(who.begin_press(asked.card, "Helpful")).until(messages=1)

    async def _writes_an_entry(self, _: Person) -> None:
        """Write an entry as moderators do: the form, the preview, and out with it."""
        number, moderator = next(self._number), self._random.choice(self._moderators)
        form = await self._noted(moderator.begin_slash("faq-desk add")).until()
        if form.form is None:
            return
        about = f"What is the rule number {number} of this group?"
        preview = self._noted(
            moderator.begin_submit(form, question=about, answer=f"Rule {number}.", citations="editorial")
        )
        shown = (await preview.until(messages=1)).messages
        if shown and any(part.get("label") == "Publish" for part in parts(shown[0]["components"])):
            await self._noted(moderator.begin_press(preview.card, "Publish")).until(messages=1)

    def _noted(self, interaction: Interaction) -> Interaction:
        self.begun.append(interaction)
        return interaction


@contextmanager
def _not_held_up() -> Iterator[None]:
    """Keep this process, which measures, from looking through all its objects while people wait."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def press_on(loopback: Loopback, services: Mapping[Service, Path], load: Load) -> Result:
    """Let a crowd use the bot at a rate, never waiting for its answers; return what came of it.

    With each process of the bot comes the file in which it writes how long its event loop was blocked.
    """
    with _not_held_up():
        return await _press_on(loopback, services, load)


async def _press_on(loopback: Loopback, services: Mapping[Service, Path], load: Load) -> Result:
    crowd, told = Crowd(loopback, load.users), _Told()
    for _ in range(20):  # the first of everything is slower
        crowd.act()
        await asyncio.sleep(0.05)
    await crowd.finished()
    crowd.begun.clear()
    pids = [service.process.pid for service in services]
    lag_before = {lag: len(blocked(lag)) for lag in services.values()}
    rss_warm, cpu_before = 0, sum(map(processor, pids))
    began, forgot = time.perf_counter(), time.perf_counter()
    for number in itertools.count():
        due = began + number / load.rate
        if due > began + load.seconds:
            break
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        crowd.act()
        if not rss_warm and time.perf_counter() - began > load.seconds * _WARM_AFTER:
            rss_warm = sum(map(resident, pids))
        if load.seconds > SECONDS and time.perf_counter() - forgot > _FORGETTING:
            told.take(crowd.begun)
            loopback.api.forget()
            gc.collect()
            forgot = time.perf_counter()
    await crowd.finished()
    told.take(crowd.begun, all_of_them=True)
    rss = rss_warm, sum(map(resident, pids))
    lags = [one for lag, before in lag_before.items() for one in blocked(lag)[before:]]
    return told.result(sum(map(processor, pids)) - cpu_before, rss, lags)


class _Told:
    """How fast people were answered, so far."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._after: list[float] = []
        self._lost = self._held_back = 0

    def take(self, begun: list[Interaction], *, all_of_them: bool = False) -> None:
        """Take those out of a list whose time is over."""
        for one in [one for one in begun if all_of_them or one.is_over]:
            if one.acked_after is None:
                self._lost += 1
            else:
                self._after.append(one.acked_after)
                self._held_back += any(words in one.text for words in _HELD_BACK)
        begun[:] = [one for one in begun if not (all_of_them or one.is_over)]

    def result(self, cpu: float, rss: tuple[int, int], blocked: Sequence[tuple[float, str]]) -> Result:
        """Return what came of it."""
        after = sorted(self._after)
        return Result(
            asked=len(after) + self._lost,
            lost=self._lost,
            late=sum(seconds > SECONDS_TO_ANSWER for seconds in after),
            held_back=self._held_back,
            p50=after[len(after) // 2],
            p99=after[int(len(after) * 0.99)],
            slowest=after[-1],
            cpu=cpu / max(1, len(after)),
            rss_warm=rss[0],
            rss_after=rss[1],
            blocked=blocked,
        )


def fail_if_broken(result: Result) -> None:
    """End the program with code 1, and say why, if a promise was not kept."""
    if broken := result.broken():
        sys.exit(f"Not kept: {', '.join(broken)}.")


def resident(pid: int) -> int:
    """Return the memory of a process in kB; 0 where the system does not tell."""
    file = Path(f"/proc/{pid}/status")
    if not file.exists():
        return 0
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith("VmRSS"))


def processor(pid: int) -> float:
    """Return the seconds of processor time that a process has had; 0 where the system does not tell."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    user, system = file.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def share() -> float:
    """Return how much of two processors this machine lets us have, which other programs may be using."""

    async def spin() -> float:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SPIN, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        return float(printed)

    return min(1.0, *await asyncio.gather(spin(), spin()))


def blocked(lag: Path) -> list[tuple[float, str]]:
    """Return for how many seconds the event loop was blocked each time, and what it was seen doing then.

    It is seen only where it lets other threads go on, so this is where to begin looking, and no proof.
    """
    lines = (line.split(maxsplit=1) for line in lag.read_text().splitlines())
    return [(float(seconds), where) for seconds, where in lines]


async def _main(load: Load) -> Result:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            Loopback(servers=SERVERS).serving(strict=False) as loopback,
            running(loopback, folder, WIRE_LAG=str(folder / "lag")) as service,
        ):
            return await press_on(loopback, {service: folder / "lag"}, load)


def main() -> None:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, help=f"how long; {SECONDS:g}, or {SOAK_SECONDS:g} with --soak"
    )
    parser.add_argument(
        "--rate", type=float, help=f"interactions a second; {RATE:g}, or {SOAK_RATE:g} with --soak"
    )
    parser.add_argument("--users", type=int, default=USERS, help="how many people")
    parser.add_argument("--soak", action="store_true", help="for half an hour, to see whether memory grows")
    given = parser.parse_args()
    load = Load(
        rate=given.rate or (SOAK_RATE if given.soak else RATE),
        users=given.users,
        seconds=given.seconds or (SOAK_SECONDS if given.soak else SECONDS),
    )
    print(
        f"{load.rate:g} interactions a second from {load.users:,} people for {load.seconds:g} s", flush=True
    )
    before = asyncio.run(share())
    result = asyncio.run(_main(load))
    print(result)
    print(f"of a processor, {before:.0%} was ours before, {asyncio.run(share()):.0%} after")
    fail_if_broken(result)


if __name__ == "__main__":
    main()
