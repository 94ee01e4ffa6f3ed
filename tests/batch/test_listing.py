"""The list that a start read, kept for the landing: used for that very text, and never for another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.batch import listing
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

TEXT = "# Tasks\n\n- [ ] 1.1 [P] One\n  - **Files**: a.py\n- [ ] 1.2 [P] Two\n"
RALPH = Dialect.RALPH


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the list of TEXT is kept, with a title that no parser would find in it."""
    listing.keep(tmp_path, parse(TEXT, RALPH))
    kept = tmp_path / listing.NAME
    kept.write_text(kept.read_text().replace('"One"', '"Kept"'))
    return tmp_path


def titles(folder: Path, text: str, dialect: Dialect = RALPH) -> list[str]:
    return [task.title for task in listing.read_list(folder, text, dialect).tasks]


def test_a_list_that_was_kept_is_not_read_again(folder: Path) -> None:
    assert titles(folder, TEXT) == ["Kept", "Two"]


def test_of_another_text_it_is_not_used(folder: Path) -> None:
    assert titles(folder, TEXT.replace("Two", "Too")) == ["One", "Too"]


def test_nor_in_another_dialect(folder: Path) -> None:
    assert titles(folder, TEXT, Dialect.PLAIN)[0] == "One"


def test_nor_by_another_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "__version__", "0.0.0")
    assert titles(folder, TEXT) == ["One", "Two"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"of": null}', "null", "\udcff", '{"tasks": 1}', "[" * 100_000])
def test_what_cannot_be_used_is_as_good_as_missing(folder: Path, damage: str) -> None:
    (folder / listing.NAME).write_text(damage, errors="surrogateescape")
    assert titles(folder, TEXT) == ["One", "Two"]


def test_nor_is_a_place_where_no_box_stands(folder: Path) -> None:
    kept = folder / listing.NAME
    document = json.loads(kept.read_text())
    document["tasks"][0][9] = [0, 1]
    kept.write_text(json.dumps(document))
    assert titles(folder, TEXT) == ["One", "Two"]


def test_a_landing_of_the_list_as_it_was_started_with_loads_no_parser(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", state={"phase": "execution"})
    shop.start()
    for task in ("1.1", "1.2", "1.3"):
        shop.work(task, {f"{task}.txt": task})
        shop.finish(task)
    program = "import sys; from ralph_hooks.cli import main; main(['land']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=shop.path, check=True, capture_output=True, text=True)
    assert "BATCH_COMPLETE" in ran.stdout
    assert not {"markdown_it", "dataclasses", "ralph_hooks.tasklist.parse"} & set(ran.stderr.split())
