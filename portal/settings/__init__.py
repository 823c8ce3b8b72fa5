"""Settings: `base` for all, then one of `dev`, `test`, `production` by DJANGO_SETTINGS_MODULE."""
