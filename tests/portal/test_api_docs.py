import pytest
from django.urls import reverse

from tests.doors import sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["department", "system"])
def test_who_builds_systems_reads_the_documentation(client, cast, who):
    sign_in(client, getattr(cast, who))
    assert client.get(reverse("api_docs")).status_code == 200
    schema = client.get(reverse("api_schema"), {"format": "json"}).json()
    assert "/api/v1/forms/" in schema["paths"]


@pytest.mark.parametrize("who", ["worker", "town"])
def test_others_do_not(client, cast, who):
    sign_in(client, getattr(cast, who))
    assert client.get(reverse("api_docs")).status_code == 403
    assert client.get(reverse("api_schema")).status_code == 403


def test_every_operation_tells_its_refusals(client, cast):
    schema = sign_in(client, cast.system).get(reverse("api_schema"), {"format": "json"}).json()
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            wanted = {"400", "401", "403", "404", "429"} | ({"409", "415", "422"} if method == "post" else set())
            assert wanted <= set(told["responses"]), (path, method)
            assert told["description"]
