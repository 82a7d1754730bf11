/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index and its own export to Xapian are asked the same: random archives, random queries of every kind. The same articles in the same order, scores equal to what is
 * printed of them. FUNDSTELLE_QUERIES: how many queries of each kind (10,000 take minutes); with FUNDSTELLE_DATA the news archive, too.
 */
#include <locale.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "query/lender.h"
#include "query/search.h"
#include "tests/random_query.h"
#include "tests/twins.h"

#define QUERIES_DEFAULT 12u
#define NEWS_ARTICLES 400u
#define NEWS_WORDS 1500u

static struct fault why;

/* ---- answers ---- */

struct answer {
	struct search search;
	struct search_note note;
	struct arena page;
	struct fault why;
	enum fund_status status;
	uint64_t total; /* as --count has it */
};

static void find(struct answer *a, int which, const char *query, const struct search_options *o)
{
	struct search_options count = *o;
	struct slice text = slice_str(query);
	count.count_only = true;
	a->why = (struct fault){ 0 };
	arena_reset(&a->page);
	a->status = search_find(&a->search, &twins[which], text, &count, &a->note, &a->why);
	a->total = a->search.result.total;
	if (a->status == FUND_OK)
		a->status = search_find(&a->search, &twins[which], text, o, &a->note, &a->why);
	if (a->status == FUND_OK)
		a->status = search_page(&a->search, &twins[which], 0, UINT32_MAX, HIT_TITLE | HIT_SNIPPET | HIT_EXPLAIN, &a->page, &a->why);
	const struct fault *lent = lender_fault(twins[which].lender);
	ck_assert_msg(!lent, "%s: %s", query, lent ? lent->text : "");
}

static bool is_told(const struct explain_item *item, const struct shown_hit *h)
{
	for (uint32_t i = 0; i < h->n_explain; i++) {
		const struct explain_item *e = &h->explain[i];
		if (slice_equal(e->term, item->term) && e->kind == item->kind && e->freq == item->freq && e->field == item->field && e->score - item->score <= 100 && item->score - e->score <= 100)
			return true;
	}
	return false;
}

static void same_hit(const char *query, const struct shown_hit *a, const struct shown_hit *b)
{
	ck_assert_msg(slice_equal(a->key, b->key), "%s: hit %u: %.*s %lld, by Xapian %.*s %lld", query, a->rank, (int)a->key.len, (const char *)a->key.data,
		      (long long)a->score, (int)b->key.len, (const char *)b->key.data, (long long)b->score);
	ck_assert_msg(a->score == b->score, "%s: hit %u: %lld, by Xapian %lld", query, a->rank, (long long)a->score, (long long)b->score);
	ck_assert_uint_eq(a->date, b->date);
	ck_assert_uint_eq(a->n_copies, b->n_copies);
	ck_assert(slice_equal(a->title.text, b->title.text) && slice_equal(a->source, b->source));
	ck_assert_msg(slice_equal(a->snippet.text, b->snippet.text) && a->snippet.n_marks == b->snippet.n_marks, "%s: %.*s: another snippet", query, (int)a->key.len,
		      (const char *)a->key.data);
	ck_assert_uint_eq(a->n_explain, b->n_explain);
	for (uint32_t i = 0; i < a->n_explain; i++) /* demands are told the rarest first, which is a segment's */
		ck_assert_msg(is_told(&a->explain[i], b), "%s: %.*s: %.*s, by Xapian not told so", query, (int)a->key.len, (const char *)a->key.data,
			      (int)a->explain[i].term.len, (const char *)a->explain[i].term.data);
}

static void same_answers(struct answer *a, const char *query, const struct search_options *o)
{
	find(&a[0], 0, query, o);
	find(&a[1], 1, query, o);
	ck_assert_msg(a[0].status == a[1].status, "%s: %s, by Xapian %s: %s", query, fund_status_name(a[0].status), fund_status_name(a[1].status), a[1].why.text);
	if (a[0].status != FUND_OK)
		return;
	const struct result *r = &a[0].search.result, *s = &a[1].search.result;
	ck_assert_msg(a[0].total == a[1].total, "%s: %llu articles, by Xapian %llu", query, (unsigned long long)a[0].total, (unsigned long long)a[1].total);
	ck_assert_msg(!s->total_exact || s->total == a[1].total, "%s: an exact total of %llu, not %llu", query, (unsigned long long)s->total, (unsigned long long)a[1].total);
	ck_assert_msg(r->n_hits == s->n_hits, "%s (order %d, limit %u, offset %u): %u hits, by Xapian %u", query, o->order, o->limit, o->offset, r->n_hits, s->n_hits);
	for (uint32_t i = 0; i < r->n_hits; i++)
		same_hit(query, &r->hits[i], &s->hits[i]);
}

