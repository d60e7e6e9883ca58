#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Pictures of labels, made worse in one way at a time: NAME.png or NAME.jpg, and NAME.txt with the texts that must be
read in it, a line each. Where other codes are beside the label, NAME.other.txt has those that may be read too.

The same seed gives the same pictures. Strength 0 is mild; the last of a kind is where most decoders give up."""
import argparse
import subprocess
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFont

URL = "https://register.example.com/r/"
QUIET = 4            # modules of white around the code
PHOTO = (4032, 3024)  # what a phone takes by default: 12 megapixels


@dataclass
class Picture:
    """image: grey or colour; texts: must be read; others: may be read; how it is saved."""
    image: Image.Image
    texts: list
    others: list = field(default_factory=list)
    suffix: str = ".png"
    options: dict = field(default_factory=dict)

    def save(self, folder, name):
        path = Path(folder) / (name + self.suffix)
        self.image.save(path, **self.options)
        path.with_suffix(".txt").write_text("".join(text + "\n" for text in self.texts))
        if self.others:
            path.with_suffix(".other.txt").write_text("".join(text + "\n" for text in self.others))
        return path


def modules(text, level="M"):
    """The code as an array of module by module, 0 black and 255 white, without the white around it."""
    done = subprocess.run(["qrencode", "-t", "ASCII", "-m", "0", "-l", level, "-o", "-", text],
                          capture_output=True, check=True)
    rows = [row[::2] for row in done.stdout.splitlines()]
    return numpy.array([[0 if module == ord("#") else 255 for module in row] for row in rows], "uint8")


def typed(identifier, width):
    """The identifier under the code, in groups of four, as wide as the label."""
    groups = [identifier[i:i + 4] for i in range(0, len(identifier), 4)]
    font = ImageFont.load_default()
    lines = [" ".join(groups[:4]), " ".join(groups[4:])]
    image = Image.new("L", (max(int(font.getlength(line)) for line in lines), 24), 255)
    for row, line in enumerate(lines):
        ImageDraw.Draw(image).text((0, row * 12), line, 0, font)
    inner = width * 3 // 4
    image = image.resize((inner, image.height * inner // image.width))
    out = numpy.full((image.height + width // 20, width), 255, "uint8")
    out[:image.height, (width - inner) // 2:(width + inner) // 2] = image
    return out


@dataclass
class Label:
    """pixels: the label, scale pixels a module; side: of the code with its white, in modules."""
    pixels: numpy.ndarray
    scale: int
    side: int
    text: str


def label(rng, text=None, level="M", scale=8, spoil=None):
    """A label for a random identifier, or a code of any text. spoil: changes the code's pixels before all else."""
    identifier = None
    if text is None:
        identifier = rng.bytes(16).hex()
        text = URL + identifier
    code = numpy.kron(modules(text, level), numpy.ones((scale, scale), "uint8"))
    if spoil:
        code = spoil(code)
    pixels = numpy.pad(code, QUIET * scale, constant_values=255)
    side = pixels.shape[1]
    if identifier:
        pixels = numpy.vstack([pixels[:-2 * scale], typed(identifier, side)])
    return Label(pixels.astype("float32"), scale, side // scale, text)


# Where things are: homographies of 3 x 3, as points of rows.

def homography(corners):
    """Maps points of the picture to (0, 0) .. (1, 1) of the label, whose corners are given clockwise from the top left."""
    unit = [(0, 0), (1, 0), (1, 1), (0, 1)]
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, unit):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return numpy.append(numpy.linalg.solve(numpy.array(rows), numpy.array(right)), 1).reshape(3, 3)


def corners_of(width, height, middle, degrees, tilt=0.0, towards=0.0, distance=2.5):
    """Corners of a flat label turned in the picture, and tilted away from the camera about an axis in its plane."""
    points = numpy.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2
    points = points @ turn(degrees).T
    axis = turn(towards)
    along = points @ axis
    depth = along[:, 1] * numpy.sin(numpy.radians(tilt))
    along[:, 1] *= numpy.cos(numpy.radians(tilt))
    along /= (1 + depth / (distance * max(width, height)))[:, None]
    return along @ axis.T + numpy.array(middle)


