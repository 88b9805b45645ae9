"""A small sound library as content files, to read and to break."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge.content import read_content
from knowledge.errors import ContentError, Fault
from knowledge.library import Library

FILES = {
    "sources/paper-2001.yaml": """\
id: paper-2001
title: "Rice after the flood"
publisher: The Paper
published: 2001-02-03
published_basis: "printed"
url: "https://example.org/rice"
kind: article
collection: core
passages:
  - ref: "1"
    note: "Ann Smith said rice was sent in January."
    asks: ["what was sent"]
  - ref: "2"
    note: "Nothing was sent in March."
  - ref: credit
    note: "Written by Bob Brown."
""",
    "sources/table-2002.yaml": """\
id: table-2002
title: "Shipments by month"
publisher: The Bureau
published: 2002-01-31
published_basis: "stated in the table"
url: "https://example.org/table"
kind: dataset
collection: public_record
passages:
  - ref: 2001-01
    note: "Rice worth 95 dollars was shipped in January 2001."
""",
    "timeline.yaml": """\
- id: rice-sent
  date: "2001-01"
  basis: inferred
  inferred_from: "last month"
  title: "Rice was sent"
  summary: "A ship brought rice."
  topics: [rice]
  citations: ["paper-2001¶1"]
- id: table-published
  date: "2002-01-31"
  basis: explicit
  title: "A table was published"
  summary: "The Bureau published a table of shipments."
  citations: ["table-2002¶2001-01"]
""",
    "disputes.yaml": """\
- id: rice-worth
  about: "what the rice was worth"
  events: [rice-sent]
  claims:
    - {by: "The Paper", says: "about 100 dollars", citations: ["paper-2001¶1"]}
    - {by: "The Bureau", says: "95 dollars", citations: ["table-2002¶2001-01"]}
""",
    "exports.yaml": """\
series:
  - id: paper
    name: "As The Paper has it"
    source: paper-2001
    coverage: "2001-01..2001-03"
    description: "From a report."
  - id: bureau
    name: "As The Bureau has it"
    source: table-2002
    coverage: "2001-01"
    description: "From a table."
figures:
  - series: paper
    period: "2001-03"
    value: "0"
    unit: USD
    qualifier: as stated
    precision: reported zero
    citations: ["paper-2001¶2"]
  - series: paper
    period: "2001-01"
    value: "100"
    unit: USD
    qualifier: about
    citations: ["paper-2001¶1"]
    parts:
      - category: rice
        share: "90"
        unit: percent
        qualifier: as stated
        citations: ["paper-2001¶1"]
  - series: bureau
    period: "2001-01"
    value: "95"
    unit: USD
    qualifier: exactly
    precision: exact
    citations: ["table-2002¶2001-01"]
totals: []
""",
    "assistance.yaml": "{}\n",
    "corrections.yaml": """\
- day: 2003-01-02
  what: "Note on the rice"
  before: "Rice was sent in February."
  after: "Rice was sent in January."
  why: "The source says January."
  citations: ["paper-2001¶1"]
- day: 2003-02-03
  what: "Worth of the rice"
  before: "90 dollars"
  after: "95 dollars"
  why: "A slip of the pen."
  citations: ["table-2002¶2001-01"]
""",
    "people.yaml": """\
- id: ann-smith
  name: "Ann Smith"
  kind: person
  role: "spokeswoman"
  summary: "Ann Smith spoke of rice."
  aliases: ["Smith"]
  citations: ["paper-2001¶1"]
- id: bob-brown
  name: "Bob Brown"
  kind: person
  role: "reporter"
  summary: "Bob Brown wrote the report."
  citations: ["paper-2001¶credit"]
""",
    "faq.yaml": """\
- id: what-is-this
  question: "What is this library?"
  alternatives: ["what do you do"]
  answer: "It is a small library."
  editorial: true
- id: was-rice-sent
  question: "Was flood relief delivered?"
  answer: "Yes, rice, says The Paper."
  citations: ["paper-2001¶1"]
- id: how-much-rice
  question: "How much rice was shipped?"
  answer: "Rice worth 95 dollars, says The Bureau."
  citations: ["table-2002¶2001-01"]
""",
    "unknowns.yaml": """\
- id: ship-name
  says: "The Paper says that a ship brought rice"
  lacks: "the name of the ship"
  nearest: ["paper-2001¶1"]
  asks: ["what was the ship called"]
""",
    "vocabulary.yaml": """\
synonyms:
  - [rice, grain]
fillers: [please]
""",
}

EMPTY_TABLES = {
    name: "{}\n" if name in ("assistance.yaml", "exports.yaml", "vocabulary.yaml") else "[]\n"
    for name in FILES
    if not name.startswith("sources/")
}
"""The tables of a library that has nothing but sources."""


LETTER = """\
id: letter-2003
title: "A letter"
publisher: The Ministry
published: 2003-04-05
published_basis: "given by the operator"
url: "https://example.org/letter"
kind: article
collection: local
passages:
  - ref: "1"
    original: "We thank you for the rice."
"""
"""A document that the operator added."""


@dataclass(frozen=True, slots=True)
class ContentFolder:
    """A folder of content files that can be changed by their text and read."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> ContentFolder:
        """Write the small library below `path`."""
        folder = cls(path)
        for name, text in FILES.items():
            folder.write(name, text)
        return folder

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file below the folder."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace the one place of a file where `old` stands."""
        text = (self.path / name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def line(self, name: str, text: str) -> int:
        """Return the number of the first line of a file that holds `text`."""
        lines = (self.path / name).read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def read(self, local: Path | None = None) -> Library:
        """Read the library."""
        return read_content(self.path, local)

    def faults(self, local: Path | None = None) -> list[Fault]:
        """Return the faults for which the library is refused; none if it is sound."""
        try:
            read_content(self.path, local)
        except ContentError as error:
            assert str(error).splitlines() == [str(fault) for fault in error.faults]
            return list(error.faults)
        return []
