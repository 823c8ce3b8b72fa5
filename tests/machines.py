"""Machines in tests: registered, opened, and walking in with a token."""

import base64
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Area, ClientSystem, Department
from accounts.roles import Role
from accounts.services.clients import NewClient, register_by_operator
from tests.factories import DISTRICT

TOKEN = reverse("accounts:api_token")
FORM = "application/x-www-form-urlencoded"


def wish(role=Role.DEPARTMENT_STAFF, area=DISTRICT, *, department=None, scopes=("forms",), **more) -> NewClient:
    """What a registration asks for. department: id."""
    given = {"name": "高龄津贴系统", "addresses": ["127.0.0.1/32"], "valid_until": localdate() + timedelta(days=90)}
    found = Department.objects.get(pk=department) if department else None
    return NewClient(**given | more, role=role, area=Area.objects.get(pk=area), department=found, scopes=scopes)


def make_machine(role=Role.DEPARTMENT_STAFF, area=DISTRICT, **more) -> tuple[ClientSystem, str]:
    """An open machine and its secret."""
    return register_by_operator(wanted=wish(role, area, **more))


def ask_token(client, secret, *, http=None, address="127.0.0.1", **body):
    """The answer of the token endpoint."""
    pair = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    form = "&".join(f"{name}={value}" for name, value in ({"grant_type": "client_credentials"} | body).items())
    return (http or Client()).post(
        TOKEN, form, content_type=FORM, HTTP_AUTHORIZATION=f"Basic {pair}", REMOTE_ADDR=address
    )


def machine_door(client, secret, **body) -> Client:
    """A browserless client that sends its token with each request and checks CSRF as a server does."""
    token = ask_token(client, secret, **body).json()["access_token"]
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token}"})
