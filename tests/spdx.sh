#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file says its licence in its first lines, or REUSE.toml says it for files that cannot.
set -eu

cd "${FUNDSTELLE_SRC:-$(dirname "$0")/..}"

# All that git tracks or would track; in a tarball, where built files lie in between, the sources.
list_files() {
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
		git -c core.quotePath=false ls-files --cached --others --exclude-standard
	else
		find base stemmer store indexer query lib cli tests tools bench docs corpus -name '*.[ch]' -o -name '*.sh' -o -name '*.py' \
			-o -name '*.md' -o -name "*.[1-9]" -o -name "*.am"
		ls configure.ac Makefile.am README.md NEWS dist/* scripts/*
	fi | LC_ALL=C sort
}

# The paths of REUSE.toml, as patterns of the shell (whose * crosses slashes as ** does there); but for the one that says the holder of all.
patterns=$(sed -n 's/^path = "\(.*\)"$/\1/p' REUSE.toml | grep -vxF '**')

is_declared() {
	for pattern in $patterns; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
}

missing=$(set -f; list_files | while IFS= read -r file; do
	[ -f "$file" ] || continue
	case $file in LICENSES/*) continue ;; esac
	head -n 5 "$file" | grep -aq 'SPDX-License-Identifier: GPL-2\.0-or-later' && continue
	is_declared "$file" || printf '%s\n' "$file"
done)

if [ -n "$missing" ]; then
	printf '%s\n' "$missing" | sed 's/$/: no SPDX-License-Identifier in its first five lines/' >&2
	exit 1
fi
echo 'spdx: every file says its licence'
