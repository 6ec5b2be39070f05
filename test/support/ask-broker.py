"""Asks rtnetlink-broker what stdin says, a line of JSON each: {"task", "domain", "type", "protocol", "flags", "path", "pass", "raw"}.

Prints a line for each answer, [call, error, number of descriptors], then the exit code: native/sys/broker_messages.h is the contract.
"pass" sends a descriptor along: "net", the first one of the last kCreate; "user", that of the user namespace; "null", /dev/null.
"look" prints what /proc has of the broker.
"""

import array
import json
import os
import socket
import struct
import subprocess
import sys
import time

ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
ours.settimeout(10)
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
broker = subprocess.Popen([sys.argv[1], "serve"], stdin=theirs, close_fds=False, **quiet)
theirs.close()
kept = {"null": os.open("/dev/null", os.O_RDONLY)}


def look():
    here = f"/proc/{broker.pid}"
    while open(f"{here}/stat").read().rsplit(") ", 1)[1][0] != "S":
        time.sleep(0.001)  # It has answered, and is not yet done.
    with open(f"{here}/status") as status:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    files = sorted(os.readlink(f"{here}/fd/{fd}").split(":")[0] for fd in os.listdir(f"{here}/fd"))
    names = ("CapEff", "CapPrm", "CapBnd", "CapInh", "NoNewPrivs", "Threads")
    maps = {name: open(f"{here}/{name}").read().split() for name in ("uid_map", "gid_map")}
    return {**{name: fields[name] for name in names}, **maps, "files": files, "cwd": os.readlink(f"{here}/cwd")}


def ask(question):
    fields = [question.get(name, 0) for name in ("task", "domain", "type", "protocol", "flags")]
    path = question.get("path", "").encode()
    data = bytes.fromhex(question["raw"]) if "raw" in question else struct.pack("=Iiiii256s", *fields, path)
    along = [kept[name] for name in question.get("pass", "").split()]
    ours.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", along))] if along else [])
    answer, control, _, _ = ours.recvmsg(64, socket.CMSG_SPACE(16))
    if not answer:
        return None
    descriptors = array.array("i")
    for _, _, part in control:
        descriptors.frombytes(part)
    if question.get("task") == 1 and descriptors:
        kept["user"] = descriptors[0]
    if question.get("task") == 2 and descriptors:
        kept["net"] = descriptors[0]
    return [*struct.unpack("=Ii", answer), len(descriptors)]


for line in sys.stdin:
    question = json.loads(line)
    try:
        print(json.dumps(look() if question.get("look") else ask(question)), flush=True)
    except (BrokenPipeError, ConnectionResetError):
        print("null", flush=True)
ours.close()
print(broker.wait(10))
