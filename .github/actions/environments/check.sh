#!/bin/bash
# Says of every environment with keys what it lacks; fails if one lacks something.
#
# Whoever may push some branch may start a workflow of their own there. It gets the keys of every
# environment that lets all branches in, unless somebody has to approve the job.
set -euo pipefail

accounts="$(jq -r '.[]' <<<"${ACCOUNTS:-[]}")"
failed=0

check() { # NAME, and whether it needs reviewers: true or false
  local url answer lacks
  url="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/environments/$(jq -rn --arg name "$1" '$name | @uri')"
  # The token goes by stdin: others on the machine can read a command line.
  if ! answer="$(curl --silent --show-error --fail --retry 3 --header @- "$url" \
    <<<"Authorization: Bearer $GH_TOKEN")"; then
    lacks="is missing, or cannot be read"
  elif ! lacks="$(jq -r --argjson reviewed "$2" '
    [ if $reviewed and (any(.protection_rules[]?; .type == "required_reviewers") | not)
      then "required reviewers" else empty end,
      if .deployment_branch_policy == null
      then "deployment branches: every branch may use it" else empty end ]
    | if . == [] then "" else "has no " + join(", and no ") end' <<<"$answer")"; then
    lacks="cannot be read"
  fi
  if [ -n "$lacks" ]; then
    echo "::error::The environment $1 $lacks"
    failed=1
  fi
}

check "$PLANNING" false
if [ "$UNREVIEWED" = true ]; then reviewed=false; else reviewed=true; fi
for account in $accounts; do
  check "$PREFIX$account" "$reviewed"
done
exit "$failed"
