"""Many new objects in one stream, for one git process to store: version 2 of the format in `git help gitformat-pack`.

Nothing but whole objects: no deltas, no offsets, nothing that has to be looked up.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Collection

_TYPES = {"commit": 1, "tree": 2, "blob": 3}
_LEVEL = 1  # of compression: the stream is read once, a few milliseconds from now
_BLOCK = 0xFFFF  # bytes; what one block of the deflate format holds as it is


def object_id(hash_name: str, kind: str, content: bytes) -> str:
    """The id that git gives to an object. `hash_name`: sha1 or sha256."""
    return hashlib.new(hash_name, header(kind, content) + content, usedforsecurity=False).hexdigest()


def header(kind: str, content: bytes) -> bytes:
    """What stands before the content wherever an object stands alone: where its id is made, in a file of its own."""
    return f"{kind} {len(content)}\0".encode()


def pack(hash_name: str, objects: Collection[tuple[str, bytes]]) -> bytes:
    """The pack that holds these (kind, content) pairs, each of which should be there once."""
    parts = [struct.pack(">4sII", b"PACK", 2, len(objects))]
    for kind, content in objects:
        parts.append(_header(_TYPES[kind], len(content)))
        parts.append(deflated(content))
    body = b"".join(parts)
    return body + hashlib.new(hash_name, body, usedforsecurity=False).digest()


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


def _header(number: int, size: int) -> bytes:
    """Type and size: three bits and four bits in the first byte, then seven bits of the size in each."""
    header = bytearray([number << 4 | size & 0xF])
    size >>= 4
    while size:
        header[-1] |= 0x80
        header.append(size & 0x7F)
        size >>= 7
    return bytes(header)
