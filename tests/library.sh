#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The library as others meet it: its symbols are those of lib/fundstelle.symbols, and nothing in it could print, exit or touch signals and locale; the header stands alone,
# in C and C++; what is installed is found by pkg-config, and the examples of the manual find with it what fundstelle-query finds.
set -eu

top=$(CDPATH='' cd -- "${FUNDSTELLE_SRC:-$(dirname "$0")/..}" && pwd)
bin=${FUNDSTELLE_BIN:-$top/build}
library=$bin/libfundstelle.so.0
cc=${FUNDSTELLE_CC:-cc}
cxx=${FUNDSTELLE_CXX:-c++}
ldflags=${FUNDSTELLE_LDFLAGS:-}

skip() {
	echo "library: skipped: $*"
	exit 77
}
fail() {
	echo "library: $*" >&2
	exit 1
}

[ -e "$library" ] || skip 'it was not built'
work=$(mktemp -d "${TMPDIR:-/tmp}/fundstelle-library-XXXXXX")
trap 'rm -rf "$work"' EXIT

# same WHAT WANTED FOUND: two files.
same() {
	diff "$2" "$3" >&2 || fail "$1"
}

# ---- symbols ----
symbols() { nm -D "$@" "$library" | awk '$(NF - 1) != "A" { print $NF }' | LC_ALL=C sort; }
sed '/^#/d' "$top/lib/fundstelle.symbols" > "$work/wanted"
symbols --defined-only > "$work/found"
# What gcov and sanitizers add is none of ours.
sed 's/@@/ /' "$work/found" | grep -v -e '^__' -e '^_ZT' > "$work/exported" || true
same 'these symbols are not those of lib/fundstelle.symbols' "$work/wanted" "$work/exported"
sed -n 's/^FUNDSTELLE_API .*\(fundstelle_[a-z_]*\)(.*/\1/p' "$top/lib/fundstelle.h" | LC_ALL=C sort > "$work/declared"
sed 's/ .*//' "$work/wanted" > "$work/names"
same 'the header declares other functions' "$work/names" "$work/declared"
if [ -e "$top/debian/libfundstelle0.symbols" ]; then
	sed -n 's/^ \(fundstelle_[a-z_]*\)@\(FUNDSTELLE_[0-9.]*\) .*/\1 \2/p' "$top/debian/libfundstelle0.symbols" > "$work/packaged"
	same 'debian/libfundstelle0.symbols has others' "$work/wanted" "$work/packaged"
fi
symbols --undefined-only | sed 's/@.*//' > "$work/needed"
sanitized=
if grep -q '^__asan\|^__ubsan\|^__tsan' "$work/needed"; then
	sanitized=yes
elif ! nm "$library" 2> /dev/null | grep -q ' __gcov_'; then # gcov is linked in, and does all that
	for name in exit _exit abort printf __printf_chk fprintf __fprintf_chk puts fputs perror stdout stderr setlocale setenv umask signal sigaction; do
		! grep -qxF "$name" "$work/needed" || fail "it calls $name"
	done
fi
readelf -d "$library" | grep -q 'SONAME.*\[libfundstelle\.so\.0\]' || fail 'its name is not libfundstelle.so.0'
! readelf -d "$library" | grep -q TEXTREL || fail 'it is not position independent'

# ---- the header ----
cp "$top/lib/fundstelle.h" "$work/"
printf '#include "fundstelle.h"\n#include "fundstelle.h"\nint main(void) { struct fundstelle_error e = { 0 }; return e.code; }\n' > "$work/alone.c"
for standard in c99 c11; do
	# shellcheck disable=SC2086 # a command with its options
	$cc -std=$standard -pedantic -Wall -Wextra -Werror -c "$work/alone.c" -o "$work/alone.o" || fail "the header is no $standard"
done
if command -v "${cxx%% *}" > /dev/null 2>&1; then
	printf '#include "fundstelle.h"\nint main() { return fundstelle_version() == 0; }\n' > "$work/alone.cc"
	for standard in c++11 c++17; do
		# shellcheck disable=SC2086
		$cxx -std=$standard -pedantic -Wall -Wextra -Werror -c "$work/alone.cc" -o "$work/alone.o" || fail "the header is no $standard"
	done
fi

