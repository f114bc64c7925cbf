"""Audio files: reading a stretch, folders of stems, writing at once or piece by piece, comparing.

Whatever is written grows in a hidden file beside its place and is moved there when it is complete
and on the disk, so that a full disk, a cancelled run or a crash never leaves half a file behind.
"""

from nodes.audio_files.comparing import fingerprint, holds, same_content
from nodes.audio_files.faults import explained
from nodes.audio_files.reading import AUDIO, LOSSY, UNSUPPORTED, Info, info, read, stretch
from nodes.audio_files.writing import Writer, beside, place, write

__all__ = [
    "AUDIO",
    "LOSSY",
    "UNSUPPORTED",
    "Info",
    "Writer",
    "beside",
    "explained",
    "fingerprint",
    "holds",
    "info",
    "place",
    "read",
    "same_content",
    "stretch",
    "write",
]
