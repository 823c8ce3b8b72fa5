"""A comparison by village, for town and district: counts only, those of few people withheld."""

import io

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.audit import record
from accounts.exporting import as_download, fingerprint, write_table
from accounts.rights import COMPARE_AREAS
from data_return.comparing.by_area import THEIRS, ByArea, Line, count_by_area
from data_return.comparing.reading import Comparison, Kind, get_comparison
from data_return.models import GrantUse
from data_return.services.uses import note_use
from data_return.sight import reading_of

WITHHELD = "*"


@access(COMPARE_AREAS)
@require_safe
def dataset_compare_areas(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    comparison, found = _counted(actor, pk)
    record(actor, "compare.counted", comparison.dataset, rows=found.records)
    labels = _labels(found)
    context = {
        "dataset": comparison.dataset,
        "labels": labels,
        "lines": [(line, list(zip(labels, _texts(line), strict=True))) for line in found.lines],
        "small": settings.SMALL_COUNT,
        "withheld": WITHHELD,
        "records": found.records,
    }
    return render(request, "data_return/dataset_compare_areas.html", context)


@access(COMPARE_AREAS, step_up=True, file=True)
@require_safe
def dataset_compare_areas_export(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    comparison, found = _counted(actor, pk)
    limits.spend(actor, limits.EXPORT)
    table = [[line.indent + line.name, *_texts(line)] for line in found.lines]
    content = write_table("按村居汇总", ["区域", *_labels(found)], table)
    record(actor, "compare.counts_exported", comparison.dataset, rows=len(table), file=fingerprint(io.BytesIO(content)))
    return as_download(content, f"{actor.area_name}{comparison.dataset}比对汇总{localdate():%Y%m%d}.xlsx")


def _counted(actor: Actor, pk: int) -> tuple[Comparison, ByArea]:
    """With a use of each grant under which records were counted. Raises NotFound."""
    comparison = get_comparison(actor=actor, pk=pk)
    found = count_by_area(comparison)
    for grant in reading_of(actor).grants:
        if grant.dataset_id == pk and found.records:
            note_use(actor=actor, how=GrantUse.How.COMPARE, grant=grant, rows=found.records)
    return comparison, found


def _texts(line: Line) -> list[str]:
    return [WITHHELD if count is None else str(count) for count in line.counts]


def _labels(found: ByArea) -> list[str]:
    return ["部门名单" if column == THEIRS else str(Kind(column).label) for column in found.columns]
