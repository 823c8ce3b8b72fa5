"""What the tests of bringing and admitting share: an upload, a draft in each state, a decision."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from accounts.scope import acting_as
from forms_engine.models import FormVersion
from forms_engine.services.admit import admit_version, submit_version
from tests.factories import make_form
from tests.workbooks import workbook

FOLDER = Path(__file__).resolve().parents[2] / "forms_engine" / "data" / "form_templates"
ROSTER = [["××区高龄老人名册"], ["序号", "姓名", "身份证号码", "现住址", "是否愿意上门"]]


@cache
def roster_file() -> bytes:
    """A small roster: a merged title, a running number, three items and a new ask. Made once: it holds the time."""
    return workbook(ROSTER, merges=["A1:E1"])


def upload(client, data: bytes, name: str = "名册.xlsx", **fields):
    return client.post("/forms/new/", {"file": SimpleUploadedFile(name, data), **fields})


def brought(client, data: bytes | None = None) -> FormVersion:
    """The draft that an upload has made."""
    answer = upload(client, data or roster_file())
    assert answer.status_code == 302, answer.content.decode()
    return FormVersion.objects.select_related("template").latest("pk")


def submitted(department, columns, **fields) -> FormVersion:
    """A form that waits at the desk."""
    given = {"purpose": "发放津贴", "legal_basis": "(示例)民规", "state": FormVersion.State.DRAFT}
    version = make_form(department, columns, **(given | fields))
    with acting_as(department):
        submit_version(actor=department, version=version)
    return FormVersion.objects.select_related("template").get(pk=version.pk)


def admitted(desk, version) -> FormVersion:
    with acting_as(desk):
        return admit_version(actor=desk, version=version, valid_until=localdate() + timedelta(days=365))


def text_of(answer) -> str:
    return answer.content.decode()
