/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load.c - finds the module: where it is installed, or beside a program or library that runs from where it was built. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/translate.h"
#include "xapian/xapian_c.h"

#define MODULE "fundstelle-xapian.so"

/* The module in the directory of the program or library whose path this is, n bytes long, or in the one above. */
static bool beside(char *path, size_t n, size_t cap)
{
	path[n] = '\0';
	for (int up = 0; up < 2; up++) { /* tests/run-checks stands one below */
		char *slash = strrchr(path, '/');
		if (!slash)
			return false;
		snprintf(slash, cap - (size_t)(slash - path), "/%s", MODULE);
		if (access(path, R_OK) == 0)
			return true;
		*slash = '\0';
	}
	return false;
}

static bool beside_program(char *path, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", path, cap - sizeof "/" MODULE);
	return n > 0 && beside(path, (size_t)n, cap);
}

/* Of the library, where that is what this is linked into. */
static bool beside_library(char *path, size_t cap)
{
	static const char here;
	Dl_info me;
	size_t n = dladdr(&here, &me) && me.dli_fname && me.dli_fname[0] == '/' ? strlen(me.dli_fname) : 0;
	if (n == 0 || n >= cap - sizeof "/" MODULE)
		return false;
	memcpy(path, me.dli_fname, n);
	return beside(path, n, cap);
}

static void *open_module(void)
{
	char path[PATH_MAX];
	void *module = dlopen(MODULE_DIR "/" MODULE, RTLD_NOW | RTLD_LOCAL);
	return module || !(beside_program(path, sizeof path) || beside_library(path, sizeof path)) ? module : dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

enum fund_status xapian_load(const struct xapian_c **out, struct fault *why)
{
	const struct xapian_c *(*get)(bool) = NULL;
	void *module = open_module();
	*out = NULL;
	if (!module)
		return fault_set(why, FUND_UNSUPPORTED, "Xapian's part of fundstelle is not installed (Debian: apt-get install fundstelle-xapian): %s", dlerror());
	*(void **)&get = dlsym(module, XAPIAN_C_SYMBOL); /* the cast that POSIX prescribes */
	*out = get ? get(translates()) : NULL;
	if (!*out || (*out)->version != XAPIAN_C_VERSION) {
		*out = NULL;
		return fault_set(why, FUND_UNSUPPORTED, "%s is of another version than this program", MODULE);
	}
	return FUND_OK;
}
