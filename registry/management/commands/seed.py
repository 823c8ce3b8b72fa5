import multiprocessing
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.areas_loading import OWN_TABLE, load_areas, read_own_table
from accounts.errors import DomainError
from registry.catalogue_loading import load_catalogue
from registry.seeding.cast import seed_cast
from registry.seeding.districts import demo_plans, seed_demo, seed_district
from registry.seeding.storing import store_grids

FEWEST, MOST = 1_000, 3_000_000


class Command(BaseCommand):
    help = "Made-up people: the demo communities with their cast, or a whole district for measurements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="城桥镇的演示村居、部门和账号;可重复运行")
        parser.add_argument("--persons", type=int, help="把崇明区补到大约这么多人,用于测速")
        parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["demo"] and options["persons"] is None:
            raise CommandError("请写明 --demo 或 --persons 人数。")
        if options["persons"] is not None and not FEWEST <= options["persons"] <= MOST:
            raise CommandError(f"--persons 应在 {FEWEST} 到 {MOST} 之间。")
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError("正式环境不放演示数据:演示账号的密码是公开的。")
        try:
            self._seed(demo=options["demo"], people=options["persons"], processes=options["processes"])
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _seed(self, *, demo: bool, people: int | None, processes: int) -> None:
        areas = load_areas(read_own_table(OWN_TABLE))
        catalogue = load_catalogue()
        self.stdout.write(f"区划 {areas.read} 条,数据项 {catalogue.items} 个,代码表 {catalogue.code_lists} 张。")
        if demo:
            store_grids(demo_plans())
            users, added = seed_cast(), seed_demo(self.stdout.write)
            self.stdout.write(f"演示数据:新增账号 {users} 个,居民 {added} 人。")
        if people:
            self.stdout.write(f"测速数据:新增居民 {seed_district(people, self.stdout.write, processes=processes)} 人。")
