"""What is printed: the cover of the book all around, and the sheet that lies in the box."""

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parent.parent / "fonts"
WIDTH, HEIGHT, SPINE = 16.0, 23.0, 2.0
PIXELS = 84
OVER = 2
PAPER, INK, PLUM, ON_PLUM, QUIET = "#FAF0EA", "#2C1419", "#37131F", "#FFE9DF", "#C9A9AC"
TINTS = ("#7C1530", "#A81F3D", "#C9505A", "#DE6F60", "#F2A08E")
BACK = (
    "One side holds tighter than the other.",
    "The pelvis gives way to the pull, and the",
    "trunk twists a little to follow.",
)


def cover(path: Path) -> None:
    """Write the cover: back, spine and front in one picture."""
    scale = PIXELS * OVER
    sheet = Image.new("RGB", (round((2 * WIDTH + SPINE) * scale), round(HEIGHT * scale)), PAPER)
    draw = ImageDraw.Draw(sheet)
    front = WIDTH + SPINE
    _fibers(draw, scale, front)
    draw.rectangle((0, 0, front * scale, sheet.height), fill=PLUM)
    _words(draw, scale, front)
    sheet.paste(_spine(scale), (round(WIDTH * scale), 0))
    sheet.resize((sheet.width // OVER, sheet.height // OVER), Image.Resampling.LANCZOS).save(path)


def front(cover_path: Path, path: Path) -> None:
    """Write the front alone, a little darker: a screen that lies flat catches more of the light."""
    with Image.open(cover_path) as whole:
        left = round((WIDTH + SPINE) / (2 * WIDTH + SPINE) * whole.width)
        whole.crop((left, 0, whole.width, whole.height)).point(lambda value: value * 0.86).save(path)


def opening(chapter: Path, path: Path) -> None:
    """Write the first page of the free chapter as a reader shows it: its title, and its text as far as it goes."""
    scale = 60
    sheet = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), "#E3D9D3")
    draw = ImageDraw.Draw(sheet)
    left, right, line, bottom = 1.5 * scale, (WIDTH - 1.5) * scale, 1.05 * scale, (HEIGHT - 1.6) * scale
    head, _, text = chapter.read_text().removeprefix("---").partition("\n---\n")
    title = next(row.partition(":")[2].strip(' "') for row in head.splitlines() if row.startswith("title:"))
    small = _font("instrument-sans", 0.5 * scale)
    draw.text((left, 1.4 * scale), "Chapter one", fill="#7C1530", font=small)
    top = 2.5 * scale
    for row in _rows(title, _font("newsreader-display", 1.75 * scale), right - left):
        draw.text((left, top), row, fill=PLUM, font=_font("newsreader-display", 1.75 * scale))
        top += 1.75 * scale
    top += 0.9 * scale
    letters = _font("newsreader-text", 0.72 * scale)
    for paragraph in text.replace("*", "").strip().split("\n\n"):
        for row in _rows(" ".join(paragraph.split()), letters, right - left):
            if top + line > bottom:
                break
            draw.text((left, top), row, fill=INK, font=letters)
            top += line
        top += 0.5 * line
    draw.text((right, HEIGHT * scale - 1.1 * scale), "1", fill="#76605F", font=small, anchor="rm")
    sheet.save(path)


