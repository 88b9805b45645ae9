"""Catalogues: what the bot says in another language, one file of gettext each, and what is wrong in one.

A catalogue with faults breaks no reply: a message that cannot be said as it is translated there is said in
English, and so are all of them if the file cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from knowledge.errors import Fault
from knowledge.languages import folder, is_language
from knowledge.text import echo

_COUNT = "count"


def faults() -> tuple[Fault, ...]:
    """Return what is wrong in the catalogues."""
    return tuple(fault for file in sorted(folder().glob("*.po")) for fault in read(file)[1])


def read(file: Path) -> tuple[NullTranslations, tuple[Fault, ...]]:
    """Return the messages of a catalogue that can be said, and what is wrong in it; nothing is raised."""
    if not is_language(file.stem):
        return NullTranslations(), (_fault(file, 1, "file", "is not named after a language, such as ko.po"),)
    try:
        with file.open("rb") as opened:
            catalogue = read_po(opened, locale=file.stem, abort_invalid=True)
        wrong = tuple(_wrong(file, catalogue))
        for message, _ in wrong:
            catalogue.delete(message.id, message.context)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return GNUTranslations(compiled), tuple(fault for _, fault in wrong)
    except OSError as error:
        return NullTranslations(), (_fault(file, 1, "file", f"cannot be read: {error.strerror}"),)
    except PoFileError as error:
        problem = f"is not a line of a catalogue: {echo(error.line)}"
        return NullTranslations(), (_fault(file, error.lineno + 1, "file", problem),)
    except Exception as error:  # what else gettext and Babel cannot read: an encoding, a header
        return NullTranslations(), (_fault(file, 1, "file", f"cannot be read: {echo(str(error))}"),)


def values(text: str) -> frozenset[str] | None:
    """Return the values for which there is a place in a message, or None if its braces are not in order."""
    try:
        parts = Formatter().parse(text)
        return frozenset(
            f"{name}{'!' * bool(how)}{how or ''}{':' * bool(form)}{form}"
            for _, name, form, how in parts
            if name is not None
        )
    except ValueError:
        return None


def _wrong(file: Path, catalogue: Catalog) -> Iterator[tuple[Message, Fault]]:
    """Yield each message that would not say in the other language what it says in English."""
    for message in catalogue:
        if not message.id or message.context:
            continue
        english = _forms(message.id)[-1]
        wanted, forms = values(english), _forms(message.string)
        counts = isinstance(message.id, tuple)
        for place, said in enumerate(forms, 1):
            found = values(said)
            # Of what counts, all forms are given the count, and those of a single number may say it in words.
            optional = {_COUNT} if counts and (place < len(forms) or _COUNT not in (wanted or ())) else set()
            if said and wanted is not None and (found is None or (wanted ^ found) - optional):
                problem = f"must have the values {_named(wanted)} and no others, and has {_named(found)}"
                yield message, _fault(file, message.lineno or 1, f"“{echo(english)}”", problem)
                break


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return a text, or each of its plural forms."""
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _named(found: frozenset[str] | None) -> str:
    if found is None:
        return "a brace without its other one"
    return ", ".join(f"{{{name}}}" for name in sorted(found)) or "none"


def _fault(file: Path, line: int, place: str, problem: str) -> Fault:
    return Fault(file.name, line, place, problem)