static uint32_t queries(uint32_t most)
{
	const char *text = getenv("FUNDSTELLE_QUERIES");
	uint32_t n = text ? (uint32_t)strtoul(text, NULL, 10) : QUERIES_DEFAULT;
	return n < most ? n : most;
}

static void compare_all(uint64_t seed, enum query_kind kind, uint32_t n)
{
	struct answer answers[2] = { { .note = { .n_limits = 0 } } };
	for (uint32_t i = 0; i < n; i++) {
		uint64_t state = seed + 7919 * (uint64_t)kind + 104729 * (uint64_t)i + 1;
		char query[2000] = "";
		for (int k = 0; k < 5; k++)
			random_next(&state);
		random_query(&state, kind, query);
		struct search_options o = random_options(&state);
		same_answers(answers, query, &o);
	}
	for (int i = 0; i < 2; i++) {
		search_release(&answers[i].search);
		arena_release(&answers[i].page);
	}
}

/* ---- the tests ---- */

START_TEST(an_index_and_its_export_give_the_same_hits)
{
	if (!twins_possible())
		return;
	twins_make(3 + (uint64_t)_i);
	twins_open();
	for (int kind = 0; kind < ASK_KINDS; kind++)
		compare_all(17, (enum query_kind)kind, queries(UINT32_MAX));
	twins_close();
	scratch_remove(&scratch);
}
END_TEST

/* ---- Xapian's own verdict: its matcher and its weights, nothing of ours behind them ---- */

struct verdict {
	struct lender_page page;
	uint32_t n_compared, n_weighed;
};

static double weight_of(const struct lender_page *page, uint32_t doc)
{
	for (uint32_t i = 0; i < page->n; i++)
		if (page->docs[i] == doc)
			return page->weights[i];
	return -1;
}

/* Every word is one term: then BM25 is the same formula on both sides. Words in several kinds are Xapian's synonyms, whose rarity it only estimates. */
static bool has_plain_terms_only(const struct plan *p)
{
	bool plain = p->kind == PLAN_TERM || p->kind == PLAN_BOOL;
	if (p->kind == PLAN_TERM)
		plain = p->term.kind == TERM_WORD && p->term.field == FIELD_ANY;
	for (uint32_t i = 0; i < p->n_children && plain; i++)
		plain = p->children[i]->role != ROLE_HINT && has_plain_terms_only(p->children[i]);
	return plain;
}

/* Without what nearness adds, which Xapian knows nothing of. */
static double score_of_terms(const struct shown_hit *h)
{
	int64_t score = 0;
	for (uint32_t i = 0; i < h->n_explain; i++)
		score += strcmp(h->explain[i].kind, "proximity") == 0 ? 0 : h->explain[i].score;
	return (double)score / 1e6;
}

/* The same documents; and the same scores, where the formula is the same. */
static void judge(struct verdict *v, struct answer *ours, const char *query, bool all)
{
	struct search_options o = { .limit = UINT32_MAX, .to = UINT32_MAX, .parse.all = all };
	struct search theirs = { .n_shown = 0 };
	struct search_note note;
	struct lender *l = twins[1].lender;
	struct lender_query q;
	find(ours, 0, query, &o);
	if (ours->status != FUND_OK || search_prepare(&theirs, &twins[1], slice_str(query), &o, &note, &why) != FUND_OK)
		return search_release(&theirs);
	ck_assert_int_eq(lender_translate(l, theirs.plan, &q), FUND_OK);
	ck_assert_int_eq(lender_find(l, &q, XAPIAN_BY_WEIGHT, 0, 2 * ARTICLES, &v->page), FUND_OK);
	const struct result *r = &ours->search.result;
	if (q.exact) {
		bool weighed = q.spare == 0 && has_plain_terms_only(theirs.plan);
		ck_assert_msg(r->n_hits == v->page.n, "%s: %u articles, as Xapian finds %u", query, r->n_hits, v->page.n);
		for (uint32_t i = 0; i < r->n_hits; i++) {
			const struct shown_hit *h = &r->hits[i];
			uint32_t doc;
			ck_assert_int_eq(lender_find_key(l, h->key, &doc), FUND_OK);
			double weight = weight_of(&v->page, doc), score = score_of_terms(h);
			ck_assert_msg(weight >= 0, "%s: Xapian does not find %.*s", query, (int)h->key.len, (const char *)h->key.data);
			ck_assert_msg(weight > score - 1e-4 * (1 + h->n_explain), "%s: %.*s scores %.4f, above Xapian's bound %.4f", query, (int)h->key.len, (const char *)h->key.data, score, weight);
			ck_assert_msg(!weighed || weight < score + 1e-4 * (1 + h->n_explain), "%s: %.*s scores %.4f, by Xapian %.4f", query, (int)h->key.len,
				      (const char *)h->key.data, score, weight);
		}
		v->n_compared++;
		v->n_weighed += weighed && r->n_hits > 0;
	}
	lender_query_release(l, &q);
	search_release(&theirs);
}

