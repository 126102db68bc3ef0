"""From masters to the pictures of the pages: ground, rulers, four widths, AVIF, WebP and JPEG.

    python -m art.goods.develop <folder of masters>

Only Pillow and numpy are needed. Every picture is five wide to four high.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from art.goods.shots import SHOTS, SIZE, TURNS, TURNTABLE, Shot

WIDTHS = (320, 480, 700, 1000)
JPEG_WIDTH = 700
# The widest ones are shown at half their size or less, where the eye forgives more.
AVIF_QUALITY = {320: 66, 480: 66, 700: 66, 1000: 54}
STATIC = Path(__file__).resolve().parent.parent.parent / "static"
TARGET = STATIC / "img" / "products"
FONT = STATIC.parent / "art" / "fonts" / "instrument-sans.ttf"
FASCIA, LIGHT, SHADE = (246, 233, 229), (252, 244, 240), (238, 219, 210)
SHADOW = (64, 24, 34)
# Dark enough for a dark page too.
CUT_SHADOW = (36, 9, 16)
INK, QUIET, LINE = "#2C1419", "#76605F", "#8F7A78"
INCH = 2.54
Grid = NDArray[np.float32]
# How much of the faintest shade a cut-out leaves away.
HAZE = 9
# Pixels at the rim of a master that the denoiser leaves uneven.
EDGE = 4


def develop(shot: Shot, master: Path) -> None:
    """Write every width and format of one master, and of its cut-out."""
    with Image.open(master) as rendered:
        master_picture = rendered.convert("RGBA")
    things = _warm(master_picture, SHADOW)
    picture = _ground(things.size)
    picture.alpha_composite(things)
    if shot.sizes:
        _measure(picture, shot)
    _save(picture.convert("RGB"), shot.name)
    if shot.cut:
        _save(_faded(_warm(master_picture, CUT_SHADOW)), f"{shot.name}-cut")


def turn(k: int, master: Path) -> None:
    """Write one picture of the turntable; the first also as JPEG, for browsers that turn nothing."""
    folder = TARGET / "hook-turn"
    folder.mkdir(exist_ok=True)
    with Image.open(master) as rendered:
        things = _warm(rendered.convert("RGBA"), SHADOW)
    picture = _ground(things.size)
    picture.alpha_composite(things)
    picture = picture.convert("RGB")
    picture.save(folder / f"{k:02}.avif", quality=58, speed=6)
    if k == 0:
        picture.save(folder / "00.jpg", quality=80, optimize=True, progressive=True)


def _warm(things: Image.Image, shadow: tuple[int, int, int]) -> Image.Image:
    """The same with a warm shadow: what is black and sheer there takes the palette's darkest red."""
    values = np.asarray(things).astype(np.float32)
    sheer = np.clip(1 - values[..., :3].max(2) / 30, 0, 1)[..., None] * (values[..., 3:] < 254)
    values[..., :3] += sheer * np.array(shadow, dtype=np.float32)
    values[..., 3] *= 1 - 0.14 * sheer[..., 0]
    values = _cleaned(values)
    inner = values[EDGE:-EDGE, EDGE:-EDGE]
    even = np.pad(inner, ((EDGE, EDGE), (EDGE, EDGE), (0, 0)), mode="edge")
    values = np.where((values[..., 3:] < 250) & (even[..., 3:] < 250), even, values)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGBA")


def _cleaned(values: Grid) -> Grid:
    """The same without specks along the edges, which few samples leave."""
    picture = Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGBA")
    sheer = picture.getchannel("A").filter(ImageFilter.MinFilter(3)).point(lambda cover: 255 * (cover < 250))
    bands = [band.filter(ImageFilter.MedianFilter(3)) for band in picture.split()]
    picture.paste(Image.merge("RGBA", bands), mask=sheer)
    return np.asarray(picture).astype(np.float32)


