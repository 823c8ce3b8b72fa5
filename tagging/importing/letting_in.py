"""Checking the rows of a standard catalogue, and letting them in: all of them or none."""

from collections.abc import Callable

from django.contrib.postgres.functions import TransactionNow

from accounts.actors import Actor
from accounts.approvals.rules import State
from accounts.errors import DomainError
from tagging.checks import check_definition
from tagging.importing.mapping import Meant, RowsRefused, build, is_new_rule, read_mapping
from tagging.merging import check_merge, merge_tag
from tagging.models import Tag, TagChange
from tagging.selectors.catalogue import may_change, may_see_carriers

Step = TagChange.Step
OPEN = (State.SUBMITTED, State.RETURNED, State.WITHDRAWN)


def settle_import(actor: Actor, change: TagChange) -> None:
    """Check all rows for who asks. Raises RowsRefused with every row that cannot be."""
    problems: list[str] = []
    rows = read_mapping(change)
    for row in rows:
        _try(problems, row, lambda row=row: _check_row(actor, change, row))  # type: ignore[misc]
    if problems:
        raise RowsRefused(problems)
    change.level = max((row.values["level"] for row in rows), default=1)


def let_in(change: TagChange) -> list[Tag]:
    """Into the catalogue. Returns merged tags whose carriers are to be moved. Raises RowsRefused."""
    problems: list[str] = []
    merged: list[Tag] = []
    for row in read_mapping(change):
        _try(problems, row, lambda row=row: merged.extend(_let_row_in(change, row)))  # type: ignore[misc]
        if problems:
            raise RowsRefused(problems)
    return merged


def _try(problems: list[str], row: Meant, step: Callable[[], None]) -> None:
    try:
        step()
    except DomainError as refusal:
        problems.append(f"第 {row.number} 行“{row.values['name']}”:{refusal.message}")


def _check_row(actor: Actor, change: TagChange, row: Meant) -> None:
    made = _checked(change, row)
    for tag in row.olds:
        if not may_change(actor, tag):
            raise DomainError(f"“{tag.name}”由{tag.owner}负责,请联系该单位,或由区管理员导入。")
        if tag.changes.filter(state__in=OPEN).exists():
            raise DomainError(f"“{tag.name}”另有一件申请还没有办完。")
        if not may_see_carriers(actor, tag) or (row.merged and not may_see_carriers(actor, made)):
            raise DomainError(f"“{tag.name}”高于本岗位的级别,不能对应。")
    standard = Tag(pk=0, area_id=change.area_id, **made.definition())
    for tag in row.merged:
        check_merge(tag, row.keeps or standard)


def _checked(change: TagChange, row: Meant) -> TagChange:
    if is_new_rule(row):
        raise DomainError("动态标签的条件不能从表里来。请先在页面上申请动态标签,再导入;或把种类改为基础标签。")
    made = build(change, row)
    check_definition(made, but=[tag.pk for tag in row.olds])
    return made


def _let_row_in(change: TagChange, row: Meant) -> list[Tag]:
    made = _checked(change, row)
    if made.tag is None:
        made.tag = Tag.objects.create(**made.definition(), area=change.area, department=change.department)
    else:
        made.tag = Tag.objects.select_for_update(of=("self",)).get(pk=made.tag.pk)
        for name, value in made.definition().items():
            setattr(made.tag, name, value)
        made.tag.version += 1
        made.tag.save()
    _keep(made, change, made.tag)
    return [_merge(change, old, made.tag) for old in row.merged]


def _merge(change: TagChange, old: Tag, into: Tag) -> Tag:
    made = TagChange(step=Step.MERGE, tag=old, into=into, reason=change.reason, **old.definition())
    made.area, made.department = change.area, change.department
    merge_tag(made)
    _keep(made, change, made.tag or old)
    return made.tag or old


def _keep(made: TagChange, change: TagChange, tag: Tag) -> None:
    """What happened to each tag can be read at it, as if it had been asked for by itself."""
    made.bundle, made.state, made.version, made.decided_at = change, State.APPROVED, tag.version, TransactionNow()
    made.save()
