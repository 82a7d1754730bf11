/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index and its own export to Xapian are asked the same: random archives, random queries of every kind. The same articles in the same order, scores equal to what is
 * printed of them. FUNDSTELLE_QUERIES: how many queries of each kind (10,000 take minutes); with FUNDSTELLE_DATA the news archive, too.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sanitized.h"
#include "query/lender.h"
#include "query/search.h"
#include "tests/program.h"
#include "xapian/layout.h"
#include "xapian/xapian_c.h"

#define ARTICLES 300u
#define QUERIES_DEFAULT 12u
#define NEWS_ARTICLES 400u
#define NEWS_WORDS 1500u

static struct scratch scratch;
static struct analyser *analysers[2];
static struct searcher searchers[2]; /* the index, Xapian's */
static struct fault why;

/* ---- an archive ---- */

static const char *const words[] = { "Haus",	   "Häuser",	   "Hauses",	   "Truppen",	  "Truppe",	 "Aufmarsch",  "Truppenaufmarsch", "Aufmarschgebiet", "Straße",   "Strasse",
				     "Goethe",	   "Göthe",	   "Schiffahrt",   "Schifffahrt", "US-Präsident", "Präsident", "der",	       "die",	      "und",	  "nicht",
				     "Regierung",  "Regierungen",  "Krise",	   "Regierungskrise", "Bürgerinnen", "Bürger", "Bürger*innen", "2022",	      "8",	  "685",
				     "See",	   "am",	   "Winter",	   "Wintersee",	  "Bahn",	 "Bahnhof",    "Hof",	       "Höfe",	      "läuft",	  "lief",
				     "gegangen",   "gehen",	   "E-Mail",	   "Bericht",	  "Berichte",	 "berichtet",  "Welt",	       "Weltkrise" };
#define N_WORDS (sizeof words / sizeof *words)
static const char *const names[] = { "Anna Müller", "Bernd Meier", "Müller-Lüdenscheidt", "" };
static const char *const sections[] = { "Politik", "Kultur", "Wirtschaft am Morgen", "" };
static const char *const sources[] = { "dpa", "Neue Presse", "" };

/* What queries and archives are made of: the words above, or those of an archive that is there, the most frequent first. */
static const char *const *vocabulary = words;
static uint32_t n_vocabulary = N_WORDS;

/* Few words are frequent, many are not. */
static const char *some_word(uint64_t *state)
{
	uint32_t a = random_below(state, n_vocabulary), b = random_below(state, n_vocabulary);
	return vocabulary[a < b ? a : b];
}

static void say_words(FILE *f, uint64_t *state, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? random_below(state, 9) ? " " : random_below(state, 3) ? ". " : ".\\n\\n" : "", some_word(state));
}

static void write_archive(uint64_t seed, const char *name, uint32_t first, uint32_t n)
{
	char path[400];
	uint64_t state = seed;
	snprintf(path, sizeof path, "%s/a", scratch.dir);
	file_write(path, name, ""); /* makes the folder */
	snprintf(path, sizeof path, "%s/a/%s", scratch.dir, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (uint32_t i = first; i < first + n; i++) {
		fprintf(f, "{\"id\": \"%u\", \"title\": \"", i);
		say_words(f, &state, random_below(&state, 5));
		fprintf(f, "\", \"author\": \"%s\", \"section\": \"%s\", \"source\": \"%s\", \"text\": \"", names[random_below(&state, 4)], sections[random_below(&state, 4)],
			sources[random_below(&state, 3)]);
		say_words(f, &state, 1 + random_below(&state, random_below(&state, 5) ? 40 : 200));
		fprintf(f, "\"");
		if (random_below(&state, 8))
			fprintf(f, ", \"date\": \"202%u-%02u-%02u\"", random_below(&state, 3), 1 + random_below(&state, 12), 1 + random_below(&state, 28));
		fprintf(f, "}\n");
	}
	fclose(f);
}

static bool has_xapian(void)
{
	const struct xapian_c *x;
	if (xapian_load(&x, &why) == FUND_OK)
		return true;
	fprintf(stderr, "skipped: %s\n", why.text);
	return false;
}

static void open_both(void)
{
	char paths[2][300];
	for (int i = 0; i < 2; i++) {
		const char *dirs[] = { paths[i] };
		snprintf(paths[i], sizeof paths[i], i ? "xapian:%s/x" : "%s/i", scratch.dir);
		ck_assert_int_eq(analyser_new(&analysers[i]), FUND_OK);
		ck_assert_msg(searcher_open(&searchers[i], analysers[i], dirs, 1, &why) == FUND_OK, "%s", why.text);
	}
	ck_assert_uint_eq(searchers[0].n_docs, searchers[1].n_docs);
	ck_assert_uint_eq(searchers[0].sum_length, searchers[1].sum_length);
}

static void close_both(void)
{
	for (int i = 0; i < 2; i++) {
		searcher_close(&searchers[i]);
		analyser_free(analysers[i]);
		analysers[i] = NULL;
	}
}

/* Two runs, so that there are two segments, and some articles are new. */
static void make_archive(uint64_t seed)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	scratch_make(&scratch);
	write_archive(seed, "alt.jsonl", 0, ARTICLES);
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/x", scratch.dir, scratch.dir);
	write_archive(seed + 1, "neu.jsonl", ARTICLES, ARTICLES / 4);
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/x", scratch.dir, scratch.dir);
}

