"""Catalogues made up for tests: languages that the bot does not speak, in a folder of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import write_po

Said = str | tuple[str, ...]


def catalogue(folder: Path, language: str, said: Mapping[Said, Said]) -> Path:
    """Write the catalogue of a language; a tuple holds the forms of a message that counts."""
    made = Catalog(locale=language, charset="utf-8")
    for message, translation in said.items():
        made.add(message, translation)
    file = folder / f"{language}.po"
    with file.open("wb") as opened:
        write_po(opened, made)
    return file
