/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_place.h"

#include <stdlib.h>

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
