/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/index_fixture.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/pages.h"

const struct index_settings fixture_settings = { .analysis_hash = 0x1234,
						 .analysis_text = "test",
						 .weights = { 3, 2 } };

const char *fixture_make_dir(void)
{
	static char path[512];
	const char *top = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/fundstelle-test-XXXXXX", top ? top : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

void fixture_remove_dir(const char *dir)
{
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

uint64_t fixture_hash(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 1) * 0xbf58476d1ce4e5b9u ^ (c + 1) * 0x94d049bb133111ebu;

	for (int i = 0; i < 2; i++) {
		x ^= x >> 30;
		x *= 0xbf58476d1ce4e5b9u;
		x ^= x >> 27;
		x *= 0x94d049bb133111ebu;
	}
	return x ^ x >> 31;
}

/* ---- the model ---- */

bool model_has_positions(const struct model *m, uint32_t t)
{
	return t >= m->n_terms / 4;
}

struct slice model_term(const struct model *m, uint32_t t, char room[32])
{
	int len = snprintf(room, 32, "%c%06u", model_has_positions(m, t) ? 'w' : 'q', t);

	return slice_of(room, (size_t)len);
}

uint32_t model_freq(const struct model *m, uint32_t t, uint32_t doc)
{
	uint64_t h = fixture_hash(m->seed, t, doc);

	if (t != 0 && doc != t % m->n_docs && h % (2 + t % 17) != 0)
		return 0;
	return 1 + (uint32_t)(h >> 32) % 5;
}

uint8_t model_boost(const struct model *m, uint32_t t, uint32_t doc)
{
	uint64_t h = fixture_hash(m->seed + 1, t, doc);

	return h % 4 == 0 ? (uint8_t)(1 + (h >> 8) % model_freq(m, t, doc)) : 0;
}

uint32_t model_position(const struct model *m, uint32_t t, uint32_t doc, uint32_t i)
{
	return 4 * i + (uint32_t)(fixture_hash(m->seed + 2, t, doc) >> (8 * i)) % 4;
}

uint32_t model_form(const struct model *m, uint32_t t, uint32_t doc, uint32_t i)
{
	uint64_t h = fixture_hash(m->seed + 3, t, doc * 8 + i);

	if (!model_has_positions(m, t) || t % 2)
		return 0;
	return h % 3 == 0 ? (uint32_t)(h >> 16) % (2 + t % 3) : t / 2 % 2; /* the first, or the second, is the most frequent */
}

struct slice model_form_word(const struct model *m, uint32_t t, uint32_t form, char room[40])
{
	static const char *const endings[MODEL_FORMS] = { "", "ern", "\xc3\xa4", "s", "ern-x" };
	int len = snprintf(room, 40, "%06u%s", t, endings[form]);

	(void)m;
	if (form == 2)
		room[0] = '-';
	return slice_of(room, (size_t)len);
}

static bool form_less(const struct model *m, uint32_t t, const struct model_forms *f, uint32_t a, uint32_t b)
{
	char x[40], y[40];

	if (f->cf[a] != f->cf[b])
		return f->cf[a] > f->cf[b];
	return slice_compare(model_form_word(m, t, f->form[a], x), model_form_word(m, t, f->form[b], y)) < 0;
}

static void swap_forms(struct model_forms *f, uint32_t a, uint32_t b)
{
	struct model_forms old = *f;

	f->form[a] = old.form[b];
	f->form[b] = old.form[a];
	f->cf[a] = old.cf[b];
	f->cf[b] = old.cf[a];
	f->df[a] = old.df[b];
	f->df[b] = old.df[a];
}

void model_count_forms(const struct model *m, uint32_t t, struct model_forms *f)
{
	uint32_t last[MODEL_FORMS] = { 0 };

	*f = (struct model_forms){ .form = { 0, 1, 2, 3, 4 } };
	for (uint32_t doc = 0; doc < m->n_docs; doc++)
		for (uint32_t i = 0; i < model_freq(m, t, doc); i++) {
			uint32_t form = model_form(m, t, doc, i);
			f->cf[form]++;
			f->df[form] += last[form] != doc + 1;
			last[form] = doc + 1;
		}
	for (uint32_t i = 0; i < MODEL_FORMS; i++)
		for (uint32_t k = i; k > 0 && form_less(m, t, f, k, k - 1); k--)
			swap_forms(f, k, k - 1);
	while (f->n < MODEL_FORMS && f->cf[f->n])
		f->n++;
}

uint32_t model_words(const struct model *m, uint32_t doc)
{
	return 20 + (uint32_t)fixture_hash(m->seed, doc, 3) % 1000;
}

static uint32_t model_date(const struct model *m, uint32_t doc)
{
	uint64_t h = fixture_hash(m->seed, doc, 4);

	return h % 5 == 0 ? 0 : DATE_PACK(1900 + h % 120, 1 + (h >> 8) % 12, 1 + (h >> 16) % 28);
}

struct slice model_key(const struct model *m, uint32_t doc, char room[64], size_t *id_len)
{
	(void)m;
	int path = snprintf(room, 64, "%02u/artikel-%06u.txt", doc / 1000, doc / 3), id = 0;

	if (doc % 3) /* three articles a file, the first without an id */
		id = snprintf(room + path, 64 - (size_t)path, "#%u", 9 - doc % 3);
	*id_len = (size_t)id;
	return slice_of(room, (size_t)(path + id));
}

struct slice model_body(const struct model *m, uint32_t doc, char room[256])
{
	int len = snprintf(room, 256, "Artikel %u von %llu. Der Kreml hat %llu Signale gesendet.", doc,
			   (unsigned long long)m->seed, (unsigned long long)fixture_hash(m->seed, doc, 5));

	return slice_of(room, (size_t)len);
}

/* ---- writing ---- */

struct index_writer *fixture_open(const char *dir)
{
	struct index_writer *w;
	struct fault why = { 0 };

	ck_assert_msg(index_writer_open(&w, dir, &fixture_settings, 0, &why) == FUND_OK, "%s", why.text);
	return w;
}

static enum fund_status add_texts(struct segment_writer *s, const struct model *m)
{
	struct text_builder *builder;
	struct buf stored = BUF_INIT;
	char body[256];
	uint32_t n_docs, raw_len;
	enum fund_status st = text_builder_new(&builder);

	for (uint32_t doc = 0; st == FUND_OK && doc < m->n_docs; doc++) {
		struct stored_article article = { .title = SLICE_LIT("Titel"), .body = model_body(m, doc, body) };
		st = text_builder_add(builder, &article);
		if (st != FUND_OK || (text_builder_raw_len(builder) < TEXT_BLOCK_TARGET && doc + 1 < m->n_docs))
			continue;
		buf_reset(&stored);
		st = text_builder_close(builder, &stored, &n_docs, &raw_len);
		if (st == FUND_OK)
			st = segment_writer_add_text(s, slice_buf(&stored), n_docs, raw_len);
	}
	text_builder_free(builder);
	buf_release(&stored);
	return st;
}

static enum fund_status add_docs(struct segment_writer *s, const struct model *m)
{
	enum fund_status st = FUND_OK;
	char room[64];

	for (uint32_t doc = 0; st == FUND_OK && doc < m->n_docs; doc++) {
		struct doc_info info = { .length = model_words(m, doc),
					 .date = model_date(m, doc),
					 .words = model_words(m, doc),
					 .hash = fixture_hash(m->seed, doc, 6),
					 .born = doc };
		info.key.key = model_key(m, doc, room, &info.key.id_len);
		st = segment_writer_add_doc(s, &info);
	}
	return st;
}

static enum fund_status add_term(struct segment_writer *s, const struct model *m, uint32_t t)
{
	char room[32], word[40];
	uint32_t pos[5], ordinals[5], place[MODEL_FORMS] = { 0 };
	struct model_forms forms;
	enum fund_status st = segment_writer_begin_term(s, model_term(m, t, room), model_has_positions(m, t));

	model_count_forms(m, t, &forms);
	for (uint32_t i = 0; st == FUND_OK && i < forms.n; i++) {
		place[forms.form[i]] = i;
		st = segment_writer_add_form(s, model_form_word(m, t, forms.form[i], word), forms.cf[i]);
	}
	for (uint32_t doc = 0; st == FUND_OK && doc < m->n_docs; doc++) {
		uint32_t freq = model_freq(m, t, doc);
		for (uint32_t i = 0; i < freq; i++)
			pos[i] = model_position(m, t, doc, i);
		for (uint32_t i = 0; i < freq; i++)
			ordinals[i] = place[model_form(m, t, doc, i)];
		if (freq)
			st = segment_writer_add_posting(s, doc, freq, model_boost(m, t, doc), pos, ordinals);
	}
	return st == FUND_OK ? segment_writer_end_term(s) : st;
}

static enum fund_status add_all(struct segment_writer *s, const struct model *m)
{
	enum fund_status st = add_docs(s, m);

	if (st == FUND_OK)
		st = add_texts(s, m);
	for (uint32_t t = 0; st == FUND_OK && t < m->n_terms; t++)
		st = add_term(s, m, t);
	return st;
}

enum fund_status fixture_try_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats)
{
	struct segment_writer *s;
	struct fault why = { 0 };
	enum fund_status st = segment_writer_new(&s, w, &why);

