#!/usr/bin/env bash
# Make .venv-fuzz from requirements/fuzz.txt, where it is missing or old. usage: scripts/fuzz_env.sh
set -euo pipefail
cd "$(dirname "$0")/.."

sum=$(sha256sum requirements/fuzz.txt | cut -d' ' -f1)
[ "$(cat .venv-fuzz/lock.sum 2>/dev/null)" != "$sum" ] || exit 0
rm -rf .venv-fuzz
.venv/bin/python -m venv .venv-fuzz
.venv-fuzz/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
echo "$sum" > .venv-fuzz/lock.sum
