from tagging.models.assignments import SubjectTags, TagEvent, TagWatch
from tagging.models.catalogue import Colour, Definition, Kind, Tag, TagChange
from tagging.models.impacts import TagImpact
from tagging.models.keys import ProposalKey
from tagging.models.statistics import MonthlyCount

__all__ = [
    "Colour",
    "Definition",
    "Kind",
    "MonthlyCount",
    "ProposalKey",
    "SubjectTags",
    "Tag",
    "TagChange",
    "TagEvent",
    "TagImpact",
    "TagWatch",
]
