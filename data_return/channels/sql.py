"""SQL (数据库): tables and views of PostgreSQL and MySQL, read through SQLAlchemy. Nothing is ever written there.

The database's own settings hold that: the transaction is read only, and each statement ends after some seconds.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_connection
from types import TracebackType
from typing import Any, Self

import psycopg2
import pymysql
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from sqlalchemy import Column, Connection, MetaData, NullPool, String, Table, create_engine, func, inspect, select, text
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.mysql.base import ischema_names as MYSQL_TYPES  # noqa: N812  (a table of constants)
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.types import NullType

from accounts import outbound
from data_return.channels.answers import fault_of
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.hosts import host_name
from data_return.channels.kinds import AddressForm, ChannelKind, Terms, secret_field

CONNECT_SECONDS, STATEMENT_SECONDS = 5, 30
LONGEST_TEXT = 2000
"""Characters of one value that are read; more would not fit into any data item."""
POSTGRESQL, MYSQL = "postgresql", "mysql"
PORTS = {POSTGRESQL: 5432, MYSQL: 3306}
_INNER = ("information_schema", "pg_catalog", "mysql", "performance_schema", "sys")
_MYSQL_COLUMNS = text(
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = coalesce(nullif(:schema, ''), database()) AND table_name = :name ORDER BY ordinal_position"
)
_plain = RegexValidator(r"^[^\x00-\x1f]+$", "含有不能使用的字符。")
_LOGIN_STATES = ("28000", "28P01", "42501", "3D000")
_MYSQL_FAULTS = {
    **dict.fromkeys((1044, 1045, 1142, 1143, 1049), Fault.LOGIN_REFUSED),
    **dict.fromkeys((1054, 1146), Fault.FIELDS_GONE),
    **dict.fromkeys((1969, 3024), Fault.TOO_SLOW),
    **dict.fromkeys((2002, 2003, 2005), Fault.UNREACHABLE),
    **dict.fromkeys((1053, 1927, 2006, 2013), Fault.RESET),
}
"""By the numbers of MySQL and MariaDB; from 2000 on those of the client."""


class SqlForm(AddressForm):
    secrets = ("password",)

    dialect = forms.ChoiceField(label="数据库", choices=[(POSTGRESQL, "PostgreSQL(含人大金仓等)"), (MYSQL, "MySQL")])
    host = forms.CharField(label="服务器", max_length=200, validators=[host_name])
    port = forms.IntegerField(label="端口", min_value=1, max_value=65535, required=False, help_text="不填用默认端口。")
    database = forms.CharField(label="库名", max_length=100, validators=[_plain])
    user = forms.CharField(label="账号", max_length=100, validators=[_plain], help_text="请对方开一个只读账号。")
    password = secret_field("密码")
    encrypted = forms.BooleanField(
        label="加密连接并核对证书", required=False, initial=True, help_text="只有走专线、对方不支持时才不勾选。"
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.need("password")
        if not self.cleaned_data.get("port"):
            self.cleaned_data["port"] = PORTS.get(self.cleaned_data.get("dialect", ""))
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table or view. kind: as its database calls the type."""

    name: str
    kind: str


