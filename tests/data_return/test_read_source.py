"""Pages out of real sources: every row once, whatever changes meanwhile, and every bad habit of a source named."""

import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import requests

from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.folder import FolderKind
from data_return.channels.kinds import Terms
from data_return.channels.sftp import SftpKind
from data_return.channels.sql import SqlKind
from data_return.channels.web import WebKind
from data_return.connectors.codec import read_back, write_down
from data_return.connectors.files import Files, FilesForm
from data_return.connectors.http_json import HttpJson, HttpJsonForm
from data_return.connectors.kinds import Page, SourceKind, Wanted, every_kind
from data_return.connectors.shaping import behind, earlier, flat, plain
from data_return.connectors.table import SqlTable
from tests.departments.json_server import json_server
from tests.departments.postgresql import DATABASE, PASSWORD, USER
from tests.departments.raw import Peer, raw_server
from tests.departments.sftp_server import PASSWORD as SFTP_PASSWORD
from tests.departments.sftp_server import USER as SFTP_USER
from tests.departments.sftp_server import sftp_server

ASKS = {"path": "rows", "rows": "", "total": "", "paging": "number", "page_name": "_page", "size_name": "_limit"}
ASKS |= {"first": 1, "cursor": "", "since_name": "", "more": ""}
BY_TIME = {"since_name": "updated_gte", "more": "_sort=updated,id\n_order=asc,asc"}


def rows_of(count: int, same_time: int = 10) -> list[dict]:
    """Rows of which so many share a time."""
    return [
        {"id": n, "name": f"居民{n}", "updated": f"2026-01-01T{n // same_time:04d}", "card": {"no": n}}
        for n in range(1, count + 1)
    ]


def pages(source: SourceKind, wanted: Wanted, at=None, most: int = 100) -> Iterator[Page]:
    """As a run reads them: each page goes on from what the page before told, written down and read back."""
    at, since = at or {}, wanted.since
    for _ in range(most):
        page = source.read(Wanted(wanted.size, wanted.fields, wanted.key, wanted.updated, since), at)
        yield page
        if page.at is None:
            return
        at, since = read_back(write_down(page.at)), read_back(write_down(page.mark)) if page.mark else since
    raise AssertionError("no end")


def ids(source: SourceKind, wanted: Wanted, **more) -> list:
    return [one for page in pages(source, wanted, **more) for one in page.columns.get("id", [])]


@pytest.fixture
def web(settings):
    """A reader of an address of this machine."""

    def read(url: str, **asks) -> HttpJson:
        settings.OUTBOUND_HOSTS = [url]
        address = {"base": url, "charset": "utf-8", "login": "none", "token_url": "", "client_id": "", "scope": ""}
        return HttpJson(WebKind().open(address | {"app_id": ""}, {}, Terms()), ASKS | asks)

    return read


def fault_of(source: SourceKind, wanted: Wanted) -> Fault:
    with pytest.raises(SourceFailed) as caught:
        list(pages(source, wanted))
    return caught.value.fault


# HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [7, 50, 95, 200])
@pytest.mark.parametrize("asks", [{}, {"paging": "offset", "page_name": "_start"}])
def test_everything_is_read_page_by_page_and_inner_objects_are_fields(web, tmp_path, size, asks):
    with json_server(tmp_path, rows=rows_of(95)) as url:
        source = web(url, total="X-Total-Count", **asks)
        found = list(pages(source, Wanted(size)))
    assert [one for page in found for one in page.columns.get("card.no", [])] == list(range(1, 96))
    assert {page.total for page in found} == {95}
    assert all(page.whole for page in found)


@pytest.mark.parametrize("same_time", [1, 10, 60])
def test_what_changed_is_read_from_a_time_on_each_row_once(web, tmp_path, same_time):
    """More rows may share a time than fit on a page."""
    with json_server(tmp_path, rows=rows_of(95, same_time)) as url:
        source, wanted = web(url, **BY_TIME), Wanted(7, key="id", updated="updated")
        assert ids(source, wanted) == list(range(1, 96))
        *_, last = (page.mark for page in pages(source, wanted) if page.mark)
        assert list(last) == [rows_of(95, same_time)[-1]["updated"], 95]
        assert ids(source, Wanted(7, key="id", updated="updated", since=last)) == []
        again = Wanted(7, key="id", updated="updated", since=(last[0], None))
        assert ids(source, again)[-1] == 95


