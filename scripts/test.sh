#!/usr/bin/env bash
# All tests, or those that the arguments choose, on services of their own. usage: scripts/test.sh [pytest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian packages that the browser, export, login and connector tests start
missing_packages() {
  command -v chromium >/dev/null || echo chromium
  [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] || echo fonts-noto-cjk fontconfig
  [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || echo apache2 libapache2-mod-auth-openidc
  [ -e /usr/lib/apache2/modules/mod_auth_cas.so ] || echo apache2 libapache2-mod-auth-cas
  [ -x /usr/sbin/mariadbd ] && [ -x /usr/bin/mariadb-install-db ] && command -v my_print_defaults >/dev/null \
    || echo mariadb-server-core mariadb-client-core
  command -v soffice >/dev/null || echo libreoffice-calc-nogui
}

install_packages() {
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  if ! command -v apt-get >/dev/null || { [ ${#sudo[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; }; then
    echo "缺少系统软件包: $*。请以 root 运行: apt-get install $*" >&2
    exit 1
  fi
  echo "准备: $*" >&2
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

mapfile -t missing < <(missing_packages | tr ' ' '\n' | sort -u)
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"

scripts/fuzz_env.sh
mkdir -p .run
exec .venv/bin/python -m portal.supervisor with-services -- .venv/bin/python -m pytest -n 2 --dist loadfile "$@"
