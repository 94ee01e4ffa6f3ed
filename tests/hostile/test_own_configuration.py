"""Which programs of the repository's own configuration a batch runs, and which it never does.

docs/security.md has the same table, and the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from canary import Canary
from workshop import Workshop

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
ATTRIBUTES = {".gitattributes": "*.py filter=own diff=own merge=own\n"}


class Setting(NamedTuple):
    """`settings`: with {canary} where the program goes. `runs`: a batch runs it, because git does so for any commit."""

    settings: Mapping[str, str]
    runs: bool
    environment: Mapping[str, str] = {}
    hook: str | None = None  # the program stands as this hook in the folder {hooks}


SETTINGS = {
    "`reference-transaction` hook": Setting({"core.hooksPath": "{hooks}"}, True, hook="reference-transaction"),
    "`post-checkout` hook": Setting({"core.hooksPath": "{hooks}"}, True, hook="post-checkout"),
    "`pre-commit`, `commit-msg`, `post-commit` hooks": Setting({"core.hooksPath": "{hooks}"}, False, hook="pre-commit"),
    "`filter.*.clean`, `filter.*.smudge`": Setting(
        {"filter.own.clean": "{canary}", "filter.own.smudge": "{canary}"}, True
    ),
    "`filter.*.process`": Setting({"filter.own.process": "{canary} </dev/null"}, True),
    "`merge.*.driver`": Setting({"merge.own.driver": "{canary} %A </dev/null"}, True),
    "`gpg.program` with `commit.gpgSign`": Setting({"gpg.program": "{canary}", "commit.gpgSign": "true"}, True),
    "`gpg.program` without it": Setting({"gpg.program": "{canary}", "log.showSignature": "true"}, False),
    "`core.fsmonitor`": Setting({"core.fsmonitor": "{canary}"}, False),
    "`diff.*.textconv`, `diff.*.command`": Setting(
        {"diff.own.textconv": "{canary}", "diff.own.command": "{canary}"}, False
    ),
    "`diff.external`, `GIT_EXTERNAL_DIFF`": Setting(
        {"diff.external": "{canary}"}, False, {"GIT_EXTERNAL_DIFF": "{canary}"}
    ),
    "`alias.*`": Setting({f"alias.{name}": "!{canary}" for name in ("status", "land", "update-ref", "ci")}, False),
    "`core.pager`, `core.editor`, `GIT_PAGER`, `GIT_EDITOR`, `EDITOR`": Setting(
        {"core.pager": "{canary}", "core.editor": "{canary}", "pager.status": "{canary}"},
        False,
        dict.fromkeys(("GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "EDITOR", "VISUAL", "PAGER"), "{canary}"),
    ),
    "`core.sshCommand`, `credential.helper`, `core.askPass`": Setting(
        {"core.sshCommand": "{canary}", "credential.helper": "!{canary}", "core.askPass": "{canary}"},
        False,
        {"GIT_SSH_COMMAND": "{canary}", "GIT_ASKPASS": "{canary}", "SSH_ASKPASS": "{canary}"},
    ),
    "`GIT_CONFIG_PARAMETERS`, `GIT_CONFIG_COUNT` of somebody else's command": Setting(
        {},
        False,
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "filter.own.clean",
            "GIT_CONFIG_VALUE_0": "{canary}",
            "GIT_CONFIG_PARAMETERS": "'filter.own.smudge={canary}'",
        },
    ),
}


# An include cannot add to what is never run.
WAYS = [
    pytest.param(setting, how, id=f"{name}-{how}")
    for name, setting in SETTINGS.items()
    for how in ("config", "include.path", "includeIf")
    if how == "config" or setting.runs
]


@pytest.mark.parametrize(("setting", "how"), WAYS)
def test_a_program(
    setting: Setting,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    proved: Callable[[str, int], None],
) -> None:
    lines = "".join(f"{number}\n" for number in range(9))
    shop = Workshop.make(tmp_path / "repo", ["1.1", "1.2"], files={"src/a.py": lines, "src/b.py": "b\n", **ATTRIBUTES})
    canary = Canary.make(tmp_path / "cage")
    names = {"canary": canary.program, "hooks": tmp_path / "hooks"}
    if setting.hook:
        canary.put(names["hooks"] / setting.hook)
    file = tmp_path / "settings" if how != "config" else shop.path / ".git/config"
    for key, value in setting.settings.items():
        shop.git("config", "--file", str(file), key, value.format(**names))
    if how == "include.path":
        shop.git("config", "include.path", str(file))
    elif how == "includeIf":
        shop.git("config", f"includeIf.gitdir:{shop.path}/.path", str(file))
    for name, value in setting.environment.items():
        monkeypatch.setenv(name, value.format(**names))

    said = [shop.run("start", "1.1", "1.2", "--tasks", shop.page("tasks.md"))]
    if said[0].code == 0:  # a filter that answers nothing stops it
        shop.write({"src/a.py": f"first\n{lines}"}, at=shop.worktree("1.1"))
        shop.write({"src/a.py": f"{lines}last\n", "src/c.py": "c\n"}, at=shop.worktree("1.2"))
    said += [shop.run(*words) for words in (("finish", "1.1"), ("finish", "1.2"), ("land",), ("log",), ("doctor",))]

    assert bool(canary.sang()) == setting.runs, canary.sang()
    for ran in said:
        assert ran.code in {0, 1, 2}, ran
        assert "Traceback" not in ran.err
    proved("settings that name programs", 1)


def test_the_page_has_the_same_table() -> None:
    rows = [
        line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| `") and line.count(" | ") > 1
    ]
    told = {row[0].removeprefix("| "): row[1] for row in rows}
    assert {name: "yes" if setting.runs else "never" for name, setting in SETTINGS.items()} == {
        name: told.get(name) for name in SETTINGS
    }
