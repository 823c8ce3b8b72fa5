import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from accounts.api_scopes import MACHINE_ROLES, ApiScope
from accounts.codes import from_official
from accounts.errors import DomainError
from accounts.models import Area, Department
from accounts.networks import BadNetwork, read_networks
from accounts.roles import Role
from accounts.services.clients import NewClient, register_by_operator


class Command(BaseCommand):
    help = "Register a machine (API 客户端) and print its secret, this once. It is open at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        create = parser.add_subparsers(dest="step", required=True).add_parser("create")
        create.add_argument("name", help="what the system is called")
        create.add_argument("--role", choices=[role.value for role in MACHINE_ROLES], required=True)
        create.add_argument("--area", required=True, help="12-digit code of the district, town or community")
        create.add_argument("--department", help="full name; for --role department_staff")
        create.add_argument("--scope", action="append", required=True, choices=ApiScope.values, help="may be repeated")
        create.add_argument("--address", action="append", required=True, help="IP address or network; may be repeated")
        create.add_argument("--days", type=int, default=365, help="how long it is valid")
        create.add_argument("--json", action="store_true", help="print JSON for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client, secret = register_by_operator(wanted=_wish(options))
        except (DomainError, BadNetwork) as refusal:
            raise CommandError(str(refusal)) from refusal
        made = {
            "id": client.pk,
            "client_id": client.client_id,
            "client_secret": secret,
            "scope": " ".join(client.scopes),
        }
        if options["json"]:
            self.stdout.write(json.dumps(made, ensure_ascii=False))
        else:
            self.stdout.write(f"客户端编号 {client.client_id}\n密钥(只显示这一次) {secret}")


def _wish(options: dict[str, Any]) -> NewClient:
    area = _area(options["area"])
    return NewClient(
        name=options["name"],
        role=Role(options["role"]),
        area=area,
        scopes=options["scope"],
        addresses=read_networks(" ".join(options["address"])),
        valid_until=localdate() + timedelta(days=options["days"]),
        department=_department(area, options["department"]),
    )


def _area(code: str) -> Area:
    try:
        found = Area.objects.filter(code=from_official(code)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError("没有这个区划,请填写 12 位代码。")
    return found


def _department(area: Area, name: str | None) -> Department | None:
    if name is None:
        return None
    found = Department.objects.filter(area=area, name=name).first()
    if found is None:
        raise CommandError(f"{area.name}没有“{name}”这个部门。")
    return found
