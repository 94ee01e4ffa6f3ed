"""Every test runs with its own HOME and git configuration, fixed names and dates, so that commit ids are facts."""

from __future__ import annotations

import compileall
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A shell that starts the tests in the background has them ignore it, and Python keeps to that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Scratch repositories are made in memory, where there is room and nobody has said otherwise: a fifth less time.
MEMORY = Path("/dev/shm")
if not os.environ.get("TMPDIR") and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 8 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

pytest_plugins = ["every_git", "kill_points", "reliability"]
pytest.register_assert_rewrite("race", "sound")  # assertions outside of test modules that are to tell what they saw

# How many cases a property is tried with; a test that says a number itself keeps it. The machine may be busy.
QUIET = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ordinary", QUIET, max_examples=40, database=None)
settings.register_profile("thorough", QUIET, max_examples=500)
settings.load_profile("ordinary")

PACKAGE = Path(__file__).resolve().parents[1] / "ralph_hooks"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "1700000000 +0100",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0100",
}


def pytest_configure(config: pytest.Config) -> None:
    """Tests start thousands of our processes: compiled, as an installed package is, whatever the environment says."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PACKAGE, quiet=2)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git init` copies: git's own has fourteen sample hooks, too much for a thousand repositories."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("hooks", "info"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, template: Path) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    config = home / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp()))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Of tests/races/: options must be known before the tests are looked for."""
    parser.addoption("--race-rounds", type=int, default=232, help="so many rounds of tests/races, seeds from 0")
    parser.addoption("--race-seed", type=int, help="the round of tests/races that has this seed, alone")


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real task lists is not beside this checkout")
    return CORPUS
