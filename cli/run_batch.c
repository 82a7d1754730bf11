/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_batch.c - one query a line, answered in order in one process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "cli/run.h"

/*
 * Life     the index is open from query to query, and closed before anything that may take long: output that nobody takes yet, input
 *          that is not there yet. What stays pinned for hours could not be given back by the indexer.
 */
struct batch {
	const struct options *options;
	struct client client;
	struct printer *out, timing;
	struct present_options present;
	struct buf speaker; /* of the query that is answered: the program, FILE:LINE and id */
	bool any, bad;
	struct fundstelle_error error; /* of the library */
	struct fault why;	       /* of all else */
};

static void let_go(void *batch)
{
	const struct batch *b = batch;
	fundstelle_let_go(b->client.index);
}

/* ---- one query ---- */

static int present(struct batch *b, fundstelle_result *result, const struct listing *list)
{
	const struct options *o = b->options;
	int code = FUNDSTELLE_OK;
	b->any |= o->count ? list->summary.total > 0 : list->summary.n_hits > 0;
	if (o->count)
		o->presenter->count(b->out, list, &b->present);
	for (uint32_t first = 0; code == FUNDSTELLE_OK && list->summary.n_hits && !b->out->error; first += o->search.page) {
		run_present_page(o, list, first, b->out, &b->present);
		code = fundstelle_result_next(result, b->client.index, &b->error);
	}
	return code == FUNDSTELLE_END ? FUNDSTELLE_OK : code;
}

/* A query that is no query is told and passed over: the others are answered. */
static int answer(struct batch *b, const char *speaker, struct slice qid, struct slice query)
{
	struct listing list;
	fundstelle_result *result;
	int code = fundstelle_search(b->client.index, (const char *)query.data, query.len, &b->options->search, &result, &b->error);
	client_warn(&b->client, speaker, &query);
	if (code == FUNDSTELLE_SYNTAX) {
		run_error_of(speaker, query, &b->error);
		b->bad = true;
		return FUNDSTELLE_OK;
	}
	if (code != FUNDSTELLE_OK)
		return code;
	b->present.qid = qid;
	run_take_hits(&list, &b->client, result, query);
	code = present(b, result, &list);
	if (code == FUNDSTELLE_OK && b->options->timing) {
		print_key(&b->timing, qid, true);
		print_format(&b->timing, "\t%.1f\n", list.summary.to_keys);
	}
	fundstelle_result_free(result);
	return code;
}

/* ---- lines ---- */

struct lines {
	int fd;
	struct buf buf;
	size_t start; /* of what is not yet given */
	bool ended;
};

static bool input_waits(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	return poll(&ready, 1, 0) == 0;
}

/* More bytes. When there are none yet, whoever asks shall have his answers so far, and the indexer its pages. */
static enum fund_status read_more(struct batch *b, struct lines *l)
{
	uint8_t bytes[16384];
	if (l->start) {
		memmove(l->buf.data, l->buf.data + l->start, l->buf.len - l->start);
		l->buf.len -= l->start;
		l->start = 0;
	}
	if (input_waits(l->fd)) {
		let_go(b);
		print_flush(b->out);
		print_flush(&b->timing);
	}
	ssize_t n;
	do
		n = read(l->fd, bytes, sizeof bytes);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fault_errno(&b->why, errno, "%s", b->options->batch);
	l->ended = n == 0;
	return n ? buf_add(&l->buf, bytes, (size_t)n) : FUND_OK;
}

/* FUND_END behind the last. The line is valid until the next call. */
static enum fund_status next_line(struct batch *b, struct lines *l, struct slice *line)
{
	size_t seen = 0;
	for (;;) {
		size_t n = l->buf.len - l->start;
		const uint8_t *at = n ? l->buf.data + l->start : NULL, *end = n > seen ? memchr(at + seen, '\n', n - seen) : NULL;
		if (end || (l->ended && n)) {
			*line = slice_of(at, end ? (size_t)(end - at) : n);
			l->start += line->len + (end != NULL);
			while (line->len && line->data[line->len - 1] == '\r')
				line->len--;
			return FUND_OK;
		}
		if (l->ended)
			return FUND_END;
		seen = n;
		enum fund_status st = read_more(b, l);
		if (st != FUND_OK)
			return st;
	}
}

/* Of the library: the error says more. */
static enum fund_status status_of(int code) { return code == FUNDSTELLE_OK ? FUND_OK : FUND_IO; }

/* Whose query it is that trouble is told of. */
static const char *speaker_of(struct batch *b, unsigned long number, struct slice qid)
{
	buf_reset(&b->speaker);
	enum fund_status st = buf_add_format(&b->speaker, "%s: %s:%lu: %.*s", PROGRAM, b->options->batch, number, (int)qid.len, (const char *)qid.data);
	return st == FUND_OK ? buf_str(&b->speaker) : NULL;
}

static enum fund_status answer_line(struct batch *b, struct slice line, unsigned long number)
{
	const uint8_t *tab = line.len ? memchr(line.data, '\t', line.len) : NULL;
	if (line.len == 0)
		return FUND_OK;
	if (!tab) {
		message(PROGRAM, "%s:%lu: no tab between id and query", b->options->batch, number);
		b->bad = true;
		return FUND_OK;
	}
	struct slice qid = slice_of(line.data, (size_t)(tab - line.data));
	const char *speaker = speaker_of(b, number, qid);
	if (!speaker)
		return fault_set(&b->why, FUND_NO_MEMORY, "out of memory");
	return status_of(answer(b, speaker, qid, slice_from(line, qid.len + 1)));
}

static enum fund_status answer_lines(struct batch *b, int fd)
{
	struct lines lines = { .fd = fd };
	struct slice line;
	enum fund_status st = status_of(fundstelle_refresh(b->client.index, NULL, &b->error)); /* an index that cannot be opened is told before the first query is read */
	for (unsigned long number = 1; st == FUND_OK && !b->out->error; number++) {
		st = next_line(b, &lines, &line);
		if (st == FUND_OK)
			st = answer_line(b, line, number);
	}
	buf_release(&lines.buf);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status run(struct batch *b)
{
	bool standard = strcmp(b->options->batch, "-") == 0;
	int fd = standard ? 0 : open(b->options->batch, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(&b->why, errno, "%s", b->options->batch);
	enum fund_status st = answer_lines(b, fd);
	let_go(b);
	if (!standard)
		close(fd);
	return st;
}

static int end(struct batch *b, enum fund_status st)
{
	if (st != FUND_OK)
		return b->why.text[0] ? run_trouble(&b->why) : run_error(slice_of("", 0), &b->error);
	int exit_status = run_finish(b->out, b->any ? 0 : 1);
	return b->bad ? 2 : exit_status;
}

int run_batch(const struct options *o, struct printer *out)
{
	struct batch b = { .options = o, .out = out, .present = run_present_options(o), .error = { .size = sizeof b.error } };
	int exit_status = client_open(&b.client, o);
	if (exit_status)
		return exit_status;
	print_init(&b.timing, 2);
	out->before_wait = b.timing.before_wait = let_go;
	out->context = b.timing.context = &b;
	enum fund_status st = run(&b);
	print_flush(out);
	print_flush(&b.timing);
	out->before_wait = NULL;
	print_release(&b.timing);
	buf_release(&b.speaker);
	client_close(&b.client);
	return end(&b, st);
}
