"""Take over what the department says (采用部门的值): a worker compared both values and chose this one."""

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import CHANGE_RESIDENTS, MARK_RECORDS, require
from data_return.selectors.marking import find_subject, get_record, list_readable, version_of
from registry.catalogue import is_stored
from registry.changes import Change, Outcome, Source, SourceKind, apply


@transaction.atomic
def adopt_value(*, actor: Actor, record_pk: int, version: str, item: str) -> Outcome:
    """Write one value of a record into the registry, as the department's of its day.

    version: of the record, as the page showed it. Raises Conflict for a record that has changed since, NotFound for
    an item that was not granted, DomainError where nobody is registered or the item is sealed.
    """
    require(actor, MARK_RECORDS)
    require(actor, CHANGE_RESIDENTS)
    found = get_record(actor=actor, pk=record_pk)
    if version_of(found) != version:
        raise Conflict("部门刚刚更新过这条数据,没有采用。请刷新页面,对照新的内容再采用。")
    readable = {one.code: one for one in list_readable(actor=actor, dataset=found.dataset, area_code=found.area_code)}
    value = found.values.get(item)
    if item not in readable or value is None or not is_stored(readable[item]):
        raise NotFound
    if readable[item].is_sealed:
        raise DomainError("证件号码等加密的项不能直接采用,请打开登记修改。")
    subject = find_subject(actor=actor, found=found)
    if subject is None:
        raise DomainError("这条数据说的对象还没有登记,或登记时没有填证件号码。请先登记或补上号码。")
    source = Source(SourceKind.DEPARTMENT, str(found.dataset.department), found.observed_on)
    change = Change(subject.pk, {item: value})
    outcome = apply(actor=actor, entity=found.dataset.subject, changes=[change], source=source, decided=True)
    record(actor, "record.adopted", subject, items=[item], dataset=found.dataset_id)
    return outcome