/* ---- queries ---- */

enum query_kind { ASK_WORDS, ASK_SIGNS, ASK_OPERATORS, ASK_PHRASE, ASK_NEAR, ASK_FIELDS, ASK_DATES, ASK_WILDCARD, ASK_FUZZY, ASK_EXACT, ASK_REGEX, ASK_MIXED, ASK_KINDS };

static void ask(uint64_t *state, enum query_kind kind, char *out);

static void append(char *out, const char *text) { snprintf(out + strlen(out), 2000 - strlen(out), "%s", text); }

static void ask_words(uint64_t *state, char *out, uint32_t n, const char *between)
{
	for (uint32_t i = 0; i < n; i++) {
		append(out, i ? between : "");
		append(out, some_word(state));
	}
}

/* A word with a star in it, or one letter changed: cut where a letter begins. */
static void ask_broken(uint64_t *state, char *out, bool fuzzy)
{
	const char *w = some_word(state);
	char text[80] = "";
	size_t n = strlen(w), at = n > 2 ? 1 + random_below(state, (uint32_t)n - 1) : n;
	while (at < n && (w[at] & 0xC0) == 0x80)
		at++;
	if (fuzzy)
		snprintf(text, sizeof text, "%.*s%s~", (int)at, w, random_below(state, 2) ? "x" : "");
	else if (random_below(state, 3) == 0)
		snprintf(text, sizeof text, "*%s", w + at);
	else if (random_below(state, 3) == 0)
		snprintf(text, sizeof text, "*%.*s*", (int)at, w);
	else
		snprintf(text, sizeof text, "%.*s*%s", (int)at, w, random_below(state, 3) ? "" : w + at);
	append(out, strlen(text) > 3 ? text : "Trupp*");
}

static void ask_phrase(uint64_t *state, char *out)
{
	append(out, "\"");
	ask_words(state, out, 1 + random_below(state, 3), " ");
	if (random_below(state, 4) == 0) {
		append(out, " {");
		ask_words(state, out, 2, ",");
		append(out, "}");
	}
	append(out, random_below(state, 3) ? "\"" : "\"~3");
}

static void ask_near(uint64_t *state, char *out)
{
	static const char *const relations[] = { " NEAR/1 ", " NEAR/3 ", " NEAR/12 ", " PRE/4 ", " NEAR/S ", " NEAR/P " };
	ask(state, random_below(state, 4) ? ASK_WORDS + ASK_KINDS : ASK_PHRASE, out);
	append(out, relations[random_below(state, 6)]);
	ask(state, random_below(state, 4) ? ASK_WORDS + ASK_KINDS : ASK_WILDCARD, out);
}

static void ask_field(uint64_t *state, char *out)
{
	static const char *const asked[] = { "autor:Müller", "autor:\"Anna Müller\"", "ressort:Politik", "ressort:Wirt*", "quelle:dpa", "quelle:Presse", "autor:Meyer~" };
	if (random_below(state, 2)) {
		append(out, "titel:");
		ask(state, random_below(state, 3) == 0 ? ASK_PHRASE : random_below(state, 3) == 0 ? ASK_WILDCARD : ASK_WORDS + ASK_KINDS, out);
		return;
	}
	append(out, asked[random_below(state, 7)]);
}

static void ask_date(uint64_t *state, char *out)
{
	static const char *const dates[] = { "datum:2021", "datum:2020-05", "datum:2021-03-07", "datum:2020-11..2021-02", "datum:..2021-06", "datum:2022-02.." };
	append(out, dates[random_below(state, 6)]);
}

