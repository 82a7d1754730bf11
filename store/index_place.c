/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_place.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "store/writer_private.h"

enum fund_status index_place(struct buf *out, struct fault *why)
{
	const char *index = getenv("FUNDSTELLE_INDEX"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	enum fund_status st;
	if (index && *index)
		st = buf_add_str(out, index);
	else if (data && *data)
		st = buf_add_format(out, "%s/fundstelle", data);
	else if (home && *home)
		st = buf_add_format(out, "%s/.local/share/fundstelle", home);
	else
		return fault_set(why, FUND_INVALID, "no index named: -i DIR, or set FUNDSTELLE_INDEX");
	return st == FUND_OK && buf_str(out) ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "out of memory");
}

enum fund_status index_place_make_parents(const char *dir)
{
	struct buf path = BUF_INIT;
	enum fund_status st = buf_add_str(&path, dir);

	if (st == FUND_OK && !buf_str(&path))
		st = FUND_NO_MEMORY;
	for (size_t i = 1; st == FUND_OK && i < path.len; i++) {
		if (path.data[i] != '/')
			continue;
		path.data[i] = 0;
		(void)mkdir((const char *)path.data, 0700);
		path.data[i] = '/';
	}
	buf_release(&path);
	return st;
}

bool index_place_owns(const char *name)
{
	static const char *const own[] = { "data.mdb", "lock.mdb", "write.lock", SHRINK_NAME, REPLACEMENT_NAME "/" };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}
