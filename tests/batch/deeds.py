"""What executors leave in their worktrees and git does not show, and what a worktree is to somebody who works in it."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from workshop import Content, Workshop

TEXT = "".join(f"line {number}\n" for number in range(9))
FILES: Mapping[str, Content] = {
    "a.txt": TEXT,
    "src/a.py": TEXT,
    "src/deep/b.py": TEXT,
    "lib/c.py": TEXT,
    "eol/e.txt": TEXT,
    "one/x": "one\n",
    "two/x": "two\n",
    "run.sh": "#!/bin/sh\n",
    "é \n.txt": "odd\n",
}

Deed = Callable[[Workshop, Path], None]


def _git_dir(shop: Workshop, place: Path) -> Path:
    return Path(shop.git("rev-parse", "--absolute-git-dir", at=place))


def untracked(shop: Workshop, place: Path) -> None:
    shop.write({"new/u.txt": "u\n", "u2.txt": "u\n"}, at=place)


def ignored(shop: Workshop, place: Path) -> None:
    shop.write({"cache.ignored": "c\n", "src/x.ignored": "x\n", "build.ignored/deep/o": "o\n"}, at=place)


def empty_folders(shop: Workshop, place: Path) -> None:
    (place / "src/empty/er").mkdir(parents=True)
    (place / "empty").mkdir()


def read_only(shop: Workshop, place: Path) -> None:
    shop.write({"ro.ignored/in/x": "x\n"}, at=place)
    (place / "ro.ignored/in/x").chmod(0o400)
    (place / "ro.ignored/in").chmod(0o500)
    (place / "ro.ignored").chmod(0o500)


def nested_repository(shop: Workshop, place: Path) -> None:
    """In a tracked folder, where `git clean` and `git status` pass over it."""
    shop.git("init", "--quiet", at=place / "src")


def ignored_repository(shop: Workshop, place: Path) -> None:
    (place / "tool.ignored").mkdir()
    shop.git("init", "--quiet", at=place / "tool.ignored")


def modes(shop: Workshop, place: Path) -> None:
    """Those that git does not look at."""
    (place / "a.txt").chmod(0o600)
    (place / "src/deep").chmod(0o2777)
    with suppress(OSError):
        os.setxattr(place / "lib", "user.left", b"behind")


def same_size_and_time(shop: Workshop, place: Path) -> None:
    """An edit that its executor hides from git."""
    shop.git("update-index", "--assume-unchanged", "src/a.py", at=place)
    times = (place / "src/a.py").stat()
    (place / "src/a.py").write_text(TEXT.replace("line 3", "LINE 3"))
    os.utime(place / "src/a.py", ns=(times.st_atime_ns, times.st_mtime_ns))


def odd_times(shop: Workshop, place: Path) -> None:
    os.utime(place / "src/a.py", (1, 1))
    os.utime(place / "lib/c.py", (4e9, 4e9))


def skipped(shop: Workshop, place: Path) -> None:
    shop.git("update-index", "--skip-worktree", "lib/c.py", "a.txt", at=place)
    (place / "lib/c.py").unlink()
    (place / "a.txt").write_text("skipped\n")


def folder_behind_a_link(shop: Workshop, place: Path) -> None:
    """Its files have the inodes and times that git knows, but stand elsewhere."""
    shop.git("update-index", "--skip-worktree", "src/a.py", "src/deep/b.py", at=place)
    (place / "moved.ignored").mkdir()
    (place / "src").rename(place / "moved.ignored/src")
    (place / "src").symlink_to("moved.ignored/src")


def swapped_folders(shop: Workshop, place: Path) -> None:
    """A file in a folder that is moved has the times that it had, and these have the same size."""
    shop.git("update-index", "--assume-unchanged", "one/x", "two/x", at=place)
    (place / "one").rename(place / "swap")
    (place / "two").rename(place / "one")
    (place / "swap").rename(place / "two")


def hard_link(shop: Workshop, place: Path) -> None:
    """What is written through the other name reaches this one."""
    (place.parent / f"{place.name}.outside").hardlink_to(place / "a.txt")


def special_files(shop: Workshop, place: Path) -> None:
    os.mkfifo(place / "pipe.ignored")
    os.mkfifo(place / "src/pipe")  # git does not list it
    with socket.socket(socket.AF_UNIX) as server, suppress(OSError):  # a path that is too long
        server.bind(str(place / "s.ignored"))


def odd_names(shop: Workshop, place: Path) -> None:
    for name in (b"\xff\xfe.ignored", b"new\nline.ignored", b"-rf.ignored", b"*.ignored"):
        (place / os.fsdecode(name)).write_text("odd\n")


def other_line_ends(shop: Workshop, place: Path) -> None:
    """git takes the file for unchanged: it is, under the settings of this worktree."""
    shop.git("config", "extensions.worktreeConfig", "true", at=place)
    shop.git("config", "--worktree", "core.autocrlf", "true", at=place)
    (place / "eol/e.txt").unlink()
    shop.git("checkout", "--quiet", "--", "eol/e.txt", at=place)
    assert b"\r\n" in (place / "eol/e.txt").read_bytes()


def own_configuration(shop: Workshop, place: Path) -> None:
    shop.git("config", "extensions.worktreeConfig", "true", at=place)
    shop.git("config", "--worktree", "color.ui", "always", at=place)
    shop.git("config", "--worktree", "user.name", "Mallory", at=place)


def sparse(shop: Workshop, place: Path) -> None:
    shop.git("sparse-checkout", "set", "--cone", "src", at=place)


def own_refs(shop: Workshop, place: Path) -> None:
    for name in ("refs/bisect/bad", "refs/worktree/mine", "refs/rewritten/x", "ORIG_HEAD"):
        shop.git("update-ref", name, "HEAD", at=place)
    folder = _git_dir(shop, place)
    for name in (
        "FETCH_HEAD",
        "COMMIT_EDITMSG",
        "MERGE_MSG",
        "SQUASH_MSG",
        "AUTO_MERGE",
        "info/exclude",
        "sequencer/todo",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("left\n")


def other_branch(shop: Workshop, place: Path) -> None:
    shop.git("switch", "--quiet", "--create", f"own-{place.name}", at=place)


def detached(shop: Workshop, place: Path) -> None:
    shop.git("switch", "--quiet", "--detach", at=place)


def split_index(shop: Workshop, place: Path) -> None:
    shop.git("update-index", "--split-index", "--untracked-cache", at=place)


def rewritten_pointer(shop: Workshop, place: Path) -> None:
    (place / ".git").write_text((place / ".git").read_text() + "\n")
    (place / ".git").chmod(0o600)


DEEDS: Mapping[str, Deed] = {
    deed.__name__: deed
    for deed in (
        untracked, ignored, empty_folders, read_only, nested_repository, ignored_repository, modes, same_size_and_time,
        odd_times, skipped, folder_behind_a_link, swapped_folders, hard_link, special_files, odd_names, other_line_ends,
        own_configuration, sparse, own_refs, other_branch, detached, split_index, rewritten_pointer,
    )
}  # fmt: skip


def seen(shop: Workshop, place: Path) -> dict[str, object]:
    """All that somebody sees who works in the worktree at `place`."""
    admin = _git_dir(shop, place)
    inside = {path.relative_to(admin).as_posix() for path in admin.rglob("*") if not path.name.startswith("shared")}
    own = ("refs/bisect", "refs/worktree", "refs/rewritten")
    # `worktree add` resets, which leaves ORIG_HEAD and a line in the log. What is ours is no leftover, and an index may
    # be kept in two files.
    return {
        "files": {path.relative_to(place).as_posix(): _entry(path) for path in (place, *place.rglob("*"))},
        "admin": {name for name in inside if name != "ORIG_HEAD" and not name.startswith("ralph-")},
        "flags": shop.git("ls-files", "-v", "--stage", at=place),
        "settings": shop.git("config", "--list", at=place),
        "refs": shop.git("for-each-ref", *own, at=place),
        "reflog": shop.git("reflog", "show", "--format=%gs", "HEAD", at=place).removesuffix("reset: moving to HEAD\n"),
        "status": shop.git("status", "--porcelain", "--ignored", at=place),
    }


def _entry(path: Path) -> tuple[int, int, bytes, tuple[str, ...]]:
    info = path.lstat()
    content = b""
    if path.is_symlink():
        content = os.fsencode(path.readlink())
    elif stat.S_ISREG(info.st_mode) and path.name != ".git":
        content = path.read_bytes()
    links = info.st_nlink if stat.S_ISREG(info.st_mode) else 0
    return info.st_mode, links, content, tuple(sorted(os.listxattr(path, follow_symlinks=False)))
