/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/recency.h"

#include "query/lender.h"

/* Days since the first of March of the year 0, by the calendar that is in use now. Source: Hinnant, chrono-compatible low-level date algorithms (days_from_civil). */
static int64_t day_number(uint32_t date)
{
	int64_t m = DATE_MONTH(date) ? DATE_MONTH(date) : 1, d = DATE_DAY(date) ? DATE_DAY(date) : 1, y = (int64_t)DATE_YEAR(date) - (m <= 2);
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
}

int64_t recency_score(const struct recency *r, uint32_t date, int64_t score)
{
	double left = RECENCY_LEAST;
	if (r->half_life == 0)
		return score;
	if (date && r->newest)
		left += (1 - RECENCY_LEAST) * exp2(-(double)(day_number(r->newest) - day_number(date)) / r->half_life);
	return (int64_t)((double)score * (left < 1 ? left : 1));
}

/* ---- the newest ---- */

static void take_newer(struct recency *r, uint32_t date)
{
	if (date > r->newest)
		r->newest = date;
}

static enum fund_status newest_of_leaf(struct recency *r, struct leaf *leaf)
{
	uint32_t last = segment_stats(leaf->segment)->date_last;
	enum fund_status st = FUND_OK;
	if (!leaf->has_dead)
		take_newer(r, last);
	for (uint32_t doc = 0; doc < leaf->n_docs && leaf->has_dead && r->newest < last && st == FUND_OK; doc++) {
		uint32_t date;
		bool dead = false;
		st = leaf_date(leaf, doc, &date);
		if (st == FUND_OK && date > r->newest)
			st = leaf_is_dead(leaf, doc, &dead);
		if (st == FUND_OK && !dead)
			take_newer(r, date);
	}
	return st;
}

static enum fund_status newest_lent(struct recency *r, struct searcher *s)
{
	const struct plan all = { .kind = PLAN_ALL };
	struct lender_query query;
	struct lender_page page = { .n = 0 };
	uint32_t date = 0;
	enum fund_status st = lender_translate(s->lender, &all, &query);
	if (st == FUND_OK && query.query)
		st = lender_find(s->lender, &query, XAPIAN_BY_VALUE_DOWN, 0, 1, &page);
	if (st == FUND_OK && page.n)
		st = lender_lend(s, NULL, page.docs, 1, LEND_NONE);
	if (st == FUND_OK && page.n)
		st = leaf_date(&s->leaves[s->lent_leaf], 0, &date);
	take_newer(r, date);
	lender_page_release(&page);
	lender_query_release(s->lender, &query);
	return st;
}

enum fund_status recency_find(struct recency *r, struct searcher *s, uint32_t half_life)
{
	enum fund_status st = FUND_OK;
	*r = (struct recency){ .half_life = half_life };
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK && half_life; i++)
		st = s->leaves[i].lent ? newest_lent(r, s) : newest_of_leaf(r, &s->leaves[i]);
	return st;
}
