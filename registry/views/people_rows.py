"""People as short lines, behind the mask: in pickers, in households, in events."""

from collections.abc import Collection, Iterable
from typing import Any

from accounts.actors import Actor
from accounts.audit import Subjects
from registry.catalogue import get_catalogue
from registry.masking import show
from registry.models import Person

SHOWN = ("name", "sex", "birth_date", "relation_to_head", "phone", "residence_address")


def shown(lines: Iterable[dict[str, Any]]) -> Subjects:
    """Lines of `named` as `subjects` of an audit line."""
    return (Person._meta.label_lower, [line["pk"] for line in lines])


def named(people: Iterable[Person], actor: Actor, *, chosen: Collection[int] = ()) -> list[dict[str, Any]]:
    """pk, chosen, and the masked text of each of SHOWN."""
    catalogue = get_catalogue()
    items = {key: catalogue.item(f"person.{key}") for key in SHOWN}
    return [
        {"pk": person.pk, "chosen": person.pk in chosen}
        | {key: show(item, getattr(person, key), actor.clearance, catalogue) for key, item in items.items()}
        for person in people
    ]
