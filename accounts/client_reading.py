"""Machines as their administrators see them."""

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.codes import Level, subtree
from accounts.errors import NotFound
from accounts.models import Area, ClientSystem, Department


def list_clients(*, actor: Actor) -> QuerySet[ClientSystem]:
    """Machines whose post lies in the area of the actor's post, ended ones too."""
    found = ClientSystem.objects.filter(
        kind=ClientSystem.Kind.MACHINE, post__area__code__range=subtree(actor.area_code, actor.area_level)
    )
    return found.select_related("post__area", "post__department", "post__user", "created_by__user")


def get_client(*, actor: Actor, pk: int) -> ClientSystem:
    """One of them. Raises NotFound."""
    client = list_clients(actor=actor).filter(pk=pk).first()
    if client is None:
        raise NotFound
    return client


def list_bindable_departments(*, actor: Actor) -> QuerySet[Department]:
    """Departments in the area of the actor's post."""
    area = subtree(actor.area_code, actor.area_level)
    return Department.objects.filter(area__code__range=area).order_by("area_id", "name")


def list_bindable_communities(*, actor: Actor) -> QuerySet[Area]:
    """Communities in the area of the actor's post."""
    return Area.objects.within(subtree(actor.area_code, actor.area_level)).filter(level=Level.COMMUNITY)
