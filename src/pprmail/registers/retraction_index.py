"""An index of a retraction list: what it says of one DOI is found in two reads, however long the list is.

It is one file: a line that names its format and guards the next; a line of JSON about the list; where each bucket begins (eight
bytes each); the buckets. A DOI's bucket is told by its CRC-32. A bucket is a CRC-32 over its number and its text, then a
line for each entry, its fields parted by tabs. So damage anywhere is seen when it is read, and nothing else need be read. (To import
sqlite3 and to open a database takes ten times as long as all of this.)
"""

from __future__ import annotations

import io
import json
import struct
from datetime import date
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from zlib import crc32

from pprmail.literature import Listed, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pprmail.registers.retraction_csv import Entry

_FORMAT = b"pprmail retractions 1 "
_BYTES_A_BUCKET = 4096
_LONGEST_HEADER = 1024
_OFFSET = struct.Struct("<Q")
_GUARD = struct.Struct("<I")


class BrokenIndexError(Exception):
    """The index is damaged, of another format, or not the one it was."""


class Header(NamedTuple):
    """What the index knows of the list: its file's ``size`` and ``mtime_ns`` when it was read, and its SHA-256 in hex.

    ``rows`` are its data rows, ``cut_short`` those among them that lack columns; ``newest`` is its latest day in ISO form, or ''.
    """

    size: int
    mtime_ns: int
    sha256: str
    rows: int
    cut_short: int
    newest: str
    buckets: int


def make_index(entries: Iterable[Entry | None], *, size: int, mtime_ns: int, sha256: str) -> bytes:
    """The index of ``entries``, where None stands for a row cut short. The list's file is of ``size`` bytes."""
    buckets = size // _BYTES_A_BUCKET + 1
    texts = [bytearray() for _ in range(buckets)]
    rows = cut_short = 0
    newest: date | None = None
    for entry in entries:
        rows += 1
        if entry is None:
            cut_short += 1
            continue
        nature, day, notice, reason, title = entry.listed
        if day and (newest is None or day > newest):
            newest = day
        for doi in entry.dois:
            written = day.isoformat() if day else ""
            line = f"{doi}\t{entry.record}\t{nature}\t{written}\t{notice}\t{reason}\t{title}\n"
            texts[crc32(doi.encode()) % buckets] += line.encode()
    header = _header_bytes(
        Header(size, mtime_ns, sha256, rows, cut_short, newest.isoformat() if newest else "", buckets)
    )
    return b"".join((header, *_offsets(texts, len(header)), *_guarded(texts)))


def _offsets(texts: list[bytearray], begin: int) -> Iterator[bytes]:
    at = begin + (len(texts) + 1) * _OFFSET.size
    yield _OFFSET.pack(at)
    for text in texts:
        at += _GUARD.size + len(text)
        yield _OFFSET.pack(at)


def _guarded(texts: list[bytearray]) -> Iterator[bytes | bytearray]:
    for number, text in enumerate(texts):
        yield _GUARD.pack(_guard(number, text))
        yield text


def read_header(file: BinaryIO) -> tuple[Header, bytes]:
    """What the index in ``file`` knows of its list, and the bytes that say so. Raises ``BrokenIndexError``."""
    start = file.read(_LONGEST_HEADER)
    named, _, rest = start.partition(b"\n")
    told = rest.partition(b"\n")[0]
    if named != _named(told):
        raise BrokenIndexError
    return Header(**json.loads(told)), start[: len(named) + len(told) + 2]


def find_in_index(file: BinaryIO, header: Header, written: bytes, doi: str) -> tuple[Listed, ...]:
    """What stands on the folded ``doi``, as ``literature.standing`` has it; () for one not listed.

    Raises ``BrokenIndexError`` when ``file`` does not begin as ``written``, or is damaged there.
    """
    number = crc32(doi.encode()) % header.buckets
    if file.read(len(written)) != written:
        raise BrokenIndexError
    try:
        file.seek(len(written) + number * _OFFSET.size)
        begin, end = struct.unpack("<QQ", file.read(2 * _OFFSET.size))
        if not begin <= end <= file.seek(0, io.SEEK_END):
            raise BrokenIndexError
        file.seek(begin)
        bucket = file.read(end - begin)
        guard, payload = _GUARD.unpack(bucket[: _GUARD.size])[0], bucket[_GUARD.size :]
    except struct.error as error:
        raise BrokenIndexError from error
    if guard != _guard(number, payload):
        raise BrokenIndexError
    found = [line.split("\t") for line in payload.decode().split("\n") if line.startswith(f"{doi}\t")]
    return standing(_listed(*fields[2:]) for fields in sorted(found, key=lambda fields: int(fields[1])))


def _listed(nature: str, day: str, notice_doi: str, reason: str, title: str) -> Listed:
    return Listed(nature, date.fromisoformat(day) if day else None, notice_doi, reason, title)


def _header_bytes(header: Header) -> bytes:
    told = json.dumps(header._asdict(), separators=(",", ":")).encode()
    return _named(told) + b"\n" + told + b"\n"


def _named(told: bytes) -> bytes:
    return _FORMAT + f"{crc32(told):08x}".encode()


def _guard(number: int, payload: bytes | bytearray) -> int:
    return crc32(payload, crc32(_OFFSET.pack(number)))
