"""A repository whose git hooks are ours, as an installer puts them there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from conftest import IDENTITY
from workshop import Workshop

from ralph_hooks.integrations.git_hooks import registration

LIST = """\
# Tasks

- [ ] 1.1 [P] One
  - **Files**: one.py, deep/er/
  - **Commit**: `feat(one): add one`
- [ ] 1.2 [P] Two
  - **Files**: two.py
  - **Commit**: `feat(two): add two`
- [ ] 1.3 Three
  - **Do**: anything
"""


def guard(shop: Workshop, command: Sequence[str] = (sys.executable, "-P", "-m", "ralph_hooks")) -> Workshop:
    """Put the launcher and all hooks into the repository."""
    common = Path(shop.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
    launcher = common / registration.INSTALLED
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(registration.launcher(command))
    launcher.chmod(0o755)
    (common / "hooks").mkdir(exist_ok=True)
    for hook in registration.HOOKS:
        (common / "hooks" / hook.name).unlink(missing_ok=True)
        (common / "hooks" / hook.name).symlink_to(launcher)
    return shop


def drive(shop: Workshop) -> None:
    """Configure the merge drivers."""
    launcher = shop.path / ".git" / registration.INSTALLED
    lines = []
    for driver in registration.MERGE_DRIVERS:
        shop.git("config", f"merge.{driver.key}.driver", driver.command(str(launcher)))
        lines += driver.attributes
    (shop.path / ".git" / "info" / "attributes").write_text("\n".join(lines) + "\n")


def git(place: Path, *args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run git where it may be refused."""
    return subprocess.run(
        ["git", *args],
        cwd=place,
        env={**os.environ, **IDENTITY, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def refused(place: Path, *args: str, env: Mapping[str, str] | None = None) -> str:
    """What git said when it did not do that."""
    done = git(place, *args, env=env)
    assert done.returncode != 0, done
    assert "Traceback" not in done.stderr
    return done.stderr


def passed(place: Path, *args: str, env: Mapping[str, str] | None = None) -> str:
    """What git said when it did that."""
    done = git(place, *args, env=env)
    assert done.returncode == 0, done
    return done.stderr
