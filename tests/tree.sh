#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every source file is in its folder's sources.am, every suite in tests/suites.h: what is forgotten there is not built, not tested, not shipped. And documents
# name no file that is not there.
set -eu

cd "${FUNDSTELLE_SRC:-$(dirname "$0")/..}"
failed=0

for file in $(find base stemmer store indexer query xapian lib cli tests -name '*.[ch]' -o -name '*.cc' | LC_ALL=C sort); do
	if ! cat Makefile.am "${file%%/*}/sources.am" | tr -s '[:space:]' '\n' | grep -qxF "$file"; then
		echo "$file: not in ${file%%/*}/sources.am" >&2
		failed=1
	fi
done

for file in tests/test_*.c; do
	suite=${file#tests/test_}
	suite=${suite%.c}
	if ! grep -qxF "SUITE($suite)" tests/suites.h; then
		echo "$file: its suite is not in tests/suites.h" >&2
		failed=1
	fi
done

# What documents name in backquotes, below a folder of ours and without a star, is there.
for document in *.md docs/ARCHITECTURE.md docs/de/*.md; do
	# shellcheck disable=SC2016 # backquotes as such
	for file in $(grep -o '`[a-z./]*[a-z_0-9.-]*`' "$document" | tr -d '`' | grep -E '^(base|stemmer|store|indexer|query|xapian|lib|cli|tests|tools|bench|scripts|docs|po|dist|corpus)/'); do
		[ -e "$file" ] || { echo "$document: names $file, which is not there" >&2; failed=1; }
	done
done

[ "$failed" = 0 ] && echo 'tree: every file is listed'
exit "$failed"
