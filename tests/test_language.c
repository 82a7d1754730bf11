/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_language.c - ten thousand random queries on random archives against the naive matcher (naive.h): the same articles, no difference.
 *
 * A query's text and its tree are made side by side. Under sanitizers half of them. With FUNDSTELLE_LANGUAGE_ROUNDS another number of queries of each kind is asked.
 */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>

#include "indexer/update.h"
#include "query/finder.h"
#include "query/search.h"
#include "store/segment.h"
#include "tests/naive.h"
#include "tests/scratch.h"

#define ARTICLES 180
#define RUNS 3
static const uint32_t first_of_run[RUNS + 1] = { 0, 128, 166, ARTICLES }; /* so that they are not merged: each is a leaf */
#define ROUNDS TRIALS(770)
#define NODES_MAX 80

/* Inflections, spellings, hyphens, gender forms, abbreviations, numbers; no word is made of others. */
static const char *const vocabulary[] = {
	"der", "und", "am", "Haus", "Häuser", "Hauses", "HAUS", "See", "Sees", "Seen", "Minister", "Ministers", "Ministerin", "Ministerinnen", "Präsident",
	"Praesident", "Präsidenten", "Straße", "Strasse", "Straßen", "gehen", "geht", "groß", "grosse", "größer", "Müller", "Mueller", "Muller", "Bürger",
	"Bürger*innen", "Bürgerinnen", "Bürger:innen", "US-Minister", "US-Präsidenten", "USMinister", "Covid-19", "AT&T", "C++", "Krieg", "Krieges", "Kriege",
	"Stadt", "Städte", "Staedte", "Rußland", "Russland", "2022", "z. B.", "Dr.", "3. Mai", "Kreml", "Kremls", "München", "Muenchen", "Elektrizität",
	"Elektricität", "That", "Tat", "Theil", "Teil", "Welt", "Welten", "Ärzte", "Aerzte", "Zug", "Züge", "Zuges", "Werk", "Wirk", "Wert", "Wort", "Worte",
};
#define N_WORDS (sizeof vocabulary / sizeof *vocabulary)

static struct scratch scratch;
static char archive[300], index_dir[300];
static struct naive_article articles[ARTICLES];
static struct analyser *analyser; /* of the naive side */
static struct analyser *own;	  /* of the program's */
static struct searcher searcher;

/* ---- the archive ---- */

static const char *random_word(uint64_t *state)
{
	uint32_t a = random_below(state, N_WORDS), b = random_below(state, N_WORDS);
	return vocabulary[random_below(state, 3) ? a : a < b ? a : b];
}

static void random_text(uint64_t *state, uint32_t words, char *out, size_t room)
{
	static const char *const between[] = { " ", " ", " ", " ", " ", " ", ", ", ". ", "! ", ". ", ".\n\n" };
	size_t n = 0;
	for (uint32_t i = 0; i < words && n + 60 < room; i++)
		n += (size_t)snprintf(out + n, room - n, "%s%s", random_word(state), i + 1 < words ? between[random_below(state, 11)] : ".");
	out[n] = 0;
}

static void put_json(FILE *f, const char *name, const char *text)
{
	fprintf(f, ", \"%s\": \"", name);
	for (; *text; text++)
		fprintf(f, *text == '\n' ? "\\n" : "%c", *text);
	fprintf(f, "\"");
}

static void random_article(uint64_t *state, uint32_t number, uint32_t run, FILE *f)
{
	struct naive_article *a = &articles[number];
	char title[300] = "", body[4000], author[100] = "", section[100] = "";
	uint32_t month = 1 + random_below(state, 12), day = 1 + random_below(state, 28);
	random_text(state, random_below(state, 5), title, sizeof title);
	random_text(state, 1 + random_below(state, random_below(state, 4) ? 40 : 150), body, sizeof body);
	random_text(state, random_below(state, 3), author, sizeof author);
	random_text(state, random_below(state, 2), section, sizeof section);
	snprintf(a->key, sizeof a->key, "%u.jsonl#a%u", run, number);
	a->date = random_below(state, 6) ? DATE_PACK(2020u + random_below(state, 3), month, day) : 0;
	fprintf(f, "{\"id\": \"a%u\"", number);
	put_json(f, "title", title);
	put_json(f, "text", body);
	put_json(f, "author", author);
	put_json(f, "section", section);
	if (a->date)
		fprintf(f, ", \"date\": \"%04u-%02u-%02u\"", DATE_YEAR(a->date), month, day);
	fprintf(f, "}\n");
	naive_article_init(a, analyser, title, body, author, section, NULL);
}

