"""The state file on disk: read whole, replaced whole, and one clear line when it is broken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.spec.state import StateError, read, write
from ralph_hooks.spec.state_file import LIMIT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ralph-state.json"


def refused(path: Path) -> str:
    with pytest.raises(StateError) as error:
        read(path)
    return str(error.value)


def test_a_missing_file_is_none(path: Path) -> None:
    assert read(path) is None


def test_a_dangling_symlink_is_none(path: Path) -> None:
    path.symlink_to("nowhere")
    assert read(path) is None


def test_the_form_is_that_of_jq(path: Path) -> None:
    write(path, {"name": "größe", "n": {"a": [1]}})
    assert path.read_bytes() == '{\n  "name": "größe",\n  "n": {\n    "a": [\n      1\n    ]\n  }\n}\n'.encode()


def test_a_byte_order_mark_is_read(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read(path) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ".ralph-state.json is corrupt: Expecting value"),
        (b'{"a": 1', ".ralph-state.json is corrupt: "),
        (b'{"a": "\xff"}', ".ralph-state.json is corrupt: 'utf-8' codec can't decode"),
        (b'{"a": NaN}', ".ralph-state.json is corrupt: NaN is not JSON"),
        (b'{"a": ' + b"[" * 100_000, ".ralph-state.json is corrupt: "),
        (b'{"a": ' + b"9" * 5000 + b"}", ".ralph-state.json is corrupt: "),
        (b"[1]", ".ralph-state.json holds no JSON object"),
        (b"null", ".ralph-state.json holds no JSON object"),
        (b'{"a": "' + b"x" * LIMIT + b'"}', f".ralph-state.json is not a file of at most {LIMIT} bytes"),
    ],
)
def test_a_corrupt_file_is_one_clear_line(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    assert refused(path).startswith(message)
    assert "\n" not in refused(path)


def test_a_directory_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    assert refused(path).startswith(".ralph-state.json is not a file")


def test_a_pipe_in_its_place_does_not_block(path: Path) -> None:
    os.mkfifo(path)
    assert refused(path).startswith(".ralph-state.json is not a file")


def test_a_circle_of_symlinks_cannot_be_read(path: Path) -> None:
    path.symlink_to(path.name)
    assert refused(path).startswith(".ralph-state.json cannot be read: ")


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_the_mode_is_kept(path: Path, mode: int) -> None:
    write(path, {})
    path.chmod(mode)
    write(path, {"a": 1})
    assert path.stat().st_mode & 0o777 == mode


def test_a_new_file_can_be_read_by_others(path: Path) -> None:
    write(path, {})
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_file_is_replaced_not_rewritten(path: Path) -> None:
    write(path, {"a": 1})
    with path.open() as reader:
        write(path, {"a": 2})
        assert json.load(reader) == {"a": 1}


def test_a_symlink_stays_one_and_its_target_is_written(tmp_path: Path, path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real/state.json", {"a": 1})
    path.symlink_to("real/state.json")
    write(path, {"a": 2})
    assert path.is_symlink()
    assert read(tmp_path / "real/state.json") == {"a": 2}
    assert [entry.name for entry in (tmp_path / "real").iterdir()] == ["state.json"]


def test_nothing_is_left_behind_when_the_write_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    write(path, {"a": 1})
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateError, match=r"cannot be written: No space left on device; make its directory writable"):
        write(path, {"a": 2})
    assert read(path) == {"a": 1}
    assert list(path.parent.iterdir()) == [path]


def test_a_directory_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be written: No such file"):
        write(tmp_path / "gone/.ralph-state.json", {})


def test_the_content_is_on_disk_before_the_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (seen.append("sync"), sync(fd))[1])
    monkeypatch.setattr(Path, "replace", lambda self, target: (seen.append("replace"), replace(self, target))[1])
    write(path, {})
    assert seen == ["sync", "replace", "sync"]


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_json_cannot_hold_is_refused(path: Path, value: float) -> None:
    with pytest.raises(StateError, match="cannot be written"):
        write(path, {"a": value})
    assert not path.exists()


def test_a_lone_surrogate_survives(path: Path) -> None:
    path.write_text('{"a": "\\ud800", "b": "ü"}')
    document = read(path)
    assert document is not None
    write(path, document)
    assert read(path) == {"a": "\ud800", "b": "ü"}


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
        ),
        max_size=4,
    )
)
def test_what_is_written_is_read_in_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("state") / ".ralph-state.json"
    write(path, document)
    back = read(path)
    assert back is not None
    assert list(back.items()) == list(document.items())
