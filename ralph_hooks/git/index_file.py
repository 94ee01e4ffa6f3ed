"""What an index says of each file, read from the index itself: `git ls-files` tells no change times.

gitformat-index(5), versions 2 to 4. Extensions are passed over. So of a split index only the upper part is seen, where
none of ours is split (`worktrees.WHOLE_INDEX`).
"""

import struct
import sys

from ralph_hooks.errors import RefusedError

GITLINK = 0o160000  # the mode of a link to another repository

Row = tuple[str, int, bool, int]  # path, mode, left out by a sparse checkout, change time in whole seconds

_EXTENDED, _SKIPPED, _LENGTH = 0x4000, 0x40, 0xFFF  # in an entry's flags; in the first byte of its further ones


def rows(index: bytes, hash_name: str) -> list[Row]:
    """The entries in their order. Raises RefusedError for what is no index, or one of a kind that we do not know."""
    try:
        version, count = _header(index)
        return _rows(index, count, 32 if hash_name == "sha256" else 20, packed=version == 4)
    except (struct.error, ValueError, IndexError) as error:
        raise RefusedError(f"an index cannot be read: {error}", "nothing; another worktree is made") from error


def _header(index: bytes) -> tuple[int, int]:
    """Version and number of entries."""
    signature, version, count = struct.unpack_from(">4sII", index)
    if signature != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError(f"version {version} of {signature!r}")
    return version, count


def _rows(index: bytes, count: int, id_size: int, *, packed: bool) -> list[Row]:
    facts = struct.Struct(f">I20xI{12 + id_size}xH")  # change time, mode, flags
    read, size = facts.unpack_from, facts.size
    coding = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
    found: list[Row] = []
    name, at = b"", 12
    for _ in range(count):
        changed, mode, flags = read(index, at)
        start = at + size
        skipped = False
        if flags & _EXTENDED:
            skipped = bool(index[start] & _SKIPPED)
            start += 2
        if packed:  # how much of the name before it goes, and what comes instead
            gone, start = _number(index, start)
            end = index.index(0, start)
            name = name[: len(name) - gone] + index[start:end]
            at = end + 1
        else:
            length = flags & _LENGTH
            end = start + length if length < _LENGTH else index.index(0, start)
            name = index[start:end]
            at += (end - at + 8) & ~7  # an entry ends with one to eight NULs
        found.append((name.decode(*coding), mode, skipped, changed))  # `fsdecode` takes twice as long
    return found


def _number(index: bytes, at: int) -> tuple[int, int]:
    """A number as packs write offsets, and where it ends."""
    byte = index[at]
    number = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = index[at]
        number = ((number + 1) << 7) | (byte & 0x7F)
    return number, at + 1