static void index_archive(void)
{
	const char *paths[] = { archive };
	struct update_options o = { .dir = index_dir, .paths = paths, .n_paths = 1, .jobs = 1, .memory = (uint64_t)64 << 20, .quiet = true };
	struct update_result r;
	struct progress progress;
	struct fault why = { 0 };
	progress_init(&progress, false);
	ck_assert_msg(update_run(&o, &progress, &r, &why) == FUND_OK && !r.newly_failed, "%s", why.text);
}

/* Once for all tests, which fork from here. */
static void make_archive(void)
{
	uint64_t state = 1000;
	char path[400];
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8")); /* letters, for regexec() */
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	ck_assert_int_eq(mkdir(archive, 0755), 0);
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	for (uint32_t run = 0; run < RUNS; run++) {
		snprintf(path, sizeof path, "%s/%u.jsonl", archive, run);
		FILE *f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		for (uint32_t i = first_of_run[run]; i < first_of_run[run + 1]; i++)
			random_article(&state, i, run, f);
		ck_assert_int_eq(fclose(f), 0);
		index_archive();
	}
}

static void remove_archive(void)
{
	for (uint32_t i = 0; i < ARTICLES; i++)
		naive_article_release(&articles[i]);
	analyser_free(analyser);
	memset(articles, 0, sizeof articles);
	scratch_remove(&scratch);
	setlocale(LC_CTYPE, "C");
}

static void set_up(void)
{
	const char *dirs[] = { index_dir };
	struct fault why = { 0 };
	ck_assert_int_eq(analyser_new(&own), FUND_OK);
	ck_assert_msg(searcher_open(&searcher, own, dirs, 1, &why) == FUND_OK, "%s", why.text);
}

static void tear_down(void)
{
	searcher_close(&searcher);
	analyser_free(own);
}

/* ---- random queries ---- */

struct random_query {
	uint64_t state;
	struct naive_node nodes[NODES_MAX];
	uint32_t n;
	enum field field;
	char text[2048];
};

static struct naive_node *new_node(struct random_query *r, enum naive_kind kind)
{
	if (r->n == NODES_MAX)
		ck_abort_msg("a query too large");
	r->nodes[r->n] = (struct naive_node){ .kind = kind, .sign = SIGN_SHOULD, .field = r->field };
	return &r->nodes[r->n++];
}

static void say(struct random_query *r, const char *format, ...)
{
	va_list args;
	size_t n = strlen(r->text);
	va_start(args, format);
	vsnprintf(r->text + n, sizeof r->text - n, format, args);
	va_end(args);
}

/* A word of the vocabulary that has no blank in it. */
static const char *pick(struct random_query *r)
{
	for (;;) {
		const char *w = random_word(&r->state);
		if (!strchr(w, ' ') && !strchr(w, '.'))
			return w;
	}
}

static struct naive_node *say_word(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_WORD);
	snprintf(n->text, sizeof n->text, "%s", pick(r));
	say(r, "%s", n->text);
	return n;
}

static struct naive_node *say_exact(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_EXACT);
	const char *w;
	do
		w = pick(r);
	while (strpbrk(w, "*:&+")); /* signs that are no letters of a form */
	snprintf(n->text, sizeof n->text, "%s", w);
	say(r, "=%s", w);
	return n;
}

/* Letters of a word from..to, never cutting one. */
static void cut(const char *word, size_t from, size_t to, char out[30])
{
	size_t len = strlen(word);
	from = from < len ? from : len;
	to = to < len ? to : len;
	while (from > 0 && (word[from] & 0xC0) == 0x80)
		from--;
	while (to < len && (word[to] & 0xC0) == 0x80)
		to++;
	snprintf(out, to > from && to - from < 29 ? to - from + 1 : 1, "%s", word + from);
}

