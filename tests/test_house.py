"""Rules of the house: what may import what, what is installed with the code, what the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = ("knowledge", "handlers")


# Imports


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the packages of a folder to the contracts that it has."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_import_contracts_are_kept() -> None:
    run = lint_imports(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_they_keep_what_lies_further_out_out_of_the_rooms_further_in(tmp_path: Path) -> None:
    forbidden = {
        "knowledge": ("discord", "handlers", "settings", "console", "bot", "click", "demo", "simcord"),
        "handlers": ("console", "bot", "click", "demo", "simcord"),
    }
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for module in ("settings", "console", "bot", "demo"):
        (tmp_path / f"{module}.py").touch()
    for package, modules in forbidden.items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        (tmp_path / package / "room.py").write_text("".join(f"import {name}\n" for name in modules), "utf-8")
    run = lint_imports(tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    for package, modules in forbidden.items():
        for module in modules:
            assert f"{package} is not allowed to import {module}:" in run.stdout


@pytest.mark.parametrize("module", ["knowledge.engine", "knowledge.store", "knowledge.ingest"])
def test_the_library_runs_where_discord_is_not_installed(module: str) -> None:
    code = f"import sys; sys.modules['discord'] = None; import {module}"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# What is installed


def data_files(package: str) -> Iterator[Path]:
    """Yield the files of a package, from its folder, that are no modules."""
    for path in sorted((ROOT / package).rglob("*")):
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT / package)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_data_file_of_a_package_is_installed_with_it(package: str) -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"].get(package, [])
    left_out = [
        str(path) for path in data_files(package) if not any(matches(path, pattern) for pattern in patterns)
    ]
    assert left_out == []


def matches(path: Path, pattern: str) -> bool:
    """Whether a pattern of setuptools, whose `*` stays within a folder, matches a path."""
    parts = Path(pattern).parts
    return len(parts) == len(path.parts) and all(map(fnmatch, path.parts, parts))


def test_every_module_is_installed() -> None:
    setuptools = PROJECT["tool"]["setuptools"]
    assert sorted(setuptools["py-modules"]) == sorted(path.stem for path in ROOT.glob("*.py"))
    find = setuptools["packages"]["find"]
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert ROOT / "knowledge/store/migrations/versions" in folders
    for folder in folders:
        name = ".".join(folder.relative_to(ROOT).parts)
        assert any(fnmatch(name, pattern) for pattern in find["include"]), name
        assert find.get("namespaces", True) or (folder / "__init__.py").is_file(), name


# What the README and the pages beside it say

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def anchors(page: str) -> set[str]:
    """Return the anchors of a page: its headings in lower case, blanks as hyphens, without marks."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_to_the_project_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(\s*<?([^)>\s]+)", prose):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


def test_every_test_that_a_page_names_is_there() -> None:
    known = [
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in (path.stem, *re.findall(r"def (test_\w+)", path.read_text("utf-8")))
    ]
    named = {name for page in PAGES for name in re.findall(r"`(test_\w+…?)`", page.read_text("utf-8"))}
    assert named
    for name in named:
        assert name in known or (name[-1] == "…" and any(one.startswith(name[:-1]) for one in known)), name


def test_the_readme_is_no_page_without_links() -> None:
    assert "](config.example.yaml)" in PAGES[0].read_text("utf-8")


def test_the_tests_are_run_as_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    (command,) = (line for line in script if line.startswith("python3 -m venv"))
    assert command in (ROOT / "README.md").read_text("utf-8").splitlines()
