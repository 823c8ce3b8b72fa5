"""The two password profiles a deployment chooses from (PASSWORD_PROFILE)."""

from typing import Any

_DJANGO = "django.contrib.auth.password_validation"
_OURS = "accounts.password_validators"
_COMMON: list[dict[str, Any]] = [
    {"NAME": f"{_OURS}.LongestValidator", "OPTIONS": {"most": 128}},
    {"NAME": f"{_DJANGO}.CommonPasswordValidator"},
]

VALIDATORS: dict[str, list[dict[str, Any]]] = {
    "gb": [
        {"NAME": f"{_DJANGO}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
        {"NAME": f"{_OURS}.ClassesValidator", "OPTIONS": {"least": 3}},
        {
            "NAME": f"{_DJANGO}.UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ("username", "full_name")},
        },
        *_COMMON,
        {"NAME": f"{_OURS}.HistoryValidator", "OPTIONS": {"last": 5}},
    ],
    "asvs": [
        {"NAME": f"{_DJANGO}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
        {"NAME": f"{_OURS}.ContextValidator"},
        *_COMMON,
    ],
}
MAX_DAYS = {"gb": 90, "asvs": 0}
"""After how many days a password must be changed; 0: never."""
