from tagging.models.assignments import SubjectTags, TagEvent, TagWatch
from tagging.models.catalogue import Colour, Definition, Kind, Tag, TagChange

__all__ = ["Colour", "Definition", "Kind", "SubjectTags", "Tag", "TagChange", "TagEvent", "TagWatch"]
