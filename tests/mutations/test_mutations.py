"""Every guard of the table is held by a test: it fails when the guard is taken out, and the page lists both."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from guards import PACKAGE, PAGE, ROOT, Guard, filled, guards
from reliability import Proved
from removal import attempt, copy_package

GUARDS = guards()


@pytest.mark.slow
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.holds.replace(" ", "-"))
def test_its_test_fails_without_it(guard: Guard, tmp_path: Path, proved: Proved) -> None:
    text = (PACKAGE / guard.file).read_text(encoding="utf-8")
    path = copy_package(tmp_path / "copy", guard.file, guard.removed(text))
    tried = attempt(path, guard.test, scratch=tmp_path / "scratch")
    assert not tried.broken, tried.said
    assert tried.failed, f"nobody misses it:\n{guard.code}\n{tried.said}"
    proved("guards taken out", 1)


def test_the_table_fits_the_code() -> None:
    for guard in GUARDS:
        text = (PACKAGE / guard.file).read_text(encoding="utf-8")
        compile(guard.removed(text), guard.file, "exec")
        path, _, name = guard.test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8"), guard.test
    assert not [holds for holds, count in Counter(guard.holds for guard in GUARDS).items() if count > 1]


def test_the_page_lists_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == filled(page), "run `python tests/mutations/guards.py`"


def test_the_copy_is_what_is_tested(tmp_path: Path) -> None:
    path = copy_package(tmp_path / "copy", "patterns.py", "HERE = __file__\n")
    command = [sys.executable, "-P", "-c", "from ralph_hooks.patterns import HERE; print(HERE)"]
    ran = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(path)}, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(path / "ralph_hooks" / "patterns.py")


def test_a_guard_that_is_not_there_is_a_stale_table() -> None:
    guard = Guard("isolation", "nothing", "a.py", "if danger:", "if False:", "tests/a.py::test_a")
    assert guard.removed("if danger:\n") == "if False:\n"
    for text in ("", "if danger:\nif danger:\n"):
        with pytest.raises(ValueError, match="mend the table"):
            guard.removed(text)
