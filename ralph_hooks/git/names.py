"""Names in a tree that git refuses to check out, on one system or another. No landing brings them to its target."""

from __future__ import annotations

from ralph_hooks.patterns import pattern

_LINK = "120000"
_WORTH_A_LOOK = pattern(r"(?i)\.git|git~|gi7eba~|gitmod~|(?:^|/)\.{0,2}(?:/|$)|[^\x00-\x7f]")
_UNSEEN = dict.fromkeys((0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
_MODULES = pattern(r"\.gitmodules|gitmod~\d+|gi7eba~\d+")


def is_forbidden(path: str, mode: str) -> bool:
    """Would this path lead into a git directory, out of the worktree, or be a link where git reads submodules from?

    The sum of what git's `verify_path` refuses with `core.protectHFS` and `core.protectNTFS`: what is written here is
    checked out elsewhere.
    """
    if not _WORTH_A_LOOK.search(path):
        return False
    return any(_is_bad(name) for name in path.split("/")) or (mode == _LINK and _is_modules(path.rpartition("/")[2]))


def _is_bad(name: str) -> bool:
    return name in {"", ".", ".."} or any(_plain(part) in {".git", "git~1"} for part in name.split("\\"))


def _is_modules(name: str) -> bool:
    return _MODULES.fullmatch(_plain(name)) is not None


def _plain(name: str) -> str:
    """As file systems may see it: letters of one case, without what HFS+ ignores, or NTFS at the end."""
    return name.translate(_UNSEEN).lower().partition(":")[0].rstrip(" .")
