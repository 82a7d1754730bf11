/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Indexes handed over to other engines: shards, the layout of a Xapian database, what both exports hold. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "indexer/export.h"
#include "tests/program.h"
#include "xapian/layout.h"
#include "xapian/names.h"
#include "xapian/xapian_c.h"

/* ---- shards ---- */

static const struct {
	const char *text;
	uint32_t k, n; /* n 0: refused */
} shards[] = { { "1/4", 1, 4 }, { "4/4", 4, 4 }, { "1/1", 1, 1 }, { "0/4", 0, 0 }, { "5/4", 0, 0 }, { "1", 0, 0 }, { "/4", 0, 0 }, { "1/", 0, 0 }, { "a/4", 0, 0 }, { "1/4x", 0, 0 },
	       { "", 0, 0 }, { "11111111111111111111/4", 0, 0 } };

START_TEST(a_shard_is_named_by_its_number_and_how_many_there_are)
{
	struct shard s = { 0, 0 };
	struct fault why;
	enum fund_status st = shard_parse(shards[_i].text, &s, &why);
	ck_assert_msg(st == (shards[_i].n ? FUND_OK : FUND_INVALID), "%s", shards[_i].text);
	ck_assert_uint_eq(s.k, shards[_i].k);
	ck_assert_uint_eq(s.n, shards[_i].n);
}
END_TEST

START_TEST(each_key_is_in_one_shard_and_the_shards_are_about_equal)
{
	uint32_t n[7] = { 0 };
	for (int i = 0; i < 70000; i++) {
		char key[40];
		int in = 0;
		snprintf(key, sizeof key, "2022/01/%d.txt", i);
		for (uint32_t k = 1; k <= 7; k++)
			if (shard_has((struct shard){ k, 7 }, slice_str(key))) {
				n[k - 1]++;
				in++;
			}
		ck_assert_int_eq(in, 1);
		ck_assert(shard_has((struct shard){ 0, 0 }, slice_str(key)));
	}
	for (int k = 0; k < 7; k++)
		ck_assert_msg(n[k] > 9500 && n[k] < 10500, "shard %d: %u", k + 1, n[k]);
	/* machines agree by these: the hash must never change */
	ck_assert(shard_has((struct shard){ 1, 2 }, SLICE_LIT("a.txt")) != shard_has((struct shard){ 2, 2 }, SLICE_LIT("a.txt")));
}
END_TEST

/* ---- the layout ---- */

static const struct {
	const char *term, *name; /* NULL: left out */
} names[] = { { "whaus", "haus" }, { "xhaus", "XPARThaus" }, { "vhaus", "XVARhaus" }, { "amuller", "Amuller" }, { "spolitik", "XSECTpolitik" }, { "qdpa", "XSRCdpa" }, { "bs", "XBs" },
	      { "w", NULL }, { "?haus", NULL }, { "", NULL } };

START_TEST(a_term_has_this_name_in_xapian)
{
	struct buf out = BUF_INIT;
	enum fund_status st = xapian_term_name(slice_str(names[_i].term), &out);
	ck_assert_int_eq(st, names[_i].name ? FUND_OK : FUND_UNSUPPORTED);
	ck_assert(!names[_i].name || slice_equal(slice_buf(&out), slice_str(names[_i].name)));
	buf_release(&out);
}
END_TEST

START_TEST(names_that_are_too_long_are_cut_and_stay_distinct)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	uint8_t key[600];
	memset(key, 'k', sizeof key);
	ck_assert_int_eq(xapian_prefixed("Q", slice_of(key, 600), &a), FUND_OK);
	ck_assert_int_eq(xapian_prefixed("Q", slice_of(key, 599), &b), FUND_OK);
	ck_assert_uint_eq(a.len, XAPIAN_TERM_MAX);
	ck_assert(!slice_equal(slice_buf(&a), slice_buf(&b)));
	buf_reset(&a);
	memset(key, 0, 150); /* counts twice */
	ck_assert_int_eq(xapian_prefixed("Q", slice_of(key, 150), &a), FUND_OK);
	ck_assert_uint_le(a.len, 150);
	buf_release(&a), buf_release(&b);
}
END_TEST

