"""The command line of the aid-policy history bot: run it, try it, check it, feed it.

Everything heavy is imported by the command that needs it, so that `ask` answers in a fraction of a second.
"""

from __future__ import annotations

import os
import signal
import sys
from codecs import BOM_UTF8
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from knowledge.collecting import collector_resting, set_apart

NOT_INSTALLED = (
    "The packages that the bot needs are not installed for this Python. Install them as the README says "
    "under “Try it”, then use .venv/bin/python instead of python."
)

try:
    import click
except ModuleNotFoundError:
    sys.exit(NOT_INSTALLED)

if TYPE_CHECKING:
    from collections.abc import Collection

    from knowledge.archive_pool import Limits
    from knowledge.archives import Archive
    from knowledge.engine import Engine
    from knowledge.library import Library
    from knowledge.shards import Shards
    from knowledge.store import Store
    from settings import Settings

FAULTS_FOUND = 1
CANNOT_START = 2
NOT_ALL_CHECKED = 3
INTERRUPTED = 130
MOST_RENEWED = 50
INSTALL_DEMO = f"Install what it needs: {sys.executable} -m pip install -e '.[demo]'"


def _stop(message: str, code: int = CANNOT_START) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(code)


@collector_resting()
def _settings(context: click.Context) -> Settings:
    from settings import SettingsError, load_settings

    try:
        return load_settings(context.obj)
    except SettingsError as error:
        _stop(str(error))


def _library(settings: Settings) -> Library:
    from knowledge.content import read_content
    from knowledge.errors import ContentError

    try:
        return read_content(local=settings.data_dir)
    except ContentError as error:
        _stop(
            f"{error}\n\nThe content has faults, so nothing was started. List them with: python bot.py check"
        )


@collector_resting()
def _engine(settings: Settings, collections: Collection[str] = ()) -> Engine:
    from knowledge.engine import Engine

    return Engine(_library(settings).only(collections or settings.collections))


