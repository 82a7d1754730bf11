# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # the variables are for those who source this
# What the scripts share; they source it. Sets `top`, the top of the source tree. Nothing here asks questions.
set -eu
export LC_ALL=C.UTF-8

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
jobs=$(nproc 2>/dev/null || echo 1)

say() { printf '== %s\n' "$*" >&2; }
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Debian packages. A name with "command:" in front is needed only where that command is missing.
build_packages='gcc:gcc make:make autoconf:autoconf automake:automake pkg-config:pkg-config libc6-dev
	liblmdb-dev libstemmer-dev zlib1g-dev libdeflate-dev libxxhash-dev libarchive-dev msgfmt:gettext libexpat1-dev'
test_packages='check hunspell-de-de jq:jq mandoc:mandoc pdftotext:poppler-utils gzip:gzip python3:python3 g++:g++ libxapian-dev xapian-tools'
check_packages='mandoc:mandoc reuse:reuse git:git shellcheck:shellcheck cppcheck:cppcheck clang-tidy:clang-tidy hardening-check:devscripts'
fuzz_packages='clang:clang libclang-rt-dev'
coverage_packages='gcovr:gcovr'
package_packages='build-essential dpkg-buildpackage:dpkg-dev dh:debhelper fakeroot:fakeroot lintian:lintian debootstrap:debootstrap'

is_installed() {
	case $1 in
	*:*) command -v "${1%%:*}" >/dev/null 2>&1 ;;
	*) dpkg-query -W -f='${db:Status-Abbrev}\n' "$1" 2>/dev/null | grep -q '^[hi]i' ;;
	esac
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo -n "$@"
	else
		return 1
	fi
}

# install_missing PACKAGES: by apt-get, only what is not there; so a second run needs neither network nor rights.
install_missing() {
	missing=
	if ! command -v dpkg-query >/dev/null 2>&1; then
		say "not a Debian system: the packages must be there already ($(echo "$1" | tr -s '[:space:]' ' '))"
		return 0
	fi
	for package in $1; do
		is_installed "$package" || missing="$missing ${package#*:}"
	done
	[ -n "$missing" ] || return 0
	say "installing with apt-get:$missing"
	# shellcheck disable=SC2086 # a list
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2 ||
		! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install $missing >&2; then
		die "cannot install them; as root: apt-get install$missing"
	fi
}

# configure_tree DIR ARGUMENT...: configure out of tree in DIR unless that was done with the same arguments.
configure_tree() {
	tree=$1
	shift
	if [ -e "$top/config.status" ]; then
		die "$top was configured in place: run 'make distclean' there first"
	fi
	if [ ! -e "$top/configure" ] || [ ! -e "$top/Makefile.in" ] ||
		[ -n "$(find "$top/configure.ac" -newer "$top/configure")" ]; then
		say 'autoreconf'
		(cd "$top" && autoreconf -i) >&2
	fi
	stamp=$tree/configured-with
	if [ "$(cat "$stamp" 2>/dev/null)" = "$*" ] && [ -e "$tree/Makefile" ]; then
		return 0
	fi
	if [ ! -e "$stamp" ] && [ -n "$(ls -A "$tree" 2>/dev/null)" ]; then
		die "$tree is not a build directory of ours: name another in BUILD"
	fi
	say "configure in $tree${*:+: $*}"
	rm -rf "$tree"
	mkdir -p "$tree"
	echo 'not yet' > "$stamp"
	(cd "$tree" && "$top/configure" -q "$@" > configure-output) ||
		die "configure failed: see $tree/configure-output and $tree/config.log"
	printf '%s\n' "$*" > "$stamp"
}
