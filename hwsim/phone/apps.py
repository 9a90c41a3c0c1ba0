"""Software: installed packages, and the processes of the present boot."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

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
_SPIES = (
    ("core.update.framework", "5.9.2"),
    ("com.mobilefonex.mobilebackup", "2.25.1"),
    ("update.service.android", "4.1.0"),
)
"""Ids that public lists of stalkerware name: two of mSpy and one of FlexiSPY."""
_MORE_APPS = {
    "anr": (("com.citybike.rental", "4.7.2"), ("com.mealbox.delivery", "12.1.0"), ("com.parkpay.mobile", "2.3.9")),
    "hog": (("com.pixelfarm.idle", "1.44.0"), ("com.coinrush.daily", "3.0.8"), ("com.fastvideo.converter", "6.2.1")),
    "overlay": (
        ("com.bubblechat.heads", "8.1.3"),
        ("com.screendim.nightlight", "2.0.5"),
        ("com.edgepanel.tools", "1.9.0"),
    ),
    "admin": (("com.lockit.onetap", "3.3.1"), ("com.safekid.limits", "5.6.0"), ("com.findmine.tracker", "2.2.7")),
    "leak": (("com.newsflow.reader", "9.4.1"), ("com.mapwalk.offline", "3.8.0"), ("com.slidecast.player", "4.0.6")),
    "camera": (("com.mirror.pocket", "2.1.4"), ("com.scanbuddy.docs", "7.0.2"), ("com.stickercam.fun", "5.5.0")),
    "microphone": (("com.tunewhat.listen", "6.1.0"), ("com.memo.voicebox", "3.2.2"), ("com.guitar.intune", "1.7.5")),
    "vpn": (("com.shieldfast.vpn", "5.3.0"), ("com.adblock.tunnel", "2.9.4"), ("com.worldhop.vpn", "4.4.4")),
    "accessibility": (
        ("com.autotap.clicker", "3.1.0"),
        ("com.gesture.navbar", "2.6.8"),
        ("com.passvault.fill", "6.0.1"),
    ),
}
"""Ordinary apps, one of each kind on every phone; which of them misbehaves is for the condition to say."""
_SYSTEM_ROLES = {
    "bluetooth": "com.android.bluetooth",
    "telephony": "com.android.providers.telephony",
    "media": "android",
}
"""The package that keeps the data on which a service of the system may trip."""
_SCREEN_READER = "com.google.android.marvin.talkback"
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


@dataclass
class Software:
    """What is installed, and what has been done to it.

    ``roles`` names the app that misbehaves in each way when the condition says so; ``spy`` is installed only then.
    ``stopped`` and ``cleared`` are packages that somebody stopped or whose data somebody deleted, ``disabled`` those
    that the user may no longer start, ``began`` the boot in which each misdeed began and ``ended`` when somebody
    ended it; ``compiled`` tells that all apps fit the system's build and
    ``freed_ratio`` how much of the storage was given back when the caches were deleted.
    """

    apps: tuple[App, ...]
    roles: dict[str, App]
    spy: App
    stopped: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    began: dict[str, int] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    compiled: bool = False
    freed_ratio: float = 0.0

    @property
    def crasher(self) -> App:
        """The app that may fail at each start."""
        return self.roles["crash"]

    @property
    def drainer(self) -> App:
        """The app that may keep the phone awake."""
        return self.roles["drain"]

    def find(self, package: str) -> App | None:
        """Return a package by name."""
        return next((app for app in self.apps if app.package == package), None)

    def install(self, app: App) -> None:
        """Put an app on the phone; one that is there stays as it is."""
        if app not in self.apps:
            self.apps = (*self.apps, app)

    def remove(self, package: str) -> None:
        """Take an app off the phone."""
        self.apps = tuple(app for app in self.apps if app.package != package)


def build_software(profile: Profile, rng: random.Random, *, seed: int) -> Software:
    """Install the packages of a phone: the system's, the maker's and a user's."""
    crasher, drainer = rng.choice(_CRASHERS), rng.choice(_DRAINERS)
    user = [*rng.sample(_USER_APPS, 5), crasher, drainer]
    apps: list[App] = [App("android", profile.release, profile.sdk, 1000, True, 400, 30)]
    for index, name in enumerate([*_SYSTEM_APPS, *profile.packages, _SCREEN_READER]):
        uid = {"com.android.settings": 1000, "com.android.phone": 1001, "com.android.nfc": 1027}.get(name)
        apps.append(App(name, profile.release, profile.sdk, uid or FIRST_APP_UID + 40 + index, True, 400, 30))
    apps += [_user_app(name, version, index, rng) for index, (name, version) in enumerate(user)]
    own = random.Random(f"{seed}/{profile.name}/more apps")
    more = {role: own.choice(names) for role, names in _MORE_APPS.items()}
    apps += [_user_app(*named, len(user) + index, own) for index, named in enumerate(more.values())]
    by_name = {app.package: app for app in apps}
    roles = {role: by_name[name] for role, (name, _version) in more.items()}
    roles |= {"crash": by_name[crasher[0]], "drain": by_name[drainer[0]]}
    roles |= {role: by_name[name] for role, name in _SYSTEM_ROLES.items()}
    spy = _user_app(*own.choice(_SPIES), len(user) + len(more), own)
    return Software(tuple(apps), {**roles, "spy": spy}, spy)


def _user_app(name: str, version: str, index: int, rng: random.Random) -> App:
    code = int("".join(part.zfill(2) for part in version.split("."))[:9])
    days = rng.uniform(3, 200)
    return App(name, version, code, FIRST_APP_UID + 180 + 7 * index, False, days, rng.uniform(1, days))


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
