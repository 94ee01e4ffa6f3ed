"""Executors that do anything that git allows: first as data, which hypothesis can draw and shrink, then as deeds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from conftest import IDENTITY
from hypothesis import strategies as st
from workshop import DATE, LISTS, Ran, Workshop

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "awaitingApproval": False, "mine": [1, "é"]}

# Names that shells, git's quoting, line-wise readers and option parsers trip over; one is no UTF-8. The last two stand
# where others have a folder or a file.
NAMES = (
    "a.txt", "b.txt", "src/a.py", "src/b.py", "src/deep/c d.txt", "lib/a.py", "-dash", ".dot/x", 'quo"te', "new\nline",
    "é.txt", "tab\there", " lead", "trail ", "*", ":(top)x", "back\\slash", os.fsdecode(b"\xff\xfe.raw"),
    "src/deep", "a.txt/inner",
)  # fmt: skip
BASE = NAMES[:-2]
WORDS = ("red", "green", "blue", "é\u2028", "tail\r")
MESSAGES = (
    "One", "Two\n\nWith a body.\n\nSigned-off-by: Eve <eve@example.org>", "--upload-pack=touch pwned", "$(touch pwned)",
    "\x1b[31mred", "#hash", "", "x" * 30, "é\u2028ü", "TASK_COMPLETE", "Ralph-Task: 9.9", "\n\n  late",
)  # fmt: skip
AUTHORS = ("Ada <ada@example.org>", "Öz <oz@example.org>", "No Mail <>")


@dataclass(frozen=True, slots=True)
class Step:
    """One deed. `pick`: which of the files that are there; `name`: a new path; `line`, `word`: where and what."""

    kind: str
    pick: int = 0
    name: str = ""
    line: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True)
class Executor:
    """What one executor does. What it has not committed at the end is left in its worktree."""

    steps: tuple[Step, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole batch. A person commits on the target while the executors work: `before` and `after` they do anything."""

    files: frozenset[str]
    executors: tuple[Executor, ...]
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    attributes: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(f"1.{number}" for number in range(1, len(self.executors) + 1))


PICKS, LINES = st.integers(0, 7), st.integers(0, 11)
EDITS = st.one_of(
    st.builds(Step, st.sampled_from(["replace", "insert", "cut"]), PICKS, line=LINES, word=st.sampled_from(WORDS)),
    st.builds(Step, st.just("create"), name=st.sampled_from(NAMES), word=st.sampled_from(WORDS)),
    st.builds(Step, st.sampled_from(["delete", "mode", "binary"]), PICKS),
    st.builds(Step, st.just("rename"), PICKS, name=st.sampled_from(NAMES)),
    st.builds(Step, st.just("symlink"), PICKS, word=st.sampled_from(["a.txt", "nowhere", "../out"])),
)
COMMITS = st.builds(Step, st.just("commit"), PICKS, word=st.sampled_from(MESSAGES))
OTHER = st.builds(Step, st.sampled_from(["merge", "rebase", "stage", "meddle", "ignored"]))
PERSON = st.lists(EDITS, max_size=4).map(tuple)


@st.composite
def executors(draw: st.DrawFn) -> Executor:
    steps = draw(st.lists(st.one_of(EDITS, EDITS, EDITS, COMMITS, OTHER), max_size=8))
    ends = draw(st.sampled_from([(), (), (Step("commit", word="Last"),)]))
    return Executor((*steps, *ends), failed=draw(st.sampled_from([False] * 7 + [True])))


SCENARIOS = st.builds(
    Scenario,
    files=st.frozensets(st.sampled_from(BASE), min_size=2, max_size=8),
    executors=st.lists(executors(), min_size=1, max_size=4).map(tuple),
    before=PERSON,
    after=PERSON,
    attributes=st.sampled_from(["", "", "*.txt merge=union\n", "*.py -merge\n", "* text=auto\n"]),
)


@dataclass(frozen=True, slots=True)
class Left:
    """What an executor had when it ended: its own commits, and its worktree as a tree, without ignored files."""

    commits: tuple[str, ...]
    tree: str
    worktree: Path


