"""Sealing of identifying numbers of level 4 at rest: SM4-GCM (GB/T 32907-2016), blind index HMAC-SM3 (GB/T 32905-2016).

A sealed value is the text `s<key version>.<base64(nonce 12 + ciphertext + tag 16)>`; it travels through prefill and
reports as it is and is opened only at the edge. The item code is authenticated data: a sealed value opens only
under the item it was sealed for.
"""

import base64
import binascii
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

NONCE_BYTES, TAG_BYTES = 12, 16


class SealBroken(ValueError):
    """A sealed value cannot be opened: wrong key, wrong item, or changed bytes. Never carries the value."""


def seal(item: str, text: str) -> str:
    """Sealed form of `text` under the current key. item: data item code, such as "person.id_number"."""
    return seal_all(item, [text])[0]


def seal_all(item: str, texts: Sequence[str]) -> list[str]:
    """The same for many texts at once."""
    version, aad = _current_version(), item.encode()
    cipher, prefix, random = _cipher(version), f"s{version}.", os.urandom(NONCE_BYTES * len(texts))
    found = []
    for place, text in zip(range(0, len(random), NONCE_BYTES), texts, strict=True):
        nonce = random[place : place + NONCE_BYTES]
        encryptor = Cipher(cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad)
        body = encryptor.update(text.encode()) + encryptor.finalize()
        found.append(prefix + base64.b64encode(nonce + body + encryptor.tag).decode())
    return found


def open_sealed(item: str, sealed: str) -> str:
    """Text that was sealed under `item`. Raises SealBroken."""
    try:
        version, packed = sealed[1:].split(".", 1)
        raw = binascii.a2b_base64(packed, strict_mode=True)
        mode = modes.GCM(raw[:NONCE_BYTES], raw[-TAG_BYTES:])
        decryptor = Cipher(_cipher(int(version)), mode).decryptor()
        decryptor.authenticate_additional_data(item.encode())
        return (decryptor.update(raw[NONCE_BYTES:-TAG_BYTES]) + decryptor.finalize()).decode()
    except (InvalidTag, ValueError, KeyError):
        raise SealBroken(item) from None


def is_sealed(value: object) -> bool:
    """Whether a stored text is in sealed form: `s`, key version, a dot."""
    return isinstance(value, str) and value[:1] == "s" and value[1 : value.find(".")].isdigit()


def blind_index(item: str, text: str) -> bytes:
    """32 bytes for equality search of a sealed item; equal only for equal item and text."""
    mac = _begun_index(item).copy()
    mac.update(text.encode())
    return mac.finalize()


def blind_indexes(item: str, texts: Iterable[str]) -> list[bytes]:
    """The same for many texts at once."""
    begun, found = _begun_index(item), []
    for text in texts:
        mac = begun.copy()
        mac.update(text.encode())
        found.append(mac.finalize())
    return found


def _current_version() -> int:
    return max(settings.SEAL_KEYS)


@lru_cache(maxsize=16)
def _cipher(version: int) -> algorithms.SM4:
    return algorithms.SM4(settings.SEAL_KEYS[version])


@lru_cache(maxsize=256)
def _begun_index(item: str) -> HMAC:
    """The part of a blind index that all values of an item share; to be copied."""
    mac = HMAC(settings.BLIND_INDEX_KEY, SM3())
    mac.update(item.encode() + b"\x00")
    return mac
