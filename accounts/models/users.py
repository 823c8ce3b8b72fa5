from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.codes import Level
from accounts.models.areas import Area, Department
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
    """A person who logs in. Has no rights alone: rights come from the post worked in."""

    username = models.CharField("用户名", max_length=50, unique=True)
    full_name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须先修改密码", default=False)
    """True after somebody else chose the password: nothing opens but the page that changes it."""
    password_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

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

    def with_context(self) -> "PostQuerySet":
        """Joined with what an Actor needs."""
        return self.select_related("user", "area", "department")


class Post(models.Model):
    """A post (岗位): user + role + area + department. A user may hold several and works in one at a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    role = models.CharField("角色", max_length=30, choices=Role)
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="posts")
    is_active = models.BooleanField("启用", default=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.get_role_display()}"

    @property
    def title(self) -> str:
        """What lists and the post switcher show: 南门居委会 · 社区工作者."""
        return self.as_actor().title

    def as_actor(self, *, second_factor: bool = False, emergency_until: datetime | None = None) -> Actor:
        """Needs `user`, `area` and `department` joined, else each costs a query."""
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
        )