# ---- what is installed, and the examples ----
command -v pkg-config > /dev/null 2>&1 || skip 'pkg-config is missing'
make -s -C "$bin" install DESTDIR="$work/root" > "$work/install.log" 2>&1 || { cat "$work/install.log" >&2; fail 'cannot be installed'; }
pc=$(find "$work/root" -name fundstelle.pc)
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$work/root" PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
installed=$(find "$work/root" -name libfundstelle.so.0)
[ -L "${installed%.0}" ] || fail 'libfundstelle.so is not there'
# shellcheck disable=SC2046,SC2086 # lists
$cc "$top/docs/examples/suche.c" -o "$work/suche" -Wall -Wextra -Werror $ldflags $(pkg-config --cflags --libs fundstelle) || fail 'the example does not compile'
[ "$(pkg-config --modversion fundstelle)" = "$("$bin/fundstelle-query" --version | sed -n '1s/.* //p')" ] || fail 'the version of pkg-config is another'

# shellcheck disable=SC2046,SC2086
$cc "$top/docs/examples/zeitleiste.c" -o "$work/zeitleiste" -Wall -Wextra -Werror $ldflags $(pkg-config --cflags --libs fundstelle) || fail 'the example of counts does not compile'

export LD_LIBRARY_PATH="${installed%/*}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" LC_ALL=C.UTF-8
"$bin/fundstelle-index" -q -i "$work/index" "$top/corpus/archive"
# ask QUERY STATUS: by the C example, and by the Python one, which are to say the same; the first on $work/c.
ask() {
	status=0
	"$work/suche" "$work/index" "$1" > "$work/c" 2> "$work/c.err" || status=$?
	[ "$status" = "$2" ] || fail "suche '$1': $status $(cat "$work/c.err")"
	[ -n "$python" ] || return 0
	status=0
	FUNDSTELLE_LIBRARY="$installed" "$python" "$top/docs/examples/suche.py" "$work/index" "$1" > "$work/py" 2> "$work/py.err" || status=$?
	[ "$status" = "$2" ] || fail "suche.py '$1': $status $(cat "$work/py.err")"
	same "suche.py '$1' says something else than suche" "$work/c" "$work/py"
	sed 's/^suche: //' "$work/c.err" > "$work/c.said"
	sed 's/^suche.py: //' "$work/py.err" > "$work/py.said"
	same "suche.py '$1' fails otherwise than suche" "$work/c.said" "$work/py.said"
}
python=$(command -v python3 || true)
[ -z "$sanitized" ] || python= # which does not have a sanitizer's functions
for query in Truppenaufmarsch 'titel:Grenze OR "an der Grenze"' Grenzee nirgendwort-in-buxtehude; do
	ask "$query" 0
	"$bin/fundstelle-query" -i "$work/index" -f paths "$query" > "$work/wanted" || true
	sed -n 's/^[0-9]*\. \([^ ]*\).*/\1/p' "$work/c" > "$work/found"
	same "suche '$query' finds something else than fundstelle-query" "$work/wanted" "$work/found"
done
"$work/zeitleiste" "$work/index" Grenze > "$work/c" || fail 'zeitleiste'
"$bin/fundstelle-query" -i "$work/index" --timeline=year -f tsv Grenze | cut -f 1,2 > "$work/wanted"
"$bin/fundstelle-query" -i "$work/index" --kwic -n 10 -f tsv Grenze | awk -F '\t' '{ print $3 " [" $4 "] " $5 }' >> "$work/wanted"
same 'zeitleiste says something else than fundstelle-query' "$work/wanted" "$work/c"
ask 'nirgendwort-in-buxtehude' 0
grep -q '^? Grenze$' "$work/c" && fail 'a suggestion where there is none'
ask 'Grenzee' 0
grep -q '^? Grenze$' "$work/c" || fail 'no suggestion'
ask 'Grenze NEAR/' 2
grep -q '^suche: byte 12 of the query: ' "$work/c.err" || fail "the place of an error: $(cat "$work/c.err")"
mv "$work/index" "$work/away"
ask 'Grenze' 2
grep -q 'no index there' "$work/c.err" || fail "no index: $(cat "$work/c.err")"
echo "library: symbols, header, pkg-config and C example are as they should be${python:+, and the Python one}"
