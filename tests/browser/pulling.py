"""A dataset that is pulled from a department's interface, for tests that kill what pulls it.

Runs as a program in the portal's environment: python -m tests.browser.pulling ADDRESS. Prints JSON: where an event is
sent to, and its secret.
"""

import json
import sys

MAPPING = {"person.id_number": "card", "person.name": "name", "person.phone": "phone"}
ASKS = {
    "path": "rows", "rows": "rows", "total": "", "paging": "number", "page_name": "page", "size_name": "size",
    "first": 1, "cursor": "", "since_name": "since", "more": "",
}  # fmt: skip
WEB = {"charset": "utf-8", "login": "none", "token_url": "", "scope": "", "client_id": "", "app_id": ""}


def prepare(url: str) -> dict[str, str]:
    """A published dataset, what brings it by update time, and its door for events."""
    from django.urls import reverse

    from accounts.models import Post
    from accounts.scope import acting_as
    from data_return.models import Channel, Connector
    from data_return.services.events import renew_secret
    from tests.factories import make_dataset

    officer, desk = (
        Post.objects.with_context().get(user__full_name=name).as_actor(second_factor=True) for name in ("钱磊", "徐静")
    )
    dataset = make_dataset(officer, desk, name="对接的名单")
    channel = Channel.objects.create(
        department_id=officer.department_id, name="业务系统", kind="http", address=WEB | {"base": url},
        per_minute=6000, created_by_id=officer.post_id,
    )  # fmt: skip
    Connector.objects.create(
        channel=channel, dataset=dataset, kind="http_json", asks=ASKS, key_field="id", updated_field="updated",
        mapping=MAPPING, fields=["id", "card", "name", "phone", "updated"], page_size=10, is_on=True,
        post_id=officer.post_id,
    )  # fmt: skip
    with acting_as(officer):
        door, secret = renew_secret(actor=officer, dataset=dataset)
    return {"path": reverse("data_return:api_events", args=[door.ticket]), "secret": secret}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(prepare(sys.argv[1])))
