"""``dumpsys dropbox``. Layouts seen on Android 7 to 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.drops import draw_drops

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_RATE_LIMIT_SINCE = 29
_PREVIEW = 70


def show_dropbox(phone: Phone, arguments: list[str]) -> str:
    """List the drop box; ``--print`` adds the texts, another word keeps the entries whose tag or date holds it."""
    printing = any(word in ("-p", "--print") for word in arguments)
    words = [word for word in arguments if not word.startswith("-")]
    drops = draw_drops(phone)
    lines = [f"Drop box contents: {len(drops)} entries"]
    if phone.profile.sdk >= _RATE_LIMIT_SINCE:
        lines += [
            "Max entries: 1000",
            "Low priority rate limit period: 2000 ms",
            "Low priority tags: {data_app_wtf, keymaster, system_server_wtf, system_app_wtf, netstats}",
        ]
    if words:
        lines.append(f"Searching for: {' '.join(words)}")
    lines.append("")
    for drop in drops:
        when = drop.at.strftime("%Y-%m-%d %H:%M:%S")
        head = f"{when} {drop.tag} (text, {len(drop.text.encode())} bytes)"
        if not all(word in head for word in words):
            continue
        if printing:
            lines += ["========================================", head, drop.text]
        else:
            preview = drop.text.replace("\n", "/")
            lines += [head, "    " + (preview if len(preview) <= _PREVIEW else preview[:_PREVIEW] + " ...")]
    if words and not any(line and line[0].isdigit() for line in lines):
        lines.append("(No entries found.)")
    return "\n".join(lines) + "\n"