def test_a_row_that_changes_while_pages_are_read_hides_no_other(web, tmp_path):
    """It moves to the end, and each row behind it one place to the front: by page number the next one would be lost."""
    with json_server(tmp_path, rows=rows_of(40)) as url:
        read = []
        for page in pages(web(url, **BY_TIME), Wanted(10, key="id", updated="updated")):
            read += page.columns.get("id", [])
            if len(read) == 10:
                requests.patch(f"{url}/rows/3", json={"updated": "2026-01-02T0000"}, timeout=5)
    assert sorted(set(read)) == list(range(1, 41))
    assert read.count(3) == 2


def served(answers) -> "raw_server":
    """A server that gives what a function makes of the parameters."""

    def script(peer: Peer) -> None:
        params = {name: values[0] for name, values in parse_qs(urlsplit(peer.path).query).items()}
        peer.answer(json.dumps(answers(params)).encode())

    return raw_server(script)


def page_of(rows: list, params: dict) -> list:
    start = (int(params["_page"]) - 1) * int(params["_limit"])
    return rows[start : start + int(params["_limit"])]


def test_pages_by_the_cursor_of_the_source(web):
    rows = rows_of(25)

    def answer(params):
        start = int(params.get("after", 0))
        return {"data": {"list": rows[start : start + 10], "next": str(start + 10) if start < 20 else None, "n": 25}}

    asks = {"paging": "cursor", "page_name": "after", "cursor": "data.next", "rows": "data.list", "total": "data.n"}
    with served(answer) as url:
        assert ids(web(url, **asks), Wanted(10)) == list(range(1, 26))


def test_a_cursor_that_leads_back(web):
    def answer(params):
        return {"list": rows_of(2), "next": {"": "a", "a": "b", "b": "a"}[params.get("after", "")], "x": params}

    asks = {"paging": "cursor", "page_name": "after", "cursor": "next", "rows": "list"}
    with served(answer) as url:
        assert fault_of(web(url, **asks), Wanted(2)) == Fault.CURSOR_LOOP


def test_the_same_page_again(web):
    with served(lambda params: rows_of(10)) as url:
        assert fault_of(web(url), Wanted(10)) == Fault.PAGE_TWICE


def test_a_source_that_does_not_heed_the_time(web):
    with served(lambda params: page_of(rows_of(50), params | {"_page": "1"})) as url:
        assert fault_of(web(url, **BY_TIME), Wanted(10, key="id", updated="updated")) == Fault.PAGE_TWICE


def test_the_same_page_again_where_many_share_a_time(web):
    with served(lambda params: page_of(rows_of(50, 100), params | {"_page": "1"})) as url:
        assert fault_of(web(url, **BY_TIME), Wanted(10, key="id", updated="updated")) == Fault.PAGE_TWICE


def test_rows_and_pages_in_another_order(web):
    mixed = rows_of(30, 1)
    mixed[12], mixed[13] = mixed[13], mixed[12]
    with served(lambda params: page_of(mixed, params)) as url:
        assert fault_of(web(url, **BY_TIME), Wanted(30, key="id", updated="updated")) == Fault.OUT_OF_ORDER


def test_a_row_without_what_orders_it(web):
    with served(lambda params: [{"id": 1, "updated": None}]) as url:
        assert fault_of(web(url, **BY_TIME), Wanted(10, key="id", updated="updated")) == Fault.FIELDS_GONE


@pytest.mark.parametrize("body", [{"rows": []}, "text", [1, 2], [["a"]], 3, None, [{f"f{n}": 1 for n in range(500)}]])
def test_an_answer_in_another_shape(web, body):
    with served(lambda params: body) as url:
        assert fault_of(web(url), Wanted(10)) == Fault.BAD_SHAPE


def test_the_form_asks_for_what_the_paging_needs():
    given = {"path": "rows", "paging": "cursor"}
    assert set(HttpJsonForm(given).errors) == {"page_name", "cursor"}
    assert "paging" in HttpJsonForm({"path": "rows", "paging": "none", "since_name": "since"}).errors
    assert HttpJsonForm({"path": "rows", "paging": "none"}).is_valid()


# SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(department_postgres, settings):
    department_postgres.run(
        """DROP TABLE IF EXISTS public.allowance;
        CREATE TABLE public.allowance (id text PRIMARY KEY, name text, updated timestamptz NOT NULL, amount numeric);
        INSERT INTO public.allowance SELECT 'K' || lpad(n::text, 4, '0'), '居民' || n,
          '2026-01-01 00:00:00.123456+08'::timestamptz + (n / 10) * interval '1 hour', n + 0.5
        FROM generate_series(1, 95) n; GRANT SELECT ON public.allowance TO reader"""
    )
    settings.OUTBOUND_HOSTS = [f"postgresql://127.0.0.1:{department_postgres.port}"]
    address = {"dialect": "postgresql", "host": "127.0.0.1", "port": department_postgres.port}
    address |= {"database": DATABASE, "user": USER, "encrypted": False}
    with SqlKind().open(address, {"password": PASSWORD}, Terms()) as channel:
        yield SqlTable(channel, {"table": "public.allowance"})


