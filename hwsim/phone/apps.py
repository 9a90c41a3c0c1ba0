"""Software: installed packages, and the processes of the present boot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from hwsim.phone.profile import Profile

FIRST_APP_UID = 10000

_SYSTEM_APPS_TEXT = (
    "com.android.settings com.android.systemui com.android.phone com.android.providers.media "
    "com.android.providers.contacts com.android.providers.telephony com.android.bluetooth com.android.nfc "
    "com.android.shell com.android.server.telecom com.android.vending com.google.android.gms "
    "com.google.android.gsf com.android.chrome com.google.android.webview com.google.android.inputmethod.latin "
    "com.google.android.apps.messaging com.google.android.dialer com.android.providers.downloads "
    "com.android.location.fused com.android.externalstorage com.android.inputdevices com.android.keychain "
    "com.google.android.apps.photos com.google.android.youtube com.google.android.packageinstaller "
    "com.google.android.permissioncontroller com.android.camera2"
)
_SYSTEM_APPS = _SYSTEM_APPS_TEXT.split()
_USER_APPS = (
    ("com.whatsapp", "2.25.9.78"),
    ("org.telegram.messenger", "11.9.1"),
    ("com.spotify.music", "9.0.34.593"),
    ("com.instagram.android", "373.0.0.46.109"),
    ("org.mozilla.firefox", "137.0.2"),
    ("com.duolingo", "6.24.4"),
    ("de.hafas.android.db", "24.12.0"),
)
_CRASHERS = (
    ("com.tinyweather.widget", "3.1.7"),
    ("com.lucky.cleaner.boost", "5.0.2"),
    ("com.photoblend.editor", "1.9.4"),
)
_DRAINERS = (("com.radiostream.live", "4.2.0"), ("com.stepwalk.tracker", "2.8.11"), ("com.chatbubble.plus", "7.3.1"))
_NATIVE_TEXT = (
    "init ueventd logd servicemanager hwservicemanager vold netd zygote64 surfaceflinger lmkd healthd statsd "
    "cameraserver audioserver mediaserver adbd storaged gatekeeperd keystore2 wificond rild tombstoned incidentd "
    "installd android.hardware.health-service android.hardware.camera.provider android.hardware.sensors-service "
    "android.hardware.thermal-service android.hardware.bluetooth-service android.hardware.wifi-service "
    "android.hardware.nfc-service vendor.thermal-engine vendor.touch-service"
)
_NATIVE = _NATIVE_TEXT.split()


@dataclass(frozen=True)
class App:
    """One installed package; ``installed_days`` ago, updated ``updated_days`` ago."""

    package: str
    version: str
    version_code: int
    uid: int
    system: bool
    installed_days: float
    updated_days: float

    @property
    def uid_name(self) -> str:
        """Return the user name as ps and logcat print it."""
        return f"u0_a{self.uid - FIRST_APP_UID}" if self.uid >= FIRST_APP_UID else "system"

    @property
    def short_uid(self) -> str:
        """Return the form of dumpsys (``u0a123``)."""
        return f"u0a{self.uid - FIRST_APP_UID}" if self.uid >= FIRST_APP_UID else str(self.uid)


@dataclass(frozen=True)
class Software:
    """All packages; ``crasher`` and ``drainer`` are user apps like others until the condition makes them misbehave."""

    apps: tuple[App, ...]
    crasher: App
    drainer: App

    def find(self, package: str) -> App | None:
        """Return a package by name."""
        return next((app for app in self.apps if app.package == package), None)


def build_software(profile: Profile, rng: random.Random) -> Software:
    """Install the packages of a phone: the system's, the maker's and a user's."""
    crasher, drainer = rng.choice(_CRASHERS), rng.choice(_DRAINERS)
    user = [*rng.sample(_USER_APPS, 5), crasher, drainer]
    apps: list[App] = [App("android", profile.release, profile.sdk, 1000, True, 400, 30)]
    for index, name in enumerate([*_SYSTEM_APPS, *profile.packages]):
        uid = {"com.android.settings": 1000, "com.android.phone": 1001, "com.android.nfc": 1027}.get(name)
        apps.append(App(name, profile.release, profile.sdk, uid or FIRST_APP_UID + 40 + index, True, 400, 30))
    for index, (name, version) in enumerate(user):
        code = int("".join(part.zfill(2) for part in version.split("."))[:9])
        days = rng.uniform(3, 200)
        uid = FIRST_APP_UID + 180 + 7 * index
        apps.append(App(name, version, code, uid, False, days, rng.uniform(1, days)))
    by_name = {app.package: app for app in apps}
    return Software(tuple(apps), by_name[crasher[0]], by_name[drainer[0]])


def draw_processes(software: Software, rng: random.Random) -> dict[str, int]:
    """Return the pid of each process of one boot, in the order they were started."""
    pids: dict[str, int] = {}
    pid = 1
    for name in _NATIVE:
        pids[name] = pid
        pid += rng.randrange(2, 40) if pid > 1 else 330
    pids["system_server"] = pid + 900
    pid = pid + 1400
    for app in software.apps:
        if app.system or rng.random() < 0.8:
            pids[app.package] = pid
            pid += rng.randrange(3, 160)
    return pids
