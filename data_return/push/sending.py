"""One message to its target: read in the scope of whoever answers for it, sent over the target's channel."""

import io
from dataclasses import dataclass, replace

from accounts.actors import Actor
from accounts.audit import Subjects, record
from accounts.exporting import fingerprint
from data_return.models import PushMessage
from data_return.push.mapping import Mapping, write_json
from data_return.push.receipts import AnswerRules, Receipt, read_receipt
from data_return.push.topics import get_topic
from data_return.services.channels import open_channel


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out. name: of a file, "" for a request."""

    name: str
    data: bytes
    rows: int
    subjects: Subjects


def pack(message: PushMessage, actor: Actor) -> Parcel:
    """Read what the message is about, in the running scope, and write down whom it tells of.

    Raises NotToSend, NotFound.
    """
    flow, target = message.flow, message.target
    topic = get_topic(flow.topic)
    if target.takes_files:
        file = topic.build_file(actor, flow.source_id, message.about_id, str(message.key))
        parcel = Parcel(file.name, file.data, file.rows, file.subjects)
    else:
        content = topic.build(actor, flow.source_id, message.about_id)
        content = replace(content, head={**content.head, "message": str(message.key)})
        body = write_json(Mapping.of(flow.mapping), topic.list_fields(flow.source_id), content)
        parcel = Parcel("", body, len(content.rows), content.subjects)
    record(
        actor,
        "push.sent",
        message,
        subjects=parcel.subjects,
        target=target.pk,
        rows=parcel.rows,
        file=fingerprint(io.BytesIO(parcel.data)),
    )
    return parcel


def deliver(message: PushMessage, parcel: Parcel) -> Receipt:
    """Over the network, once; outside a transaction. Raises NotTaken, SourceFailed."""
    target = message.target
    with open_channel(target.channel) as channel:
        if target.takes_files:
            channel.put(parcel.name, parcel.data)
            return Receipt()
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": str(message.key)}
        answer = channel.ask("POST", target.path, body=parcel.data, headers=headers)
        return read_receipt(answer, AnswerRules.of(target.answer))
