/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load.c - finds the module: where it is installed, or beside a program that runs from where it was built. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "xapian/xapian_c.h"

#define MODULE "fundstelle-xapian.so"

/* The directory of the running program; false where the system does not tell. */
static bool beside_program(char *path, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", path, cap - sizeof "/" MODULE);
	if (n <= 0)
		return false;
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

static void *open_module(void)
{
	char path[PATH_MAX];
	void *module = dlopen(MODULE_DIR "/" MODULE, RTLD_NOW | RTLD_LOCAL);
	return module || !beside_program(path, sizeof path) ? module : dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

enum fund_status xapian_load(const struct xapian_c **out, struct fault *why)
{
	const struct xapian_c *(*get)(void) = NULL;
	void *module = open_module();
	*out = NULL;
	if (!module)
		return fault_set(why, FUND_UNSUPPORTED, "Xapian's part of fundstelle is not installed (Debian: apt-get install fundstelle-xapian): %s", dlerror());
	*(void **)&get = dlsym(module, XAPIAN_C_SYMBOL); /* the cast that POSIX prescribes */
	*out = get ? get() : NULL;
	if (!*out || (*out)->version != XAPIAN_C_VERSION) {
		*out = NULL;
		return fault_set(why, FUND_UNSUPPORTED, "%s is of another version than this program", MODULE);
	}
	return FUND_OK;
}
