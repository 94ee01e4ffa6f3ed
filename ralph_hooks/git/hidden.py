"""Tracked files that git was told not to look at: `assume-unchanged`, `skip-worktree`. An edit of one shows nowhere."""

from __future__ import annotations

from ralph_hooks.git.disk import in_index, on_disk, stands
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple


class Hidden(NamedTuple):
    """`absent`: kept out of the worktree, as by a sparse checkout. `standing`: on disk, and not looked at."""

    absent: frozenset[str]
    standing: tuple[str, ...]


def hidden(place: Repository) -> Hidden:
    """Which tracked files git does not look at here."""
    marked = [record for record in place.git("ls-files", "-v", "-z").records if record[0] == "S" or record[0].islower()]
    absent = frozenset(record[2:] for record in marked if record[0] in "Ss" and not stands(place.top, record[2:]))
    return Hidden(absent, tuple(record[2:] for record in marked if record[2:] not in absent))


def hidden_edits(place: Repository) -> tuple[str, ...]:
    """Those that are not as the index has them."""
    looked = hidden(place).standing
    if not looked:
        return ()
    disk, index = on_disk(place, looked), in_index(place)
    return tuple(path for path in looked if disk[path] != index.get(path))