static struct slice random_text(struct arena *arena, uint64_t *state)
{
	static const char letters[] = "ab\n\\=nä ";
	uint8_t text[40];
	size_t n = random_below(state, sizeof text);
	for (size_t i = 0; i < n; i++)
		text[i] = (uint8_t)letters[random_below(state, sizeof letters - 1)];
	return n ? arena_slice(arena, slice_of(text, n)) : (struct slice){ NULL, 0 };
}

START_TEST(what_is_stored_of_an_article_is_read_as_it_was)
{
	uint64_t state = 11;
	struct arena arena = ARENA_INIT;
	struct buf data = BUF_INIT, room = BUF_INIT;
	for (int round = 0; round < 3000; round++) {
		struct xapian_article a = { SLICE_LIT("k"), (uint32_t)random_next(&state), random_below(&state, 9999), 1, 2, random_next(&state), random_text(&arena, &state), { .title = random_text(&arena, &state) } }, b;
		a.text.body = random_text(&arena, &state);
		a.text.source = random_text(&arena, &state);
		ck_assert_int_eq(xapian_data_encode(&a, &data), FUND_OK);
		ck_assert_int_eq(xapian_data_decode(slice_buf(&data), &room, &b), FUND_OK);
		ck_assert(slice_equal(a.key, b.key) && a.date == b.date && a.words == b.words && a.signature == b.signature && b.length == 1 && b.fields == 2 && b.terms.len == 0);
		if (a.key.len) {
			struct buf ranking = BUF_INIT;
			struct xapian_article c;
			ck_assert_int_eq(xapian_ranking_encode(&a, &ranking), FUND_OK);
			ck_assert_int_eq(xapian_ranking_decode(slice_buf(&ranking), &c), FUND_OK);
			ck_assert(slice_equal(a.key, c.key) && slice_equal(a.terms, c.terms) && a.date == c.date && a.words == c.words && a.signature == c.signature);
			ck_assert_int_eq(xapian_ranking_decode(slice_of(ranking.data, 5), &c), FUND_CORRUPT);
			buf_release(&ranking);
		}
		ck_assert(slice_equal(a.text.title, b.text.title) && slice_equal(a.text.body, b.text.body) && slice_equal(a.text.source, b.text.source));
		ck_assert_uint_eq(b.text.lead.len, 0);
		/* damaged: an error or another text, no more */
		data.data[random_below(&state, (uint32_t)data.len)] = (uint8_t)random_next(&state);
		enum fund_status st = xapian_data_decode(slice_of(data.data, random_below(&state, (uint32_t)data.len + 1)), &room, &b);
		ck_assert(st == FUND_OK || st == FUND_CORRUPT);
		arena_reset(&arena);
	}
	buf_release(&data), buf_release(&room);
	arena_release(&arena);
}
END_TEST

START_TEST(a_form_has_a_name_with_its_stem_in_xapian)
{
	struct buf name = BUF_INIT;
	struct slice form, term;
	uint8_t longer[200];
	memset(longer, 'a', sizeof longer);
	ck_assert_str_eq(xapian_form_prefix('w', true), "XFT");
	ck_assert_ptr_null(xapian_form_prefix('x', false));
	ck_assert_int_eq(xapian_form_name(xapian_form_prefix('w', false), SLICE_LIT("häuser"), SLICE_LIT("haus"), &name), FUND_OK);
	ck_assert(slice_equal(slice_buf(&name), SLICE_LIT("XFWhäuser haus")));
	ck_assert(xapian_form_split(slice_from(slice_buf(&name), 3), &form, &term));
	ck_assert(slice_equal(form, SLICE_LIT("häuser")) && slice_equal(term, SLICE_LIT("haus")));
	ck_assert(!xapian_form_split(SLICE_LIT("haus"), &form, &term));
	ck_assert_int_eq(xapian_form_name("XFW", slice_of(longer, 200), SLICE_LIT("langeralsmanchesanderewortdasniemandjemalsgelesenhat"), &name), FUND_LIMIT);
	ck_assert_int_eq(xapian_form_name("XFW", SLICE_LIT("zwei worte"), SLICE_LIT("zwei"), &name), FUND_LIMIT);
	buf_release(&name);
}
END_TEST

