"""A department's database: read in the order that is asked, never written, and every failure named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from data_return.channels import sql
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.kinds import Terms
from data_return.channels.sql import SqlForm, SqlKind
from tests.departments.postgresql import DATABASE, PASSWORD, USER

MADE = """
CREATE SCHEMA IF NOT EXISTS 民政;
DROP TABLE IF EXISTS 民政."低保 名单" CASCADE;
CREATE TABLE 民政."低保 名单"
  (编号 int PRIMARY KEY, 姓名 text, 金额 numeric(10, 2), 更新时间 timestamptz, note varchar(20));
INSERT INTO 民政."低保 名单"
SELECT n, '居民' || n, n * 1.5, '2026-01-01 00:00+08'::timestamptz + (n / 10) * interval '1 hour', NULL
FROM generate_series(1, 95) n;
CREATE VIEW 民政.在保 AS SELECT * FROM 民政."低保 名单" WHERE 编号 <= 50;
GRANT USAGE ON SCHEMA 民政 TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA 民政 TO reader;
"""
TABLE = "民政.低保 名单"


@pytest.fixture
def address(department_postgres, settings):
    department_postgres.run(MADE)
    settings.OUTBOUND_HOSTS = [f"postgresql://127.0.0.1:{department_postgres.port}", "postgresql://127.0.0.1:9"]
    return {
        "dialect": "postgresql",
        "host": "127.0.0.1",
        "port": department_postgres.port,
        "database": DATABASE,
        "user": USER,
        "encrypted": False,
    }


@pytest.fixture
def channel(address):
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as opened:
        yield opened


def test_tables_views_and_their_columns_are_told(channel):
    assert {TABLE, "民政.在保"} <= set(channel.list_tables())
    fields = {field.name: field.kind for field in channel.list_fields("民政.在保")}
    assert fields == {
        "编号": "INTEGER",
        "姓名": "TEXT",
        "金额": "NUMERIC(10, 2)",
        "更新时间": "TIMESTAMP",
        "note": "VARCHAR(20)",
    }


def test_rows_come_page_by_page_each_once_though_many_share_a_time(channel):
    order, after, read = ["更新时间", "编号"], (), []
    while rows := channel.read_rows(TABLE, ["编号", "姓名", "金额", *order], order=order, after=after, most=7):
        read += rows
        after = rows[-1][-2:]
    assert [row[0] for row in read] == list(range(1, 96))
    assert read[0][1:4] == ("居民1", Decimal("1.50"), datetime(2025, 12, 31, 16, tzinfo=UTC))
    assert channel.count(TABLE) == 95


def test_a_value_of_a_megabyte_does_not_come_whole(channel, department_postgres):
    department_postgres.run("UPDATE 民政.\"低保 名单\" SET 姓名 = repeat('长', 1000000) WHERE 编号 = 1")
    (row,) = channel.read_rows(TABLE, ["姓名"], order=["编号"], after=(), most=1)
    assert len(row[0]) == sql.LONGEST_TEXT


def test_nothing_can_be_written_even_by_an_account_that_may(address, department_postgres):
    department_postgres.run("GRANT ALL ON ALL TABLES IN SCHEMA 民政 TO reader")
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel:
        with pytest.raises(SourceFailed), channel._asking() as connection:
            connection.exec_driver_sql('DELETE FROM 民政."低保 名单"')
        assert channel.count(TABLE) == 95


def test_names_are_quoted_whatever_they_hold(channel, department_postgres):
    department_postgres.run('CREATE TABLE IF NOT EXISTS 民政."a""; DROP TABLE x--" ("b""c" int)')
    department_postgres.run("GRANT SELECT ON ALL TABLES IN SCHEMA 民政 TO reader")
    assert channel.read_rows('民政.a"; DROP TABLE x--', ['b"c'], order=['b"c'], after=(), most=1) == []


def test_what_can_go_wrong_is_named(address, channel, monkeypatch, department_postgres):
    def fault(**change) -> Fault:
        secrets = {"password": change.pop("password", PASSWORD)}
        with pytest.raises(SourceFailed) as caught, SqlKind().open(address | change, secrets, Terms()) as one:
            one.count(TABLE)
        return caught.value.fault

    assert fault(password="wrong") == Fault.LOGIN_REFUSED
    assert fault(database="gone") == Fault.LOGIN_REFUSED
    assert fault(port=9) == Fault.UNREACHABLE
    assert fault(port=10) == Fault.NOT_LISTED
    assert fault(encrypted=True) == Fault.UNREACHABLE
    for table, fields in (("民政.没有", ["编号"]), (TABLE, ["没有"])):
        with pytest.raises(SourceFailed) as caught:
            channel.read_rows(table, fields, order=["编号"], after=(), most=1)
        assert caught.value.fault == (Fault.FIELDS_GONE if table == TABLE else Fault.NOT_FOUND)


def test_a_table_that_changes_under_our_hands(channel, department_postgres):
    channel.count(TABLE)
    department_postgres.run('ALTER TABLE 民政."低保 名单" RENAME COLUMN 姓名 TO 名字')
    with pytest.raises(SourceFailed) as caught:
        channel.read_rows(TABLE, ["姓名"], order=["编号"], after=(), most=1)
    assert caught.value.fault == Fault.FIELDS_GONE


def test_a_statement_that_takes_too_long_and_a_server_that_ends(address, monkeypatch, department_postgres):
    monkeypatch.setattr(sql, "STATEMENT_SECONDS", 0.2)
    department_postgres.run("CREATE OR REPLACE VIEW 民政.慢 AS SELECT pg_sleep(5)::text AS a")
    department_postgres.run("GRANT SELECT ON ALL TABLES IN SCHEMA 民政 TO reader")
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel:
        with pytest.raises(SourceFailed) as caught:
            channel.count("民政.慢")
        assert caught.value.fault == Fault.TOO_SLOW
        department_postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        with pytest.raises(SourceFailed) as caught:
            channel.count(TABLE)
    assert caught.value.fault == Fault.RESET


def test_no_transaction_stays_open_over_there_between_two_questions(channel, department_postgres):
    channel.count(TABLE)
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state LIKE 'idle in%'"
    assert department_postgres.run(open_ones) == [(0,)]


@pytest.mark.parametrize("host", ["/tmp", "a,b", "a b", "host=evil", "127.0.0.1:5433", "postgresql://x"])
def test_the_form_takes_one_plain_host(host):
    given = {"dialect": "postgresql", "host": host, "database": "d", "user": "u", "password": "p"}
    assert "host" in SqlForm(given).errors
    right = SqlForm(given | {"host": "db.mz.example.cn"})
    assert right.is_valid()
    assert right.cleaned_data["port"] == 5432
