/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of every format: any bytes are articles, or an error with a reason. */
#include <sys/mman.h>
#include <unistd.h>

#include "indexer/article_wire.h"
#include "indexer/file_reader.h"
#include "store/segment.h"
#include "tests/fuzz/fuzz.h"

#define RECORDS_MAX 100000u /* of an input of 64 KiB, compressed or not */

static void check_article(const struct article *a)
{
	FUZZ_CHECK(a->format && a->encoding);
	FUZZ_CHECK(a->date == 0 || (DATE_YEAR(a->date) >= 1500 && DATE_YEAR(a->date) <= 2100));
}

static void read_through(struct file_reader *r)
{
	for (unsigned n = 0; n < RECORDS_MAX; n++) {
		struct article a;
		struct fault why = { 0 };
		bool recovered;
		uint64_t line;
		enum fund_status st = file_reader_next(r, &a, &recovered, &line, &why);
		if (st == FUND_OK)
			check_article(&a);
		else if (st != FUND_END)
			FUZZ_CHECK(why.text[0]);
		if (st != FUND_OK && !recovered)
			return;
	}
	FUZZ_CHECK(false && "more records than bytes");
}

void fuzz_reader(const char *file_name, struct slice bytes)
{
	static int fd = -1; /* one file in memory for all inputs */
	static struct file_reader *r;
	struct reader_limits limits = reader_limits_default;
	struct fault why = { 0 };
	limits.bytes = (uint64_t)16 << 20;
	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_CHECK(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len);
	if (!r)
		FUZZ_CHECK(file_reader_new(&r, &limits) == FUND_OK);
	enum fund_status st = file_reader_open(r, fd, slice_str(file_name), (struct file_range){ 0, UINT64_MAX }, &why);
	if (st == FUND_OK)
		read_through(r);
	else
		FUZZ_CHECK(why.text[0]);
}

void fuzz_wire(struct slice bytes);

/* What one process of a run says to the other: it may be in an attacker's hands. */
void fuzz_wire(struct slice bytes)
{
	struct wire_names names = { .n = 0 };
	struct wire_frame f;
	struct buf again = BUF_INIT;
	if (wire_get(bytes, &names, &f) && f.kind == WIRE_ARTICLE)
		FUZZ_CHECK(wire_put_article(&again, &f.article) == FUND_OK && again.len <= bytes.len + 4);
	buf_release(&again);
	wire_names_release(&names);
}
