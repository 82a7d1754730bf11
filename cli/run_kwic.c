/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_kwic.c - a concordance of all hits, printed line by line while the index is closed. */
#include <stdlib.h>

#include "query/concordance.h"
#include "query/present_kwic.h"
#include "cli/run.h"

static enum fund_status print_all(struct concordance *c, struct kwic_presenter *p, struct fault *why)
{
	struct kwic_line line;
	kwic_begin(p, &c->session->search.result);
	enum fund_status st = concordance_begin(c, why);
	while (st == FUND_OK && !p->p->error && (st = concordance_next(c, &line, why)) == FUND_OK)
		kwic_print(p, &line);
	kwic_end(p);
	return st == FUND_END ? FUND_OK : st;
}

int run_kwic(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct session s;
	struct concordance c = { .session = &s };
	struct fault why = { 0 };
	struct present_options po = run_present_options(o);
	struct kwic_presenter p = { .p = out, .format = o->format, .options = &po, .width = o->kwic_width ? o->kwic_width : kwic_default_width(&po, o->format) };
	const char *dir = getenv("TMPDIR");
	struct concordance_options wanted = { .width = p.width, .order = o->kwic_order, .links = run_has_links(o), .skip = o->search.offset,
					      .wanted = o->limit_given ? o->search.limit : UINT64_MAX, .memory = KWIC_SORT_MEMORY,
					      .dir = dir && *dir ? dir : "/tmp" };
	int status = 2;
	run_session(&s, o, analyser);
	enum fund_status st = concordance_find(&c, slice_buf(&o->query), &o->search, &wanted, &why);
	run_warn(o, slice_buf(&o->query), &s.note);
	if (st == FUND_INVALID) {
		run_syntax_error(slice_buf(&o->query), s.note.error_off, &why);
	} else {
		if (st == FUND_OK)
			st = print_all(&c, &p, &why);
		status = run_finish(out, p.any ? 0 : 1);
		if (st != FUND_OK)
			status = run_trouble(&why);
	}
	concordance_release(&c);
	session_release(&s);
	return status;
}