static struct naive_node *say_wildcard(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_WILDCARD);
	char a[30], b[30];
	const char *w;
	do
		w = pick(r);
	while (strpbrk(w, "*:&+-"));
	size_t len = strlen(w), from = random_below(&r->state, (uint32_t)len), to = from + 1 + random_below(&r->state, 4);
	cut(w, from, to, a);
	cut(w, to + random_below(&r->state, 3), len, b);
	do {
		switch (random_below(&r->state, 4)) {
		case 0: snprintf(n->text, sizeof n->text, "%s*", a); break;
		case 1: snprintf(n->text, sizeof n->text, "*%s", a); break;
		case 2: snprintf(n->text, sizeof n->text, "*%s*", a); break;
		default: snprintf(n->text, sizeof n->text, "%s*%s", a, b[0] ? b : a); break;
		}
	} while (strstr(n->text, "*innen") || strstr(n->text, "*in") || strstr(n->text, "*r")); /* gender forms */
	say(r, "%s", n->text);
	return n;
}

static struct naive_node *say_fuzzy(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_FUZZY);
	const char *w;
	do
		w = pick(r);
	while (strpbrk(w, "*:&+-") || strlen(w) < 3);
	snprintf(n->text, sizeof n->text, "%s", w);
	if (random_below(&r->state, 2))
		n->text[random_below(&r->state, 2) + 1] = 'e'; /* mostly one edit away; in a word with an umlaut, bad UTF-8 is left alone below */
	for (size_t i = 0; n->text[i]; i++)
		if ((uint8_t)n->text[i] >= 0x80) {
			snprintf(n->text, sizeof n->text, "%s", w);
			break;
		}
	n->distance = 1 + random_below(&r->state, 2);
	say(r, "%s~%u", n->text, n->distance);
	return n;
}

static struct naive_node *say_regex(struct random_query *r)
{
	static const char *const expressions[] = { "[hk].*", "(haus|see).*", "w[aeio]rt", ".{4}", "[a-z]+er", "[^s]*", "m.*", ".*en?", "stadt|tat", "[[:digit:]]+", "th?eil", "(k|s)r?[aei].*" };
	struct naive_node *n = new_node(r, NAIVE_REGEX);
	snprintf(n->text, sizeof n->text, "%s", expressions[random_below(&r->state, sizeof expressions / sizeof *expressions)]);
	say(r, "/%s/", n->text);
	return n;
}

static void add(struct naive_node *parent, struct naive_node *child) { parent->children[parent->n++] = child; }

static struct naive_node *say_part(struct random_query *r)
{
	switch (random_below(&r->state, 8)) {
	case 0: return say_exact(r);
	case 1: return say_wildcard(r);
	case 2: return say_regex(r);
	case 3: return say_fuzzy(r);
	default: return say_word(r);
	}
}

static struct naive_node *say_set(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_ANY);
	say(r, "{");
	for (uint32_t i = 0, count = 2 + random_below(&r->state, 2); i < count; i++) {
		say(r, i ? "," : "");
		add(n, random_below(&r->state, 4) ? say_word(r) : say_exact(r));
	}
	say(r, "}");
	return n;
}

static struct naive_node *say_phrase(struct random_query *r, bool loose)
{
	struct naive_node *n = new_node(r, loose ? NAIVE_LOOSE : NAIVE_PHRASE);
	say(r, "\"");
	for (uint32_t i = 0, count = 2 + random_below(&r->state, loose ? 3 : 2); i < count; i++) {
		uint32_t kind = random_below(&r->state, 6);
		say(r, i ? " " : "");
		if (loose && kind > 1) { /* hyphens make two words there */
			struct naive_node *w = new_node(r, NAIVE_WORD);
			const char *text;
			do
				text = pick(r);
			while (strpbrk(text, "-&"));
			snprintf(w->text, sizeof w->text, "%s", text);
			say(r, "%s", text);
			add(n, w);
		} else {
			add(n, kind == 0 ? (loose ? say_wildcard(r) : say_set(r)) : kind == 1 ? say_wildcard(r) : say_word(r));
		}
	}
	say(r, "\"");
	if (loose) {
		n->distance = random_below(&r->state, 6);
		say(r, "~%u", n->distance);
	}
	return n;
}

static struct naive_node *say_operand(struct random_query *r, int depth);

static struct naive_node *say_any(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_ANY);
	say(r, "(");
	for (uint32_t i = 0, count = 2 + random_below(&r->state, 2); i < count; i++) {
		say(r, i ? " OR " : "");
		add(n, say_operand(r, 0));
	}
	say(r, ")");
	return n;
}

