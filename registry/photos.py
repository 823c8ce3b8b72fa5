"""Photos as they are kept: small JPEG, upright, without position, device or any other data of the camera."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import DomainError

LONGEST_SIDE = 1600
QUALITY = 82
# A JPEG is read at a fraction of its size; the others are unpacked whole, at four bytes a pixel.
MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
MOST_BYTES = 20 * 1024 * 1024


class PhotoRefused(DomainError):
    code = "photo_refused"


def reencode(data: bytes, *, nth: int = 1) -> bytes:
    """JPEG of at most 1600 x 1600 pixels. nth: which photo it is, 1-based, for the message. Raises PhotoRefused."""
    if len(data) > MOST_BYTES:
        raise PhotoRefused(f"第 {nth} 张照片超过 20 MB,请用手机自带的“中等大小”重新选择。", field="photos")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as photo:
            if photo.width * photo.height > MOST_PIXELS[str(photo.format)]:
                raise PhotoRefused(f"第 {nth} 张照片的像素太大,请缩小后再上传。", field="photos")
            return _as_jpeg(photo)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PhotoRefused(f"第 {nth} 张照片打不开,请换成 JPG、PNG 或 WEBP 照片。", field="photos") from None


def _as_jpeg(photo: Image.Image) -> bytes:
    photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    orientation = photo.getexif()
    small = photo.convert("RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small.getexif().update(orientation)
    upright = ImageOps.exif_transpose(small)
    # A new image carries pixels only: whatever stood beside them in the file stays behind.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    file = io.BytesIO()
    clean.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()
