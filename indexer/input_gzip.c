/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input_gzip.c - gzip (RFC 1952) and bare deflate through zlib: member by member, each held against its checksum and its length, which libarchive reads and
 * does not look at.
 *
 * Behind a member another may follow, and zeros, with which tapes and blocks of a disk are filled up: gzip(1) passes over those as well.
 */
#define ZLIB_CONST /* input is not written to */
#include <stdlib.h>
#include <zlib.h>

#include "base/translate.h"
#include "indexer/input_source.h"

#define WINDOW_GZIP (16 + MAX_WBITS)
#define WINDOW_BARE (-MAX_WBITS) /* no header, no checksum */

struct gunzip {
	struct input *outer;
	struct read_budget *budget;
	z_stream z; /* next_in borrows from `outer` */
	uint64_t in, out;
	bool bare, ended;
};

static void gunzip_close(void *context)
{
	struct gunzip *g = context;
	inflateEnd(&g->z);
	input_close(g->outer);
	free(g);
}

static enum fund_status damaged(const struct gunzip *g, const char *what, struct fault *why)
{
	return fault_set(why, FUND_INVALID, "decompression failed behind %llu bytes: %s", (unsigned long long)g->out, what);
}

/* FUND_END: there are no more. */
static enum fund_status more_input(struct gunzip *g, struct fault *why)
{
	struct slice part;
	if (g->z.avail_in)
		return FUND_OK;
	enum fund_status st = input_read(g->outer, &part, why);
	if (st != FUND_OK)
		return st;
	g->z.next_in = part.data;
	g->z.avail_in = (uInt)part.len; /* a block of an input, or the body of a record: far from 4 GiB */
	g->in += part.len;
	return FUND_OK;
}

/* Behind the end of a member. */
static enum fund_status next_member(struct gunzip *g, struct fault *why)
{
	enum fund_status st = g->bare ? FUND_END : more_input(g, why);
	for (; st == FUND_OK && *g->z.next_in == 0; st = more_input(g, why)) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	g->ended = st == FUND_END;
	if (st == FUND_OK)
		inflateReset(&g->z);
	return g->ended ? FUND_OK : st;
}

/* Until there are some bytes. What came before damage comes out first: zlib tells it again. */
static enum fund_status inflate_some(struct gunzip *g, uInt cap, struct fault *why)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && g->z.avail_out == cap && !g->ended) {
		st = more_input(g, why);
		if (st != FUND_OK)
			return st == FUND_END ? damaged(g, translate(N_("is cut off")), why) : st;
		int r = inflate(&g->z, Z_NO_FLUSH);
		if (r == Z_STREAM_END)
			st = next_member(g, why);
		else if (r == Z_MEM_ERROR)
			st = fault_set(why, FUND_NO_MEMORY, "out of memory");
		else if (r != Z_OK && r != Z_BUF_ERROR && g->z.avail_out == cap)
			st = damaged(g, g->z.msg ? g->z.msg : "damaged data", why);
	}
	return st;
}

static enum fund_status gunzip_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct gunzip *g = context;
	uInt room = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
	g->z.next_out = out;
	g->z.avail_out = room;
	enum fund_status st = inflate_some(g, room, why);
	*len = room - g->z.avail_out;
	g->out += *len;
	if (st == FUND_OK)
		st = read_budget_take(g->budget, *len, why);
	return st == FUND_OK ? read_budget_ratio(g->budget, g->in, g->out, why) : st;
}

static enum fund_status open_gunzip(struct input **out, struct input *outer, bool bare, struct read_budget *budget, struct fault *why)
{
	struct gunzip *g = calloc(1, sizeof *g);
	*out = NULL;
	if (!g || inflateInit2(&g->z, bare ? WINDOW_BARE : WINDOW_GZIP) != Z_OK) {
		free(g);
		input_close(outer);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	g->outer = outer;
	g->budget = budget;
	g->bare = bare;
	enum fund_status st = input_open(out, (struct input_source){ .context = g, .read = gunzip_read, .close = gunzip_close });
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

enum fund_status input_open_gunzipped(struct input **out, struct input *outer, struct read_budget *budget, struct fault *why)
{
	return open_gunzip(out, outer, false, budget, why);
}

/* zlib's header of two bytes is passed over, and its checksum not looked at: some servers send neither. */
enum fund_status input_open_inflated(struct input **out, struct slice stream, struct read_budget *budget, struct fault *why)
{
	struct input *in = NULL;
	bool zlib = stream.len >= 2 && (stream.data[0] & 15) == 8 && (stream.data[0] << 8 | stream.data[1]) % 31 == 0;
	enum fund_status st = input_open_bytes(&in, slice_from(stream, zlib ? 2 : 0));
	return st == FUND_OK ? open_gunzip(out, in, true, budget, why) : fault_set(why, st, "out of memory");
}
