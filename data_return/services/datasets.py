"""Writes of a dataset's description: register, change, begin the next version. How it is published: `publish`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import Department
from accounts.rights import PUBLISH_DATASETS, require
from data_return.models import Dataset, DatasetField, DatasetVersion
from data_return.models.datasets import APPLY, PUBLISH
from data_return.selectors.datasets import DATASET, list_choices
from data_return.services.applicants import area_group
from registry.catalogue import get_catalogue
from registry.conditions import compile_condition


class NameTaken(DomainError):
    code = "dataset_name_taken"
    default = "本部门已有同名的数据集,请换个名称,或在已有的数据集上新增版本。"


@transaction.atomic
def register_dataset(*, actor: Actor, name: str, system: str, subject: str) -> Dataset:
    """A dataset of the actor's department with an empty first version.

    Raises NotAllowed for a post without a department, NameTaken (its field is `name`).
    """
    require(actor, PUBLISH_DATASETS, actor.area_code)
    department = Department.objects.select_related("group").filter(pk=actor.department_id or 0).first()
    if department is None:
        raise NotAllowed("数据集由来源部门的数据专员登记。当前岗位不属于任何部门,请切换岗位或联系安全管理员。")
    dataset = Dataset(name=name, system=system, subject=subject, department=department, created_by_id=actor.post_id)
    try:
        with transaction.atomic():
            dataset.save()
    except IntegrityError:
        raise NameTaken(field="name") from None
    assign_perm(PUBLISH, department.group, dataset)
    assign_perm(APPLY, area_group(department.area_id), dataset)
    version = DatasetVersion.objects.create(dataset=dataset)
    record(actor, "dataset.registered", dataset)
    approvals.draft(actor=actor, kind=DATASET, subject=version, title=_title(dataset, version))
    return dataset


@transaction.atomic
def change_version(
    *,
    actor: Actor,
    version: DatasetVersion,
    legal_basis: str,
    freshness_days: int,
    items: Sequence[str],
    covers: Mapping[str, Any] | None = None,
) -> None:
    """Describe a version that is not handed in. items: codes of data items of the dataset's subject.

    covers: condition tree of whom it should hold; None leaves it. Raises Conflict once it was handed in, DomainError
    (field `items`) for an item of another subject, BadCondition.
    """
    locked = _lock_kept(actor, version)
    if not locked.is_open:
        raise Conflict(f"这一版现在是“{locked.get_state_display()}”,不能再改。请刷新页面后再看。")
    allowed = {item.code for item in list_choices(locked.dataset.subject)}
    if not allowed.issuperset(items):
        raise DomainError("有数据项不属于这个数据集的对象,请刷新页面后重新选择。", field="items")
    locked.legal_basis, locked.freshness_days = legal_basis, freshness_days
    if covers is not None:
        compile_condition(covers, locked.dataset.subject, get_catalogue(), on=localdate())
        locked.covers = dict(covers)
    locked.save(update_fields=["legal_basis", "freshness_days", "covers"])
    locked.fields.exclude(item_id__in=items).delete()
    fields = [DatasetField(version=locked, item_id=code) for code in items]
    DatasetField.objects.bulk_create(fields, ignore_conflicts=True)
    record(actor, "dataset.changed", locked.dataset, version=locked.number, items=sorted(items))


@transaction.atomic
def begin_version(*, actor: Actor, dataset: Dataset) -> DatasetVersion:
    """The next version, as a copy of the latest. Raises Conflict while one is open or waits for the desk."""
    require(actor, PUBLISH_DATASETS)
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    latest = _lock_kept(actor, dataset.versions.order_by("-number")[0])
    if latest.state not in (DatasetVersion.State.PUBLISHED, DatasetVersion.State.REFUSED):
        raise Conflict(f"第 {latest.number} 版还没有办结({latest.get_state_display()}),请先办完再新增版本。")
    version = DatasetVersion.objects.create(
        dataset=latest.dataset,
        number=latest.number + 1,
        legal_basis=latest.legal_basis,
        freshness_days=latest.freshness_days,
        covers=latest.covers,
    )
    codes = latest.fields.order_by().values_list("item_id", flat=True)
    DatasetField.objects.bulk_create([DatasetField(version=version, item_id=code) for code in codes])
    record(actor, "dataset.version_begun", latest.dataset, version=version.number)
    approvals.draft(actor=actor, kind=DATASET, subject=version, title=_title(latest.dataset, version))
    return version


def _lock_kept(actor: Actor, version: DatasetVersion) -> DatasetVersion:
    """The version, locked, for somebody of the department that publishes it; else NotFound."""
    require(actor, PUBLISH_DATASETS)
    kept = Dataset.objects.kept_by(actor).filter(pk=version.dataset_id)
    locked = DatasetVersion.objects.select_for_update(of=["self"]).select_related("dataset")
    found = locked.filter(pk=version.pk, dataset__in=kept.values("pk")).first()
    if found is None:
        raise NotFound
    return found


def _title(dataset: Dataset, version: DatasetVersion) -> str:
    """残疾人两项补贴发放名单 第 2 版; the first version goes by the name alone."""
    return dataset.name if version.number == 1 else f"{dataset.name} 第 {version.number} 版"