def _ground(size: tuple[int, int]) -> Image.Image:
    """Paper in the palette, lighter where the lamp falls."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    away = np.hypot((x - 0.42) / 0.75, (y - 0.62) / 0.62).clip(0, 1.3)[..., None]
    light, middle, shade = (np.array(tint, dtype=np.float32) for tint in (LIGHT, FASCIA, SHADE))
    tints = np.where(
        away < 0.65, light + (middle - light) * away / 0.65, middle + (shade - middle) * (away - 0.65) / 0.65
    )
    return Image.fromarray(tints.astype(np.uint8), "RGB").convert("RGBA")


def _faded(things: Image.Image) -> Image.Image:
    """The shadow ends before the edge does."""
    width, height = things.size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y)) / (0.16 * width)
    values = np.asarray(things).astype(np.float32)
    soft = np.clip(edge, 0, 1) ** 1.2
    sheer = values[..., 3] < 250
    values[..., 3] = np.where(sheer, np.maximum(values[..., 3] - HAZE, 0) * soft, values[..., 3])
    values[..., :3] = np.where(values[..., 3:] == 0, np.array(CUT_SHADOW, dtype=np.float32), values[..., :3])
    return Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGBA")


def _measure(picture: Image.Image, shot: Shot) -> None:
    """Lay a ruler below with centimeters and inches, and write width and height beside what they measure."""
    assert shot.sizes
    wide, high = shot.sizes
    scale = SIZE[0] / (shot.eye.flat * 10)
    left, right = SIZE[0] / 2 - wide / 2 * scale, SIZE[0] / 2 + wide / 2 * scale
    floor = SIZE[1] / 2 + shot.eye.to[2] * 10 * scale
    left, right = left - shot.eye.to[0] * 10 * scale, right - shot.eye.to[0] * 10 * scale
    draw = ImageDraw.Draw(picture)
    small, plain = ImageFont.truetype(FONT, 22), ImageFont.truetype(FONT, 28)
    top = floor + 24
    _ruler(draw, (left, top), scale, wide, small)
    draw.text(
        (left, top + 90),
        f"{_words(wide)} long" if wide > high else f"{_words(wide)} wide",
        fill=INK,
        font=plain,
    )
    edge = right + 34
    for y in (floor, floor - high * scale):
        draw.line((edge - 9, y, edge + 9, y), fill=LINE, width=2)
    draw.line((edge, floor, edge, floor - high * scale), fill=LINE, width=2)
    side = Image.new("RGBA", (340, 40), (0, 0, 0, 0))
    ImageDraw.Draw(side).text((170, 20), f"{_words(high)} high", fill=INK, font=plain, anchor="mm")
    turned = side.rotate(90, expand=True)
    picture.alpha_composite(turned, (round(edge + 8), round(floor - high * scale / 2 - 170)))
    draw.text((SIZE[0] - 24, SIZE[1] - 20), "demo values", fill=QUIET, font=small, anchor="rs")


def _words(size: float) -> str:
    return f"{size:g} cm ({size / INCH:.1f} in)"


def _ruler(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    scale: float,
    wide: float,
    font: ImageFont.FreeTypeFont,
) -> None:
    left, top = at
    count = int(wide) + 1
    draw.rounded_rectangle(
        (left - 14, top, left + count * scale + 14, top + 84), 6, fill="#FFFDFC", outline="#E4D8D3", width=2
    )
    for k in range(count * 2 + 1):
        x, long = left + k * scale / 2, 22 if k % 10 == 0 else 15 if k % 2 == 0 else 8
        draw.line((x, top + 1, x, top + long), fill=INK, width=2)
        if k % 10 == 0:
            draw.text((x + 5, top + 16), f"{k // 2}" if k else "cm", fill=INK, font=font)
    for k in range(int(count / INCH * 4) + 1):
        x, long = left + k * INCH * scale / 4, 22 if k % 4 == 0 else 13 if k % 2 == 0 else 8
        draw.line((x, top + 83 - long, x, top + 83), fill=QUIET, width=2)
        if k % 8 == 0:
            draw.text((x + 5, top + 70), f"{k // 4}" if k else "in", fill=QUIET, font=font, anchor="ls")


def _save(picture: Image.Image, name: str) -> None:
    height = SIZE[1] / SIZE[0]
    for width in WIDTHS:
        small = _shrunk(picture, (width, round(width * height)))
        small.save(TARGET / f"{name}-{width}.avif", quality=AVIF_QUALITY[width], speed=4)
        small.save(TARGET / f"{name}-{width}.webp", quality=76, method=6)
    plain = Image.new("RGBA", picture.size, (*FASCIA, 255))
    plain.alpha_composite(picture.convert("RGBA"))
    plain.convert("RGB").resize((JPEG_WIDTH, round(JPEG_WIDTH * height)), Image.Resampling.LANCZOS).save(
        TARGET / f"{name}-{JPEG_WIDTH}.jpg", quality=80, optimize=True, progressive=True
    )


def _shrunk(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Smaller; color and cover by themselves, so that the color of a sheer shadow stays even."""
    bands = [band.resize(size, Image.Resampling.LANCZOS) for band in picture.split()]
    return Image.merge(picture.mode, bands)


def main(folder: Path, names: list[str]) -> None:
    """Develop the masters that are in the folder, or the named ones among them."""
    for shot in SHOTS:
        master = folder / f"{shot.name}.png"
        if master.exists() and (not names or shot.name in names):
            develop(shot, master)
            print(shot.name)
    for k in range(TURNS):
        master = folder / f"{TURNTABLE.name}-{k:02}.png"
        if master.exists() and not names:
            turn(k, master)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]), sys.argv[2:])
