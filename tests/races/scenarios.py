"""Who meets whom: each scenario is a moment and the processes that run from there at the same time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from moment import Moment
from moments import MANY
from pretend_client import EXECUTOR, Agent, Session

RALPH = (sys.executable, "-m", "ralph_hooks")


@dataclass(frozen=True)
class Actor:
    """A process. `ours`: a command of ours, which says why in one line; git's own say it as git does.

    `answer`: of a hook, what it must say, and no word beside that; None: it is no hook.
    """

    argv: tuple[str, ...]
    at: Path
    spread: float  # seconds: it begins at any time within
    stdin: bytes = b""
    ours: bool = True
    answer: str | None = None


@dataclass(frozen=True)
class Scenario:
    moment: str
    cast: Callable[[Moment, Random], list[Actor]]


def ours(moment: Moment, *args: str, spread: float = 0.15, at: Path | None = None) -> Actor:
    return Actor((*RALPH, *args), at or moment.shop.path, spread)


def shell(script: str, at: Path, spread: float = 0.6) -> Actor:
    """A person, or an executor, at a shell; `spread` is as long as a landing takes."""
    return Actor(("sh", "-c", script), at, spread, ours=False)


# Its answers leave at once: how far they are kept apart is none of a race's business.
HOOK = """\
import sys
from ralph_hooks.cli import main
from ralph_hooks.integrations.claude import spacing
spacing.LEAST = spacing.MOST = 0.0
main(["hook", "claude", *sys.argv[1:]])
"""


def hook(session: Session, event: str, agent: Agent | None = None, answer: str = "", **said: Any) -> Actor:
    at = agent.place if agent else session.shop.path
    payload = session.payload(event, agent, **said)
    return Actor((sys.executable, "-c", HOOK, event), at, 0.2, payload, answer=answer)


LAND = ("land", "--format", "json")
START = ("start", "1.1", "1.2", "1.3", "--tasks", "specs/demo/tasks.md", "--format", "json")
BY_HAND = "echo 'by hand' > by-hand.txt && git add by-hand.txt && git commit --quiet -m 'By hand'"
SAME_FILE = "sed -i 's/^line 1$/LINE 1/' c.txt && git add c.txt && git commit --quiet -m 'By hand'"


def executor_at(moment: Moment, task: str) -> Path:
    return next((moment.shop.path / ".ralph/worktrees").glob(f"*/{task}"))


def commits(moment: Moment, task: str, spread: float = 0.6) -> Actor:
    script = "for n in 1 2 3 4; do echo $n >> later.txt; git add later.txt && git commit --quiet -m Later-$n; done"
    return shell(script, executor_at(moment, task), spread)


def housekeeping(moment: Moment, random: Random) -> Actor:
    return shell(
        random.choice(
            [
                "git gc --quiet --prune=now",
                "git repack -adq",
                "git prune --expire=now; git worktree prune --expire=now; git pack-refs --all",
                "git reflog expire --expire=now --all; git gc --quiet --prune=now",
            ]
        ),
        moment.shop.path,
        0.4,
    )


def starts(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *START), ours(moment, *START)]


def landings(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, *LAND) for _ in range(random.choice([2, 3]))]


def landings_without_a_lock(moment: Moment, _: Random) -> list[Actor]:
    """Somebody deletes the file that all of them lock."""
    return [*(ours(moment, *LAND, spread=0.4) for _ in range(3)), shell("rm -f .git/ralph/lock", moment.shop.path, 0.4)]


def a_commit(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, *LAND), shell(random.choice([BY_HAND, SAME_FILE]), moment.shop.path)]


def a_commit_elsewhere(moment: Moment, random: Random) -> list[Actor]:
    script = random.choice([BY_HAND, SAME_FILE])
    return [ours(moment, *LAND, "--target", "main"), shell(script, moment.folder / "aside")]


def an_edit(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), shell("echo more >> mine.txt; echo x > by-hand.txt", moment.shop.path)]


def a_push_into(moment: Moment, _: Random) -> list[Actor]:
    return [
        ours(moment, *LAND, "--target", "main"),
        shell("git push --quiet origin HEAD:main", moment.folder / "clone"),
    ]


def a_push_out(moment: Moment, _: Random) -> list[Actor]:
    script = "git push --quiet origin main; git fetch --quiet origin"
    return [ours(moment, *LAND, "--target", "main"), shell(script, moment.shop.path)]


def a_checkout(moment: Moment, random: Random) -> list[Actor]:
    script = random.choice(["git switch --quiet side", "git switch --quiet -c new"])
    return [ours(moment, *LAND), shell(script, moment.shop.path)]


def gc_and_land(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, *LAND), housekeeping(moment, random)]


def gc_and_start(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, *START), housekeeping(moment, random)]


def gc_and_finish(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, "finish", "1.3"), housekeeping(moment, random)]


def gc_and_undo(moment: Moment, random: Random) -> list[Actor]:
    return [ours(moment, "undo"), housekeeping(moment, random)]


def late_commits(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), commits(moment, "1.1")]


def commits_at_the_end(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, "finish", "1.3"), commits(moment, "1.3", 0.3), ours(moment, *LAND, spread=0.6)]


def start_and_land(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), ours(moment, "start", "--tasks", "specs/demo/tasks.md", spread=0.4)]


def land_and_abort(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), ours(moment, "abort")]


def land_and_undo(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), ours(moment, "undo", spread=0.5)]


def undos(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, "undo"), ours(moment, "undo")]


def undo_and_commit(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, "undo"), shell(BY_HAND, moment.shop.path)]


def finish_and_land(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, "finish", "1.3"), ours(moment, *LAND), ours(moment, *LAND, spread=0.6)]


def finish_twice(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, "finish", "1.3"), ours(moment, "finish", "1.3", "--failed")]


def recoveries(moment: Moment, random: Random) -> list[Actor]:
    other = random.choice([("recover",), LAND, ("status",), ("abort",)])
    return [ours(moment, "recover"), ours(moment, *other), ours(moment, *LAND, spread=0.4)]


def tick_and_land(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), ours(moment, "tick", "2.1")]


def readers(moment: Moment, _: Random) -> list[Actor]:
    return [ours(moment, *LAND), ours(moment, "status", spread=0.5), ours(moment, "log", spread=0.5)]


def calls_at_once(moment: Moment, _: Random) -> list[Actor]:
    """All of them join one batch."""
    session = Session(moment.shop)
    asked = [session.agent(number, given={"prompt": f"Task {task}", "subagent_type": EXECUTOR}).asked
             for number, task in enumerate(MANY, 1)]  # fmt: skip
    return [hook(session, "PreToolUse", answer='"isolation": "worktree"', **one) for one in asked]


def ends_at_once(moment: Moment, random: Random) -> list[Actor]:
    """Some of them are told twice, in two ways; one hook lands for all."""
    session = Session(moment.shop)
    agents = [session.agent(number) for number in range(1, len(MANY) + 1)]
    again = random.sample(agents, 3)
    stops = [hook(session, "SubagentStop", agent, **agent.ending()) for agent in agents]
    return [*stops, *(hook(session, "PostToolUse", **agent.returned()) for agent in again)]


SCENARIOS = {
    cast.__name__: Scenario(moment, cast)
    for moment, casts in {
        "fresh": [starts, gc_and_start],
        "ready": [landings, landings_without_a_lock, a_commit, an_edit, a_checkout, gc_and_land, late_commits,
                  start_and_land, land_and_abort, tick_and_land, readers],
        "working": [gc_and_finish, commits_at_the_end, finish_and_land, finish_twice],
        "landed": [land_and_undo],
        "over": [undos, gc_and_undo, undo_and_commit],
        "broken": [recoveries],
        "aside": [a_commit_elsewhere],
        "remote": [a_push_into, a_push_out],
        "delegating": [calls_at_once],
        "delegated": [ends_at_once],
    }.items()
    for cast in casts
}  # fmt: skip
