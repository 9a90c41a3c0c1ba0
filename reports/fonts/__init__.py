"""Letters for both languages, carried along: many a bench has no Chinese font. This is the one public door.

Chinese letters and signs come from Droid Sans Fallback (Apache License 2.0), cut down to the GB 2312 letters of daily
use; Latin ones from DejaVu Sans, which matplotlib brings.
"""

from reports.fonts._files import CHINESE_FILE, chinese, chinese_file, latin, latin_file, legible
from reports.fonts._truetype import Font, Outline, Point

__all__ = [
    "CHINESE_FILE",
    "Font",
    "Outline",
    "Point",
    "chinese",
    "chinese_file",
    "latin",
    "latin_file",
    "legible",
]
