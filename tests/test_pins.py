"""What CI installs is pinned by hash, and is what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / ".ci" / "requirements.txt"


def pins() -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by name."""
    text = re.sub(r"^#.*\n", "", PINS.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    found = {}
    for line in filter(None, text.splitlines()):
        pinned, *hashes = line.split("--hash=")
        requirement = Requirement(pinned)
        [only] = requirement.specifier
        assert only.operator == "==", line
        found[canonicalize_name(requirement.name)] = (only.version, [item.strip() for item in hashes])
    return found


def asked() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    lines = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(x for extra in extras for x in extra),
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("requirement", asked(), ids=str)
def test_each_requirement_has_a_pin_that_fits(requirement: Requirement) -> None:
    version, _ = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version), f"{requirement}: pinned is {version}; see docs/testing.md"


def test_each_pin_has_hashes() -> None:
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for _, hashes in pins().values() for item in hashes)
    assert all(hashes for _, hashes in pins().values())


def test_ci_installs_nothing_else() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    before, _, after = run.partition("--require-hashes")
    assert "pip install" not in before
    assert "export PIP_NO_INDEX=1 PIP_FIND_LINKS=" in after.partition("$setup")[0]
