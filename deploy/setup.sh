#!/bin/sh
# Before the services start, and each time again: the topics, and who may do what with them.
set -eu
rights=/deploy/acls.json
test -f "$rights" && set -- --acls "$rights" || set --
# 4: a topic is there and not as the settings say; it is said, and stops nothing.
headway topics "$@" || test $? -eq 4
