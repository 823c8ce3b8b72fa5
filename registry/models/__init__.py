from registry.models.catalogue import Code, CodeList, DataItem, Entity, ItemType
from registry.models.changes import Difference, ImportBatch
from registry.models.events import Event, EventPerson, EventPhoto, EventStep
from registry.models.organizations import Organization
from registry.models.people import Household, Person, RefusedRegistration
from registry.models.places import Dwelling
from registry.models.saved_lists import SavedList
from registry.models.unmasking import Unmasking

__all__ = [
    "Code",
    "CodeList",
    "DataItem",
    "Difference",
    "Dwelling",
    "Entity",
    "Event",
    "EventPerson",
    "EventPhoto",
    "EventStep",
    "Household",
    "ImportBatch",
    "ItemType",
    "Organization",
    "Person",
    "RefusedRegistration",
    "SavedList",
    "Unmasking",
]
