"""The words for codes: one English text each, which the catalogue files translate."""

from __future__ import annotations

from typing import Final

from probes import Blame, Verdict
from reports._diagnosis import Conclusion
from reports._hardware_words import HARDWARE_REASONS
from reports._mark import mark
from reports._reasoning import RootCause
from reports._repair import Action

CONCLUSIONS: Final = {
    Conclusion.PART: mark("FAULT"),
    Conclusion.SOFTWARE: mark("SOFTWARE"),
    Conclusion.CONFIGURATION: mark("SETTING, no fault of a part"),
    Conclusion.AMBIGUOUS: mark("FAULT, ONE OF"),
    Conclusion.SUSPECT: mark("SUSPECTED, not sure"),
    Conclusion.NOTHING_FOUND: mark("NOTHING FOUND in what was tested"),
    Conclusion.NO_FAULT_FOUND: mark("NO FAULT FOUND"),
    Conclusion.CANNOT_TELL: mark("CANNOT TELL"),
    Conclusion.BENCH_TROUBLE: mark("BENCH OR LINK TROUBLE, no part is named"),
}

ACTIONS: Final = {
    Action.REPLACE_PART: mark("Replace the part, then run the same checks again."),
    Action.SERVICE_SOFTWARE: mark("Service the software (no part is needed), then run the same checks again."),
    Action.CHANGE_SETTING: mark("Change the setting (no part is needed), then try what the customer complained of."),
    Action.SETTLE_BETWEEN: mark("Test both parts by hand before one is ordered."),
    Action.CONFIRM: mark("Confirm it by hand before the part is ordered."),
    Action.RETURN_PHONE: mark("Give the phone back: everything that can be tested passed."),
    Action.TEST_WHAT_IS_LEFT: mark("Test by hand what this run could not test (see below)."),
    Action.TEST_BY_HAND: mark("The findings do not fit one cause: test by hand, starting with what failed."),
    Action.REPEAT_TEST: mark("Bench or environment explains it: put that right, then run the same checks again."),
    Action.MEND_BENCH: mark("Check cable, hub and the phone's screen, then resume the run."),
}

ROOT_CAUSES: Final = {
    RootCause.HARDWARE: mark("hardware"),
    RootCause.SOFTWARE: mark("software"),
    RootCause.CONFIGURATION: mark("configuration"),
    RootCause.HUMAN_DAMAGE: mark("damage by the owner"),
    RootCause.ENVIRONMENT: mark("bench or environment"),
    RootCause.NTF: mark("no trouble found"),
    RootCause.UNDETERMINED: mark("undetermined"),
}

VERDICTS: Final = {
    Verdict.PASS: mark("pass"),
    Verdict.MARGINAL: mark("marginal"),
    Verdict.FAIL: mark("fail"),
    Verdict.INCONCLUSIVE: mark("inconclusive"),
    Verdict.SKIPPED: mark("skipped"),
    Verdict.NOT_SUPPORTED: mark("not supported"),
    Verdict.ERROR: mark("error"),
}

MARKS: Final = {
    Verdict.PASS: "✔",
    Verdict.MARGINAL: "!",
    Verdict.FAIL: "✘",
    Verdict.INCONCLUSIVE: "?",
    Verdict.SKIPPED: "·",
    Verdict.NOT_SUPPORTED: "·",
    Verdict.ERROR: "✖",
}

BLAMES: Final = {
    Blame.BENCH: mark("bench"),
    Blame.LINK: mark("link"),
    Blame.PHONE_CRASHED: mark("phone crashed"),
    Blame.COMPONENT: mark("component"),
    Blame.UNDETERMINED: mark("undetermined"),
}

REASONS: Final = {
    "battery_service_overridden": mark("somebody froze the battery service; restart the phone"),
    "bench_failed": mark("the bench failed"),
    "blocked_danger": mark("stopped: the battery is swollen"),
    "blocked_setting": mark("a setting of the phone stands against it"),
    "cleared_by_remedy": mark("cleared by a remedy"),
    "command_failed": mark("the phone refused"),
    "hidden_from_stock_shell": mark("the phone hides it from a stock shell"),
    "link_failed": mark("the link failed"),
    "near_limit": mark("near the limit"),
    "neither_set_nor_excused": mark("the probe did not say anything"),
    "no_intake": mark("not known before intake"),
    "no_labour_times": mark("no labour times given"),
    "no_labour_price": mark("no price of labour given"),
    "no_price_list": mark("no price list given"),
    "no_price_of_part": mark("the price list lacks the part"),
    "no_probe_ran": mark("no check for it in this run"),
    "no_second_sensor": mark("no second sensor to compare with"),
    "not_cleared": mark("not cleared by the remedy"),
    "not_reported": mark("the phone does not say"),
    "not_supported": mark("not supported by this phone or report"),
    "not_understood": mark("the phone's answer is not understood"),
    "no_hall_switch": mark("no Hall switch on this phone"),
    "no_sensor_listed": mark("the phone lists no sensor at all"),
    "not_declared": mark("this model does not say that it has one"),
    "resets_not_explained": mark("the boot loader does not say what reset the phone"),
    "not_needed": mark("not needed any more: what is left would tell nothing"),
    "over_limit": mark("beyond the limit"),
    "probe_failed": mark("the probe failed"),
    "report_cut_off": mark("the report is cut off"),
    "see_findings": mark("see the findings"),
    "too_short_a_span": mark("too short a time to say"),
    "too_short_on_battery": mark("too short on battery to say"),
    **HARDWARE_REASONS,
}
