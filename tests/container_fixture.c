/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/container_fixture.h"

#include <check.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/segment.h"

struct file_reader *reader;
static int file = -1;

void container_set_up(void)
{
	setlocale(LC_CTYPE, "C"); /* names must not depend on it */
	file = memfd_create("container", MFD_CLOEXEC);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
}

void container_tear_down(void)
{
	file_reader_free(reader);
	close(file);
}

void set_file(struct slice bytes)
{
	ck_assert_int_eq(ftruncate(file, 0), 0);
	ck_assert_int_eq(pwrite(file, bytes.data, bytes.len, 0), (ssize_t)bytes.len);
}

char told[8192];

static void tell(const char *format, ...)
{
	va_list args;
	size_t n = strlen(told);
	va_start(args, format);
	vsnprintf(told + n, sizeof told - n, format, args);
	va_end(args);
}

const char *read_through(const char *path)
{
	struct fault why = { 0 };
	bool recovered = true;
	told[0] = '\0';
	enum fund_status st = file_reader_open(reader, file, slice_str(path), (struct file_range){ 0, UINT64_MAX }, &why);
	if (st != FUND_OK)
		tell("%s: %s", st == FUND_UNSUPPORTED ? "skipped" : "failed", why.text);
	while (st == FUND_OK || (st != FUND_END && recovered)) {
		struct article a = { .date = 0 };
		uint64_t line;
		st = file_reader_next(reader, &a, &recovered, &line, &why);
		struct slice s = a.title.len ? a.title : a.body;
		size_t len = 0;
		while (len < s.len && len < 40 && s.data[len] != '\n')
			len++;
		if (st == FUND_OK)
			tell("%.*s|%.*s|%.*s|%u-%u; ", (int)a.member.len, (const char *)a.member.data, (int)a.id.len, (const char *)a.id.data, (int)len, (const char *)s.data,
			     DATE_YEAR(a.date), DATE_MONTH(a.date));
		else if (st != FUND_END)
			tell("%c%.*s: %s; ", st == FUND_UNSUPPORTED ? '?' : '!', (int)a.member.len, (const char *)a.member.data, why.text);
	}
	return told;
}
