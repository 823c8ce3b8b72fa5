"""What logging in leaves behind: sessions, guesses, earlier passwords, identities of an upstream provider."""

import base64
from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models.users import User
from accounts.sealing import open_sealed, seal


class LoginSession(AbstractBaseSession):
    """A session (会话) with what its owner must know to tell it from the others. No name, no number.

    expire_date: end of the idle time, never after the absolute one; see `accounts.sessions`. family: stays the same
    when the key changes, so that what was begun in the session can be ended with it; None until something was.
    """

    user_id = models.BigIntegerField(null=True, db_index=True)
    since = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=40, blank=True)
    family = models.UUIDField(null=True, db_index=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = "会话"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore

        return SessionStore

    @property
    def ticket(self) -> str:
        """A name of the session for pages: the key itself would open it."""
        return salted_hmac("accounts.LoginSession", self.session_key).hexdigest()[:32]


class Guess(models.Model):
    """A password that was let through to the hasher and did not open (or not yet): see `accounts.guesses`.

    account, address, device: keyed digests, for what was typed may be a password in the wrong box. device: empty where
    the browser is not known.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    account = models.BinaryField(max_length=32)
    address = models.BinaryField(max_length=32)
    device = models.BinaryField(max_length=32, default=b"")

    class Meta:
        verbose_name = "密码尝试"
        indexes = [models.Index(fields=["account", "at"]), models.Index(fields=["address", "at"])]


class OldPassword(models.Model):
    """Hash of a password that was in use before."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "用过的密码"
        indexes = [models.Index(fields=["user", "-until"])]


class UpstreamIdentity(models.Model):
    """Who a user is at an upstream identity provider (统一身份认证): issuer and subject, as OIDC names them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="upstream_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "统一身份认证账号"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_per_upstream_subject"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_upstream_subject_per_user_and_issuer"),
        ]


class AppDevice(TOTPDevice):  # type: ignore[misc]
    """An authenticator app (RFC 6238) whose secret is sealed at rest, under its user: it opens in no other row.

    key: the sealed secret, 79 of django-otp's 80 characters.
    """

    class Meta:
        proxy = True
        verbose_name = "手机验证器"

    @property
    def bin_key(self) -> bytes:
        return base64.b64decode(open_sealed(self._item(self.user_id), self.key))

    @classmethod
    def sealed_key(cls, user_id: int, secret: bytes) -> str:
        """What `key` holds. secret: 20 bytes."""
        return seal(cls._item(user_id), base64.b64encode(secret).decode())

    @staticmethod
    def _item(user_id: int) -> str:
        return f"user.{user_id}.app"
