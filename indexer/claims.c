/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/claims.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "indexer/siblings.h"

#define LEVELS 3u		     /* folders that are looked into, from the page's up */
#define CLAIMS_MAX 64u		     /* METS files of these */
#define METS_MAX ((size_t)32 << 20) /* bytes of one */

void claims_release(struct claims *c)
{
	for (uint32_t i = 0; i < c->cap; i++) {
		buf_release(&c->rows[i].path);
		buf_release(&c->rows[i].bytes);
	}
	free(c->rows);
	buf_release(&c->folder);
	*c = (struct claims){ .n = 0 };
}

static struct slice folder_of(struct slice path)
{
	while (path.len && path.data[path.len - 1] != '/')
		path.len--;
	return slice_of(path.data, path.len ? path.len - 1 : 0);
}

/* The bytes of an open file, at most METS_MAX. */
static enum fund_status read_bytes(int fd, struct buf *out)
{
	buf_reset(out);
	for (;;) {
		enum fund_status st = buf_reserve(out, (size_t)64 << 10);
		if (st != FUND_OK)
			return st;
		ssize_t n = pread(fd, out->data + out->len, (size_t)64 << 10, (off_t)out->len);
		if (n <= 0 || out->len > METS_MAX)
			return FUND_OK;
		out->len += (size_t)n;
	}
}

static bool holds(struct slice s, const char *what) { return s.len && memmem(s.data, s.len, what, strlen(what)); }

/* By the first bytes: the root is <mets …> or <x:mets …>. */
static bool begins_mets(struct slice bytes)
{
	struct slice head = slice_of(bytes.data, bytes.len < 4096 ? bytes.len : 4096);
	return holds(head, "http://www.loc.gov/METS/") && (holds(head, "<mets") || holds(head, ":mets"));
}

/* ---- which METS there are ---- */

struct listing {
	struct claims *claims;
	const struct walk *walk;
	struct slice folder;
	enum fund_status status;
};

static bool may_be_mets(const char *name)
{
	return slice_ends_in(slice_str(name), ".xml") && (strcasestr(name, "mets") || strcasecmp(name, "meta.xml") == 0);
}

static struct claim *new_row(struct claims *c)
{
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? 2 * c->cap : 4;
		struct claim *rows = realloc(c->rows, cap * sizeof *rows);
		if (!rows)
			return NULL;
		memset(rows + c->cap, 0, (cap - c->cap) * sizeof *rows);
		c->rows = rows;
		c->cap = cap;
	}
	return &c->rows[c->n];
}

static void on_name(void *context, const char *name)
{
	struct listing *l = context;
	int fd;
	if (l->status != FUND_OK || l->claims->n == CLAIMS_MAX || !may_be_mets(name))
		return;
	struct claim *row = new_row(l->claims);
	if (!row) {
		l->status = FUND_NO_MEMORY;
		return;
	}
	buf_reset(&row->path);
	l->status = buf_add_slice(&row->path, l->folder);
	if (l->status == FUND_OK && l->folder.len)
		l->status = buf_add_byte(&row->path, '/');
	if (l->status == FUND_OK)
		l->status = buf_add_str(&row->path, name);
	if (l->status != FUND_OK || walk_open_sibling(l->walk, slice_buf(&row->path), &fd, NULL) != FUND_OK)
		return;
	l->status = read_bytes(fd, &row->bytes);
	close(fd);
	if (begins_mets(slice_buf(&row->bytes)))
		l->claims->n++;
}

static enum fund_status look_around(struct claims *c, const struct walk *walk, struct slice path)
{
	struct slice folder = folder_of(path), inside = path;
	c->n = 0;
	c->walk = walk;
	buf_reset(&c->folder);
	enum fund_status st = buf_add_slice(&c->folder, folder);
	for (unsigned level = 0; level < LEVELS && st == FUND_OK; level++) {
		struct listing l = { c, walk, folder_of(inside), FUND_OK };
		st = walk_list(walk, inside, on_name, &l);
		st = st == FUND_OK ? l.status : st;
		if (l.folder.len == 0)
			break;
		inside = l.folder;
	}
	if (st == FUND_NO_MEMORY)
		c->walk = NULL;
	return st == FUND_NO_MEMORY ? st : FUND_OK;
}

