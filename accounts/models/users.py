from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils import timezone

from accounts.actors import Actor, title_of
from accounts.codes import Level
from accounts.features import rights_of
from accounts.models.areas import Area, Department
from accounts.models.features import FeaturePause
from accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in. Has no rights alone: rights come from the post worked in.

    must_change_password: the password is a one-time one (初始密码), given by `password_issuer` at `password_issued_at`.
    needs_release: it opens the account only together with the code (放行码) that a second manager gives; release_code
    is that code's fingerprint, "" before it was given. in_use_since: from when on days without a login count.
    """

    class Suspension(models.TextChoices):
        """Why an account that is not `is_active` is closed."""

        BY_MANAGER = "by_manager", "已停用"
        UNUSED = "unused", "长期未用"

    username = models.CharField("用户名", max_length=50, unique=True)
    full_name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须先修改密码", default=False)
    password_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    suspension = models.CharField("停用原因", max_length=12, choices=Suspension, blank=True)
    in_use_since = models.DateTimeField(default=timezone.now, editable=False)
    password_issuer = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    password_issued_at = models.DateTimeField(null=True, blank=True)
    needs_release = models.BooleanField("待放行", default=False)
    release_code = models.CharField(max_length=64, blank=True)
    changes_told_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name


class PostQuerySet(models.QuerySet["Post"]):
    def valid_on(self, day: date) -> "PostQuerySet":
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        not_over = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(begun, not_over, is_active=True, user__is_active=True)

    def not_over(self, day: date) -> "PostQuerySet":
        """Neither ended nor run out on that day, whether begun or not and whether or not the account is open."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), is_active=True)

    def with_context(self) -> "PostQuerySet":
        """Joined with what an Actor needs; `paused`: codes of the features that are switched off."""
        paused = ArraySubquery(FeaturePause.objects.going_on().order_by().values("feature"))
        return self.select_related("user", "area", "department").annotate(paused=paused)


class GridKind(models.TextChoices):
    """Members of the smallest unit of a grid (最小作战单元)."""

    POLICE = "police", "民警"
    HEAD = "head", "微网格长"
    WORKER = "worker", "专职网格员"
    ASSISTANT = "assistant", "综合协管队员"


ADMIN_GROUP = Case(
    When(role=Role.SYSTEM_ADMIN, then=Value(1)),
    When(role=Role.SECURITY_ADMIN, then=Value(2)),
    When(role=Role.AUDIT_ADMIN, then=Value(3)),
    default=Value(0),
    output_field=models.IntegerField(),
)
VALIDITY = Func(F("valid_from"), F("valid_until"), Value("[]"), function="daterange", output_field=DateRangeField())


class Post(models.Model):
    """A post (岗位): user + role + area + department. A user may hold several and works in one at a time.

    kind: of a grid worker, else "". An ended post stays: what was done in it names it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    role = models.CharField("角色", max_length=30, choices=Role)
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="posts")
    kind = models.CharField("队员类别", max_length=10, choices=GridKind, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    valid_from = models.DateField("起始日期", null=True, blank=True)
    valid_until = models.DateField("截止日期", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位"
        ordering = ["user_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "area", "department"],
                name="one_post_of_a_kind_per_user",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.DEPARTMENT_STAFF) | Q(department__isnull=False),
                name="department_staff_have_a_department",
            ),
            models.CheckConstraint(condition=Q(kind="") | Q(role=Role.GRID_WORKER), name="kind_is_of_grid_workers"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                name="post_ends_after_its_beginning",
            ),
            # 三员分立: an administrator of the three holds no post of another kind on the same day.
            ExclusionConstraint(
                name="three_admins_stay_apart",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (ADMIN_GROUP, RangeOperators.NOT_EQUAL),
                    (VALIDITY, RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.get_role_display()}"

    def state_on(self, day: date) -> str:
        """In a word, for lists: whether the post can be worked in. Needs `user` joined."""
        if not self.user.is_active:
            return User.Suspension(self.user.suspension or User.Suspension.BY_MANAGER).label
        if not self.is_active:
            return "已结束"
        if self.valid_until is not None and self.valid_until < day:
            return "已到期"
        return "未开始" if self.valid_from is not None and self.valid_from > day else "在岗"

    @property
    def title(self) -> str:
        return title_of(Role(self.role), self.department.name if self.department else self.area.name)

    def as_actor(self, *, second_factor: bool = False, emergency_until: datetime | None = None) -> Actor:
        """Needs what `with_context` joins, else each part costs a query."""
        paused = getattr(self, "paused", None)
        if paused is None:
            paused = FeaturePause.objects.going_on().values_list("feature", flat=True)
        return Actor(
            user_id=self.user_id,
            post_id=self.pk,
            name=self.user.full_name,
            role=Role(self.role),
            area_code=self.area_id,
            area_level=Level(self.area.level),
            area_name=self.area.name,
            department_id=self.department_id,
            department_name=self.department.name if self.department else "",
            second_factor=second_factor,
            emergency_until=emergency_until,
            withheld=rights_of(paused),
        )
