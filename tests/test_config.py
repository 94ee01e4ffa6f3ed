"""The configuration: three places, one schema, and messages that say where and what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ralph_hooks.config import Config, load
from ralph_hooks.errors import UsageError

EVERYTHING = Config(
    dialect="speckit",
    max_parallel=5,
    link=("node_modules", "web/.venv"),
    copy=(".env",),
    setup="make deps",
    setup_timeout=60.0,
    stop_handler="reads",
    max_task_iterations=2,
    keep_worktrees=True,
    lock_timeout=1.5,
    sign_timeout=10.0,
)

TOML = """\
dialect = "speckit"
max_parallel = 5
link = ["node_modules/", "web/.venv"]
copy = [".env"]
setup = "make deps"
setup_timeout = 60
stop_handler = "reads"
max_task_iterations = 2
keep_worktrees = true
lock_timeout = 1.5
sign_timeout = 10
"""

YAML = """\
dialect: speckit
max_parallel: 5
link: [node_modules/, web/.venv]
copy:
  - .env
setup: make deps
setup_timeout: 60
stop_handler: reads
max_task_iterations: 2
keep_worktrees: true
lock_timeout: 1.5
sign_timeout: 10
"""


def refused(root: Path) -> str:
    with pytest.raises(UsageError) as error:
        load(root)
    return str(error.value)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert load(tmp_path) == Config(source=None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".ralph-hooks.toml", TOML),
        (".ralph-hooks.toml", "\ufeff" + TOML.replace("\n", "\r\n")),
        (".ralph-hooks.yaml", YAML),
        (".ralph-hooks.yaml", "\ufeff" + YAML.replace("\n", "\r\n")),
        ("pyproject.toml", '[project]\nname = "x"\n\n[tool.ralph-hooks]\n' + TOML),
    ],
)
def test_every_source_has_the_same_schema(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    loaded = load(tmp_path)
    assert loaded.source == name
    assert {key: getattr(loaded, key) for key in Config._fields if key not in {"source", "lines"}} == {
        key: getattr(EVERYTHING, key) for key in Config._fields if key not in {"source", "lines"}
    }


@pytest.mark.parametrize("text", ["", "# nothing\n"])
@pytest.mark.parametrize("name", [".ralph-hooks.toml", ".ralph-hooks.yaml"])
def test_an_empty_file_gives_the_defaults(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert load(tmp_path) == Config(source=name)


@pytest.mark.parametrize(
    "text",
    ['[project]\nname = "x"\n', '[project]\nname = "ralph-hooks"\n', "[tool]\nother = 'ralph-hooks'\n", "= no ["],
)
def test_a_pyproject_of_somebody_else_is_no_source(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert load(tmp_path) == Config()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (".ralph-hooks.toml", ".ralph-hooks.yaml"),
        (".ralph-hooks.toml", "pyproject.toml"),
        (".ralph-hooks.yaml", "pyproject.toml"),
    ],
)
def test_two_sources_are_refused_and_both_named(tmp_path: Path, one: str, other: str) -> None:
    for name in (one, other):
        (tmp_path / name).write_text("[tool.ralph-hooks]\n" if name == "pyproject.toml" else "")
    assert refused(tmp_path) == f"{one} and {other} both hold the configuration; keep one of them"


def test_a_misspelt_file_name_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".ralph-hooks.yml").write_text("")
    assert refused(tmp_path) == ".ralph-hooks.yml is not read; rename it to .ralph-hooks.yaml"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            ".ralph-hooks.toml",
            'setup = "a"\nmax-parallel = 2\n',
            ".ralph-hooks.toml:2: unknown key 'max-parallel'; did you mean max_parallel?",
        ),
        (
            ".ralph-hooks.yaml",
            "setup: a\n\nmaxparalel: 2\n",
            ".ralph-hooks.yaml:3: unknown key 'maxparalel'; did you mean max_parallel?",
        ),
        (
            "pyproject.toml",
            "[tool.other]\nSetup = 1\n\n[tool.ralph-hooks]\nSetup = 'a'\n",
            "pyproject.toml:5: unknown key 'Setup'; did you mean setup?",
        ),
        (
            "pyproject.toml",
            "[tool.ralph-hooks]\nsetup = 'a'\n[tool.ralph-hooks.linkk]\na = 1\n",
            "pyproject.toml: unknown key 'linkk'; did you mean link?",
        ),
        (
            ".ralph-hooks.toml",
            "sett = 1\n[other]\nsett = 2\n",
            ".ralph-hooks.toml:1: unknown key 'sett'; did you mean setup?",
        ),
        (".ralph-hooks.toml", "[links]\n", ".ralph-hooks.toml:1: unknown key 'links'; did you mean link?"),
        (".ralph-hooks.yaml", "source: x\n", ".ralph-hooks.yaml:1: unknown key 'source'"),
        (".ralph-hooks.yaml", "1: x\n", ".ralph-hooks.yaml:1: unknown key '1'; the keys are dialect, max_parallel,"),
    ],
)
def test_an_unknown_key_names_its_line_and_the_nearest(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    assert refused(tmp_path).startswith(message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('dialect = "Ralph"', "dialect cannot be 'Ralph'; it is one of ralph, speckit, plain"),
        ("dialect = [1]", "dialect cannot be [1]; it is one of ralph, speckit, plain"),
        ("max_parallel = 0", "max_parallel cannot be 0; it is a whole number from 1 to 64"),
        ("max_parallel = 65", "max_parallel cannot be 65; it is a whole number from 1 to 64"),
        ("max_parallel = 2.0", "max_parallel cannot be 2.0; it is a whole number from 1 to 64"),
        ("max_parallel = true", "max_parallel cannot be true; it is a whole number from 1 to 64"),
        ("max_task_iterations = 0", "max_task_iterations cannot be 0; it is a whole number from 1 to 1000"),
        ("setup_timeout = 0", "setup_timeout cannot be 0; it is a number of seconds above 0, at most 86400"),
        ("lock_timeout = -1", "lock_timeout cannot be -1; it is a number of seconds above 0, at most 86400"),
        ("sign_timeout = nan", "sign_timeout cannot be nan; it is a number of seconds above 0, at most 86400"),
        ("sign_timeout = inf", "sign_timeout cannot be inf; it is a number of seconds above 0, at most 86400"),
        ("lock_timeout = true", "lock_timeout cannot be true; it is a number of seconds above 0, at most 86400"),
        ("lock_timeout = 86401", "lock_timeout cannot be 86401; it is a number of seconds above 0, at most 86400"),
        ('lock_timeout = "60"', "lock_timeout cannot be '60'; it is a number of seconds above 0, at most 86400"),
        ('keep_worktrees = "yes"', "keep_worktrees cannot be 'yes'; it is true or false"),
        ("keep_worktrees = 1", "keep_worktrees cannot be 1; it is true or false"),
        ('stop_handler = "none"', "stop_handler cannot be 'none'; it is one of auto, increments, reads"),
        ('setup = " "', "setup cannot be ' '; it is a shell command in quotes"),
        ('setup = "a\\u0000"', "setup cannot be 'a\\x00'; it is a shell command in quotes"),
        ('setup = ["a"]', "setup cannot be ['a']; it is a shell command in quotes"),
    ],
)
def test_a_wrong_value_says_what_is_expected(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / ".ralph-hooks.toml").write_text(f"# first\n{line}\n")
    assert refused(tmp_path) == f".ralph-hooks.toml:2: {message}"


@pytest.mark.parametrize(
    "path",
    ["/etc", "../x", "a/../b", "..", ".", "", ".git", ".git/hooks", "a/.git", ".GIT/x", "~/x", "a\nb", "a\0b"],
)
@pytest.mark.parametrize("key", ["link", "copy"])
def test_link_and_copy_stay_inside_the_repository(tmp_path: Path, key: str, path: str) -> None:
    escaped = path.replace("\n", "\\n").replace("\0", "\\u0000")
    (tmp_path / ".ralph-hooks.toml").write_text(f'{key} = ["fine", "{escaped}"]\n')
    message = refused(tmp_path)
    assert message.startswith(f".ralph-hooks.toml:1: {key} cannot be ['fine', ")
    assert message.endswith("; it is a list of paths below the repository, relative, without .. and .git")


@pytest.mark.parametrize("value", ['"node_modules"', "[1]", "{a = 1}"])
def test_link_is_a_list_of_strings(tmp_path: Path, value: str) -> None:
    (tmp_path / ".ralph-hooks.toml").write_text(f"link = {value}\n")
    assert refused(tmp_path).startswith(".ralph-hooks.toml:1: link cannot be")


@pytest.mark.parametrize(
    ("link", "copy"),
    [('["web"]', '["web/.env"]'), ('["web/node_modules"]', '["web"]'), ('["a"]', '["a"]'), ('["a", "./a"]', "[]")],
)
def test_nothing_is_copied_through_a_link(tmp_path: Path, link: str, copy: str) -> None:
    (tmp_path / ".ralph-hooks.toml").write_text(f"link = {link}\ncopy = {copy}\n")
    assert refused(tmp_path).endswith("; name each path once, none inside another")


@pytest.mark.parametrize(
    ("name", "text", "start"),
    [
        (".ralph-hooks.toml", "setup = 'a'\nlink = [\n", ".ralph-hooks.toml"),
        (".ralph-hooks.toml", "setup = 'a'\nlink = = 1\n", ".ralph-hooks.toml:2: not TOML: "),
        ("pyproject.toml", "[tool.ralph-hooks]\nlink = = 1\n", "pyproject.toml:2: not TOML: "),
        (".ralph-hooks.toml", "link = " + "[" * 5000, ".ralph-hooks.toml: not TOML: "),
        (".ralph-hooks.yaml", "setup: a\nlink: [\n", ".ralph-hooks.yaml:3: not YAML: "),
        (".ralph-hooks.yaml", "setup: a\n\tlink: b\n", ".ralph-hooks.yaml:2: not YAML: "),
        (".ralph-hooks.yaml", "setup: !!python/name:os.system\n", ".ralph-hooks.yaml:1: not YAML: "),
        (".ralph-hooks.yaml", "setup: a\n---\nsetup: b\n", ".ralph-hooks.yaml:2: not YAML: "),
        (".ralph-hooks.yaml", "setup: 2026-13-45\n", ".ralph-hooks.yaml: not YAML: month must be in 1..12"),
        (".ralph-hooks.yaml", "setup: a\nsetup: b\n", ".ralph-hooks.yaml:2: setup is there twice; keep one of them"),
        (".ralph-hooks.yaml", "- setup\n", ".ralph-hooks.yaml: the configuration is not a table of keys"),
        ("pyproject.toml", "[tool]\nralph-hooks = 1\n", "pyproject.toml: the configuration is not a table of keys"),
    ],
)
def test_broken_files_are_one_clear_line(tmp_path: Path, name: str, text: str, start: str) -> None:
    (tmp_path / name).write_text(text)
    message = refused(tmp_path)
    assert message.startswith(start)
    assert "\n" not in message


@pytest.mark.parametrize("name", [".ralph-hooks.toml", ".ralph-hooks.yaml", "pyproject.toml"])
def test_a_directory_in_its_place_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert refused(tmp_path) == f"{name}: Is a directory; make it a readable file"


@pytest.mark.parametrize("name", [".ralph-hooks.toml", ".ralph-hooks.yaml", "pyproject.toml"])
def test_bytes_that_are_no_utf8_are_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"setup = '\xff'")
    assert refused(tmp_path) == f"{name}: not UTF-8 at byte 9; save it as UTF-8"


def test_without_a_file_no_parser_is_imported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    code = (
        "import sys; from pathlib import Path; from ralph_hooks.config import load; load(Path(sys.argv[1]));"
        "print([name for name in ('tomllib', 'yaml') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
