"""What managers did with accounts and posts, and their lists in Excel."""

from django.db import models

from accounts.models.users import Post, User


class AccountChange(models.Model):
    """One change of an account or post (变动记录): for the person's page, and for telling the person. Append-only.

    by: the manager's post; None: the schedule. to_post: who took the work over. moved: what -> how many of it.
    """

    class Kind(models.TextChoices):
        CREATED = "created", "新建账号"
        RENAMED = "renamed", "修改姓名"
        SUSPENDED = "suspended", "停用账号"
        UNUSED = "unused", "长期未用,自动停用"
        REACTIVATED = "reactivated", "恢复账号"
        PASSWORD_ISSUED = "password_issued", "重置密码"
        RELEASED = "released", "生成放行码"
        FACTOR_RESET = "factor_reset", "重置第二步验证"
        POST_ADDED = "post_added", "增加岗位"
        POST_CHANGED = "post_changed", "修改岗位"
        POST_ENDED = "post_ended", "结束岗位"
        POST_REOPENED = "post_reopened", "恢复岗位"
        POST_MOVED = "post_moved", "调动岗位"
        HANDED_OVER = "handed_over", "交接工作"

    user = models.ForeignKey(User, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=Kind)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    to_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "变动记录"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "-id"], name="account_changes_of_a_user")]

    def __str__(self) -> str:
        return self.get_kind_display()


class PeopleImport(models.Model):
    """A list of users with posts from Excel (导入人员), checked and not yet, or already, written.

    rows: as read, `accounts.people_import.ReadRow`; emptied when written. errors: [{row, column, message}].
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    written_at = models.DateTimeField(null=True)
    written_count = models.IntegerField(default=0)

    class Meta:
        verbose_name = "人员导入"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"人员导入 {self.pk}"
