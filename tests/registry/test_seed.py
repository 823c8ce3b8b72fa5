"""`manage.py seed` on the real database, as the app role."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q

from accounts.codes import Level, from_official, subtree
from accounts.demo import DEMO_PASSWORD
from accounts.models import Area, AuditEntry, Department, Post, User
from accounts.roles import Role
from accounts.scope import limited_to, whole_tree
from accounts.sealing import blind_index, open_sealed
from registry.models import Dwelling, Household, Organization, Person
from registry.seeding.communities import build_community
from registry.seeding.districts import DEMO_COMMUNITIES, demo_plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    call_command("seed", "--demo", verbosity=0)
    with whole_tree(reason="test"):
        yield


def test_six_communities_or_more_have_about_600_residents_each(demo):
    assert len(DEMO_COMMUNITIES) >= 6
    for community in DEMO_COMMUNITIES:
        assert (
            595
            <= Person.objects.within(subtree(community, Level.COMMUNITY))
            .filter(area_code__range=subtree(community, Level.COMMUNITY))
            .count()
            <= 610
        )


def test_the_second_run_changes_nothing(demo, capsys):
    before = (Person.objects.count(), User.objects.count(), Area.objects.count(), Post.objects.count())

    call_command("seed", "--demo")

    assert (Person.objects.count(), User.objects.count(), Area.objects.count(), Post.objects.count()) == before
    assert "新增账号 0 个,居民 0 人" in capsys.readouterr().out


def test_rows_point_at_each_other_and_at_known_areas(demo):
    areas = set(Area.objects.values_list("code", flat=True))
    assert set(Person.objects.values_list("area_code", flat=True)) <= areas
    assert not Person.objects.filter(dwelling=None).exists()
    assert not Household.objects.filter(head=None).exists()
    assert not Household.objects.exclude(head__household_id=F("pk")).exists()
    assert not Person.objects.exclude(dwelling__area_code=F("area_code")).exists()
    assert Organization.objects.count() > 60
    assert Dwelling.objects.filter(is_rented=True, tenant_count__gt=0).count() > 20


def test_numbers_are_sealed_and_found_by_their_blind_index(demo):
    made = build_community(demo_plans()[0]).people[0].values
    number = str(made["person.id_number"])

    person = Person.objects.get(id_number_index=blind_index("person.id_number", number))

    assert person.name == made["person.name"]
    assert open_sealed("person.id_number", person.id_number_sealed) == number
    assert not Person.objects.filter(Q(id_number_sealed="") | Q(id_number_sealed__contains=number)).exists()
    assert not Person.objects.filter(attributes__contains={"person.bank_account": ""}).exists()


def test_provenance_says_who_and_when_and_some_of_it_is_older_than_a_year(demo):
    stamps = [
        person.provenance["person.phone"] for person in Person.objects.only("provenance", "phone").exclude(phone="")
    ]
    assert {stamp["s"] for stamp in stamps} == {"self"}
    old = sum(stamp["on"] < "2025-11-01" for stamp in stamps) / len(stamps)
    assert 0.15 < old < 0.6


def test_nobody_is_seen_without_a_scope_and_a_community_sees_both_sides_of_a_separation(demo):
    community = subtree(DEMO_COMMUNITIES[0], Level.COMMUNITY)
    with limited_to(None):
        assert Person.objects.count() == 0
    with limited_to(community):
        lives_here = Q(area_code__range=community)
        assert Person.objects.filter(lives_here).exclude(registered_area_code__range=community).exists()
        assert Person.objects.exclude(lives_here).exists()
        assert not Person.objects.exclude(lives_here | Q(registered_area_code__range=community)).exists()


def test_the_cast_fills_every_role_and_one_worker_has_two_posts(demo):
    assert set(Post.objects.values_list("role", flat=True)) == set(Role.values)
    workers = Post.objects.filter(role=Role.COMMUNITY_WORKER)
    assert workers.values("area").distinct().count() >= 2
    assert workers.values("user").annotate(posts=Count("pk")).filter(posts=2).exists()
    assert User.objects.get(username="chenxiuying").check_password(DEMO_PASSWORD)
    assert Department.objects.filter(name="区民政局", area_id=from_official("310151000000")).exists()


def test_every_demo_grid_has_a_worker(demo):
    grids = Area.objects.filter(level=Level.GRID)
    assert grids.count() == 3 * len(DEMO_COMMUNITIES)
    assert not grids.exclude(posts__role=Role.GRID_WORKER).exists()


def test_a_district_is_filled_to_the_wanted_number_and_no_further(demo, capsys):
    call_command("seed", "--persons", "8000", "--processes", "1")
    call_command("seed", "--persons", "8000", "--processes", "1")

    assert 8000 <= Person.objects.count() < 9500
    assert "测速数据:新增居民 0 人" in capsys.readouterr().out


def test_rows_of_a_community_are_stored_in_the_order_of_its_microgrids(demo):
    low, high = subtree(DEMO_COMMUNITIES[0], Level.COMMUNITY)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT corr(stored, sorted) FROM ("
            " SELECT row_number() OVER (ORDER BY ctid) AS stored, rank() OVER (ORDER BY area_code) AS sorted"
            " FROM registry_person WHERE area_code BETWEEN %s AND %s) AS places",
            [low, high],
        )
        assert cursor.fetchone()[0] > 0.9


def test_seeding_writes_an_audit_line(demo):
    entry = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(id) FROM {entry}")
        assert cursor.fetchone()[0] >= 2


@pytest.mark.parametrize("arguments", [[], ["--persons", "10"], ["--persons", "9000000"]])
def test_it_refuses_to_guess_what_is_wanted(arguments):
    with pytest.raises(CommandError):
        call_command("seed", *arguments)


def test_it_refuses_to_make_known_passwords_behind_tls(settings):
    settings.SECURE_SSL_REDIRECT = True
    with pytest.raises(CommandError, match="正式环境"):
        call_command("seed", "--demo")
    assert not User.objects.exists()
