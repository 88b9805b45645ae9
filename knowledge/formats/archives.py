"""Zip archives, which DOCX and EPUB files are: opened only if what is in them is of a sane size."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from lxml import etree

from knowledge.errors import IngestError

MOST_MEMBERS = 10_000
MOST_UNPACKED = 300_000_000
MOST_OF_ONE = 50_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = 0x1


def opened(data: bytes, what: str) -> ZipFile:
    """Return an archive whose members can be read without harm.

    What a member unpacks to is read no further than the size that it states, so the sizes can be believed.
    Raises `IngestError` for what is no archive, is encrypted or unpacks to too much.
    """
    if data.startswith(_OLE):
        raise IngestError(f"is encrypted, or of an old format of Word; save it as {what} without a password")
    try:
        archive = ZipFile(BytesIO(data))
        members = archive.infolist()
    except (BadZipFile, LargeZipFile, OSError, ValueError, NotImplementedError):
        raise IngestError(f"is damaged, or no {what} file; get it again") from None
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise IngestError("is encrypted; save it without a password")
    if (
        len(members) > MOST_MEMBERS
        or sum(member.file_size for member in members) > MOST_UNPACKED
        or any(member.file_size > MOST_OF_ONE for member in members if _is_text(member.filename))
    ):
        raise IngestError(
            f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB, {MOST_OF_ONE // 1_000_000} MB in a part "
            f"or {MOST_MEMBERS:,} parts, as only files do that are meant to do harm"
        )
    return archive


def parsed(archive: ZipFile, name: str) -> Any:
    """Return a member as XML in which nothing is expanded or fetched; raises `IngestError`."""
    data = member(archive, name)
    refuse_entities(data, name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise IngestError(f"is damaged: {name} in it is not XML") from None


def member(archive: ZipFile, name: str) -> bytes:
    """Return the bytes of a member; raises `IngestError` if it is not there or cannot be unpacked."""
    try:
        return archive.read(name)
    except KeyError:
        raise IngestError(f"is damaged: there is no {name} in it") from None
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise IngestError(f"is damaged: {name} in it cannot be unpacked") from None
    except Exception as error:  # zlib and lzma have errors of their own
        if type(error).__module__ in ("zlib", "_lzma", "lzma"):
            raise IngestError(f"is damaged: {name} in it cannot be unpacked") from None
        raise


def refuse_entities(data: bytes, name: str) -> None:
    """Raise `IngestError` for XML that declares entities, which can stand for any amount of text."""
    if b"<!ENTITY" in data or b"<\x00!\x00E\x00N\x00T" in data or b"\x00<\x00!\x00E\x00N\x00T" in data:
        raise IngestError(f"declares entities in {name}, as only files do that are meant to do harm")


def _is_text(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".opf", ".html", ".htm", ".xhtml", ".ncx"))