static struct naive_node *say_near(struct random_query *r, int depth)
{
	struct naive_node *n = new_node(r, NAIVE_NEAR);
	say(r, "(");
	add(n, say_operand(r, depth));
	n->ordered = random_below(&r->state, 3) == 0;
	switch (random_below(&r->state, 4)) {
	case 0: n->scope = SCOPE_SENTENCE; break;
	case 1: n->scope = SCOPE_PARAGRAPH; break;
	default: n->scope = SCOPE_FIELD;
	}
	n->distance = n->scope == SCOPE_FIELD ? 1 + random_below(&r->state, random_below(&r->state, 8) ? 12 : 150) : SPAN_ANY_DISTANCE;
	if (n->scope == SCOPE_FIELD)
		say(r, " %s/%u ", n->ordered ? "PRE" : "NEAR", n->distance);
	else
		say(r, " %s/%s ", n->ordered ? "PRE" : "NEAR", n->scope == SCOPE_SENTENCE ? "S" : "P");
	add(n, say_operand(r, depth));
	say(r, ")");
	return n;
}

static struct naive_node *say_operand(struct random_query *r, int depth)
{
	switch (random_below(&r->state, depth > 0 ? 8 : 5)) {
	case 0: return say_set(r);
	case 1: return say_part(r);
	case 2: return say_phrase(r, random_below(&r->state, 2));
	case 5: return say_any(r);
	case 6:
	case 7: return say_near(r, depth - 1);
	default: return say_word(r);
	}
}

static struct naive_node *say_date(struct random_query *r)
{
	struct naive_node *n = new_node(r, NAIVE_DATE);
	uint32_t year = 2020 + random_below(&r->state, 3), month = 1 + random_below(&r->state, 12);
	if (random_below(&r->state, 2)) {
		n->from = DATE_PACK(year, month, 0);
		n->to = DATE_PACK(year, month, 31);
		say(r, "datum:%u-%02u", year, month);
	} else {
		n->from = DATE_PACK(year, 0, 0);
		n->to = DATE_PACK(2022, 12, 31);
		say(r, "datum:%u..2022", year);
	}
	return n;
}

static struct naive_node *say_field(struct random_query *r, int depth);

static struct naive_node *say_clause(struct random_query *r, int depth)
{
	switch (random_below(&r->state, 12)) {
	case 0: return say_near(r, 1);
	case 1: return say_phrase(r, false);
	case 2: return say_phrase(r, true);
	case 3: return say_set(r);
	case 4: return r->field == FIELD_ANY ? say_field(r, depth) : say_word(r);
	case 5:
	case 6: return say_part(r);
	default: return say_word(r);
	}
}

/* Fully parenthesised: what binds closer is test_parse.c's business. */
static struct naive_node *say_tree(struct random_query *r, int depth)
{
	if (depth == 0 || random_below(&r->state, 4) == 0)
		return say_clause(r, 0);
	struct naive_node *g = new_node(r, NAIVE_GROUP);
	bool and = random_below(&r->state, 2);
	say(r, "(");
	for (uint32_t i = 0, n = 2 + random_below(&r->state, 2); i < n; i++) {
		bool not = and && i && random_below(&r->state, 3) == 0;
		say(r, i == 0 ? "" : and ? " UND " : " ODER ");
		say(r, not ? "NICHT " : "");
		struct naive_node *c = say_tree(r, depth - 1);
		c->sign = not ? SIGN_MUST_NOT : and ? SIGN_MUST : SIGN_SHOULD;
		c->explicit = true;
		add(g, c);
	}
	say(r, ")");
	return g;
}

static struct naive_node *say_field(struct random_query *r, int depth)
{
	static const char *const names[FIELDS] = { "", "titel", "autor", "ressort", "quelle" };
	r->field = (enum field)(1 + random_below(&r->state, 3));
	say(r, "%s:", names[r->field]);
	struct naive_node *n = depth > 0 ? say_tree(r, 1) : say_clause(r, 0);
	r->field = FIELD_ANY;
	return n;
}

/* Words side by side with signs, dates among them. */
static struct naive_node *say_signs(struct random_query *r)
{
	struct naive_node *g = new_node(r, NAIVE_GROUP);
	for (uint32_t i = 0, n = 1 + random_below(&r->state, 4); i < n; i++) {
		uint32_t kind = random_below(&r->state, 6);
		say(r, i ? " " : "");
		if (kind == 5) {
			add(g, say_date(r));
			continue;
		}
		say(r, kind == 0 ? "+" : kind == 1 ? "-" : "");
		struct naive_node *c = say_clause(r, 1);
		c->sign = kind == 0 ? SIGN_MUST : kind == 1 ? SIGN_MUST_NOT : SIGN_SHOULD;
		add(g, c);
	}
	return g;
}

