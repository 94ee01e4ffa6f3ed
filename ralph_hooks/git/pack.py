"""Many new objects in one pack, for git to store or to look into: version 2 of `git help gitformat-pack`.

Nothing but whole objects: no deltas, nothing that has to be looked up.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import accumulate

_TYPES = {"commit": 1, "tree": 2, "blob": 3}
_LEVEL = 1  # of compression: the stream is read once, a few milliseconds from now
_INDEX = struct.pack(">4sI", b"\xfftOc", 2)
_FAN = len(_INDEX) + 256 * 4  # bytes before the ids of an index
_BLOCK = 0xFFFF  # bytes; what one block of the deflate format holds as it is


def object_id(hash_name: str, kind: str, content: bytes) -> str:
    """The id that git gives to an object. `hash_name`: sha1 or sha256."""
    return hashlib.new(hash_name, header(kind, content) + content, usedforsecurity=False).hexdigest()


def header(kind: str, content: bytes) -> bytes:
    """What stands before the content wherever an object stands alone: where its id is made, in a file of its own."""
    return f"{kind} {len(content)}\0".encode()


def pack(hash_name: str, objects: Collection[tuple[str, bytes]]) -> bytes:
    """The pack that holds these (kind, content) pairs, each of which should be there once."""
    return _summed(hash_name, [_pack_header(len(objects)), *_entries(objects)])


def indexed_pack(hash_name: str, objects: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """The pack that holds these (kind, content) pairs by id, and its index."""
    entries = list(_entries(objects.values()))
    made = _summed(hash_name, [_pack_header(len(objects)), *entries])
    starts = accumulate(map(len, entries), initial=len(_pack_header(0)))
    rows = sorted(zip(map(bytes.fromhex, objects), map(zlib.crc32, entries), starts, strict=False))
    first = Counter(oid[0] for oid, _, _ in rows)
    numbers = [*accumulate(first[byte] for byte in range(256))]
    parts = [_INDEX, _numbers(numbers), *(oid for oid, _, _ in rows), _numbers(crc for _, crc, _ in rows)]
    size = hashlib.new(hash_name, usedforsecurity=False).digest_size
    return made, _summed(hash_name, [*parts, _numbers(start for _, _, start in rows), made[-size:]])


def listed(index: bytes, size: int) -> Iterator[str]:
    """The ids, of `size` bytes, in the index of a pack."""
    (count,) = struct.unpack_from(">I", index, _FAN - 4)
    return (index[at : at + size].hex() for at in range(_FAN, _FAN + count * size, size))


def deflated(content: bytes) -> bytes:
    """The content as a zlib stream (RFC 1950).

    As it is, where it is short: to set up a compressor costs more than what most trees and pages would lose, and the
    pack that is meant to last is made by git.
    """
    if len(content) > _BLOCK:
        return zlib.compress(content, _LEVEL)
    size = len(content)
    return (
        b"\x78\x01" + struct.pack("<BHH", 1, size, size ^ _BLOCK) + content + struct.pack(">I", zlib.adler32(content))
    )


def _pack_header(count: int) -> bytes:
    return struct.pack(">4sII", b"PACK", 2, count)


def _entries(objects: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    return (_header(_TYPES[kind], len(content)) + deflated(content) for kind, content in objects)


def _summed(hash_name: str, parts: Iterable[bytes]) -> bytes:
    body = b"".join(parts)
    return body + hashlib.new(hash_name, body, usedforsecurity=False).digest()


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack(">I", value) for value in values)


def _header(number: int, size: int) -> bytes:
    """Type and size: three bits and four bits in the first byte, then seven bits of the size in each."""
    header = bytearray([number << 4 | size & 0xF])
    size >>= 4
    while size:
        header[-1] |= 0x80
        header.append(size & 0x7F)
        size >>= 7
    return bytes(header)
