"""Forms as their departments see them: own ones to design, granted ones to collect; what earlier bindings taught."""

from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate
from guardian.shortcuts import get_objects_for_group

from accounts.actors import Actor
from accounts.errors import Conflict, NotFound
from accounts.models import Department
from forms_engine.models import FormColumn, FormTemplate, FormVersion
from registry.binding import learning_key

COLLECT = "forms_engine.collect_form"
HEAVY = ("workbook", "layout")
"""Columns of a version that lists leave in the database."""


class NotAdmitted(Conflict):
    """No version of the form may be sent out today."""

    code = "not_admitted"
    default = "这张表没有在有效期内的准入版本,不能下发。请提交准入,或建立新版本。"


def list_templates(*, actor: Actor) -> QuerySet[FormTemplate]:
    """Forms of the actor's department, the newest first; `versions` are prefetched, the latest first."""
    versions = FormVersion.objects.defer(*HEAVY).order_by("-number")
    owned = FormTemplate.objects.filter(department_id=actor.department_id or 0).select_related("department")
    return owned.prefetch_related(Prefetch("versions", versions)).order_by("-pk")


def get_template(*, actor: Actor, pk: int) -> FormTemplate:
    """A form of the actor's own department, with department and area. Raises NotFound for anybody else's."""
    owned = FormTemplate.objects.filter(department_id=actor.department_id or 0)
    template = owned.select_related("department__area").filter(pk=pk).first()
    if template is None:
        raise NotFound
    return template


def list_collectable(*, actor: Actor) -> QuerySet[FormTemplate]:
    """Forms whose reports the actor's department was granted to collect (guardian: `collect_form` to its group)."""
    department = Department.objects.select_related("group").filter(pk=actor.department_id or 0).first()
    if department is None:
        return FormTemplate.objects.none()
    granted: QuerySet[FormTemplate] = get_objects_for_group(department.group, COLLECT, klass=FormTemplate)
    return granted.select_related("department__area")


def get_collectable(*, actor: Actor, pk: int) -> FormTemplate:
    """One of them. Raises NotFound where the grant is missing."""
    template = list_collectable(actor=actor).filter(pk=pk).first()
    if template is None:
        raise NotFound
    return template


def get_latest_version(template: FormTemplate) -> FormVersion:
    """The version that is worked on now, without the workbook's bytes. A form has one at least."""
    return template.versions.defer("workbook").order_by("-number")[0]


def get_open_version(*, actor: Actor, pk: int) -> FormVersion:
    """The latest version of one of the department's own forms, the form joined. Raises NotFound."""
    template = get_template(actor=actor, pk=pk)
    version = get_latest_version(template)
    version.template = template
    return version


def get_sendable(*, actor: Actor, pk: int) -> FormVersion:
    """The live version of one of the department's own forms, for sending out.

    Raises NotFound without the grant and for another department's form, NotAdmitted where no version is live.
    """
    template = get_collectable(actor=actor, pk=pk)
    if template.department_id != actor.department_id:
        raise NotFound
    version = get_live_version(template)
    if version is None:
        raise NotAdmitted
    version.template = template
    return version


def get_live_version(template: FormTemplate) -> FormVersion | None:
    """The version that may be sent out today: admitted, valid, the latest of such; None where there is none."""
    return template.versions.filter(is_live()).defer(*HEAVY).order_by("-number").first()


def is_live() -> Q:
    """Versions that villages may be asked with today."""
    valid = Q(valid_until=None) | Q(valid_until__gte=localdate())
    return valid & Q(state=FormVersion.State.ADMITTED)


def list_versions(template: FormTemplate) -> list[FormVersion]:
    return list(template.versions.defer(*HEAVY).order_by("-number"))


def get_learned() -> dict[str, str]:
    """What admitted forms of all departments agree on: learning key -> item code, for the binder."""
    admitted = FormColumn.objects.filter(version__state=FormVersion.State.ADMITTED)
    taught = admitted.exclude(kind=FormColumn.Kind.NUMBER).values_list("version__subject", "header", "item_id")
    return agree(taught.distinct())


def agree(taught: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """(subject, header, item code or None for a new ask) -> the readings that nobody contradicts.

    A header that was only ever left as a new ask teaches nothing either: the binder may know better by now.
    """
    readings: dict[str, set[str | None]] = {}
    for subject, header, code in taught:
        readings.setdefault(learning_key(subject, header), set()).add(code)
    return {key: code for key, codes in readings.items() if len(codes) == 1 and (code := codes.pop()) is not None}
