import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sight"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="事项")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "草拟"),
                            ("submitted", "待审"),
                            ("returned", "退回补充"),
                            ("approved", "已同意"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="drafted",
                        max_length=10,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0, verbose_name="轮次")),
                ("version", models.PositiveIntegerField(default=0)),
                ("due_on", models.DateField(null=True, verbose_name="办理期限")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.area"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.department",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "审批",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalReviewer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("community_worker", "社区工作者"),
                            ("grid_worker", "网格员"),
                            ("town_admin", "镇街管理员"),
                            ("district_admin", "区管理员"),
                            ("department_staff", "部门工作人员"),
                            ("data_officer", "数据专员"),
                            ("system_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                            ("audit_admin", "审计管理员"),
                        ],
                        max_length=30,
                    ),
                ),
                ("due_on", models.DateField(verbose_name="期限")),
                (
                    "opinion",
                    models.CharField(
                        blank=True,
                        choices=[("agree", "同意"), ("conditions", "有条件同意"), ("object", "不同意")],
                        max_length=10,
                        verbose_name="意见",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("at", models.DateTimeField(null=True, verbose_name="回复时间")),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviewers", to="accounts.approval"
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.area"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.department",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "联审",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("round", models.PositiveSmallIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("drafted", "草拟"),
                            ("submitted", "提交"),
                            ("withdrawn", "撤回修改"),
                            ("returned", "退回补充"),
                            ("approved", "同意"),
                            ("refused", "不同意"),
                            ("reviewers_invited", "发起联审"),
                            ("opinion_given", "联审意见"),
                            ("remarked", "审核中"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "草拟"),
                            ("submitted", "待审"),
                            ("returned", "退回补充"),
                            ("approved", "已同意"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="accounts.approval"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "审批经过",
                "ordering": ["approval_id", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["state", "kind", "area"], name="accounts_ap_state_468d77_idx"),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["department", "state"], name="accounts_ap_departm_4b66bb_idx"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(fields=("kind", "subject_id"), name="one_approval_per_subject"),
        ),
        migrations.AddConstraint(
            model_name="approvalreviewer",
            constraint=models.UniqueConstraint(
                fields=("approval", "round", "department", "role", "area"),
                name="reviewer_once_per_round",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalreviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("area", None), ("department__isnull", False), ("role", "")),
                    models.Q(("area__isnull", False), ("department", None), models.Q(("role", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_department_or_a_role_in_an_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalreviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at", None), ("opinion", ""), ("post", None)),
                    models.Q(models.Q(("opinion", ""), _negated=True), ("at__isnull", False), ("post__isnull", False)),
                    _connector="OR",
                ),
                name="an_opinion_has_an_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalstep",
            constraint=models.UniqueConstraint(fields=("approval", "number"), name="step_number_once"),
        ),
        AppendOnly("accounts_approvalstep"),
    ]