@dataclass(frozen=True, slots=True)
class Landed:
    """A scenario, carried out. `before`: the target's tip before it landed; `state`: the state file before `start`."""

    scenario: Scenario
    shop: Workshop
    base: str
    before: str
    state: str
    left: Mapping[str, Left]
    ran: Ran

    @property
    def finished(self) -> Iterator[tuple[str, str]]:
        """Id and pinned head of every attempt that was called done, in task order."""
        batch = self.ran.json["batch"]
        for index, task in enumerate(self.scenario.ids, 1):  # the list begins with a task that is done
            if not self.scenario.executors[index - 1].failed:
                yield task, self.shop.git("rev-parse", f"refs/ralph/done/{batch}/{index}")

    @property
    def commits(self) -> dict[str, str | None]:
        """The landed commit of each landed task."""
        return {item["id"]: item["commit"] for item in self.ran.json["landed"]}


def carry_out(scenario: Scenario, path: Path) -> Landed:
    """Make the repository, start, let everybody work, finish and land."""
    shop = _make(scenario, path)
    base, state = shop.git("rev-parse", "HEAD"), shop.read(shop.page(".ralph-state.json"))
    assert [task["id"] for task in shop.start(*scenario.ids).json["tasks"]] == list(scenario.ids)
    _as_person(shop, scenario.before, 1)
    left = {}
    for number, (task, executor) in enumerate(zip(scenario.ids, scenario.executors, strict=True)):
        place = shop.worktree(task)
        work(shop, place, executor.steps, DATE + 1000 * (number + 1))
        own = shop.git("rev-list", "HEAD", "^main", f"^{base}", at=place).split()
        left[task] = Left(tuple(own), worktree_tree(shop, place), place)
        shop.finish(task, *(["--failed"] if executor.failed else []))
    _as_person(shop, scenario.after, 2)
    before = shop.git("rev-parse", "main")
    return Landed(scenario, shop, base, before, state, left, shop.land())


def _make(scenario: Scenario, path: Path) -> Workshop:
    names = sorted(scenario.files)
    files: dict[str, str | bytes] = {name: _text(name) for name in names if not _is_below(name, names)}
    files |= {"logo.png": b"\x89PNG\0\1\2", ".gitattributes": scenario.attributes}
    tasks = "# Tasks\n\n## Phase 1\n\n- [x] 0.1 Done before\n" + "".join(
        LISTS["ralph"].format(id=task) for task in (*scenario.ids, "2.1")
    ).replace("2.1 [P]", "2.1")
    return Workshop.make(path, tasks, files, state=STATE)


def work(shop: Workshop, place: Path, steps: tuple[Step, ...], date: int) -> None:
    for number, step in enumerate(steps):
        if step.kind in _GIT_STEPS:
            _GIT_STEPS[step.kind](shop, place, step, date + number)
        else:
            _FILE_STEPS[step.kind](place, step)


def worktree_tree(shop: Workshop, place: Path) -> str:
    """The worktree as a tree: everything that is not ignored."""
    scratch = shop.path.with_name("scratch-index")  # with its date, or git would take fresh edits for old ones
    shutil.copy2(shop.git("rev-parse", "--path-format=absolute", "--git-path", "index", at=place), scratch)
    env = {"GIT_INDEX_FILE": str(scratch)}
    shop.git("-c", "advice.addEmbeddedRepo=false", "add", "--all", at=place, env=env)
    return shop.git("write-tree", at=place, env=env)


def _as_person(shop: Workshop, steps: tuple[Step, ...], number: int) -> None:
    if steps:
        work(shop, shop.path, (*steps, Step("commit", word=f"By hand {number}")), DATE + 100 * number)


def _files(place: Path) -> list[str]:
    """What an executor may touch: everything but git's, the spec's and our own files, in one order on every machine."""
    found = []
    for here, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not (Path(here) / name).is_symlink()]
        if Path(here) == place:
            folders[:] = [name for name in folders if name not in {".git", ".ralph", "specs"}]
        links = [entry.name for entry in Path(here).iterdir() if entry.is_symlink()]
        found += [(Path(here) / name).relative_to(place).as_posix() for name in {*names, *links}]
    return sorted({*found} - {".git", ".gitignore", ".gitattributes"})


def _picked(place: Path, step: Step) -> Path | None:
    files = _files(place)
    return place / files[step.pick % len(files)] if files else None


def _text(word: str) -> str:
    """Twelve lines that no other word gives, so that git does not take one new file for another one renamed."""
    return "".join(f"{word!a} {number}\n" for number in range(12))


def _is_below(name: str, names: list[str]) -> bool:
    return any(name.startswith(f"{other}/") for other in names)


