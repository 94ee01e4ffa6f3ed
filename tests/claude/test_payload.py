"""What the client says, read: payloads as it sends them, and anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.integrations.claude import payload
from ralph_hooks.integrations.claude.registration import EVENTS

RECORDED = {path.stem: path for path in (Path(__file__).parent / "payloads").glob("*.json")}
AGENT = "aa09210ed89129812"


def recorded(name: str, **changes: Any) -> bytes:
    return json.dumps(json.loads(RECORDED[name].read_bytes()) | changes).encode()


def read(name: str, **changes: Any) -> Any:
    return payload.read(recorded(name, **changes))


def test_there_is_a_recorded_payload_of_every_event_that_we_ask_for() -> None:
    assert set(EVENTS) <= set(RECORDED)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("SessionStart", payload.SessionBegins, {}),
        ("PreToolUse", payload.CallBegins, {"call": "toolu_stub001_3", "tool": "Agent"}),
        ("SubagentStart", payload.AgentBegins, {}),
        ("SubagentStop", payload.AgentEnds, {"message": "TASK_COMPLETE (C)", "again": False}),
        ("StopFailure", payload.AgentFails, {"error": "API Error: 400 stub says no"}),
        ("PostToolUse", payload.CallReturned, {"agent": AGENT, "launched": False}),
        ("PostToolUse-launched", payload.CallReturned, {"agent": AGENT, "launched": True, "report": ""}),
        ("PostToolUseFailure", payload.CallFailed, {"call": "toolu_stub001_3"}),
        ("PostToolBatch", payload.StepEnded, {"calls": ("toolu_stub001_3", "toolu_stub001_4")}),
        ("UserPromptSubmit", payload.PromptGiven, {}),
        ("WorktreeCreate", payload.WorktreeWanted, {"name": f"agent-{AGENT}"}),
    ],
)
def test_recorded_payloads_are_read(name: str, kind: type, said: dict[str, Any]) -> None:
    event = read(name)
    assert type(event) is kind
    assert {key: getattr(event, key) for key in said} == said
    assert event.where.session == "<SID>"
    inside = name in {"SubagentStart", "SubagentStop", "StopFailure"}
    assert (event.where.agent, event.where.agent_type) == ((AGENT, "spec-executor") if inside else (None, None))


def test_an_event_that_we_know_nothing_of_is_none() -> None:
    assert read("Stop") is None
    assert read("Stop", hook_event_name="SomethingNew") is None


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_unknown_fields_are_no_matter(name: str) -> None:
    assert read(name, something={"new": [1]}) == read(name)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"hook_event_name": 1}',
        b'{"hook_event_name": "PreToolUse"}',
        b"\xff\xfe",
        b"[" * 200_000,
        recorded("PreToolUse", tool_input="text"),
        recorded("PreToolUse", tool_use_id=None),
        recorded("PostToolBatch", tool_calls={}),
        recorded("PostToolBatch", tool_calls=[{}]),
        recorded("SubagentStop", last_assistant_message=["text"]),
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_what_is_no_event_is_an_error_that_tells_nothing_of_it(raw: bytes) -> None:
    with pytest.raises(payload.PayloadError) as caught:
        payload.read(raw)
    assert "SUBSCRIPT" not in str(caught.value)


def test_a_huge_event_is_not_even_parsed() -> None:
    with pytest.raises(payload.PayloadError, match="more than"):
        payload.read(b'"' + b"x" * payload.LIMIT + b'"')


@given(
    st.dictionaries(
        st.sampled_from(sorted({*json.loads(recorded("PostToolUse")), "tool_calls", "prompt"})),
        st.none() | st.integers() | st.text() | st.lists(st.none()) | st.dictionaries(st.text(), st.integers()),
    ),
    st.sampled_from(sorted(EVENTS)),
)
def test_whatever_the_fields_hold_it_is_an_event_or_an_error(changes: dict[str, Any], name: str) -> None:
    with suppress(payload.PayloadError):
        payload.read(recorded(name, **changes))