class SqlChannel:
    """One department's database; one connection, in one read-only transaction per question."""

    def __init__(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> None:
        self._address, self._terms = address, terms
        connect = _CONNECT[address["dialect"]]
        self._engine = create_engine(
            _DRIVERS[address["dialect"]],
            creator=lambda: connect(address, secrets["password"]),
            poolclass=NullPool,
            hide_parameters=True,
        )
        self._connection: Connection | None = None
        self._tables: dict[str, Table] = {}

    def __enter__(self) -> Self:
        with _named_faults():
            self._connection = self._engine.connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._connection is not None:
            self._connection.close()

    def list_tables(self) -> list[str]:
        """Tables and views that the account sees, as schema.name."""
        with self._asking() as connection:
            looked = inspect(connection)
            schemas = [one for one in looked.get_schema_names() if one not in _INNER]
            found = [
                f"{schema}.{name}"
                for schema in schemas
                for name in (*looked.get_table_names(schema), *looked.get_view_names(schema))
            ]
        return sorted(found)

    def list_fields(self, table: str) -> list[Field]:
        """Columns of a table or view, as schema.name, in its own order."""
        return [Field(column.name, str(column.type)) for column in self._table(table).columns]

    def count(self, table: str) -> int:
        statement = select(func.count()).select_from(self._table(table))
        with self._asking() as connection:
            return int(connection.execute(statement).scalar_one())

    def read_rows(
        self,
        table: str,
        fields: Sequence[str],
        *,
        order: Sequence[str],
        after: Sequence[Any],
        most: int,
        strictly: bool = True,
    ) -> list[tuple[Any, ...]]:
        """The next rows behind `after`, values of the first fields of `order`; from the beginning where it is empty.

        strictly: without those that equal it. Raises SourceFailed, FIELDS_GONE where a field is not there any more.
        """
        table_ = self._table(table)
        if not {*fields, *order} <= set(table_.columns.keys()):
            raise SourceFailed(Fault.FIELDS_GONE)
        keys = [table_.c[name] for name in order]
        statement = select(*(_short(table_.c[name]) for name in fields)).order_by(*keys).limit(most)
        if after:
            place = row_of(*keys[: len(after)])
            statement = statement.where(place > row_of(*after) if strictly else place >= row_of(*after))
        with self._asking() as connection:
            return list(map(tuple, connection.execute(statement).all()))

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """A read-only transaction of its own, so that none stays open over there while we work."""
        if self._connection is None:
            raise RuntimeError("the channel is not open")
        self._terms.turn()
        with _named_faults(), self._connection.begin():
            yield self._connection

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            schema, _, plain = name.rpartition(".")
            read = _read_mysql_table if self._address["dialect"] == MYSQL else _read_table
            with self._asking() as connection:
                self._tables[name] = read(connection, schema, plain)
        return self._tables[name]


class SqlKind(ChannelKind[SqlChannel]):
    code = "sql"
    label = "数据库"
    form = SqlForm

    def open(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> SqlChannel:
        return SqlChannel(address, secrets, terms)

    def target(self, address: Mapping[str, Any]) -> tuple[Any, ...]:
        return address["dialect"], address["host"], address["port"], address["encrypted"]

    def summary(self, address: Mapping[str, Any]) -> str:
        return f"{address['dialect']}://{address['host']}:{address['port']}/{address['database']}"


def _read_table(connection: Connection, schema: str, name: str) -> Table:
    return Table(name, MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False)


def _read_mysql_table(connection: Connection, schema: str, name: str) -> Table:
    """By what any reader may ask: SQLAlchemy has views shown, which a read-only account may not. Raises NoSuchTable."""
    found = connection.execute(_MYSQL_COLUMNS, {"schema": schema, "name": name}).all()
    if not found:
        raise NoSuchTableError
    columns = [Column(one, MYSQL_TYPES.get(kind, NullType)()) for one, kind in found]
    return Table(name, MetaData(), *columns, schema=schema or None)


def _short(column: Column[Any]) -> Any:
    return func.substr(column, 1, LONGEST_TEXT).label(column.name) if isinstance(column.type, String) else column


def _connect_postgresql(address: Mapping[str, Any], password: str) -> Any:
    return psycopg2.connect(
        host=address["host"],
        hostaddr=outbound.checked_address(POSTGRESQL, address["host"], address["port"]),
        port=address["port"],
        dbname=address["database"],
        user=address["user"],
        password=password,
        sslmode="verify-full" if address["encrypted"] else "disable",
        sslrootcert=(settings.OUTBOUND_CA_FILE or "system") if address["encrypted"] else None,
        gssencmode="disable",
        passfile="/dev/null",  # noqa: S106  (where libpq must not look)
        connect_timeout=CONNECT_SECONDS,
        tcp_user_timeout=int(STATEMENT_SECONDS * 1000),
        client_encoding="utf8",
        application_name="one-table",
        options=f"-c default_transaction_read_only=on -c statement_timeout={int(STATEMENT_SECONDS * 1000)}",
    )


def _connect_mysql(address: Mapping[str, Any], password: str) -> Any:
    made = pymysql.connect(
        host=address["host"],
        port=address["port"],
        database=address["database"],
        user=address["user"],
        password=password,
        ssl=ssl.create_default_context(cafile=settings.OUTBOUND_CA_FILE or None) if address["encrypted"] else None,
        ssl_disabled=not address["encrypted"],
        connect_timeout=CONNECT_SECONDS,
        read_timeout=STATEMENT_SECONDS,
        write_timeout=STATEMENT_SECONDS,
        charset="utf8mb4",
        init_command="SET SESSION TRANSACTION READ ONLY",
        local_infile=False,
        defer_connect=True,
    )
    where = outbound.checked_address(MYSQL, address["host"], address["port"])
    made.connect(create_connection((where, address["port"]), CONNECT_SECONDS))
    return made


_CONNECT: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
    POSTGRESQL: _connect_postgresql,
    MYSQL: _connect_mysql,
}
_DRIVERS = {POSTGRESQL: "postgresql+psycopg2://", MYSQL: "mysql+pymysql://"}


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except NoSuchTableError:
        raise SourceFailed(Fault.NOT_FOUND) from None
    except DBAPIError as error:
        raise SourceFailed(_fault_of(error.orig)) from None
    except SQLAlchemyError:
        raise SourceFailed(Fault.REFUSED) from None
    except (psycopg2.Error, pymysql.Error) as error:
        raise SourceFailed(_fault_of(error)) from None
    except OSError as error:  # among them the refusals of outbound
        raise SourceFailed(fault_of(error)) from None


def _fault_of(error: BaseException | None) -> Fault:
    """By the code of the database, else by what the connection met."""
    if isinstance(error, psycopg2.Error):
        return _postgresql_fault(error)
    if error is not None and isinstance(error.__context__, TimeoutError):
        return Fault.TOO_SLOW
    number = error.args[0] if error is not None and error.args else 0
    return _MYSQL_FAULTS.get(number, Fault.REFUSED)


def _by_state(state: str) -> Fault:
    if state in _LOGIN_STATES:
        return Fault.LOGIN_REFUSED
    if state == "57014":
        return Fault.TOO_SLOW
    if state in ("42P01", "42703"):
        return Fault.FIELDS_GONE
    return Fault.RESET if state.startswith(("08", "57P")) else Fault.SERVER_ERROR


def _postgresql_fault(error: psycopg2.Error) -> Fault:
    if error.pgcode:
        return _by_state(error.pgcode)
    text = str(error)
    if "certificate" in text:
        return Fault.BAD_CERTIFICATE
    if "closed the connection unexpectedly" in text:
        return Fault.RESET
    # What the server itself says while it lets nobody in comes without a code, in its own language.
    return Fault.LOGIN_REFUSED if "FATAL" in text or "致命错误" in text else Fault.UNREACHABLE
