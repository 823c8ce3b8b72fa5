"""三员分立 in the database: the constraint refuses what any code might try."""

from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.delegation import clash
from accounts.models import Department, Post, User
from accounts.rights import OPERATE, READ_AUDIT, ROLE_RIGHTS, VIEW_PEOPLE, VIEW_RESIDENTS
from accounts.roles import Role
from tests.doors import sign_in
from tests.factories import DISTRICT

AUTUMN, WINTER = (date(2026, 9, 1), date(2026, 11, 30)), (date(2026, 12, 1), None)


def hold(user, role, days=(None, None), **fields):
    department = Department.objects.get(name="区残联") if role == Role.DEPARTMENT_STAFF else None
    return Post.objects.create(
        user=user, role=role, area_id=DISTRICT, department=department, valid_from=days[0], valid_until=days[1], **fields
    )


def is_refused(*held) -> bool:
    """held: (role, days) of posts that one user would hold."""
    try:
        with transaction.atomic():
            user = User.objects.create(username="twofold", full_name="两职")
            for role, days in held:
                hold(user, role, days)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return "three_admins_stay_apart" in str(error)
    return False


def test_every_pair_of_roles_is_refused_just_where_it_clashes(cast):
    always = (None, None)
    wrong = [
        (one.value, other.value)
        for one, other in product(Role, Role)
        if one != other and is_refused((one, always), (other, always)) != clash([one, other])
    ]
    assert wrong == []


def test_one_after_the_other_is_allowed_and_a_shared_day_is_not(cast):
    assert not is_refused((Role.SYSTEM_ADMIN, AUTUMN), (Role.AUDIT_ADMIN, WINTER))
    assert is_refused((Role.SYSTEM_ADMIN, AUTUMN), (Role.AUDIT_ADMIN, (AUTUMN[1], None)))


def test_a_longer_validity_or_a_reopened_post_is_refused_too(cast):
    user = User.objects.create(username="twofold", full_name="两职")
    old = hold(user, Role.SYSTEM_ADMIN, AUTUMN)
    ended = hold(user, Role.GRID_WORKER, is_active=False)
    hold(user, Role.AUDIT_ADMIN, WINTER)
    for change in ({"pk": old.pk, "valid_until": None}, {"pk": ended.pk, "is_active": True}):
        pk = change.pop("pk")
        with pytest.raises(IntegrityError, match="three_admins_stay_apart"), transaction.atomic():
            Post.objects.filter(pk=pk).update(**change)


def test_none_of_the_three_holds_a_right_of_another():
    own = {Role.SYSTEM_ADMIN: OPERATE, Role.SECURITY_ADMIN: VIEW_PEOPLE, Role.AUDIT_ADMIN: READ_AUDIT}
    for role, right in product(own, [*own.values(), VIEW_RESIDENTS]):
        assert (right in ROLE_RIGHTS[role]) is (own[role] == right)


@pytest.mark.parametrize("who", ["system", "security", "audit"])
def test_none_of_the_three_opens_the_pages_of_another(client, cast, who):
    pages = {"system": "portal:status", "security": "accounts:people", "audit": "portal:audit_list"}
    sign_in(client, getattr(cast, who))
    answers = {name: client.get(reverse(page)).status_code for name, page in pages.items() if name != who}
    assert set(answers.values()) == {403}
    assert client.get(reverse("registry:person_list")).status_code == 403