	if (st != FUND_OK)
		return st;
	st = add_all(s, m);
	if (st == FUND_OK)
		st = segment_writer_finish(s, stats);
	segment_writer_free(s);
	return st;
}

struct segment_writer *fixture_hold_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats)
{
	struct segment_writer *s;
	struct fault why = { 0 };

	ck_assert_int_eq(segment_writer_new(&s, w, &why), FUND_OK);
	segment_writer_hold(s);
	ck_assert_int_eq(add_all(s, m), FUND_OK);
	ck_assert_int_eq(segment_writer_finish(s, stats), FUND_OK);
	return s;
}

static struct segment *published(struct index_writer *w, uint32_t number)
{
	struct snapshot *snapshot = index_writer_snapshot(w);
	struct segment *s = NULL;

	for (uint32_t i = 0; i < snapshot_n_segments(snapshot) && (!s || segment_number(s) != number); i++)
		ck_assert_int_eq(snapshot_segment(snapshot, i, &s, NULL), FUND_OK);
	ck_assert(s && segment_number(s) == number);
	return s;
}

static void keep_texts(struct segment_writer *s, struct segment *from)
{
	struct text_run run;

	for (uint32_t i = 0; i < segment_stats(from)->n_stores; i++)
		ck_assert_int_eq(segment_writer_keep_store(s, &segment_stats(from)->stores[i]), FUND_OK);
	for (uint32_t i = 0; segment_text_run(from, i, &run) == FUND_OK; i++)
		ck_assert_int_eq(segment_writer_keep_text(s, &run), FUND_OK);
}

