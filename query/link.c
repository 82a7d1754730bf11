/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/link.h"

#include <string.h>
#include <sys/stat.h>

static enum fund_status root_path(const struct manifest *m, uint32_t number, struct slice *path)
{
	for (uint32_t i = 0; i < m->n_roots; i++)
		if (m->roots[i].number == number) {
			*path = slice_buf(&m->roots[i].path);
			return FUND_OK;
		}
	return FUND_NOT_FOUND;
}

enum fund_status link_path(const struct manifest *m, const struct article_key *key, struct buf *out)
{
	struct slice root;
	struct stat info;
	size_t start = out->len;
	enum fund_status st = root_path(m, key->root, &root);
	if (st == FUND_OK)
		st = buf_add_slice(out, root);
	if (st == FUND_OK && !buf_str(out))
		st = FUND_NO_MEMORY;
	if (st == FUND_OK && stat((const char *)out->data + start, &info) != 0)
		st = FUND_NOT_FOUND;
	if (st != FUND_OK || !S_ISDIR(info.st_mode)) /* a root that is a file is the file */
		return st;
	if (root.len > 1)
		st = buf_add_byte(out, '/');
	return st == FUND_OK ? buf_add(out, key->key.data, key->key.len - key->id_len) : st;
}

static bool is_plain(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c)); }

static enum fund_status add_encoded(struct buf *out, struct slice bytes)
{
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < bytes.len && st == FUND_OK; i++)
		st = is_plain(bytes.data[i]) ? buf_add_byte(out, bytes.data[i]) : buf_add_format(out, "%%%02X", bytes.data[i]);
	return st;
}

enum fund_status link_address(struct slice path, const char *host, struct buf *out)
{
	enum fund_status st = buf_add_str(out, "file://");
	if (st == FUND_OK)
		st = add_encoded(out, slice_str(host));
	return st == FUND_OK ? add_encoded(out, path) : st;
}
