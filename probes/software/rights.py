"""Apps that hold more rights than they should: watchers, administrators, windows over everything, held devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import (
    SettingsList,
    WindowManager,
    parse_accessibility,
    parse_audio,
    parse_camera,
    parse_connectivity,
    parse_device_policy,
    parse_settings_list,
    parse_window,
)
from probes.software._apps import AddedApps, added_apps
from probes.software._ask import Answer, try_ask
from probes.software.indicators import Indicators, shipped_indicators

_LIST = LimitSource(kind="prior", text="a list of package names that anybody can update; see indicators.toml")
_ADMIN = LimitSource(
    kind="prior", text="an app of the user's that may wipe or lock: only an employer's or a maker's needs that right"
)
_NONE = LimitSource(kind="prior", text="no app that the owner added does this while the phone lies on a bench")
_KEYS = LimitSource(kind="prior", text="a service that filters keys swallows them; other services only get a remark")
_TAKES_CONTROL: Final = frozenset({"wipe-data", "reset-password", "limit-password", "force-lock"})
# MediaRecorder.AudioSource that assistants keep open by design
_LISTENS_BY_DESIGN: Final = frozenset({"HOTWORD", "ECHO_REFERENCE", "RADIO_TUNER"})


def _count(name: str, label: str, code: str, source: LimitSource) -> Measure:
    limit = AtMost(high=1, marginal_above=0, source=source)
    return Measure(name=name, label=label, unit=Unit.COUNT, limit=limit, says=Says(code=code, component="SW"))


class AppRights(Probe):
    """Looks for what apps of the user's hold or may do. A count of 2 and more is sure, 1 gets a remark.

    Args:
        indicators: list of watchers; None takes the one that ships.
    """

    meta = ProbeMeta(
        id="apps.rights",
        version=1,
        purpose="Apps that watch, lock, cover or block the phone",
        stage=Stage.SOFTWARE,
        duration_s=0.6,
        measures=(
            Measure(
                name="watchers",
                label="Known watching programs",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_LIST),
                says=Says(code="app.stalkerware", component="SW"),
            ),
            _count("admin_marks", "Signs of a stranger as administrator", "app.device_admin", _ADMIN),
            _count("key_filter_marks", "Signs of a service that takes keys", "app.accessibility_abuse", _KEYS),
            *(
                Measure(
                    name=name,
                    label=label,
                    unit=Unit.COUNT,
                    limit=AtMost(high=0, source=_NONE),
                    says=Says(code=code, component="SW"),
                )
                for name, label, code in (
                    ("covering_windows", "Windows of apps over everything", "app.overlay"),
                    ("cameras_held", "Cameras held by apps in the background", "app.camera_hog"),
                    ("microphones_held", "Microphones held by apps", "app.microphone_hog"),
                )
            ),
            _count("vpn_block_marks", "Signs of a VPN that blocks the net", "app.vpn_block", _NONE),
            Measure(name="sideloaded_apps", label="Apps from outside a store", unit=Unit.COUNT),
        ),
    )

    def __init__(self, indicators: Indicators | None = None) -> None:
        self._indicators = indicators

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask for the apps of the user's, then hold each service's state against them."""
        listed = self._indicators or shipped_indicators()
        apps = added_apps(bench)
        yield _watchers(apps, listed)
        yield _admins(bench, apps, listed)
        secure = try_ask(bench, parse_settings_list, "settings", "list", "secure")
        yield _key_filters(bench, apps, secure)
        window = try_ask(bench, parse_window, "dumpsys", "window")
        yield _covering(window, apps)
        yield from _held(bench, apps, window)
        yield _vpn(bench, secure)
        if apps is None or apps.sideloaded is None:
            yield Excuse(name="sideloaded_apps", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        else:
            yield _found("sideloaded_apps", apps.sideloaded, apps.evidence)


def _found(name: str, what: Iterable[str], evidence: tuple[Evidence, ...]) -> Said:
    """A count with the names behind it as the words of its evidence."""
    names = list(what)
    words = show(", ".join(names), 200)
    named = tuple(one.model_copy(update={"text": words}) for one in evidence) if names else evidence
    return Reading(name=name, value=len(names), evidence=named)


def _unknown(name: str) -> Said:
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")


def _watchers(apps: AddedApps | None, listed: Indicators) -> Said:
    if apps is None:
        return _unknown("watchers")
    known = sorted(apps.names & set(listed.watchers))
    return _found("watchers", (f"{name} ({listed.watchers[name]}; {listed.source})" for name in known), apps.evidence)


def _admins(bench: Bench, apps: AddedApps | None, listed: Indicators) -> Said:
    answer = try_ask(bench, parse_device_policy, "dumpsys", "device_policy")
    if answer is None or apps is None:
        return _unknown("admin_marks")
    policy = answer.value
    trusted = listed.trusted_admins | {policy.owner, policy.profile_owner}
    strangers = [admin for admin in policy.admins if admin.package in apps.names and admin.package not in trusted]
    marks = [f"{admin.package}/{admin.receiver}" for admin in strangers]
    marks += [f"{admin.package} may {word}" for admin in strangers for word in admin.policies if word in _TAKES_CONTROL]
    return _found("admin_marks", marks, answer.evidence())


def _key_filters(bench: Bench, apps: AddedApps | None, secure: Answer[SettingsList] | None) -> Said:
    answer = try_ask(bench, parse_accessibility, "dumpsys", "accessibility")
    if answer is None or apps is None:
        return _unknown("key_filter_marks")
    # up to Android 9 the service prints labels only, and the setting has the components
    kept = secure.value.values.get("enabled_accessibility_services", "").split(":") if secure else []
    enabled = answer.value.enabled or kept
    services = [component for component in enabled if component.split("/")[0] in apps.names]
    filters = [f"{show(one.label, 60)} filters keys" for one in answer.value.bound if one.filters_keys]
    return _found("key_filter_marks", [*services[:1], *filters[:1]] if services else [], answer.evidence())


def _covering(window: Answer[WindowManager] | None, apps: AddedApps | None) -> Said:
    if window is None or apps is None:
        return _unknown("covering_windows")
    over = [one for one in window.value.overlays if one.fills_screen and one.takes_touch and one.visible is not False]
    return _found("covering_windows", [one.package for one in over if one.package in apps.names], window.evidence())


def _held(bench: Bench, apps: AddedApps | None, window: Answer[WindowManager] | None) -> Iterator[Said]:
    focus = window.value.focus_package if window else None
    camera = try_ask(bench, parse_camera, "dumpsys", "media.camera")
    audio = try_ask(bench, parse_audio, "dumpsys", "audio")
    strangers = apps.names - {focus} if apps else frozenset()
    if camera is None or apps is None:
        yield _unknown("cameras_held")
    else:
        held = [f"{one.package} holds camera {one.camera}" for one in camera.value.clients if one.package in strangers]
        yield _found("cameras_held", held, camera.evidence())
    if audio is None or apps is None:
        yield _unknown("microphones_held")
    else:
        recorders = [one for one in audio.value.recorders if one.source not in _LISTENS_BY_DESIGN]
        holders = sorted({one.package for one in recorders if one.package in strangers})
        yield _found("microphones_held", holders, audio.evidence())


def _vpn(bench: Bench, secure: Answer[SettingsList] | None) -> Said:
    """A VPN that is always on and lets nothing pass beside it blocks the net while it is down itself."""
    if secure is None:
        return _unknown("vpn_block_marks")
    if secure.value.values.get("always_on_vpn_lockdown") != "1":
        return Reading(name="vpn_block_marks", value=0, evidence=secure.evidence())
    marks = [f"always_on_vpn_app={secure.value.values.get('always_on_vpn_app', '')} with lockdown"]
    net = try_ask(bench, parse_connectivity, "dumpsys", "connectivity")
    if net is not None and net.value.default_network is None and any(one.blocked for one in net.value.networks):
        marks.append("no default network, and one that is blocked")
    return _found("vpn_block_marks", marks, secure.evidence())
