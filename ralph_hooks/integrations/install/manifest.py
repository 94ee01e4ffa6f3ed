"""The record of an installation: what every file was before and is now. Written before the first file is touched."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ralph_hooks.errors import RefusedError
from ralph_hooks.integrations.install.model import Edit, File, Part
from ralph_hooks.records import NamedTuple

NAME = "install.json"  # in our folder
VERSION = 1


class Manifest(NamedTuple):
    """`program`: what the hooks call. `claude`: those of Claude Code were asked for. `folders`: made for our files."""

    edits: tuple[Edit, ...] = ()
    program: str | None = None
    claude: bool = False
    folders: tuple[Path, ...] = ()


def as_text(manifest: Manifest, common_dir: Path) -> str:
    """Paths stand in it relative to the git directory, so that a repository can be moved."""
    document = {
        "version": VERSION,
        "program": manifest.program,
        "claude": manifest.claude,
        "folders": [_relative(folder, common_dir) for folder in manifest.folders],
        "edits": [
            {
                "path": _relative(edit.path, common_dir),
                "part": edit.part,
                "aside": edit.aside and _relative(edit.aside, common_dir),
                "before": _file_json(edit.before),
                "after": _file_json(edit.after),
            }
            for edit in manifest.edits
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def read_manifest(folder: Path, common_dir: Path) -> Manifest:
    """The record in our folder; that of nothing where there is none."""
    path = folder / NAME
    try:
        document = json.loads(path.read_bytes())
        if document["version"] > VERSION:
            raise RefusedError(f"{path} was made by a newer ralph-hooks", "use that one")
        return Manifest(
            tuple(_edit(item, common_dir) for item in document["edits"]),
            document["program"],
            document["claude"],
            tuple(_absolute(item, common_dir) for item in document["folders"]),
        )
    except FileNotFoundError:
        return Manifest()
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            f"{path} cannot be read ({type(error).__name__})",
            "move it away; `install` then takes what is there for yours",
        ) from error


def _edit(item: Mapping[str, Any], common_dir: Path) -> Edit:
    return Edit(
        _absolute(item["path"], common_dir),
        _file(item["before"]),
        _file(item["after"]),
        Part(item["part"]),
        _absolute(item["aside"], common_dir) if item["aside"] else None,
    )


def _relative(path: Path, common_dir: Path) -> str:
    return os.path.relpath(path, common_dir)


def _absolute(path: str, common_dir: Path) -> Path:
    return Path(os.path.normpath(common_dir / path))


def _file_json(file: File | None) -> dict[str, Any] | None:
    return {"mode": f"{file.mode:o}", "content": base64.b64encode(file.content).decode()} if file else None


def _file(document: Mapping[str, Any] | None) -> File | None:
    return File(base64.b64decode(document["content"]), int(document["mode"], 8)) if document else None