void fixture_take_over(struct index_writer *w, const struct model *m, uint32_t number, struct segment_stats *stats)
{
	struct segment_writer *s;
	struct fault why = { 0 };

	ck_assert_int_eq(segment_writer_new(&s, w, &why), FUND_OK);
	ck_assert_int_eq(add_docs(s, m), FUND_OK);
	keep_texts(s, published(w, number));
	for (uint32_t t = 0; t < m->n_terms; t++)
		ck_assert_int_eq(add_term(s, m, t), FUND_OK);
	ck_assert_int_eq(segment_writer_finish(s, stats), FUND_OK);
	segment_writer_free(s);
}

void fixture_write_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats)
{
	enum fund_status st = fixture_try_segment(w, m, stats);

	ck_assert_msg(st == FUND_OK, "%s: %s", fund_status_name(st), index_writer_fault(w)->text);
}

void fixture_publish_segment(struct index_writer *w, const struct model *m)
{
	struct segment_stats stats;
	struct manifest next = { 0 };
	struct fault why = { 0 };

	fixture_write_segment(w, m, &stats);
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_int_eq(manifest_add_segment(&next, &stats), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, NULL, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
}

void fixture_republish(struct index_writer *w)
{
	struct manifest next = { 0 };
	struct fault why = { 0 };

	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, NULL, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
}

/* ---- comparing ---- */

static void check_docs(struct segment *s, const struct model *m)
{
	struct buf bytes = BUF_INIT;
	struct text_cache cache = { 0 };
	struct stored_article article;
	struct article_key key;
	struct key_chunk last = { .n = 0 };
	char room[64], body[256];
	uint64_t value;
	size_t id_len;

	for (uint32_t doc = 0; doc<m->n_docs; doc += m->n_docs> 4000 ? 7 : 1) {
		struct slice expected = model_key(m, doc, room, &id_len);
		ck_assert_int_eq(segment_key(s, doc, &last, &bytes, &key), FUND_OK);
		ck_assert(slice_equal(key.key, expected) && key.id_len == id_len && key.root == 0);
		ck_assert_int_eq(segment_article(s, doc, &cache, &article), FUND_OK);
		ck_assert(slice_equal(article.body, model_body(m, doc, body)));
		ck_assert_int_eq(segment_value(s, COLUMN_WORDS, doc, &value), FUND_OK);
		ck_assert_uint_eq(value, model_words(m, doc));
		ck_assert_int_eq(segment_value(s, COLUMN_DATE, doc, &value), FUND_OK);
		ck_assert_uint_eq(value, model_date(m, doc));
		ck_assert_int_eq(segment_value(s, COLUMN_HASH, doc, &value), FUND_OK);
		ck_assert(value == fixture_hash(m->seed, doc, 6));
		ck_assert_int_eq(segment_value(s, COLUMN_SIGNATURE, doc, &value), FUND_OK);
		ck_assert_uint_eq(value, 0);
		ck_assert_int_eq(segment_value(s, COLUMN_BORN, doc, &value), FUND_OK);
		ck_assert_uint_eq(value, doc);
	}
	buf_release(&bytes);
	text_cache_release(&cache);
}

static void check_posting(struct postings *p, const struct model *m, const struct model_forms *forms, uint32_t t, uint32_t doc)
{
	uint32_t freq, n;
	uint8_t boost;
	const uint32_t *pos, *ordinals;

	ck_assert_uint_eq(p->doc, doc);
	ck_assert_int_eq(postings_freq(p, &freq), FUND_OK);
	ck_assert_uint_eq(freq, model_freq(m, t, doc));
	ck_assert_int_eq(postings_boost(p, &boost), FUND_OK);
	ck_assert_uint_eq(boost, model_boost(m, t, doc));
	if (!model_has_positions(m, t))
		return;
	ck_assert_int_eq(postings_positions(p, &pos, &n), FUND_OK);
	ck_assert_uint_eq(n, freq);
	for (uint32_t i = 0; i < n; i++)
		ck_assert_uint_eq(pos[i], model_position(m, t, doc, i));
	ck_assert_int_eq(postings_forms(p, &ordinals, &n), FUND_OK);
	ck_assert_uint_eq(n, freq);
	ck_assert(!ordinals == (forms->n == 1));
	for (uint32_t i = 0; i < n; i++)
		ck_assert_uint_eq(forms->form[ordinals ? ordinals[i] : 0], model_form(m, t, doc, i));
}

static void check_forms(struct segment *s, const struct model *m, const struct model_forms *expected, uint32_t t)
{
	char room[32], word[40];
	struct term_forms f = { 0 };

	ck_assert_int_eq(term_forms_read(&f, segment_chunks(s), model_term(m, t, room)), FUND_OK);
	ck_assert_uint_eq(f.n, expected->n);
	for (uint32_t i = 0; i < f.n; i++) {
		ck_assert(slice_equal(f.forms[i].word, model_form_word(m, t, expected->form[i], word)));
		ck_assert_uint_eq(f.forms[i].ordinal, i);
		ck_assert_uint_eq(f.forms[i].df, expected->df[i]);
		ck_assert_uint_eq(f.forms[i].cf, expected->cf[i]);
	}
	term_forms_release(&f);
}

static void check_term(struct segment *s, const struct model *m, uint32_t t, struct postings *p)
{
	char room[32];
	struct term_entry entry;
	struct model_forms forms;
	uint32_t df = 0;

	model_count_forms(m, t, &forms);
	check_forms(s, m, &forms, t);

	ck_assert_int_eq(dictionary_find(segment_chunks(s), model_term(m, t, room), &entry), FUND_OK);
	ck_assert_int_eq(postings_open(p, segment_chunks(s), &entry, segment_weights(s)), FUND_OK);
	for (uint32_t doc = 0; doc < m->n_docs; doc++) {
		if (model_freq(m, t, doc) == 0)
			continue;
		ck_assert_int_eq(postings_next(p), FUND_OK);
		check_posting(p, m, &forms, t, doc);
		df++;
	}
	ck_assert_int_eq(postings_next(p), FUND_OK);
	ck_assert_uint_eq(p->doc, DOC_END);
	ck_assert_uint_eq(df, entry.df);
	postings_release(p);
}

void fixture_check_segment(struct segment *s, const struct model *m)
{
	const struct segment_stats *stats = segment_stats(s);
	struct postings *p = calloc(1, sizeof(*p));
	uint64_t n_words = 0;

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(segment_n_docs(s), m->n_docs);
	ck_assert_uint_eq(stats->n_terms, m->n_terms);
	for (uint32_t doc = 0; doc < m->n_docs; doc++)
		n_words += model_words(m, doc);
	ck_assert_uint_eq(stats->n_words, n_words);
	check_docs(s, m);
	for (uint32_t t = 0; t < m->n_terms; t++)
		check_term(s, m, t, p);
	free(p);
}

void fixture_check_index(const char *dir, const struct model *models, uint32_t n)
{
	struct snapshot *snapshot;
	struct segment *segment;
	struct fault why = { 0 };

	ck_assert_msg(snapshot_open(&snapshot, dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_uint_eq(snapshot_n_segments(snapshot), n);
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_int_eq(snapshot_segment(snapshot, i, &segment, &why), FUND_OK);
		fixture_check_segment(segment, &models[i]);
	}
	snapshot_close(snapshot);
}

uint32_t fixture_count_keys(const struct snapshot *snapshot, uint8_t concern, uint32_t segment)
{
	uint8_t from[5] = { concern };
	struct slice key = slice_of(from, 5), value;
	uint32_t n = 0;

	chunk_tail_put(from + 1, segment);
	while (pages_seek_gt(snapshot_pages(snapshot), key, &key, &value) == FUND_OK && key.len > 5 &&
	       memcmp(key.data, from, 5) == 0)
		n++;
	return n;
}
