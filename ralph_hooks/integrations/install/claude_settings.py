"""Our hooks in Claude Code's settings: put beside what is there, and found again by their launcher; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from ralph_hooks.errors import UsageError
from ralph_hooks.integrations.install import json_text
from ralph_hooks.integrations.install.json_text import Child

# Not settings.json: our commands hold paths of this machine, and that one is everybody's. This one is for what is one
# person's; Claude Code merges both, and no tracked file becomes dirty, which a landing would have to ask about.
PATH = ".claude/settings.local.json"
_HOOKS = "hooks"


def with_hooks(content: bytes | None, hooks: Mapping[str, Any]) -> bytes:
    """The settings with `hooks` (event -> list of entries) behind those that are there.

    Raises UsageError for settings that are not what Claude Code takes.
    """
    text = _text(content)
    _check(text)
    top, indent = json_text.start(text), json_text.indentation(text)
    if json_text.find(text, top, _HOOKS) is None:
        return json_text.add(text, top, dict(hooks), _HOOKS, 0, indent).encode()
    for event, entries in hooks.items():
        place = _hooks_of(text)
        member = json_text.find(text, place, event)
        if member is None:
            text = json_text.add(text, place, entries, event, 1, indent)
            continue
        for entry in entries:
            text = json_text.add(text, member.at, entry, None, 2, indent)
    return text.encode()


def without_hooks(content: bytes, launcher: str) -> bytes:
    """The settings without the hooks whose command holds the word `launcher`. What is no JSON stays as it is."""
    text = content.decode("utf-8", "surrogateescape")
    try:
        _check(text)
    except UsageError:
        return content
    if json_text.find(text, json_text.start(text), _HOOKS) is None:
        return content
    for event in [str(child.key) for child in json_text.children(text, _hooks_of(text))]:
        text = _without(text, event, launcher)
    if not json_text.children(text, _hooks_of(text)):
        top = json_text.start(text)
        text = json_text.cut(text, top, [child for child in json_text.children(text, top) if child.key == _HOOKS])
    return text.encode("utf-8", "surrogateescape")


def commands(content: bytes) -> tuple[tuple[str, str], ...]:
    """(event, command) of every hook in the settings; none where they cannot be read."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
        return tuple(
            (event, str(hook.get("command", "")))
            for event, entries in document.get(_HOOKS, {}).items()
            for entry in entries
            for hook in entry.get(_HOOKS, [])
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ()


def entries(content: bytes, launcher: str) -> list[tuple[str, object]]:
    """(event, entry) of each entry that holds a hook of ours, wherever it stands, by event."""
    try:
        events = sorted(json.loads(content).get(_HOOKS, {}).items(), key=itemgetter(0))
        return [(event, entry) for event, listed in events for entry in listed if launcher in json.dumps(entry)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return []


def _without(text: str, event: str, launcher: str) -> str:
    """Our hooks of one event go; an entry, and the event, if there is nothing else in it."""
    entries = json_text.find(text, _hooks_of(text), event)
    if entries is None:
        return text
    before = len(entries.value)
    for place in reversed(range(before)):
        entry = json_text.children(text, entries.at)[place]
        listed = json_text.find(text, entry.at, _HOOKS) if isinstance(entry.value, dict) else None
        if listed is None:
            continue
        ours = [child for child in json_text.children(text, listed.at) if _is_ours(child, launcher)]
        if ours and len(ours) == len(listed.value):
            text = json_text.cut(text, entries.at, [entry])
        else:
            text = json_text.cut(text, listed.at, ours)
    left = json_text.find(text, _hooks_of(text), event)
    if before and left and not left.value:
        text = json_text.cut(text, _hooks_of(text), [left])
    return text


def _is_ours(child: Child, launcher: str) -> bool:
    return isinstance(child.value, dict) and launcher in str(child.value.get("command", ""))


def _hooks_of(text: str) -> int:
    found = json_text.find(text, json_text.start(text), _HOOKS)
    assert found is not None  # noqa: S101 - the callers have seen it
    return found.at


def _text(content: bytes | None) -> str:
    if content is None or not content.strip():
        return "{}\n"
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{PATH} is not UTF-8 at byte {error.start}", "save it as UTF-8") from error


def _check(text: str) -> None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{PATH} is not JSON: {error}", "mend the syntax, then run the command again") from error
    hooks = document.get(_HOOKS, {}) if isinstance(document, dict) else None
    if not isinstance(hooks, dict) or not all(isinstance(entries, list) for entries in hooks.values()):
        raise UsageError(f"{PATH} holds no settings of Claude Code", "its `hooks` must be lists of objects, by event")
    if not all(
        isinstance(entry, dict) and isinstance(entry.get(_HOOKS, []), list)
        for entries in hooks.values()
        for entry in entries
    ):
        raise UsageError(f"{PATH} holds no settings of Claude Code", "each entry of an event must hold a list `hooks`")
