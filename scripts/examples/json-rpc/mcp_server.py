#!/usr/bin/env python3
"""A server of the Model Context Protocol, on stdio as any other: a line of JSON is a message."""
import collections
import json
import random
import re
import sys


def roll(sides, times):
    """Rolls dice."""
    return " ".join(str(random.randint(1, sides)) for _ in range(times))


def count_words(text):
    """Counts the words of a text, and says which is the most frequent."""
    words = re.findall(r"\w+", text.lower())
    if not words:
        raise ValueError("There is no word in it")
    word, times = collections.Counter(words).most_common(1)[0]
    return f"{len(words)} words; the most frequent is “{word}”, {times} times"


INTEGER = {"type": "integer", "minimum": 1, "maximum": 100}
TOOLS = {
    "roll": (roll, {"sides": {**INTEGER, "default": 6}, "times": {**INTEGER, "default": 2}}),
    "count_words": (count_words, {"text": {"type": "string"}}),
}


def describe(name):
    run, properties = TOOLS[name]
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": run.__doc__, "inputSchema": schema}


def call(name, arguments):
    """What a tool says; what goes wrong in it is for whoever called it, and no error of the protocol."""
    try:
        return {"content": [{"type": "text", "text": TOOLS[name][0](**arguments)}], "isError": False}
    except (KeyError, TypeError, ValueError) as error:
        return {"content": [{"type": "text", "text": str(error)}], "isError": True}


for line in sys.stdin.buffer:
    message = json.loads(line)
    method, params = message.get("method"), message.get("params") or {}
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if method == "initialize":
        answer["result"] = {
            "protocolVersion": params.get("protocolVersion", "2025-06-18"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "dice and words", "version": "1.0.0"},
        }
    elif method == "ping":
        answer["result"] = {}
    elif method == "tools/list":
        answer["result"] = {"tools": [describe(name) for name in TOOLS]}
    elif method == "tools/call":
        answer["result"] = call(params.get("name"), params.get("arguments") or {})
    else:
        answer["error"] = {"code": -32601, "message": f"There is no {method} here"}
    print(json.dumps(answer), flush=True)
