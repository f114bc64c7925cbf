"""Where the sound goes: a sound card, or nowhere at the pace of one.

The only importer of miniaudio, and that late. ``NODEGRAPH_SOUND`` is ``device`` (as without it) or
``null``; ``NODEGRAPH_SOUND_CAPTURE`` names a file to which all that is delivered is written, as raw
float32 stereo.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

from nodegraph.player.voices import Samples

PERIOD = 0.02
"""Seconds that are asked for at a time."""
PERIODS = 4
BUFFER = PERIOD * PERIODS
"""Seconds that the stream holds ready."""
SLACK = BUFFER - PERIOD
"""Seconds that it may wait for frames before it runs dry."""
PATIENCE = 5.0
"""Seconds that a device has to open."""
ADVICE = "No sound device: pictures and files still work."
LINUX = (
    " For sound install PipeWire, PulseAudio or ALSA's driver of the sound card; in a container"
    " pass on /dev/snd."
)

Fill = Callable[[int], Samples]
"""Gives the next frames (count, 2)."""


class AudioOut(Protocol):
    """A stream of frames that asks for them itself, from a thread of its own."""

    name: str
    latency: float
    """Seconds from being asked for frames until they are heard."""
    fault: str
    """Why it is not what was wanted; empty: it is."""

    def start(self, fill: Fill) -> None:
        """Begin to ask."""

    def close(self) -> None:
        """Stop asking; nothing is asked for after this."""

    @property
    def alive(self) -> bool:
        """Whether it still plays."""


class NoDevice(Exception):
    """There is no sound device that opens, and why."""


class NullOut:
    """Asks for frames as a sound card would, and drops them."""

    name = "none"
    latency = 0.0

    def __init__(self, rate: int, fault: str = "") -> None:
        self.fault = fault
        self._rate = rate
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, fill: Fill) -> None:
        """Begin to ask."""
        self._thread = threading.Thread(target=self._run, args=(fill,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop asking."""
        self._over.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether it still plays."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self, fill: Fill) -> None:
        frames = max(1, round(PERIOD * self._rate))
        began, asked = time.perf_counter(), 0
        while True:
            late = time.perf_counter() - began - asked / self._rate
            if late > SLACK:  # it ran dry, as a card does: what was missed is not made up for
                began += late
            elif late < 0:
                self._over.wait(-late)
            if self._over.is_set():
                return
            fill(frames)
            asked += frames


class DeviceOut:
    """The sound card that the system plays on. Raises NoDevice where it does not open.

    `backend` names one of miniaudio's; without, it is the first that works.
    """

    # A block is heard once what is held ready is over, and a little later: cards have buffers, too.
    latency = BUFFER
    fault = ""

    def __init__(self, rate: int, backend: str = "") -> None:
        try:
            import miniaudio
        except ImportError as error:
            raise NoDevice(f"miniaudio cannot be loaded: {error}") from None
        try:
            with quiet():
                self._device: Any = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=2,
                    sample_rate=rate,
                    buffersize_msec=round(1000 * PERIOD),
                    callback_periods=PERIODS,
                    backends=[miniaudio.Backend[backend]] if backend else [],
                    app_name="nodegraph",
                )
        except miniaudio.MiniaudioError as error:
            raise NoDevice(" ".join(map(str, error.args))) from None
        if self._device.backend == "Null" and not backend:
            self._device.close()
            raise NoDevice("the system offers none")
        self.name: str = self._device.backend

    def start(self, fill: Fill) -> None:
        """Begin to ask. Raises NoDevice where the card will not play."""
        import miniaudio

        frames = _generator(fill)
        next(frames)
        try:
            self._device.start(frames)
        except miniaudio.MiniaudioError as error:
            self.close()
            raise NoDevice(" ".join(map(str, error.args))) from None

    def close(self) -> None:
        """Stop asking."""
        self._device.close()

    @property
    def alive(self) -> bool:
        """Whether it still plays."""
        return bool(self._device.running and self._device.callback_generator)


def _generator(fill: Fill) -> Generator[bytes | Samples, int, None]:
    count = yield b""
    while True:
        count = yield fill(count)


def open_out(rate: int, fill: Fill, kind: str | None = None) -> AudioOut:
    """Start a stream; where no device plays, one that goes nowhere and says so."""
    kind = os.environ.get("NODEGRAPH_SOUND", "device") if kind is None else kind
    if kind != "null":
        try:
            return _started(_in_time(lambda: DeviceOut(rate)), fill)
        except NoDevice as error:
            return _started(NullOut(rate, no_device(error)), fill)
    return _started(NullOut(rate), fill)


def no_device(why: object) -> str:
    """Say in a line that there is no sound, and what helps."""
    return f"{ADVICE}{LINUX if sys.platform.startswith('linux') else ''} ({why})"


def _started(out: AudioOut, fill: Fill) -> AudioOut:
    out.start(fill)
    return out


def _in_time(work: Callable[[], AudioOut]) -> AudioOut:
    """Give the device that opens, or raise NoDevice: a sound server may never answer."""
    said: queue.SimpleQueue[AudioOut | NoDevice] = queue.SimpleQueue()

    def attempt() -> None:
        try:
            said.put(work())
        except NoDevice as error:
            said.put(error)
        except Exception as error:  # noqa: BLE001 - whatever a driver does, there is no sound
            said.put(NoDevice(f"{type(error).__name__}: {error}"))

    threading.Thread(target=attempt, daemon=True).start()
    try:
        came = said.get(timeout=PATIENCE)
    except queue.Empty:
        raise NoDevice(f"no answer within {PATIENCE:g} s") from None
    if isinstance(came, NoDevice):
        raise came
    return came


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what drivers print about devices that are not there off the terminal."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no terminal
        yield
        return
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class Capture:
    """Passes frames on, and writes them to a file, raw, where one is named."""

    def __init__(self, fill: Fill, path: str | None = None) -> None:
        path = os.environ.get("NODEGRAPH_SOUND_CAPTURE") if path is None else path
        self._fill = fill
        # Not buffered: what has been delivered can be read at once.
        self._file = Path(path).open("ab", buffering=0) if path else None  # noqa: SIM115

    def __call__(self, count: int) -> Samples:
        """Give the next frames."""
        samples = self._fill(count)
        if self._file:
            self._file.write(samples.data)
        return samples

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


def described() -> str:
    """Say in one line what sound is played on. A driver may crash: ask in a process of its own."""
    import miniaudio

    try:
        device = DeviceOut(44100)
    except NoDevice as error:
        return no_device(error)
    device.close()
    with quiet():
        found = [it["name"] for it in miniaudio.Devices().get_playbacks()]
    return f"{device.name}: {', '.join(found) or 'its default device'}"
