#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The pictures of the README are those that bench/ draws of what the documents say now.
set -eu

cd "${FUNDSTELLE_SRC:-$(dirname "$0")/..}"
command -v python3 > /dev/null 2>&1 || { echo 'pictures: not checked: python3 is missing'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/fundstelle-pictures-XXXXXX")
trap 'rm -rf "$work"' EXIT
for picture in session peers; do
	python3 "bench/${picture}_svg" > "$work/$picture.svg"
	cmp "$work/$picture.svg" "docs/$picture.svg" || { echo "pictures: bench/${picture}_svg > docs/$picture.svg" >&2; exit 1; }
done
echo 'pictures: as the documents'
