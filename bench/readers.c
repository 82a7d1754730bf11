/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readers.c - files in, articles out, nothing else: megabytes a second of each file, as one thread reads it. bench/readers builds and runs it.
 *
 *     readers FILE...
 *
 * A file is read again and again until a second has gone; its bytes count as they lie on the disk. The format is the one that its content has.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "indexer/file_reader.h"

struct figures {
	uint64_t bytes, articles, text;
	const char *format;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum fund_status read_once(struct file_reader *r, int fd, const char *name, struct figures *f, struct fault *why)
{
	struct article a;
	bool recovered = false;
	uint64_t line;
	enum fund_status st = file_reader_open(r, fd, slice_str(name), (struct file_range){ 0, UINT64_MAX }, why);
	while (st == FUND_OK || recovered) {
		st = file_reader_next(r, &a, &recovered, &line, why);
		if (st != FUND_OK)
			continue;
		f->articles++;
		f->text += a.title.len + a.lead.len + a.body.len;
		f->format = a.format;
	}
	return st == FUND_END ? FUND_OK : st;
}

static int measure(struct file_reader *r, const char *name)
{
	struct figures f = { 0, 0, 0, "nothing" };
	struct fault why = { 0 };
	int fd = open(name, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (size < 0) {
		perror(name);
		return 1;
	}
	unsigned rounds = 0;
	double start = seconds(), took;
	enum fund_status st;
	do {
		st = read_once(r, fd, name, &f, &why);
		f.bytes += (uint64_t)size;
		rounds++;
		took = seconds() - start;
	} while (st == FUND_OK && took < 1);
	close(fd);
	if (st != FUND_OK)
		fprintf(stderr, "%s: %s\n", name, why.text);
	printf("%-12s %8.1f MB %8llu articles %8.1f MB/s %8.1f MB/s of text  %s\n", f.format, (double)size / 1e6, (unsigned long long)(f.articles / rounds),
	       (double)f.bytes / 1e6 / took, (double)f.text / 1e6 / took, name);
	return st != FUND_OK;
}

int main(int argc, char **argv)
{
	struct file_reader *r;
	int failed = 0;
	if (argc < 2 || file_reader_new(&r, NULL) != FUND_OK)
		return 2;
	for (int i = 1; i < argc; i++)
		failed |= measure(r, argv[i]);
	file_reader_free(r);
	return failed;
}
