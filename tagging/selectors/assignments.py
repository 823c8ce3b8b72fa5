"""Who carries which tags, page after page: for other systems."""

from dataclasses import dataclass

from accounts.actors import Actor
from registry.catalogue import model_of
from tagging.codes import code_of
from tagging.models import SubjectTags
from tagging.selectors.catalogue import readable_tags


@dataclass(frozen=True, slots=True)
class Assignment:
    """codes: of the tags that the post may know; somebody without any is left out."""

    subject_id: int
    codes: list[str]


def list_assignments(*, actor: Actor, entity: str, after: int, limit: int) -> tuple[list[Assignment], int | None]:
    """Subjects inside the scope behind the number `after`, and the number to go on behind. Two queries."""
    known = set(readable_tags(actor).filter(subject=entity).values_list("pk", flat=True))
    rows = SubjectTags.objects.visible_to(actor).filter(entity=entity, subject_id__gt=after, tags__overlap=[*known])
    found = list(rows.order_by("subject_id").values_list("subject_id", "tags")[: limit + 1])
    page = [Assignment(pk, [code_of(key) for key in tags if key in known]) for pk, tags in found[:limit]]
    return page, page[-1].subject_id if len(found) > limit else None


def label_of(entity: str) -> str:
    """Type of the subjects, as the audit log names it."""
    return model_of(entity)._meta.label_lower
