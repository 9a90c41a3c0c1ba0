"""The library of faults: every way in which an emulated phone can be broken, misled or wrongly set.

One table for each fault, in one TOML file for each subsystem of this folder; every ``*.toml`` here is read. To add a
fault, append a table to the file of its subsystem (or add a file), and give the phone what it drives:

    ["speaker.torn_cone"]                 # part.what_is_wrong, unique over all files
    truth = "SPK"                         # code of the catalogue; SW software and settings, NONE nothing to repair
    function = "storage"                  # with truth PCB only, and then always: one of FUNCTIONS
    cause = "hardware"                    # root cause; "hardware" when left out; see CAUSES
    seen_from = "unattended"              # earliest stage of a diagnosis that can see it; see STAGES
    reason = "The membrane has torn."     # one physical sentence, unique over all files
    fault_from = 0.2                      # severity from which a bench engineer calls it a fault
    because = "above it everyone hears"   # why from there
    conditions = ["constant", "hot"]      # how it may come and go (see WHEN); only "constant" when left out
    default = 0.6                         # severity of a clear case; 0.7 when left out, never below fault_from
    needs = ["sdk >= 31"]                 # what the kind of phone must be for the fault to exist there
    drives = { fsync_ms = [120.0, 900.0] }            # fields of hwsim.phone.condition.Condition
    wear = { "speaker.torn_cone" = [0.0, 1.0] }       # fault modes of the physics, "mode@place" where it has several
    modem = { antenna_loss_db = [3.0, 36.0] }         # fields of hwsim.modem.condition.Condition
    settings = { "global/zen_mode" = "1" }            # Android's settings that are found set: table/name
                                                      # (table switch: hwsim.phone.misconfiguration)

A value in ``drives``, ``wear``, ``modem`` and ``settings`` is a constant, or the pair of values at severity 0 and 1
with a straight line between them. Severity always runs from 0 to 1, and a higher one is never less of a fault.
``reason``, ``fault_from`` and ``because`` may be left out where the first of ``wear`` is a plain [0.0, 1.0]: they are
then those of the physics mode. A fault that comes and goes leaves ``drives``, ``wear`` and ``modem`` untouched while
it is away; its ``settings`` are made once, when it is put into the phone, and belong to the user from then on:
``settings put`` cures them. Where two faults drive the same field, the worse wins: what is further from a healthy
phone, or what happens more often.

``needs`` compares a field of the profile with a value: ``nfc_driver != absent``, ``sdk >= 31``, ``family = qcom``.

A fault in a phone is written ``id``, ``id:severity`` or ``id:severity@when``, several joined by ``+``:
``battery.worn:0.6+speaker.torn_cone:0.4@hot``.
"""

from hwsim.faults.ailment import Ailment, UnknownFault, parse_faults
from hwsim.faults.entry import CAUSES, FUNCTIONS, STAGES, WHEN, BadEntry, Effect, Fault, effect_of
from hwsim.faults.library import library

__all__ = [
    "CAUSES",
    "FUNCTIONS",
    "STAGES",
    "WHEN",
    "Ailment",
    "BadEntry",
    "Effect",
    "Fault",
    "UnknownFault",
    "effect_of",
    "library",
    "parse_faults",
]
