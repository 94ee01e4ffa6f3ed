"""Ways to give the client our hooks. Each prepares a repository and gives the client's options."""

from __future__ import annotations

from collections.abc import Callable

from session import ROOT
from workshop import Workshop, ended

Installing = Callable[[Workshop], list[str]]


def by_plugin(shop: Workshop) -> list[str]:
    return ["--plugin-dir", str(ROOT)]


def by_settings(shop: Workshop) -> list[str]:
    """As users do it; the guards of git come with them."""
    ran = ended(shop.spawn("install", "--claude"))
    assert ran.code == 0, ran
    return []


def twice(shop: Workshop) -> list[str]:
    return [*by_plugin(shop), *by_settings(shop)]
