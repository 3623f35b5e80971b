#!/usr/bin/env python3
"""Each line becomes a message."""
import time

for count in range(1, 11):
    # Without flush, Python would keep it until the end: its output is no terminal.
    print(count, flush=True)
    time.sleep(0.1)