def turn(degrees):
    cosine, sine = numpy.cos(numpy.radians(degrees)), numpy.sin(numpy.radians(degrees))
    return numpy.array([[cosine, -sine], [sine, cosine]])


def sample(pixels, x, y):
    """Pixels between pixels. x and y are where to look, anywhere inside."""
    height, width = pixels.shape
    x = numpy.clip(x, 0, width - 1.001)
    y = numpy.clip(y, 0, height - 1.001)
    left, top = x.astype("int32"), y.astype("int32")
    across, down = x - left, y - top
    at = top * width + left
    flat = pixels.ravel()
    upper = flat[at] * (1 - across) + flat[at + 1] * across
    lower = flat[at + width] * (1 - across) + flat[at + width + 1] * across
    return upper * (1 - down) + lower * down


def paste(scene, pixels, corners, bend=0.0, fine=2):
    """Puts the label's pixels into the scene, seen from `fine` x `fine` points a pixel. bend: half the angle, in degrees,
    that it goes around a standing cylinder seen from the front."""
    low = numpy.maximum(numpy.floor(corners.min(0)).astype(int) - 1, 0)
    high = numpy.minimum(numpy.ceil(corners.max(0)).astype(int) + 2, (scene.shape[1], scene.shape[0]))
    width, height = high - low
    columns = (numpy.arange(width * fine, dtype="float32") + 0.5) / fine + low[0]
    rows = (numpy.arange(height * fine, dtype="float32") + 0.5) / fine + low[1]
    x, y = numpy.meshgrid(columns, rows)
    matrix = homography(corners).astype("float32")
    u, v, w = (matrix[row, 0] * x + matrix[row, 1] * y + matrix[row, 2] for row in range(3))
    u, v = u / w, v / w
    if bend:
        u, v = around(u, v, numpy.radians(bend))
    inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    found = sample(pixels, u * pixels.shape[1] - 0.5, v * pixels.shape[0] - 0.5)
    found, share = smaller(numpy.where(inside, found, 0), fine), smaller(inside.astype("float32"), fine)
    part = scene[low[1]:high[1], low[0]:high[0]]
    part[:] = part * (1 - share) + found


def around(u, v, half):
    """Where a point of the picture is on a label wrapped around a cylinder, whose middle is nearer and bulges down."""
    sine = numpy.clip((2 * u - 1), -1, 1) * numpy.sin(half)
    angle = numpy.arcsin(sine)
    sag = 0.15 * (1 - numpy.cos(angle))
    return numpy.where((u < 0) | (u > 1), u, (angle / half + 1) / 2), v + sag


def smaller(pixels, times):
    height, width = pixels.shape
    return pixels.reshape(height // times, times, width // times, times).mean((1, 3))


# Surfaces.

def clouds(rng, width, height, steps=(3, 9, 31), depth=(1, 0.5, 0.25)):
    """Noise of several sizes, from -1 to 1 or so."""
    out = numpy.zeros((height, width), "float32")
    for step, share in zip(steps, depth):
        small = Image.fromarray(rng.standard_normal((step, step), dtype="float32"))
        out += share * numpy.asarray(small.resize((width, height), Image.BICUBIC))
    return out / 2


def surface(rng, side):
    """What a label lies on: even enough, and darker than paper."""
    return numpy.clip(rng.uniform(90, 190) + 20 * clouds(rng, side, side), 0, 255).astype("float32")


def scene(rng, module, degrees=None, tilt=0.0, bend=0.0, given=None, white=235, black=20, room=1.6):
    """A label in a picture about half again as wide: module pixels a module, turned a little or by so many degrees."""
    given = given or label(rng)
    width = given.side * module
    height = width * given.pixels.shape[0] / given.pixels.shape[1]
    side = int(max(width, height) * room) + 8
    out = surface(rng, side)
    middle = side / 2 + rng.uniform(-0.04, 0.04, 2) * side
    degrees = rng.uniform(-6, 6) if degrees is None else degrees
    corners = corners_of(width, height, middle, degrees, tilt, rng.uniform(0, 360))
    paste(out, black + given.pixels * ((white - black) / 255), corners, bend, fine=3 if module < 4 else 2)
    return out, given


def grey(pixels):
    return Image.fromarray(numpy.clip(pixels + 0.5, 0, 255).astype("uint8"))


def simple(made, **how):
    pixels, given = made
    return Picture(grey(pixels), [given.text], **how)


def grain(rng, pixels, sigma):
    return pixels + sigma * rng.standard_normal(pixels.shape, dtype="float32")


def smear(pixels, kernel):
    """Each pixel the mean, by the kernel's weights, of those around it; the edge goes on for ever."""
    reach = kernel.shape[0] // 2
    shape = [side + 2 * reach for side in pixels.shape]
    wide = numpy.pad(pixels, reach, mode="edge")
    spectrum = numpy.fft.rfft2(wide) * numpy.fft.rfft2(kernel / kernel.sum(), shape)
    out = numpy.fft.irfft2(spectrum, shape)
    return out[2 * reach:, 2 * reach:].astype("float32")


def gaussian(sigma):
    reach = int(3 * sigma + 1)
    line = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / sigma) ** 2)
    return numpy.outer(line, line)


