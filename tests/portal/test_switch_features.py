"""An optional part of the portal that is switched off is off everywhere, and comes back as it was."""

from dataclasses import replace
from itertools import combinations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import rights
from accounts.actors import Actor
from accounts.codes import Level
from accounts.errors import Conflict, NotAllowed
from accounts.features import FEATURE_RIGHTS, Feature, rights_of
from accounts.models import Department, FeaturePause, Post
from accounts.rights import ROLE_RIGHTS, FeatureOff, holds, require
from accounts.roles import Role
from accounts.scope import acting_as
from accounts.services.features import switch_off, switch_on
from portal.selectors.todo import count_todo
from registry.services.events import report_event
from tests.answers import text_of
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, make_actor, make_person
from tests.machines import machine_door, make_machine
from tests.portal.entrances import SERVICE, Kind, connect
from tests.portal.filing import make_system
from tests.portal.monitoring import choose, tell
from tests.portal.noticing import publish, write
from tests.registry.test_events import told
from tests.routes import list_routes

pytestmark = pytest.mark.django_db
OFF = "这项功能已由系统管理员停用"
PARTS = {
    Feature.DIRECTORY: ("portal:directory",),
    Feature.SYSTEM_TODOS: ("portal:todo_", "portal:api_todo", "portal:api_systems"),
    Feature.EVENTS: ("registry:event_",),
    Feature.NOTICES: ("portal:notice_", "portal:guide_"),
    Feature.MONITORING: ("portal:burden_outside", "portal:burden_point"),
    Feature.IMPORTS: ("registry:person_import", "registry:import_"),
    Feature.SAVED_LISTS: (
        "registry:person_saved_lists",
        "registry:person_save_list",
        "registry:person_rename_list",
        "registry:person_delete_list",
        "registry:person_restore_list",
    ),
}
"""Features by the names of their routes, told without looking at the portal's own table."""
NEVER_OFF = {
    rights.WORK, rights.OPERATE, rights.SWITCH_FEATURES, rights.READ_AUDIT, rights.UNMASK, rights.WATCH_UNMASKING,
    rights.VIEW_PEOPLE, rights.MANAGE_PEOPLE, rights.MANAGE_CLIENTS, rights.CONFIRM_CLIENTS, rights.CONFIRM_ENTRANCES,
    rights.ADMIT_FORMS, rights.ADMIT_SYSTEMS, rights.REVIEW_REPORTS, rights.GIVE_OPINIONS, rights.DECIDE_TAGS,
    rights.DECIDE_DATASETS, rights.DECIDE_GRANTS, rights.VIEW_RESIDENTS, rights.CHANGE_RESIDENTS, rights.FILL_REPORTS,
    rights.SUBMIT_REPORTS, rights.FILE_COMPLAINTS, rights.HANDLE_COMPLAINTS, rights.ANSWER_COMPLAINTS,
}  # fmt: skip
SOMEBODY = Actor(0, 0, "", Role.COMMUNITY_WORKER, EAST, Level.COMMUNITY, "东村")
AREAS = {Role.COMMUNITY_WORKER: EAST, Role.GRID_WORKER: EAST, Role.TOWN_ADMIN: TOWN}


@pytest.fixture
def off(cast):
    """Switch features off; who of the cast acts afterwards comes anew, as each request does."""

    def switch(*features):
        for feature in features:
            switch_off(actor=cast.system, feature=feature, reason="试点期间不用")

    return switch


def anew(actor):
    return Post.objects.with_context().get(pk=actor.post_id).as_actor(second_factor=True)


def someone(role, cast):
    if role == Role.DEPARTMENT_STAFF:
        return cast.department
    return make_actor(role, AREAS.get(role, DISTRICT))


def texts(client, actor, address):
    return text_of(sign_in(client, actor).get(address))


# The table -----------------------------------------------------------------------------------------------------------
def test_every_feature_names_rights_that_somebody_holds_and_that_are_of_no_other_feature():
    held = frozenset().union(*ROLE_RIGHTS.values())
    assert set(FEATURE_RIGHTS) == set(Feature)
    assert all(names and names <= held for names in FEATURE_RIGHTS.values())
    assert all(one.isdisjoint(other) for one, other in combinations(FEATURE_RIGHTS.values(), 2))


def test_what_guards_the_portal_and_the_channel_of_complaints_cannot_be_switched_off():
    assert rights_of(Feature).isdisjoint(NEVER_OFF)


def test_routes_of_a_feature_take_its_rights_and_no_others_do():
    for route in list_routes():
        by_name = {feature for feature, starts in PARTS.items() if route.name.startswith(starts)}
        by_right = {feature for feature, names in FEATURE_RIGHTS.items() if route.access.right in names}
        assert by_name == by_right, route.name


