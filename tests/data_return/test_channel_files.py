"""Files of a folder and of a real SFTP server: the same promises for both, and the traps of each."""

import io
import os

import pytest

from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.folder import FolderForm, FolderKind
from data_return.channels.kinds import Terms
from data_return.channels.sftp import SftpForm, SftpKind
from tests.departments.sftp_server import PASSWORD, USER, SftpServer, sftp_server

TERMS = Terms(home="7", most_bytes=1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sftp")) as one:
        yield one


def sftp_address(server: SftpServer, **more) -> dict:
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "fingerprint": server.fingerprint,
        "user": USER,
        "folder": "drop",
    }
    return given | more


@pytest.fixture(params=["folder", "sftp"])
def opened(request, settings, tmp_path):
    """Open the same folder both ways. Returns (open, folder)."""
    if request.param == "folder":
        settings.EXCHANGE_FOLDER = str(tmp_path)
        folder = tmp_path / "7" / "drop"
        folder.mkdir(parents=True)
        return lambda terms=TERMS: FolderKind().open({"folder": "drop"}, {}, terms), folder
    server = request.getfixturevalue("server")
    settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}"]
    folder = server.folder / "drop"
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return lambda terms=TERMS: SftpKind().open(sftp_address(server), {"password": PASSWORD}, terms), folder


def fetched(channel, name: str) -> bytes:
    into = io.BytesIO()
    channel.fetch(name, into)
    return into.getvalue()


def test_files_that_fit_are_listed_by_name_and_read(opened):
    open_it, folder = opened
    for name in ("低保_2.csv", "低保_1.csv", "其他.xlsx", ".低保_3.csv", "低保_4.csv.part"):
        (folder / name).write_text(name)
    with open_it() as channel:
        found = channel.list_files("低保_*.csv")
        assert [one.name for one in found] == ["低保_1.csv", "低保_2.csv"]
        assert found[0].size == len("低保_1.csv".encode())
        assert found[0].changed_at == pytest.approx((folder / "低保_1.csv").stat().st_mtime, abs=1)
        assert fetched(channel, "低保_2.csv").decode() == "低保_2.csv"


def test_a_file_is_put_whole_and_putting_it_again_replaces_it(opened):
    open_it, folder = opened
    with open_it() as channel:
        channel.put("名册.xlsx", b"1" * 300)
        channel.put("名册.xlsx", b"2" * 200)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {"名册.xlsx": b"2" * 200}


def test_a_file_that_is_too_large_stops_at_the_limit(opened):
    open_it, folder = opened
    with (folder / "big.csv").open("wb") as file:
        file.truncate(2**30)
    into = io.BytesIO()
    with open_it() as channel, pytest.raises(SourceFailed) as caught:
        channel.fetch("big.csv", into)
    assert caught.value.fault == Fault.TOO_LARGE
    assert into.tell() <= TERMS.most_bytes


@pytest.mark.parametrize("name", ["../outside.csv", "a/b.csv", ".hidden", "..", "", "a\\b", "a\0b"])
def test_a_name_is_no_way_out_of_the_folder(opened, name):
    open_it, folder = opened
    (folder.parent / "outside.csv").write_text("secret")
    with open_it() as channel:
        with pytest.raises(SourceFailed):
            fetched(channel, name)
        with pytest.raises(SourceFailed):
            channel.put(name, b"x")


def test_a_file_that_is_gone(opened):
    open_it, _ = opened
    with open_it() as channel, pytest.raises(SourceFailed) as caught:
        fetched(channel, "gone.csv")
    assert caught.value.fault == Fault.NOT_FOUND


def test_each_question_takes_its_turn(opened):
    open_it, _ = opened
    turns = []
    with open_it(Terms(home="7", most_bytes=1000, turn=lambda: turns.append(1))) as channel:
        channel.put("a.csv", b"1")
        channel.list_files()
        fetched(channel, "a.csv")
    assert len(turns) == 3


