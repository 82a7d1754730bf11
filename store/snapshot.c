/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/pages.h"
#include "store/readers.h"
#include "store/segment_private.h"

#define CONCERN_LEXICON 0x04
#define OPEN_TRIES 10	  /* a state may be overwritten while it is opened */
#define REGISTER_TRIES 5  /* of these; then without: the lock file may speak of a data.mdb that was replaced */

struct snapshot {
	struct pages pages;
	struct manifest manifest;
	struct reader *reader; /* NULL: not registered */
	bool held;	       /* by the writer's own read transaction */
	pthread_mutex_t mutex; /* of opening segments */
	struct segment **segments;
	struct chunk_memo lexicon[LEXICON_LETTERS];
};

/* "dir/data.mdb is cut off: …" */
static enum fund_status fault_in_file(struct fault *why, enum fund_status status, const char *dir, const struct fault *inner)
{
	return fault_set(why, status, "%s/data.mdb %s", dir, inner->text);
}

static enum fund_status no_index_yet(const char *dir, struct fault *why)
{
	return fault_set(why, FUND_NOT_FOUND, "%s: no index there yet: its first run has not ended", dir);
}

static enum fund_status open_data(const char *dir, int *fd, struct fault *why)
{
	struct buf path = BUF_INIT;
	enum fund_status status = FUND_OK;

	*fd = -1;
	if (buf_add_format(&path, "%s/data.mdb", dir) != FUND_OK || buf_str(&path) == NULL)
		status = fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
	else
		*fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (status == FUND_OK && *fd < 0)
		status = errno == ENOENT || errno == ENOTDIR ? fault_set(why, FUND_NOT_FOUND, "%s: no index there: fundstelle-index -i DIR PATH makes one", dir)
							     : fault_errno(why, errno, "%s", buf_str(&path));
	buf_release(&path);
	return status;
}

static enum fund_status open_pages(struct snapshot *s, const char *dir, int fd, uint64_t txnid, struct fault *why)
{
	struct fault inner = { .status = FUND_OK };
	enum fund_status status = pages_open(&s->pages, fd, txnid, &inner);

	return status == FUND_OK ? FUND_OK : fault_in_file(why, status, dir, &inner);
}

/* LMDB sees the file only when its meta pages have been found good. */
static enum fund_status open_newest(struct snapshot *s, const char *dir, int fd, bool register_it, struct fault *why)
{
	enum fund_status status = open_pages(s, dir, fd, 0, why);
	struct stat st;

	if (status != FUND_OK || !register_it)
		return status;
	if (fstat(fd, &st) != 0)
		return fault_errno(why, errno, "%s/data.mdb", dir);
	status = reader_register(&s->reader, dir, st.st_dev, st.st_ino);
	if (status == FUND_NOT_FOUND)
		return FUND_OK;
	if (status != FUND_OK)
		return fault_set(why, status, "%s: no memory", dir);
	if (reader_txnid(s->reader) == s->pages.txnid)
		return FUND_OK;
	pages_close(&s->pages);
	return open_pages(s, dir, fd, reader_txnid(s->reader), why);
}

/* Other programs keep LMDB files too. */
static enum fund_status explain_no_manifest(const struct snapshot *s, const char *dir, struct fault *why)
{
	const uint8_t first = KEY_TRANSACTION;
	struct slice key, value;

	if (pages_seek_gt(&s->pages, slice_of(&first, 1), &key, &value) == FUND_OK &&
	    (key.len < 5 || (key.data[0] != 0x02 && key.data[0] != 0x03 && key.data[0] != 0x10)))
		return fault_set(why, FUND_FORMAT, "%s/data.mdb is an LMDB file, but no index of fundstelle", dir);
	return no_index_yet(dir, why);
}

/* All pages that lead to the manifest are right, but are they of this state? LMDB's tools number transactions anew in the files that they write: there all pages tell. */
static enum fund_status check_transaction(const struct snapshot *s, const char *dir, struct fault *why)
{
	const uint8_t key = KEY_TRANSACTION;
	struct slice number;
	enum fund_status status = pages_get(&s->pages, slice_of(&key, 1), &number);

	bool is_right = status == FUND_OK && number.len == KEY_TRANSACTION_LEN && get_u32(number.data) == checksum(number.data + 4, number.len - 4);

	if (is_right && (get_u64(number.data + 4) == s->pages.txnid || pages_check(&s->pages, NULL) == FUND_OK))
		return FUND_OK;
	return fault_set(why, FUND_CORRUPT, "%s/data.mdb is damaged: its meta page leads to pages of another state", dir);
}

static enum fund_status open_manifest(struct snapshot *s, const char *dir, struct fault *why)
{
	const uint8_t key = 0x01, behind_sources = 0x03;
	struct fault inner = { .status = FUND_OK };
	struct slice bytes;
	pages_will_need_searches(&s->pages, slice_of(&behind_sources, 1));
	enum fund_status status = pages_get(&s->pages, slice_of(&key, 1), &bytes);