START_TEST(xapian_by_itself_finds_the_same_articles_and_weighs_them_alike)
{
	struct verdict v = { .n_compared = 0 };
	struct answer ours = { .note = { .n_limits = 0 } };
	if (!twins_possible())
		return;
	twins_make(43);
	twins_open();
	for (int kind = 0; kind < ASK_KINDS; kind++)
		for (uint32_t i = 0; i < 2 * queries(UINT32_MAX); i++) {
			uint64_t state = 61 + 7919 * (uint64_t)kind + 104729 * (uint64_t)i;
			char query[2000] = "";
			for (int k = 0; k < 5; k++)
				random_next(&state);
			random_query(&state, (enum query_kind)kind, query);
			judge(&v, &ours, query, random_below(&state, 4) == 0);
		}
	ck_assert_msg(v.n_compared > 10 * queries(UINT32_MAX) && v.n_weighed > queries(UINT32_MAX), "%u queries compared, %u weighed", v.n_compared, v.n_weighed);
	lender_page_release(&v.page);
	search_release(&ours.search);
	arena_release(&ours.page);
	twins_close();
	scratch_remove(&scratch);
}
END_TEST

/* Every tenth word of the index, the most frequent first; `text` has them. */
static void take_vocabulary(char *text)
{
	static const char *found[NEWS_WORDS];
	uint32_t n = 0, line = 0;
	for (char *save = NULL, *at = strtok_r(text, "\n", &save); at && n < NEWS_WORDS; at = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(at, "\t");
		if (line++ % 10 != 0 || len < 3 || strcspn(at, "\"{}()[]*~:=/|+-<>.,0123456789") < len)
			continue;
		at[len] = 0;
		found[n++] = at;
	}
	ck_assert_uint_gt(n, NEWS_WORDS / 2);
	random_words_are(found, n);
}

/* The first articles of the news archive, with its own words: queries that are written down, and random ones. */
START_TEST(the_news_archive_and_its_export_give_the_same_hits)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	static const char *const asked[] = { "Merkel Impfung", "+Corona -Impfung", "\"erneuerbare Energien\"", "Corona NEAR/5 Impfung", "Impf*", "*minister", "Merkl~", "=Häuser",
					     "titel:Corona", "Bürger*innen", "US-Präsident Trump", "Regierung OR Kanzlerin", "Schule AND Kita", "/gro(ss)?[a-z]*stadt/",
					     "\"{Merkel,Trump} sagte\"", "Regierung NEAR/S Krise", "datum:2020-05 Schule", "\"der Bund\"~3", "Lockdown NOT Corona" };
	struct answer answers[2] = { { .note = { .n_limits = 0 } } };
	if (!twins_possible() || !data) {
		fprintf(stderr, "skipped: FUNDSTELLE_DATA is not set, or there is no Xapian\n");
		return;
	}
	setlocale(LC_CTYPE, "C.UTF-8");
	scratch_make(&scratch);
	char command[1200];
	snprintf(command, sizeof command, "gzip -dc '%s/news.jsonl.gz' | head -n %u > '%s/news.jsonl'", data, NEWS_ARTICLES, scratch.dir);
	ck_assert_int_eq(system(command), 0);
	program_expect(0, "fundstelle-index -q -i %s/i %s/news.jsonl", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/x", scratch.dir, scratch.dir);
	twins_open();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		for (uint64_t k = 0; k < 3; k++) {
			uint64_t state = 99 + 31 * i + k;
			struct search_options o = random_options(&state);
			same_answers(answers, asked[i], &o);
		}
	struct outcome terms = program_run(NULL, "fundstelle-query -i %s/i --terms=* -f tsv", scratch.dir);
	take_vocabulary(terms.out);
	for (int kind = 0; kind < ASK_KINDS; kind++)
		compare_all(71, (enum query_kind)kind, queries(UINT32_MAX));
	outcome_free(&terms);
	for (int i = 0; i < 2; i++) {
		search_release(&answers[i].search);
		arena_release(&answers[i].page);
	}
	twins_close();
	scratch_remove(&scratch);
}
END_TEST

