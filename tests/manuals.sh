#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every manual page is mdoc that mandoc has nothing to say about, has its German, and is installed; those of the library have all of its names. What pages say of options and statuses: the suite `options`.
set -eu

cd "${FUNDSTELLE_SRC:-$(dirname "$0")/..}"
command -v mandoc >/dev/null 2>&1 || { echo 'manuals: not checked: mandoc is missing'; exit 77; }
failed=0

complain() {
	echo "$*" >&2
	failed=1
}

for page in docs/*.[1-9]; do
	german=docs/de/${page##*/}
	[ -e "$german" ] || complain "$page: has no German, $german"
	for file in "$page" "$german"; do
		grep -qF "$file" Makefile.am || complain "$file: is not installed by Makefile.am"
		# Whether the pages that they refer to are installed says nothing of them.
		said=$(mandoc -Tlint "$file" 2>/dev/null | grep -v 'STYLE: referenced manual not found' || true)
		[ -z "$said" ] || complain "$said"
	done
done
for german in docs/de/*.[1-9]; do
	[ -e "docs/${german##*/}" ] || complain "$german: has no English"
done

# What the library has: its functions, codes and flags.
for name in $(grep -o 'fundstelle_[a-z_]*(' lib/fundstelle.h | tr -d '(' | sort -u) $(grep -o '^[^/]*FUNDSTELLE_[A-Z_]* *=' lib/fundstelle.h | grep -o 'FUNDSTELLE_[A-Z_]*'); do
	for page in docs/libfundstelle.3 docs/de/libfundstelle.3; do
		grep -qw "$name" "$page" || complain "$page: does not say $name"
	done
done

[ "$failed" = 0 ] && echo 'manuals: mandoc has nothing to say, every page has its German'
exit "$failed"
