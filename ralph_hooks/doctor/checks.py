"""The checks, each a pure function of the facts. `CHECKS` lists them in the order in which they are told."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from ralph_hooks.batch.model import Attempt, State
from ralph_hooks.doctor.model import Facts, Fix, Lock, Named, Problem, Report, Tree
from ralph_hooks.integrations.claude.registration import POOLING

STALE = 60.0  # seconds after which a lock that nobody has open is a leftover: git holds one for moments
LARGE = 1 << 30  # bytes
_INSTALL = "ralph-hooks install"


def git(facts: Facts) -> Report:
    can = ", ".join(f"{name}: {'yes' if there else 'no'}" for name, there in facts.git_can)
    lines = (f"git {facts.git_version}{f'; {can}' if can else ''}", f"ralph-hooks {facts.version}")
    return Report(lines, tuple(Problem(*said) for said in [facts.git_refused] if said))


def configuration(facts: Facts) -> Report:
    settings = facts.settings
    if settings.error:
        return Report((), (Problem(*settings.error),))
    lines = tuple(f"{key} = {value} ({where})" for key, value, where in settings.values)
    return Report((f"from {settings.source}" if settings.source else "none: all defaults", *lines))


def hooks(facts: Facts) -> Report:
    found = facts.hooks
    if found.error:
        return Report((), (Problem(*found.error),))
    managed = f"the repository's hooks are managed by {found.manager}"
    if not found.installed:
        return Report((managed, f"ours are not installed: `{_INSTALL}`"))
    problems = []
    if not found.program_there:
        problems.append(Problem(f"the hooks call {found.program}, which is gone", _INSTALL, Fix.INSTALL))
    if found.pending:
        listed = ", ".join(found.pending[:3]) + (", …" if len(found.pending) > 3 else "")
        problems.append(Problem(f"not as they were installed: {listed}", _INSTALL, Fix.INSTALL))
    problems += [
        Problem(
            f"{tree} has a core.hooksPath of its own ({value}), so ours do not run there",
            f"git -C {shlex.quote(str(tree))} config --worktree --unset core.hooksPath",
        )
        for tree, value in found.overruled
    ]
    active = f"ours: {', '.join(found.names)}; {found.how}; they call {found.program}"
    return Report((managed, active), tuple(problems))


def claude(facts: Facts) -> Report:
    files = dict.fromkeys(hook.file for hook in facts.claude)
    lines = [f"hooks of Claude Code in {file}" for file in files]
    lines += [f"plugin {name}{', which yields to the settings' if files else ''}" for name in facts.plugins]
    problems = []
    twice = [event for event, count in Counter(hook.event for hook in facts.claude).items() if count > 1]
    if twice:
        what = f"{', '.join(twice)} would be handled more than once, by {' and '.join(files)}"
        problems.append(Problem(what, f"$EDITOR {list(files)[-1]}  # take out the hooks that name claude-event"))
    missing = [event for event in facts.claude_events if event not in {hook.event for hook in facts.claude}]
    if facts.claude and missing:
        problems.append(Problem(f"no hook for {', '.join(missing)}", f"{_INSTALL} --claude"))
    elif facts.plugins and POOLING.event in missing:
        what = f"claude.pool is set, and the plugin does not ask for {POOLING.event}, which it would for everybody"
        problems.append(Problem(what, f"{_INSTALL} --claude"))
    if any(not hook.launcher_there for hook in facts.claude):
        problems.append(Problem("hooks of Claude Code call a launcher that is not there", f"{_INSTALL} --claude"))
    return Report(tuple(lines) or (f"no hooks of Claude Code: `{_INSTALL} --claude`, or the plugin",), tuple(problems))


def stop_handler(facts: Facts) -> Report:
    generation, why = facts.handler
    return Report((f"{generation} ({why})",))


def locks(facts: Facts) -> Report:
    held = tuple(f"{lock.path} is held by process {lock.owner}" for lock in facts.locks if lock.owner is not None)
    stale = [lock for lock in facts.locks if lock.owner is None and lock.age > STALE]
    return Report(held or ("none is held",), tuple(_stale(lock) for lock in stale))


def _stale(lock: Lock) -> Problem:
    what = f"{lock.path} has been there for {lock.age / 60:.0f} minutes, and no process has it open"
    if lock.ours:
        return Problem(what, "ralph-hooks recover", Fix.RECOVER)
    return Problem(what, f"rm {shlex.quote(str(lock.path))}")


def worktrees(facts: Facts) -> Report:
    ours = [tree for tree in facts.trees if tree.batch]
    agents = [tree for tree in facts.trees if tree.path.parts[-3:-1] == (".claude", "worktrees")]
    problems = [problem for tree in facts.trees for problem in _tree(tree)]
    problems += [
        Problem(f"{path} is no worktree of git's any more; look into it", f"rm -r {shlex.quote(str(path))}")
        for path in facts.strays
    ]
    whose = f"{len(ours)} of them of batches, {len(agents)} of Claude Code's agents"
    return Report((f"{len(facts.trees)} linked, {whose}",), tuple(problems))


def _tree(tree: Tree) -> list[Problem]:
    path = shlex.quote(str(tree.path))
    found = []
    if tree.holder and not tree.holder[1]:
        what = f"{tree.path} is locked by process {tree.holder[0]}, which is gone"
        found.append(Problem(what, f"git worktree unlock {path}", Fix.UNLOCK, tree.path))
    if not tree.there and tree.phase not in {"open", "opening"}:
        kept = tree.branch is not None  # a detached HEAD may be all that holds its commits
        what = f"the folder of the worktree {tree.path} is gone"
        mend = f"git worktree unlock {path}; git worktree remove {path}"
        found.append(Problem(what, mend, Fix.FORGET if kept else None, tree.path))
    elif tree.batch and tree.phase is None:
        what = f"{tree.path} belongs to batch {tree.batch}, which nobody knows; look into it"
        found.append(Problem(what, f"git worktree unlock {path}; git worktree remove {path}"))
    return found


def refs(facts: Facts) -> Report:
    total = sum(len(item.refs) for item in facts.named)
    lost = tuple(_lost(item) for item in facts.named if not item.known)
    return Report((f"{total} refs and branches of {len(facts.named)} batches",), lost)


def _lost(item: Named) -> Problem:
    what = f"nobody knows batch {item.batch}; look at what is kept of it: {', '.join(item.refs)}"
    mend = "; ".join(f"git update-ref -d {shlex.quote(ref)}" for ref in item.refs)
    return Problem(what, mend)


def batches(facts: Facts) -> Report:
    problems = [Problem(*facts.store_error)] if facts.store_error else []
    if facts.unfinished:
        problems.append(Problem("a crash left something half done", "ralph-hooks recover", Fix.RECOVER))
    lines = [f"{facts.over} are over"]
    batch = facts.open_batch
    if batch is not None:
        running = batch.in_state(State.RUNNING)
        lines.append(f"batch {batch.id} is {batch.phase} since {batch.started}, {len(running)} tasks are running")
        if not running:
            problems.append(Problem(f"every executor of batch {batch.id} has ended", "ralph-hooks land"))
        problems += [_homeless(attempt) for attempt in running if _is_gone(facts, attempt)]
    return Report(tuple(lines), tuple(problems))


def _is_gone(facts: Facts, attempt: Attempt) -> bool:
    there = {str(tree.path) for tree in facts.trees if tree.there}
    return bool(attempt.worktree) and str(Path(attempt.worktree).resolve()) not in there


def _homeless(attempt: Attempt) -> Problem:
    what = f"the worktree of running task {attempt.name} is gone"
    return Problem(what, f"ralph-hooks finish {shlex.quote(attempt.name)} --failed")


def disk(facts: Facts) -> Report:
    lines = [f"refs/ralph/ holds {_size(facts.disk_refs)} of its own, worktrees of batches {_size(facts.disk_trees)}"]
    if facts.pooled:
        kept = f"{facts.pooled} worktrees are kept for later batches, {_size(facts.disk_pool)}"
        lines.append(f"{kept}: `ralph-hooks gc --empty-pool`")
    if facts.disk_refs + facts.disk_trees < LARGE:
        return Report(tuple(lines))
    return Report(tuple(lines), (Problem("that is a lot", "ralph-hooks gc --older-than 7"),))


def _size(count: int) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count} {unit}"
        count //= 1024
    return f"{count} GiB"


CHECKS: Mapping[str, Callable[[Facts], Report]] = {
    "git": git,
    "configuration": configuration,
    "hooks": hooks,
    "claude": claude,
    "stop-handler": stop_handler,
    "locks": locks,
    "worktrees": worktrees,
    "refs": refs,
    "batches": batches,
    "disk": disk,
}
