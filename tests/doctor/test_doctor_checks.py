"""What each check says about facts: a table of what is in order and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ralph_hooks.batch.model import Attempt, Batch, Phase, State
from ralph_hooks.doctor.checks import CHECKS
from ralph_hooks.doctor.model import ClaudeHook, Facts, Fix, Hooks, Lock, Named, Settings, Tree

FINE = Facts(
    git_version="2.39.5",
    git_refused=None,
    git_can=(("merging", True),),
    version="0.1.0",
    settings=Settings(None),
    hooks=Hooks("git", installed=True, names=("pre-commit",), program="/bin/ralph-hooks", program_there=True),
    claude=(ClaudeHook("a.json", "Stop", launcher_there=True),),
    claude_events=("Stop",),
    plugins=("ralph-hooks@market",),
    handler=("reads", "why"),
    locks=(Lock(Path("/g/ralph/lock"), 0, 17), Lock(Path("/g/index.lock"), 5, None)),
    trees=(Tree(Path("/w"), "refs/heads/b", there=True, batch="b1", phase="open", holder=(1, True)),),
    strays=(),
    named=(Named("b1", ("refs/ralph/batch/b1",), known=True),),
    store_error=None,
    unfinished=False,
    open_batch=None,
    over=3,
    disk_refs=2_000_000,
    disk_trees=0,
)
GONE = Tree(Path("/g o"), "refs/heads/b", there=False, batch=None, phase=None, holder=None)
LIVING = FINE.trees[0]


def batch(*states: State) -> Batch:
    attempts = tuple(
        Attempt(index, f"1.{index}", "t", f"/w{index}", f"b{index}", state=state) for index, state in enumerate(states)
    )
    return Batch(
        id="b1", base="0" * 40, target="refs/heads/main", top="/r", tasks="tasks.md", kind="list", dialect="ralph",
        handler="reads", started="2026-01-01", copied={}, attempts=attempts, phase=Phase.OPEN,
    )  # fmt: skip


def problems(facts: Facts) -> list[tuple[str, str, str, Fix | None]]:
    return [
        (name, problem.what, problem.mend, problem.fix)
        for name, check in CHECKS.items()
        for problem in check(facts).problems
    ]


def test_nothing_is_wrong_where_everything_is_fine() -> None:
    assert problems(FINE) == []
    assert all(check(FINE).facts for check in CHECKS.values())


def test_what_is_not_there_is_no_problem() -> None:
    bare = FINE._replace(hooks=Hooks("git", installed=False), claude=(), plugins=(), locks=(), trees=(), named=())
    assert problems(bare) == []
    assert "`ralph-hooks install`" in CHECKS["hooks"](bare).facts[-1]


@pytest.mark.parametrize(
    ("change", "name", "said", "mend", "fix"),
    [
        ({"git_refused": ("git is old", "get a new one")}, "git", "git is old", "get a new one", None),
        ({"settings": Settings(None, error=("x.toml:1: no", "mend it"))}, "configuration", "x.toml:1", "mend it", None),
        ({"hooks": FINE.hooks._replace(program_there=False)}, "hooks", "is gone", "install", Fix.INSTALL),
        ({"hooks": FINE.hooks._replace(pending=("h",))}, "hooks", "not as they were", "install", Fix.INSTALL),
        ({"hooks": FINE.hooks._replace(overruled=((Path("/w x"), "h"),))}, "hooks", "own", "git -C '/w x'", None),
        ({"hooks": Hooks("", installed=False, error=("no", "do"))}, "hooks", "no", "do", None),
        ({"claude": FINE.claude * 2}, "claude", "Stop would be handled more", "$EDITOR a.json", None),
        ({"claude_events": ("Stop", "Start")}, "claude", "no hook for Start", "install --claude", None),
        ({"claude": (), "claude_events": ("WorktreeCreate",)}, "claude", "claude.pool", "install --claude", None),
        ({"claude": (ClaudeHook("a", "Stop", launcher_there=False),)}, "claude", "not there", "install --claude", None),
        ({"locks": (Lock(Path("/g/i k"), 600, None),)}, "locks", "10 minutes", "rm '/g/i k'", None),
        ({"locks": (Lock(Path("/g/i"), 600, None, ours=True),)}, "locks", "no process", "recover", Fix.RECOVER),
        ({"trees": (LIVING._replace(holder=(9, False)),)}, "worktrees", "process 9, which", "unlock /w", Fix.UNLOCK),
        ({"trees": (GONE,)}, "worktrees", "is gone", "git worktree remove '/g o'", Fix.FORGET),
        ({"trees": (GONE._replace(branch=None),)}, "worktrees", "is gone", "git worktree remove", None),
        ({"trees": (LIVING._replace(phase=None),)}, "worktrees", "which nobody knows", "git worktree remove /w", None),
        ({"strays": (Path("/r/.ralph/worktrees/x/y"),)}, "worktrees", "no worktree of git's", "rm -r /r/.ralph", None),
        ({"named": (Named("x", ("refs/ralph/done/x/0",), known=False),)}, "refs", "batch x", "update-ref -d", None),
        ({"store_error": ("broken", "move it away")}, "batches", "broken", "move it away", None),
        ({"unfinished": True}, "batches", "a crash", "ralph-hooks recover", Fix.RECOVER),
        ({"open_batch": batch(State.DONE)}, "batches", "has ended", "ralph-hooks land", None),
        ({"open_batch": batch(State.RUNNING)}, "batches", "task 1.0 is gone", "ralph-hooks finish 1.0 --failed", None),
        ({"disk_refs": 1 << 31}, "disk", "a lot", "ralph-hooks gc", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_mends_it(
    change: dict[str, object], name: str, said: str, mend: str, fix: Fix | None
) -> None:
    found = problems(FINE._replace(**change))
    assert len(found) == 1
    assert (found[0][0], said in found[0][1], mend in found[0][2], found[0][3]) == (name, True, True, fix), found


@pytest.mark.parametrize(
    "change",
    [
        {"locks": (Lock(Path("/g/index.lock"), 600, 17),)},  # somebody has it open
        {"trees": (GONE._replace(batch="b1", phase="open"),)},  # said about the task of the open batch
        {"open_batch": batch(State.RUNNING), "trees": (LIVING._replace(path=Path("/w0")),)},
    ],
)
def test_what_somebody_is_at_work_on_is_no_problem(change: dict[str, object]) -> None:
    assert problems(FINE._replace(**change)) == []