def stroke(length, degrees):
    """A straight movement of the hand."""
    reach = int(length / 2) + 2
    image = Image.new("L", ((2 * reach + 1) * 4,) * 2)
    middle, end = (reach + 0.5) * 4, turn(degrees) @ (length * 2, 0)
    ImageDraw.Draw(image).line([*(middle - end), *(middle + end)], 255, 3)
    return smaller(numpy.asarray(image, "float32"), 4)


# The kinds. Each takes a random generator and one of its strengths, and gives a Picture.

def rotation(rng, module):
    return simple(scene(rng, module, degrees=rng.uniform(0, 180), room=1.8))


def perspective(rng, tilt):
    return simple(scene(rng, 6, degrees=rng.uniform(0, 360), tilt=tilt, room=1.9))


def curved(rng, bend):
    return simple(scene(rng, 6, bend=bend))


def blur(rng, sigma):
    pixels, given = scene(rng, 6)
    return simple((grain(rng, smear(pixels, gaussian(6 * sigma)), 2), given))


def motion(rng, length):
    pixels, given = scene(rng, 6)
    return simple((grain(rng, smear(pixels, stroke(6 * length, rng.uniform(0, 180))), 2), given))


def noise(rng, sigma):
    pixels, given = scene(rng, 5)
    return simple((grain(rng, pixels, sigma), given))


def specks(rng, share):
    pixels, given = scene(rng, 5)
    hit = rng.random(pixels.shape) < share
    return simple((numpy.where(hit, rng.integers(0, 2, pixels.shape) * 255, pixels), given))


def contrast(rng, difference):
    dark = rng.uniform(20, 220 - difference)
    pixels, given = scene(rng, 5, white=dark + difference, black=dark)
    return simple((grain(rng, pixels, difference / 20), given))


def light(rng, darkest):
    """A lamp at one side: what is far from it has that share of the light."""
    pixels, given = scene(rng, 5)
    side = pixels.shape[0]
    direction = turn(rng.uniform(0, 360)) @ (1, 0)
    x, y = numpy.meshgrid(numpy.linspace(-1, 1, side), numpy.linspace(-1, 1, side))
    far = (x * direction[0] + y * direction[1]) / 2.8 + 0.5
    return simple((grain(rng, pixels * darkest ** far, 1.5), given))


def shadow(rng, darkness):
    """The edge of a shadow across the code."""
    pixels, given = scene(rng, 5)
    side = pixels.shape[0]
    normal = turn(rng.uniform(0, 360)) @ (1, 0)
    x, y = numpy.meshgrid(numpy.arange(side) - side / 2, numpy.arange(side) - side / 2)
    beyond = 1 / (1 + numpy.exp(-(x * normal[0] + y * normal[1] + rng.uniform(-0.15, 0.15) * side) / 2))
    return simple((grain(rng, pixels * (1 - beyond * (1 - darkness)), 1.5), given))


