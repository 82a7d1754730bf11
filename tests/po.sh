#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every message has its German in po/de.po, none is fuzzy, and the formats agree.
set -eu

cd "${FUNDSTELLE_SRC:-$(dirname "$0")/..}"
for tool in xgettext msgcmp msgfmt; do
	command -v "$tool" >/dev/null 2>&1 || { echo "po: not checked: $tool is missing"; exit 77; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/fundstelle-po-XXXXXX")
trap 'rm -rf "$work"' EXIT
po/extract "$work/all.pot"
msgfmt -c -o "$work/de.mo" po/de.po
msgcmp po/de.po "$work/all.pot"
echo 'po: every message has its German'
