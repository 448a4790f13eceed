#!/bin/sh
# Looks up in the registry what the tags of docker-compose.yml are today, and has .env beside it name the images by digest from now on. Again, to go on to newer ones.
set -eu
file=${1:-$(dirname "$0")/../.env}
umask 077
touch "$file"
for one in KAFKA_IMAGE=apache/kafka:4.3.1 MONGO_IMAGE=mongo:8.0 PYTHON_IMAGE=python:3.11.14-slim-bookworm; do
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "${one#*=}")
  sed -i.before "/^${one%%=*}=/d" "$file"
  rm -f "$file.before"
  echo "$one@$digest" >> "$file"
done
