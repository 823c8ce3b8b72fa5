"""A quick hasher that tells how often it was asked."""

from typing import ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """One line in `asked` for every password looked at, or hashed so that an unknown name takes as long."""

    asked: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.asked.append("encode")
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        self.asked.append("verify")
        return MD5PasswordHasher().verify(password, encoded)
