"""A model that says what a test has written down, for the real client; nothing else is on its network.

A conversation is known by the first `SCRIPT:NAME` in its user texts, and gets the turns of that script one by one: the
turn is the number of assistant messages so far, so a request that is repeated gets the same answer.

As a program, in a network namespace of its own, `scripted_model.py SCRIPTS REQUESTS COMMAND…` serves on loopback the
scripts (JSON), logs the requests (lines of JSON), runs the command with `ANTHROPIC_BASE_URL` set, and ends with its
exit status, or 124 where that took too long.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, TextIO

_LIMIT = 90  # seconds for the command; most take five
_PATIENCE = 30  # that a turn waits for other scripts to end


@dataclass(frozen=True, slots=True)
class Use:
    """A call of a tool."""

    tool: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer.

    `says` is text; `repeats`, a pattern, adds every line that it matches in what the model has been told since its last
    turn; `uses` are tool calls, all in this one message. `status` other than 200: an API error instead. The turn comes
    when the scripts `after` have ended.
    """

    says: str = ""
    uses: Sequence[Use] = ()
    repeats: str = ""
    status: int = 200
    after: Sequence[str] = ()


SILENT = Turn(says="Nothing to add.")  # to conversations that have no script, and after the end of one


def read_scripts(path: Path) -> dict[str, list[Turn]]:
    document = json.loads(path.read_text())
    return {
        name: [Turn(**{**turn, "uses": [Use(**use) for use in turn["uses"]]}) for turn in turns]
        for name, turns in document.items()
    }


# --- a request, and what it gets


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a message; what tools gave back is none."""
    if isinstance(message["content"], str):
        yield message["content"]
        return
    yield from (block["text"] for block in message["content"] if block["type"] == "text")


def script_name(messages: Sequence[Mapping[str, Any]]) -> str | None:
    users = (text for message in messages if message["role"] == "user" for text in texts(message))
    return next((found[1] for text in users if (found := re.search(r"\bSCRIPT:([\w.-]*\w)", text))), None)


def turns_taken(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(message["role"] == "assistant" for message in messages)


def content(turn: Turn, messages: Sequence[Mapping[str, Any]], serial: int) -> list[dict[str, Any]]:
    """The content blocks of the answer; `serial` makes ids of tool calls."""
    said = "\n".join(filter(None, [turn.says, *_repeated(turn.repeats, messages)]))
    uses = [
        {"type": "tool_use", "id": f"toolu_{serial:04}_{place}", "name": use.tool, "input": use.input}
        for place, use in enumerate(turn.uses)
    ]
    return [{"type": "text", "text": said or "(nothing)"}, *uses] if said or not uses else uses


def _repeated(pattern: str, messages: Sequence[Mapping[str, Any]]) -> list[str]:
    if not pattern:
        return []
    heard = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    news = messages[heard[-1] + 1 :] if heard else messages
    lines = (line for message in news for text in texts(message) for line in text.splitlines())
    return [line for line in lines if re.fullmatch(pattern, line)]


def stream(blocks: Sequence[Mapping[str, Any]], model: str, serial: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answer as the events of the API's stream: name and data."""
    usage = {"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    message = {"id": f"msg_{serial:04}", "type": "message", "role": "assistant", "model": model, "content": []}
    yield "message_start", {"message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}}
    for index, block in enumerate(blocks):
        empty, delta = _block(block)
        yield "content_block_start", {"index": index, "content_block": empty}
        yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    reason = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
    yield "message_delta", {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 1}}
    yield "message_stop", {}


def _block(block: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    if block["type"] == "text":
        return {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
    return {**block, "input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}


# --- serving


class Model:
    """The scripts, how far they are, and the log of requests."""

    def __init__(self, scripts: Mapping[str, Sequence[Turn]], log: TextIO) -> None:
        self._scripts, self._log = scripts, log
        self._serials = count(1)
        self._lock = threading.Lock()
        self._ended = {name: threading.Event() for name in scripts}

    def answer(self, messages: Sequence[Mapping[str, Any]]) -> tuple[Turn, int]:
        """The next turn of the conversation, when its time has come, and a number of its own."""
        name, taken = script_name(messages), turns_taken(messages)
        script = self._scripts.get(name or "", ())
        turn = script[taken] if taken < len(script) else SILENT
        for other in turn.after:
            self._ended[other].wait(_PATIENCE)
        request = {"script": name, "turn": taken, "time": time.time(), "messages": messages}
        with self._lock:
            self._log.write(json.dumps(request) + "\n")
            self._log.flush()
            return turn, next(self._serials)

    def delivered(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """An answer has gone out; with the last of a script, the script has ended."""
        name = script_name(messages) or ""
        if turns_taken(messages) + 1 >= len(self._scripts.get(name, ())) and name in self._ended:
            self._ended[name].set()


class Handler(BaseHTTPRequestHandler):
    """`POST /v1/messages`, streamed; 404 to everything else that the client may ask for."""

    model: Model
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
        if self.path.partition("?")[0] != "/v1/messages":
            return self._reply(404, {})
        turn, serial = self.model.answer(body["messages"])
        if turn.status != 200:
            error = {"type": "invalid_request_error", "message": "the script says no"}
            self._reply(turn.status, {"type": "error", "error": error})
        else:
            blocks = content(turn, body["messages"], serial)
            self._stream(stream(blocks, body["model"], serial))
        return self.model.delivered(body["messages"])

    def do_GET(self) -> None:
        self._reply(404, {})

    def do_HEAD(self) -> None:
        self._reply(404, {})

    def log_message(self, *_: Any) -> None:
        """Silent: the log of requests tells more."""

    def _reply(self, status: int, document: Mapping[str, Any]) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _stream(self, events: Iterator[tuple[str, dict[str, Any]]]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for name, data in events:
            self.wfile.write(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())
        self.close_connection = True


def raise_loopback() -> None:
    """Bring `lo` of a new network namespace up; `ip` is not on every machine."""
    get_flags, set_flags, up = 0x8913, 0x8914, 0x1  # netdevice(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, get_flags, struct.pack("16sh22x", b"lo", 0))
        (flags,) = struct.unpack_from("h", answer, 16)
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh22x", b"lo", flags | up))


def main(scripts: str, log: str, *command: str) -> int:
    raise_loopback()
    with Path(log).open("w") as file:
        Handler.model = Model(read_scripts(Path(scripts)), file)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {**os.environ, "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{server.server_port}"}
        try:
            return subprocess.run(command, env=env, timeout=_LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            return 124


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
