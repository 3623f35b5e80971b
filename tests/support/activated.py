"""Starts a program with listening sockets, as systemd does (sd_listen_fds(3)), and says where these are.

    activated.py KIND,… RUNS [VARIABLE=VALUE…] -- PROGRAM ARG…

SIGTERM is passed on to the program, which is not started again then. A KIND is tcp, tcp6, udp, or the path of a Unix socket, or none for a descriptor that is not there. It goes on holding
them, as systemd does, and starts the program as often as is said, each time after the end of the time before.
"""
import os
import signal
import socket
import sys

kinds, runs, *rest = sys.argv[1:]
variables = dict(word.split("=", 1) for word in rest[: rest.index("--")])
program = rest[rest.index("--") + 1 :]

held = []
for kind in kinds.split(","):
    if kind == "none":
        continue
    if kind in ("tcp", "tcp6", "udp"):
        family = socket.AF_INET6 if kind == "tcp6" else socket.AF_INET
        type = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
        one = socket.socket(family, type)
        one.bind(("::1" if kind == "tcp6" else "127.0.0.1", 0))
        print("listening", one.getsockname()[1], file=sys.stderr, flush=True)
    else:
        one = socket.socket(socket.AF_UNIX)
        one.bind(kind)
        print("listening", kind, file=sys.stderr, flush=True)
    if kind != "udp":
        one.listen(128)
    held.append(one)

pid = 0
left = int(runs)


def end(*_):
    global left
    left = 0
    if pid:
        os.kill(pid, signal.SIGTERM)


signal.signal(signal.SIGTERM, end)

status = 0
while left > 0:
    left -= 1
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Out of the way first: what it is to become may be there already.
        high = [os.dup2(one.fileno(), 100 + index) for index, one in enumerate(held)]
        for index, fd in enumerate(high):
            os.dup2(fd, 3 + index)
            os.close(fd)
        os.environ["LISTEN_FDS"] = str(len(kinds.split(",")))
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ.update(variables)
        os.execvp(program[0], program)
    print("started", pid, file=sys.stderr, flush=True)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print("ended", status, file=sys.stderr, flush=True)
sys.exit(status if status >= 0 else 128 - status)
