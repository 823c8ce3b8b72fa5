from tagging.models.catalogue import Colour, Definition, Kind, Tag, TagChange

__all__ = ["Colour", "Definition", "Kind", "Tag", "TagChange"]
