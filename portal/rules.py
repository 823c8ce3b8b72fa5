"""Pure rules of the workbench: how near a deadline is, and how a bar is divided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Deadline:
    """text: for people; tone: late, soon or plain, the class of its tag."""

    text: str
    tone: str
    is_today: bool = False


def deadline_of(due: datetime, now: datetime) -> Deadline:
    """Both aware; days are those of the local calendar (Asia/Shanghai)."""
    due, now = localtime(due), localtime(now)
    days = (now.date() - due.date()).days
    if due <= now:
        return Deadline(f"已逾期 {days} 天" if days else "今天已过截止时间", "late", is_today=not days)
    if days == 0:
        return Deadline(f"今天 {due:%H:%M} 截止", "late", is_today=True)
    return Deadline(f"{due:%m-%d} 截止", "soon" if due - now <= SOON else "plain")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar in percent of its width, as SVG wants it: plain decimal points in every language."""

    kind: str
    start: str
    width: str


def segments(parts: Mapping[str, int], total: int) -> list[Segment]:
    """Pieces one after another; kinds with nothing are left out. No total: no pieces."""
    found, start = [], 0.0
    for kind, count in parts.items():
        width = 100 * count / total if total else 0
        if width:
            found.append(Segment(kind, f"{start:.2f}", f"{width:.2f}"))
            start += width
    return found
