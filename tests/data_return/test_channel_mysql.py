"""A department's MySQL, as MariaDB speaks it: read in the order that is asked, never written, every failure named."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from data_return.channels import sql
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.kinds import Terms
from data_return.channels.sql import SqlKind
from tests.departments.mariadb import DepartmentMariaDb
from tests.departments.postgresql import DATABASE, PASSWORD, USER

TABLE = f"{DATABASE}.低保 名单"
MADE = (
    "DROP TABLE IF EXISTS `低保 名单`",
    """CREATE TABLE `低保 名单` (编号 int PRIMARY KEY, 姓名 text CHARACTER SET gbk, 金额 decimal(10, 2),
       更新时间 datetime(3), 在保 tinyint(1), 备注 varchar(20))""",
    """INSERT INTO `低保 名单`
       SELECT seq, concat('居民', seq), seq * 1.5, '2026-01-01' + INTERVAL seq DIV 10 HOUR, seq % 2, NULL
       FROM seq_1_to_95""",
    "CREATE OR REPLACE VIEW 在保 AS SELECT * FROM `低保 名单` WHERE 编号 <= 50",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DepartmentMariaDb]:
    started = DepartmentMariaDb(tmp_path_factory.mktemp("mariadb"))
    started.start()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def address(server, settings):
    server.run(*MADE)
    settings.OUTBOUND_HOSTS = [f"mysql://127.0.0.1:{server.port}", "mysql://127.0.0.1:9"]
    where = {"host": "127.0.0.1", "port": server.port, "database": DATABASE, "user": USER}
    return {"dialect": "mysql", "encrypted": False, **where}


@pytest.fixture
def channel(address):
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as opened:
        yield opened


def test_tables_views_and_their_columns_are_told(channel):
    assert channel.list_tables() == sorted([TABLE, f"{DATABASE}.在保"])
    fields = {field.name: field.kind for field in channel.list_fields(TABLE)}
    assert list(fields) == ["编号", "姓名", "金额", "更新时间", "在保", "备注"]
    assert (fields["姓名"], fields["金额"], fields["更新时间"]) == ("TEXT", "DECIMAL", "DATETIME")
    assert [field.name for field in channel.list_fields(f"{DATABASE}.在保")] == list(fields)


def test_rows_come_page_by_page_each_once_though_many_share_a_time(channel):
    order, after, read = ["更新时间", "编号"], (), []
    while rows := channel.read_rows(TABLE, ["编号", "姓名", "金额", "在保", *order], order=order, after=after, most=7):
        read += rows
        after = rows[-1][-2:]
    assert [row[0] for row in read] == list(range(1, 96))
    assert read[0][1:5] == ("居民1", Decimal("1.50"), 1, datetime(2026, 1, 1))  # noqa: DTZ001  (MySQL tells no zone)
    assert channel.count(TABLE) == 95
    assert channel.count(f"{DATABASE}.在保") == 50


def test_a_value_of_a_megabyte_does_not_come_whole(channel, server):
    server.run("ALTER TABLE `低保 名单` MODIFY 姓名 longtext", "UPDATE `低保 名单` SET 姓名 = repeat('长', 1000000)")
    (row,) = channel.read_rows(TABLE, ["姓名"], order=["编号"], after=(), most=1)
    assert len(row[0]) == sql.LONGEST_TEXT


def test_nothing_can_be_written_even_by_an_account_that_may(address, server):
    server.run(f"GRANT ALL ON {DATABASE}.* TO {USER}@'127.0.0.1'")
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel:
        with pytest.raises(SourceFailed), channel._asking() as connection:
            connection.exec_driver_sql("DELETE FROM `低保 名单`")
        assert channel.count(TABLE) == 95
    server.run(
        f"REVOKE ALL ON {DATABASE}.* FROM {USER}@'127.0.0.1'", f"GRANT SELECT ON {DATABASE}.* TO {USER}@'127.0.0.1'"
    )


def test_names_are_quoted_whatever_they_hold(channel, server):
    server.run("CREATE TABLE IF NOT EXISTS `a``; DROP TABLE x-- ` (`b``c` int)".replace("-- `", "--`"))
    assert channel.read_rows(f"{DATABASE}.a`; DROP TABLE x--", ["b`c"], order=["b`c"], after=(), most=1) == []


def test_what_can_go_wrong_is_named(address, channel):
    def fault(**change) -> Fault:
        secrets = {"password": change.pop("password", PASSWORD)}
        with pytest.raises(SourceFailed) as caught, SqlKind().open(address | change, secrets, Terms()) as one:
            one.count(TABLE)
        return caught.value.fault

    assert fault(password="wrong") == Fault.LOGIN_REFUSED
    assert fault(database="gone") == Fault.LOGIN_REFUSED
    assert fault(port=9) == Fault.UNREACHABLE
    assert fault(port=10) == Fault.NOT_LISTED
    for table, fields in ((f"{DATABASE}.没有", ["编号"]), (TABLE, ["没有"])):
        with pytest.raises(SourceFailed) as caught:
            channel.read_rows(table, fields, order=["编号"], after=(), most=1)
        assert caught.value.fault == (Fault.FIELDS_GONE if table == TABLE else Fault.NOT_FOUND)


def test_a_table_that_changes_under_our_hands(channel, server):
    channel.count(TABLE)
    server.run("ALTER TABLE `低保 名单` RENAME COLUMN 备注 TO 说明")
    with pytest.raises(SourceFailed) as caught:
        channel.read_rows(TABLE, ["备注"], order=["编号"], after=(), most=1)
    assert caught.value.fault == Fault.FIELDS_GONE


def test_a_statement_that_takes_too_long(address, server, monkeypatch):
    monkeypatch.setattr(sql, "STATEMENT_SECONDS", 1)
    server.run("CREATE OR REPLACE VIEW 慢 AS SELECT sleep(10) AS a")
    started = time.monotonic()
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel, pytest.raises(SourceFailed) as caught:
        channel.count(f"{DATABASE}.慢")
    assert caught.value.fault == Fault.TOO_SLOW
    assert time.monotonic() - started < 9


def test_a_server_that_ends_in_the_middle(address, server):
    server.run("CREATE OR REPLACE VIEW 慢 AS SELECT sleep(10) AS a")
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel:
        threading.Timer(0.5, _end_all, [server]).start()
        with pytest.raises(SourceFailed) as caught:
            channel.count(f"{DATABASE}.慢")
    assert caught.value.fault == Fault.RESET


def test_no_transaction_stays_open_over_there_between_two_questions(channel, server):
    channel.count(TABLE)
    assert server.run("SELECT count(*) FROM information_schema.innodb_trx") == [(0,)]


def _end_all(server: DepartmentMariaDb) -> None:
    found = server.run(f"SELECT id FROM information_schema.processlist WHERE user = '{USER}'")
    server.run(*(f"KILL {number}" for (number,) in found))
