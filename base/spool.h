/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool.h - bytes that are written once and read once or twice within a run: in memory up to a limit, behind it in an unlinked file.
 *
 * The file has no name (O_TMPFILE, or unlinked at once): a process that is killed leaves nothing.
 * Threads  one writer; when it is done, any number of readers.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/bytes.h"

struct spool {
	const char *dir; /* borrowed: where the file goes */
	size_t limit;	 /* bytes kept in memory */
	struct buf tail; /* not in the file yet */
	uint64_t in_file;
	int fd;		 /* -1: no file yet */
	struct fault fault; /* of the last failure */
};

void spool_init(struct spool *s, const char *dir, size_t limit);
void spool_release(struct spool *s);
enum fund_status spool_write(struct spool *s, const void *data, size_t len);
enum fund_status spool_varint(struct spool *s, uint64_t v);
static inline uint64_t spool_len(const struct spool *s) { return s->in_file + s->tail.len; }

/* Reads [at, end). After a failed read `status` says why, and every further read gives 0. */
struct spool_reader {
	const struct spool *spool;
	uint64_t at, end; /* what has not been fetched yet */
	uint8_t *room;
	size_t cap, next, have;
	enum fund_status status;
};
enum fund_status spool_reader_init(struct spool_reader *r, const struct spool *s, uint64_t at, uint64_t end, size_t cap);
void spool_reader_release(struct spool_reader *r); /* also on {0} */
bool spool_reader_fill(struct spool_reader *r);	   /* false: nothing is left */
void spool_reader_bytes(struct spool_reader *r, void *out, size_t len);
static inline bool spool_reader_ended(struct spool_reader *r) { return r->next == r->have && !spool_reader_fill(r); }
static inline uint8_t spool_reader_u8(struct spool_reader *r)
{
	if (r->next == r->have && !spool_reader_fill(r)) {
		if (r->status == FUND_OK)
			r->status = FUND_CORRUPT;
		return 0;
	}
	return r->room[r->next++];
}
static inline uint64_t spool_reader_varint(struct spool_reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = spool_reader_u8(r);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			break;
	}
	return v;
}

#endif
