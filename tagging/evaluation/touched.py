"""What may have gained or lost a tag since a moment: what changed, what a hand tagged, and what is tied to either."""

from datetime import datetime

from django.db.models import Q

from registry.models import Dwelling, Entity, Household, Organization, Person
from tagging.models import TagEvent

Touched = dict[str, set[int]]


def list_touched(since: datetime) -> Touched:
    """Entity -> keys, within the scope. The time of a record is the beginning of the transaction that changed it."""
    people, households = _changed(Person, since), _changed(Household, since)
    dwellings, organizations = _changed(Dwelling, since), _changed(Organization, since)
    for entity, subject_id in _changed_by_hand(since):
        {
            Entity.PERSON: people,
            Entity.HOUSEHOLD: households,
            Entity.DWELLING: dwellings,
            Entity.ORGANIZATION: organizations,
        }[Entity(entity)].add(subject_id)
    households |= _households_of(people)
    people |= _people_in(households, dwellings)
    return {
        Entity.PERSON: people,
        Entity.HOUSEHOLD: households,
        Entity.DWELLING: dwellings,
        Entity.ORGANIZATION: organizations,
    }


def _changed(model: type[Person | Household | Dwelling | Organization], since: datetime) -> set[int]:
    return set(model._default_manager.filter(updated_at__gte=since).values_list("pk", flat=True))


def _changed_by_hand(since: datetime) -> set[tuple[str, int]]:
    """The passes' own events are left out: what they change, the next layer of the same pass has seen."""
    events = TagEvent.objects.filter(at__gte=since).exclude(post=None)
    return set(events.values_list("entity", "subject_id"))


def _households_of(people: set[int]) -> set[int]:
    """Households of the people, and those that they head: a household's items are its head's and its members'."""
    tied = Household.objects.filter(Q(members__in=people) | Q(head__in=people))
    return set(tied.values_list("pk", flat=True))


def _people_in(households: set[int], dwellings: set[int]) -> set[int]:
    around = Person.objects.filter(Q(household__in=households) | Q(dwelling__in=dwellings))
    return set(around.values_list("pk", flat=True))
