#!/bin/sh
# Before all else, and each time again: the issuer's key if there is none yet, and its public half where the services find it. No server is asked.
set -eu
key=${1:-/issuer/issuer.key}
verifier=${2:-/verifier}
test -f "$key" || headway keys "$key"
cp "$key.pub" "$verifier/.issuer.key.pub"
chmod 644 "$verifier/.issuer.key.pub"
mv "$verifier/.issuer.key.pub" "$verifier/issuer.key.pub"
