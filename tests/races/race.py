"""A round: everybody begins within a moment of each other, then what is still open is brought to its end."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from random import Random

from conftest import IDENTITY
from moments import WORK, Moments
from scenarios import SCENARIOS, Actor
from sound import Witness, assert_sound, witness
from workshop import Ran, Workshop


@dataclass(frozen=True)
class Round:
    """A seed is a round: which scenario, who begins when."""

    seed: int

    @property
    def name(self) -> str:
        names = list(SCENARIOS)
        return names[self.seed % len(names)]

    def __str__(self) -> str:
        return f"{self.seed}-{self.name}"


def run(which: Round, moments: Moments) -> list[Ran]:
    """Carry the round out; raises AssertionError where it leaves anything unsound. Gives what everybody said."""
    random, scenario = Random(which.seed), SCENARIOS[which.name]
    moment = moments.at(scenario.moment)
    shop, before = moment.shop, witness(moment.shop)
    actors = scenario.cast(moment, random)
    said = together(actors, [random.uniform(0, actor.spread) for actor in actors])
    for actor, ran in zip(actors, said, strict=True):
        (_spoke_clearly if actor.ours else _git_spoke)(actor, ran)
    _hooks_had_no_trouble(shop, actors)
    made = {word for ran in said for word in ran.out.split() if ran.out and len(word) == 40}
    bring_to_an_end(shop)
    assert_sound(shop, Witness(before.commits | made, before.files))
    return said


def together(actors: list[Actor], delays: list[float]) -> list[Ran]:
    begun = time.monotonic()
    processes: dict[int, subprocess.Popen[bytes]] = {}
    for number, delay in sorted(enumerate(delays), key=lambda item: item[1]):
        time.sleep(max(0, begun + delay - time.monotonic()))
        actor = actors[number]
        if not actor.at.is_dir():  # an executor whose worktree has gone with its landing
            continue
        processes[number] = subprocess.Popen(
            actor.argv,
            cwd=actor.at,
            env={**os.environ, **IDENTITY},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if actor.stdin:
            assert processes[number].stdin
            processes[number].stdin.write(actor.stdin)
    return [_ended(processes[number]) if number in processes else Ran(0, "", "") for number in range(len(actors))]


def bring_to_an_end(shop: Workshop) -> None:
    """A person comes back later: whatever is still open is finished and landed."""
    if not (shop.path.parent / "aside").is_dir():
        shop.git("switch", "--quiet", "main")
    place = next(place for place in (shop.path.parent / "aside", shop.path) if place.is_dir())
    by_hand = shop.git("status", "--porcelain", "--untracked-files=no", "c.txt", "by-hand.txt", at=place)
    for line in by_hand.splitlines():  # git could not commit: somebody had a lock
        shop.git("commit", "--quiet", "-m", "By hand", "--", line[3:], at=place)
    for task in shop.run("status", "--format", "json").json["tasks"]:
        if task["state"] == "running" and not task["worktree"]:  # its call came to nothing
            shop.run("finish", task["id"], "--failed")
        elif task["state"] == "running":
            if task["head"] == shop.git("rev-parse", "main"):
                shop.work(task["id"], WORK[task["id"]])
            shop.finish(task["id"])
    ran = shop.land("--target", "main")
    log = shop.path / ".git" / "ralph" / "errors.log"
    assert ran.code in {0, 1}, (ran, log.exists() and log.read_text())
    assert shop.run("status", "--format", "json").json["batch"] is None


def _ended(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=60)
    return Ran(process.returncode, os.fsdecode(out), os.fsdecode(err))


def _spoke_clearly(actor: Actor, ran: Ran) -> None:
    if actor.answer is not None:
        assert (ran.code, ran.err) == (0, ""), (actor, ran)
        assert actor.answer in ran.out if actor.answer else not ran.out, (actor, ran)
        return
    lines = ran.err.splitlines()
    assert ran.code in {0, 1, 2}, (actor, ran)
    assert all(line.startswith("ralph-hooks: ") for line in lines), (actor, ran)
    assert "unexpected" not in ran.err, (actor, ran)
    if ran.code == 2:
        assert (ran.out, lines[-1].count("ralph-hooks: error: ")) == ("", 1), (actor, ran)
        assert "; " in lines[-1], (actor, ran)


def _hooks_had_no_trouble(shop: Workshop, actors: list[Actor]) -> None:
    """A hook keeps to itself what went wrong, but for the log."""
    log = shop.path / ".git" / "ralph" / "errors.log"
    assert all(actor.answer is None for actor in actors) or not log.exists(), log.read_text()


def _git_spoke(actor: Actor, ran: Ran) -> None:
    """git may have met one of our locks, a worktree that another git is making, or come after the landing; it says so
    and has done nothing.
    """
    reasons = ("lock", "expected", "rejected", "must be run in a work tree", "No such file", "cannot create")
    reasons += ("bad object worktrees/",)  # its HEAD, before it is on a commit
    assert ran.code == 0 or any(word in ran.err for word in reasons), (actor, ran)
