#!/usr/bin/env bash
# Hands its arguments to the resident worker at BOGO_PORT, and ends as the worker says. A Node process for each of
# thousands of tests would cost more than the tests.
if [ -n "$BOGO_LIST" ]; then
  # Only the names of tests are wanted.
  [ "${!#}" = -is-handshaker-supported ] && echo No && exit 0
  exit 89
fi
exec 3<>"/dev/tcp/127.0.0.1/$BOGO_PORT" || exit 1
printf '%s\0' "$BOGO_TOKEN" "$#" "$@" >&3
IFS= read -r -d '' code <&3 || { echo 'the worker is gone' >&2; exit 90; }
IFS= read -r -d '' out <&3
IFS= read -r -d '' err <&3
printf '%s' "$out"
printf '%s' "$err" >&2
exit "$code"