@pytest.mark.parametrize("updated", ["updated", ""])
@pytest.mark.parametrize("size", [7, 95, 200])
def test_a_table_is_read_by_time_and_by_key_each_row_once(table, updated, size):
    wanted = Wanted(size, ("id", "amount"), key="id", updated=updated)
    found = list(pages(table, wanted))
    assert [one for page in found for one in page.columns["id"]] == [f"K{n:04d}" for n in range(1, 96)]
    assert found[0].columns["amount"][0] == "1.5"
    assert found[-1].total == (None if updated else 95)
    assert found[-1].whole == (not updated)


def test_a_table_is_asked_for_what_changed_since(table, department_postgres):
    *_, mark = (page.mark for page in pages(table, Wanted(50, key="id", updated="updated")) if page.mark)
    department_postgres.run("UPDATE public.allowance SET updated = now() WHERE id = 'K0007'")
    mark = read_back(write_down(mark))
    assert ids(table, Wanted(50, key="id", updated="updated", since=mark)) == ["K0007"]
    again = Wanted(50, key="id", updated="updated", since=(mark[0], None))
    assert ids(table, again) == [f"K{n:04d}" for n in range(90, 96)] + ["K0007"]


# Files --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["folder", "sftp"])
def drop(request, settings, tmp_path):
    """A folder and a reader of it."""
    if request.param == "folder":
        settings.EXCHANGE_FOLDER = str(tmp_path)
        folder = tmp_path / "7" / "drop"
        folder.mkdir(parents=True)
        channel = FolderKind().open({"folder": "drop"}, {}, Terms(home="7"))
        with channel:
            yield folder, lambda **asks: Files(channel, FILES | asks)
        return
    with sftp_server(tmp_path) as server:
        settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}"]
        address = {"host": "127.0.0.1", "port": server.port, "fingerprint": server.fingerprint, "user": SFTP_USER}
        with SftpKind().open(address | {"folder": "."}, {"password": SFTP_PASSWORD}, Terms()) as channel:
            yield tmp_path, lambda **asks: Files(channel, FILES | asks)


FILES = {"pattern": "低保_*", "charset": "gb18030", "each": "whole"}


def written(folder, name: str, text: str, charset: str = "gb18030", at: int = 1_700_000_000) -> None:
    (folder / name).write_bytes(text.encode(charset))
    touched(folder / name, at)


def touched(file, at: int) -> None:
    os.utime(file, (at, at))


def csv_of(count: int, first: int = 1) -> str:
    return "id,姓名,说明\r\n" + "".join(f'{n},居民{n},"甲,""乙""\n丙"\r\n' for n in range(first, first + count))


@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "utf-8-sig"])
def test_the_newest_file_is_the_whole_list(drop, charset):
    folder, reader = drop
    written(folder, "低保_1.csv", csv_of(3), charset, at=1_700_000_000)
    written(folder, "低保_2.csv", csv_of(25), charset, at=1_700_000_100)
    source = reader(charset="utf-8" if charset.startswith("utf") else charset)
    found = list(pages(source, Wanted(10)))
    assert [one for page in found for one in page.columns["id"]] == [str(n) for n in range(1, 26)]
    assert found[0].columns["姓名"][0] == "居民1"
    assert found[0].columns["说明"][0] == '甲,"乙"\n丙'
    assert all(page.whole for page in found)
    assert list(found[-1].mark) == [1_700_000_100.0, "低保_2.csv"]
    nothing = source.read(Wanted(10, since=found[-1].mark), {})
    assert (nothing.size, nothing.at, nothing.whole) == (0, None, False)


def test_files_of_changes_are_read_one_after_another(drop):
    folder, reader = drop
    written(folder, "低保_b.csv", csv_of(3), at=1_700_000_000)
    written(folder, "低保_a.csv", csv_of(15, 4), at=1_700_000_100)
    source = reader(each="part")
    assert ids(source, Wanted(10)) == [str(n) for n in range(1, 19)]
    assert ids(source, Wanted(10, since=(1_700_000_000.0, "低保_b.csv"))) == [str(n) for n in range(4, 19)]