/* ---- which claims a page ---- */

/* As a whole value: between a quote or a slash, and a quote. */
static bool names_page(struct slice mets, struct slice page)
{
	const uint8_t *p = mets.data, *end = slice_end(mets);
	while ((p = memmem(p, (size_t)(end - p), page.data, page.len)) != NULL) {
		const uint8_t *behind = p + page.len;
		uint8_t before = p > mets.data ? p[-1] : 0;
		if ((before == '"' || before == '\'' || before == '/') && behind < end && (*behind == '"' || *behind == '\''))
			return true;
		p++;
	}
	return false;
}

enum fund_status claims_find(struct claims *c, const struct walk *walk, struct slice path, struct slice *mets)
{
	*mets = (struct slice){ NULL, 0 };
	if (!slice_ends_in(path, ".xml"))
		return FUND_OK;
	if (c->walk != walk || !slice_equal(slice_buf(&c->folder), folder_of(path))) {
		enum fund_status st = look_around(c, walk, path);
		if (st != FUND_OK)
			return st;
	}
	for (uint32_t i = 0; i < c->n; i++) {
		struct slice own = slice_buf(&c->rows[i].path), folder = folder_of(own);
		size_t skip = folder.len ? folder.len + 1 : 0;
		if (!slice_equal(own, path) && names_page(slice_buf(&c->rows[i].bytes), slice_from(path, skip))) {
			*mets = own;
			return FUND_OK;
		}
	}
	return FUND_OK;
}

/* ---- a METS with its pages ---- */

static void mix_file(const struct walk *walk, struct slice path, uint64_t *hash)
{
	struct stat s;
	int fd;
	if (walk_open_sibling(walk, path, &fd, NULL) != FUND_OK)
		return;
	if (fstat(fd, &s) == 0) {
		uint8_t bytes[24];
		put_u64(bytes, (uint64_t)s.st_size);
		put_u64(bytes + 8, (uint64_t)s.st_mtim.tv_sec);
		put_u64(bytes + 16, (uint64_t)s.st_mtim.tv_nsec);
		*hash = hash_bytes_seed(bytes, sizeof bytes, *hash);
	}
	close(fd);
}

enum fund_status claims_mix_pages(const struct walk *walk, struct slice path, int fd, uint64_t *hash, bool *is_mets)
{
	struct buf bytes = BUF_INIT, page = BUF_INIT;
	uint8_t head[4096];
	*is_mets = false;
	ssize_t n = slice_ends_in(path, ".xml") ? pread(fd, head, sizeof head, 0) : 0;
	if (n <= 0 || !begins_mets(slice_of(head, (size_t)n)))
		return FUND_OK;
	*is_mets = true;
	enum fund_status st = read_bytes(fd, &bytes);
	const uint8_t *p = bytes.data, *end = slice_end(slice_buf(&bytes));
	while (st == FUND_OK && (p = memmem(p, (size_t)(end - p), "href=", 5)) != NULL) {
		p += 5;
		uint8_t quote = p < end ? *p++ : 0;
		const uint8_t *close_quote = quote == '"' || quote == '\'' ? memchr(p, quote, (size_t)(end - p)) : NULL;
		if (!close_quote)
			continue;
		st = sibling_path(path, slice_of(p, (size_t)(close_quote - p)), &page);
		if (st == FUND_OK && slice_ends_in(slice_buf(&page), ".xml"))
			mix_file(walk, slice_buf(&page), hash);
		st = st == FUND_UNSUPPORTED ? FUND_OK : st;
		p = close_quote;
	}
	buf_release(&bytes);
	buf_release(&page);
	return st;
}
