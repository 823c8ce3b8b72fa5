from tagging.models.assignments import SubjectTags, TagEvent, TagWatch
from tagging.models.catalogue import Colour, Definition, Kind, Tag, TagChange
from tagging.models.impacts import TagImpact

__all__ = [
    "Colour",
    "Definition",
    "Kind",
    "SubjectTags",
    "Tag",
    "TagChange",
    "TagEvent",
    "TagImpact",
    "TagWatch",
]
