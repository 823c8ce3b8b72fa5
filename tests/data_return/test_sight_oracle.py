"""What row-level security shows of returned records, against an oracle that knows neither ranges nor policies.

A tenth of 100,000 random (post, record) pairs in each run, other ones each time; all of them in `make soak`.
SIGHT_SEED=n looks at the same ones again.
"""

import os
import random
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from django.utils.timezone import localdate
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.codes import Level
from accounts.models import Area, Department
from accounts.roles import Role
from accounts.scope import acting_as, limited_to
from data_return.models import Dataset, Grant, GrantRequest, ReturnedRecord
from data_return.services.writing import open_writing
from data_return.sight import reading_of
from tests.factories import DISTRICT, make_actor

pytestmark = [pytest.mark.django_db, pytest.mark.rls, pytest.mark.fuzz]
POSTS, RECORDS = (200, 500) if os.environ.get("SOAK") else (60, 170)
GRANTS = 120
FAR = 320206_000000_000000
GROUPS = {  # digits that an area's code really has
    Level.DISTRICT: 6, Level.TOWN: 9, Level.COMMUNITY: 12, Level.GRID: 15, Level.MICROGRID: 18,
}  # fmt: skip
OF_AREA = (Role.DISTRICT_ADMIN, Role.TOWN_ADMIN, Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.SYSTEM_ADMIN)
OF_DEPARTMENT = (Role.DEPARTMENT_STAFF, Role.DATA_OFFICER)
_posts = count(10**9)


def digits(code: int, level: Level) -> str:
    return f"{code:018d}"[: GROUPS[level]]


def make_places() -> list[tuple[int, Level]]:
    """Two districts with towns, villages, grids and microgrids: (code, level)."""
    found = []
    for district, towns in ((DISTRICT, 3), (FAR, 1)):
        found.append((district, Level.DISTRICT))
        for town in range(101, 101 + towns):
            found.append((district + town * 10**9, Level.TOWN))
            for village in range(1, 5):
                code = district + town * 10**9 + village * 10**6
                found += [(code, Level.COMMUNITY), (code + 1000, Level.GRID), (code + 1001, Level.MICROGRID)]
    Area.objects.bulk_create(Area(code=code, name=str(code), level=level) for code, level in found)
    return found


def make_post(chance: random.Random, places, departments) -> Actor:
    of_department = chance.random() < 0.3
    area, level = chance.choice([place for place in places if not of_department or place[1] == Level.DISTRICT])
    role = chance.choice(OF_DEPARTMENT if of_department else OF_AREA)
    department = chance.choice(departments).pk if of_department else None
    return Actor(0, next(_posts), "", role, area, level, "", department_id=department, second_factor=True)


def make_grant(chance: random.Random, post: Actor, places, departments, datasets) -> Grant:
    """Anything that could stand in the table, whether or not a page would let it be asked for."""
    day = localdate()
    since = day + timedelta(days=chance.choice((-9, -1, 0, 0, 1)))
    terms = {
        "dataset": chance.choice(datasets),
        "area_id": chance.choice(places)[0],
        "department": chance.choice(departments) if chance.random() < 0.3 else None,
        "readers": chance.sample([role.value for role in OF_AREA + OF_DEPARTMENT], k=chance.randint(2, 6)),
        "items": ["person.name"],
        "areas": [code for code, level in chance.sample(places, k=3) if GROUPS[level] <= 12] or [DISTRICT],
        "scenario": "service",
        "purpose": "试",
        "since": since,
        "until": since + timedelta(days=chance.choice((0, 1, 9, 9))),
    }
    request = GrantRequest.objects.create(post_id=post.post_id, **terms)
    revoked = timezone.now() if chance.random() < 0.2 else None
    return Grant.objects.create(request=request, revoked_at=revoked, **terms)


def make_records(chance: random.Random, officers, places, datasets) -> list[ReturnedRecord]:
    made = []
    for number in range(RECORDS):
        code, level = chance.choice(places)
        dataset, inside = chance.choice(datasets), chance.choice((0, 0, 7)) if level == Level.GRID else 0
        made.append(
            ReturnedRecord(
                dataset=dataset, area_code=code + inside, district=code // 10**12, source_key=f"{number}",
                fingerprint=b"1", observed_on=localdate(), received_at=timezone.now(),
            )
        )  # fmt: skip
    for officer in officers:
        with acting_as(officer), limited_to((0, 10**18 - 1)):
            mine = [one for one in made if one.dataset.department_id == officer.department_id]
            open_writing(actor=officer, dataset=mine[0].dataset)
            ReturnedRecord.objects.bulk_create(mine)
    return made


def may_read(post: Actor, record: ReturnedRecord, grants) -> bool:
    """The promise itself: the post's area holds the record, and its department brings it or a live grant opens it."""
    place = f"{record.area_code:018d}"
    if post.role == Role.SYSTEM_ADMIN or not place.startswith(digits(post.area_code, post.area_level)):
        return False
    if post.role == Role.DATA_OFFICER and post.department_id == record.dataset.department_id:
        return True
    return any(opens(grant, post, record.dataset_id, place) for grant in grants)


def opens(grant: Grant, post: Actor, dataset: int, place: str) -> bool:
    if grant.dataset_id != dataset or grant.revoked_at is not None or post.role.value not in grant.readers:
        return False
    if not grant.since <= localdate() <= grant.until:
        return False
    own = f"{post.area_code:018d}"
    unit = grant.department_id == post.department_id if grant.department_id else own.startswith(stem(grant.area_id))
    return unit and any(place.startswith(stem(area)) for area in grant.areas)


def stem(code: int) -> str:
    """The digits of an area that its zeros do not fill up, three by three."""
    text = f"{code:018d}"
    while text.endswith("000"):
        text = text[:-3]
    return text


def test_what_is_shown_is_what_the_oracle_says(db):
    seed = int(os.environ.get("SIGHT_SEED") or random.SystemRandom().randrange(10**6))
    chance = random.Random(seed)
    places = make_places()
    departments = [Department.objects.create(name=name, area_id=DISTRICT) for name in ("甲局", "乙局", "丙局")]
    officers = [make_actor(Role.DATA_OFFICER, DISTRICT, department=one) for one in departments[:2]]
    datasets = [
        Dataset.objects.create(
            name=f"{number}", department=departments[number % 2], created_by_id=officers[0].post_id, subject="person"
        )
        for number in range(4)
    ]
    for dataset in datasets:
        assign_perm("data_return.publish_dataset", dataset.department.group, dataset)
    grants = [make_grant(chance, officers[0], places, departments, datasets) for _ in range(GRANTS)]
    records = make_records(chance, officers, places, datasets)
    wrong, shown = [], 0
    for post in [make_post(chance, places, departments) for _ in range(POSTS)]:
        with acting_as(post):
            reading_of(post)
            seen = set(ReturnedRecord.objects.values_list("pk", flat=True))
        expected = {record.pk for record in records if may_read(post, record, grants)}
        shown += len(seen)
        wrong += [(post.role.value, post.area_code, post.department_id, pk) for pk in seen ^ expected]
    print(f"SIGHT_SEED={seed}: {POSTS * RECORDS} pairs, {shown} shown, {len(wrong)} otherwise than the oracle says")
    assert not wrong, f"SIGHT_SEED={seed}: {wrong[:10]}"
    assert shown > POSTS