def glare(rng, radius):
    """A lamp's reflection, its radius a share of the code's side, washed out towards its middle."""
    pixels, given = scene(rng, 5)
    side = pixels.shape[0]
    code = given.side * 5
    middle = side / 2 + rng.uniform(-0.25, 0.25, 2) * code
    x, y = numpy.meshgrid(numpy.arange(side) - middle[0], numpy.arange(side) - middle[1])
    share = numpy.exp(-((x * x + y * y) / (radius * code) ** 2) ** 2)
    return simple((pixels * (1 - share) + 255 * share, given))


def inverse(rng, module):
    """Light modules on a dark label."""
    given = label(rng)
    given.pixels = 255 - given.pixels
    pixels, _ = scene(rng, module, given=given, degrees=rng.uniform(0, 360), room=1.8)
    return simple((grain(rng, smear(pixels, gaussian(0.6)), 3), given))


def jpeg(rng, quality):
    return simple(scene(rng, 4), suffix=".jpg", options={"quality": quality})


def small(rng, module):
    return simple(scene(rng, module))


def dirt(rng, share):
    """Blots of dark and light all over the code, that cover so much of it."""
    def spoil(code):
        image = Image.fromarray(code)
        side = code.shape[0]
        draw = ImageDraw.Draw(image)
        for _ in range(int(share * 400)):
            radius = side * rng.uniform(0.01, 0.04)
            x, y = rng.uniform(0, side, 2)
            draw.ellipse([x - radius, y - radius * 0.7, x + radius, y + radius * 0.7], int(rng.integers(0, 2) * 255))
        return numpy.asarray(image)
    return simple(scene(rng, 5, given=label(rng, spoil=spoil)))


def scratches(rng, count):
    def spoil(code):
        image = Image.fromarray(code)
        side = code.shape[0]
        for _ in range(count):
            ImageDraw.Draw(image).line([*rng.uniform(0, side, 4)], int(rng.integers(0, 3) > 0) * 255,
                                       int(side * rng.uniform(0.006, 0.016)))
        return numpy.asarray(image)
    return simple(scene(rng, 5, given=label(rng, spoil=spoil)))


def corner(rng, share):
    """The corner that has no finder pattern is torn off, by so much of the code's side."""
    def spoil(code):
        image = Image.fromarray(code)
        side = code.shape[0]
        cut = side * (1 - share * rng.uniform(0.8, 1.25)), side * (1 - share * rng.uniform(0.8, 1.25))
        ImageDraw.Draw(image).polygon([(side, cut[0]), (side, side), (cut[1], side)], int(rng.uniform(90, 255)))
        return numpy.asarray(image)
    return simple(scene(rng, 5, given=label(rng, spoil=spoil)))


def colour(rng, difference):
    """Printed in one colour on another; difference: of their brightness."""
    pixels, given = scene(rng, 5, white=1, black=0)
    weights = numpy.array([0.299, 0.587, 0.114])
    ends = rng.uniform(0, 255, (2, 3))
    dark = rng.uniform(30, 225 - difference)
    ends += (numpy.array([dark, dark + difference]) - ends @ weights)[:, None]
    paper = numpy.clip(pixels, 0, 1)[..., None]
    image = numpy.where(pixels[..., None] > 1.5, pixels[..., None], ends[0] * (1 - paper) + ends[1] * paper)
    image = numpy.clip(grain(rng, image.astype("float32"), 2), 0, 255).astype("uint8")
    return Picture(Image.fromarray(image), [given.text], suffix=".jpg", options={"quality": 85})


# Photographs of 12 megapixels.

