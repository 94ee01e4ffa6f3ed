"""A program that leaves a mark when anybody runs it: proof that nobody did."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

# What it is given goes through, so that it passes for a filter too; a merge or diff driver's files it leaves alone.
_SCRIPT = '#!/bin/sh\necho "$0 $*" >> {mark}\n[ -t 0 ] || cat\n'


class Canary(NamedTuple):
    """`program` can be named wherever git is told to run something."""

    program: Path
    mark: Path

    @classmethod
    def make(cls, folder: Path) -> Canary:
        folder.mkdir()
        canary = cls(folder / "canary", folder / "mark")
        canary.put(canary.program)
        return canary

    def put(self, path: Path) -> None:
        """The program at another place: as a hook, say."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(_SCRIPT.format(mark=self.mark))
        path.chmod(0o755)

    def sang(self) -> list[str]:
        """Every call since the last `hush`."""
        return self.mark.read_text(errors="replace").splitlines() if self.mark.exists() else []

    def hush(self) -> None:
        self.mark.unlink(missing_ok=True)

    @property
    def settings(self) -> str:
        """A configuration file that has git run it in every way that there is."""
        return _SETTINGS.format(canary=self.program, mark=os.fspath(self.mark))


_SETTINGS = """\
[core]
	fsmonitor = {canary}
	hooksPath = {canary}-hooks
	sshCommand = {canary}
	pager = {canary}
	editor = {canary}
	askPass = {canary}
[gpg]
	program = {canary}
[credential]
	helper = {canary}
[diff]
	external = {canary}
[diff "evil"]
	textconv = {canary}
	command = {canary}
[merge "evil"]
	driver = {canary} %A
[filter "evil"]
	clean = {canary}
	smudge = {canary}
	required = true
[alias]
	evil = !{canary}
	status = !{canary}
	update-ref = !{canary}
"""
