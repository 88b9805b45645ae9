"""What those who carry the project on have: checks before a commit, the changelog, the decisions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from docs.examples import ROOT, examples
from knowledge.commands import COMMANDS

CI = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
DECISIONS = (ROOT / "docs" / "decisions.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_before_a_commit_runs_what_ci_runs_beside_the_tests_and_nothing_else() -> None:
    (repository,) = yaml.safe_load(HOOKS)["repos"]
    hooks = repository["hooks"]
    assert [hook["entry"] for hook in hooks] == [line for line in CI if line.startswith(".venv/bin/")]
    assert len(hooks) > 5


def test_what_runs_before_a_commit_looks_at_everything_and_fetches_nothing() -> None:
    (repository,) = yaml.safe_load(HOOKS)["repos"]
    assert repository["repo"] == "local"
    assert "://" not in HOOKS
    for hook in repository["hooks"]:
        assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == ("system", False, True)


def test_the_three_commands_of_a_contributor_are_those_of_ci() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    blocks = [example.text.strip() for example in examples(page) if f"```sh\n{example.text}" in page]
    install, test, everything = blocks[:3]
    assert f"{install} && {test}" in CI
    assert everything == "bash .ci/run"


def test_the_changelog_tells_of_the_version_that_is_next() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    latest = CHANGELOG.split("\n## ")[1]
    assert latest.startswith(f"[{version}]") or (latest.startswith("[Unreleased]") and version in latest)
    for heading in re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE):
        assert heading in ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_the_changelog_names_every_command() -> None:
    for name in COMMANDS:
        assert f"`/{name.split(' ')[0]}`" in CHANGELOG, name


MEASURED = re.findall(r"\*\*Measured\*\* \(\[[^\]]+\]\(([^)]+)\)\)\. (.+?)\n\n", DECISIONS, re.DOTALL)


@pytest.mark.parametrize(("source", "said"), MEASURED, ids=[said.split(".")[0][:40] for _, said in MEASURED])
def test_every_figure_of_a_decision_is_in_the_results_that_it_names(source: str, said: str) -> None:
    results = (ROOT / "docs" / Path(source)).read_text("utf-8")
    figures = re.findall(r"\d[\d,.]*\d|\d+", said)
    assert figures
    for figure in figures:
        assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", results), figure


def test_what_each_lever_is_worth_is_what_was_measured_last() -> None:
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8").partition("\n## levers")[2]
    measured = dict(re.findall(r"^(\w.*?) {2,}(\d[\d. ]+)$", results.partition("\n## ")[0], re.MULTILINE))
    page = (ROOT / "docs" / "answer-quality.md").read_text("utf-8").partition("What each lever is worth")[2]
    shown = re.findall(r"^\| (\w.*?)(?:, no refusal)? \|((?: [\d.]+ \|){3})$", page, re.MULTILINE)
    assert {name: row.replace("|", "").split() for name, row in shown} == {
        name: row.split() for name, row in measured.items()
    }
    assert len(measured) > 10


def test_every_decision_says_its_reason_what_was_measured_and_what_was_given_up() -> None:
    for decision in DECISIONS.split("\n## ")[1:]:
        for part in ("Reason", "Measured", "Given up"):
            assert f"**{part}" in decision, decision.splitlines()[0]


def test_the_decisions_cover_what_people_ask_about() -> None:
    titles = " ".join(re.findall(r"^## (.+)$", DECISIONS, re.MULTILINE))
    for subject in (
        "BM25",
        "no language model",
        "Lucene's idf",
        "Notes, not articles",
        "Components V2",
        "SQLAlchemy Core",
    ):
        assert subject in titles


def test_every_measured_table_of_the_page_on_growing_is_in_the_results() -> None:
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")
    page = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    tables = [table for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE) if "| do |" not in table]
    assert len(tables) == 4
    for table in tables:
        assert table in results
