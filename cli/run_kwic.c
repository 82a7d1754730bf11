/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_kwic.c - a concordance of all hits, printed line by line while the index is closed. */
#include <stdlib.h>

#include "cli/present_kwic.h"
#include "cli/run.h"
#include "cli/terminal.h"

static int print_all(struct client *c, fundstelle_concordance *lines, struct kwic_presenter *p, struct fundstelle_error *error)
{
	struct fundstelle_concordance_summary s = { .size = sizeof s };
	struct fundstelle_line line = { .size = sizeof line };
	int code = FUNDSTELLE_OK;
	fundstelle_concordance_summary(lines, &s);
	kwic_begin(p, &(struct answer){ slice_buf(&c->options->query), c->index, s.took, s.index_id, s.generation, s.analysis });
	while (code == FUNDSTELLE_OK && !p->p->error) {
		code = fundstelle_concordance_next(lines, c->index, &line, error);
		fundstelle_let_go(c->index);
		if (code == FUNDSTELLE_OK)
			kwic_print(p, &line);
	}
	kwic_end(p);
	return code == FUNDSTELLE_END ? FUNDSTELLE_OK : code;
}

static int present(struct client *c, fundstelle_concordance *lines, struct kwic_presenter *p)
{
	struct fundstelle_error error = { .size = sizeof error };
	int code = print_all(c, lines, p, &error);
	int exit_status = run_finish(p->p, p->any ? 0 : 1);
	return code == FUNDSTELLE_OK ? exit_status : run_error(slice_buf(&c->options->query), &error);
}

int run_kwic(const struct options *o, struct printer *out)
{
	struct client c;
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_search_options search = o->search;
	struct fundstelle_kwic_options kwic = o->kwic;
	struct present_options po = run_present_options(o);
	struct kwic_presenter p = { .p = out, .format = o->format, .options = &po, .width = kwic.width ? kwic.width : kwic_default_width(&po, o->format) };
	struct slice query = slice_buf(&o->query);
	const char *dir = getenv("TMPDIR");
	fundstelle_concordance *lines;
	int exit_status = client_open(&c, o);
	if (exit_status)
		return exit_status;
	kwic.width = p.width;
	kwic.dir = dir && *dir ? dir : "/tmp";
	search.limit = o->limit_given ? search.limit : FUNDSTELLE_NO_LIMIT;
	search.flags |= terminal_has_links(o) ? FUNDSTELLE_ADDRESS : 0;
	int code = fundstelle_kwic(c.index, (const char *)query.data, query.len, &search, &kwic, &lines, &error);
	fundstelle_let_go(c.index);
	client_warn(&c, PROGRAM, &query);
	exit_status = code == FUNDSTELLE_OK ? present(&c, lines, &p) : run_error(query, &error);
	fundstelle_concordance_free(lines);
	client_close(&c);
	return exit_status;
}
