"""What the loopback measures, each with its limit and where that comes from."""

from __future__ import annotations

from typing import Final

from probes._declare import Measure, Says
from probes._limits import AtLeast, AtMost, LimitSource
from probes._verdict import Unit

CLIPS_PERCENT: Final = 1.5
BUZZES_DB: Final = 6.0

_GOLDEN: Final = "against good emulated phones, until the model is learned: "
_CDD_SPEAKER: Final = LimitSource(kind="standard", text="Android CDD 7.8.4: below 3 % through air")


def _prior(text: str) -> LimitSource:
    return LimitSource(kind="prior", text=text)


_OUTPUT: Final = _prior(_GOLDEN + "makers bin small speakers to 3 dB")
_INPUT: Final = _prior(_GOLDEN + "data sheets of MEMS microphones give 1 dB, and twice that is out of their bin")
_BEYOND: Final = _prior(
    "one good phone in some hundred has a microphone 2 dB down, at the lower end of its bin; of 3000 that were drawn "
    "from what makers allow none has one 2.6 dB down"
)
_COLOUR: Final = _prior(_GOLDEN + "the shape of a response repeats within 1 dB from phone to phone, its level does not")
_BASS: Final = _prior(_GOLDEN + "a resonance that lies 10 % off costs 2 dB below it, a leak costs 6 dB")
_ALONE: Final = _prior("one way alone is no part: tape, a case or a finger lies on it")
_BEFORE_COIL: Final = _prior("half of what CDD 7.8.4 allows: at 2..4 kHz the coil hardly moves and distorts below 1 %")
_THIRD: Final = _prior("half as much again as good small speakers have about their resonance at half of full scale")
_CONTRAST: Final = _prior("6 dB over the neighbouring bands: where listeners begin to complain of rub and buzz")
_HISS: Final = _prior("an output that raises the noise at its own microphone tenfold is heard in a quiet room")
_SIGN: Final = _prior(
    "a positive sample pushes the membrane out on phones as they are built; not verified on each model"
)


def _level(name: str, label: str, source: LimitSource, low_db: float, says: tuple[str, str]) -> Measure:
    code, part = says
    return Measure(
        name=name,
        label=label,
        unit=Unit.DECIBEL,
        limit=AtLeast(low=low_db, source=source),
        says=Says(code=code, component=part),
    )


def _board(code: str) -> Says:
    return Says(code=code, component="PCB", function="audio")


MEASURES: Final = (
    Measure(
        name="ways_heard",
        label="Ways from output to microphone that are heard",
        unit=Unit.COUNT,
        limit=AtLeast(low=1, source=_prior("four parts do not fail together, what they share does")),
        says=_board("audio.nothing_heard"),
        key=True,
    ),
    Measure(
        name="loudspeaker_ways",
        label="Ways on which the loudspeaker is heard",
        unit=Unit.COUNT,
        limit=AtLeast(low=1, source=_prior("a silent loudspeaker is open, or gets nothing: sound alone cannot tell")),
        says=Says(code="audio.loudspeaker_silent"),
    ),
    _level("loudspeaker_db", "Level of the loudspeaker", _OUTPUT, -3.5, ("audio.loudspeaker_quiet", "SPK")),
    _level("earpiece_db", "Level of the earpiece", _OUTPUT, -3.5, ("audio.earpiece_quiet", "RCV")),
    _level("main_microphone_db", "Level of the main microphone", _INPUT, -2.0, ("audio.main_microphone_quiet", "MIC1")),
    _level(
        "second_microphone_db",
        "Level of the second microphone",
        _INPUT,
        -2.0,
        ("audio.second_microphone_quiet", "MIC2"),
    ),
    _level(
        "main_microphone_off_db",
        "Level of the main microphone beyond any good one",
        _BEYOND,
        -2.6,
        ("audio.main_microphone_deaf", "MIC1"),
    ),
    _level(
        "second_microphone_off_db",
        "Level of the second microphone beyond any good one",
        _BEYOND,
        -2.6,
        ("audio.second_microphone_deaf", "MIC2"),
    ),
    Measure(
        name="outputs_db",
        label="Level of both outputs together",
        unit=Unit.DECIBEL,
        limit=AtLeast(low=-3.5, source=_OUTPUT),
        says=_board("audio.outputs_quiet"),
    ),
    Measure(
        name="path_db",
        label="Level of the one way that is down alone",
        unit=Unit.DECIBEL,
        limit=AtLeast(low=-4.0, source=_ALONE),
        says=Says(code="audio.path_blocked"),
    ),
    _level("loudspeaker_treble_db", "Treble of the loudspeaker", _COLOUR, -3.0, ("audio.loudspeaker_dull", "SPK")),
    _level("earpiece_treble_db", "Treble of the earpiece", _COLOUR, -3.0, ("audio.earpiece_dull", "RCV")),
    _level(
        "main_microphone_treble_db",
        "Treble of the main microphone",
        _COLOUR,
        -2.0,
        ("audio.main_microphone_dull", "MIC1"),
    ),
    _level(
        "second_microphone_treble_db",
        "Treble of the second microphone",
        _COLOUR,
        -2.0,
        ("audio.second_microphone_dull", "MIC2"),
    ),
    _level("loudspeaker_bass_db", "Bass of the loudspeaker", _BASS, -4.0, ("audio.loudspeaker_thin", "SPK")),
    Measure(
        name="outputs_hiss_db",
        label="Hiss of the outputs after the sound",
        unit=Unit.DECIBEL,
        limit=AtMost(high=10.0, source=_HISS),
        says=_board("audio.outputs_hiss"),
    ),
    Measure(
        name="outputs_thd_percent",
        label="Distortion where the coil hardly moves",
        unit=Unit.PERCENT,
        limit=AtMost(high=CLIPS_PERCENT, source=_BEFORE_COIL),
        says=_board("audio.outputs_clip"),
    ),
    Measure(
        name="loudspeaker_third_percent",
        label="Third harmonic about the resonance",
        unit=Unit.PERCENT,
        limit=AtMost(high=0.55, source=_THIRD),
        says=Says(code="audio.loudspeaker_distorts", component="SPK"),
    ),
    Measure(
        name="loudspeaker_thd_percent",
        label="Distortion about the resonance",
        unit=Unit.PERCENT,
        limit=AtMost(high=3.0, source=_CDD_SPEAKER),
        says=Says(code="audio.loudspeaker_distorts", component="SPK"),
    ),
    Measure(
        name="loudspeaker_buzz_db",
        label="Buzz where the coil moves most",
        unit=Unit.DECIBEL,
        limit=AtMost(high=BUZZES_DB, source=_CONTRAST),
        says=Says(code="audio.speaker_buzz", component="SPK"),
    ),
    Measure(
        name="loudspeaker_sign",
        label="Polarity of the loudspeaker",
        unit=Unit.NONE,
        limit=AtLeast(low=0, source=_SIGN),
        says=Says(code="audio.loudspeaker_reversed", component="SPK"),
    ),
)
"""In the order of the table: what is heard at all, levels, colour, and what is added."""