static void ask(uint64_t *state, enum query_kind kind, char *out)
{
	static const char *const signs[] = { "+", "-", "", "" }, *const operators[] = { " AND ", " OR ", " AND NOT ", " UND ", " ODER " };
	static const char *const regexes[] = { "/h(ä|a)us.*/", "/[a-m].*e/", "/.*marsch/", "/(trupp|wint)e[nr]?/", "/krise?/" };
	uint32_t n = 1 + random_below(state, 4);
	switch (kind) {
	case ASK_WORDS: ask_words(state, out, n, " "); break;
	case ASK_SIGNS:
		for (uint32_t i = 0; i < n + 1; i++) {
			append(out, i ? " " : "");
			append(out, i ? signs[random_below(state, 4)] : "+");
			ask(state, random_below(state, 5) ? ASK_WORDS + ASK_KINDS : (enum query_kind)(ASK_PHRASE + 5 * random_below(state, 2)), out);
		}
		break;
	case ASK_OPERATORS:
		append(out, random_below(state, 6) ? "(" : "NOT (");
		ask_words(state, out, n, operators[random_below(state, 5)]);
		append(out, ")");
		append(out, operators[random_below(state, 5)]);
		append(out, some_word(state));
		break;
	case ASK_PHRASE: ask_phrase(state, out); break;
	case ASK_NEAR: ask_near(state, out); break;
	case ASK_FIELDS:
		ask_field(state, out);
		if (random_below(state, 2)) {
			append(out, " ");
			append(out, some_word(state));
		}
		break;
	case ASK_DATES:
		ask_date(state, out);
		if (random_below(state, 3)) {
			append(out, " ");
			ask_words(state, out, n, " ");
		}
		break;
	case ASK_WILDCARD: ask_broken(state, out, false); break;
	case ASK_FUZZY: ask_broken(state, out, true); break;
	case ASK_EXACT:
		append(out, "=");
		append(out, some_word(state));
		break;
	case ASK_REGEX: append(out, regexes[random_below(state, 5)]); break;
	case ASK_MIXED:
		for (uint32_t i = 0; i < 2; i++) {
			append(out, i ? random_below(state, 2) ? " AND " : " " : "");
			append(out, "(");
			ask(state, (enum query_kind)random_below(state, ASK_MIXED), out);
			append(out, ")");
		}
		break;
	default: append(out, some_word(state)); break;
	}
}

static struct search_options some_options(uint64_t *state)
{
	struct search_options o = { .limit = random_below(state, 4) ? 10 : random_below(state, 2) ? 1 : UINT32_MAX, .to = UINT32_MAX };
	o.offset = random_below(state, 6) ? 0 : random_below(state, 30);
	o.parse.all = random_below(state, 8) == 0;
	o.parse.exact = random_below(state, 12) == 0;
	o.only_new = random_below(state, 12) == 0;
	o.collapse = random_below(state, 8) == 0;
	o.want_total = random_below(state, 2) == 0;
	o.order = random_below(state, 5) ? ORDER_RELEVANCE : (enum hit_order)random_below(state, 4);
	o.seed = 5;
	o.recency = random_below(state, 4) ? 0 : 1 + random_below(state, 500);
	if (random_below(state, 10) == 0) {
		o.from = DATE_PACK(2020, 6, 0);
		o.to = DATE_PACK(2021, 9, 31);
	}
	return o;
}

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
	a->status = search_find(&a->search, &searchers[which], text, &count, &a->note, &a->why);
	a->total = a->search.result.total;
	if (a->status == FUND_OK)
		a->status = search_find(&a->search, &searchers[which], text, o, &a->note, &a->why);
	if (a->status == FUND_OK)
		a->status = search_page(&a->search, &searchers[which], 0, UINT32_MAX, HIT_TITLE | HIT_SNIPPET | HIT_EXPLAIN, &a->page, &a->why);
	const struct fault *lent = lender_fault(searchers[which].lender);
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
		ask(&state, kind, query);
		struct search_options o = some_options(&state);
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
	if (!has_xapian())
		return;
	make_archive(3 + (uint64_t)_i);
	open_both();
	for (int kind = 0; kind < ASK_KINDS; kind++)
		compare_all(17, (enum query_kind)kind, queries(UINT32_MAX));
	close_both();
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
	struct lender *l = searchers[1].lender;
	struct lender_query q;
	find(ours, 0, query, &o);
	if (ours->status != FUND_OK || search_prepare(&theirs, &searchers[1], slice_str(query), &o, &note, &why) != FUND_OK)
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
	if (!has_xapian())
		return;
	make_archive(43);
	open_both();
	for (int kind = 0; kind < ASK_KINDS; kind++)
		for (uint32_t i = 0; i < 2 * queries(UINT32_MAX); i++) {
			uint64_t state = 61 + 7919 * (uint64_t)kind + 104729 * (uint64_t)i;
			char query[2000] = "";
			for (int k = 0; k < 5; k++)
				random_next(&state);
			ask(&state, (enum query_kind)kind, query);
			judge(&v, &ours, query, random_below(&state, 4) == 0);
		}
	ck_assert_msg(v.n_compared > 10 * queries(UINT32_MAX) && v.n_weighed > queries(UINT32_MAX), "%u queries compared, %u weighed", v.n_compared, v.n_weighed);
	lender_page_release(&v.page);
	search_release(&ours.search);
	arena_release(&ours.page);
	close_both();
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
	vocabulary = found;
	n_vocabulary = n;
}

