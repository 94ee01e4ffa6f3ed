"""The list that a start read, kept for the landing: used for that very text, and never for another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.batch import listing
from ralph_hooks.batch.model import Batch
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import open_repository
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

TEXT = "# Tasks\n\n- [ ] 1.1 [P] One\n  - **Files**: a.py\n- [ ] 1.2 [P] Two\n"
RALPH = Dialect.RALPH


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    with open_objects(open_repository(Workshop.make(tmp_path / "repo").path)) as opened:
        yield opened


def batch(kept: str | None, dialect: Dialect = RALPH) -> Batch:
    return Batch("b", "0", "refs/heads/main", "/", "tasks.md", "list", dialect, "reads", "", {}, (), listing=kept)


def kept(objects: Objects, change: Callable[[str], str] = lambda text: text.replace('"One"', '"Kept"')) -> str:
    """What is kept of TEXT, by default with a title that no parser would find in it."""
    return objects.write("blob", change(objects.blob(listing.keep(objects, parse(TEXT, RALPH))).decode()).encode())


def titles(objects: Objects, known: Batch, text: str = TEXT) -> list[str]:
    return [task.title for task in listing.read_list(objects, known, text).tasks]


def test_a_list_that_was_kept_is_not_read_again(objects: Objects) -> None:
    assert titles(objects, batch(kept(objects))) == ["Kept", "Two"]


def test_of_another_text_it_is_not_used(objects: Objects) -> None:
    assert titles(objects, batch(kept(objects)), TEXT.replace("Two", "Too")) == ["One", "Too"]


def test_nor_in_another_dialect(objects: Objects) -> None:
    assert titles(objects, batch(kept(objects), Dialect.PLAIN))[0] == "One"


def test_nor_by_another_version(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    known = batch(kept(objects))
    monkeypatch.setattr(listing, "__version__", "0.0.0")
    assert titles(objects, known) == ["One", "Two"]


@pytest.mark.parametrize("shape", ["", "{", "[]", '{"of": null}', "null", '{"tasks": 1}'])
def test_what_cannot_be_used_is_as_good_as_missing(objects: Objects, shape: str) -> None:
    assert titles(objects, batch(kept(objects, lambda _: shape))) == ["One", "Two"]
    assert titles(objects, batch("0" * 40)) == titles(objects, batch(None)) == ["One", "Two"]


def test_nor_is_a_place_where_no_box_stands(objects: Objects) -> None:
    def moved(text: str) -> str:
        document = json.loads(text)
        document["tasks"][0][9] = [0, 1]
        return json.dumps(document)

    assert titles(objects, batch(kept(objects, moved))) == ["One", "Two"]


def test_the_record_of_the_batch_keeps_it(tmp_path: Path) -> None:
    """So it lasts as long as the batch, and nobody writes another in its place."""
    shop = Workshop.make(tmp_path / "repo")
    shop.start()
    (record,) = shop.refs("refs/ralph/batch/")
    document = json.loads(shop.git("cat-file", "blob", f"{record}:list.json"))
    assert [task[1] for task in document["tasks"]] == ["1.1", "1.2", "1.3"]


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
