"""A repository at one moment, that is put back to it as often as a test wants."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from workshop import Workshop


@dataclass(frozen=True)
class Moment:
    """A folder with the repository of `shop`, and whatever else the moment needs beside it; `saved`: a copy."""

    folder: Path
    shop: Workshop
    saved: Path

    @classmethod
    def of(cls, folder: Path, shop: Workshop) -> Moment:
        """The moment is now."""
        saved = folder.with_name(f"{folder.name}.saved")
        shutil.copytree(folder, saved, symlinks=True)
        return cls(folder, shop, saved)

    def back(self) -> None:
        """Everything is as it was at the moment, at the same paths: worktrees know each other by them."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.saved, self.folder, symlinks=True)
