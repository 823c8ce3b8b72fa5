#!/usr/bin/env bash
# Renew docs/handbook/images from the demo. usage: scripts/handbook_pictures.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh dev
scripts/test.sh tests/browser/test_handbook_pictures.py -q -k can_be_taken

mkdir -p docs/handbook/images
.venv/bin/python - <<'PYTHON'
from pathlib import Path

from PIL import Image

for taken in sorted(Path(".run/screenshots/handbook").glob("*.png")):
    # A page has few colours: a palette makes the file a third as large and looks the same.
    picture = Image.open(taken).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    picture.save(Path("docs/handbook/images") / taken.name, optimize=True)
PYTHON
