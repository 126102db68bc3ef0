"""Draw the pictures that stand beside a link to a page: 1200 x 630, one for each article and product.

Run by hand when a title, a drawing or a product picture has changed, with what the tests need and Pillow (11 or newer):

    python -m art.draw_share_pictures

A picture whose words are no longer those of its page is removed.
"""

from pathlib import Path

from markupsafe import Markup, escape
from PIL import Image

from art.photograph import Camera, camera
from shop.config import ROOT
from shop.content import Article, Content, ProductWords, read_content
from shop.content.plates import Plates
from shop.web.sharing import HEIGHT, SHOP, WIDTH, file_of

STATIC = ROOT / "static"
PLATES = Plates(STATIC / "img" / "plates")
SHOPS_PLATE = "psoas-attachments"
LARGEST_BYTES = 60_000
COLORS = (96, 80, 64, 48)

PAGE = """<!doctype html><html lang="en-US"><link rel="stylesheet" href="/static/css/shop.css"><style>
body {{ display: block; position: relative; width: 1200px; height: 630px; overflow: hidden; min-height: 0; }}
.words {{ position: absolute; inset: 0 auto 0 72px; width: 600px; }}
.words {{ display: flex; flex-direction: column; justify-content: center; gap: 24px; }}
h1 {{ font-size: {size}px; line-height: 1.05; letter-spacing: -.03em; text-wrap: balance; }}
h1 em {{ color: var(--coral); }}
p {{ font-size: 28px; line-height: 1.35; text-wrap: balance; }}
.plum {{ background: var(--plum); color: var(--on-plum); }} .plum p {{ color: var(--on-plum-2); }}
.pale {{ background: var(--paper); color: var(--ink); }} .pale p {{ color: var(--ink-2); }}
.seen {{ position: absolute; inset: 0 0 0 auto; width: 500px; height: 630px; }}
.seen svg {{ width: 100%; height: 100%; border-radius: 0; }} .plate-labels {{ display: none; }}
.seen img {{ width: 100%; height: 100%; max-width: none; object-fit: cover; }}
.plum .seen {{ width: 560px; mask-image: linear-gradient(to right, transparent, black 28%); }}
.pale .seen {{ background: var(--fascia); }}
.pale .goods {{ inset: 0 -24px 0 auto; width: 600px; background: none; }} .goods img {{ object-fit: contain; }}
.pale .cover {{ inset: 55px 100px auto auto; width: 346px; height: 520px; background: none; overflow: hidden; }}
.pale .cover {{ box-shadow: 0 30px 60px -20px rgb(55 19 31 / .5); border-radius: 3px 8px 8px 3px; }}
</style><body class="{dress}"><div class="words"><h1>{title}</h1>{line}</div><div class="seen {shape}">{picture}</div>"""


def page(dress: str, title: str, line: str, picture: str, *, shape: str = "") -> str:
    """The HTML of one picture; a long title is set smaller."""
    size = 84 if "<em>" in title else 76 if len(title) < 40 else 68 if len(title) < 60 else 60
    under = Markup("<p>{}</p>").format(line) if line else ""
    return PAGE.format(dress=dress, title=escape(title), line=under, picture=picture, size=size, shape=shape)


def plate(name: str) -> str:
    """The drawing on plum, without its labels: as tall as the picture, or as wide where it lies."""
    found = PLATES.get(name)
    if found is None:
        return ""
    tall = 'preserveAspectRatio="xMidYMid slice"'
    return str(found.inline("share", "plate--plum")).replace("<svg ", f"<svg {tall} ", 1)


def of_article(article: Article) -> str:
    """Its title, and its drawing."""
    return page("plum", article.title, "", plate(article.plate))


def of_product(words: ProductWords) -> str:
    """Its name, what it is for, and its picture without ground."""
    seen = f'<img src="/static/img/products/{words.cutout.file}-1000.webp" alt="">'
    return page("pale", words.title, words.purpose, seen, shape="goods")


def of_chapter(content: Content) -> str:
    """Its title, and its cover."""
    cover = '<img src="/static/img/chapter/cover-600.jpg" alt="">'
    line = content.phrase("chapter.title")
    return page("pale", content.chapter.title, line, cover, shape="cover")


def of_shop(content: Content) -> str:
    """The sentence of the front page, and the two muscles."""
    muscle = Markup("<em>{}</em>").format(content.phrase("home.headline_muscle"))
    return page(
        "plum", Markup("{} {}").format(content.phrase("home.headline"), muscle), "", plate(SHOPS_PLATE)
    )


def save(picture: Image.Image, path: Path) -> None:
    """Write a drawing with few colors, a photograph as finely as its bytes allow."""
    picture = picture.convert("RGB")
    if path.suffix == ".png":
        for colors in COLORS:
            picture.quantize(colors, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size < LARGEST_BYTES:
                return
    for quality in range(88, 50, -4):
        picture.save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size < LARGEST_BYTES:
            return


def draw(lens: Camera, content: Content) -> set[Path]:
    """Draw every picture that is not there yet and the shop's own; return all there should be."""
    wanted = {STATIC / SHOP: of_shop(content)}
    for article in content.articles.values():
        file = file_of("learn", article.slug, article.title, article.plate)
        wanted[STATIC / file] = of_article(article)
    for slug, words in content.products.items():
        file = file_of("product", slug, words.title, words.pictures[0].file)
        wanted[STATIC / file] = of_product(words)
    wanted[STATIC / file_of("chapter", "one", content.chapter.title)] = of_chapter(content)
    for path, html in wanted.items():
        save(lens.take(html, WIDTH, HEIGHT), path)
        print(path.name, path.stat().st_size, "TOO LARGE" if path.stat().st_size >= LARGEST_BYTES else "")
    return set(wanted)


if __name__ == "__main__":
    folder = (STATIC / SHOP).parent
    folder.mkdir(parents=True, exist_ok=True)
    with camera() as lens:
        there = draw(lens, read_content(ROOT / "content"))
    for path in set(folder.iterdir()) - there:
        path.unlink()
