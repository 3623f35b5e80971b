#!/usr/bin/env bash
# Each line becomes a message.
for ((count = 1; count <= 10; count++)); do
  echo "$count"
  sleep 0.1
done
