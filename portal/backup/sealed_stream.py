"""One sealed file, written and read as a stream: SM4-GCM (GB/T 32907-2016) in pieces of 1 MiB.

    magic 16 | salt 16 | pieces: length 4 (big endian) | ciphertext | tag 16

Each file has a key of its own, HKDF-SM3 of BACKUP_KEY and the salt. Nonce of a piece: its number and whether it is the
last, so pieces can be neither swapped, left out, repeated nor cut off (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizar, 2015).
"""

import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"YIBIAO-BACKUP-1\n"
SALT_BYTES, TAG_BYTES, LENGTH_BYTES = 16, 16, 4
PIECE = 1 << 20


class BackupBroken(ValueError):
    """The file is no backup, its key is another one, or somebody or something changed it."""


class SealedWriter(io.RawIOBase):
    """Takes plain bytes, writes the sealed file. `close` writes the last piece: without it the file does not open."""

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        salt = os.urandom(SALT_BYTES)
        self._target, self._cipher, self._number, self._waiting = target, _cipher(key, salt), 0, bytearray()
        target.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        encryptor = Cipher(self._cipher, modes.GCM(_nonce(self._number, last=last))).encryptor()
        sealed = encryptor.update(plain) + encryptor.finalize() + encryptor.tag
        self._target.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Gives the plain bytes of a sealed file, each piece only after its tag was right. Raises BackupBroken."""

    def __init__(self, source: IO[bytes], key: bytes) -> None:
        head = source.read(len(MAGIC) + SALT_BYTES)
        if len(head) < len(MAGIC) + SALT_BYTES or not head.startswith(MAGIC):
            raise BackupBroken("这不是本系统的备份文件。")
        self._source, self._cipher, self._number = source, _cipher(key, head[len(MAGIC) :]), 0
        self._plain, self._over = b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._plain and not self._over:
            self._plain = self._next()
        taken = self._plain[: len(buffer)]
        self._plain = self._plain[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _next(self) -> bytes:
        length = int.from_bytes(self._source.read(LENGTH_BYTES), "big")
        if not TAG_BYTES <= length <= PIECE + TAG_BYTES:
            raise BackupBroken("备份文件不完整,或被改动过。")
        sealed = self._source.read(length)
        following = self._source.read(1)
        self._over = not following
        if following:
            self._source.seek(-1, os.SEEK_CUR)
        return self._open(sealed)

    def _open(self, sealed: bytes) -> bytes:
        mode = modes.GCM(_nonce(self._number, last=self._over), sealed[-TAG_BYTES:])
        decryptor = Cipher(self._cipher, mode).decryptor()
        try:
            plain = decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()
        except (InvalidTag, ValueError):
            what = "备份密钥不对,或文件被改动过。" if self._number == 0 else "备份文件不完整,或被改动过。"
            raise BackupBroken(what) from None
        self._number += 1
        return plain


def check_whole(source: IO[bytes], key: bytes) -> None:
    """Read the file to its end once and keep nothing. Raises BackupBroken: nothing has been restored by then."""
    reader, start = SealedReader(source, key), source.tell()
    buffer = memoryview(bytearray(PIECE))
    while reader.readinto(buffer):
        pass
    source.seek(start - len(MAGIC) - SALT_BYTES)


def _cipher(key: bytes, salt: bytes) -> algorithms.SM4:
    return algorithms.SM4(HKDF(SM3(), 16, salt, b"yibiao backup file").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
