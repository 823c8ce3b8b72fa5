"""One login for all (统一登录): how systems let people in, who is in where, and who is called what there.

No resident is named in any of these tables; who may see a row goes by system, department and user (as in 0031).
"""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.codes import around
from accounts.models import Area, ClientSystem, Post, User
from accounts.rights import ENTER_SYSTEMS, holds
from accounts.roles import Role
from portal.models.systems import Filing, System

if TYPE_CHECKING:
    from accounts.actors import Actor


class EntranceQuerySet(models.QuerySet["Entrance"]):
    def live(self) -> "EntranceQuerySet":
        """Opened, of a system that is admitted, valid and not suspended today."""
        usable = System.objects.filter(pk=OuterRef("system_id")).usable_on_the_day()
        return self.filter(Exists(usable), is_open=True)

    def open_to(self, actor: "Actor") -> "EntranceQuerySet":
        """Those whose system was admitted for the actor's role, in an area that holds the actor's post; none for a post
        that enters no system."""
        if not holds(actor, ENTER_SYSTEMS):
            return self.none()
        filed = Filing.objects.filter(areas__code__in=around(actor.area_code), roles__contains=[actor.role])
        return self.live().filter(system__live__in=filed.values("pk"))


class Entrance(models.Model):
    """How one system lets people in (单点登录接入). Described by its department, opened by the security administrator.

    home_url: where a person arrives who opens the system. services: of CAS, the exact addresses that get tickets.
    logout_url: where the system is told that somebody has left (OpenID Connect Back-Channel Logout 1.0).
    client: of OpenID Connect alone. link_key: sealed, of signed links alone. version: of what a page showed.
    health, health_since, checked_at: what the watch saw last, since when, and when it looked.
    """

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        CAS = "cas", "CAS 3"
        LINK = "link", "签名跳转链接"

    class Health(models.TextChoices):
        UNKNOWN = "unknown", "未检测"
        UP = "up", "正常"
        DOWN = "down", "打不开"

    system = models.OneToOneField(System, models.PROTECT, related_name="entrance")
    kind = models.CharField("接入方式", max_length=5, choices=Kind)
    home_url = models.CharField("系统首页地址", max_length=500)
    services = ArrayField(models.CharField(max_length=500), verbose_name="CAS 服务地址", default=list, blank=True)
    logout_url = models.CharField("退出通知地址", max_length=500, blank=True)
    client = models.OneToOneField(ClientSystem, models.PROTECT, null=True, blank=True, related_name="entrance")
    link_key = models.CharField(max_length=200, blank=True, editable=False)
    is_open = models.BooleanField("启用", default=False)
    version = models.PositiveIntegerField(default=1)
    described_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    health = models.CharField("运行情况", max_length=7, choices=Health, default=Health.UNKNOWN)
    health_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    objects = EntranceQuerySet.as_manager()

    class Meta:
        verbose_name = "单点登录接入"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="oidc", client__isnull=False) | ~Q(kind="oidc") & Q(client__isnull=True),
                name="an_oidc_entrance_has_a_client",
            ),
            models.CheckConstraint(
                condition=~Q(kind="cas") | Q(services__len__gt=0), name="a_cas_entrance_has_a_service"
            ),
        ]

    def __str__(self) -> str:
        return str(self.system)


class SignOnQuerySet(models.QuerySet["SignOn"]):
    def going_on(self) -> "SignOnQuerySet":
        return self.filter(ended_at__isnull=True)

    def of_valid_posts(self) -> "SignOnQuerySet":
        return self.filter(Exists(Post.objects.valid_on(localdate()).filter(pk=OuterRef("post_id"))))

    def of_live_entrances(self) -> "SignOnQuerySet":
        return self.filter(Exists(Entrance.objects.live().filter(pk=OuterRef("entrance_id"))))


class SignOn(models.Model):
    """Somebody is in a system by the portal's login (单点登录). Ends with the login, the post, or the system.

    family: of the session it began in (`LoginSession.family`). sid: what the system calls it (OIDC). post: the one it
    began in, which its claims tell. code, ticket: SHA-256 of what was handed out. ticket_sealed: of a used CAS ticket,
    by which the system is told that it ended. tokens: the family of its tokens.
    told_at: the system was told, or has no way to be told. next_try_at: not before; tries: so far.
    """

    entrance = models.ForeignKey(Entrance, models.CASCADE, related_name="sign_ons")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    family = models.UUIDField(db_index=True)
    sid = models.UUIDField(default=uuid4, unique=True)
    logged_in_at = models.DateTimeField()
    second_factor = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    code = models.BinaryField(max_length=32, null=True)
    tokens = models.UUIDField(null=True, unique=True)
    ticket = models.BinaryField(max_length=32, null=True, unique=True)
    ticket_until = models.DateTimeField(null=True)
    ticket_used_at = models.DateTimeField(null=True)
    ticket_sealed = models.CharField(max_length=200, blank=True)
    service = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)

    objects = SignOnQuerySet.as_manager()

    class Meta:
        verbose_name = "系统登录"
        indexes = [
            models.Index(fields=["user", "entrance"], condition=Q(ended_at__isnull=True), name="sign_ons_going_on"),
            models.Index(
                fields=["next_try_at"],
                condition=Q(ended_at__isnull=False, told_at__isnull=True),
                name="sign_ons_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"系统登录 {self.pk}"


class SystemAccount(models.Model):
    """Whose account there is whose here (账号对应). account: no ID number and no phone number, see its rules."""

    system = models.ForeignKey(System, models.CASCADE, related_name="accounts")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    account = models.CharField("系统里的账号", max_length=60)
    entered_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "账号对应"
        constraints = [
            models.UniqueConstraint(fields=["system", "user"], name="one_account_per_user_and_system"),
            models.UniqueConstraint(fields=["system", "account"], name="one_user_per_account_and_system"),
        ]

    def __str__(self) -> str:
        return f"账号对应 {self.pk}"


class LaunchCount(models.Model):
    """How often a system was opened by single sign-on in a month, by role: for finding what is hardly used.

    About systems: no user, no post, no village (国办函〔2026〕12号).
    """

    pk = models.CompositePrimaryKey("system_id", "month", "role")
    system = models.ForeignKey(System, models.CASCADE, related_name="launches")
    month = models.DateField("月份")
    role = models.CharField(max_length=30, choices=Role)
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "使用次数"

    def __str__(self) -> str:
        return f"使用次数 {self.system_id}"


class TownLaunchCount(models.Model):
    """How often a system was opened by single sign-on in a month from a town (镇街): posts of the town and below.

    No role beside the town: the two together would name the one administrator of a small town.
    """

    pk = models.CompositePrimaryKey("system_id", "month", "town_id")
    system = models.ForeignKey(System, models.CASCADE, related_name="launches_of_towns")
    month = models.DateField("月份")
    town = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="镇街")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "镇街使用次数"

    def __str__(self) -> str:
        return f"镇街使用次数 {self.system_id}"


class DirectoryMark(models.Model):
    """A system that one post opens often (常用系统). position: among them, from 1."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    system = models.ForeignKey(System, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "常用系统"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["post", "system"], name="one_mark_per_post_and_system")]

    def __str__(self) -> str:
        return f"常用系统 {self.pk}"
