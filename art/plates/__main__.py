"""Write every plate: ``python -m art.plates``."""

import gzip

from art.plates import FOLDER, every_plate

FOLDER.mkdir(parents=True, exist_ok=True)
for plate in every_plate():
    text = plate.svg()
    (FOLDER / f"{plate.name}.svg").write_text(text, encoding="utf-8")
    print(f"{plate.name}: {len(gzip.compress(text.encode())) / 1024:.1f} KB gzipped")
