#!/bin/sh
# Before the services start, and each time again: the issuer's key if there is none yet, and the topics.
set -eu
key=${1:-/issuer/issuer.key}
test -f "$key" || headway keys "$key"
# 4: a topic is there and not as the settings say; it is said, and stops nothing.
headway topics || test $? -eq 4
