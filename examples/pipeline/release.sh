#!/bin/sh
# Releases a standard change through Headway: its class is approved by the change advisory board, so no sitting is needed, only the evidence.
#
#   release.sh change VERSION EVIDENCE...   with a team's token: proposes the release, asks for the change, and attaches each piece of evidence
#   release.sh publish VERSION              with the product owner's token: signs the release off and publishes it
#
# Evidence that a connected source tells of by webhook need not be among EVIDENCE (README.md).
#
# HEADWAY_URL, HEADWAY_TOKEN, PRODUCT and CHANGE_CLASS say where, as whom and what; RUN_URL is where this run can be looked at. A job that is run again
# says nothing twice: each command has a key of its own (`Idempotency-Key`). What Headway refuses ends the job, with the rule and the remedy in its log.
set -eu

say() { # COMMAND JSON
	service=${1%%.*} verb=${1#*.}
	key="$release:$verb:$(printf %s "$2" | cksum | tr ' ' -)"
	if ! answer=$(curl --silent --show-error --fail-with-body --request POST "$HEADWAY_URL/$service/v1/commands/$verb" \
		--header "Authorization: Bearer $HEADWAY_TOKEN" --header "Idempotency-Key: $key" --json "$2"); then
		echo "$1 was refused: $answer" >&2
		exit 1
	fi
	echo "$1: $answer"
}

step=$1 version=$2
release="$PRODUCT-$version"
shift 2
case $step in
change)
	say roadmap.propose_release "{\"release\": \"$release\", \"product\": \"$PRODUCT\", \"stage\": \"live\", \"title\": \"$version\"}"
	say roadmap.raise_change_request "{\"change\": \"$release\", \"product\": \"$PRODUCT\", \"release\": \"$release\", \"title\": \"Release $version\", \"change_class\": \"$CHANGE_CLASS\"}"
	for evidence in "$@"; do
		say roadmap.attach_evidence "{\"change\": \"$release\", \"evidence\": \"$evidence\", \"url\": \"$RUN_URL\"}"
	done
	;;
publish)
	say roadmap.sign_off_release "{\"release\": \"$release\"}"
	say roadmap.publish_release "{\"release\": \"$release\"}"
	;;
esac
