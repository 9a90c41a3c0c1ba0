"""A probe on a whole station: hands, instruments and modem, recorded, and the same again from the recordings."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from agent.station import Turns
from probes import (
    Capability,
    Checklist,
    Does,
    HardwareBench,
    HardwareProbe,
    Measure,
    ProbeMeta,
    Question,
    Reading,
    Said,
    SensorKind,
    Stage,
    StationBench,
    Task,
    Turn,
    Unit,
    Verdict,
)

if TYPE_CHECKING:
    from agent.sim_phone import SimPhone, SimPhones

PRESS = Task(does=Does.PRESS, what="volume_up", text="Press the volume key.")


class AsksEverything(HardwareProbe):
    """One of each that a station can do."""

    meta = ProbeMeta(
        id="bench.everything",
        version=1,
        purpose="Everything",
        stage=Stage.HARDWARE_ASSISTED,
        duration_s=10.0,
        measures=tuple(
            Measure(name=name, label=name, unit=unit)
            for name, unit in (
                ("volts", Unit.MILLIVOLT),
                ("rows", Unit.COUNT),
                ("keys", Unit.COUNT),
                ("turning", Unit.RADIAN_PER_SECOND),
                ("said", Unit.TEXT),
                ("ticked", Unit.TEXT),
                ("modem", Unit.TEXT),
                ("photo", Unit.TEXT),
            )
        ),
        wants=frozenset({Capability.OPERATOR, Capability.POWER_METER, Capability.BENCH_CAMERA, Capability.MODEM}),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        assert isinstance(bench, StationBench)
        bench.do(Task(does=Does.PLUG, what="known_good", text="Plug in the known-good charger."))
        yield Reading(name="volts", value=float(bench.power(duration_s=2.0, every_s=1.0).voltage_mv.mean()))
        yield Reading(name="rows", value=len(bench.picture().rgb))
        heard = bench.listen_while(PRESS, "getevent", "-lt", duration_s=20.0)
        yield Reading(name="keys", value=heard.out.raw.count(b"KEY_VOLUMEUP"))
        bench.light(0.5)
        turn = Turn(at_s=0.5, angle_deg=90.0, rate_deg_per_s=60.0)
        track = bench.sense_while(turn, [SensorKind.GYROSCOPE], rate_hz=100.0, duration_s=2.0)[SensorKind.GYROSCOPE]
        yield Reading(name="turning", value=float(abs(track.values).max()))
        yield Reading(name="said", value=bench.ask(Question(asks="swollen", text="Is the battery swollen?")))
        look = Checklist(text="What do you see?", items={"cover_cracked": "A crack", "frame_bent": "A bend"})
        yield Reading(name="ticked", value=" ".join(sorted(bench.tick(look))))
        yield Reading(name="modem", value=" ".join(bench.modem("AT+CSQ").lines))
        yield Reading(name="photo", value=bench.photograph(Question(asks="back", text="Take a picture of the back.")))


def test_a_station_answers_everything_that_a_probe_may_ask(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=20.0)
    result = phone.run(AsksEverything(), station=True)
    assert result.verdict is Verdict.PASS, result.trouble
    told = {one.name: one.value for one in result.measurements}
    assert 4500 < float(str(told["volts"])) < 5500
    assert int(str(told["rows"])) > 100
    assert told["keys"] == 2
    assert 0.8 < float(str(told["turning"])) < 1.3
    assert told["said"] in {"yes", "no"}
    assert set(str(told["ticked"]).split()) <= {"cover_cracked", "frame_bent"}
    assert "+CSQ:" in str(told["modem"])
    assert len([one for one in result.recordings if one.kind == "samples"]) == 3


def test_without_a_station_the_probe_says_what_is_missing(sim_phone: SimPhone) -> None:
    result = sim_phone.run(AsksEverything())
    assert result.verdict is Verdict.NOT_SUPPORTED
    assert result.trouble is not None
    assert "somebody at the bench" in result.trouble.line
    assert "AT port" in result.trouble.line


@pytest.mark.parametrize("what", ["no_such_key", "home"])
def test_what_nobody_at_the_bench_can_do_is_not_supported(sim_phones: SimPhones, what: str) -> None:
    class Presses(AsksEverything):
        def measure(self, bench: HardwareBench) -> Iterator[Said]:
            assert isinstance(bench, StationBench)
            bench.do(Task(does=Does.PRESS, what=what, text="Press it."))
            yield Reading(name="keys", value=1)

    assert sim_phones(speed=20.0).run(Presses(), station=True).verdict is Verdict.NOT_SUPPORTED


class Answers(AsksEverything):
    """One question, and how much of the phone's time its answer took."""

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        assert isinstance(bench, StationBench)
        before_s = float(bench.shell("cat", "/proc/uptime").out.raw.split()[0])
        bench.ask(Question(asks="swollen", text="Is the battery swollen?"))
        after_s = float(bench.shell("cat", "/proc/uptime").out.raw.split()[0])
        yield Reading(name="volts", value=after_s - before_s)


def test_an_answer_takes_the_time_of_a_look(sim_phones: SimPhones) -> None:
    (volts, *_) = sim_phones(speed=20.0).run(Answers(), station=True).measurements
    assert 2.0 < float(str(volts.value)) < 40.0


class Covers(AsksEverything):
    """A recording that ends when the hand is where it should be."""

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        assert isinstance(bench, StationBench)
        kind, cover = SensorKind.LIGHT, Task(does=Does.COVER, what="top", text="Cover it.")
        track = bench.sense_while(cover, [kind, SensorKind.ACCELEROMETER], rate_hz=50.0, duration_s=600.0)
        yield Reading(name="rows", value=len(track[SensorKind.ACCELEROMETER].t_ns))
        yield Reading(name="volts", value=float(track[kind].values[-1, 0]))


def test_a_recording_ends_soon_after_the_hand_has_done_it(sim_phones: SimPhones) -> None:
    told = {one.name: one.value for one in sim_phones(speed=20.0).run(Covers(), station=True).measurements}
    assert 50 < int(str(told["rows"])) < 50 * 100
    assert float(str(told["volts"])) < 100.0


def test_two_probes_have_the_person_one_after_the_other() -> None:
    turns, order = Turns(), list[str]()
    turns.take("first")
    turns.take("first")

    def second() -> None:
        turns.take("second")
        order.append("second")

    waiting = Thread(target=second)
    waiting.start()
    turns.give_back("second")  # who does not have the person gives nobody back
    order.append("first")
    turns.give_back("first")
    waiting.join(timeout=10.0)
    assert order == ["first", "second"]
