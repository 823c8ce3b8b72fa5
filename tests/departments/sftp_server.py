"""asyncssh's SFTP server on 127.0.0.1, in a thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USER, PASSWORD = "portal", "not-a-secret-of-anybody"


@dataclass(frozen=True)
class SftpServer:
    """folder: what a client sees as its own. fingerprint: of the server's key."""

    port: int
    fingerprint: str
    folder: Path
    client_key: str


class _Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """Start one that knows USER by PASSWORD and by client_key."""
    host_key, client_key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            _Server,
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(client_key.export_public_key().decode()),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        exported = client_key.export_private_key().decode()
        yield SftpServer(acceptor.get_port(), host_key.get_fingerprint(), folder, exported)
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