def _clear(place: Path, name: str) -> Path:
    """Make room for a file: what stands there goes, and files where its folders must be."""
    path = place / name
    for parent in reversed(path.relative_to(place).parents[:-1]):
        if (place / parent).is_symlink() or (place / parent).is_file():
            (place / parent).unlink()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _edit(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path is None or path.is_symlink():
        return
    lines = path.read_bytes().split(b"\n")
    at = step.line % len(lines)
    new = [] if step.kind == "cut" else [f"{step.word} {step.line}".encode()]
    path.write_bytes(b"\n".join(lines[:at] + new + lines[at + (step.kind != "insert") :]))


def _create(place: Path, step: Step) -> None:
    _clear(place, step.name).write_text(_text(f"{step.word.strip()} in a new file"))


def _delete(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path:
        path.unlink()


def _mode(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path and not path.is_symlink():
        path.chmod(path.stat().st_mode ^ 0o111)


def _binary(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path:
        path.unlink()
        path.write_bytes(bytes(range(256)) + os.fsencode(path.name))


def _rename(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path is None or f"{path}/".startswith(f"{place / step.name}/") or f"{place / step.name}/".startswith(f"{path}/"):
        return
    aside = place / "aside"
    path.rename(aside)
    aside.rename(_clear(place, step.name))


def _symlink(place: Path, step: Step) -> None:
    path = _picked(place, step)
    if path:
        path.unlink()
        path.symlink_to(step.word)


def _meddle(place: Path, _: Step) -> None:
    """An executor with an older prompt: it ticks everything and writes to the log itself."""
    spec = place / "specs" / "demo"
    (spec / "tasks.md").write_text((spec / "tasks.md").read_text().replace("[ ]", "[x]"))
    (spec / ".progress.md").write_text((spec / ".progress.md").read_text() + f"\n## Learnings\n- of {place.name}\n")
    (spec / ".progress-task-0.md").write_text(f"## Learnings\n- more of {place.name}\n")


def _ignored(place: Path, _: Step) -> None:
    (place / "cache.ignored").write_text("nobody's")


def _commit(shop: Workshop, place: Path, step: Step, date: int) -> None:
    shop.git("add", "--all", at=place)
    author = AUTHORS[step.pick % len(AUTHORS)]
    odd = ("--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "--no-verify", "--author", author)
    shop.git("commit", "--quiet", *odd, "-F", "-", at=place, stdin=step.word, env=_dated(date))


def _stage(shop: Workshop, place: Path, _: Step, date: int) -> None:
    shop.git("add", "--all", at=place)


def _merge(shop: Workshop, place: Path, _: Step, date: int) -> None:
    """Take the target in as it is now; conflicts are settled for one side, or else the merge is off."""
    _commit(shop, place, Step("commit", word="Before the merge"), date)
    done = shop.git("merge", "--no-edit", "--no-ff", "-X", "ours", "main", at=place, env=_dated(date), accept=(0, 1, 2))
    if done and (_git_dir(shop, place) / "MERGE_HEAD").exists():
        shop.git("merge", "--abort", at=place)


def _rebase(shop: Workshop, place: Path, _: Step, date: int) -> None:
    _commit(shop, place, Step("commit", word="Before the rebase"), date)
    shop.git("rebase", "--quiet", "--empty=drop", "main", at=place, env=_dated(date), accept=(0, 1))
    if (_git_dir(shop, place) / "rebase-merge").exists():
        shop.git("rebase", "--abort", at=place)


def _git_dir(shop: Workshop, place: Path) -> Path:
    return Path(shop.git("rev-parse", "--absolute-git-dir", at=place))


def _dated(date: int) -> dict[str, str]:
    return IDENTITY | {"GIT_AUTHOR_DATE": f"{date} +0100", "GIT_COMMITTER_DATE": f"{date} +0100"}


_FILE_STEPS: Mapping[str, Callable[[Path, Step], None]] = {
    "replace": _edit, "insert": _edit, "cut": _edit, "create": _create, "delete": _delete, "rename": _rename,
    "mode": _mode, "symlink": _symlink, "binary": _binary, "meddle": _meddle, "ignored": _ignored,
}  # fmt: skip
_GIT_STEPS: Mapping[str, Callable[[Workshop, Path, Step, int], None]] = {
    "commit": _commit, "stage": _stage, "merge": _merge, "rebase": _rebase,
}  # fmt: skip