	if (status == FUND_NOT_FOUND)
		return explain_no_manifest(s, dir, why);
	if (status != FUND_OK)
		return fault_set(why, status, "%s/data.mdb is damaged: the manifest cannot be reached", dir);
	status = manifest_decode(bytes, &s->manifest, &inner);
	if (status != FUND_OK)
		return fault_in_file(why, status, dir, &inner);
	status = check_transaction(s, dir, why);
	if (status != FUND_OK)
		return status;
	s->segments = calloc(s->manifest.n_segments + 1u, sizeof(struct segment *));
	return s->segments != NULL ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
}

static enum fund_status snapshot_new(struct snapshot **out)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	*out = NULL;
	if (s == NULL)
		return FUND_NO_MEMORY;
	if (pthread_mutex_init(&s->mutex, NULL) != 0) {
		free(s);
		return FUND_NO_MEMORY;
	}
	*out = s;
	return FUND_OK;
}

static enum fund_status open_once(struct snapshot *s, const char *dir, uint64_t held_txnid, bool register_it, struct fault *why)
{
	int fd = -1;
	enum fund_status status = open_data(dir, &fd, why);

	if (status == FUND_OK)
		status = s->held ? open_pages(s, dir, fd, held_txnid, why) : open_newest(s, dir, fd, register_it, why);
	if (status == FUND_OK)
		status = open_manifest(s, dir, why);
	if (status != FUND_OK && s->pages.map != NULL && snapshot_check(s) == FUND_STALE)
		status = FUND_STALE;
	if (fd >= 0)
		close(fd);
	return status;
}

static enum fund_status open_state(struct snapshot **out, const char *dir, bool held, uint64_t txnid, struct fault *why)
{
	struct snapshot *s = NULL;
	enum fund_status status = FUND_STALE;

	for (int i = 0; status == FUND_STALE && i < OPEN_TRIES; i++) {
		snapshot_close(s);
		if (snapshot_new(&s) != FUND_OK)
			return fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
		s->held = held;
		status = open_once(s, dir, txnid, i < REGISTER_TRIES, why);
	}
	if (status == FUND_OK) {
		*out = s;
		return FUND_OK;
	}
	snapshot_close(s);
	return status;
}

enum fund_status snapshot_open(struct snapshot **out, const char *dir, struct fault *why)
{
	enum fund_status status;

	*out = NULL;
	status = open_state(out, dir, false, 0, why);
	if (status != FUND_OK || (*out)->manifest.generation > 0)
		return status;
	snapshot_close(*out);
	*out = NULL;
	return no_index_yet(dir, why);
}

enum fund_status snapshot_open_held(struct snapshot **out, const char *dir, uint64_t txnid, struct fault *why)
{
	*out = NULL;
	enum fund_status status = open_state(out, dir, true, txnid, why);
	if (status == FUND_OK)
		snapshot_advise_through(*out);
	return status;
}

void snapshot_close(struct snapshot *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; s->segments != NULL && i < s->manifest.n_segments; i++)
		segment_free(s->segments[i]);
	free(s->segments);
	manifest_release(&s->manifest);
	pages_close(&s->pages);
	reader_leave(s->reader);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

void snapshot_advise_through(const struct snapshot *s)
{
	pages_advise_through(&s->pages);
}

const struct manifest *snapshot_manifest(const struct snapshot *s)
{
	return &s->manifest;
}

uint32_t snapshot_n_segments(const struct snapshot *s)
{
	return s->manifest.n_segments;
}

enum fund_status snapshot_segment(struct snapshot *s, uint32_t i, struct segment **out, struct fault *why)
{
	enum fund_status status = FUND_OK;

	pthread_mutex_lock(&s->mutex);
	if (s->segments[i] == NULL)
		status = segment_new(&s->segments[i], &s->pages, &s->manifest, i);
	*out = s->segments[i];
	pthread_mutex_unlock(&s->mutex);
	return status == FUND_OK ? FUND_OK : fault_set(why, status, "segment %u: no memory", s->manifest.segments[i].number);
}

enum fund_status snapshot_lexicon(struct snapshot *s, uint8_t letter, struct slice *block)
{
	struct chunk_memo *memo = &s->lexicon[letter];
	const uint8_t key[2] = { CONCERN_LEXICON, letter };

	if (chunk_memo_get(memo, block))
		return FUND_OK;
	pages_will_need_value(&s->pages, slice_of(key, sizeof(key)));
	enum fund_status status = pages_get(&s->pages, slice_of(key, sizeof(key)), block);
	if (status == FUND_OK)
		chunk_memo_put(memo, *block);
	return status;
}

/* Transaction n + 3 may reuse what n + 1 freed, and writes it before it is itself visible: so as soon as n + 2 is. */
enum fund_status snapshot_check(struct snapshot *s)
{
	if (s->reader != NULL || s->held)
		return FUND_OK;
	return pages_newest(&s->pages) >= s->pages.txnid + 2 ? FUND_STALE : FUND_OK;
}

const struct pages *snapshot_pages(const struct snapshot *s)
{
	return &s->pages;
}
