/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/coverage.h"

#ifdef FUND_COVERAGE

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A text that two note at once may stand in two slots. */
struct slot {
	atomic_uchar claimed;
	char text[MESSAGES_SEEN_SLOT - 1];
};

static struct slot *slots;

void __gcov_dump(void);

void coverage_keep(void) { __gcov_dump(); }

/* Of tests/crash/inject.c, where that is preloaded: gcov writes its counts behind this, and can do without injected errors. */
void inject_rest(void) __attribute__((weak));

static void __attribute__((destructor)) rest(void)
{
	if (inject_rest)
		inject_rest();
}

static void __attribute__((constructor)) open_slots(void)
{
	const char *name = getenv("FUNDSTELLE_MESSAGES_SEEN");
	size_t size = MESSAGES_SEEN_SLOTS * sizeof *slots;
	long fd = name ? syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1; /* not what tests/crash/inject.c counts */
	if (fd < 0)
		return;
	long map = syscall(SYS_ftruncate, fd, size) == 0 ? syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L) : -1;
	if (map != -1)
		slots = (struct slot *)map;
	syscall(SYS_close, fd);
}

static void as_written(char *out, const char *text)
{
	size_t n = 0;
	for (; *text && n + 3 < sizeof slots->text; text++) {
		if (*text == '\n')
			out[n++] = '\\';
		out[n++] = *text == '\n' ? 'n' : *text;
	}
	out[n] = 0;
}

void message_seen(const char *text)
{
	char written[sizeof slots->text];
	if (!slots)
		return;
	as_written(written, text);
	for (unsigned i = 0; i < MESSAGES_SEEN_SLOTS; i++) {
		unsigned char nobody = 0;
		if (atomic_compare_exchange_strong(&slots[i].claimed, &nobody, 1)) {
			memcpy(slots[i].text, written, sizeof written);
			return;
		}
		if (strcmp(slots[i].text, written) == 0)
			return;
	}
}

#else
struct coverage_nothing; /* ISO C wants something in a file */
#endif
