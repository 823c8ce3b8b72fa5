#!/usr/bin/env bash
# Everything that needs no running service: style, types, floors, settings, migrations. All are run; one failure fails.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
failed=()

try() {
  local name=$1
  shift
  echo "== $name"
  "$@" || failed+=("$name")
}

production() {
  local hex
  hex=$(python -c 'import secrets; print(secrets.token_hex(32))')
  DJANGO_SETTINGS_MODULE=portal.settings.production SECRET_KEY="$hex" BLIND_INDEX_KEY="$hex" SEAL_KEYS="1:${hex:0:32}" \
    ALLOWED_HOSTS=portal.example PORTAL_ORIGIN=https://portal.example REDIS_URL=redis://127.0.0.1:1/0 \
    DATABASE_URL=postgresql://portal_app@127.0.0.1:1/portal python manage.py "$@"
}

try "ruff check" ruff check .
try "ruff format" ruff format --check .
try "mypy --strict" mypy --strict
try "import-linter" lint-imports
try "check --deploy" production check --deploy --fail-level WARNING
try "migrations" env DJANGO_SETTINGS_MODULE=portal.settings.test python -W ignore manage.py makemigrations --check --dry-run
try "catalogue of API" env DJANGO_SETTINGS_MODULE=portal.settings.test python manage.py spectacular --fail-on-warn --file /dev/null

if [ ${#failed[@]} -gt 0 ]; then
  printf '没有通过: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "全部通过"
