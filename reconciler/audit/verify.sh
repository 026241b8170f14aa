#!/bin/sh
# Checks audit logs without reconciler: sh verify.sh [-k KEYS] RUN_ID.jsonl...
# Needs sha256sum, jq and openssl 3. KEYS has verifier keys, one a line.
# Exit 0: whole; 7: open, torn or not vouched for by KEYS; 5: broken.
set -u
export LC_ALL=C
keys=
if [ "${1-}" = -k ]; then
  keys=$2
  shift 2
fi
code=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

tell() { # CODE WORDS
  echo "$file: $2"
  if [ "$code" -ne 5 ]; then code=$1; fi
}

# Each line names its run, its number, and the hash of the line before; keys stand there once.
check_chain() {
  prev=0000000000000000000000000000000000000000000000000000000000000000
  seq=0
  while IFS= read -r line; do
    echo "$seq $prev $run"
    prev=$(printf '%s' "$line" | sha256sum | cut -d ' ' -f 1)
    seq=$((seq + 1))
  done <"$work/log" >"$work/true"
  jq -r '"\(.seq) \(.prev) \(.run_id)"' "$work/log" >"$work/told" 2>"$work/errors"
  cmp -s "$work/true" "$work/told" || tell 5 "the chain is broken"
  jq -cS . "$work/log" >"$work/again" 2>"$work/errors"
  cmp -s "$work/log" "$work/again" || tell 5 "a line is not in canonical form"
}

# Intent comes before response, and that before the outcome; no more is sent than was planned.
check_sense() {
  jq -s '
    def key: [.batch.account, .batch.number, .batch.attempt];
    ([.[] | select(.type | IN("batch.intent", "batch.response", "batch.settled"))]
      | group_by(key) | map(map(.type))) as $stages
    | ["batch.intent", "batch.response", "batch.settled"] as $whole
    | if any($stages[]; . as $one | $whole[:($one | length)] != $one) then 5
      elif ([.[] | select(.type == "batch.intent") | .batch as $in | .items[]
        | [$in.account, $in.container, .id]] | unique | length) > .[0].deletions then 5
      elif .[-1].type != "run.finished" then 7
      else 0 end' "$work/log" >"$work/sense" 2>"$work/errors"
  case $(cat "$work/sense") in
    0) ;;
    7) tell 7 "the run has not finished" ;;
    *) tell 5 "it tells what cannot be" ;;
  esac
}

# The signature lines of a note: is one of a given key, and good?
check_signatures() { # TEXT SIGNATURES
  while IFS=' ' read -r _ name encoded; do
    id=$(printf '%s' "$encoded" | base64 -d 2>/dev/null | head -c 4 | od -An -tx1 | tr -d ' \n')
    key=$(start="$name+$id+" awk '
      BEGIN { start = ENVIRON["start"] }
      index($0, start) == 1 { print substr($0, length(start) + 1); exit }' "$keys")
    [ -n "$key" ] || continue
    {
      printf '\060\052\060\005\006\003\053\145\160\003\041\000' # "this is Ed25519", in DER
      printf '%s' "$key" | base64 -d | tail -c 32
    } >"$work/key"
    printf '%s' "$encoded" | base64 -d | tail -c +5 >"$work/signature"
    if openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$1" \
      -sigfile "$work/signature" >"$work/errors" 2>&1; then
      signed=$((signed + 1))
      [ "$size" -le "$vouched" ] || vouched=$size
    else
      tell 5 "checkpoint $notes has a signature that is not of its key"
    fi
  done <"$2"
}

# Each checkpoint: origin, number of lines, hash of the last of them; an empty line; signatures.
check_checkpoints() {
  notes=0
  signed=0
  vouched=0
  rm -f "$work"/note*
  [ ! -f "${file%.jsonl}.checkpoints" ] || awk -v to="$work/note" '
    BEGIN { number = 1 }
    $0 == "" { if (behind) number++; behind = !behind; next }
    { print > (to number (behind ? ".signatures" : ".text")) }' "${file%.jsonl}.checkpoints"
  while [ -f "$work/note$((notes + 1)).text" ]; do
    notes=$((notes + 1))
    text=$work/note$notes.text
    { read -r origin && read -r size && read -r head; } <"$text"
    case $size in *[!0-9]* | '') size=0 ;; esac
    found=$(sed -n "${size}p" "$work/log" 2>/dev/null | tr -d '\n' | sha256sum | cut -d ' ' -f 1)
    if [ "$origin" != "reconciler.audit/1/$(head -n 1 "$work/log" | jq -r .log_id)/$run" ] ||
      [ "$found" != "$head" ] || [ "$(wc -l <"$text")" -ne 3 ]; then
      tell 5 "checkpoint $notes contradicts the lines"
    elif [ -n "$keys" ] && [ -f "${text%.text}.signatures" ]; then
      check_signatures "$text" "${text%.text}.signatures"
    fi
  done
  [ -z "$keys" ] || [ "$vouched" -ge "$lines" ] ||
    tell 7 "no signature of a given key vouches for the lines behind $vouched"
}

for file in "$@"; do
  run=$(basename "$file" .jsonl)
  lines=$(wc -l <"$file" | tr -d ' ')
  head -n "$lines" "$file" >"$work/log"
  [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || tell 7 "the last line is torn"
  check_chain
  check_sense
  check_checkpoints
  echo "$file: $lines lines up to $prev, $notes checkpoints, $signed signed by a given key"
done
exit "$code"