def _rows(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into rows that are no wider than ``width``."""
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def leaflet(path: Path, *, steps: bool) -> None:
    """Write the sheet with safe-use notes, and with the Hook's steps or without: 14.8 by 21 centimeters, or half."""
    scale = 60
    sheet = Image.new("RGB", (round(14.8 * scale), round((21 if steps else 10.5) * scale)), "#FFFCFA")
    draw = ImageDraw.Draw(sheet)
    sans, bold = _font("instrument-sans", 0.42 * scale), _font("instrument-sans-semibold", 0.46 * scale)
    draw.text(
        (1.5 * scale, 1.4 * scale),
        "Before you begin",
        fill=INK,
        font=_font("newsreader-display", 1.5 * scale),
    )
    lines = (
        ("Nip", "Hold the handle."), ("Hip", "Slide the tip down to the target."), ("Tip", "Roll over onto it."),
        ("Melt", "Let your weight sink."), ("Pivot", "Press the handle gently down."),
    )  # fmt: skip
    for k, (step, line) in enumerate(lines if steps else ()):
        top = (4.6 + 1.9 * k) * scale
        draw.line(
            (1.5 * scale, top - 0.35 * scale, 13.3 * scale, top - 0.35 * scale), fill="#E4D8D3", width=3
        )
        draw.text((1.5 * scale, top), str(k + 1), fill="#A81F3D", font=bold)
        draw.text((2.7 * scale, top), step, fill=INK, font=bold)
        draw.text((2.7 * scale, top + 0.62 * scale), line, fill="#5F484C", font=sans)
    box = 14.9 if steps else 4.4
    draw.rounded_rectangle(
        (1.5 * scale, box * scale, 13.3 * scale, (box + 3.7) * scale), 0.4 * scale, fill="#FBEFD9"
    )
    draw.text((2.1 * scale, (box + 0.6) * scale), "Never press in the groin fold.", fill=INK, font=bold)
    draw.text(
        (2.1 * scale, (box + 1.45) * scale),
        "Stop when the leg goes numb or tingles, or when",
        fill=INK,
        font=sans,
    )
    draw.text((2.1 * scale, (box + 2.1) * scale), "you feel your pulse under the tool.", fill=INK, font=sans)
    sheet.save(path)


def _fibers(draw: ImageDraw.ImageDraw, scale: float, left: float) -> None:
    """A bundle of fibers twisted about its core, narrow where it is tightest; those behind are lighter and come first."""
    fibers = []
    for k in range(124):
        angle = 2 * math.pi * k / 124
        depth = math.sin(angle + 0.35)
        fibers.append((depth, k, [_place(angle, t / 90) for t in range(-90, 91)]))
    for depth, k, line in sorted(fibers):
        tint = TINTS[(k * 7) % 3 if depth > 0.1 else 3 + k % 2]
        _taper(draw, [((left + x) * scale, y * scale) for x, y in line], (0.075 + 0.03 * depth) * scale, tint)


def _place(angle: float, t: float) -> tuple[float, float]:
    """Where a fiber is, in centimeters on the front; ``t`` from -1 at the bottom to 1 at the top."""
    wide = math.sqrt(0.75**2 + (5.6 * t) ** 2) * (1.0 - 0.28 * t)
    turn = angle + 1.35 * math.tanh(1.6 * t)
    x, y = wide * math.cos(turn), -8.0 * t + 0.26 * wide * math.sin(turn)
    lean = math.radians(24)
    return 8.9 + x * math.cos(lean) - y * math.sin(lean), 16.35 + x * math.sin(lean) + y * math.cos(lean)


def _taper(draw: ImageDraw.ImageDraw, line: Sequence[tuple[float, float]], width: float, tint: str) -> None:
    """A line that is thickest in its middle and ends in points."""
    one, two = [], []
    for k, (x, y) in enumerate(line):
        (ax, ay), (bx, by) = line[max(k - 1, 0)], line[min(k + 1, len(line) - 1)]
        length = math.hypot(bx - ax, by - ay) or 1
        half = width * 0.5 * math.sin(math.pi * k / (len(line) - 1)) ** 0.6
        dx, dy = -(by - ay) / length * half, (bx - ax) / length * half
        one.append((x + dx, y + dy))
        two.append((x - dx, y - dy))
    draw.polygon([*one, *reversed(two)], fill=tint)


def _words(draw: ImageDraw.ImageDraw, scale: float, left: float) -> None:
    title = _font("newsreader-display", 2.22 * scale)
    for k, line in enumerate(("Tight Hip,", "Twisted Core")):
        draw.text(((left + 1.25) * scale, (1.15 + 2.1 * k) * scale), line, fill=PLUM, font=title)
    italic = _font("newsreader-display-italic", 0.98 * scale)
    draw.text(
        ((left + 1.35) * scale, 5.75 * scale), "The Key to Unresolved Pain", fill="#7C1530", font=italic
    )
    for k, line in enumerate(BACK):
        draw.text(
            (1.6 * scale, (1.7 + 1.1 * k) * scale),
            line,
            fill=ON_PLUM,
            font=_font("newsreader-display", 0.78 * scale),
        )
    draw.text(
        (1.6 * scale, 5.6 * scale),
        "A book about the iliacus and the psoas.",
        fill=QUIET,
        font=_font("instrument-sans", 0.44 * scale),
    )


def _spine(scale: float) -> Image.Image:
    band = Image.new("RGB", (round(HEIGHT * scale), round(SPINE * scale)), PLUM)
    along = ImageDraw.Draw(band)
    along.text(
        (1.6 * scale, SPINE * scale / 2),
        "Tight Hip, Twisted Core",
        fill=ON_PLUM,
        font=_font("newsreader-display", 0.95 * scale),
        anchor="lm",
    )
    return band.rotate(-90, expand=True)


def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.ttf", round(size))
