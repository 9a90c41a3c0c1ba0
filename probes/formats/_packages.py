"""``pm list packages``, ``pm list features`` and ``dumpsys package``: what is installed, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require, whole

_LISTED = re.compile(r"package:(\S{1,800})(.{0,200})")
_PAIR = re.compile(r"\b([A-Za-z]{2,20})[:=](\S{1,120})")
_MAX_PACKAGES = 5000


@dataclass(frozen=True, slots=True)
class ListedPackage:
    """One line of ``pm list packages``; the fields beyond the name depend on the options of the call."""

    name: str
    path: str | None
    installer: str | None
    uid: int | None
    version_code: int | None


@dataclass(frozen=True, slots=True)
class PackageList:
    """The packages by name."""

    packages: Mapping[str, ListedPackage]


def parse_packages(text: str) -> PackageList:
    """Read ``pm list packages`` with any of ``-f -i -U --show-versioncode``.

    Raises:
        NotUnderstood: no line names a package.
    """
    packages: dict[str, ListedPackage] = {}
    for line in lines(text):
        if found := _LISTED.match(line):
            path, _, name = found[1].rpartition("=")
            extra = dict(_PAIR.findall(found[2]))
            installer = extra.get("installer")
            listed = ListedPackage(
                name=name,
                path=path or None,
                installer=None if installer == "null" else installer,
                uid=whole(extra.get("uid")),
                version_code=whole(extra.get("versionCode")),
            )
            put(packages, name, listed, cap=_MAX_PACKAGES)
    require(packages, "package list", text)
    return PackageList(packages=frozen(packages))


def parse_features(text: str) -> frozenset[str]:
    """Read ``pm list features``; versions behind a name are left out.

    Raises:
        NotUnderstood: no line names a feature.
    """
    found: set[str] = set()
    for line in lines(text):
        name = _NAMED_FEATURE.match(line)
        if name and len(found) < _MAX_PACKAGES:
            found.add(name[1])
    require(found, "feature list", text)
    return frozenset(found)


_NAMED_FEATURE = re.compile(r"feature:([A-Za-z][A-Za-z0-9_.]{2,160})")
_PACKAGE = re.compile(r"  Package \[([A-Za-z0-9_.]{1,200})\]")
_FIELD = re.compile(r"    ([a-z][A-Za-z]{2,40})=(.{0,400})")
_FLAGS = re.compile(r"\[ ([A-Z0-9_ ]{0,400})\]")
_USER = re.compile(r"    User (\d{1,9}):.{0,300}?\binstalled=(true|false)\b(?:.{0,300}?\benabled=(\d))?")
_FEATURE = re.compile(r"  ([a-z][A-Za-z0-9_.]{2,120})(?: version=\d{1,9})?\s{0,8}")
_SECTION = re.compile(r"([A-Z][A-Za-z ]{2,60}):\s{0,8}")
_KEPT = frozenset(
    {
        "versionName",
        "versionCode",
        "flags",
        "pkgFlags",
        "installerPackageName",
        "firstInstallTime",
        "lastUpdateTime",
        "codePath",
        "userId",
        "appId",
    }
)
# PackageManager.COMPONENT_ENABLED_STATE_DISABLED and above
_DISABLED_FROM = 2


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """One package of ``dumpsys package``. ``enabled`` speaks for the first user of the list."""

    name: str
    version_name: str | None
    version_code: int | None
    flags: frozenset[str]
    installer: str | None
    code_path: str | None
    first_install_time: str | None
    last_update_time: str | None
    enabled: bool | None

    @property
    def is_system(self) -> bool:
        """Whether the package came with the phone."""
        return "SYSTEM" in self.flags


@dataclass(frozen=True, slots=True)
class PackageManager:
    """Packages by name (those hidden by an update left out) and the features that the phone declares."""

    packages: Mapping[str, InstalledPackage]
    features: frozenset[str]


def parse_package_dump(text: str) -> PackageManager:
    """Read ``dumpsys package``, whole or one package only.

    Raises:
        NotUnderstood: there is neither a package nor a list of features.
    """
    tables: dict[str, dict[str, str]] = {}
    features: set[str] = set()
    section = ""
    current: dict[str, str] | None = None
    for line in lines(text):
        if line[:1].strip():
            found = _SECTION.fullmatch(line)
            section = found[1] if found else section
            current = None
        elif section == "Features" and (found := _FEATURE.fullmatch(line)):
            if len(features) < _MAX_PACKAGES:
                features.add(found[1])
        elif section == "Packages" and (found := _PACKAGE.match(line)):
            current = {}
            put(tables, found[1], current, cap=_MAX_PACKAGES)
        elif current is not None:
            _package_line(line, current)
    require(tables or features, "package dump", text)
    packages = {name: _installed(name, table) for name, table in tables.items()}
    return PackageManager(packages=frozen(packages), features=frozenset(features))


def _package_line(line: str, table: dict[str, str]) -> None:
    if (found := _FIELD.fullmatch(line)) and found[1] in _KEPT:
        table.setdefault(found[1], found[2].strip())
    elif (found := _USER.match(line)) and found[2] == "true" and found[3]:
        table.setdefault("enabled", found[3])


def _installed(name: str, table: Mapping[str, str]) -> InstalledPackage:
    flags = _FLAGS.match(table.get("pkgFlags") or table.get("flags") or "")
    enabled = whole(table.get("enabled"))
    installer = table.get("installerPackageName")
    return InstalledPackage(
        name=name,
        version_name=table.get("versionName"),
        version_code=whole(table.get("versionCode", "").split(" ")[0]),
        flags=frozenset(flags[1].split() if flags else ()),
        installer=None if installer == "null" else installer,
        code_path=table.get("codePath"),
        first_install_time=table.get("firstInstallTime"),
        last_update_time=table.get("lastUpdateTime"),
        enabled=None if enabled is None else enabled < _DISABLED_FROM,
    )
