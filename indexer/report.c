/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/report.h"

#include "base/print.h"

static void put(int fd, struct slice path, struct slice member, uint64_t line, struct slice text)
{
	struct printer p;
	print_init(&p, fd);
	if (path.len)
		print_key(&p, path, false);
	else
		print_str(&p, ".");
	if (member.len) {
		print_str(&p, "#");
		print_key(&p, member, false);
	}
	if (line)
		print_format(&p, ":%llu", (unsigned long long)line);
	print_str(&p, ": ");
	print_text(&p, text, true);
	print_str(&p, "\n");
	print_flush(&p);
	print_release(&p);
}

void report_trouble(struct slice path, struct slice member, uint64_t line, struct slice reason) { put(2, path, member, line, reason); }

void report_line(struct slice path, const char *text) { put(1, path, (struct slice){ NULL, 0 }, 0, slice_str(text)); }
