"""Starting a program that refuses to run as root, and one that ends with its parent.

As an ordinary user there is nothing to do. As root on Linux the program runs in a user namespace in which root is called
nobody: it reads and writes root's own folders. Where the kernel forbids that (some containers), it runs as the user
nobody, who must then be able to reach the program and the data.
"""

import contextlib
import ctypes
import functools
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tracker.errors import Unavailable

NOBODY = "nobody"
_CLONE_NEWUSER, _PR_SET_PDEATHSIG = 0x10000000, 1
_NAMELESS_ID = 65534
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True)


def launch(
    command: Sequence[str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    ends_with_parent: signal.Signals | None = None,
    privileged: bool = False,
) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own, as somebody who is not root unless `privileged`.

    ends_with_parent: on Linux, the signal it gets when the thread that started it ends, even by kill -9.
    Raises Unavailable with a sentence when root can neither make a user namespace nor use the user nobody.
    """
    user = None if privileged else user_id()
    with_namespace = not privileged and user is None and os.geteuid() == 0
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            cwd="/",
            user=user,
            group=None if user is None else pwd.getpwuid(user).pw_gid,
            extra_groups=None if user is None else [],
            preexec_fn=functools.partial(_settle, with_namespace, ends_with_parent),  # noqa: PLW1509  # one thread
        )
    except PermissionError as error:
        raise Unavailable(
            f"以 root 运行时，PostgreSQL 须由用户 {NOBODY} 启动，但该用户打不开 {command[0]}；"
            "请改用普通用户运行，或把程序放到所有用户可读的目录。"
        ) from error


def user_id() -> int | None:
    """Return the user who must own the data of what `launch` starts, or None when it is the present one."""
    return None if os.geteuid() != 0 or not _LINUX or _namespace_allowed() else pwd.getpwnam(NOBODY).pw_uid


def may_own(user: int) -> bool:
    """Return whether data of this user is ours: the present user's, or, for root, what nobody kept on an earlier start."""
    return user == os.geteuid() or (os.geteuid() == 0 and user == pwd.getpwnam(NOBODY).pw_uid)


def give(folder: Path) -> None:
    """Make the folder and all in it belong to whoever `launch` runs as; raises Unavailable if he cannot reach it."""
    if os.geteuid() != 0 or not _LINUX:
        return
    user = user_id()
    owner = pwd.getpwuid(user or 0)
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != owner.pw_uid:
            os.lchown(path, owner.pw_uid, owner.pw_gid)
    with launch(
        ["/bin/sh", "-c", 'cd "$0"', str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as look:
        if look.wait():
            raise Unavailable(
                f"以 root 运行时，PostgreSQL 须由用户 {NOBODY} 启动，但该用户进不了 {folder}；"
                "请改用普通用户运行，或用 TRACKER_HOME 指定所有用户可进入的目录。"
            )


@functools.cache
def _namespace_allowed() -> bool:
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        settle = functools.partial(_settle, True, None)
        return subprocess.run(["/bin/true"], preexec_fn=settle, check=False).returncode == 0
    return False


def _settle(namespace: bool, ends_with_parent: signal.Signals | None) -> None:
    """Run in the child before the program: who it is, then when it ends (a change of identity would undo the latter)."""
    if namespace:
        user, group = os.getuid(), os.getgid()  # nameless once inside
        if _libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{_NAMELESS_ID} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{_NAMELESS_ID} {group} 1")
    if ends_with_parent is not None:
        end_with_parent(ends_with_parent)


def end_with_parent(asked: signal.Signals) -> None:
    """Have the kernel send this process the signal when the thread that started it ends (Linux; elsewhere nothing)."""
    if _LINUX:
        _libc.prctl(_PR_SET_PDEATHSIG, int(asked))