START_TEST(a_state_is_read_as_it_was_written_and_nothing_else_is)
{
	const struct xapian_state s = { 0xFEDCBA9876543210u, 7, 5, 123456789012u, 42, { 2, 1 } };
	struct xapian_state got;
	struct buf text = BUF_INIT;
	ck_assert_int_eq(xapian_state_encode(&s, &text), FUND_OK);
	ck_assert_int_eq(xapian_state_decode(slice_buf(&text), &got), FUND_OK);
	ck_assert(got.id == s.id && got.generation == 7 && got.newest == 5 && got.sum_length == s.sum_length && got.mark == 42 && got.weights.title == 2);
	text.data[0]++; /* another version */
	ck_assert_int_eq(xapian_state_decode(slice_buf(&text), &got), FUND_FORMAT);
	ck_assert_int_eq(xapian_state_decode(slice_of(NULL, 0), &got), FUND_FORMAT);
	buf_release(&text);
}
END_TEST

/* Terms of an article, in ascending order: made from a seed, so that they can be made again. */
static bool make_posting(uint64_t seed, uint32_t i, struct xapian_posting *p)
{
	static uint32_t pos[40], ordinals[40];
	static char term[40];
	static const struct slice forms[3] = { { (const uint8_t *)"term", 4 }, { (const uint8_t *)"termes", 6 }, { (const uint8_t *)"anders", 6 } };
	uint64_t state = seed + i + 1;
	uint32_t last = 0;
	random_next(&state);
	snprintf(term, sizeof term, "wterm%03u", i);
	*p = (struct xapian_posting){ .term = slice_str(term), .freq = 1 + random_below(&state, 40), .boost = (uint8_t)random_next(&state), .forms = forms };
	p->n_forms = random_below(&state, 4);
	p->pos = random_below(&state, 8) ? pos : NULL;
	p->ordinals = p->n_forms > 1 ? ordinals : NULL;
	for (uint32_t k = 0; k < p->freq; k++) {
		pos[k] = last + (k ? 1 : 0) + random_below(&state, 300);
		last = pos[k];
		ordinals[k] = p->n_forms ? random_below(&state, p->n_forms) : 0;
	}
	return i < 50;
}

static void same_posting(const struct xapian_posting *a, const struct xapian_posting *b)
{
	ck_assert(slice_equal(a->term, b->term) && a->freq == b->freq && a->boost == b->boost && a->n_forms == b->n_forms && !a->pos == !b->pos && !a->ordinals == !b->ordinals);
	for (uint32_t i = 0; i < a->freq; i++)
		ck_assert((!a->pos || a->pos[i] == b->pos[i]) && (!a->ordinals || a->ordinals[i] == b->ordinals[i]));
	for (uint32_t i = 0; i < a->n_forms; i++)
		ck_assert(slice_equal(a->forms[i], b->forms[i]));
}

START_TEST(terms_in_the_data_are_read_as_they_were_and_damaged_ones_are_refused)
{
	struct buf bytes = BUF_INIT;
	struct xapian_terms t = { .term_len = 0 };
	struct xapian_posting p;
	char last[40] = "";
	for (uint32_t i = 0; make_posting(5, i, &p); i++) {
		ck_assert_int_eq(xapian_terms_add(&bytes, slice_str(last), &p), FUND_OK);
		snprintf(last, sizeof last, "%.*s", (int)p.term.len, (const char *)p.term.data);
	}
	t.c = cursor_of(slice_buf(&bytes));
	for (uint32_t i = 0; make_posting(5, i, &p); i++) {
		ck_assert_int_eq(xapian_terms_next(&t), FUND_OK);
		ck_assert_int_eq(xapian_terms_read(&t), FUND_OK);
		same_posting(&p, &t.posting);
	}
	ck_assert_int_eq(xapian_terms_next(&t), FUND_END);
	uint64_t state = 3;
	for (int round = 0; round < 3000; round++) { /* an end, an error, or other terms: no more */
		uint32_t at = random_below(&state, (uint32_t)bytes.len);
		uint8_t was = bytes.data[at];
		bytes.data[at] = (uint8_t)random_next(&state);
		t.c = cursor_of(slice_of(bytes.data, round % 2 ? bytes.len : random_below(&state, (uint32_t)bytes.len)));
		t.term_len = 0;
		enum fund_status st;
		while ((st = xapian_terms_next(&t)) == FUND_OK)
			if (xapian_terms_read(&t) != FUND_OK)
				break;
		ck_assert(st == FUND_OK || st == FUND_END || st == FUND_CORRUPT);
		bytes.data[at] = was;
	}
	xapian_terms_release(&t);
	buf_release(&bytes);
}
END_TEST

