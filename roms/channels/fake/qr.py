"""A QR code as a PNG picture, of one size: 29 by 29 modules, error correction L, 53 bytes at most (ISO/IEC 18004)."""

from __future__ import annotations

import functools

from roms.channels.fake.drawing import png

SIZE, DATA_BYTES, CHECK_BYTES = 29, 55, 15
FORMAT = 0b111011111000100  # level L, mask 0, with its own check bits
QUIET, SCALE = 4, 8

Grid = list[list[bool | None]]


def picture(text: str) -> bytes:
    """The code of this text as a PNG. Raises ValueError for more than 53 bytes."""
    rows = matrix(text)
    width = (SIZE + 2 * QUIET) * SCALE

    def colour(x: int, y: int) -> tuple[int, int, int]:
        column, row = x // SCALE - QUIET, y // SCALE - QUIET
        dark = 0 <= column < SIZE and 0 <= row < SIZE and rows[row][column]
        return (0, 0, 0) if dark else (255, 255, 255)

    return png(width, width, colour)


def matrix(text: str) -> list[list[bool]]:
    """Its modules, row by row; True is dark."""
    data = _codewords(text.encode())
    grid = _frame()
    bits = iter([bool(byte >> shift & 1) for byte in (*data, *_check(data)) for shift in range(7, -1, -1)])
    for row, column in _path():
        if grid[row][column] is None:
            grid[row][column] = next(bits, False) ^ ((row + column) % 2 == 0)
    return [[bool(cell) for cell in line] for line in grid]


def _codewords(data: bytes) -> list[int]:
    if len(data) > DATA_BYTES - 2:
        raise ValueError("that is too long for this size of code")
    bits = f"0100{len(data):08b}{''.join(f'{byte:08b}' for byte in data)}0000"
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return (words + [0xEC, 0x11] * DATA_BYTES)[:DATA_BYTES]


@functools.cache
def _field() -> tuple[list[int], list[int]]:
    power, log, value = [0] * 512, [0] * 256, 1
    for exponent in range(255):
        power[exponent] = power[exponent + 255] = value
        log[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return power, log


def _times(one: int, other: int) -> int:
    power, log = _field()
    return power[log[one] + log[other]] if one and other else 0


def _check(data: list[int]) -> list[int]:
    """The remainder of a division by the generator polynomial."""
    power, _ = _field()
    generator = [1]
    for root in range(CHECK_BYTES):
        longer = [*generator, 0]
        for place, factor in enumerate(generator):
            longer[place + 1] ^= _times(factor, power[root])
        generator = longer
    rest = data + [0] * CHECK_BYTES
    for place in range(len(data)):
        factor = rest[place]
        for step, part in enumerate(generator):
            rest[place + step] ^= _times(part, factor)
    return rest[len(data) :]


def _frame() -> Grid:
    """Everything that is no data: corners, the small square, dotted lines, what level and mask it is."""
    grid: Grid = [[None] * SIZE for _ in range(SIZE)]
    for top, left in ((0, 0), (0, SIZE - 7), (SIZE - 7, 0)):
        for row in range(max(0, top - 1), min(SIZE, top + 8)):
            for column in range(max(0, left - 1), min(SIZE, left + 8)):
                far = max(abs(row - top - 3), abs(column - left - 3))
                grid[row][column] = far in (0, 1, 3)
    for row in range(20, 25):
        for column in range(20, 25):
            grid[row][column] = max(abs(row - 22), abs(column - 22)) != 1
    for place in range(8, SIZE - 8):
        grid[6][place] = grid[place][6] = place % 2 == 0
    _level(grid)
    return grid


def _level(grid: Grid) -> None:
    around = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(SIZE - 1 - step, 8) for step in range(7)] + [(8, SIZE - 8 + step) for step in range(8)]
    for places in (around, apart):
        for bit, (row, column) in enumerate(places):
            grid[row][column] = bool(FORMAT >> (14 - bit) & 1)
    grid[SIZE - 8][8] = True


def _path() -> list[tuple[int, int]]:
    """From the lower right corner in columns of two, up and down, around the dotted line."""
    path, up = [], True
    for right in (*range(SIZE - 1, 6, -2), 5, 3, 1):
        for row in range(SIZE - 1, -1, -1) if up else range(SIZE):
            path += [(row, right), (row, right - 1)]
        up = not up
    return path
