"""What the catalogues of messages must hold, from the code and the commands; brings them up to date.

    python -m tests.catalogues

adds each new message, without a translation, to every `knowledge/locales/*.po`, keeps the translations that
there are, and takes out what is said no more. For another language, make its file first:

    python -m tests.catalogues uk
"""

from __future__ import annotations

import ast
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import discord
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from discord import app_commands

from handlers.client import COGS, AidPolicyBot
from handlers.languages import NAMES
from knowledge.content import read_content
from knowledge.database_files import url_of_file
from knowledge.engine import Engine
from knowledge.languages import NAME
from knowledge.store import Store
from settings import Settings

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "knowledge" / "locales"
MESSAGES = {"gettext": 1, "translatable": 1, "ngettext": 2, "pgettext": 2}
"""How many texts each function takes first; those of `pgettext` are a context and a message."""

_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""
LOOKED_THROUGH = ("knowledge/**/*.py", "handlers/**/*.py", "console.py")


class _Collector(app_commands.Translator):
    """Takes down what is to be translated, with its context."""

    def __init__(self) -> None:
        self.found: set[tuple[str | None, str]] = set()

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> None:
        if string.message.strip(" …"):
            self.found.add((NAME if context.location in NAMES else None, string.message))


async def _texts_of_commands() -> set[tuple[str | None, str]]:
    with tempfile.TemporaryDirectory() as folder:
        async with await Store.open(url_of_file(Path(folder) / "bot.db")) as store:
            bot = AidPolicyBot(Engine(read_content()), store, Settings())
            for cog in (bot.reloads, *(cog(bot) for cog in COGS)):
                await bot.add_cog(cog)
            collector = _Collector()
            for command in bot.tree.get_commands():
                await command.get_translated_payload(bot.tree, collector)
            await bot.close()
    return collector.found


def said_in(code: str) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """Yield the messages in a module, each with its context; what is no literal is not known here.

    Babel's own extraction does not look into f-strings before Python 3.12.
    """
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        function = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[: MESSAGES.get(function, 0)]
        texts = [str(argument.value) for argument in first if isinstance(argument, ast.Constant)]
        if not texts or len(texts) < MESSAGES[function]:
            continue
        if function == "pgettext":
            yield texts[0], texts[1]
        else:
            yield None, texts[0] if len(texts) == 1 else tuple(texts)


def wanted() -> Catalog:
    """Return every message that a catalogue must have: those in the code, and the texts of the commands."""
    catalogue = Catalog(charset="utf-8")
    for path in sorted(path for pattern in LOOKED_THROUGH for path in ROOT.glob(pattern)):
        for context, message in said_in(path.read_text("utf-8")):
            catalogue.add(message, context=context)
    for context, text in sorted(asyncio.run(_texts_of_commands()), key=str):
        catalogue.add(text, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """Read the catalogue of a language, of which the file is named after its code."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def bring_up_to_date(path: Path, messages: Catalog) -> tuple[int, int]:
    """Write a catalogue with the messages that are wanted; return how many came, and how many went."""
    catalogue = read(path) if path.exists() else Catalog(locale=path.stem, charset="utf-8")
    before = {(message.id, message.context) for message in catalogue if message.id}
    catalogue.update(messages, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    after = {(message.id, message.context) for message in catalogue if message.id}
    written = BytesIO()
    write_po(written, catalogue, width=110, sort_output=True, no_location=True, omit_header=True)
    part = path.with_suffix(".tmp")
    part.write_bytes(
        _HEADER.format(code=path.stem, plurals=catalogue.plural_forms).encode() + written.getvalue()
    )
    part.replace(path)
    return len(after - before), len(before - after)


if __name__ == "__main__":
    for code in sys.argv[1:] or sorted(path.stem for path in LOCALES.glob("*.po")):
        come, gone = bring_up_to_date(LOCALES / f"{code}.po", wanted())
        print(f"{code}: {come} new messages to translate, {gone} taken out")
