"""Sessions (会话) in the database: they end when nobody works in them, and after a working day at the latest.

`expire_date` of the row is the end: now + SESSION_IDLE_SECONDS, pushed on by what the person does, and never later than
SESSION_COOKIE_AGE after the login. So an ended session is not found, and clearing needs no rule of its own.
What a page asks for by itself, such as the progress of a job, declares `keeps_alive=False` and pushes nothing on.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from accounts.models import LoginSession

NOTED_AFTER = timedelta(seconds=60)
"""Activity is written down once a minute: not every request should write a row."""


class SessionStore(DatabaseStore):
    """Django's own, which also knows whose session it is, since when, from where and on what device."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.since: datetime | None = None
        self.last_seen: datetime | None = None
        self.address = self.device = ""
        self.family: UUID | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def begin(self, *, address: str, device: str) -> None:
        """Somebody has just logged in: the working day of the session starts here."""
        self.since = self.last_seen = timezone.now()
        self.address, self.device, self.family = address, device, None
        self.modified = True

    def name_family(self) -> UUID:
        """The name under which things are begun in this session; it outlives changes of the key. Given once."""
        if self.family is None:
            self.family = uuid4()
            LoginSession.objects.filter(session_key=self.session_key).update(family=self.family)
        return self.family

    def flush(self) -> None:
        """Whoever goes on in the browser has begun nothing yet."""
        super().flush()
        self.family = None

    def stay(self) -> None:
        """Somebody works in the session: put its end off."""
        now = timezone.now()
        if self.session_key and (self.last_seen is None or now - self.last_seen > NOTED_AFTER):
            self.last_seen = now
            ends = _end(self.since or now, now)
            LoginSession.objects.filter(session_key=self.session_key).update(last_seen=now, expire_date=ends)

    @classmethod
    def clear_expired(cls) -> None:
        """Remove rows of sessions that are over. Those in which something was begun stay until their working day ends,
        closed: who works in another system meanwhile did not leave it (see `accounts.farewells`)."""
        now = timezone.now()
        over = LoginSession.objects.filter(expire_date__lt=now)
        over.filter(family=None).delete()
        over.filter(since__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        row = cast(LoginSession, super().create_model_instance(data))
        now = timezone.now()
        row.since, row.last_seen = self.since or now, self.last_seen or now
        row.address, row.device, row.family = self.address, self.device, self.family
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.expire_date = _end(row.since, row.last_seen)
        return row

    def _get_session_from_db(self) -> LoginSession | None:
        row: LoginSession | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None:
            self.since, self.last_seen = row.since, row.last_seen
            self.address, self.device, self.family = row.address, row.device, row.family
        return row


def _end(since: datetime, last_seen: datetime) -> datetime:
    idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return min(last_seen + idle, since + timedelta(seconds=settings.SESSION_COOKIE_AGE))