def test_another_worker_goes_on_in_the_middle_of_a_file_and_not_in_another_one(drop):
    folder, reader = drop
    written(folder, "低保_1.csv", csv_of(25))
    first = reader().read(Wanted(10), {})
    at = read_back(write_down(first.at))
    assert ids(reader(), Wanted(10), at=at) == [str(n) for n in range(11, 26)]
    written(folder, "低保_1.csv", csv_of(26))
    assert fault_of_at(reader(), at) == Fault.CUT_SHORT


def fault_of_at(source, at) -> Fault:
    with pytest.raises(SourceFailed) as caught:
        source.read(Wanted(10), at)
    return caught.value.fault


def test_excel_is_read_with_its_title_and_header_found(drop):
    folder, reader = drop
    book = openpyxl.Workbook()
    for row in (
        ["城桥镇低保名单"],
        ["序号", "姓名", "身份证号码"],
        [1, "王小明", "310230199001010011"],
        [2, "李四", ""],
    ):
        book.active.append(row)
    stored = io.BytesIO()
    book.save(stored)
    (folder / "低保_1.xlsx").write_bytes(stored.getvalue())
    (page,) = pages(reader(), Wanted(10))
    assert page.columns["姓名"] == ["王小明", "李四"]
    assert page.columns["身份证号码"] == ["310230199001010011", ""]


@pytest.mark.parametrize(
    ("name", "data", "charset", "fault"),
    [
        ("低保_1.csv", csv_of(5).encode(), "gb18030", Fault.BAD_CHARSET),
        ("低保_1.csv", csv_of(5).encode("gbk"), "utf-8", Fault.BAD_CHARSET),
        ("低保_1.csv", b"", "utf-8", Fault.BAD_FILE),
        ("低保_1.csv", b"a,a\n1,2\n", "utf-8", Fault.BAD_FILE),
        ("低保_1.csv", b'a,b\n1,"2', "utf-8", Fault.BAD_FILE),
        ("低保_1.xlsx", b"no workbook", "utf-8", Fault.BAD_FILE),
    ],
)
def test_a_file_that_cannot_be_read(drop, name, data, charset, fault):
    folder, reader = drop
    (folder / name).write_bytes(data)
    assert fault_of_at(reader(charset=charset), {}) == fault


def test_a_row_with_another_number_of_columns_is_told_and_not_guessed_at(drop):
    folder, reader = drop
    written(folder, "低保_1.csv", "id,姓名\n1,王,小明\n2,李四\n3")
    (page,) = pages(reader(), Wanted(10))
    assert page.columns == {"id": ["2"], "姓名": ["李四"]}
    assert [number for number, _ in page.broken] == [2, 4]


# What all share -----------------------------------------------------------------------------------------------


def test_every_kind_is_found_by_itself_and_has_its_form():
    kinds = every_kind()
    assert set(kinds) == {"http_json", "sql_table", "files"}
    assert kinds["files"].form is FilesForm
    assert all(kind.label and kind.channels for kind in kinds.values())


def test_what_is_written_down_is_read_back_with_its_type():
    value = {"a": [datetime(2026, 1, 1, 8, 0, 0, 123456, UTC), Decimal("1.50"), "x", 3, None]}
    assert read_back(write_down(value)) == value


@pytest.mark.parametrize(
    ("value", "before"),
    [
        ("2026-01-01T00:05:00", "2025-12-31T23:55:00"),
        ("2026-01-01 00:05:00.500", "2025-12-31 23:55:00.500"),
        ("2026-01-01T00:05:00Z", "2025-12-31T23:55:00Z"),
        ("2026-01-01T00:05:00+08:00", "2025-12-31T23:55:00+08:00"),
        ("2026-01-01", "2025-12-31"),
        (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), datetime(2025, 12, 31, 23, 55, tzinfo=UTC)),
        ("第七批", "第七批"),
        (7, 7),
    ],
)
def test_a_time_so_many_minutes_before(value, before):
    assert earlier(value, 10) == before


def test_values_become_what_readers_of_items_take():
    assert plain(Decimal("12")) == 12
    assert plain(Decimal("12.50")) == "12.50"
    assert plain(b"\x00") is None
    assert plain("x" * 5000) == "x" * 2000
    assert flat({"a": {"b": {"c": 1}}, "d": [1], "e": None}) == {"a.b.c": 1, "e": None}


def test_keys_written_as_numbers_are_compared_as_numbers():
    rows = [{"u": "1", "k": "9"}, {"u": "1", "k": "10"}]
    assert behind(rows, "u", "k", None) == rows
