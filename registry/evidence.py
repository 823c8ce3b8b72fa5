"""Evidence (证明材料) as it is kept: a photo encoded anew, or the pages of a PDF put into a new file; both sealed.

Of a PDF only pages are taken along: scripts, actions, forms, links, attached files and data about the author stay
behind. It is never rendered here, and it goes out as a download.
"""

import base64
import io
from dataclasses import dataclass

from django.db.models import TextChoices
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from accounts.errors import DomainError
from accounts.sealing import open_sealed, seal
from registry.photos import PhotoRefused, reencode

MOST_FILES, MOST_PAGES, MOST_PDF_BYTES = 3, 20, 10 * 1024 * 1024
ACTIVE = ("/Annots", "/AA", "/B", "/Metadata", "/PieceInfo", "/StructParents")
"""What of a page can act, or tells about its maker."""


class Kind(TextChoices):
    PHOTO = "photo", "照片"
    PDF = "pdf", "PDF"


TYPES = {Kind.PHOTO: ("image/jpeg", "jpg"), Kind.PDF: ("application/pdf", "pdf")}
"""Content type and ending."""


class EvidenceRefused(DomainError):
    code = "evidence_refused"


@dataclass(frozen=True, slots=True)
class Taken:
    kind: Kind
    sealed: str


def take_in(
    files: list[bytes], *, sealed_as: str, photos_only: bool = False, most_pages: int = MOST_PAGES
) -> list[Taken]:
    """Files as uploaded, made harmless and sealed. sealed_as: what they belong to; they open under the same alone.

    photos_only: where nothing may tell who made a file. The pages of a PDF keep what their pictures and fonts carry.
    most_pages: of one PDF. Raises EvidenceRefused (its field is `evidence`).
    """
    if len(files) > MOST_FILES:
        raise EvidenceRefused(f"证明材料最多 {MOST_FILES} 份,请减少后再提交。", field="evidence")
    return [_take(data, nth, sealed_as, photos_only, most_pages) for nth, data in enumerate(files, 1)]


def content_of(sealed: str, *, sealed_as: str) -> bytes:
    return base64.b64decode(open_sealed(sealed_as, sealed))


def _take(data: bytes, nth: int, sealed_as: str, photos_only: bool, most_pages: int) -> Taken:
    is_pdf = data[:1024].lstrip().startswith(b"%PDF-")
    if is_pdf and photos_only:
        raise EvidenceRefused(f"第 {nth} 份是 PDF,里面可能留有制作人的信息,请改为拍照或截图。", field="evidence")
    clean = _pages_only(data, nth, most_pages) if is_pdf else _photo(data, nth)
    return Taken(Kind.PDF if is_pdf else Kind.PHOTO, seal(sealed_as, base64.b64encode(clean).decode()))


def _photo(data: bytes, nth: int) -> bytes:
    try:
        return reencode(data, nth=nth)
    except PhotoRefused as refusal:
        raise EvidenceRefused(refusal.message, field="evidence") from None


def _pages_only(data: bytes, nth: int, most_pages: int) -> bytes:
    if len(data) > MOST_PDF_BYTES:
        raise EvidenceRefused(f"第 {nth} 份 PDF 超过 10 MB,请压缩或拆开后再提交。", field="evidence")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise EvidenceRefused(f"第 {nth} 份 PDF 有密码,请去掉密码后再提交。", field="evidence")
        if not 1 <= len(reader.pages) <= most_pages:
            raise EvidenceRefused(f"第 {nth} 份 PDF 应为 1 至 {most_pages} 页,请只留有用的页。", field="evidence")
        return _rewritten(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        # A broken file breaks the reader in many ways; none of them is ours to mend.
        raise EvidenceRefused(f"第 {nth} 份 PDF 打不开,请重新导出,或改为拍照。", field="evidence") from None


def _rewritten(reader: PdfReader) -> bytes:
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page, excluded_keys=ACTIVE)
    writer.metadata = None
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
