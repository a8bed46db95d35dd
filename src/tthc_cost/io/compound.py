"""Compound files (OLE), in which Office of 1997 to 2003 kept its documents: one of the streams inside."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["stream_of"]

_SECTOR_BITS: Final = frozenset({9, 12})
_MINI_SECTOR: Final = 64
_SHORTEST_IN_SECTORS: Final = 4096
_LAST_SECTOR: Final = 0xFFFFFFFA
"""Numbers from here on stand for no sector: the end of a chain, or a free one."""
_END: Final = 0xFFFFFFFE
_ENTRY: Final = 128


def stream_of(data: bytes, name: str) -> bytes | None:
    """Return a stream of a compound file by its name; None if there is none.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Name of the stream.

    Raises
    ------
    ValueError, IndexError, struct.error
        If the file is damaged: chains that run in a circle or out of the file.
    """
    (bits,) = struct.unpack_from("<H", data, 30)
    if bits not in _SECTOR_BITS:
        raise ValueError(bits)
    sectors = _Sectors(data, 1 << bits, 1)
    directory_at, mini_at, more_at = struct.unpack_from("<I8xI4xI", data, 48)
    lists = list(struct.unpack_from("<109I", data, 76))
    seen = 0
    while more_at < _LAST_SECTOR:
        *more, more_at = sectors.numbers(more_at)
        lists += more
        seen += 1
        if seen > len(data) // sectors.size:
            raise ValueError(more_at)
    following = [number for at in lists if at < _LAST_SECTOR for number in sectors.numbers(at)]
    directory = sectors.chain(directory_at, following)
    entries = [_entry(directory, start) for start in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    root = entries[0]
    for title, kind, start, size in entries:
        if kind == 2 and title == name:  # noqa: PLR2004 - a stream, as the format numbers its entries
            if size >= _SHORTEST_IN_SECTORS:
                return sectors.chain(start, following)[:size]
            small = _Sectors(sectors.chain(root[2], following), _MINI_SECTOR, 0)
            table = sectors.chain(mini_at, following)
            return small.chain(start, struct.unpack(f"<{len(table) // 4}I", table))[:size]
    return None


def _entry(directory: bytes, start: int) -> tuple[str, int, int, int]:
    """Return the name, kind, first sector and size of an entry of the directory."""
    length, kind = struct.unpack_from("<HB", directory, start + 64)
    first, size = struct.unpack_from("<II", directory, start + 116)
    return directory[start : start + min(length, 64)].decode("utf-16-le", "replace").rstrip("\0"), kind, first, size


class _Sectors:
    """Bytes in sectors of one size, so many of which come before the first that has a number."""

    def __init__(self, data: bytes, size: int, before: int) -> None:
        self.data = data
        self.size = size
        self.before = before

    def sector(self, number: int) -> bytes:
        start = (number + self.before) * self.size
        sector = self.data[start : start + self.size]
        if not sector:
            raise ValueError(number)
        return sector

    def numbers(self, number: int) -> tuple[int, ...]:
        sector = self.sector(number)
        return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])

    def chain(self, number: int, following: Sequence[int]) -> bytes:
        """Join the sectors of a chain, none of which may come twice."""
        found: list[bytes] = []
        while number != _END:
            if len(found) > len(self.data) // self.size:
                raise ValueError(number)
            found.append(self.sector(number))
            number = following[number]
        return b"".join(found)
