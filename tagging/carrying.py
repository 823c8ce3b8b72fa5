"""Who carries a tag, as a predicate: for conditions, filters of lists and counts. Seen through the running scope."""

from django.db.models import Exists, OuterRef, Q

from tagging.models import SubjectTags


def carries(entity: str, key: int, *, path: str = "") -> Q:
    """Subjects that carry the tag. path: relation from the subject in question to the one that carries it."""
    own = SubjectTags.objects.filter(district=OuterRef("district"), entity=entity, subject_id=OuterRef(f"{path}pk"))
    return Q(Exists(own.filter(tags__contains=[key])))
