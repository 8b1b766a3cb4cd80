"""Pictures for pages: measured, made smaller, and without what a camera noted of place, time and owner.

What comes in is not trusted: only four formats are opened, a picture that unpacks to too much is refused by what its
head says, before anything is unpacked, and whatever goes wrong is one sort of error. Nothing but the picture's points
goes into what is made, turned as the camera was held, in the colours of screens (sRGB). It runs in a process of its
own (:mod:`ple.portfolio.enlarger`), so this module knows no tables.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ple.library.errors import PleError

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
"""What is opened at all, by media type."""
WIDTHS = (480, 960, 1600)
RECIPE = "2"
"""Of how pictures are made; another makes all of them anew."""
_MOVING = ("GIF", "PNG", "WEBP")
_MOST_POINTS = 50_000_000
_LONGEST_SIDE = 16_000


class PictureError(PleError):
    """A picture that cannot be shown."""

    hint = (
        "Open it in a program for pictures, save it anew as PNG or JPEG, not larger than 50 megapixels, and add that."
    )


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a picture is, as it is seen, and the ending of what is made of it."""

    width: int
    height: int
    ending: str
    ink: str = ""
    """Of one that can be seen through: ``dark`` or ``light`` if what is drawn on it needs the other below it."""
    moves: bool = False
    """Whether there are more pictures in it: only the first is shown."""

    @property
    def widths(self) -> list[int]:
        """The widths that it is made in: never larger than it is."""
        largest = min(self.width, WIDTHS[-1])
        return [*(width for width in WIDTHS if width < largest), largest]

    def height_at(self, width: int) -> int:
        """Return how high it is at some width."""
        return max(1, round(self.height * width / self.width))


def warm() -> None:
    """Load all that opens pictures."""
    from PIL import Image, ImageCms, ImageOps  # noqa: F401

    Image.preinit()


def checked(data: bytes) -> Measures:
    """Return how large a picture is, once all of it was unpacked.

    Raises:
        PictureError: it cannot be.
    """
    with _opened(data) as image:
        measures = _measures(image)
        # a JPEG may hold a second picture too, of another brightness or for the other eye
        moves = image.format in _MOVING and bool(getattr(image, "is_animated", False))
        image.seek(0)
        image.load()
        return replace(measures, ink=_ink(image), moves=moves)


def made(data: bytes, width: int) -> bytes:
    """Return a picture at some width, and nothing of what else its file held.

    Raises:
        PictureError: it cannot be made.
    """
    from PIL import Image, ImageOps

    with _opened(data) as image:
        measures = _measures(image)
        height = measures.height_at(width)
        if image.format == "JPEG":
            image.draft("RGB", (2 * max(width, height),) * 2)  # four times fewer points to unpack, where it can
        seen = ImageOps.exif_transpose(image)
        alpha = measures.ending != "jpg" and _seen_through(seen)
        fresh = _screen_colours(_of_eight_bits(seen), "RGBA" if alpha else "RGB")
        fresh = fresh.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        bare = Image.new(fresh.mode, fresh.size)
        bare.paste(fresh)
        out = io.BytesIO()
        if measures.ending == "jpg":
            bare.save(out, "JPEG", quality=82, optimize=True, progressive=True)
        else:
            bare.save(out, "WEBP", quality=88, method=4)
        return out.getvalue()


def for_readers(data: bytes) -> tuple[str, str, bytes]:
    """Return a picture that :func:`made` made in a form that all readers of books know: type, ending and bytes."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
        out = io.BytesIO()
        if image.mode == "RGB":
            image.save(out, "JPEG", quality=90, optimize=True)
            return "image/jpeg", "jpg", out.getvalue()
        image.save(out, "PNG", optimize=True)
        return "image/png", "png", out.getvalue()


def _measures(image: Any) -> Measures:
    width, height = image.size
    if image.getexif().get(0x0112) in (5, 6, 7, 8):  # it was held upright
        width, height = height, width
    return Measures(width, height, "jpg" if image.format == "JPEG" else "webp")


def _seen_through(image: Any) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _ink(image: Any) -> str:
    """Return whether what is drawn is mostly dark or light, where much around it can be seen through."""
    if not _seen_through(image):
        return ""
    small = _of_eight_bits(image).convert("RGBA")
    small.thumbnail((64, 64))
    points = list(zip(small.convert("L").tobytes(), small.getchannel("A").tobytes(), strict=True))
    drawn = sum(alpha for _light, alpha in points)
    if not drawn or sum(alpha < 128 for _light, alpha in points) < len(points) / 3:
        return ""  # it is its own ground, as a round badge is
    dark = sum(alpha for light, alpha in points if light < 85) / drawn
    bright = sum(alpha for light, alpha in points if light > 190) / drawn
    if max(dark, bright) < 0.2:
        return ""
    return "dark" if dark >= bright else "light"


def _of_eight_bits(image: Any) -> Any:
    """Return a picture whose grey has 256 steps: Pillow makes one of 65,536 white from the 256th on."""
    if not image.mode.startswith("I;16"):
        return image
    grey = image.point(lambda value: value / 256).convert("L")
    clear = image.info.get("transparency")
    grey.info = {name: said for name, said in image.info.items() if name != "transparency"}
    if isinstance(clear, int):
        grey.info["transparency"] = clear >> 8
    return grey


def _screen_colours(image: Any, mode: str) -> Any:
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            target = "RGB" if image.mode == "CMYK" else image.mode
            if image.mode != "L":
                converted = ImageCms.profileToProfile(
                    image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
                    outputMode=target,
                )  # fmt: skip
                image = converted if converted is not None else image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that nobody can read: the colours as they are
    return image.convert(mode)


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in a file; what is too large is refused below
        try:
            with Image.open(io.BytesIO(data), formats=list(FORMATS.values())) as image:
                width, height = image.size
                if width * height > _MOST_POINTS or max(width, height) > _LONGEST_SIDE or not width * height:
                    raise PictureError(f"the picture has {width} × {height} points, which is too much for a page")
                yield image
        except (PictureError, MemoryError):
            raise
        except Exception as error:
            # the readers of formats raise whatever they like on what is broken or made to break them
            raise PictureError("the picture cannot be read: it is damaged, or none") from error
