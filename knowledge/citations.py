"""Citations: the address of one passage, the same in every surface."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.errors import CitationError
from knowledge.languages import gettext
from knowledge.text import echo

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

SOURCE_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
LONGEST_SOURCE_ID = 40
LONGEST_REF = 20
"""With these a citation fits into the id of a button, which holds 100 characters."""

# Possessive throughout: what is typed can be long, and is read in one pass.
_NAME = r"[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+"
_TYPED = re.compile(
    rf"({_NAME})(?:\s*+[¶#:§]|\s)\s*+(?:(?i:para(?:graph)?|p)\.?\s*+(?=[0-9]))?({_NAME})",
)


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A source id and the ref of one of its passages, written `fp-2019¶6`.

    A ref may be typed in any case; the library, which knows how it is written, finds its passage.
    """

    source: str
    ref: str

    def __str__(self) -> str:
        """Return the canonical form, which `parse` reads back."""
        return f"{self.source}¶{self.ref}"

    @classmethod
    def parse(cls, text: str) -> Citation:
        """Read a citation as people type it: `fp-2019¶6`, `fp-2019 6`, `fp-2019#6` or `fp-2019:6`.

        Raises `CitationError` for anything else. Whether the passage exists is the library's to say.
        """
        match = _TYPED.fullmatch(text.strip())
        if match is None:
            raise CitationError(
                gettext(
                    "“{typed}” is not a reference. Write a source and a paragraph, for example {example}.",
                    typed=echo(text),
                    example="fp-2019¶6",
                )
            )
        source, ref = match.groups()
        return cls(source.lower(), ref)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """Let content files hold citations as text."""
        from pydantic_core import core_schema

        def read(value: object) -> Citation:
            try:
                return value if isinstance(value, Citation) else cls.parse(str(value))
            except CitationError as error:
                raise ValueError(str(error)) from None

        return core_schema.no_info_plain_validator_function(read)