def test_a_folder_follows_no_link_that_the_other_side_has_put(settings, tmp_path):
    """To another department's folder, to a file of this machine, or as the folder itself."""
    settings.EXCHANGE_FOLDER = str(tmp_path)
    mine, other = tmp_path / "7" / "drop", tmp_path / "8"
    mine.mkdir(parents=True)
    other.mkdir()
    (other / "secret.csv").write_text("secret")
    (mine / "a.csv").symlink_to(other / "secret.csv")
    (tmp_path / "7" / "link").symlink_to(other)
    os.mkfifo(mine / "pipe.csv")
    with FolderKind().open({"folder": "drop"}, {}, TERMS) as channel:
        assert channel.list_files() == []
        for name in ("a.csv", "pipe.csv"):
            with pytest.raises(SourceFailed) as caught:
                fetched(channel, name)
            assert caught.value.fault == Fault.NOT_FOUND
        channel.put("a.csv", b"mine")
    assert (other / "secret.csv").read_text() == "secret"
    for folder in ("link", "../8", "..", "gone"):
        with pytest.raises(SourceFailed) as caught, FolderKind().open({"folder": folder}, {}, TERMS):
            ...
        assert caught.value.fault == Fault.NOT_FOUND


def test_without_an_exchange_folder_there_is_none(settings):
    settings.EXCHANGE_FOLDER = ""
    with pytest.raises(SourceFailed), FolderKind().open({"folder": "drop"}, {}, TERMS):
        ...


@pytest.mark.parametrize("folder", ["/etc", "a//b", "a/", "a\\b"])
def test_the_form_takes_a_folder_and_nothing_else(folder):
    assert not FolderForm({"folder": folder}).is_valid()
    assert FolderForm({"folder": "低保/月报"}).is_valid()


def test_a_private_key_opens_the_server_too(server, settings):
    settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}"]
    address = sftp_address(server, folder=".")
    with SftpKind().open(address, {"private_key": server.client_key}, TERMS) as channel:
        channel.list_files()


@pytest.mark.parametrize(
    ("change", "secrets", "fault"),
    [
        ({"fingerprint": "SHA256:" + "A" * 43}, {"password": PASSWORD}, Fault.HOST_KEY),
        ({}, {"password": "wrong"}, Fault.LOGIN_REFUSED),
        ({}, {"private_key": "no key"}, Fault.LOGIN_REFUSED),
        ({"folder": "gone"}, {"password": PASSWORD}, Fault.NOT_FOUND),
        ({"port": 9}, {"password": PASSWORD}, Fault.UNREACHABLE),
        ({"port": 22}, {"password": PASSWORD}, Fault.NOT_LISTED),
    ],
)
def test_what_can_go_wrong_with_a_server_is_named(server, settings, change, secrets, fault):
    settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}", "sftp://127.0.0.1:9"]
    with (
        pytest.raises(SourceFailed) as caught,
        SftpKind().open(sftp_address(server, **change), secrets, TERMS) as channel,
    ):
        channel.list_files()
    assert caught.value.fault == fault


def test_the_password_is_not_told_to_a_server_with_another_key(server, settings, tmp_path):
    """Somebody who took over the address learns nothing."""
    settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}"]
    with sftp_server(tmp_path) as impostor:
        settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{impostor.port}"]
        address = sftp_address(server, port=impostor.port)
        with pytest.raises(SourceFailed) as caught, SftpKind().open(address, {"password": PASSWORD}, TERMS):
            ...
    assert caught.value.fault == Fault.HOST_KEY


def test_the_form_wants_a_fingerprint_and_one_of_two_secrets(server):
    given = {"host": "files.mz.example.cn", "port": 22, "user": "u", "folder": ".", "fingerprint": server.fingerprint}
    assert set(SftpForm(given).errors) == {"password"}
    assert SftpForm(given | {"private_key": "k"}).is_valid()
    assert set(SftpForm(given | {"fingerprint": "SHA256:short", "password": "p"}).errors) == {"fingerprint"}
    assert set(SftpForm(given | {"host": "a,b", "password": "p"}).errors) == {"host"}