enum query_kind { WORD, EXACT, WILDCARD, REGEX, FUZZY, SET, PHRASE, LOOSE, NEAR, NEARS, FIELD, SIGNS, TREE, QUERY_KINDS };

static struct naive_node *say_query(struct random_query *r, enum query_kind kind)
{
	switch (kind) {
	case WORD: return say_word(r);
	case EXACT: return say_exact(r);
	case WILDCARD: return say_wildcard(r);
	case REGEX: return say_regex(r);
	case FUZZY: return say_fuzzy(r);
	case SET: return say_set(r);
	case PHRASE: return say_phrase(r, false);
	case LOOSE: return say_phrase(r, true);
	case NEAR: return say_near(r, 0);
	case NEARS: return say_near(r, 2);
	case FIELD: return say_field(r, 1);
	case SIGNS: return say_signs(r);
	default: return say_tree(r, 3);
	}
}

/* ---- comparing ---- */

static const struct naive_article *article_of(struct slice key)
{
	for (uint32_t i = 0; i < ARTICLES; i++)
		if (slice_equal(key, slice_str(articles[i].key)))
			return &articles[i];
	ck_abort_msg("unknown key");
	return NULL;
}

/* The best few, found with pruning, are the first of all. */
static void ck_best(const struct random_query *r, const struct search *all)
{
	struct search_options few = { .limit = 1 + (uint32_t)(r->state % 7), .to = UINT32_MAX };
	struct search s = { 0 };
	struct search_note note;
	struct fault why = { 0 };
	ck_assert_int_eq(search_find(&s, &searcher, slice_str(r->text), &few, &note, &why), FUND_OK);
	ck_assert_msg(s.topk.best.n == (all->topk.best.n < few.limit ? all->topk.best.n : few.limit), "%s: %u of %u", r->text, s.topk.best.n, all->topk.best.n);
	for (uint32_t i = 0; i < s.topk.best.n; i++) {
		const struct hit *a = &s.topk.best.hits[i], *b = &all->topk.best.hits[i];
		if (a->leaf != b->leaf || a->doc != b->doc || a->score != b->score)
			ck_abort_msg("%s: hit %u is another with a limit of %u", r->text, i + 1, few.limit);
	}
	search_release(&s);
}

static bool has_place(const struct naive_node *q) { return q->kind != NAIVE_GROUP && q->kind != NAIVE_DATE && q->kind != NAIVE_ALL; }

/* Adds the number of places in the text; false: they are not as they should be. */
static bool find_in(struct finder *f, struct slice text, enum field field, uint32_t *n)
{
	struct found found;
	bool sound = finder_find(f, text, field, FINDER_ALL, NULL, &found) == FUND_OK;
	for (uint32_t i = 0; sound && i < found.n_occurrences; i++)
		sound = found.occurrences[i].off + found.occurrences[i].len <= text.len;
	*n += found.n_occurrences;
	return sound && (found.n_marks > 0) == (found.n_occurrences > 0);
}

/* With so much around it that the finder reads stretches, it finds the same there as in the whole. */
static bool finds_the_same_in_stretches(struct finder *f, struct slice text, enum field field, uint32_t margin)
{
	struct found found;
	struct occurrence whole[64];
	struct buf more = BUF_INIT;
	bool same = true;
	for (uint32_t i = 0; i < 200; i++)
		same = same && buf_add_str(&more, "fffff gg ") == FUND_OK;
	same = same && buf_add_slice(&more, text) == FUND_OK;
	for (uint32_t i = 0; i < 200; i++)
		same = same && buf_add_str(&more, " hh jjjjj") == FUND_OK;
	same = same && finder_find(f, slice_buf(&more), field, FINDER_ALL, NULL, &found) == FUND_OK;
	uint32_t n = same ? found.n_occurrences : 0;
	bool few = n <= sizeof whole / sizeof *whole; /* patterns match what is around, too */
	if (n && few)
		memcpy(whole, found.occurrences, n * sizeof *whole);
	same = same && few && finder_find(f, slice_buf(&more), field, margin, NULL, &found) == FUND_OK && found.n_occurrences == n;
	for (uint32_t i = 0; i < n && same; i++) {
		const struct occurrence *a = &whole[i], *b = &found.occurrences[i];
		same = a->off == b->off && a->len == b->len && a->unit == b->unit && a->last - a->first == b->last - b->first;
	}
	buf_release(&more);
	return same || !few;
}

