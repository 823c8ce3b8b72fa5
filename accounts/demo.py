"""The demo cast's password (演示账号). Known to everybody: `seed --demo` refuses to make these users behind TLS."""

DEMO_PASSWORD = "Yibiaotong-2026"  # noqa: S105  (made to be printed)
