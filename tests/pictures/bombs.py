#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Files that pretend to be pictures, and cost whoever believes them memory or time. Most are written byte by byte: no
library would make them."""
import argparse
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import degraded

HUGE = 65500           # pixels a side: the most that JPEG holds, nearly
MILLION = 1_000_000
FITS = 10 << 20        # bytes: as much as is taken at all


@dataclass
class Bomb:
    """make() gives its bytes. refused: it is no picture that may be read; the others hold no code, at most."""
    name: str
    make: Callable
    refused: bool = True


# PNG

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width, height, interlaced=False):
    """8 bits of grey."""
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced))


def zeros(count):
    """count bytes of nothing, deflated."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(count >> 20)]
    return b"".join([*parts, packer.compress(bytes(count & 0xfffff)), packer.flush()])


def png(*between, side=64):
    """A white square, with chunks before its pixels."""
    pixels = zlib.compress((b"\0" + b"\xff" * side) * side)
    return b"".join([png_header(side, side), *between, chunk(b"IDAT", pixels), chunk(b"IEND")])


def png_huge():
    return png_header(HUGE, HUGE) + chunk(b"IDAT", zeros(1 << 20)) + chunk(b"IEND")


def png_too_long():
    """64 x 64 pixels, and a gigabyte to unpack after them."""
    return png_header(64, 64) + chunk(b"IDAT", zeros(1 << 30)) + chunk(b"IEND")


def png_chunks(count, kind=b"abCd"):
    return png(chunk(kind) * count)


def png_empty_pixels(count):
    """The pixels come after so many chunks of none."""
    return png(chunk(b"IDAT") * count)


def png_packed_text():
    """A comment that unpacks to a gigabyte."""
    return png(chunk(b"zTXt", b"Comment\0\0" + zeros(1 << 30)))


def png_packed_profile():
    return png(chunk(b"iCCP", b"x\0\0" + zeros(1 << 28)))


# JPEG

def segment(marker, data=b""):
    return struct.pack(">BBH", 0xff, marker, len(data) + 2) + data


def huffman(table, symbol):
    """A table of one code: 0."""
    return segment(0xc4, bytes([table, 1, *bytes(15), symbol]))


def frame(kind, width, height):
    """Grey, after a table of quantities that are all one."""
    return segment(0xdb, bytes([0, *[1] * 64])) + segment(kind, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")


def scan(first, last, bits):
    return segment(0xda, bytes([1, 1, 0, first, last, 0])) + bits


def jpeg(*between, side=64):
    """A grey square, with segments before its pixels."""
    blocks = (side // 8) ** 2
    return b"".join([b"\xff\xd8", *between, frame(0xc0, side, side), huffman(0, 0), huffman(0x10, 0),
                     scan(0, 63, bytes(blocks * 2 // 8 + 1)), b"\xff\xd9"])


def jpeg_huge(kind=0xc0):
    last = 63 if kind == 0xc0 else 0
    return b"".join([b"\xff\xd8", frame(kind, HUGE, HUGE), huffman(0, 0), huffman(0x10, 0), scan(0, last, bytes(4096)),
                     b"\xff\xd9"])


def jpeg_comments(count):
    return jpeg(segment(0xfe) * count)


def jpeg_scans(count, width=4000, height=3000):
    """Progressive: the same coefficients again and again, in the shortest way to say that all of them are zero."""
    blocks = -(-width // 8) * -(-height // 8)
    runs = -(-blocks // 32767)  # each a 0 and 14 ones: 32767 blocks without anything
    bits = ("0" + "1" * 14) * runs
    bits += "1" * (-len(bits) % 8)
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return b"".join([b"\xff\xd8", frame(0xc2, width, height), huffman(0, 0), scan(0, 0, bytes(blocks // 8 + 1)),
                     huffman(0x10, 0xe0), scan(1, 63, packed) * count, b"\xff\xd9"])


# WebP

def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def piece(kind, data=b""):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def extended(width, height, flags=0):
    return piece(b"VP8X", bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def webp_chunks(count):
    """Pieces that nobody knows, before the pixels of a picture that is there."""
    inner = degraded_file("WEBP")[12:]
    if inner[:4] == b"VP8X":
        inner = inner[18:]
    return riff(extended(64, 64), piece(b"abcd") * count, inner)


def webp_huge():
    """Lossless, of 16383 pixels a side: the most that WebP holds."""
    return riff(piece(b"VP8L", b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + bytes(1024)))


def webp_huge_canvas():
    return riff(extended(1 << 24, 1 << 7), piece(b"VP8L", b"\x2f" + bytes(1024)))


# Sound pictures of labels, and what is done to them

def degraded_file(kind):
    picture = degraded.make(1, "rotation", 1, 0)
    out = io.BytesIO()
    picture.image.save(out, kind)
    return out.getvalue()


def cut(kind, share):
    whole = degraded_file(kind)
    return whole[:int(len(whole) * share)]


def with_archive(kind):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("index.html", "<script>alert(1)</script>" * 100)
    return degraded_file(kind) + archive.getvalue()


def with_page(kind):
    return degraded_file(kind) + b"\n<!doctype html><script>alert(1)</script>" * 1000


BOMBS = (
    Bomb("png-65500x65500", png_huge),
    Bomb("jpeg-65500x65500", jpeg_huge),
    Bomb("jpeg-65500x65500-progressive", lambda: jpeg_huge(0xc2)),
    Bomb("webp-16383x16383", webp_huge),
    Bomb("webp-canvas-16777216x128", webp_huge_canvas),
    Bomb("png-cut", lambda: cut("PNG", 0.5)),
    Bomb("jpeg-cut", lambda: cut("JPEG", 0.5)),
    Bomb("webp-cut", lambda: cut("WEBP", 0.5)),
    Bomb("png-and-zip", lambda: with_archive("PNG")),
    Bomb("jpeg-and-html", lambda: with_page("JPEG")),
    Bomb("webp-and-zip", lambda: with_archive("WEBP")),
    Bomb("zeros-100-mb", lambda: bytes(100 * MILLION)),
    Bomb("zeros-10-mib", lambda: bytes(FITS)),
    Bomb("png-million-chunks", lambda: png_chunks(MILLION)),
    Bomb("png-870000-chunks", lambda: png_chunks(870_000)),
    Bomb("png-870000-empty-idat", lambda: png_empty_pixels(870_000)),
    Bomb("png-too-long", png_too_long),
    Bomb("png-packed-text", png_packed_text, refused=False),
    Bomb("png-packed-profile", png_packed_profile, refused=False),
    Bomb("jpeg-million-comments", lambda: jpeg_comments(MILLION)),
    Bomb("jpeg-2600000-comments", lambda: jpeg_comments(2_600_000)),
    Bomb("jpeg-5000-scans", lambda: jpeg_scans(5000)),
    Bomb("jpeg-200000-scans", lambda: jpeg_scans(200_000)),
    Bomb("webp-million-chunks", lambda: webp_chunks(MILLION)),
)


def make_all(folder):
    """Writes each; yields (Bomb, path)."""
    for bomb in BOMBS:
        path = Path(folder) / bomb.name
        path.write_bytes(bomb.make())
        yield bomb, path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for bomb, path in make_all(given.folder):
        print(f"{path}  {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
