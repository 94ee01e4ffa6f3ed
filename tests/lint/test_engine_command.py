"""`ralph-hooks lint` and `rule` as users and hooks call them."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ralph_hooks import cli
from ralph_hooks.cli import main
from ralph_hooks.lint.rules import RULES

GOOD = "- [ ] 1.1 [P] One\n  - **Files**: a.py\n- [ ] 1.2 [P] Two\n  - **Files**: b.py\n"
CLASH = GOOD.replace("b.py", "a.py")  # RH201, an error without a fix
REPEATED = GOOD.replace("[P] One", "[P] [P] One")  # RH008, a warning with a safe fix
MISSPELT = GOOD.replace("[P] One", "[PARALEL] One")  # RH005, a warning with an unsafe fix


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(place: Path, text: str, name: str = "specs/a/tasks.md") -> Path:
    path = place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def codes(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    main(["lint", "--format", "json", *argv])
    return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["lint", *argv]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err.removeprefix("ralph-hooks: error: ").removesuffix("\n")


# Exit codes.


@pytest.mark.parametrize(
    ("text", "argv", "code"),
    [
        (GOOD, [], 0),
        (CLASH, [], 1),
        (CLASH, ["--exit-zero"], 0),
        (CLASH, ["--ignore", "same-file"], 0),
        (CLASH, ["--select", "RH0"], 0),
        (REPEATED, [], 0),
        (REPEATED, ["--fail-on", "warning"], 1),
        (REPEATED, ["--fail-on", "info"], 1),
        (REPEATED, ["--fail-on", "error"], 0),
    ],
)
def test_the_exit_code_says_whether_something_is_bad_enough(place: Path, text: str, argv: list[str], code: int) -> None:
    write(place, text)
    assert main(["lint", *argv]) == code
    assert main(["lint", "--format", "json", *argv]) == code


def test_fail_on_can_be_configured_and_overruled(place: Path) -> None:
    write(place, REPEATED)
    write(place, 'fail_on = "warning"\n', ".ralph-hooks.toml")
    assert main(["lint"]) == 1
    assert main(["lint", "--fail-on", "error"]) == 0


def test_nothing_to_lint_is_clean(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == "0 lists, nothing found\n"


# Selection and configuration.


def test_select_begins_anew_and_ignore_takes_more_away(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH.replace("[P] One", "[P] [P] One"))
    write(place, 'ignore = ["RH008"]\n', ".ralph-hooks.toml")
    assert codes(capsys) == ["RH201"]
    assert codes(capsys, "--ignore", "RH201") == []
    assert codes(capsys, "--select", "RH008,same-file") == ["RH008", "RH201"]
    assert codes(capsys, "--select", "RH008", "--select", "RH201", "--ignore", "RH2") == ["RH008", "RH201"]


@pytest.mark.parametrize(
    ("config", "argv", "message"),
    [
        ("", ["--select", "RH2011"], "--select: there is no rule 'RH2011'; did you mean RH201?"),
        ("", ["--ignore", "samefile"], "--ignore: there is no rule 'samefile'; did you mean same-file?"),
        ("#\nselect = ['X']\n", [], ".ralph-hooks.toml:2: there is no rule 'X'; see `ralph-hooks rule`"),
        ("ignore = ['same-fil']\n", [], ".ralph-hooks.toml:1: there is no rule 'same-fil'; did you mean same-file?"),
        (
            "#\n[per_file_ignores]\n'a' = ['RH999']\n",
            [],
            ".ralph-hooks.toml:2: there is no rule 'RH999'; did you mean RH",
        ),
        ("selct = []\n", [], ".ralph-hooks.toml:1: unknown key 'selct'; did you mean select?"),
        (
            "fail_on = 'never'\n",
            [],
            ".ralph-hooks.toml:1: fail_on cannot be 'never'; it is one of error, warning, info",
        ),
        ("", ["gone.md"], "there is no gone.md; name a task list or a folder"),
        ("", ["-", "a"], "standard input is linted alone; give `-` or paths"),
        ("", ["--stdin-filename", "a"], "--stdin-filename without standard input; add `-`"),
        ("", ["--unsafe-fixes"], "--unsafe-fixes alone fixes nothing; add --fix, or --diff to see what it would do"),
        ("", ["--fix", "--diff"], "--diff and --fix exclude each other; give one of them"),
        ("", ["--diff", "--format", "sarif"], "--format sarif has no such form; print it as text"),
        ("", ["--statistics", "--format", "junit"], "--format junit has no such form; print it as text"),
        ("", ["--baseline", "gone.json"], "the baseline gone.json is not there; make it with --write-baseline"),
        ("", ["--config", "gone.toml"], "gone.toml is not there; name a file with settings"),
        ("", ["--config", "a.ini"], "a.ini is neither TOML nor YAML; name it .toml or .yaml"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], config: str, argv: list[str], message: str
) -> None:
    write(place, GOOD)
    write(place, config, ".ralph-hooks.toml")
    assert refused(capsys, *argv).startswith(message)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other.toml", 'ignore = ["RH201"]\n'),
        ("other.yaml", "ignore: [RH201]\n"),
        ("sub/pyproject.toml", '[tool.ralph-hooks]\nignore = ["RH201"]\n'),
    ],
)
def test_config_names_the_file_and_no_other_is_read(
    place: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    write(place, CLASH)
    write(place, "broken =\n", ".ralph-hooks.toml")
    write(place, text, name)
    assert codes(capsys, "--config", name) == []


def test_per_file_ignores_and_excludes(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH)
    write(place, CLASH, "specs/b/tasks.md")
    assert codes(capsys) == ["RH201", "RH201"]
    write(place, '[per_file_ignores]\n"specs/a/**" = ["RH2"]\n', ".ralph-hooks.toml")
    assert codes(capsys) == ["RH201"]
    write(place, 'exclude = ["specs/*/tasks.md"]\n', ".ralph-hooks.toml")
    assert codes(capsys) == codes(capsys, "specs/a/tasks.md") == []


@pytest.mark.parametrize(
    ("setting", "text", "code"),
    [
        ("max_group = 1", GOOD, "RH104"),
        ('shared_files = ["b.py"]', GOOD, "RH210"),
        ('required_fields = ["Verify"]\nselect = ["RH301"]', GOOD, "RH301"),
    ],
)
def test_settings_reach_the_rules(
    place: Path, capsys: pytest.CaptureFixture[str], setting: str, text: str, code: str
) -> None:
    write(place, text)
    assert code not in codes(capsys)
    write(place, setting + "\n", ".ralph-hooks.toml")
    assert code in codes(capsys)


def test_the_settings_of_the_linter_have_the_defaults_of_the_configuration() -> None:
    from ralph_hooks.config import Config  # noqa: PLC0415
    from ralph_hooks.lint.model import Settings  # noqa: PLC0415
    from ralph_hooks.lint.report.model import URL  # noqa: PLC0415

    for name in ("max_parallel", "max_group", "required_fields"):
        assert getattr(Config(), name) == getattr(Settings(), name)
    assert Config().rule_url == URL


def test_show_settings_lints_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH)
    assert main(["lint", "--show-settings", "--select", "RH20", "--dialect", "plain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 'dialect = "plain"' in lines
    assert "max_parallel = 3" in lines
    assert lines[-1].startswith('rules = ["RH201", ')
    main(["lint", "--show-settings", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["fail_on"] == "error"


def test_a_suppression_is_honoured(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH.replace("Two\n", "Two <!-- ralph-hooks: ignore[RH201] both append -->\n"))
    assert codes(capsys) == []


# Output.


def test_text_has_place_snippet_page_and_summary(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH)
    main(["lint"])
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].startswith("specs/a/tasks.md:4:16: error RH201 same-file: ")
    assert lines[2:5] == ["4 |   - **Files**: a.py", "  |                ^^^^", "  = docs/rules/RH201.md"]
    assert lines[-2] == "1 error in 1 list"


def test_paths_are_relative_to_where_one_is(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(place, CLASH)
    monkeypatch.chdir(path.parent)
    main(["lint", str(path)])
    assert capsys.readouterr().out.startswith("tasks.md:4:16: ")


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_output_is_the_same_every_time(place: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    for name in "bca":
        write(place, CLASH + MISSPELT, f"specs/{name}/tasks.md")
    runs = [(main(["lint", "--format", form]), capsys.readouterr().out) for _ in range(2)]
    assert runs[0] == runs[1]
    assert [runs[0][1].index(f"specs/{name}/") for name in "abc"] == sorted(
        runs[0][1].index(f"specs/{name}/") for name in "abc"
    )


def test_a_terminal_gets_colours_unless_no_color_is_set(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place, CLASH)
    main(["lint"])
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    main(["lint"])
    assert "\x1b" not in capsys.readouterr().out  # conftest sets NO_COLOR
    monkeypatch.delenv("NO_COLOR")
    main(["lint"])
    assert "\x1b[31m" in capsys.readouterr().out
    monkeypatch.setenv("TERM", "dumb")
    main(["lint"])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_a_stream_that_knows_no_unicode_gets_question_marks(place: Path, form: str) -> None:
    write(place, CLASH.replace("a.py", "ä.py"), "specs/漢/tasks.md")
    done = subprocess.run(
        [sys.executable, "-m", "ralph_hooks", "lint", "--format", form],
        cwd=place,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"RH201" in done.stdout


@pytest.mark.parametrize("argv", [["--fail-on", "never"], ["--dialect", "x"], ["--format", "x"]])
def test_choices_are_named_as_they_are_typed(place: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert "<" not in refused(capsys, *argv)


def test_statistics(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH + MISSPELT)
    assert main(["lint", "--statistics", "--select", "RH005,RH201"]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        "1  RH005  warning  misspelt-marker  (1 fixable)",
        "1  RH201  error    same-file",
    ]
    assert main(["lint", "--statistics", "--format", "json", "--exit-zero"]) == 0
    assert json.loads(capsys.readouterr().out)["statistics"]


# Fixes.


def test_fix_writes_and_says_so(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(place, REPEATED)
    path.chmod(0o600)
    assert main(["lint", "--fix"]) == 0
    assert path.read_text() == GOOD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capsys.readouterr().out == "1 list, nothing found; 1 fixed\n"


def test_unsafe_fixes_are_applied_only_when_asked_for(place: Path) -> None:
    path = write(place, MISSPELT)
    main(["lint", "--fix"])
    assert path.read_text() == MISSPELT
    main(["lint", "--fix", "--unsafe-fixes"])
    assert path.read_text() == GOOD


def test_diff_shows_and_writes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(place, REPEATED)
    assert main(["lint", "--diff"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[:2] == ["--- a/specs/a/tasks.md", "+++ b/specs/a/tasks.md"]
    assert said.err == "ralph-hooks: 1 fixes in 1 of 1 lists\n"
    assert path.read_text() == REPEATED
    write(place, GOOD)
    assert main(["lint", "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_a_list_without_fixes_is_not_touched(place: Path) -> None:
    path = write(place, "")
    path.write_bytes(b"\xef\xbb\xbf" + CLASH.replace("\n", "\r\n").encode() + b"\xff\n")
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    main(["lint", "--fix", "--unsafe-fixes"])
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_without_fix_nothing_is_ever_written(place: Path) -> None:
    path = write(place, REPEATED)
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    for form in ("text", "json", "github", "sarif", "junit"):
        main(["lint", "--format", form])
    assert path.stat().st_mtime_ns == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["tasks.md"]


# Standard input.


class Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_standard_input_is_taken_for_the_file_it_is_named(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(CLASH.encode()))
    assert main(["lint", "--stdin-filename", "specs/x/tasks.md", "-"]) == 1
    assert capsys.readouterr().out.startswith("specs/x/tasks.md:4:16: error RH201")
    write(place, 'exclude = ["specs/x"]\n', ".ralph-hooks.toml")
    monkeypatch.setattr(sys, "stdin", Stdin(CLASH.encode()))
    assert codes(capsys, "--stdin-filename", "specs/x/tasks.md", "-") == []


def test_fixing_standard_input_gives_the_text_alone(place: Path) -> None:
    for text, fixed in ((REPEATED, GOOD), (GOOD, GOOD)):
        done = subprocess.run(
            [sys.executable, "-m", "ralph_hooks", "lint", "--fix", "-"],
            cwd=place,
            input=text.encode() + b"\xff",
            check=False,
            capture_output=True,
        )
        assert done.stdout == fixed.encode() + b"\xff"
        assert b"1 list" in done.stderr


# The baseline.


def test_a_baseline_hides_what_was_there_and_misses_what_is_gone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(place, CLASH)
    assert main(["lint", "--write-baseline"]) == 0
    assert capsys.readouterr().out == "1 findings are known in .ralph-hooks-baseline.json\n"
    base = ["--baseline", ".ralph-hooks-baseline.json"]
    assert codes(capsys, *base) == []
    write(place, "# Moved\n\n" + CLASH)
    assert codes(capsys, *base) == []
    assert codes(capsys) == ["RH201"]
    write(place, GOOD)
    assert main(["lint", *base]) == 0
    assert capsys.readouterr().out.startswith(".ralph-hooks-baseline.json:4:1: warning RH901 unused-suppression: ")
    assert main(["lint", *base, "--fail-on", "warning"]) == 1


def test_a_configured_baseline_is_found_from_everywhere(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(place, CLASH)
    write(place, 'baseline = "known.json"\n', ".ralph-hooks.toml")
    monkeypatch.chdir(path.parent)
    assert main(["lint", "--write-baseline"]) == 0
    assert (place / "known.json").exists()
    capsys.readouterr()
    assert codes(capsys) == codes(capsys, "tasks.md") == []


def test_writing_a_baseline_keeps_what_was_not_looked_at(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, CLASH)
    write(place, CLASH, "specs/b/tasks.md")
    main(["lint", "--write-baseline"])
    write(place, GOOD)
    main(["lint", "--write-baseline", "specs/a/tasks.md"])
    entries = json.loads((place / ".ralph-hooks-baseline.json").read_text())["findings"]
    assert [entry["path"] for entry in entries] == ["specs/b/tasks.md"]


def test_fixing_leaves_alone_what_the_baseline_knows(place: Path) -> None:
    path = write(place, REPEATED)
    main(["lint", "--write-baseline"])
    main(["lint", "--fix", "--baseline", ".ralph-hooks-baseline.json"])
    assert path.read_text() == REPEATED


# Bad input.


def test_what_is_no_text_is_a_finding(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {
        "utf16": GOOD.encode("utf-16"),
        "binary": bytes(range(256)) * 40,
        "large": b"- [ ] 1.1 x\n" * 4_500_000,
        "latin": b"- [ ] 1.1 caf\xe9\n",
    }
    for name, content in bad.items():
        write(place, "", f"{name}/tasks.md").write_bytes(content)
    (place / "fifo").mkdir()
    os.mkfifo(place / "fifo" / "tasks.md")
    (place / "link").mkdir()
    (place / "link" / "tasks.md").symlink_to("nowhere")
    (place / "folder" / "tasks.md").mkdir(parents=True)
    assert main(["lint", "--format", "json", "--select", "RH2"]) == 1
    said = capsys.readouterr()
    messages = {one["path"]: one["message"] for one in json.loads(said.out)["findings"]}
    assert said.err == ""
    assert messages == {
        "binary/tasks.md": "binary/tasks.md is binary, no text",
        "fifo/tasks.md": "fifo/tasks.md is not a regular file",
        "large/tasks.md": "large/tasks.md has 54 MB: no task list is that long, it was not read",
        "latin/tasks.md": "latin/tasks.md is not UTF-8: the byte 0xe9",
        "link/tasks.md": "link/tasks.md is a link that leads nowhere",
        "utf16/tasks.md": "utf16/tasks.md is UTF-16: save it as UTF-8",
    }
    for form in ("text", "github", "sarif", "junit"):
        assert main(["lint", "--format", form, "--fix"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "- " * 10_000 + "[ ] 1.1 deep",
        "> " * 10_000 + "- [ ] 1.1 deep",
        "\n".join("  " * depth + "- [ ] 1.1 deep" for depth in range(1_000)),
        "[" * 10_000,
        "<!-- ralph-hooks: ignore[" * 5_000,
        "- [ ] 1.1 " + "[P]" * 5_000,
        "`" * 10_000 + "\n" + "- [ ] 1.1\n" * 10,
        "### [PARALLEL] a\n" * 2_000,
        "*" * 10_000,
        "\0",
    ],
    ids=range(10),
)
def test_deep_and_odd_lists_are_linted_in_time(place: Path, text: str) -> None:
    write(place, text)
    done = subprocess.run(
        [sys.executable, "-m", "ralph_hooks", "lint", "--fix"], cwd=place, check=False, capture_output=True, timeout=30
    )
    assert done.returncode in {0, 1}, done.stderr
    assert b"Traceback" not in done.stderr


# Rules explain themselves.


def test_rule_explains_by_code_and_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "rh201"]) == 0
    by_code = capsys.readouterr().out
    assert by_code.startswith("RH201 same-file (error)\n\n")
    assert "<!-- ralph-hooks: ignore[RH201] reason -->" in by_code
    main(["rule", "same-file"])
    assert capsys.readouterr().out == by_code


def test_rule_lists_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]


def test_rule_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rule", "RH201", "--format", "json"])
    one: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (one["code"], one["name"], one["severity"], one["default"]) == ("RH201", "same-file", "error", True)
    main(["rule", "--format", "json"])
    assert one in json.loads(capsys.readouterr().out)["rules"]


def test_an_unknown_rule_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "same-fiel"]) == cli.ERROR
    assert capsys.readouterr().err == "ralph-hooks: error: there is no rule 'same-fiel'; did you mean same-file?\n"