/* ---- the programs ---- */

static struct scratch scratch;

static void archive(void)
{
	char dir[300];
	scratch_make(&scratch);
	snprintf(dir, sizeof dir, "%s/a", scratch.dir);
	file_write(dir, "2022/01/18/eins.txt", "Der Aufmarsch\n\nDer Aufmarsch begann am Morgen, mit \"Truppen\" im Tal.\n");
	file_write(dir, "2022/01/19/zwei.txt", "Die Truppe stand im Tal.\n");
	file_write(dir, "ohne-datum.txt", "Nichts geschah.\n");
}

static void expect_line(int status, const char *out, const char *arguments)
{
	struct outcome o = program_run(NULL, "fundstelle-index %s", arguments);
	ck_assert_msg(o.status == status && strstr(o.out, out), "%s: status %d\n%s%s", arguments, o.status, o.out, o.err);
	outcome_free(&o);
}

static bool has_xapian(void)
{
	const struct xapian_c *x;
	struct fault why;
	if (xapian_load(&x, &why) == FUND_OK)
		return true;
	fprintf(stderr, "skipped: %s\n", why.text);
	return false;
}

START_TEST(a_xapian_database_follows_the_archive)
{
	char arguments[800];
	const struct xapian_c *x;
	struct xapian_db *db;
	struct xapian_doc *doc;
	struct fault why;
	struct slice got;
	uint32_t df, number;
	uint64_t occurrences;
	if (!has_xapian())
		return;
	archive();
	snprintf(arguments, sizeof arguments, "--to-xapian=%s/x %s/a", scratch.dir, scratch.dir);
	expect_line(0, "3 written, 0 removed, 0 unchanged", arguments);
	expect_line(0, "0 written, 0 removed, 3 unchanged", arguments);
	snprintf(arguments, sizeof arguments, "%s/a", scratch.dir);
	file_write(arguments, "2022/01/19/zwei.txt", "Die Truppe stand im Tal, und im Wald stand sie auch.\n");
	file_write(arguments, "drei.txt", "Neu.\n");
	snprintf(arguments, sizeof arguments, "%s/a/ohne-datum.txt", scratch.dir);
	ck_assert_int_eq(remove(arguments), 0);
	snprintf(arguments, sizeof arguments, "--to-xapian=%s/x %s/a", scratch.dir, scratch.dir);
	expect_line(0, "2 written, 1 removed, 1 unchanged", arguments);
	snprintf(arguments, sizeof arguments, "%s/x", scratch.dir);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	ck_assert_int_eq(x->db_open(&db, arguments, XAPIAN_READ, &why), FUND_OK);
	ck_assert_int_eq(x->db_term(db, SLICE_LIT("tal"), &df, &occurrences, &why), FUND_OK);
	ck_assert_uint_eq(df, 2);
	ck_assert_int_eq(x->db_term(db, SLICE_LIT("Saufmarsch"), &df, &occurrences, &why), FUND_OK);
	ck_assert_uint_eq(df, 1);
	ck_assert_int_eq(x->db_find(db, SLICE_LIT("D20220119"), &number, &why), FUND_OK);
	ck_assert_int_eq(x->doc_open(&doc, db, number, &why), FUND_OK);
	ck_assert_int_eq(x->doc_data(doc, &got, &why), FUND_OK);
	ck_assert(got.len > 24 && memcmp(got.data, "url=2022/01/19/zwei.txt\n", 24) == 0);
	x->doc_free(doc);
	x->db_free(db);
	/* another part of the same archive is not to be mixed into it */
	snprintf(arguments, sizeof arguments, "--to-xapian=%s/x --shard=1/2 %s/a", scratch.dir, scratch.dir);
	expect_line(2, "", arguments);
	scratch_remove(&scratch);
}
END_TEST

