#!/bin/sh
# Before the services start, and each time again: the issuer's key if there is none yet, its public half where the services find it, the topics, and who may do what with them.
set -eu
key=${1:-/issuer/issuer.key}
verifier=${2:-/verifier}
rights=/deploy/acls.json
test -f "$key" || headway keys "$key"
cp "$key.pub" "$verifier/.issuer.key.pub"
chmod 644 "$verifier/.issuer.key.pub"
mv "$verifier/.issuer.key.pub" "$verifier/issuer.key.pub"
test -f "$rights" && set -- --acls "$rights" || set --
# 4: a topic is there and not as the settings say; it is said, and stops nothing.
headway topics "$@" || test $? -eq 4