def thing(rng, draw, width, height):
    """Something on the table: plain, striped, checked, or written on in lines."""
    x, y = rng.uniform(-0.1, 1, 2) * (width, height)
    wide, high = rng.uniform(0.05, 0.35, 2) * (width, width)
    ink, paper = (tuple(int(level) for level in rng.integers(10, 250, 3)) for _ in range(2))
    kind = rng.integers(0, 6)
    if kind == 0:
        return draw.ellipse([x, y, x + wide, y + high], paper, ink)
    if kind == 1:
        points = [(x + wide * rng.random(), y + high * rng.random()) for _ in range(5)]
        return draw.polygon(points, paper)
    draw.rectangle([x, y, x + wide, y + high], paper)
    step = int(rng.integers(6, 24))
    for top in numpy.arange(y + step, y + high - step, step):
        left = x + step
        while left < x + wide - 2 * step and kind > 2:  # words, or bars as of a bar code
            long = step * rng.uniform(0.3, 3)
            draw.rectangle([left, top, left + long, top + step * (0.5 if kind < 5 else 1)], ink)
            left += long + step * rng.uniform(0.2, 0.8)
        if kind == 2:
            draw.line([x, top, x + wide, top], ink, step // 3)
    return None


def clutter(rng):
    """A table with many things on it, as colours of 4032 x 3024."""
    width, height = PHOTO[0] // 2, PHOTO[1] // 2
    back = 130 + 60 * clouds(rng, width, height)[..., None] + rng.uniform(-30, 30, 3)
    image = Image.fromarray(numpy.clip(back, 0, 255).astype("uint8"))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        thing(rng, draw, width, height)
    return image.resize(PHOTO, Image.BILINEAR)


def photo(rng, share, progressive=False):
    """The label's code takes that share of the picture's width; at any place and angle."""
    return photographed(rng, label(rng, scale=16), PHOTO[0] * share, progressive=progressive)


def far(rng, module):
    """From across the room: module pixels a module, nearly straight ahead, and in better focus than what is near."""
    given = label(rng)
    return photographed(rng, given, given.side * module, tilt=10, softness=0.6, fine=3)


def photographed(rng, given, width, tilt=25, softness=1.0, fine=1, progressive=False):
    """width: of the code, in pixels; fine: as of paste()."""
    whole = clutter(rng)
    height = width * given.pixels.shape[0] / given.pixels.shape[1]
    reach = numpy.hypot(width, height) / 2 + 20
    middle = rng.uniform((reach, reach), (PHOTO[0] - reach, PHOTO[1] - reach))
    low = (middle - reach).astype(int)
    high = (middle + reach).astype(int)
    corners = corners_of(width, height, middle - low, rng.uniform(0, 360), rng.uniform(0, tilt), rng.uniform(0, 360))
    tint = rng.uniform(0.85, 1, 3)
    bands = []
    for band, part in zip(tint, numpy.moveaxis(numpy.asarray(whole.crop((*low, *high)), "float32"), 2, 0)):
        part = part.copy()
        paste(part, 25 + given.pixels * (0.8 * band), corners, fine=fine)
        bands.append(smear(part, gaussian(softness)))
    whole.paste(Image.fromarray(numpy.clip(numpy.stack(bands, 2), 0, 255).astype("uint8")), tuple(low))
    noise = rng.standard_normal((PHOTO[1], PHOTO[0], 1), dtype="float32")
    lamp = 0.75 + 0.15 * numpy.clip(clouds(rng, *PHOTO, (3,), (1,)), -2, 2)
    pixels = numpy.asarray(whole, "float32") * lamp[..., None] + 4 * noise
    image = Image.fromarray(numpy.clip(pixels, 0, 255).astype("uint8"))
    return Picture(image, [given.text], suffix=".jpg", options={"quality": 90, "progressive": progressive})


# More than one code.

FOREIGN = ("https://www.example.net/product/{}", "WIFI:T:WPA;S:guest;P:{};;", "4006381{}", "MAC:{};SN:00042")


def beside(rng, module, others):
    """The label and other codes in one picture, in a row at random."""
    given = [label(rng), *others]
    order = rng.permutation(len(given))
    step = 53 * module
    out = surface(rng, int(step * len(given)))
    for place, which in enumerate(order):
        width = given[which].side * module
        height = width * given[which].pixels.shape[0] / given[which].pixels.shape[1]
        middle = (step * (place + 0.5), step * (0.5 + 0.5 * (len(given) - 1) + rng.uniform(-0.2, 0.2)))
        paste(out, 20 + given[which].pixels * 0.85, corners_of(width, height, middle, rng.uniform(-12, 12)))
    return grain(rng, out, 3), given


def two(rng, module):
    """Two labels of different modules: both must be told."""
    pixels, given = beside(rng, module, [label(rng)])
    return Picture(grey(pixels), [each.text for each in given])


def twice(rng, module):
    """The same label twice: one text."""
    again = label(rng)
    pixels, given = beside(rng, module, [again])
    out = surface(rng, pixels.shape[0])
    for place in range(2):
        width = again.side * module
        height = width * again.pixels.shape[0] / again.pixels.shape[1]
        middle = numpy.array([(place + 0.5) / 2, 0.5]) * pixels.shape[0]
        paste(out, 20 + again.pixels * 0.85, corners_of(width, height, middle, rng.uniform(-12, 12)))
    return Picture(grey(grain(rng, out, 3)), [given[1].text])


def foreign(rng, module):
    """Another maker's code beside the label."""
    text = FOREIGN[rng.integers(0, len(FOREIGN))].format(rng.integers(10**5, 10**6))
    pixels, given = beside(rng, module, [label(rng, text=text)])
    return Picture(grey(pixels), [given[0].text], others=[text])


KINDS = {
    "rotation": (rotation, (8, 5, 4, 3)),
    "perspective": (perspective, (15, 30, 40, 50)),
    "curved": (curved, (20, 30, 40, 50)),
    "blur": (blur, (0.35, 0.45, 0.55, 0.65)),
    "motion": (motion, (0.6, 1.0, 1.4, 1.8)),
    "noise": (noise, (20, 35, 50, 65)),
    "specks": (specks, (0.02, 0.04, 0.08, 0.13)),
    "contrast": (contrast, (60, 35, 20, 10)),
    "light": (light, (0.5, 0.25, 0.12, 0.06)),
    "shadow": (shadow, (0.6, 0.4, 0.25, 0.15)),
    "glare": (glare, (0.08, 0.12, 0.16, 0.2)),
    "inverse": (inverse, (8, 5, 4, 3)),
    "jpeg": (jpeg, (60, 25, 12, 5)),
    "small": (small, (3, 2.5, 2, 1.6)),
    "dirt": (dirt, (0.02, 0.035, 0.05, 0.07)),
    "scratches": (scratches, (2, 5, 9, 14)),
    "corner": (corner, (0.1, 0.2, 0.3, 0.4)),
    "colour": (colour, (90, 50, 30, 18)),
    "two": (two, (6, 4, 3)),
    "twice": (twice, (6, 4, 3)),
    "foreign": (foreign, (6, 4, 3)),
    "photo": (photo, (0.2, 0.15, 0.12, 0.1)),
    "far": (far, (4, 3.5, 3, 2.75, 2.5)),
}


def make(seed, kind, strength, number, **options):
    """The picture of that number; strength is an index into those of the kind."""
    maker, strengths = KINDS[kind]
    rng = numpy.random.default_rng([seed, zlib.crc32(kind.encode()), strength, number])
    return maker(rng, strengths[strength], **options)


def make_all(folder, seed, count, kinds=tuple(KINDS), strengths=None):
    """count pictures of each strength of each kind; yields (kind, strength, path) as they are written."""
    for kind in kinds:
        for strength in strengths if strengths is not None else range(len(KINDS[kind][1])):
            for number in range(count if strength < len(KINDS[kind][1]) else 0):
                yield kind, strength, make(seed, kind, strength, number).save(folder, f"{kind}-{strength}-{number:03d}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--count", type=int, default=5, help="pictures of each strength of each kind (%(default)s)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of %(default)s")
    given = parser.parse_args()
    kinds = given.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        sys.exit(f"degraded.py: there is no kind {', '.join(sorted(unknown))}; see --help")
    given.folder.mkdir(parents=True, exist_ok=True)
    for _, _, path in make_all(given.folder, given.seed, given.count, kinds):
        print(path)


if __name__ == "__main__":
    main()
