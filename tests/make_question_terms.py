"""Turn questions into the hashed terms that `tests/test_golden.py` compares our asks with.

The questions by which the bot is judged must not be known to its content, so the repository keeps only eight
hex digits of the SHA-256 of each of their terms. To make the file anew from a YAML list of questions:

    python tests/make_question_terms.py questions.yaml > tests/data/question_terms.txt
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import yaml

from knowledge.text import terms

if __name__ == "__main__":
    for entry in yaml.safe_load(Path(sys.argv[1]).read_text("utf-8")):
        print(*sorted({hashlib.sha256(term.encode()).hexdigest()[:8] for term in terms(entry["question"])}))
