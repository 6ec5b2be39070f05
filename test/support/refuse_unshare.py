"""Runs a program under a seccomp filter that refuses unshare(2) with EPERM, as those of containers do: refuse_unshare.py PROGRAM ARGUMENT…"""

import ctypes
import os
import platform
import struct
import sys

UNSHARE = {"x86_64": 272, "aarch64": 97, "armv7l": 337, "ppc64le": 282, "riscv64": 97, "s390x": 303}[platform.machine()]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1

FILTER = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in [(LOAD_WORD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, UNSHARE), (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(FILTER) // 8, FILTER)
for arguments in [(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)]:
    if libc.prctl(*arguments) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
