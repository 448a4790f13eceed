#!/bin/sh
# MongoDB that asks who one is, which a replica set does by a key of its members; health.js makes the users.
set -eu
umask 077
rm -f /data/configdb/key
printf '%s' "$MONGO_KEY" > /data/configdb/key
chown mongodb:mongodb /data/configdb/key
exec docker-entrypoint.sh mongod --replSet rs0 --bind_ip_all --keyFile /data/configdb/key