/* ---- the names of forms ---- */

START_TEST(names_in_a_block_are_read_as_they_were_and_damaged_ones_are_refused)
{
	static const char *const words[] = { "Haus haus", "Hauses haus", "Haut haut", "a a", "ä a" };
	struct buf block = BUF_INIT, last = BUF_INIT;
	struct xapian_names r = { .c = { NULL, NULL, false } };
	uint32_t n = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		ck_assert_int_eq(xapian_names_add(&block, &last, slice_str(words[i])), FUND_OK);
	r.c = cursor_of(slice_buf(&block));
	for (; xapian_names_next(&r) == FUND_OK; n++)
		ck_assert_msg(slice_equal(slice_buf(&r.name), slice_str(words[n])), "%u", n);
	ck_assert_uint_eq(n, sizeof words / sizeof *words);
	for (size_t cut = 1; cut < block.len; cut++) { /* it ends between two names, or is damaged */
		enum fund_status st;
		r.name.len = 0;
		r.c = cursor_of(slice_of(block.data, cut));
		while ((st = xapian_names_next(&r)) == FUND_OK)
			;
		ck_assert(st == FUND_END || st == FUND_CORRUPT);
	}
	static const uint8_t wrong[][4] = { { 1, 1, 'a' }, { 0, 200, 'a' }, { 0xFF, 0xFF, 0xFF, 0xFF } };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r.name.len = 0;
		r.c = cursor_of(slice_of(wrong[i], 4));
		ck_assert_int_eq(xapian_names_next(&r), FUND_CORRUPT);
	}
	ck_assert(xapian_names_end(SLICE_LIT("irgendein"), UINT32_MAX));
	xapian_names_release(&r);
	buf_release(&block);
	buf_release(&last);
}
END_TEST

static enum fund_status append_name(void *context, struct slice term, uint64_t n)
{
	struct buf *all = context;
	(void)n;
	enum fund_status st = buf_add_slice(all, slice_from(term, 3));
	return st == FUND_OK ? buf_add_byte(all, '\n') : st;
}

/* The names of a database: as terms, and in the blocks. */
static void expect_names(const char *shard, uint32_t *n_blocks)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	struct fault why;
	struct slice got;
	struct buf terms = BUF_INIT, listed = BUF_INIT, directory = BUF_INIT;
	struct xapian_names r = { .c = { NULL, NULL, false } };
	char path[400];
	snprintf(path, sizeof path, "%s/%s", scratch.dir, shard);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_READ, &why), FUND_OK);
	ck_assert_int_eq(x->db_each_term(db, SLICE_LIT("XFW"), &(struct xapian_term_visitor){ &terms, append_name }, &why), FUND_OK);
	ck_assert_int_eq(x->db_metadata(db, XAPIAN_METADATA_NAMES, &got, &why), FUND_OK);
	ck_assert_int_eq(buf_add_slice(&directory, got), FUND_OK);
	struct cursor c = cursor_of(slice_buf(&directory));
	for (*n_blocks = 0; cursor_left(&c); ++*n_blocks) {
		char key[48];
		xapian_names_key(cursor_u64(&c), key);
		ck_assert_int_eq(x->db_metadata(db, key, &got, &why), FUND_OK);
		ck_assert_uint_gt(got.len, 0);
		r.c = cursor_of(got);
		r.name.len = 0;
		while (xapian_names_next(&r) == FUND_OK)
			ck_assert(buf_add_slice(&listed, slice_buf(&r.name)) == FUND_OK && buf_add_byte(&listed, '\n') == FUND_OK);
	}
	ck_assert_uint_gt(terms.len, 0);
	ck_assert_msg(slice_equal(slice_buf(&terms), slice_buf(&listed)), "%s\nnot\n%s", buf_str(&listed), buf_str(&terms));
	x->db_free(db);
	xapian_names_release(&r);
	buf_release(&terms), buf_release(&listed), buf_release(&directory);
}

