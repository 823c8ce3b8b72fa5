"""Notices in tests: written, published, guides."""

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.models import Area
from accounts.roles import Role
from accounts.scope import acting_as
from portal.models import Guide, Notice
from portal.services.notices import Letter, add_guide, publish_notice, write_notice
from tests.registry.test_take_evidence import pdf


def letter(actor: Actor, *areas: int, **more: Any) -> Letter:
    """To village workers of the own area, for a month from today."""
    today = localdate()
    given = {
        "title": "防汛值班安排",
        "body": "请各村居落实值班。",
        "areas": list(Area.objects.filter(code__in=areas or (actor.area_code,))),
        "roles": [Role.COMMUNITY_WORKER],
        "since": today,
        "until": today + timedelta(days=30),
    }
    return Letter(**(given | more))


def write(actor: Actor, *areas: int, **more: Any) -> Notice:
    with acting_as(actor):
        return write_notice(actor=actor, letter=letter(actor, *areas, **more))


def publish(actor: Actor, notice: Notice) -> Notice:
    notice.refresh_from_db()
    with acting_as(actor):
        return publish_notice(actor=actor, pk=notice.pk, seen=notice.version)


def guide(actor: Actor, title: str = "填报操作指南", **more: Any) -> Guide:
    given = {"summary": "怎么填一张表", "category": "filling", "data": pdf(30)}
    with acting_as(actor):
        return add_guide(actor=actor, title=title, **(given | more))
