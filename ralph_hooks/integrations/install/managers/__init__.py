"""Who has a repository's hooks in hand: a module each, asked in this order. The last one always says yes."""

from __future__ import annotations

from ralph_hooks.integrations.install.managers import git_config, hooks_path, husky, lefthook, plain, pre_commit, prek
from ralph_hooks.integrations.install.model import Facts, Manager

_ORDER: tuple[Manager, ...] = (husky, hooks_path, lefthook, prek, pre_commit, plain)
MANAGERS = {manager.NAME: manager for manager in _ORDER}

# What managers write into the hooks folder.
SHIMS = (lefthook.SHIM, prek.SHIM, pre_commit.SHIM)


def managing(facts: Facts) -> Manager:
    """Whoever has the hooks of this repository in hand."""
    return next(manager for manager in MANAGERS.values() if manager.manages(facts))


def wiring(facts: Facts) -> Manager:
    """Whose way of wiring is to be gone. Where git has hooks in its configuration, nobody's files need be touched."""
    return git_config if facts.config_hooks else managing(facts)
