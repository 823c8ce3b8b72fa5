"""Records of a dataset as its own department brings them: files, what was refused, quality, a masked sample."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.audit import record, those
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from data_return.forms import LoadForm
from data_return.selectors.datasets import get_kept, list_items
from data_return.selectors.records import get_quality, list_filled, list_loads, list_sample
from data_return.services.loading import start_load


@access(rights.PUBLISH_DATASETS)
@require_http_methods(["GET", "POST"])
def dataset_records(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    dataset = get_kept(actor=actor, pk=pk).dataset
    form = LoadForm(request.POST or None, request.FILES or None, initial={"observed_on": localdate()})
    if form.is_valid():
        # Outside of what a refusal takes back: reading a broken file costs as much as a good one.
        limits.spend(actor, limits.IMPORT)
        given = form.cleaned_data
        with refusals_on(form):
            start_load(
                actor=actor,
                dataset=dataset,
                data=given["file"].read(),
                filename=given["file"].name,
                observed_on=given["observed_on"],
            )
            tell(request, "已收到文件,正在检查和写入。")
            return go(request, "data_return:dataset_records", pk)
    items = list_items(dataset.live) if dataset.live else []
    records, texts = list_sample(actor=actor, dataset=dataset, items=items)
    record(actor, "dataset.sample_read", dataset, subjects=those(records))
    context = {
        "dataset": dataset,
        "form": form,
        "loads": list_loads(actor=actor, dataset=dataset),
        "items": items,
        "sample": [list(zip(items, row, strict=True)) for row in texts],
        "quality": get_quality(dataset),
        "filled": list_filled(dataset, items),
    }
    return render(request, "data_return/dataset_records.html", context, status=422 if form.errors else 200)
