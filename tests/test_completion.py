"""Completion scripts: made from the parsers, and run in the shells that are there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ralph_hooks.cli import VERBS, main
from ralph_hooks.commands.completion import SHELLS, verbs


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def run(shell: str, text: str, place: Path) -> list[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell], input=text, cwd=place, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_every_verb_is_found() -> None:
    assert {verb.name for verb in verbs()} == set(VERBS)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_has_every_verb_and_option(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    for verb in verbs():
        assert verb.name in text
        for option in verb.options:
            assert any(name.lstrip("-") in text for name in option.names)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ralph-hooks", "li"], ["lint"]),
        (["ralph-hooks", "re"], ["recover", "resolve"]),
        (["ralph-hooks", "--v"], ["--version"]),
        (["ralph-hooks", "lint", "--un"], ["--unsafe-fixes"]),
        (["ralph-hooks", "lint", "--format", "s"], ["sarif"]),
        (["ralph-hooks", "completion", "z"], ["zsh"]),
        (["ralph-hooks", "lint", "--config", "so"], ["some.toml"]),
        (["ralph-hooks", "lint", "so"], ["some.toml"]),
        (["ralph-hooks", "nonsense", "--x"], []),
    ],
)
def test_bash_completes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], expected: list[str]
) -> None:
    (tmp_path / "some.toml").write_text("")
    typed = f"COMP_WORDS=({' '.join(words)})\nCOMP_CWORD={len(words) - 1}\n"
    asked = typed + "_ralph_hooks\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    assert sorted(run("bash", script("bash", capsys) + asked, tmp_path)) == expected


def test_fish_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "complete -C 'ralph-hooks lint --format s'\n"
    assert run("fish", script("fish", capsys) + asked, tmp_path)[:1] == ["sarif"]


def test_zsh_takes_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = "autoload -U compinit && compinit -u -d ./dump\n"
    text = loaded + script("zsh", capsys) + "print $_comps[ralph-hooks]\n"
    assert run("zsh", text, tmp_path) == ["_ralph_hooks"]


def test_another_shell_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err