static void write_words(const char *name, uint32_t first, uint32_t n)
{
	struct buf text = BUF_INIT;
	char dir[300];
	for (uint32_t i = first; i < first + n; i++)
		ck_assert_int_eq(buf_add_format(&text, "Wort%u%s", i, i % 20 ? " " : ".\n"), FUND_OK);
	snprintf(dir, sizeof dir, "%s/a", scratch.dir);
	file_write(dir, name, buf_str(&text));
	buf_release(&text);
}

START_TEST(the_names_in_the_metadata_are_those_of_the_database_whatever_comes_and_goes)
{
	char path[400];
	uint32_t n;
	if (!has_xapian())
		return;
	scratch_make(&scratch);
	write_words("viele.txt", 0, 20000);
	write_words("mehr.txt", 15000, 8000);
	program_expect(0, "fundstelle-index -q --to-xapian=%s/x %s/a", scratch.dir, scratch.dir);
	expect_names("x", &n);
	ck_assert_uint_gt(n, 1);
	write_words("neu.txt", 22990, 3000);
	snprintf(path, sizeof path, "%s/a/viele.txt", scratch.dir);
	ck_assert_int_eq(remove(path), 0);
	program_expect(0, "fundstelle-index -q --to-xapian=%s/x %s/a", scratch.dir, scratch.dir);
	expect_names("x", &n);
	ck_assert_uint_gt(n, 1);
	scratch_remove(&scratch);
}
END_TEST

START_TEST(shards_of_an_index_are_all_of_it)
{
	char arguments[800];
	unsigned long total = 0;
	if (!has_xapian())
		return;
	archive();
	snprintf(arguments, sizeof arguments, "-q -i %s/i %s/a", scratch.dir, scratch.dir);
	expect_line(0, "", arguments);
	for (int k = 1; k <= 3; k++) {
		struct outcome o = program_run(NULL, "fundstelle-index -i %s/i --to-xapian=%s/x%d --shard=%d/3", scratch.dir, scratch.dir, k, k);
		ck_assert_msg(o.status == 0, "%s", o.err);
		total += strtoul(strchr(o.out, ':') + 1, NULL, 10);
		outcome_free(&o);
	}
	ck_assert_uint_eq(total, 3);
	scratch_remove(&scratch);
}
END_TEST