static char *output_of(const char *index, const char *arguments)
{
	struct outcome o = program_run(NULL, "fundstelle-query %s %s", index, arguments);
	ck_assert_msg(o.status <= 1 && o.status >= 0, "%s %s: status %d\n%s", index, arguments, o.status, o.err);
	char *out = o.out;
	free(o.err);
	return out;
}

/* What is counted and listed; nothing in it depends on time or on what the index is called. */
static const char *const reports[] = { "-n0 -f paths datum:2021", "--count Haus",	       "--timeline -f tsv Krise", "--timeline=day -f tsv --relative Trupp*", "--facet=ressort -f tsv Haus",
				       "--facet=autor -f tsv Haus", "--facet=jahr -f tsv Haus", "--kwic -f tsv Truppe",	  "--kwic -f tsv --sort=left Trupp*",	     "--collocates -f tsv Krise",
				       "--terms=*krise -f tsv",	    "--show=a/alt.jsonl#7",	"--similar=a/alt.jsonl#7 -f tsv", "--new --count Haus", "-f jsonl -n 40 Aufmarsch" };

START_TEST(reports_over_an_export_are_those_over_the_index)
{
	if (!twins_possible())
		return;
	twins_make(29);
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		char index[300], lent[300];
		snprintf(index, sizeof index, "-i %s/i", scratch.dir);
		snprintf(lent, sizeof lent, "-i xapian:%s/x", scratch.dir);
		char *a = output_of(index, reports[i]), *b = output_of(lent, reports[i]);
		ck_assert_msg(strcmp(a, b) == 0, "%s\n%s\nby Xapian\n%s", reports[i], a, b);
		free(a), free(b);
	}
	scratch_remove(&scratch);
}
END_TEST

/* Half of the archive in an index, half in Xapian, against all of it in one index. */
START_TEST(an_index_and_a_database_are_ranked_as_one_list)
{
	static const char *const asked[] = { "Haus", "Truppen Krise", "+Regierung -Haus", "\"am See\"", "Trupp*", "Goethe~", "Haus NEAR/3 Krise", "=Häuser", "titel:Krise" };
	if (!twins_possible())
		return;
	scratch_make(&scratch);
	twins_write_archive(5, "eins.jsonl", 0, 200);
	program_expect(0, "fundstelle-index -q -i %s/i1 %s/a", scratch.dir, scratch.dir);
	char path[400];
	snprintf(path, sizeof path, "%s/a/eins.jsonl", scratch.dir);
	ck_assert_int_eq(remove(path), 0);
	twins_write_archive(6, "zwei.jsonl", 200, 200);
	program_expect(0, "fundstelle-index -q -i %s/i2 %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i2 --to-xapian=%s/x2", scratch.dir, scratch.dir);
	twins_write_archive(5, "eins.jsonl", 0, 200);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		char dirs[2][700], name[20];
		char *out[2];
		snprintf(dirs[0], sizeof dirs[0], "-i %s/i1 -i %s/i2", scratch.dir, scratch.dir);
		snprintf(dirs[1], sizeof dirs[1], "-i %s/i1 -i xapian:%s/x2", scratch.dir, scratch.dir);
		snprintf(name, sizeof name, "%zu\t", i);
		for (int k = 0; k < 2; k++) {
			char line[200];
			snprintf(line, sizeof line, "q\t%s\n", asked[i]);
			struct outcome o = program_run(line, "fundstelle-query %s -n 50 --batch=-", dirs[k]);
			ck_assert_msg(o.status == 0, "%s: %s", asked[i], o.err);
			out[k] = o.out;
			free(o.err);
		}
		ck_assert_msg(strcmp(out[0], out[1]) == 0, "%s\n%s\nwith Xapian\n%s", asked[i], out[0], out[1]);
		free(out[0]), free(out[1]);
	}
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_lender(void);
Suite *suite_lender(void)
{
	Suite *s = suite_create("queries over Xapian");
	TCase *t = tcase_create("lender");
	tcase_set_timeout(t, 600 + 60 * queries(UINT32_MAX)); /* more are asked for by FUNDSTELLE_QUERIES */
	tcase_add_loop_test(t, an_index_and_its_export_give_the_same_hits, 0, 2);
	tcase_add_test(t, xapian_by_itself_finds_the_same_articles_and_weighs_them_alike);
	tcase_add_test(t, the_news_archive_and_its_export_give_the_same_hits);
	tcase_add_test(t, reports_over_an_export_are_those_over_the_index);
	tcase_add_test(t, an_index_and_a_database_are_ranked_as_one_list);
	suite_add_tcase(s, t);
	return s;
}
