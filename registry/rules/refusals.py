"""Why a value is refused."""

from accounts.errors import DomainError


class ValueRefused(DomainError):
    """A value that cannot be kept. The message never repeats the value: it may be personal."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        self.code = code
        super().__init__(message, field=field)
