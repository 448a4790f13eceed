#!/bin/sh
# Makes the passwords that docker-compose.yml asks for, into .env beside it (or the file that is named): those that are missing, and no other. Nobody else can read the file.
set -eu
file=${1:-$(dirname "$0")/../.env}
umask 077
touch "$file"
chmod 600 "$file"
for name in KAFKA_PASSWORD KAFKA_SUBSCRIBER_PASSWORD MONGO_PASSWORD MONGO_OPERATOR_PASSWORD MONGO_KEY PEER_SECRET; do
  grep -q "^$name=." "$file" || echo "$name=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" >> "$file"
done