/* What was found in the index is found in the text, and marked; what was not, is not. */
static void ck_finder(const struct random_query *r, struct search *s, const struct naive_node *q)
{
	struct text_cache cache = { 0 };
	struct finder *f;
	bool hit[ARTICLES] = { false };
	if (!has_place(q))
		return;
	for (uint32_t i = 0; i < s->topk.best.n; i++)
		hit[first_of_run[s->topk.best.hits[i].leaf] + s->topk.best.hits[i].doc] = true;
	struct searcher apart = searcher; /* whose analyser knows nothing of the search */
	apart.analyser = own;
	ck_assert_int_eq(finder_new(&f, &apart, s->plan), FUND_OK);
	ck_assert_uint_eq(searcher.n_leaves, RUNS);
	for (uint32_t i = 0, leaf = 0; i < ARTICLES; i++) {
		struct stored_article a;
		uint32_t n = 0;
		leaf += i == first_of_run[leaf + 1];
		bool sound = segment_article(searcher.leaves[leaf].segment, i - first_of_run[leaf], &cache, &a) == FUND_OK;
		sound = sound && find_in(f, a.title, FIELD_TITLE, &n) && find_in(f, a.body, FIELD_ANY, &n);
		sound = sound && finds_the_same_in_stretches(f, a.body, FIELD_ANY, i % 5);
		if (!sound || (n > 0) != hit[i])
			ck_abort_msg("%s: article %u of leaf %u has %u places", r->text, i - first_of_run[leaf], leaf, n);
	}
	text_cache_release(&cache);
	finder_free(f);
}

static void ck_query(const struct random_query *r, const struct naive_node *q)
{
	static const struct search_options all = { .limit = UINT32_MAX, .to = UINT32_MAX };
	struct search s = { 0 };
	struct arena page = ARENA_INIT;
	struct search_note note;
	struct fault why = { 0 };
	bool found[ARTICLES] = { false };
	enum fund_status st = search_find(&s, &searcher, slice_str(r->text), &all, &note, &why);
	if (st == FUND_OK)
		st = search_page(&s, &searcher, 0, s.n_shown, HIT_KEY, &page, &why);
	ck_assert_msg(st == FUND_OK, "%s: %s", r->text, why.text);
	for (uint32_t i = 0; i < s.result.n_hits; i++)
		found[article_of(s.result.hits[i].key) - articles] = true;
	for (uint32_t i = 0; i < ARTICLES; i++)
		if (found[i] != naive_matches(analyser, q, &articles[i]))
			ck_abort_msg("%s: %s is %sfound", r->text, articles[i].key, found[i] ? "" : "not ");
	ck_best(r, &s);
	if (r->state % 8 == 0 && !strstr(r->text, "autor:") && !strstr(r->text, "ressort:"))
		ck_finder(r, &s, q);
	search_release(&s);
	arena_release(&page);
}

static int rounds(void)
{
	const char *text = getenv("FUNDSTELLE_LANGUAGE_ROUNDS");
	return text ? atoi(text) : ROUNDS;
}

START_TEST(random_queries_of_a_kind_agree_with_the_naive_matcher)
{
	const char *only = getenv("FUNDSTELLE_LANGUAGE_KIND");
	for (int i = 0; i < rounds() && (!only || atoi(only) == _i); i++) {
		struct random_query r = { .state = (uint64_t)_i * 100000 + (uint64_t)i + 1 };
		const struct naive_node *q = say_query(&r, (enum query_kind)_i);
		ck_query(&r, q);
	}
}
END_TEST

Suite *suite_language(void);
Suite *suite_language(void)
{
	Suite *s = suite_create("the query language, naively");
	TCase *t = tcase_create("random queries");
	tcase_add_unchecked_fixture(t, make_archive, remove_archive);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, random_queries_of_a_kind_agree_with_the_naive_matcher, 0, QUERY_KINDS);
	suite_add_tcase(s, t);
	return s;
}
