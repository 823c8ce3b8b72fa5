"""Events: reported by grid and community, handled by community and town, kept as a ledger."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.scope import acting_as
from registry.errors import WrongStep
from registry.models import Event, EventPhoto
from registry.photos import PhotoRefused, reencode
from registry.services.events import EventReport, Step, move_event, possible_steps, report_event
from tests.doors import audited, sign_in, watching
from tests.factories import EAST_GRID, WEST

pytestmark = pytest.mark.django_db
REPORT = "registry:event_report"


def photo(size=(2400, 1200), kind="JPEG", exif=None):
    file = io.BytesIO()
    given = {"exif": exif} if exif else {}
    Image.new("RGB", size, (200, 30, 30)).save(file, kind, **given)
    return file.getvalue()


def told(area=EAST_GRID, **changed):
    given = {"title": "", "category": "03", "place": "南门路58弄3号楼道", "description": "堆物"}
    return EventReport(area_code=area, occurred_at=timezone.now() - timedelta(hours=1), **(given | changed))


@pytest.fixture
def event(cast, village):
    with acting_as(cast.grid_worker):
        return report_event(actor=cast.grid_worker, report=told(), people=[village["guilan"].pk], photos=[photo()])


def step(actor, event, which, note="已处理"):
    with acting_as(actor):
        return move_event(actor=actor, pk=event.pk, step=which, note=note)


def test_a_report_keeps_place_people_and_photo(cast, event):
    with acting_as(cast.worker):
        kept = Event.objects.get(pk=event.pk)
        assert (kept.state, kept.title, kept.area_code) == ("reported", "南门路58弄3号楼道", EAST_GRID)
        assert [person.name for person in kept.people.all()] == ["单桂兰"]
        assert kept.photos.count() == 1


def test_numbers_are_given_once(cast, village):
    with acting_as(cast.worker):
        numbers = {report_event(actor=cast.worker, report=told()).number for _ in range(3)}
    assert len(numbers) == 3


def test_a_person_out_of_sight_is_not_linked(cast, village):
    with acting_as(cast.worker):
        event = report_event(actor=cast.worker, report=told(), people=[village["west"].pk])
        assert event.links.count() == 0


def test_nothing_is_reported_for_the_next_village_or_for_tomorrow(cast, village):
    with acting_as(cast.worker):
        with pytest.raises(NotFound):
            report_event(actor=cast.worker, report=told(area=WEST))
        late = EventReport(EAST_GRID, "", "03", "路口", "", timezone.now() + timedelta(days=1))
        with pytest.raises(DomainError, match="不能晚于现在"):
            report_event(actor=cast.worker, report=late)


def test_an_event_is_accepted_handled_and_closed(cast, event):
    step(cast.worker, event, Step.ACCEPT, note="")
    step(cast.town, event, Step.HANDLE, note="已联系物业")
    closed = step(cast.worker, event, Step.CLOSE, note="已清理")
    assert (closed.state, closed.handler_id) == ("closed", cast.worker.post_id)
    assert closed.closed_at is not None
    with acting_as(cast.worker):
        assert [one.state for one in closed.steps.order_by("pk")] == ["reported", "handling", "handling", "closed"]


def test_a_returned_event_is_reported_again_by_its_reporter_only(cast, event):
    step(cast.worker, event, Step.RETURN, note="请补照片")
    with pytest.raises(NotAllowed):
        step(cast.worker, event, Step.AGAIN)
    assert step(cast.grid_worker, event, Step.AGAIN, note="已补").state == "reported"


def test_a_grid_worker_does_not_handle(cast, event):
    with pytest.raises(NotAllowed):
        step(cast.grid_worker, event, Step.ACCEPT)
    assert possible_steps(cast.grid_worker, event) == []


def test_a_step_out_of_turn_or_without_a_word_is_refused(cast, event):
    with pytest.raises(WrongStep):
        step(cast.worker, event, Step.CLOSE)
    step(cast.worker, event, Step.ACCEPT)
    with pytest.raises(DomainError, match="写明"):
        step(cast.worker, event, Step.CLOSE, note=" ")


def test_the_next_village_neither_sees_nor_moves_it(client, cast, event):
    with pytest.raises(NotFound):
        step(cast.neighbour, event, Step.ACCEPT)
    sign_in(client, cast.neighbour)
    with acting_as(cast.worker):
        picture = EventPhoto.objects.get().pk
    assert client.get(reverse("registry:event_photo", args=[event.pk, picture])).status_code == 404


def test_a_photo_is_streamed_small_and_uncached(client, cast, event):
    with acting_as(cast.worker):
        picture = EventPhoto.objects.get().pk
    answer = sign_in(client, cast.worker).get(reverse("registry:event_photo", args=[event.pk, picture]))
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (1600, 800)


def test_a_photo_loses_position_and_device():
    exif = Image.Exif()
    exif[0x010F] = "相机厂"
    exif.get_ifd(0x8825)[1] = "N"
    small = Image.open(io.BytesIO(reencode(photo(exif=exif))))
    assert not small.getexif()


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-1.4", b"<svg/>", photo()[:200]])
def test_what_is_no_photo_is_refused_in_words(data):
    with pytest.raises(PhotoRefused, match="第 2 张照片打不开"):
        reencode(data, nth=2)


def test_the_phone_form_reports_with_a_photo(cast, client, village):
    sign_in(client, cast.grid_worker)
    file = io.BytesIO(photo())
    file.name = "现场.jpg"
    when = (timezone.localtime() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    given = {"category": "03", "place": "路口", "area_code": EAST_GRID, "occurred_at": when, "photos": file}
    with watching() as statements:
        answer = client.post(reverse(REPORT), given | {"people": village["guilan"].pk}, follow=True)
    assert "event.reported" in audited(statements)
    assert "单桂兰" in answer.content.decode()
    assert answer.context["photos"]


def test_looking_for_people_keeps_what_was_filled_in(cast, client, village):
    sign_in(client, cast.grid_worker)
    answer = client.post(reverse(REPORT), {"find": "1", "q": "单桂", "place": "路口"})
    assert answer.context["people"][0]["name"] == "单桂兰"
    assert 'value="路口"' in answer.content.decode()
    with acting_as(cast.grid_worker):
        assert Event.objects.count() == 0


def test_the_list_is_narrowed_by_state_and_costs_a_fixed_number_of_queries(cast, worker_client, event):
    url = reverse("registry:event_list")
    assert not worker_client.get(url, {"state": "closed"}).context["events"]
    with watching() as one:
        worker_client.get(url)
    with acting_as(cast.worker):
        for _ in range(10):
            report_event(actor=cast.worker, report=told())
    with watching() as many:
        worker_client.get(url)
    assert len(one) == len(many)


def test_the_page_takes_a_step(cast, worker_client, event):
    url = reverse("registry:event_detail", args=[event.pk])
    assert worker_client.post(url, {"step": "close", "note": "x"}).status_code == 422
    with watching() as statements:
        worker_client.post(url, {"step": "accept", "note": ""})
    assert "event.accept" in audited(statements)
    assert "处理中" in worker_client.get(url).content.decode()


def test_the_ledger_holds_every_event_with_masked_names(client, cast, event):
    step(cast.worker, event, Step.ACCEPT)
    step(cast.worker, event, Step.CLOSE, note="已清理")
    answer = sign_in(client, cast.district).get(reverse("registry:event_ledger"))
    header, row = ([cell.value for cell in cells] for cells in load_workbook(io.BytesIO(answer.content)).active.rows)
    ledger = dict(zip(header, row, strict=True))
    assert (ledger["类别"], ledger["状态"], ledger["涉及人员"]) == ("消防安全", "已办结", "单**")
    assert "已清理" in ledger["处理情况"]
