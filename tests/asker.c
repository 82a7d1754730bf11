/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/asker.h"

#include <check.h>
#include <stdlib.h>

#include "query/lender.h"

#define PATIENCE 300u /* seconds: on a loaded machine good servers are slow */

void asker_open(struct asker *a, const char *const *names, uint32_t n)
{
	struct fault why = { 0 };
	*a = (struct asker){ .page = ARENA_INIT };
	ck_assert_int_eq(analyser_new(&a->analyser), FUND_OK);
	a->searcher.servers = calloc(1, sizeof *a->searcher.servers);
	ck_assert_ptr_nonnull(a->searcher.servers);
	a->searcher.servers->timeout = PATIENCE;
	ck_assert_msg(searcher_open(&a->searcher, a->analyser, names, n, &why) == FUND_OK, "%s", why.text);
}

const struct result *asker_find(struct asker *a, const char *query, uint32_t limit)
{
	struct search_options o = { .limit = limit, .to = UINT32_MAX };
	struct search_note note;
	struct fault why = { 0 };
	ck_assert_msg(search_find(&a->search, &a->searcher, slice_str(query), &o, &note, &why) == FUND_OK, "%s: %s", query, why.text);
	arena_reset(&a->page);
	ck_assert_msg(search_page(&a->search, &a->searcher, 0, UINT32_MAX, 0, &a->page, &why) == FUND_OK, "%s: %s", query, why.text);
	return &a->search.result;
}

void asker_close(struct asker *a)
{
	search_release(&a->search);
	arena_release(&a->page);
	struct servers *servers = a->searcher.servers;
	searcher_close(&a->searcher);
	servers_free(servers);
	analyser_free(a->analyser);
}

void results_are_equal(const char *query, const struct result *a, const struct result *b)
{
	ck_assert_msg(a->n_hits == b->n_hits, "%s: %u hits, not %u", query, a->n_hits, b->n_hits);
	for (uint32_t i = 0; i < a->n_hits; i++) {
		const struct shown_hit *x = &a->hits[i], *y = &b->hits[i];
		ck_assert_msg(slice_equal(x->key, y->key) && x->score == y->score, "%s: hit %u is %.*s (%lld), not %.*s (%lld)", query, i + 1, (int)x->key.len,
			      (const char *)x->key.data, (long long)x->score, (int)y->key.len, (const char *)y->key.data, (long long)y->score);
	}
}
