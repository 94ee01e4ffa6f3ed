"""SIGKILL over every hook of Claude Code, before every change to the disk: the client goes on, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hook_scenes import HOOKS
from reliability import Proved
from sweeping import Stage, sweep

from ralph_hooks.integrations.claude import spacing
from ralph_hooks.integrations.claude.registration import EVENTS


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "LEAST", 0.0)
    monkeypatch.setattr(spacing, "MOST", 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOOKS)
def test_killed_at_every_point(name: str, scratch: Path, every: int, only: int | None, proved: Proved) -> None:
    scene = HOOKS[name]
    first, second = sweep(Stage(scene, scratch, 0, every if scene.akin else 1, only), "kill")
    proved("kill points of a Claude Code hook", first)
    proved("kill points in the hook after one of those", second)


def test_every_event_is_swept() -> None:
    assert {name.split()[0] for name in HOOKS} == set(EVENTS)
