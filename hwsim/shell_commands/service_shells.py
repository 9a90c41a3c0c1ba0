"""``cmd SERVICE ...``: the shells that services bring along, by Android version.

Which version has which word follows AOSP; the wording of answers is unverified where no test names a real phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hwsim.render.air import scan_lines
from hwsim.render.audio import STREAMS, ringer_mode, volume
from hwsim.render.radios import bluetooth_on, nfc_on, plane_mode, wifi_on
from hwsim.render.shell_state import Notification, shell_state
from hwsim.shell_commands.battery_shell import change_battery
from hwsim.shell_commands.permissions import run_app_ops, run_device_policy, run_sensor_privacy
from hwsim.shell_commands.reply import FAILED, Reply, denial, thrown, unknown
from hwsim.shell_commands.vibration import run_vibrator, run_vibrator_manager

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone

    Shell = Callable[[Phone, list[str]], Reply]

_STREAM_NUMBERS = dict(enumerate(STREAMS[:6]))
_STREAM_NUMBERS |= {8: STREAMS[8]}
_SET_VOLUME_SINCE, _GET_VOLUME_SINCE, _IMEI_SINCE = 35, 36, 33
_NOTIFICATIONS_KEPT = 50  # NotificationManagerService lets one app have as many
_MEDIA_KEYS = {"play": True, "pause": False, "stop": False}
_ZEN = {"off": "0", "on": "1", "priority": "1", "none": "2", "alarms": "3", "all": "0"}


class _Entry(NamedTuple):
    run: Shell
    since: int = 0
    until: int = 10_000


def service_shell(phone: Phone, name: str) -> Shell | None:
    """Return the shell of a service; None when the service has none on this phone's version."""
    entry = _SHELLS.get(name)
    return entry.run if entry is not None and entry.since <= phone.profile.sdk < entry.until else None


def set_volume(phone: Phone, number: int, index: int) -> None:
    """Set a stream's volume by Android's number of the stream, within its range."""
    stream = _STREAM_NUMBERS[number]
    phone.settings["system", stream.setting] = str(min(max(index, stream.low), stream.high))


def change_volume(phone: Phone, options: dict[str, str]) -> Reply:
    """Set, raise, lower or tell a volume: ``media_session volume`` and ``media volume``."""
    number = options.get("--stream", "3")
    if not number.isdecimal() or int(number) not in _STREAM_NUMBERS:
        return Reply(err="Error: Invalid stream type\n", code=FAILED)
    stream = _STREAM_NUMBERS[int(number)]
    out = "[V] will control stream=" + f"{number} (STREAM_{stream.name})\n"
    if (wanted := options.get("--set")) is not None and wanted.isdecimal():
        set_volume(phone, int(number), int(wanted))
        out += f"[V] will set volume to index={wanted}\n"
    elif options.get("--adj") in ("raise", "lower"):
        step = 1 if options["--adj"] == "raise" else -1
        set_volume(phone, int(number), volume(phone, stream) + step)
    if "--get" in options:
        out += f"[V] will get volume\n[V] volume is {volume(phone, stream)} in range [{stream.low}..{stream.high}]\n"
    return Reply(out)


