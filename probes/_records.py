"""Published records: what was taken from a phone, what was measured, what it speaks for.

Frozen and versioned. Arrays are never inside a record: they lie beside it as a file, named by their SHA-256.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StrictStr, model_validator

from probes._errors import LinkTimeout, OutputTooLarge
from probes._limits import Limit, LimitSource, Record, Recorded, Value
from probes._verdict import Blame, Stage, Strength, Unit, Verdict

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ComponentCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,9}$")]
DottedCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=80)]
ReasonCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


_ONE_ANSWER = frozenset({LinkTimeout.code, OutputTooLarge.code})


class Channel(Record):
    """One named row of numbers in a recording."""

    name: StrictStr
    unit: Unit
    samples: Annotated[StrictInt, Field(ge=0)]


class Recording(Record):
    """Raw evidence as it came: a dump of text, or samples. The bytes lie in a file named by their SHA-256.

    Attributes:
        id: name within the run; evidence points at it.
        kind: ``dump`` (bytes of a command or file, or the head of a capture as JSON) or ``samples`` (npz with one array
            per channel, and ``t_ns`` but for sound, whose frames are even).
        source: the command or file on the phone, safe to show.
        started_ns: bench monotonic clock, nanoseconds.
        duration_ns: time until the last byte, nanoseconds.
        err_sha256: file of what the command wrote to its error output, where it wrote anything.
        complete: ``False`` when a cap or a deadline cut it.
        exit_code: of the command, where there was one.
    """

    id: StrictStr
    kind: Literal["dump", "samples"]
    source: StrictStr
    sha256: Sha256
    err_sha256: Sha256 | None = None
    size_bytes: Annotated[StrictInt, Field(ge=0)]
    started_ns: StrictInt
    duration_ns: Annotated[StrictInt, Field(ge=0)]
    complete: StrictBool = True
    exit_code: StrictInt | None = None
    channels: tuple[Channel, ...] = ()


class Evidence(Record):
    """A pointer from something said to what it was said on.

    Attributes:
        recording: id of the recording, empty when a measurement is the evidence.
        measurement: name of the measurement, empty when a line is the evidence.
        line_no: line in the recording, from 1.
        text: the line or value, redacted and safe to show.
    """

    recording: StrictStr = ""
    measurement: StrictStr = ""
    line_no: Annotated[StrictInt, Field(ge=1)] | None = None
    text: Annotated[StrictStr, Field(max_length=400)] = ""


class Finding(Record):
    """One thing that measurements or logs speak for.

    Attributes:
        code: what was found, e.g. ``battery.capacity_low``.
        components: catalogue codes it may point at, likeliest first; empty where it points at nothing by itself.
        function: for parts that sit on the main board: which function of it.
        count: how often it was seen.
        first, last: time stamps as the phone wrote them.
        subject: what it happened to, e.g. a package or process name.
    """

    code: DottedCode
    strength: Strength
    blame: Blame
    components: tuple[ComponentCode, ...] = ()
    function: StrictStr = ""
    subject: Annotated[StrictStr, Field(max_length=200)] = ""
    count: Annotated[StrictInt, Field(ge=1)] = 1
    first: StrictStr = ""
    last: StrictStr = ""
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _only_a_component_names_a_part(self) -> Finding:
        if self.components and self.blame is not Blame.COMPONENT:
            raise ValueError(f"{self.code}: blame {self.blame} may not name the part {self.components[0]}")
        return self


class Measurement(Record):
    """One number or text with unit, limit, the source of the limit and a verdict.

    ``value`` refuses booleans, NaN and numbers written as text where a number is declared. Whoever replays a run with
    other limits gets the same ``value`` and another ``verdict``.
    """

    name: StrictStr
    label: StrictStr
    unit: Unit
    value: Value | None
    limit: Limit = Recorded()
    verdict: Verdict
    blame: Blame | None = None
    reason: ReasonCode | None = None
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Measurement:
        if (self.verdict is Verdict.PASS) != (self.blame is None):
            raise ValueError(f"{self.name}: everything that is not a pass carries a blame, and a pass carries none")
        judged = self.verdict in {Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL}
        if judged and self.value is None:
            raise ValueError(f"{self.name}: no verdict without a value")
        if self.unit is not Unit.TEXT and isinstance(self.value, str):
            raise ValueError(f"{self.name}: text where a number in {self.unit} is declared")
        return self


class Trouble(Record):
    """What broke, when a verdict is ``error`` or ``skipped``: stable code and one line for a person."""

    code: StrictStr
    line: StrictStr


class ProbeResult(Record):
    """Everything one probe left behind."""

    schema_version: Literal[1] = 1
    probe: DottedCode
    probe_version: Annotated[StrictInt, Field(ge=1)]
    stage: Stage
    verdict: Verdict
    blame: Blame | None = None
    reason: ReasonCode | None = None
    started_at: AwareDatetime
    duration_ns: Annotated[StrictInt, Field(ge=0)]
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    recordings: tuple[Recording, ...] = ()
    trouble: Trouble | None = None

    @property
    def link_broke(self) -> bool:
        """Whether the way to the phone broke; one answer that hung or never ended leaves the way open."""
        return self.blame is Blame.LINK and (self.trouble is None or self.trouble.code not in _ONE_ANSWER)

    @model_validator(mode="after")
    def _consistent(self) -> ProbeResult:
        if (self.verdict is Verdict.PASS) != (self.blame is None):
            raise ValueError(f"{self.probe}: everything that is not a pass carries a blame, and a pass carries none")
        if self.verdict is Verdict.ERROR and self.trouble is None:
            raise ValueError(f"{self.probe}: an error says what broke")
        return self


__all__ = [
    "Channel",
    "ComponentCode",
    "DottedCode",
    "Evidence",
    "Finding",
    "LimitSource",
    "Measurement",
    "ProbeResult",
    "ReasonCode",
    "Recording",
    "Sha256",
    "Trouble",
]
