#!/usr/bin/env python3
"""A language server for plain text: it finds long lines and forgotten notes, and completes words of the text."""
import json
import re
import sys

LONGEST = 80
documents = {}  # their texts, by their addresses


def read():
    """The next message: a header block with Content-Length, and then so many bytes of JSON."""
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def write(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


def units(text):
    """Characters as the protocol counts them: in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def problem(number, line, start, end, severity, message):
    at = [{"line": number, "character": units(line[:place])} for place in (start, end)]
    return {"range": {"start": at[0], "end": at[1]}, "severity": severity, "message": message}


def check(uri):
    problems = []
    for number, line in enumerate(documents[uri].split("\n")):
        if len(line) > LONGEST:
            message = f"The line has {len(line)} characters: {LONGEST} are easy to read"
            problems.append(problem(number, line, LONGEST, len(line), 2, message))
        for note in re.finditer(r"\b(TODO|FIXME)\b", line):
            problems.append(problem(number, line, *note.span(), 3, "Something is left to be done"))
    write(method="textDocument/publishDiagnostics", params={"uri": uri, "diagnostics": problems})


def complete(params):
    text = documents[params["textDocument"]["uri"]]
    line = text.split("\n")[params["position"]["line"]].encode("utf-16-le")
    before = line[: 2 * params["position"]["character"]].decode("utf-16-le", "ignore")
    begun = re.search(r"\w*$", before)[0]
    words = set(re.findall(r"\w+", text)) - {begun}
    return [{"label": word} for word in sorted(words) if begun and word.startswith(begun)]


while (message := read()) is not None:
    method, params = message.get("method"), message.get("params")
    if method == "initialize":
        able = {"textDocumentSync": 1, "completionProvider": {}}
        write(id=message["id"], result={"capabilities": able, "serverInfo": {"name": "words"}})
    elif method == "textDocument/didOpen":
        documents[params["textDocument"]["uri"]] = params["textDocument"]["text"]
        check(params["textDocument"]["uri"])
    elif method == "textDocument/didChange":
        documents[params["textDocument"]["uri"]] = params["contentChanges"][-1]["text"]
        check(params["textDocument"]["uri"])
    elif method == "textDocument/completion":
        write(id=message["id"], result=complete(params))
    elif method == "shutdown":
        write(id=message["id"], result=None)
    elif method == "exit":
        break
    elif "id" in message:
        error = {"code": -32601, "message": f"There is no {method} here"}
        write(id=message["id"], error=error)