/* The first articles of the news archive, with its own words: queries that are written down, and random ones. */
START_TEST(the_news_archive_and_its_export_give_the_same_hits)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	static const char *const asked[] = { "Merkel Impfung", "+Corona -Impfung", "\"erneuerbare Energien\"", "Corona NEAR/5 Impfung", "Impf*", "*minister", "Merkl~", "=Häuser",
					     "titel:Corona", "Bürger*innen", "US-Präsident Trump", "Regierung OR Kanzlerin", "Schule AND Kita", "/gro(ss)?[a-z]*stadt/",
					     "\"{Merkel,Trump} sagte\"", "Regierung NEAR/S Krise", "datum:2020-05 Schule", "\"der Bund\"~3", "Lockdown NOT Corona" };
	struct answer answers[2] = { { .note = { .n_limits = 0 } } };
	if (!has_xapian() || !data) {
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
	open_both();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		for (uint64_t k = 0; k < 3; k++) {
			uint64_t state = 99 + 31 * i + k;
			struct search_options o = some_options(&state);
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
	close_both();
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
	if (!has_xapian())
		return;
	make_archive(29);
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
	if (!has_xapian())
		return;
	scratch_make(&scratch);
	write_archive(5, "eins.jsonl", 0, 200);
	program_expect(0, "fundstelle-index -q -i %s/i1 %s/a", scratch.dir, scratch.dir);
	char path[400];
	snprintf(path, sizeof path, "%s/a/eins.jsonl", scratch.dir);
	ck_assert_int_eq(remove(path), 0);
	write_archive(6, "zwei.jsonl", 200, 200);
	program_expect(0, "fundstelle-index -q -i %s/i2 %s/a", scratch.dir, scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i2 --to-xapian=%s/x2", scratch.dir, scratch.dir);
	write_archive(5, "eins.jsonl", 0, 200);
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

START_TEST(a_database_that_is_not_ours_is_refused)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	char path[400];
	if (!has_xapian())
		return;
	make_archive(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	snprintf(path, sizeof path, "%s/x", scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->db_set_metadata(db, "fundstelle.analysis", SLICE_LIT("0123456789abcdef-0"), &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	struct outcome o = program_run(NULL, "fundstelle-query -i xapian:%s Haus", path);
	ck_assert_msg(o.status == 2 && strstr(o.err, "another analysis"), "%d %s", o.status, o.err);
	outcome_free(&o);
	ck_assert_int_eq(x->db_set_metadata(db, "fundstelle.analysis", SLICE_LIT(""), &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->db_free(db);
	o = program_run(NULL, "fundstelle-query -i xapian:%s Haus", path);
	ck_assert_msg(o.status == 2 && strstr(o.err, "not one of fundstelle-index"), "%d %s", o.status, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i xapian:%s/none Haus", scratch.dir);
	ck_assert_msg(o.status == 2 && strstr(o.err, "none"), "%d %s", o.status, o.err);
	outcome_free(&o);
	program_expect(2, "fundstelle-query -i xapian://nowhere Haus");
	program_expect(2, "fundstelle-query -i xapian://127.0.0.1:0 Haus");
	scratch_remove(&scratch);
}
END_TEST

/* Of a database that is there; a copy, so that each test has its own. */
static void set_metadata(const struct xapian_c *x, const char *path, const char *key, struct slice value)
{
	struct xapian_db *db;
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->db_set_metadata(db, key, value, &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->db_free(db);
}

static void database_says(const char *places, const char *query, const char *text)
{
	struct outcome o = program_run(NULL, "fundstelle-query %s %s", places, query);
	ck_assert_msg(o.status == 2 && strstr(o.err, text), "%d %s", o.status, o.err);
	outcome_free(&o);
}

START_TEST(databases_that_do_not_fit_are_refused)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	struct xapian_state state;
	struct slice text;
	struct buf other = BUF_INIT;
	char path[400], both[800], one[400];
	if (!has_xapian())
		return;
	make_archive(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/y", scratch.dir, scratch.dir);
	snprintf(path, sizeof path, "%s/y", scratch.dir);
	snprintf(one, sizeof one, "-i xapian:%s/y", scratch.dir);
	snprintf(both, sizeof both, "-i xapian:%s/x -i xapian:%s/y", scratch.dir, scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_READ, &why), FUND_OK);
	ck_assert_int_eq(x->db_metadata(db, XAPIAN_METADATA_STATE, &text, &why), FUND_OK);
	ck_assert_int_eq(xapian_state_decode(text, &state), FUND_OK);
	state.weights.title++;
	ck_assert_int_eq(xapian_state_encode(&state, &other), FUND_OK);
	x->db_free(db);
	set_metadata(x, path, XAPIAN_METADATA_STATE, slice_buf(&other));
	database_says(both, "Haus", "/y: its title and lead weigh otherwise than those of xapian:");
	set_metadata(x, path, XAPIAN_METADATA_STATE, SLICE_LIT("x"));
	database_says(one, "Haus", "/y: written by another version: run fundstelle-index --to-xapian again");
	buf_release(&other);
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_document_of_somebody_else_is_named)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	struct xapian_doc *doc;
	uint32_t number;
	char path[400], one[400];
	if (!has_xapian())
		return;
	make_archive(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	snprintf(path, sizeof path, "%s/x", scratch.dir);
	snprintf(one, sizeof one, "-i xapian:%s/x", scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->doc_new(&doc, &why), FUND_OK);
	ck_assert_int_eq(x->doc_add(doc, SLICE_LIT("Qfremd"), 0, &why), FUND_OK);
	ck_assert_int_eq(x->doc_add(doc, SLICE_LIT("haus"), 9, &why), FUND_OK);
	ck_assert_int_eq(x->doc_set_value(doc, XAPIAN_SLOT_RANKING, SLICE_LIT("x"), &why), FUND_OK);
	ck_assert_int_eq(x->db_replace(db, SLICE_LIT("Qfremd"), doc, &number, &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->doc_free(doc);
	x->db_free(db);
	database_says(one, "-n 0 Haus", "a document that fundstelle-index did not write, or damaged");
	scratch_remove(&scratch);
}
END_TEST

/* Whatever stands in the module's place beside a program: here a library that is none. */
START_TEST(a_module_of_another_version_is_refused)
{
	char from[400], to[400], argument[400];
	const char *bin = getenv("FUNDSTELLE_BIN");
	if (!has_xapian())
		return;
	scratch_make(&scratch);
	snprintf(from, sizeof from, "%s/tests/crash/inject.so", bin);
	snprintf(to, sizeof to, "%s/fundstelle-xapian.so", scratch.dir);
	file_copy(from, to);
	snprintf(from, sizeof from, "%s/fundstelle-query", bin);
	snprintf(to, sizeof to, "%s/fundstelle-query", scratch.dir);
	file_copy(from, to);
	ck_assert_int_eq(chmod(to, 0755), 0);
	snprintf(argument, sizeof argument, "-i xapian:%s/x", scratch.dir);
	struct outcome o = program_run(NULL, "%s %s Haus", to, argument);
	ck_assert_msg(o.status == 2 && strstr(o.err, "fundstelle-xapian.so is of another version than this program"), "%d %s", o.status, o.err);
	outcome_free(&o);
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
	tcase_add_test(t, a_database_that_is_not_ours_is_refused);
	tcase_add_test(t, databases_that_do_not_fit_are_refused);
	tcase_add_test(t, a_document_of_somebody_else_is_named);
	if (!SANITIZED) /* what else is loaded has no sanitizer */
		tcase_add_test(t, a_module_of_another_version_is_refused);
	suite_add_tcase(s, t);
	return s;
}
