"""Systems that connect (接入系统): machines that call the API, later applications that log people in by OIDC."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.timezone import localdate, now
from oauth2_provider.models import AbstractApplication

from accounts.models.areas import Department
from accounts.models.users import Post
from accounts.origin import present_origin


class ClientManager(models.Manager["ClientSystem"]):
    def get_by_natural_key(self, client_id: str) -> "ClientSystem":
        return self.get(client_id=client_id)


class ClientSystem(AbstractApplication, models.Model):  # type: ignore[misc]
    """A connected system. A machine works in one post of its own, so it passes the same wall as a person.

    addresses: networks (CIDR) that it may come from. scopes: see `accounts.api_scopes`.
    previous_secret: hash of the secret before the last change, good until `previous_secret_until`.
    """

    class Kind(models.TextChoices):
        MACHINE = "machine", "API 客户端"
        LOGIN = "login", "单点登录应用"

    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.MACHINE)
    post = models.OneToOneField(Post, models.PROTECT, null=True, blank=True, related_name="client_system")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="client_systems")
    scopes = ArrayField(models.CharField(max_length=20), verbose_name="接口范围", default=list, blank=True)
    addresses = ArrayField(models.CharField(max_length=49), verbose_name="来源地址", default=list, blank=True)
    valid_from = models.DateField("起始日期", null=True, blank=True)
    valid_until = models.DateField("截止日期", null=True, blank=True)
    is_active = models.BooleanField("启用", default=False)
    previous_secret = models.CharField(max_length=255, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_token_at = models.DateTimeField("最近取令牌", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    objects: ClassVar[ClientManager] = ClientManager()

    class Meta:
        verbose_name = "接入系统"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="machine")
                | Q(post__isnull=False, authorization_grant_type="client-credentials", client_type="confidential"),
                name="a_machine_has_a_post",
            ),
            models.CheckConstraint(
                condition=~Q(kind="machine") | Q(addresses__len__gt=0, valid_until__isnull=False),
                name="a_machine_has_addresses_and_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(kind="login")
                | Q(post=None, authorization_grant_type="authorization-code", client_type="confidential")
                & Q(algorithm="RS256"),
                name="a_login_has_no_post_and_signs",
            ),
        ]

    def is_usable(self, request: Any) -> bool:
        """Asked by django-oauth-toolkit for every token it issues and every token it is shown.

        An application that logs people in is asked for by their browsers too, so its address says nothing.
        """
        if self.kind == self.Kind.LOGIN:
            return self.is_open
        return self.is_open and self.allows(present_origin().address) and self.working_post is not None

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Character by character (RFC 9700, 2.1): the toolkit would let any port of the own machine pass."""
        return uri in self.redirect_uris.split()

    def post_logout_redirect_uri_allowed(self, uri: str) -> bool:
        return uri in self.post_logout_redirect_uris.split()

    @property
    def is_open(self) -> bool:
        """Active, and valid today."""
        today = localdate()
        begun = self.valid_from is None or self.valid_from <= today
        return self.is_active and begun and (self.valid_until is None or self.valid_until >= today)

    @property
    def is_over(self) -> bool:
        return self.valid_until is not None and self.valid_until < localdate()

    @cached_property
    def working_post(self) -> Post | None:
        """The post with user, area and department; None where it ended or was suspended."""
        return Post.objects.valid_on(localdate()).with_context().filter(pk=self.post_id or 0).first()

    def allows(self, address: str) -> bool:
        """Whether the machine may come from there."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in ip_network(network) for network in self.addresses)

    @property
    def live_previous_secret(self) -> str:
        """Hash of the secret before, "" once its time is over."""
        until = self.previous_secret_until
        return self.previous_secret if until is not None and until > now() else ""
