#!/usr/bin/env python3
"""A chat room: one process for everyone, which reads and writes events as lines of JSON."""
import json
import sys

last = 0
numbers = {}  # of those who are here, by the ids of their connections

for line in sys.stdin.buffer:
    event = json.loads(line)
    if event["type"] == "open":
        last += 1
        numbers[event["id"]] = last
        print(last, "came", file=sys.stderr)
    elif event["type"] == "message" and "data" in event:  # bytes would be in "base64"
        text = f"from{numbers[event['id']]}: {event['data']}"
        print(json.dumps({"type": "send", "to": "*", "data": text}), flush=True)
    elif event["type"] == "close":
        print(numbers.pop(event["id"]), "left with", event["code"], file=sys.stderr)