@given(st.sets(st.sampled_from(Feature)), st.sampled_from(Role))
def test_a_role_holds_what_the_table_gives_without_what_is_off(paused, role):
    actor = replace(SOMEBODY, role=role, withheld=rights_of(paused))
    gone = {right for feature in paused for right in FEATURE_RIGHTS[feature]}
    for right in frozenset().union(*ROLE_RIGHTS.values()):
        assert holds(actor, right) is (right in ROLE_RIGHTS[role] and right not in gone)
        if not holds(actor, right):
            with pytest.raises(NotAllowed) as refused:
                require(actor, right)
            assert isinstance(refused.value, FeatureOff) is (right in ROLE_RIGHTS[role])


# Every way in ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("feature", Feature)
def test_every_route_of_a_feature_refuses_whoever_held_its_right_with_a_sentence(cast, off, feature):
    off(feature)
    guarded = [route for route in list_routes() if route.access.right in FEATURE_RIGHTS[feature]]
    assert guarded
    for role in Role:
        http = sign_in(Client(), someone(role, cast))
        for route in guarded:
            for ask in (http.get, http.post, http.put):
                answer = ask(route.path)
                assert answer.status_code == 403, route.name
                assert (OFF in text_of(answer)) is (route.access.right in ROLE_RIGHTS[role]), route.name


def test_no_other_route_changes_its_answer(cast, items, off):
    http, others = sign_in(Client(), cast.district), [one for one in list_routes() if is_of_none(one.access.right)]
    before = {route.name: http.get(route.path).status_code for route in others}
    off(*Feature)
    assert {route.name: http.get(route.path).status_code for route in others} == before


def is_of_none(right):
    return right is not None and right not in rights_of(Feature)


def test_notices_leave_menu_to_dos_and_workbench_and_come_back_unread_as_they_were(cast, client, off):
    publish(cast.town, write(cast.town))
    titles = ("有通知本单位还没有读", 'href="/notices/"')
    assert all(told in texts(client, cast.worker, "/") for told in titles)
    off(Feature.NOTICES)
    assert not any(told in texts(client, cast.worker, "/") for told in titles)
    with acting_as(anew(cast.worker)) as worker:
        assert "notices" not in count_todo(actor=worker)
    switch_on(actor=cast.system, feature=Feature.NOTICES, reason="恢复使用")
    assert all(told in texts(client, cast.worker, "/") for told in titles)


def test_a_system_is_told_in_the_shape_of_the_api_and_its_to_dos_wait(cast, client, items, off):
    system = make_system(cast.department, cast.district)
    machine = make_machine(department=cast.department.department_id, scopes=("todos",))
    http, asked = machine_door(*machine), {"title": "核对计划", "area": "310151101001", "role": "community_worker"}
    address = reverse("portal:api_todo", args=[system.pk, "plan-1"])
    assert http.put(address, asked, content_type="application/json").status_code == 201
    off(Feature.SYSTEM_TODOS)
    for answer in (http.put(address, asked, content_type="application/json"), http.get(address)):
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert (answer.json()["code"], answer.json()["detail"].startswith(OFF)) == ("feature_off", True)
    assert "核对计划" not in texts(client, cast.worker, "/")
    switch_on(actor=cast.system, feature=Feature.SYSTEM_TODOS, reason="恢复使用")
    assert http.get(address).json()["state"] == "open"
    assert "核对计划" in texts(client, cast.worker, "/")


def test_nobody_enters_a_system_by_the_one_login_and_a_silent_try_goes_back(cast, client, off):
    connect(cast.department, cast.district, cast.security, Kind.CAS)
    off(Feature.DIRECTORY)
    http = sign_in(client, cast.worker)
    refused = http.get("/cas/login", {"service": SERVICE})
    assert (refused.status_code, OFF in text_of(refused)) == (403, True)
    assert http.get("/cas/login", {"service": SERVICE, "gateway": "true"})["Location"] == SERVICE
    assert http.get(reverse("portal:todo_list")).status_code == 200


def test_the_burden_account_and_its_bulletin_say_nothing_of_monitoring_points(cast, client, items, off):
    choose(cast.district, EAST)
    tell(cast.worker, Department.objects.get(pk=cast.department.department_id))
    addresses = ("/burden/", "/burden/bulletin/")
    assert all("平台外的任务" in texts(client, cast.worker, address) for address in addresses)
    off(Feature.MONITORING)
    assert not any("平台外的任务" in texts(client, cast.worker, address) for address in addresses)


