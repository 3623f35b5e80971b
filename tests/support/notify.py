"""Listens as a service manager does (sd_notify(3)), at a path or an @name, and prints each message and its sender.

A line is a message as JSON: its lines, and the number of the process that has sent it.
"""
import json
import socket
import struct
import sys

name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
receiver.bind("\0" + name[1:] if name.startswith("@") else name)
print("listening", flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, socket.CMSG_SPACE(12))
    sender = next(struct.unpack("3i", value)[0] for _, kind, value in ancillary if kind == 2)
    print(json.dumps({"lines": data.decode().split("\n"), "sender": sender}), flush=True)
