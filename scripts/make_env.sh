#!/usr/bin/env bash
# Print the variables that docker-compose.yml asks for, with fresh secrets. usage: scripts/make_env.sh HOST > .env
set -euo pipefail
umask 077
host=${1:?用法: $0 主机名 > .env}
hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

cat <<END
PORTAL_HOST=$host
SECRET_KEY=$(hex 32)
SEAL_KEYS=1:$(hex 16)
BLIND_INDEX_KEY=$(hex 32)
AUDIT_KEY=$(hex 32)
SIGN_ON_KEYS=$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER 2>/dev/null | base64 -w0)
DATABASE_ADMIN_PASSWORD=$(hex 16)
DATABASE_OWNER_PASSWORD=$(hex 16)
DATABASE_APP_PASSWORD=$(hex 16)
DATABASE_AUDIT_PASSWORD=$(hex 16)
DATABASE_BACKUP_PASSWORD=$(hex 16)
REDIS_PASSWORD=$(hex 16)
METRICS_TOKEN=$(hex 32)
END
