#!/usr/bin/env bash
# One shell for everybody who comes: what one types, all see.
printf 'Everybody who opens this page is at this shell.\r\n'
exec bash --norc --noprofile -i
