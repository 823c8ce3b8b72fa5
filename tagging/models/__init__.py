from tagging.models.assignments import PersonTags, TagEvent, TagWatch
from tagging.models.catalogue import Colour, Definition, Kind, Tag, TagChange

__all__ = ["Colour", "Definition", "Kind", "PersonTags", "Tag", "TagChange", "TagEvent", "TagWatch"]
