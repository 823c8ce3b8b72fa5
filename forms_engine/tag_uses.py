"""Forms whose roster is limited by a tag, as `tagging.uses` asks: such a tag is not retired under a form in force."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from forms_engine.models import Dispatch, FormVersion
from forms_engine.selectors.templates import HEAVY, is_live
from tagging.models import Tag
from tagging.order import keys_in
from tagging.selectors.needs import list_names_of
from tagging.uses import Use

State = FormVersion.State
COMING = {State.SUBMITTED: "还没有准入", State.RETURNED: "退回补充中", State.DRAFT: "还是草稿"}


def list_uses_of_forms(tag: Tag) -> Iterator[Use]:
    """Forms in force, and those on the way to it. Three queries."""
    means = list_names_of(tag)
    for version in _list_asking():
        if means & keys_in(version.condition):
            form = (version.template.name, version.template.department.name)
            note = COMING.get(State(version.state), "名册条件用到它")
            yield Use("表单", *form, blocks=version.state == State.ADMITTED, note=note)


def _list_asking() -> QuerySet[FormVersion]:
    """Versions with a roster condition that may be sent out, are out, or are on their way to the desk."""
    running = Dispatch.objects.filter(version=OuterRef("pk"), closed_at=None)
    newer = FormVersion.objects.filter(is_live(), template=OuterRef("template"), number__gt=OuterRef("number"))
    in_force = Q(is_live() & ~Exists(newer)) | Exists(running)
    versions = FormVersion.objects.filter(in_force | Q(state__in=COMING)).exclude(condition={})
    return versions.defer(*HEAVY).select_related("template__department").order_by("pk")
