"""Photos and PDFs that prove something are made harmless and sealed before they are kept."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from accounts.sealing import SealBroken
from registry.evidence import MOST_FILES, MOST_PAGES, EvidenceRefused, Kind, content_of, take_in

OWN = "tests.evidence"


def pdf(pages=1, *, script=False, password=""):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        act = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(act)
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(act)})
        writer.add_attachment("secret.txt", b"attached")
        writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="http://192.0.2.1/track"))
        writer.add_metadata({"/Author": "writer of it"})
    if password:
        writer.encrypt(password)
    return written(writer)


def written(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def photo():
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "maker of the camera"
    Image.new("RGB", (3000, 20), "red").save(file, "JPEG", exif=exif)
    return file.getvalue()


def kept(data):
    (taken,) = take_in([data], sealed_as=OWN)
    return taken.kind, content_of(taken.sealed, sealed_as=OWN), taken.sealed


def test_a_photo_is_encoded_anew_and_sealed():
    kind, content, sealed = kept(photo())
    assert kind == Kind.PHOTO
    assert Image.open(io.BytesIO(content)).width == 1600
    assert b"maker of the camera" not in content
    assert sealed.startswith("s")


def test_of_a_pdf_only_the_pages_are_kept():
    data = pdf(2, script=True)
    whole = PdfReader(io.BytesIO(data))
    assert whole.attachments
    assert "/Annots" in whole.pages[0]
    assert b"/JavaScript" in data
    kind, content, _ = kept(data)
    clean = PdfReader(io.BytesIO(content))
    assert kind == Kind.PDF
    assert len(clean.pages) == 2
    assert not clean.attachments
    assert not any("/Annots" in page for page in clean.pages)
    for trace in (b"/JavaScript", b"/JS", b"/EmbeddedFile", b"/URI", b"writer of it", b"/OpenAction"):
        assert trace not in content, trace


@pytest.mark.parametrize(
    "data",
    [
        pdf(MOST_PAGES + 1),
        pdf(password="secret"),  # noqa: S106
        pdf()[:200],
        b"%PDF-1.7 nothing",
        b"<html><script>alert(1)</script></html>",
        b"",
        b"%PDF-1.4\n" + b"[" * 100_000,
    ],
    ids=["too many pages", "password", "cut off", "no pdf", "html", "empty", "nested"],
)
def test_what_cannot_be_taken_in_is_refused_on_its_field(data):
    with pytest.raises(EvidenceRefused) as refused:
        take_in([data], sealed_as=OWN)
    assert refused.value.field == "evidence"


def test_too_many_files_are_refused():
    with pytest.raises(EvidenceRefused):
        take_in([photo()] * (MOST_FILES + 1), sealed_as=OWN)


def test_where_nothing_may_tell_who_made_it_a_pdf_is_refused():
    with pytest.raises(EvidenceRefused):
        take_in([pdf()], sealed_as=OWN, photos_only=True)
    (taken,) = take_in([photo()], sealed_as=OWN, photos_only=True)
    assert taken.kind == Kind.PHOTO


def test_it_opens_only_under_what_it_was_sealed_for():
    (taken,) = take_in([photo()], sealed_as=OWN)
    with pytest.raises(SealBroken):
        content_of(taken.sealed, sealed_as="tests.other")
