"""What a task may change: the pure part, and what a landing says and does about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.batch.scope import Lane, Strays, lane_of, strays
from ralph_hooks.spec.locate import Spec
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.units import differences

LIST = (
    "# Tasks\n\n"
    "- [ ] 1.1 [P] One\n  - **Files**: one.py, both.py\n"
    "- [ ] 1.2 [P] Two\n  - **Files**: two/, both.py\n"
    "- [ ] 1.3 [P] Three\n  - **Do**: anything\n"
)
SPEC = Spec(Path("/"), "specs/demo/tasks.md", "ralph")
TASKS = {task.index: task for task in parse(LIST, Dialect.RALPH).tasks}


def test_lanes_are_what_tasks_declare() -> None:
    assert lane_of(0, TASKS) == Lane("1.1", ("one.py", "both.py"), (("1.2", ("two", "both.py")),))
    paths = ("one.py", "both.py", "two/deep.py", "other.py", "specs/demo/tasks.md")
    assert strays(lane_of(0, TASKS), SPEC, paths) == Strays(("two/deep.py", "other.py"), (("two/deep.py", "1.2"),))


def test_a_task_that_declares_nothing_has_nothing_outside_but_what_is_anothers() -> None:
    assert strays(lane_of(2, TASKS), SPEC, ("x.py", "one.py")) == Strays((), (("one.py", "1.1"),))
    assert strays(lane_of(None, TASKS), SPEC, ("x.py", "one.py")) == Strays()


def test_state_and_locks_are_kept_and_pages_of_executors_are_not() -> None:
    names = (
        ".ralph-state.json",
        ".ralph-state.json.tmp",
        ".tasks.lock",
        "tasks.md",
        ".progress.md",
        ".progress-task-0.md",
    )
    paths = [f"specs/demo/{name}" for name in names]
    assert strays(lane_of(None, TASKS), SPEC, [*paths, "specs/other/.ralph-state.json"]).kept == (
        *paths[:3],
        "specs/other/.ralph-state.json",
    )


def test_differences_of_lists_are_named_by_task() -> None:
    def between(*change: str) -> tuple[tuple[str, ...], bool]:
        return tuple(differences(parse(LIST, Dialect.RALPH), parse(LIST.replace(*change), Dialect.RALPH)))  # type: ignore[arg-type,return-value]

    assert between("[ ] 1.1", "[x] 1.1") == (("1.1",), False)
    assert between("two/", "three/") == (("1.2",), False)
    assert between("# Tasks", "# Task") == ((), True)
    assert between("- [ ] 1.3", "- [ ] 1.4 New\n- [ ] 1.3") == (("1.4",), False)
    assert between("1.1 [P] One", "1.5 [P] One") == (("1.1", "1.5"), False)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "r", LIST, state={"phase": "execution"})
    shop.run("start", "1.1", "1.2", "--allow-overlap", "--tasks", shop.page("tasks.md"))
    both = {"two/a.py": "1\n", "loose.py": "1\n", "one.py": "1\n"}
    shop.work("1.1", {**both, "specs/demo/tasks.md": LIST.replace("[ ] 1.1", "[x] 1.1").replace("[ ] 1.2", "[x] 1.2")})
    place = shop.worktree("1.1")
    shop.write({"specs/demo/.ralph-state.json": "{}"}, at=place)
    shop.git("add", "--force", "specs/demo/.ralph-state.json", at=place)
    shop.commit("State", at=place)
    shop.work("1.2", {"two/b.py": "2\n"})
    shop.finish("1.1")
    shop.finish("1.2")
    return shop


def test_a_landing_says_what_is_outside(shop: Workshop) -> None:
    landed = shop.land()
    assert landed.code == 0, landed
    assert landed.json["landed"][0]["outside"] == ["loose.py", "two/a.py"]
    assert landed.json["warnings"] == [
        "task 1.1 changed specs/demo/.ralph-state.json: left out, not an executor's to change",
        "task 1.1 changed the lines of 1.2 in specs/demo/tasks.md: left out",
        "task 1.1 changed two/a.py, which task 1.2 declares",
    ]
    assert shop.ticks() == ["1.1", "1.2"]


def test_a_strict_one_parks_it(shop: Workshop) -> None:
    shop.write({".ralph-hooks.toml": 'scope = "strict"\n'})
    landed = shop.land()
    assert (landed.code, landed.ids("landed"), landed.ids("parked")) == (1, ["1.2"], ["1.1"])
    parked = landed.json["parked"][0]
    assert parked["reason"] == "changes files that the task does not declare: loose.py, two/a.py"
    assert parked["conflicts"] == ["loose.py", "two/a.py"]