def _chosen(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    from knowledge.content import COLLECTIONS

    chosen = tuple(name for part in (value or "").split(",") if (name := part.strip()))
    if unknown := [name for name in chosen if name not in COLLECTIONS]:
        raise click.BadParameter(f"{', '.join(unknown)} is unknown; there are {', '.join(COLLECTIONS)}.")
    return chosen


def _speak(_context: click.Context, _parameter: click.Parameter, language: str | None) -> None:
    """Speak a language from now on."""
    from knowledge.languages import languages, speak

    if language is None:
        return
    if language not in languages():
        raise click.BadParameter(f"{language[:20]} is unknown; there are {', '.join(languages())}.")
    speak(language)


_in_language = click.option(
    "--language",
    callback=_speak,
    expose_value=False,
    help="Reply in this language, such as ko, to what is not written in another that it speaks.",
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration file, instead of config.yaml in this folder.",
)
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """Answer questions about the history of U.S. humanitarian-aid policy toward North Korea.

    Every statement opens at the paragraph it came from.

    To try it: python bot.py console, or in a browser: python bot.py demo
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack characters that a reply has
    context.obj = config
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help='Read {"id", "input"} lines from standard input.')
@click.option("--explain", is_flag=True, help="Show how the question is read and what decides the reply.")
@click.option("--as", "form", help="Write the reply as a file: csv, receipt, ics, markdown, bibtex, …")
@click.option("--collections", callback=_chosen, help="Answer from these only, parted by commas: core, …")
@_in_language
@click.pass_context
def ask(  # noqa: PLR0913, PLR0917  (each is an option)
    context: click.Context,
    question: tuple[str, ...],
    as_json: bool,
    explain: bool,
    form: str | None,
    collections: tuple[str, ...],
) -> None:
    """Answer one QUESTION (or command, such as "/exports 2023-11"), or JSON lines from standard input."""
    typed = " ".join(question)
    if as_json == bool(typed):
        raise click.UsageError(
            'give either a question in quotes or --json, for example: ask "who is Jung Pak"'
        )
    engine = _engine(_settings(context), collections)
    set_apart()  # else the collector searches the library once more when the process ends
    if as_json:
        from knowledge.jsonlines import replies

        lines = (line.removeprefix(BOM_UTF8).decode("utf-8", "replace") for line in sys.stdin.buffer)
        for reply in replies(engine, lines):
            sys.stdout.buffer.write(reply.encode("utf-8", "replace") + b"\n")
            sys.stdout.buffer.flush()
        return
    if form:
        sys.stdout.buffer.write(_file(engine, typed, form))
        return
    from console import answer

    if explain:
        click.echo(f"{engine.explain(typed)}\n")
    answer(engine, typed)


def _file(engine: Engine, typed: str, form: str) -> bytes:
    """Return the reply as a file; stops with the forms that it has, if it does not have this one."""
    from knowledge.downloads import download, formats, written_in
    from knowledge.languages import speaking

    answer = engine.reply(typed)
    offered = {str(format_): format_ for format_ in formats(answer)}
    if form.lower() not in offered:
        known = f"It can be had as {', '.join(offered)}" if offered else "It was not understood"
        _stop(f"This reply cannot be had as “{form[:50]}”. {known}. To read it: ask without --as.")
    wanted = offered[form.lower()]
    with speaking(written_in(wanted)):
        return download(engine.reply(typed), wanted, engine.library.catalogue).data


@cli.command()
@click.argument("figures")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def chart(context: click.Context, figures: str, file: Path) -> None:
    """Draw the chart of FIGURES, such as "/exports 2023-11..2024-03", into FILE (.png); print it in words.

    FIGURES is a command or a question whose reply has figures by month or year.
    """
    from handlers.charts import draw
    from knowledge.charts import EXAMPLE, MOST_BARS, chart_of

    if file.suffix.lower() not in ("", ".png"):
        _stop(f"{file}: a chart is a PNG, so the name ends with .png. Nothing was written.")
    engine = _engine(_settings(context))
    answer = engine.reply(figures)
    found = chart_of(answer, engine.library.sources)
    if found is None:
        why = " ".join(statement.text for statement in answer.statements if answer.status != "answered")
        _stop(
            f"{why} That has no chart: a chart shows figures by month or year, at most {MOST_BARS} in a row. "
            f'For example: python bot.py chart "{EXAMPLE}" chart.png'.strip()
        )
    picture = draw(found)
    part = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        part.write_bytes(picture)
        part.replace(file)
    except OSError as error:
        _stop(f"{file} cannot be written: {error.strerror}. Nothing was changed.")
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    click.echo(found.alt)


@cli.command()
@_in_language
@click.pass_context
def console(context: click.Context) -> None:
    """Ask and look things up at a prompt, with history and completion; Ctrl-D leaves."""
    from console import converse

    settings = _settings(context)
    converse(_engine(settings), settings.data_dir)


@cli.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of the page on this machine; 0 takes any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Print the address of the page, and open no browser.")
@click.pass_context
def demo(context: click.Context, port: int, no_browser: bool) -> None:
    """Try the bot in a local page that looks like Discord: no account, no token; Ctrl-C ends it."""
    from knowledge.errors import KnowledgeError

    try:
        from demo import DemoError
        from demo import run as run_demo
    except ImportError as error:
        _stop(f"The demo lacks a package, {error.name or error}. {INSTALL_DEMO}")
    settings = _settings(context)
    try:
        run_demo(settings, _engine(settings), port, in_browser=not no_browser)
    except ImportError as error:
        _stop(f"The demo lacks a package, {error.name or error}. {INSTALL_DEMO}")
    except (DemoError, KnowledgeError, OSError) as error:
        _stop(f"The demo cannot be shown: {error}")


@cli.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Check all content and catalogues, and name every fault with its file and line."""
    from knowledge import catalogues
    from knowledge.content import glossary_faults, read_content
    from knowledge.errors import ContentError
    from knowledge.stored_archive import archive_fault

    data_dir = _settings(context).data_dir
    try:
        library = read_content(local=data_dir)
        faults = glossary_faults(library)
    except ContentError as error:
        faults = error.faults
    if said := (*map(str, faults), *map(str, catalogues.faults()), *filter(None, [archive_fault(data_dir)])):
        click.echo("\n".join(said))
        click.echo(f"\n{len(said)} fault{'s' * (len(said) != 1)} found.")
        raise SystemExit(FAULTS_FOUND)
    click.echo(library.summary())


@cli.command()
@click.argument("file", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@click.option("--source", help="File: id of the source: fp-2019, rfa-2024, or a new one.")
@click.option("--title", help="New document: its title.")
@click.option("--publisher", help="New document: who published it.")
@click.option("--published", help="New document: the date, as 2024-05-30.")
@click.option("--url", help="New document: where it can be read. Folder: where all can, ending with a slash.")
@click.option("--author", "authors", multiple=True, help="New document: an author; may be repeated.")
@click.option(
    "--ask/--no-ask", default=None, help="Folder: ask for what a file does not say.  [at a terminal]"
)
@click.option("--again", is_flag=True, help="Folder: try once more what was set aside.")
@click.option("--processes", type=click.IntRange(1, 64), help="Folder: how many files are read at once.")
@click.option("--seconds", type=click.IntRange(1, 3600), help="Folder: of work for a file.  [60]")
@click.option("--megabytes", type=click.IntRange(300, 64_000), help="Folder: of memory for a file.  [1500]")
@click.pass_context
def ingest(  # noqa: PLR0913, PLR0917  (each is an option)
    context: click.Context,
    /,
    file: Path,
    source: str | None,
    authors: tuple[str, ...],
    ask: bool | None,
    again: bool,
    processes: int | None,
    seconds: int | None,
    megabytes: int | None,
    **details: str | None,
) -> None:
    """Take in your own text copy (.txt, .md) of a document, or a folder of documents, to be quoted.

    For a source the library knows, its id is enough. A new document needs a title, a publisher, a date and
    a URL.

    A folder may hold PDF, HTML, DOCX, EPUB, Markdown and text; what is given here is for files that do not
    say it of themselves. Run it again after a change or an interruption: it goes on from there.
    """
    from knowledge.errors import IngestError

    settings = _settings(context)
    if source is None:
        if not file.exists():
            raise click.UsageError(f"There is no file or folder {file}. Check the path.", context)
        if not file.is_dir():
            raise click.UsageError(
                f"Missing option '--source': the id of the source that {file} is, or a new one.",
                context,
            )
        if details.pop("title"):
            raise click.UsageError("--title is for one document, which needs a --source, too.", context)
        defaults = {name: value for name, value in details.items() if value} | {"authors": ";".join(authors)}
        from knowledge.archives import Archive

        limits = _archive_limits(seconds, megabytes)
        at_once = processes or os.cpu_count() or 1
        try:
            with Archive(
                file, settings.data_dir, defaults=defaults, processes=at_once, limits=limits, again=again
            ) as archive:
                _ingest_folder(archive, file, ask)
            _build_archive(settings)
        except IngestError as error:
            _stop(str(error))
        except KeyboardInterrupt:
            _stop("Stopped. What was taken in stays; run it again to go on.", INTERRUPTED)
        return
    from knowledge.ingest import ingest_file

    try:
        report = ingest_file(_library(settings), file, source, settings.data_dir, authors=authors, **details)
    except IngestError as error:
        _stop(str(error))
    click.echo(report)


def _archive_limits(seconds: int | None, megabytes: int | None) -> Limits:
    from knowledge.archive_pool import Limits

    known = Limits()
    work = seconds or known.seconds
    return Limits(work, 4 * work, 1_000_000 * megabytes if megabytes else known.memory)


def _ingest_folder(archive: Archive, folder: Path, ask: bool | None) -> None:
    """Take in a folder with a bar of the progress, ask for what is missing, and say what became of all."""
    from collections import Counter

    from knowledge.archives import Kind, Outcome

    counts: Counter[Kind] = Counter()
    renewed: list[Outcome] = []

    def take_in(files: int) -> None:
        click.echo(f"{files} file{'s' * (files != 1)} to look at in {folder}.", err=True)
        with click.progressbar(
            archive.outcomes(),
            files,
            "Taking in",
            show_pos=True,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as outcomes:
            for outcome in outcomes:
                counts[outcome.kind] += 1
                if outcome.kind is Kind.RENEWED and len(renewed) < MOST_RENEWED:
                    renewed.append(outcome)

    take_in(archive.walk())
    if (sys.stdin.isatty() if ask is None else ask) and _ask_for_details(archive):
        asked = archive.walk_answered()
        counts[Kind.SET_ASIDE] -= asked
        take_in(asked)
    for outcome in renewed:
        click.echo(outcome)
    if (more := counts[Kind.RENEWED] - len(renewed)) > 0:
        click.echo(f"… and {more} more renewed")
    for outcome in archive.set_aside():
        click.echo(outcome)
    for outcome in archive.vanished():
        counts[Kind.VANISHED] += 1
        click.echo(outcome)
    click.echo(", ".join(f"{counts[kind]} {kind}" for kind in Kind) + ".")


def _build_archive(settings: Settings) -> None:
    """Build the archive of what was taken in, while a running bot answers from the one before."""
    from knowledge.archive_building import build_archive
    from knowledge.errors import IngestError
    from knowledge.index_files import IndexFilesError

    vocabulary = _library(settings).vocabulary
    try:
        report = build_archive(settings.data_dir, vocabulary)
    except OSError as error:
        raise IngestError(f"The archive cannot be built: {error}. Make room, then run it again.") from None
    except IndexFilesError as error:
        raise IngestError(str(error)) from None
    if report:
        click.echo(report)


def _typed(name: str) -> str:
    """Ask for a detail until it can be taken, or nothing is typed."""
    from knowledge.archive_worker import problem_with

    while True:
        value: str = click.prompt(f"  {name}", default="", show_default=False).strip()
        problem = problem_with(name, value) if value else ""
        if not problem:
            return value
        click.echo(f"  {problem}")


def _ask_for_details(archive: Archive) -> bool:
    """Ask for what files do not say of themselves; return whether anything was said."""
    said = False
    for outcome, path in archive.ask_for():
        known = "".join(f"\n  {name}: {value}" for name, value in outcome.found.items() if value)
        click.echo(f"\n{outcome.place} does not say all of itself; an empty line leaves it aside.{known}")
        answers: dict[str, str] = {}
        try:
            for name in outcome.missing:
                answers[name] = _typed(name)
                if not answers[name]:
                    break
            if all(answers.values()) and not outcome.found.get("authors"):
                answers["authors"] = _typed("authors, parted by semicolons, if it names any")
        except click.Abort:
            click.echo("\nNo more is asked; what is set aside stays so.")
            break
        if all(answers.get(name) for name in outcome.missing):
            archive.answer(path, answers)
            said = True
    return said


_accept_gone = click.option(
    "--accept-gone", is_flag=True, help="Take it in even if figures that there are would be gone."
)


@cli.group(name="import")
def import_() -> None:
    """Take in a publisher's own table as a new vintage; the old one stays."""


@import_.command(name="census")
@click.argument("file", type=click.Path(path_type=Path))
@_accept_gone
@click.pass_context
def import_census(context: click.Context, file: Path, accept_gone: bool) -> None:
    """Take in the Census Bureau's country workbook FILE (.xlsx) and say what changed."""
    from datetime import UTC, datetime

    from knowledge.census import import_workbook
    from knowledge.content import SHIPPED
    from knowledge.errors import IngestError

    settings = _settings(context)
    try:
        data = file.read_bytes()
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}. Nothing was written.")
    try:
        library, day = _library(settings), datetime.now(UTC).date()
        report = import_workbook(
            library, data, settings.data_dir, day, shipped=SHIPPED, accept_gone=accept_gone
        )
    except IngestError as error:
        _stop(f"{file}: {error}")
    click.echo(report)


@cli.group()
def update() -> None:
    """Fetch newer figures from their publisher and take them in."""


@update.command(name="census")
@_accept_gone
@click.pass_context
def update_census(context: click.Context, accept_gone: bool) -> None:
    """Fetch the Census Bureau's country workbook and say what changed.

    With a key (census_api_key) it fetches the commodity lines of each month, too.
    """
    from knowledge.content import SHIPPED
    from knowledge.errors import IngestError, UpdateError
    from knowledge.updates import Endpoints
    from knowledge.updates import update_census as fetch_census

    settings = _settings(context)
    key = settings.census_api_key.get_secret_value() if settings.census_api_key else ""
    endpoints = Endpoints(settings.census_workbook_url, settings.census_api_url, key)
    try:
        library = _library(settings)
        report = fetch_census(library, settings.data_dir, SHIPPED, endpoints, accept_gone=accept_gone)
    except (IngestError, UpdateError) as error:
        _stop(str(error))
    click.echo(report)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Copy the database to FILE, in place of an earlier backup there; the bot may be running."""
    from knowledge.errors import StoreError
    from knowledge.store.backups import back_up

    try:
        contents = back_up(_settings(context).store_url, file)
    except StoreError as error:
        _stop(str(error))
    click.echo(f"Backed up and verified: {file}, {contents}.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Put the backup in FILE in the place of the database, which is kept; the bot must not be running."""
    from datetime import UTC, datetime

    from knowledge.errors import StoreError
    from knowledge.store.backups import restore as put_back

    try:
        restored = put_back(_settings(context).store_url, file, datetime.now(UTC))
    except StoreError as error:
        _stop(str(error))
    click.echo(f"Restored and verified: {restored.database}, {restored.contents}.")
    if restored.kept is not None:
        click.echo(f"The database that was there before is kept as {restored.kept}.")


@cli.command(name="migrate-store")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def migrate_store(source: str, target: str) -> None:
    """Copy the database FROM (a path or a URL) to TO, which must be empty, and compare every row.

    Neither may be in use. FROM stays as it is. Ends with code 1 if a row did not arrive as it was, and with 2
    if nothing was begun; TO is empty then.
    """
    import asyncio

    from knowledge.errors import StoreError
    from knowledge.store.moving import MismatchError, move, url_of

    with click.progressbar(
        label="Copying and comparing", length=1, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def started(steps: int) -> None:
            bar.length = max(steps, 1)

        def moved(table: str, rows: int) -> None:
            bar.label = f"{table:<14}"
            bar.update(rows)

        try:
            done = asyncio.run(move(url_of(source), url_of(target), started, moved))
        except MismatchError as error:
            _stop(str(error), FAULTS_FOUND)
        except StoreError as error:
            _stop(str(error))
        except KeyboardInterrupt:
            _stop("Stopped. Nothing was changed.", INTERRUPTED)
    for table, rows in done.rows.items():
        click.echo(f"{table:<14} {rows:>9,}")
    click.echo(f"Copied and compared, row by row: {done.source} to {done.target}.")
    click.echo("To use it, set database_url in config.yaml, and start the bot again.")


@cli.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check what the bot stands on (token, Discord, database, content, disk, clock) and say what to do.

    Nothing is changed, and the bot may be running. Ends with code 1 if something has to be mended, and
    otherwise with code 3 if something could not be checked, as when Discord cannot be reached.
    """
    import asyncio
    import logging

    from handlers.doctor import State, examined

    logging.basicConfig(level=logging.CRITICAL)  # what fails is said in the findings
    settings = _settings(context)

    async def found() -> dict[State, list[str]]:
        """Print what is found; return what it is about, by its state."""
        by_state: dict[State, list[str]] = {}
        async for finding in examined(settings):
            click.echo(str(finding))
            by_state.setdefault(finding.state, []).append(finding.about)
        return by_state

    by_state = asyncio.run(found())
    if unchecked := by_state.get(State.UNCHECKED):
        click.echo(f"\nNot everything could be checked: {', '.join(unchecked)}.")
    if State.FAULT in by_state:
        raise SystemExit(FAULTS_FOUND)
    if unchecked:
        raise SystemExit(NOT_ALL_CHECKED)


def _read_shards(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Shards | None:
    from knowledge.shards import Shards

    try:
        return None if value is None else Shards.parse(value)
    except ValueError as error:
        end = "" if str(error).endswith("?") else "."
        raise click.BadParameter(f"“{value}” is not accepted; {error}{end}") from error


@cli.command()
@click.option(
    "--shards",
    metavar="FIRST-LAST/TOTAL",
    callback=_read_shards,
    help="Serve these of Discord's shards, as 0-3/16, and leave the others to other processes.",
)
@click.pass_context
def run(context: click.Context, shards: Shards | None) -> None:
    """Run the Discord bot until it is stopped with Ctrl-C or SIGTERM."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))  # it waits until there is a bot to reload
    from dataclasses import replace

    from handlers.client import AidPolicyBot
    from handlers.runner import run as run_bot
    from handlers.sharded import ShardedBot

    settings = _settings(context)
    settings = replace(settings, shards=shards or settings.shards)
    kind = ShardedBot if settings.shards else AidPolicyBot
    engine = _engine(settings)
    bot: AidPolicyBot | None = None

    def make_bot(store: Store) -> AidPolicyBot:
        nonlocal bot
        bot = kind(bot.engine if bot else engine, store, settings)  # what was reloaded stays
        return bot

    raise SystemExit(run_bot(settings, make_bot))


if __name__ == "__main__":
    try:
        cli()
    except ModuleNotFoundError as error:  # another Python may have some of them
        sys.exit(f"{NOT_INSTALLED} ({error})")
