"""Everything that the checks look at, gathered. Changes nothing, and goes on where something cannot be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ralph_hooks import __version__
from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch, Phase
from ralph_hooks.batch.pool import slots
from ralph_hooks.batch.store import Record, open_store
from ralph_hooks.batch.unfinished import needs_recovery
from ralph_hooks.batch.workplace import Workplace, home
from ralph_hooks.config import Config, load, spelt
from ralph_hooks.doctor import places, wiring
from ralph_hooks.doctor.model import Facts, Named, Settings
from ralph_hooks.errors import RalphError
from ralph_hooks.git import features
from ralph_hooks.git.refs import refs_below
from ralph_hooks.git.repository import HEADS, Repository
from ralph_hooks.git.worktrees import worktrees
from ralph_hooks.integrations.claude.registration import wanted
from ralph_hooks.integrations.install.facts import main_worktree
from ralph_hooks.spec import handler

_OF_CONFIG_ITSELF = {"source", "lines"}


def gather(repository: Repository) -> Facts:
    """Look at everything. Only a repository that git cannot read stops it."""
    settings, config = _settings(repository.top)
    refused, can = _features()
    records, store_error, unfinished = _store(repository, config)
    phases = {record.batch.id: record.batch.phase for record in records}
    linked = worktrees(repository)[1:]
    trees = tuple(places.tree(item, phases) for item in linked)
    top, pool = main_worktree(repository), slots(home(repository))
    return Facts(
        git_version=".".join(map(str, features.version())),
        git_refused=refused,
        git_can=can,
        version=__version__,
        settings=settings,
        hooks=wiring.hooks(repository, linked),
        claude=wiring.claude(top),
        claude_events=tuple(hook.event for hook in wanted(pool=config.claude_pool)),
        plugins=wiring.plugins(top),
        handler=handler.detect(repository.top, Path.home(), config.stop_handler),
        locks=places.locks(repository),
        trees=trees,
        strays=places.strays(top, linked),
        named=tuple(_named(repository, set(phases))),
        store_error=store_error,
        unfinished=unfinished,
        open_batch=_open(records),
        over=sum(phase not in {Phase.OPENING, Phase.OPEN} for phase in phases.values()),
        disk_refs=_disk_of_refs(repository),
        disk_trees=sum(places.size(tree.path) for tree in trees if tree.batch),
        pooled=len(pool),
        disk_pool=sum(places.size(slot.folder) for slot in pool),
    )


def _settings(top: Path) -> tuple[Settings, Config]:
    try:
        config = load(top)
    except RalphError as error:
        return Settings(None, error=(error.what, error.todo)), Config()
    changed = (
        (spelt(key), str(getattr(config, key)), config.where(key))
        for key, default in config._field_defaults.items()
        if key not in _OF_CONFIG_ITSELF and getattr(config, key) != default
    )
    return Settings(config.source, tuple(changed)), config


def _features() -> tuple[tuple[str, str] | None, tuple[tuple[str, bool], ...]]:
    try:
        found = features.installed()
    except RalphError as error:
        return (error.what, error.todo), ()
    return None, found.named()


def _store(repository: Repository, config: Config) -> tuple[tuple[Record, ...], tuple[str, str] | None, bool]:
    """Every batch, why they cannot be read, and whether a crash has left anything. A store is not made for this."""
    folder = home(repository)
    if not (folder / "ralph.db").exists():
        return (), None, bool(refs_below(repository, names.BATCH))
    try:
        with open_store(folder) as store:
            return store.records(), None, needs_recovery(Workplace(repository, config, store, folder))
    except RalphError as error:
        return (), (error.what, error.todo), False


def _open(records: tuple[Record, ...]) -> Batch | None:
    return next((record.batch for record in records if record.batch.phase in {Phase.OPENING, Phase.OPEN}), None)


def _named(repository: Repository, known: set[str]) -> Iterator[Named]:
    """Our refs and branches by the batch that they name, oldest name first."""
    found: dict[str, list[str]] = {}
    for ref in refs_below(repository, names.ROOT):
        parts = ref.removeprefix(names.ROOT).split("/")
        found.setdefault(parts[1] if len(parts) > 1 else parts[0], []).append(ref)
    for ref in refs_below(repository, HEADS + names.BRANCHES):
        found.setdefault(ref.removeprefix(HEADS + names.BRANCHES).split("/")[0], []).append(ref)
    return (Named(batch, tuple(refs), batch in known) for batch, refs in sorted(found.items()))


def _disk_of_refs(repository: Repository) -> int:
    """Bytes of the objects that only our refs keep."""
    flags = ("--objects", "--disk-usage", f"--glob={names.ROOT}*", "--not", "--branches", "--remotes", "--tags")
    asked = repository.git("rev-list", *flags, accept=(0, 128, 129))
    return int(asked.text) if asked.status == 0 and asked.text.isdigit() else 0
