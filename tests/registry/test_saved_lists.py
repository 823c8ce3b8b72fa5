"""A post keeps filters of the list of residents under a name, its own; no resident and nothing typed is kept."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.scope import acting_as
from accounts.sealing import seal
from registry.models import SavedList
from tagging.evaluation.keeping import refresh_all
from tagging.models import Tag
from tagging.selectors.uses import list_uses_of_lists
from tests.answers import text_of
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_person
from tests.tagging.proposing import make_tag

pytestmark = pytest.mark.django_db
RESIDENTS, LISTS = reverse("registry:person_list"), reverse("registry:person_saved_lists")
SAVE = reverse("registry:person_save_list")


@pytest.fixture
def tag(cast, items):
    with acting_as(cast.town):
        make_person(EAST, name="施桂兰", birth_date=date(1930, 1, 1), sex="2")
        make_person(EAST, name="郁建国", birth_date=date(1930, 1, 1), sex="1")
    made = make_tag(cast)
    refresh_all()
    return made


def save(client, query, name="高龄妇女"):
    return client.post(f"{SAVE}?{query}", {"name": name}, follow=True)


def kept(actor):
    with acting_as(actor):
        return list(SavedList.objects.filter(post=actor.post_id, deleted_at=None))


def step(client, step, saved, **data):
    return text_of(client.post(reverse(f"registry:person_{step}_list", args=[saved.pk]), data, follow=True))


def test_filters_are_kept_under_a_name_and_opened_again(client, cast, tag):
    sign_in(client, cast.worker)
    with watching() as statements:
        page = text_of(save(client, f"sex=2&tag={tag.code}&cols=person.education"))
    assert "list.saved" in audited(statements)
    assert "名单已保存" in page
    (saved,) = kept(cast.worker)
    assert saved.query == {"sex": ["2"], "tag": [tag.code], "cols": ["person.education"]}
    assert saved.codes == [tag.code]
    opened = text_of(client.get(f"{RESIDENTS}?{saved.address}"))
    assert "施桂兰" in opened
    assert "郁建国" not in opened
    link = f'href="{RESIDENTS}?{saved.address}"'.replace("&", "&amp;")
    for page in (RESIDENTS, "/", LISTS):
        assert link in text_of(client.get(page))


def test_nothing_that_was_typed_and_nothing_unknown_is_kept(client, cast, tag):
    sign_in(client, cast.worker)
    found = urlencode({"find": seal("registry.search", "施桂兰")})
    save(client, f"sex=2&{found}&after=9&x=施桂兰&age_from=施桂兰&area=999")
    assert [saved.query for saved in kept(cast.worker)] == [{"sex": ["2"]}]
    assert "还没有选筛选条件" in text_of(save(client, found, "按姓名"))
    assert len(kept(cast.worker)) == 1


def test_a_list_is_its_posts_alone(client, cast, tag):
    sign_in(client, cast.worker)
    save(client, "sex=2")
    (saved,) = kept(cast.worker)
    for other in (cast.colleague, cast.town, cast.district):
        sign_in(client, other)
        assert "高龄妇女" not in text_of(client.get(LISTS))
        for name in ("rename", "delete", "restore"):
            address = reverse(f"registry:person_{name}_list", args=[saved.pk])
            assert client.post(address, {"name": "别人的"}).status_code == 404
    assert [one.name for one in kept(cast.worker)] == ["高龄妇女"]


def test_it_is_renamed_deleted_and_taken_back(client, cast, tag):
    sign_in(client, cast.worker)
    save(client, "sex=2")
    save(client, "sex=1", "男")
    saved = next(one for one in kept(cast.worker) if one.name == "高龄妇女")
    assert "已改名" in step(client, "rename", saved, name="妇女")
    assert "已经有一份名单叫" in step(client, "rename", saved, name="男")
    assert "请填写名单名称" in step(client, "rename", saved, name=" ")
    page = step(client, "delete", saved)
    assert reverse("registry:person_restore_list", args=[saved.pk]) in page
    assert [one.name for one in kept(cast.worker)] == ["男"]
    step(client, "restore", saved)
    assert {one.name for one in kept(cast.worker)} == {"男", "妇女"}
    step(client, "delete", saved)
    save(client, "sex=2", "妇女")
    assert "已经有一份名单叫" in step(client, "restore", saved)


def test_a_name_is_given_once(client, cast, tag):
    sign_in(client, cast.worker)
    save(client, "sex=2")
    assert "已经有一份名单叫" in text_of(save(client, "sex=1"))
    assert len(kept(cast.worker)) == 1


def test_a_tag_that_ends_tells_how_many_lists_use_it_and_the_list_says_so(client, cast, tag):
    sign_in(client, cast.worker)
    save(client, f"without={tag.code}")
    with acting_as(cast.district):
        (use,) = list_uses_of_lists(tag)
    assert (use.noun, use.name, use.blocks) == ("保存的名单", "1 份", False)
    with acting_as(cast.neighbour):
        assert list(list_uses_of_lists(tag)) == []
    assert "有条件已失效" not in text_of(client.get(LISTS))
    Tag.objects.filter(pk=tag.pk).update(is_live=False)
    assert "有条件已失效" in text_of(client.get(LISTS))


def test_the_page_costs_the_same_for_many_lists(client, cast, tag):
    sign_in(client, cast.worker)

    def cost():
        with watching() as statements:
            client.get(LISTS)
        return len(statements)

    save(client, "sex=2")
    cost()
    before = cost()
    for number in range(5):
        save(client, f"age_from={60 + number}", f"名单{number}")
    assert cost() <= before


def test_an_empty_page_says_what_to_do(client, cast, items):
    assert "还没有保存的名单" in text_of(sign_in(client, cast.worker).get(LISTS))
