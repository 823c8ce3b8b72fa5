#!/usr/bin/env bash
# Renew docs/screenshots from the browser tests: one page per role, small enough to keep. usage: scripts/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh dev
scripts/test.sh tests/browser/test_life_of_a_form.py -q

mkdir -p docs/screenshots
.venv/bin/python - <<'PYTHON'
from pathlib import Path

from PIL import Image

PICTURES = {
    "department": "department-columns",
    "district": "district-admission",
    "worker": "worker-returned",
    "worker-phone": "worker-phone-row",
    "town": "town-review",
}
for name, taken in PICTURES.items():
    # A page has few colours: a palette makes the file a third as large and looks the same.
    picture = Image.open(Path(".run/screenshots") / f"{taken}.png").convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(Path("docs/screenshots") / f"{name}.png", optimize=True)
PYTHON
