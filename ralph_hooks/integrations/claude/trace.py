"""Which agent a call runs, from the files that the client keeps of its subagents.

No event says it in time. Beside each subagent's transcript, `agent-ID.jsonl`, stands `agent-ID.meta.json` with the id
of its call (seen in 2.1.328, documented nowhere); and the transcript begins with the prompt, which holds our mark.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from ralph_hooks.integrations.claude.prompt import marked

_PLAIN = re.compile(r"[\w-]{1,100}")
_BEGINNING = 65536  # bytes of a transcript that are searched for the mark


def call_of(transcript: str, agent: str, notes: str = "") -> str | None:
    """The call that runs `agent`. `transcript`: the session's; `notes`: the agent's own, where the event names it."""
    path = Path(notes) if notes else _folder(transcript) / f"agent-{agent}.jsonl"
    if not _PLAIN.fullmatch(agent):
        return None
    return _in_meta(path.with_suffix(".meta.json")) or _in_beginning(path)


def agent_of(transcript: str, call: str) -> str | None:
    """The agent that `call` runs, or ran."""
    for path in sorted(_folder(transcript).glob("agent-*.meta.json")):
        if _in_meta(path) == call:
            return path.name.removeprefix("agent-").removesuffix(".meta.json")
    return None


def _folder(transcript: str) -> Path:
    return Path(transcript).with_suffix("") / "subagents"


def _in_meta(path: Path) -> str | None:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    call = document.get("toolUseId") if isinstance(document, dict) else None
    return call if isinstance(call, str) else None


def _in_beginning(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return marked(file.read(_BEGINNING).decode(errors="replace"))
    except OSError:
        return None