/* What is no file is written to, and stays what it is. */
static void pipe_gets(const char *wanted)
{
	char path[400], got[200000];
	struct stat is;
	size_t len = 0;
	ssize_t n;
	snprintf(path, sizeof path, "%s/pipe", scratch.dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	pid_t pid = program_start("fundstelle-index -q -i %s/i --to-bulk=%s", scratch.dir, path);
	int fd = open(path, O_RDONLY);
	while ((n = read(fd, got + len, sizeof got - 1 - len)) > 0)
		len += (size_t)n;
	got[len] = '\0';
	close(fd);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(stat(path, &is) == 0 && S_ISFIFO(is.st_mode));
	ck_assert_str_eq(got, wanted);
}

START_TEST(bulk_requests_have_fields_and_terms_in_order)
{
	archive();
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s/i --to-bulk=-", scratch.dir);
	ck_assert_msg(o.status == 0, "%s", o.err);
	ck_assert_msg(strstr(o.out, "{\"index\": {\"_id\": \"2022/01/18/eins.txt\"}}\n{\"key\": \"2022/01/18/eins.txt\", \"date\": \"2022-01-18\", \"title\": \"Der Aufmarsch\"") != NULL, "%s", o.out);
	ck_assert_msg(strstr(o.out, "\"terms\": \"der aufmarsch der aufmarsch begann am morg mit trupp im tal\", \"title_terms\": \"der aufmarsch\"") != NULL, "%s", o.out);
	program_expect(0, "fundstelle-index -q -i %s/i --to-bulk=%s/bulk", scratch.dir, scratch.dir);
	program_expect(2, "fundstelle-index -q -i %s/i --to-bulk=%s/none/bulk", scratch.dir, scratch.dir);
	pipe_gets(o.out);
	outcome_free(&o);
	program_expect(2, "fundstelle-index -q -i %s/i --shard=1/2 %s/a", scratch.dir, scratch.dir);
	scratch_remove(&scratch);
}
END_TEST

/* Keys that differ in a byte that is no text have different ids; a key of 600 bytes has one that OpenSearch takes. */
START_TEST(the_id_of_a_bulk_request_is_the_key_as_it_is_printed_and_never_too_long)
{
	char dir[300], name[700], *id, *key;
	scratch_make(&scratch);
	snprintf(dir, sizeof dir, "%s/a", scratch.dir);
	file_write(dir, "kaputt\xFE.txt", "Ein Haus.\n");
	file_write(dir, "kaputt\xFF.txt", "Ein Haus.\n");
	snprintf(name, sizeof name, "%0200d/%0200d/%0200d", 1, 2, 3);
	for (size_t i = 0; name[i]; i += 2)
		if (name[i] == '0' && name[i + 1] == '0')
			memcpy(&name[i], "ä", 2);
	file_write(dir, name, "Ein Haus.\n");
	program_expect(0, "fundstelle-index -q -i %s/i %s/a", scratch.dir, scratch.dir);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s/i --to-bulk=-", scratch.dir);
	ck_assert_msg(strstr(o.out, "{\"_id\": \"kaputt%FE.txt\"}}\n{\"key\": \"kaputt%FE.txt\"") != NULL, "%s", o.out);
	ck_assert_msg(strstr(o.out, "{\"_id\": \"kaputt%FF.txt\"}}\n{\"key\": \"kaputt%FF.txt\"") != NULL, "%s", o.out);
	key = strstr(o.out, name);
	ck_assert_msg(key != NULL, "the key is whole somewhere: %s", o.out);
	id = strstr(o.out, "\"_id\": \"ää");
	ck_assert_msg(id != NULL && id < key, "%s", o.out);
	id += strlen("\"_id\": \"");
	size_t length = strcspn(id, "\"");
	ck_assert_msg(length > 500 && length <= 512 && memcmp(id, name, length - 17) == 0 && id[length - 17] == '-', "%zu: %s", length, id);
	ck_assert_uint_eq(utf8_valid_prefix(slice_of(id, length)), length);
	outcome_free(&o);
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_export(void);
Suite *suite_export(void)
{
	Suite *s = suite_create("exports");
	TCase *t = tcase_create("exports");
	tcase_add_loop_test(t, a_shard_is_named_by_its_number_and_how_many_there_are, 0, (int)(sizeof shards / sizeof *shards));
	tcase_add_test(t, each_key_is_in_one_shard_and_the_shards_are_about_equal);
	tcase_add_loop_test(t, a_term_has_this_name_in_xapian, 0, (int)(sizeof names / sizeof *names));
	tcase_add_test(t, names_that_are_too_long_are_cut_and_stay_distinct);
	tcase_add_test(t, what_is_stored_of_an_article_is_read_as_it_was);
	tcase_add_test(t, a_form_has_a_name_with_its_stem_in_xapian);
	tcase_add_test(t, a_state_is_read_as_it_was_written_and_nothing_else_is);
	tcase_add_test(t, terms_in_the_data_are_read_as_they_were_and_damaged_ones_are_refused);
	tcase_add_test(t, a_xapian_database_follows_the_archive);
	tcase_add_test(t, names_in_a_block_are_read_as_they_were_and_damaged_ones_are_refused);
	tcase_add_test(t, the_names_in_the_metadata_are_those_of_the_database_whatever_comes_and_goes);
	tcase_add_test(t, shards_of_an_index_are_all_of_it);
	tcase_add_test(t, bulk_requests_have_fields_and_terms_in_order);
	tcase_add_test(t, the_id_of_a_bulk_request_is_the_key_as_it_is_printed_and_never_too_long);
	suite_add_tcase(s, t);
	return s;
}