def _media_session(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["volume"]:
        return change_volume(phone, options_of(words[1:]))
    if words[:1] == ["dispatch"] and len(words) > 1:
        state = shell_state(phone)
        state.playing = _MEDIA_KEYS.get(words[1], not state.playing if words[1] == "play-pause" else state.playing)
        return Reply()
    if words[:1] == ["list-sessions"]:
        return Reply("Sessions:\n  tag=media, package=" + phone.software.drainer.package + "\n")
    return unknown(words[0] if words else "")


def options_of(words: list[str]) -> dict[str, str]:
    """Return ``--name value`` pairs; a name that no value follows has an empty one."""
    found: dict[str, str] = {}
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word.startswith("--"):
            found[word] = "" if after.startswith("--") else after
    return found


def _wifi(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["status"]:
        state = "enabled" if wifi_on(phone) else "disabled"
        tail = "Wifi is not connected\n" if wifi_on(phone) else ""
        return Reply(f"Wifi is {state}\nWifi scanning is only available when wifi is enabled\n{tail}")
    if words[:1] == ["set-wifi-enabled"] and words[1:2] in (["enabled"], ["disabled"]):
        phone.settings["global", "wifi_on"] = str(int(words[1] == "enabled"))
        return Reply()
    if words[:1] in (["list-networks"], ["list-scan-results"]):
        if words[0] == "list-scan-results" and wifi_on(phone):
            return Reply("\n".join(scan_lines(phone)) + "\n")
        return Reply("No networks\n" if words[0] == "list-networks" else "No scan results\n")
    if words[:1] in (["force-country-code"], ["set-poll-rssi-interval-msecs"], ["send-link-probe"]):
        reason = f"Uid 2000 does not have access to {words[0]} wifi command"
        return thrown(phone, words[0], f"java.lang.SecurityException: {reason}")
    return unknown(words[0] if words else "")


def _phone(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["get-imei"] and phone.profile.sdk >= _IMEI_SINCE:
        return Reply(err="Device IMEI: Must be root and a debuggable build\n", code=FAILED)
    if words[:2] == ["ims", "enable"] or words[:2] == ["ims", "disable"]:
        return denial(phone, "enableIms", "android.permission.MODIFY_PHONE_STATE")
    return unknown(words[0] if words else "")


def _notification(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["post"]:
        plain, options = _split_options(words[1:], ("-t", "--title", "-i", "--icon", "-S", "--style", "-c"))
        if len(plain) < 2:
            return Reply(err="usage: cmd notification post [flags] <tag> <text>\n", code=FAILED)
        title = options.get("-t") or options.get("--title") or plain[0]
        posted = shell_state(phone).notifications
        posted.append(Notification(plain[0], title, plain[1]))
        del posted[:-_NOTIFICATIONS_KEPT]
        return Reply("posting:\n  Notification(channel=shell_cmd shortcut=null flags=0x0 pri=0)\n")
    if words[:1] == ["list"]:
        posted = shell_state(phone).notifications
        rows = [f"0|com.android.shell|{2020 + number}|{each.tag}|2000\n" for number, each in enumerate(posted)]
        return Reply("".join(rows))
    if words[:1] == ["set_dnd"] and words[1:2] and words[1] in _ZEN:
        phone.settings["global", "zen_mode"] = _ZEN[words[1]]
        return Reply()
    return unknown(words[0] if words else "")


def _split_options(words: list[str], valued: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    plain: list[str] = []
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in valued:
            options[word] = next(rest, "")
        elif not word.startswith("-"):
            plain.append(word)
    return plain, options


def _audio(phone: Phone, words: list[str]) -> Reply:
    sdk = phone.profile.sdk
    number = int(words[1]) if len(words) > 1 and words[1].isdecimal() else -1
    if words[:1] == ["set-volume"] and sdk >= _SET_VOLUME_SINCE and len(words) > 2 and words[2].isdecimal():
        if number not in _STREAM_NUMBERS:
            return Reply(err="Error: Invalid stream type\n", code=FAILED)
        set_volume(phone, number, int(words[2]))
        return Reply(f"calling AudioManager.setStreamVolume({number}, {words[2]}, 0)\n")
    if words[:1] == ["get-stream-volume"] and sdk >= _GET_VOLUME_SINCE and number in _STREAM_NUMBERS:
        stream = _STREAM_NUMBERS[number]
        return Reply(f"volume is {volume(phone, stream)} in range [{stream.low}..{stream.high}]\n")
    if words[:1] == ["get-ringer-mode"]:
        return Reply(f"Ringer mode: {('SILENT', 'VIBRATE', 'NORMAL')[ringer_mode(phone)]}\n")
    return unknown(words[0] if words else "")


def _bluetooth(phone: Phone, words: list[str]) -> Reply:
    if words[:1] in (["enable"], ["disable"]):
        phone.settings["global", "bluetooth_on"] = str(int(words[0] == "enable"))
        return Reply(f"{words[0]}: Success\n")
    if words[:1] == ["wait-for-state:STATE_ON"]:
        return Reply("wait-for-state:STATE_ON: Success\n") if bluetooth_on(phone) else Reply(code=FAILED)
    return unknown(words[0] if words else "")


def _connectivity(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["airplane-mode"]:
        if words[1:2] in (["enable"], ["disable"]):
            phone.settings["global", "airplane_mode_on"] = str(int(words[1] == "enable"))
            return Reply()
        return Reply("enabled\n" if plane_mode(phone) else "disabled\n")
    return unknown(words[0] if words else "")


def _nfc(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["status"]:
        return Reply(f"Nfc is {'enabled' if nfc_on(phone) else 'disabled'}\n")
    if words[:1] in (["enable-nfc"], ["disable-nfc"]):
        phone.settings["global", "nfc_on"] = str(int(words[0] == "enable-nfc"))
        return Reply()
    return unknown(words[0] if words else "")


def _location(phone: Phone, words: list[str]) -> Reply:
    if words[:1] == ["is-location-enabled"]:
        return Reply(f"{str(phone.settings.get(('secure', 'location_mode'), '3') != '0').lower()}\n")
    if words[:1] == ["set-location-enabled"] and words[1:2]:
        phone.settings["secure", "location_mode"] = "3" if words[1] == "true" else "0"
        return Reply()
    return unknown(words[0] if words else "")


_SHELLS = {
    "audio": _Entry(_audio, since=33),
    "battery": _Entry(change_battery),
    "bluetooth_manager": _Entry(_bluetooth, since=31),
    "connectivity": _Entry(_connectivity, since=30),
    "location": _Entry(_location, since=30),
    "media_session": _Entry(_media_session),
    "nfc": _Entry(_nfc, since=34),
    "notification": _Entry(_notification, since=29),
    "phone": _Entry(_phone, since=29),
    "appops": _Entry(run_app_ops),
    "device_policy": _Entry(run_device_policy, since=31),
    "sensor_privacy": _Entry(run_sensor_privacy, since=31),
    "vibrator": _Entry(run_vibrator, until=31),
    "vibrator_manager": _Entry(run_vibrator_manager, since=31),
    "wifi": _Entry(_wifi, since=30),
}
