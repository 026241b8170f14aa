#!/usr/bin/env bash
# Installs the program once per job, from the repository that this action is part of and at the
# same commit. PyPI's `reconciler` is another project: nothing is ever installed by that name.
set -euo pipefail

from="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
home="$RUNNER_TEMP/reconciler"
version="$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$from/reconciler/__init__.py")"

# The path names the commit wherever GitHub has fetched the action.
if [[ -f "$home/made-of" && "$(<"$home/made-of")" == "$version $from" ]]; then
  exit
fi

rm -rf "$home"
"${PYTHON:-python3}" -m venv "$home"
pip=("$home/bin/python" -I -m pip --quiet --disable-pip-version-check --no-input install)
"${pip[@]}" --only-binary :all: --require-hashes --requirement "$from/requirements/run.txt"
"${pip[@]}" --no-deps --no-build-isolation "$from"
printf '%s\n' "$version $from" >"$home/made-of"