def test_pages_of_residents_show_no_events_and_no_saved_lists(cast, client, items, off):
    with acting_as(cast.worker):
        person = make_person(EAST, name="施桂兰")
        report_event(actor=cast.worker, report=told(EAST, title="楼道堆物"), people=[person.pk])
    sign_in(client, cast.worker).post(f"{reverse('registry:person_save_list')}?sex=2", {"name": "妇女"})
    shown = {f"/residents/{person.pk}": "楼道堆物", "/residents/?sex=1": "保存名单", "/residents/": "妇女", "/": "妇女"}
    assert all(told_there in texts(client, cast.worker, page) for page, told_there in shown.items())
    off(Feature.EVENTS, Feature.SAVED_LISTS)
    assert not any(told_there in texts(client, cast.worker, page) for page, told_there in shown.items())


def test_work_in_the_background_holds_no_right_that_is_off(cast, off):
    off(Feature.IMPORTS)
    assert Post.objects.get(pk=cast.worker.post_id).as_actor().withheld == {rights.IMPORT_RESIDENTS}
    with pytest.raises(FeatureOff):
        require(anew(cast.worker), rights.IMPORT_RESIDENTS, EAST)


@pytest.mark.parametrize("address", ["/", "/residents/"])
def test_switches_are_read_with_the_posts_and_cost_no_query(cast, client, items, off, address):
    def statements_of_the_page():
        client.get(address)
        with watching() as statements:
            client.get(address)
        return statements

    sign_in(client, cast.worker)
    before = statements_of_the_page()
    off(*Feature)
    after = statements_of_the_page()
    assert len(after) <= len(before) <= 20
    for statements in (before, after):
        (asked,) = [one for one in statements if "accounts_featurepause" in one]
        assert 'FROM "accounts_post"' in asked


# The page ------------------------------------------------------------------------------------------------------------
def test_the_system_administrator_switches_off_and_on_with_a_reason(cast, client):
    http, address = sign_in(client, cast.system), reverse("portal:feature_switch", args=["notices"])
    with watching() as statements:
        assert http.post(address, {"step": "off", "reason": "改用区里的办公系统"}).status_code == 302
    assert audited(statements) == ["feature.switched_off"]
    assert "区管理员" in text_of(http.get(address))
    listed = text_of(http.get("/features/"))
    assert all(told in listed for told in ("已停用", "改用区里的办公系统", "俞涛"))
    with watching() as statements:
        assert http.post(address, {"step": "on", "reason": "试点结束"}).status_code == 302
    assert audited(statements) == ["feature.switched_on"]
    pause = FeaturePause.objects.get()
    assert (pause.reason, pause.end_reason, pause.ended_by_id) == (
        "改用区里的办公系统",
        "试点结束",
        cast.system.post_id,
    )
    assert "试点结束" in text_of(http.get("/features/"))


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_without_a_reason_nothing_is_switched(cast, client, reason):
    address = reverse("portal:feature_switch", args=["notices"])
    assert sign_in(client, cast.system).post(address, {"step": "off", "reason": reason}).status_code == 422
    assert not FeaturePause.objects.exists()


def test_whoever_was_faster_is_not_undone_by_a_page_that_is_behind(cast, client):
    http, address = sign_in(client, cast.system), reverse("portal:feature_switch", args=["events"])
    assert http.post(address, {"step": "on", "reason": "恢复"}).status_code == 409
    for expected in (302, 409):
        assert http.post(address, {"step": "off", "reason": "停用"}).status_code == expected
    assert FeaturePause.objects.going_on().count() == 1


def test_a_feature_that_does_not_exist_is_not_found(cast, client):
    assert sign_in(client, cast.system).get(reverse("portal:feature_switch", args=["audit"])).status_code == 404


def test_nobody_else_switches(cast):
    for actor in (cast.security, cast.district, cast.department, cast.worker):
        for switch in (switch_off, switch_on):
            with pytest.raises(NotAllowed):
                switch(actor=actor, feature=Feature.NOTICES, reason="试")


def test_it_can_be_switched_again_and_the_page_tells_every_time(cast, client):
    for _ in range(2):
        switch_off(actor=cast.system, feature=Feature.EVENTS, reason="停用")
        switch_on(actor=cast.system, feature=Feature.EVENTS, reason="恢复")
    with pytest.raises(Conflict):
        switch_on(actor=cast.system, feature=Feature.EVENTS, reason="恢复")
    sign_in(client, cast.system)
    assert len(client.get("/features/").context["pauses"]) == 2
    with watching() as statements:
        client.get("/features/")
    assert len(statements) <= 12
