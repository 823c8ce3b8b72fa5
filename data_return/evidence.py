"""Evidence (证明材料) as it is kept: a photo encoded anew, or the pages of a PDF put into a new file; both sealed.

Of a PDF only pages are taken along: scripts, actions, forms, links, attached files and data about the author stay
behind. It is never rendered here, and it goes out as a download.
"""

import base64
import io
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from accounts.errors import DomainError
from accounts.sealing import open_sealed, seal
from data_return.models import Evidence
from registry.photos import PhotoRefused, reencode

MOST_FILES, MOST_PAGES, MOST_PDF_BYTES = 3, 20, 10 * 1024 * 1024
SEALED_AS = "data_return.evidence"
ACTIVE = ("/Annots", "/AA", "/B", "/Metadata", "/PieceInfo", "/StructParents")
"""What of a page can act, or tells about its maker."""
Kind = Evidence.Kind
TYPES = {Kind.PHOTO: ("image/jpeg", "jpg"), Kind.PDF: ("application/pdf", "pdf")}
"""Content type and ending."""


class EvidenceRefused(DomainError):
    code = "evidence_refused"


@dataclass(frozen=True, slots=True)
class Taken:
    kind: Evidence.Kind
    sealed: str


def take_in(files: list[bytes]) -> list[Taken]:
    """Files as uploaded, made harmless and sealed. Raises EvidenceRefused (its field is `evidence`)."""
    if len(files) > MOST_FILES:
        raise EvidenceRefused(f"证明材料最多 {MOST_FILES} 份,请减少后再提交。", field="evidence")
    return [_take(data, nth) for nth, data in enumerate(files, 1)]


def content_of(evidence: Evidence) -> bytes:
    return base64.b64decode(open_sealed(SEALED_AS, evidence.sealed))


def _take(data: bytes, nth: int) -> Taken:
    is_pdf = data[:1024].lstrip().startswith(b"%PDF-")
    clean = _pages_only(data, nth) if is_pdf else _photo(data, nth)
    return Taken(Kind.PDF if is_pdf else Kind.PHOTO, seal(SEALED_AS, base64.b64encode(clean).decode()))


def _photo(data: bytes, nth: int) -> bytes:
    try:
        return reencode(data, nth=nth)
    except PhotoRefused as refusal:
        raise EvidenceRefused(refusal.message, field="evidence") from None


def _pages_only(data: bytes, nth: int) -> bytes:
    if len(data) > MOST_PDF_BYTES:
        raise EvidenceRefused(f"第 {nth} 份 PDF 超过 10 MB,请压缩或拆开后再提交。", field="evidence")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise EvidenceRefused(f"第 {nth} 份 PDF 有密码,请去掉密码后再提交。", field="evidence")
        if not 1 <= len(reader.pages) <= MOST_PAGES:
            raise EvidenceRefused(f"第 {nth} 份 PDF 应为 1 至 {MOST_PAGES} 页,请只留有用的页。", field="evidence")
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
