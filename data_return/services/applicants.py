"""Who may apply for a dataset (申请范围): object grants of groups, of areas and of departments."""

from collections.abc import Sequence

from django.contrib.auth.models import Group
from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError, NotFound
from accounts.models import Department
from accounts.rights import PUBLISH_DATASETS, require
from data_return.models import Dataset
from data_return.models.datasets import APPLY, area_group_name
from data_return.selectors.grants import get_applicants, opened_groups


def area_group(area_code: int) -> Group:
    """The guardian group of an area's units, made when it is first needed."""
    return Group.objects.get_or_create(name=area_group_name(area_code))[0]


@transaction.atomic
def open_dataset_to(*, actor: Actor, dataset: Dataset, areas: Sequence[int], departments: Sequence[int]) -> None:
    """From now on units of these areas and these departments may apply, nobody else. Both may be empty.

    Raises DomainError for an area outside the source department's, or a department of somewhere else.
    """
    require(actor, PUBLISH_DATASETS)
    if not Dataset.objects.kept_by(actor).select_for_update(of=("self",)).filter(pk=dataset.pk):
        raise NotFound
    offered = get_applicants(dataset)
    inside = {area.code for area in offered.areas}.issuperset(areas)
    if not inside or not {one.pk for one in offered.departments}.issuperset(departments):
        raise DomainError("有选项不在来源部门的区域内,请刷新页面后重新选择。")
    wanted = {area_group(code) for code in areas}
    wanted |= {one.group for one in Department.objects.select_related("group").filter(pk__in=departments)}
    opened = set(opened_groups(dataset))
    for group in opened - wanted:
        remove_perm(APPLY, group, dataset)
    for group in wanted - opened:
        assign_perm(APPLY, group, dataset)
    record(actor, "dataset.applicants_changed", dataset, areas=sorted(areas), departments=sorted(departments))
