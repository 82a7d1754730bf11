#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may include whom: enforces the table of docs/ARCHITECTURE.md. First it checks itself, on a small tree with violations.
set -eu

top=${FUNDSTELLE_SRC:-$(dirname "$0")/..}

# Prints a line for each forbidden #include below the directory $1; nothing when all is well.
# shellcheck disable=SC2016 # the $0 are awk's
check_layers() {
	(cd "$1" && find base stemmer store indexer query xapian lib cli tests tools bench -name '*.[ch]' -o -name '*.cc' 2>/dev/null | LC_ALL=C sort |
		xargs -r awk '
	BEGIN {
		# folder: the folders it may include besides itself
		may["base"] = " "
		may["stemmer"] = " base "
		may["store"] = " base "
		may["indexer"] = " base stemmer store xapian "
		may["query"] = " base stemmer store xapian "
		may["xapian"] = " base store "
		may["lib"] = " base stemmer store query xapian "
		may["cli"] = " base lib "
		may["tests"] = may["tools"] = may["bench"] = " base stemmer store indexer query xapian lib cli tests tools "
		may["indexer/main.c"] = may["indexer/status.c"] = " lib "

		# header of a library: the folders it belongs to
		owner["xxhash.h"] = "base"
		owner["libstemmer.h"] = "stemmer"
		owner["lmdb.h"] = owner["libdeflate.h"] = "store"
		owner["zlib.h"] = "store indexer"
		owner["archive.h"] = owner["archive_entry.h"] = owner["expat.h"] = "indexer"
		owner["xapian.h"] = "xapian"
		owner["check.h"] = "tests"
		owner["sqlite3.h"] = owner["gumbo.h"] = owner["libxml/HTMLparser.h"] = "bench"

		# C++ of the shim
		free_to_all["new"] = free_to_all["string"] = free_to_all["vector"] = free_to_all["chrono"] = free_to_all["cstring"] = 1

		# headers of C11, POSIX and the kernel, of SIMD: free to all
		n = split("aio assert complex ctype dirent dlfcn errno fcntl fenv float fnmatch ftw getopt glob grp iconv inttypes iso646 langinfo libgen " \
			"limits locale math netdb poll pthread pwd regex sched semaphore setjmp signal spawn stdalign " \
			"stdarg stdatomic stdbool stddef stdint stdio stdio_ext stdlib search stdnoreturn string strings syslog termios " \
			"tgmath threads time uchar ucontext unistd utime wchar wctype byteswap endian err malloc libintl " \
			"immintrin emmintrin tmmintrin smmintrin nmmintrin x86intrin cpuid arm_neon", names, " ")
		for (i = 1; i <= n; i++)
			free_to_all[names[i] ".h"] = 1
	}
	function violation(why) { print FILENAME ":" FNR ": " why ": " $0 }
	FNR == 1 { folder = FILENAME; sub(/\/.*/, "", folder) }
	!/^[ \t]*#[ \t]*include/ { next }
	/"[^"]*"/ {
		header = $0; sub(/^[^"]*"/, "", header); sub(/".*/, "", header)
		if (header == "config.h")
			next
		to = header
		if (!sub(/\/.*/, "", to)) { violation("write includes from the top"); next }
		if (to != folder && index(may[folder] may[FILENAME], " " to " ") == 0)
			violation(folder "/ must not include " to "/")
		else if (to != folder && header ~ /_private\.h$/ && folder != "tests")
			violation("private to " to "/")
		else if (to == "lib" && to != folder && header != "lib/fundstelle.h" && folder != "tests")
			violation("the door of lib/ is lib/fundstelle.h")
		else if (to == "stemmer" && header != "stemmer/analyse.h" && header != "stemmer/compound.h" && (folder == "indexer" || folder == "query" || folder == "lib"))
			violation("the doors of stemmer/ are stemmer/analyse.h and stemmer/compound.h")
		next
	}
	/<[^>]*>/ {
		header = $0; sub(/^[^<]*</, "", header); sub(/>.*/, "", header)
		if (header in owner) {
			if (index(" " owner[header] " ", " " folder " ") == 0 && folder != "tests" && folder != "bench")
				violation("belongs into " owner[header] "/ alone")
		} else if (!(header in free_to_all) && header !~ /^(sys|linux|netinet|arpa)\//)
			violation("unknown header: tests/layers.sh is to say whose it is")
		next
	}
	{ violation("cannot be read") }')
}

work=$(mktemp -d "${TMPDIR:-/tmp}/fundstelle-layers-XXXXXX")
trap 'rm -rf "$work"' EXIT

# plant FILE LINE WHY: a tree with only that file is to give exactly that complaint (none for an empty WHY).
plant() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree/$(dirname "$1")"
	printf '/* x */\n%s\n' "$2" > "$work/tree/$1"
	expected=${3:+$1:2: $3: $2}
	found=$(check_layers "$work/tree")
	if [ "$found" != "$expected" ]; then
		printf 'layers.sh: its own check failed for %s with %s: expected "%s", found "%s"\n' "$1" "$2" "$expected" "$found" >&2
		exit 1
	fi
}

plant query/plan.c '#include "indexer/walk.h"' 'query/ must not include indexer/'
plant indexer/walk.c '#include "query/plan.h"' 'indexer/ must not include query/'
plant store/chunks.c '#include "stemmer/analyse.h"' 'store/ must not include stemmer/'
plant stemmer/fold.h '# include "store/chunks.h"' 'stemmer/ must not include store/'
plant query/search.c '#include "lib/fundstelle.h"' 'query/ must not include lib/'
plant lib/index.c '#include "indexer/walk.h"' 'lib/ must not include indexer/'
plant lib/index.c '#include "stemmer/fold.h"' 'the doors of stemmer/ are stemmer/analyse.h and stemmer/compound.h'
plant cli/run.c '#include "query/session.h"' 'cli/ must not include query/'
plant cli/main.c '#include "store/guard.h"' 'cli/ must not include store/'
plant cli/run.c '#include "lib/sized.h"' 'the door of lib/ is lib/fundstelle.h'
plant indexer/status.c '#include "lib/sized.h"' 'the door of lib/ is lib/fundstelle.h'
plant indexer/walk.c '#include "lib/fundstelle.h"' 'indexer/ must not include lib/'
plant base/bytes.c '#include "store/chunks.h"' 'base/ must not include store/'
plant query/deep/plan.c '	#include "tests/help.h"' 'query/ must not include tests/'
plant query/plan.c '#include "stemmer/fold.h"' 'the doors of stemmer/ are stemmer/analyse.h and stemmer/compound.h'
plant query/plan.c '#include "store/writer_private.h"' 'private to store/'
plant query/plan.c '#include "ast.h"' 'write includes from the top'
plant query/plan.c '#include <lmdb.h>' 'belongs into store/ alone'
plant indexer/walk.c '#include <lmdb.h>' 'belongs into store/ alone'
plant base/hash.c '#include <libdeflate.h>' 'belongs into store/ alone'
plant query/plan.c '#include <libstemmer.h>' 'belongs into stemmer/ alone'
plant store/chunks.c '#include <archive.h>' 'belongs into indexer/ alone'
plant query/snippet.c '#include <expat.h>' 'belongs into indexer/ alone'
plant store/chunks.c '#include <xxhash.h>' 'belongs into base/ alone'
plant query/plan.c '#include <xapian.h>' 'belongs into xapian/ alone'
plant query/plan.c '#include <sqlite3.h>' 'belongs into bench/ alone'
plant base/bytes.c '#include <unicode/ustring.h>' 'unknown header: tests/layers.sh is to say whose it is'
plant base/bytes.c '#include HEADER' 'cannot be read'
plant query/plan.c '#include "stemmer/analyse.h"' ''
plant store/chunks.c '#include <lmdb.h> /* here */' ''
plant indexer/walk.c '#include <sys/stat.h>' ''
plant store/text.c '#include "config.h"' ''
plant tests/test_walk.c '#include "indexer/walk.h"' ''
plant indexer/main.c '#include "lib/fundstelle.h"' ''
plant indexer/status.c '#include "lib/fundstelle.h"' ''
plant cli/run.c '#include "lib/fundstelle.h"' ''

violations=$(check_layers "$top")
if [ -n "$violations" ]; then
	printf '%s\n' "$violations" >&2
	exit 1
fi
echo 'layers: every include is where it may be'
