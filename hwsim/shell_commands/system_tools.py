"""Commands about the system: id, uname, date, uptime, ps, top, dmesg and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.bugreport import bugreport_name, bugreport_zip
from hwsim.render.kernel import show_dmesg
from hwsim.render.power import cpu_shares

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

_GROUPS = (
    "2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),1028(sdcard_r),"
    "3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),3011(uhid)"
)


async def run_id(process: Process) -> int:
    """Print who the shell user is."""
    if process.arguments[:1] == ["-u"]:
        process.out("2000\n")
    else:
        process.out(f"uid=2000(shell) gid=2000(shell) groups={_GROUPS} context=u:r:shell:s0\n")
    return 0


async def run_whoami(process: Process) -> int:
    """Print the user's name."""
    process.out("shell\n")
    return 0


async def run_uname(process: Process) -> int:
    """Print the kernel's name, or more with -r and -a."""
    kernel = process.phone.profile.kernel
    parts = {"-r": kernel, "-m": "aarch64", "-n": "localhost", "-s": "Linux"}
    if process.arguments[:1] == ["-a"]:
        process.out(f"Linux localhost {kernel} #1 SMP PREEMPT Toybox aarch64\n")
    else:
        process.out(" ".join(parts.get(word, "Linux") for word in process.arguments or ["-s"]) + "\n")
    return 0


async def run_date(process: Process) -> int:
    """Print the phone's wall clock; a format after ``+`` is honoured."""
    now = process.phone.clock.now
    form = next((word[1:] for word in process.arguments if word.startswith("+")), None)
    if form is None:
        process.out(
            now.strftime("%a %b %e %H:%M:%S ")
            + (process.phone.clock.zone.tzname(None) or "GMT").replace("UTC", "GMT")
            + now.strftime(" %Y\n")
        )
    else:
        process.out(
            now.strftime(form.replace("%s", str(int(now.timestamp()))).replace("%N", f"{now.microsecond * 1000:09d}"))
            + "\n"
        )
    return 0


async def run_uptime(process: Process) -> int:
    """Print the time since boot."""
    clock = process.phone.clock
    minutes = int(clock.uptime_s // 60)
    span = f"{minutes // 60:2}:{minutes % 60:02}" if minutes >= 60 else f"{minutes} min"
    load = bytes(process.phone.files.read("/proc/loadavg")).split()[:3]
    process.out(
        f" {clock.now.strftime('%H:%M:%S')} up {span},  0 users,  "
        f"load average: {', '.join(part.decode() for part in load)}\n"
    )
    return 0


async def run_getenforce(process: Process) -> int:
    """Print SELinux's mode."""
    process.out("Enforcing\n")
    return 0


async def run_ps(process: Process) -> int:
    """List processes."""
    process.out(f"{'USER':14}{'PID':>6}{'PPID':>6}{'VSZ':>9}{'RSS':>7} {'WCHAN':19}{'ADDR':>5} S {'NAME'}\n")
    for name, pid in process.phone.processes.items():
        app = process.phone.software.find(name)
        user = app.uid_name if app else "root" if pid < 400 else "system"
        process.out(
            f"{user:14}{pid:>6}{1 if app is None else 871:>6}{12_800_000 if app else 2_130_000:>9}{90_000:>7} "
            f"{'do_epoll_wait':19}{0:>5} S {name}\n"
        )
    return 0


async def run_top(process: Process) -> int:
    """Print the busiest processes once."""
    process.out(
        f"Tasks: {len(process.phone.processes)} total,   1 running, "
        f"{len(process.phone.processes) - 1} sleeping,   0 stopped,   0 zombie\n"
    )
    process.out("  PID USER         PR  NI VIRT  RES  SHR S[%CPU] %MEM     TIME+ ARGS\n")
    for share, pid, name in cpu_shares(process.phone):
        app = process.phone.software.find(name)
        user = app.uid_name if app else "system"
        process.out(f"{pid:5} {user:12} 20   0  14G 180M 120M S {share:5.1f}  2.4   1:12.10 {name}\n")
    return 0


async def run_dmesg(process: Process) -> int:
    """Print the kernel log where the maker allows it to the shell user."""
    if not process.phone.profile.dmesg_allowed:
        process.err("dmesg: klogctl: Operation not permitted")
        return 1
    process.out(show_dmesg(process.phone))
    return 0


async def run_bugreportz(process: Process) -> int:
    """Write a bug report and say where it is, as ``adb bugreport`` expects."""
    if process.arguments[:1] == ["-v"]:
        process.err("1.1")  # the real one, too, tells its version on standard error
        return 0
    path = f"/data/user_de/0/com.android.shell/files/bugreports/{bugreport_name(process.phone)}.zip"
    if "-p" in process.arguments:
        process.out(f"BEGIN:{path}\nPROGRESS:10/100\n")
        await process.stdout.flush()
    process.phone.files.store_report(path, bugreport_zip(process.phone))
    process.out(f"OK:{path}\n")
    return 0


async def run_free(process: Process) -> int:
    """Print memory use."""
    total = process.phone.profile.ram_mb * 1024 * 1024
    process.out(
        "\t\ttotal        used        free      shared     buffers\nMem: "
        f"   {total:>12} {total * 3 // 5:>12} {total * 2 // 5:>12}\n"
    )
    return 0
