"""Tests on other gits than the one that is there: `--git KIND,…` or `--git all` runs each test on each of them.

A kind is a version of git, a format of refs and a hash for new repositories. The core tests are marked
`compat("topic")`; `--compatibility` writes what a run of them on all kinds has shown into docs/compatibility.md.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from debian_git import unpacked

from ralph_hooks.git import features

PAGE = Path(__file__).resolve().parents[1] / "docs" / "compatibility.md"
BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"
PROPERTY = "git"
TOPICS = ("landing", "refusals", "recovery", "worktrees", "hooks", "installing")
_RUN = pytest.StashKey["Run"]()

UseGit = Callable[[str], None]


class Kind(NamedTuple):
    """What a repository is made by and of. `suite`: of Debian, whose git it is."""

    suite: str
    refs: str
    hash: str

    @property
    def name(self) -> str:
        return "-".join(self)


def _kinds() -> Iterator[Kind]:
    for suite, formats in (("bookworm", ("files",)), ("trixie", ("files", "reftable")), ("sid", ("files", "reftable"))):
        for refs in formats:  # reftable came with 2.45
            yield from (Kind(suite, refs, name) for name in ("sha1", "sha256"))


KINDS = {kind.name: kind for kind in _kinds()}


class Run:
    """What the tests of a run have come to, as their reports come in."""

    def __init__(self) -> None:
        self.failed = False
        self.versions: dict[str, str] = {}
        self.passed: Counter[tuple[str, str]] = Counter()  # by kind and topic

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed
        if report.when == "call" and report.passed:
            for kind, version, topic in (value for name, value in report.user_properties if name == PROPERTY):
                self.versions[kind] = version
                self.passed[kind, topic] += 1


def matrix(versions: Mapping[str, str], passed: Mapping[tuple[str, str], int]) -> str:
    """The table of the page: a line for each kind."""
    head = ["git", "from Debian's", "refs", "objects", *TOPICS, "what it is used for beyond 2.38"]
    lines = [_row(kind, versions[name], [passed[name, topic] for topic in TOPICS]) for name, kind in KINDS.items()]
    return "\n".join([_line(head), "|---" * len(head) + "|", *lines])


def filled(page: str, versions: Mapping[str, str], passed: Mapping[tuple[str, str], int]) -> str:
    """The page with the kinds on which a run has passed every topic; the lines of others stay."""
    for name, kind in KINDS.items():
        counts = [passed[name, topic] for topic in TOPICS]
        if all(counts):
            here = re.escape(f" | {kind.suite} | {kind.refs} | {kind.hash} | ")
            page = re.sub(rf"^\| \S+{here}.*$", _row(kind, versions[name], counts), page, flags=re.MULTILINE)
    return page


def _row(kind: Kind, version: str, counts: list[int]) -> str:
    return _line([version, *kind, *(f"{count} passed" for count in counts), used(version)])


def used(version: str) -> str:
    """What this project makes use of in a version of git, in words."""
    can = features.features(tuple(int(part) for part in version.split(".")))
    return ", ".join(name for name, there in can.named() if there) or "nothing"


def without_figures(table: str) -> str:
    """The table without what is another one every day."""
    return re.sub(r"\d+ passed", "passed", table)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


@pytest.fixture(autouse=True)
def _git(request: pytest.FixtureRequest, _own_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The git of the test's kind; without `--git`, the one that is there, in its default formats."""
    if (kind := getattr(request, "param", None)) is None:
        yield
        return
    with _on_path(monkeypatch, kind.suite):
        monkeypatch.setenv("GIT_DEFAULT_HASH", kind.hash)
        monkeypatch.setenv("GIT_DEFAULT_REF_FORMAT", kind.refs)
        version = ".".join(map(str, features.version()))
        topics = [mark.args[0] for mark in request.node.iter_markers("compat")]
        request.node.user_properties.extend((PROPERTY, (kind.name, version, topic)) for topic in topics)
        yield


@pytest.fixture
def use_git(monkeypatch: pytest.MonkeyPatch) -> Iterator[UseGit]:
    """`use_git(suite)`: from here on `git` is that of this suite of Debian, in this process too."""
    with ExitStack() as stack:
        yield lambda suite: stack.enter_context(_on_path(monkeypatch, suite))


@contextmanager
def _on_path(monkeypatch: pytest.MonkeyPatch, suite: str) -> Iterator[None]:
    monkeypatch.setenv("PATH", f"{unpacked(suite)}{os.pathsep}{os.environ['PATH']}")
    yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--git", metavar="KIND,…", help=f"run on these gits: all, or of {', '.join(KINDS)}")
    parser.addoption("--compatibility", action="store_true", help=f"write what this run shows into docs/{PAGE.name}")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"compat(topic): of what must hold on every git; topics: {', '.join(TOPICS)}")
    config.stash[_RUN] = Run()
    config.pluginmanager.register(config.stash[_RUN])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if asked := metafunc.config.getoption("--git"):
        kinds = [KINDS[name] for name in (KINDS if asked == "all" else asked.split(","))]
        metafunc.parametrize("_git", kinds, indirect=True, ids=[kind.name for kind in kinds])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Runs in the process that hears of all tests."""
    if not config.getoption("--compatibility"):
        return
    run = config.stash[_RUN]
    if run.failed:
        terminalreporter.line(f"{PAGE.name} is as it was: something failed")
    else:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(filled(page, run.versions, run.passed), encoding="utf-8")
