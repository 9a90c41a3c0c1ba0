"""The closed lists that every record is made of. Nothing here is free text."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What a measurement or a probe came to. Only ``PASS`` is a pass.

    ``ERROR`` means bench, link or probe failed, never the phone.
    """

    PASS = "pass"  # noqa: S105  a verdict, not a password
    MARGINAL = "marginal"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"
    NOT_SUPPORTED = "not_supported"
    ERROR = "error"


class Blame(StrEnum):
    """Who is answerable for what is not a pass. Only ``COMPONENT`` may name a part (SW is one)."""

    BENCH = "bench"
    LINK = "link"
    PHONE_CRASHED = "phone_crashed"
    COMPONENT = "component"
    UNDETERMINED = "undetermined"


class Stage(StrEnum):
    """Stages of a run, in the order in which they are run."""

    IDENTITY = "identity"
    SOFTWARE = "software"
    HARDWARE_UNATTENDED = "hardware_unattended"
    HARDWARE_ASSISTED = "hardware_assisted"
    SECOND_LOOK = "second_look"

    @property
    def order(self) -> int:
        """Position in a run, from 0."""
        return list(Stage).index(self)


class Effort(StrEnum):
    """What a probe costs the people at the bench, from easy to hard; easy runs before hard."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def order(self) -> int:
        """Position from easy to hard, from 0."""
        return list(Effort).index(self)


class Risk(StrEnum):
    """The worst that a probe can do to the phone."""

    NONE = "none"
    CHANGES_SETTING = "changes_setting"
    LOADS_PART = "loads_part"
    LOSES_DATA = "loses_data"


class Need(StrEnum):
    """What a probe needs before it can run."""

    SHELL = "shell"
    LOGS = "logs"


class Resource(StrEnum):
    """What two probes on one phone cannot have at once; ``STILLNESS`` may be shared by those that only want rest.

    ``PHONE`` is all of it: nothing else runs beside, as the phone may go off meanwhile. ``PLUG`` is taken by who has
    hands at the plug, and ``LINK`` shared by those who ask at any moment: the plug's cable may be the link.
    """

    PHONE = "phone"
    SPEAKER = "speaker"
    MICROPHONE = "microphone"
    VIBRATION = "vibration"
    CAMERA = "camera"
    RADIO = "radio"
    USB_CURRENT = "usb_current"
    PLUG = "plug"
    LINK = "link"
    STILLNESS = "stillness"
    OPERATOR = "operator"
    SCREEN = "screen"


class Capability(StrEnum):
    """What a bench must be able to do with a phone before a probe makes sense; see ``phonebench capabilities``.

    ``SENSORS`` is any values at all, ``SENSOR_RATE`` every sample at the rate that was asked for; ``PLAY`` is sounding
    while recording, on clocks that can be compared.
    """

    SENSORS = "sensors"
    SENSOR_RATE = "sensor_rate"
    RECORD = "record"
    PLAY = "play"
    VIBRATE = "vibrate"
    TORCH = "torch"
    BATTERY_PROPERTIES = "battery_properties"
    SETTINGS = "settings"
    INPUT_EVENTS = "input_events"
    SCREENSHOT = "screenshot"
    PHOTO = "photo"
    OPERATOR = "operator"
    POWER_METER = "power_meter"
    BENCH_CAMERA = "bench_camera"
    LIGHT_PANEL = "light_panel"
    TURNTABLE = "turntable"
    HUB = "hub"
    MODEM = "modem"
    SOUND_BOOTH = "sound_booth"


class Strength(StrEnum):
    """How loudly a finding speaks."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"


class Unit(StrEnum):
    """Units of measurements, as UCUM text."""

    NONE = "1"
    TEXT = "{text}"
    COUNT = "{count}"
    PER_HOUR = "/h"
    PERCENT = "%"
    MILLIVOLT = "mV"
    MILLIAMPERE = "mA"
    MILLIAMPERE_HOUR = "mA.h"
    CELSIUS = "Cel"
    SECOND = "s"
    MILLISECOND = "ms"
    HOUR = "h"
    MEGABYTE = "MBy"
    HERTZ = "Hz"
    METRE_PER_SECOND_2 = "m/s2"
    RADIAN_PER_SECOND = "rad/s"
    MICROTESLA = "uT"
    HECTOPASCAL = "hPa"
    LUX = "lx"
    CENTIMETRE = "cm"
    DECIBEL = "dB"
    MILLIOHM = "mOhm"
    DECIBEL_MILLIWATT = "dB[mW]"
    CANDELA_PER_METRE_2 = "cd/m2"
    DEGREE = "deg"
    MICROSECOND = "us"

    @property
    def symbol(self) -> str:
        """The unit as people write it; empty where there is none."""
        return _SYMBOLS.get(self, self.value)


_SYMBOLS = {
    Unit.NONE: "",
    Unit.TEXT: "",
    Unit.COUNT: "",
    Unit.MILLIAMPERE_HOUR: "mAh",
    Unit.CELSIUS: "°C",
    Unit.MEGABYTE: "MB",
    Unit.METRE_PER_SECOND_2: "m/s²",
    Unit.MICROTESLA: "µT",
    Unit.MILLIOHM: "mΩ",
    Unit.DECIBEL_MILLIWATT: "dBm",
    Unit.CANDELA_PER_METRE_2: "cd/m²",
    Unit.DEGREE: "°",
    Unit.MICROSECOND: "µs",
}

# From worst to best. A probe is as bad as its worst part; what was not tested weighs less than what was.
_WORST_FIRST = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.MARGINAL,
    Verdict.PASS,
    Verdict.NOT_SUPPORTED,
    Verdict.SKIPPED,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts into one. Nothing at all is ``INCONCLUSIVE``: no data is never a pass.

    >>> worst([Verdict.PASS, Verdict.NOT_SUPPORTED])
    <Verdict.PASS: 'pass'>
    """
    return min(verdicts, key=_WORST_FIRST.index, default=Verdict.INCONCLUSIVE)
