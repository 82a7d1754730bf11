/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/export_xapian.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "indexer/export_names.h"
#include "store/forms.h"
#include "xapian/layout.h"
#include "xapian/names.h"
#include "xapian/xapian_c.h"

struct xapian_export {
	const struct xapian_c *x;
	struct snapshot *snapshot;
	struct shard shard;
	struct xapian_db *db;
	struct fault *why;
	struct buf term, data, terms, ranking;
	struct slice *forms; /* those of a term that an article has */
	uint32_t *ordinals;
	size_t cap_forms, cap_ordinals;
	uint64_t wdf; /* of the article at hand, so far */
	struct xapian_state before; /* id 0: it was empty */
	struct export_counts *counts;
};

static void put_be(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

static enum fund_status key_term(struct xapian_export *e, struct slice key)
{
	buf_reset(&e->term);
	return xapian_prefixed(XAPIAN_PREFIX_KEY, key, &e->term);
}

/* ---- what is there already ---- */

static enum fund_status has_value(struct xapian_export *e, struct xapian_doc *doc, uint32_t slot, uint64_t number, unsigned bytes, bool *has)
{
	struct slice value;
	uint8_t want[8];
	put_be(want, number, bytes);
	enum fund_status st = e->x->doc_value(doc, slot, &value, e->why);
	*has = st == FUND_OK && slice_equal(value, slice_of(want, bytes));
	return st;
}

static enum fund_status is_same(struct xapian_export *e, uint32_t number, uint64_t hash, uint32_t born, bool *same)
{
	struct xapian_doc *doc;
	enum fund_status st = e->x->doc_open(&doc, e->db, number, e->why);
	*same = false;
	if (st == FUND_OK)
		st = has_value(e, doc, XAPIAN_SLOT_HASH, hash, 8, same);
	if (st == FUND_OK && *same)
		st = has_value(e, doc, XAPIAN_SLOT_BORN, born, 4, same);
	e->x->doc_free(doc);
	return st;
}

static enum fund_status wants(void *context, struct slice key, uint64_t hash, uint32_t born, bool *wanted)
{
	struct xapian_export *e = context;
	uint32_t number;
	bool same = false;
	enum fund_status st = key_term(e, key);
	if (st == FUND_OK)
		st = e->x->db_find(e->db, slice_buf(&e->term), &number, e->why);
	if (st == FUND_OK)
		st = is_same(e, number, hash, born, &same);
	*wanted = !same;
	e->counts->unchanged += same;
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

/* ---- an article ---- */

static enum fund_status add_weighed(struct xapian_export *e, struct xapian_doc *doc, uint32_t wdf)
{
	e->wdf += wdf;
	return e->x->doc_add(doc, slice_buf(&e->term), wdf, e->why);
}

static enum fund_status add_positions(struct xapian_export *e, struct xapian_doc *doc, const struct export_term *t)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; t->pos && i < t->freq && st == FUND_OK; i++)
		st = e->x->doc_add_position(doc, slice_buf(&e->term), t->pos[i] + 1, e->why);
	return st;
}

/* How often a form is among the first n occurrences. */
static uint32_t count_form(const struct export_term *t, uint32_t ordinal, uint32_t n)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < n; i++)
		count += (t->ordinals ? t->ordinals[i] : 0) == ordinal;
	return count;
}

/* One form among the first n occurrences of its term; nothing where it is not, or its name is too long. */
static enum fund_status add_form(struct xapian_export *e, struct xapian_doc *doc, const struct export_term *t, const char *prefix, uint32_t ordinal, uint32_t n)
{
	uint32_t count = count_form(t, ordinal, n);
	if (count == 0)
		return FUND_OK;
	buf_reset(&e->term);
	enum fund_status st = xapian_form_name(prefix, t->forms[ordinal], slice_from(t->term, 1), &e->term);
	if (st != FUND_OK)
		return st == FUND_LIMIT ? FUND_OK : st;
	return add_weighed(e, doc, count);
}

/* Is an earlier occurrence of the same form? */
static bool was_before(const struct export_term *t, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (t->ordinals[k] == t->ordinals[i])
			return true;
	return false;
}

static enum fund_status add_forms(struct xapian_export *e, struct xapian_doc *doc, const struct export_term *t, bool in_title, uint32_t n)
{
	const char *prefix = xapian_form_prefix(t->term.data[0], in_title);
	enum fund_status st = FUND_OK;
	if (!prefix || t->n_forms == 0)
		return FUND_OK;
	if (!t->ordinals)
		return add_form(e, doc, t, prefix, 0, n);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		if (t->ordinals[i] < t->n_forms && !was_before(t, i))
			st = add_form(e, doc, t, prefix, t->ordinals[i], n);
	return st;
}

/* Title positions come first, and are fewer than the body's: only those are looked at. */
static uint32_t in_title(const struct export_article *a, const struct export_term *t)
{
	uint32_t end = a->fields & 0xFFFF, n = 0;
	while (t->pos && n < t->freq && t->pos[n] < end)
		n++;
	return n;
}

/* ---- terms in the data ---- */

/* Which of a term's forms the article has, and where: in e->forms and e->ordinals. */
static enum fund_status own_forms(struct xapian_export *e, const struct export_term *t, struct xapian_posting *p)
{
	struct slice *forms = array_room(e->forms, t->freq + (size_t)1, &e->cap_forms, sizeof *forms);
	if (forms)
		e->forms = forms;
	uint32_t *ordinals = array_room(e->ordinals, t->freq + (size_t)1, &e->cap_ordinals, sizeof *ordinals);
	if (ordinals)
		e->ordinals = ordinals;
	if (!forms || !ordinals)
		return FUND_NO_MEMORY;
	p->forms = forms;
	p->ordinals = ordinals;
	for (uint32_t i = 0; i < t->freq && t->n_forms; i++) {
		uint32_t ordinal = t->ordinals ? t->ordinals[i] : 0, k = 0;
		struct slice form = ordinal < t->n_forms ? t->forms[ordinal] : t->forms[0];
		while (k < p->n_forms && !slice_equal(forms[k], form))
			k++;
		if (k == p->n_forms)
			forms[p->n_forms++] = form;
		ordinals[i] = k;
	}
	return FUND_OK;
}

static enum fund_status pack_terms(struct xapian_export *e, const struct export_article *a)
{
	struct slice last = { NULL, 0 };
	enum fund_status st = FUND_OK;
	buf_reset(&e->terms);
	for (uint32_t i = 0; i < a->n_terms && st == FUND_OK; i++) {
		const struct export_term *t = &a->terms[i];
		struct xapian_posting p = { .term = t->term, .freq = t->freq, .boost = t->boost, .pos = t->pos };
		st = own_forms(e, t, &p);
		if (st == FUND_OK)
			st = xapian_terms_add(&e->terms, last, &p);
		last = t->term;
	}
	return st;
}

static enum fund_status add_term(struct xapian_export *e, struct xapian_doc *doc, const struct export_article *a, const struct export_term *t)
{
	uint8_t class = t->term.data[0];
	uint32_t title = class == CLASS_WORD ? in_title(a, t) : 0;
	buf_reset(&e->term);
	enum fund_status st = xapian_term_name(t->term, &e->term);
	if (st == FUND_UNSUPPORTED)
		return FUND_OK;
	if (st == FUND_OK)
		st = add_weighed(e, doc, class == CLASS_BOUNDARY ? 0 : pseudo_freq(t->freq, t->boost, a->weights));
	if (st == FUND_OK)
		st = add_positions(e, doc, t);
	if (st == FUND_OK)
		st = add_forms(e, doc, t, false, t->freq);
	if (st != FUND_OK || title == 0)
		return st;
	buf_reset(&e->term);
	st = xapian_prefixed(XAPIAN_PREFIX_TITLE, slice_from(t->term, 1), &e->term);
	if (st == FUND_OK) /* what the title adds to the pseudo-frequency */
		st = add_weighed(e, doc, (a->weights.title - 1u) * (t->boost & 15u));
	struct export_term first = *t;
	first.freq = title;
	if (st == FUND_OK)
		st = add_positions(e, doc, &first);
	return st == FUND_OK ? add_forms(e, doc, t, true, title) : st;
}

static enum fund_status add_filter(struct xapian_export *e, struct xapian_doc *doc, const char *prefix, const char *text)
{
	buf_reset(&e->term);
	enum fund_status st = xapian_prefixed(prefix, slice_str(text), &e->term);
	return st == FUND_OK ? e->x->doc_add(doc, slice_buf(&e->term), 0, e->why) : st;
}

/* Days since 1970 of the proleptic Gregorian calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400), doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

static enum fund_status add_time(struct xapian_export *e, struct xapian_doc *doc, uint32_t date)
{
	unsigned m = DATE_MONTH(date), d = DATE_DAY(date);
	int64_t seconds = 86400 * days_from_civil(DATE_YEAR(date), m ? m : 1, d ? d : 1);
	uint8_t bytes[4];
	if (seconds < 0 || seconds > (int64_t)UINT32_MAX)
		return FUND_OK;
	put_be(bytes, (uint64_t)seconds, sizeof bytes);
	return e->x->doc_set_value(doc, XAPIAN_SLOT_TIME, slice_of(bytes, sizeof bytes), e->why);
}

static enum fund_status add_date(struct xapian_export *e, struct xapian_doc *doc, uint32_t date)
{
	char text[16];
	uint8_t bytes[4];
	unsigned y = DATE_YEAR(date), m = DATE_MONTH(date), d = DATE_DAY(date);
	if (date == 0)
		return FUND_OK;
	put_be(bytes, date, sizeof bytes);
	enum fund_status st = e->x->doc_set_value(doc, XAPIAN_SLOT_DATE, slice_of(bytes, sizeof bytes), e->why);
	if (st == FUND_OK)
		st = add_time(e, doc, date);
	snprintf(text, sizeof text, "%04u", y);
	if (st == FUND_OK)
		st = add_filter(e, doc, XAPIAN_PREFIX_YEAR, text);
	snprintf(text, sizeof text, "%04u%02u", y, m);
	if (st == FUND_OK && m)
		st = add_filter(e, doc, XAPIAN_PREFIX_MONTH, text);
	snprintf(text, sizeof text, "%04u%02u%02u", y, m, d);
	return st == FUND_OK && d ? add_filter(e, doc, XAPIAN_PREFIX_DAY, text) : st;
}

static enum fund_status add_data(struct xapian_export *e, struct xapian_doc *doc, const struct export_article *a)
{
	const struct xapian_article article = { a->key, a->date, a->words, a->length, a->fields, a->signature, slice_buf(&e->terms), *a->text };
	uint8_t hash[8], born[4];
	enum fund_status st = xapian_data_encode(&article, &e->data);
	put_be(hash, a->hash, sizeof hash);
	put_be(born, a->born, sizeof born);
	if (st == FUND_OK)
		st = xapian_ranking_encode(&article, &e->ranking);
	if (st == FUND_OK)
		st = e->x->doc_set_value(doc, XAPIAN_SLOT_RANKING, slice_buf(&e->ranking), e->why);
	if (st == FUND_OK)
		st = e->x->doc_set_value(doc, XAPIAN_SLOT_BORN, slice_of(born, sizeof born), e->why);
	if (st == FUND_OK)
		st = e->x->doc_set_data(doc, slice_buf(&e->data), e->why);
	return st == FUND_OK ? e->x->doc_set_value(doc, XAPIAN_SLOT_HASH, slice_of(hash, sizeof hash), e->why) : st;
}

static enum fund_status add_length(struct xapian_export *e, struct xapian_doc *doc, uint32_t length)
{
	uint64_t units = (uint64_t)XAPIAN_LENGTH_UNITS * length;
	if (units <= e->wdf || units > UINT32_MAX)
		return FUND_OK;
	return e->x->doc_add(doc, SLICE_LIT(XAPIAN_TERM_LENGTH), (uint32_t)(units - e->wdf), e->why);
}

static enum fund_status article(void *context, const struct export_article *a, struct fault *why)
{
	struct xapian_export *e = context;
	struct xapian_doc *doc;
	uint32_t number;
	enum fund_status st = e->x->doc_new(&doc, why);
	e->wdf = 0;
	for (uint32_t i = 0; i < a->n_terms && st == FUND_OK; i++)
		st = add_term(e, doc, a, &a->terms[i]);
	if (st == FUND_OK)
		st = add_length(e, doc, a->length);
	if (st == FUND_OK)
		st = add_filter(e, doc, "T", "text/plain");
	if (st == FUND_OK)
		st = add_date(e, doc, a->date);
	if (st == FUND_OK)
		st = pack_terms(e, a);
	if (st == FUND_OK)
		st = add_data(e, doc, a);
	if (st == FUND_OK)
		st = key_term(e, a->key);
	if (st == FUND_OK)
		st = e->x->doc_add(doc, slice_buf(&e->term), 0, why);
	if (st == FUND_OK)
		st = e->x->db_replace(e->db, slice_buf(&e->term), doc, &number, why);
	e->x->doc_free(doc);
	e->counts->written += st == FUND_OK;
	return st;
}

/* ---- what has gone ---- */

/* The hashes of all keys of ours, sorted: a database may hold keys that were cut, so terms are compared, not keys. */
struct live_keys {
	uint64_t *hashes;
	size_t n, cap;
	uint64_t sum_length; /* of their articles */
};

static enum fund_status note_key(struct xapian_export *e, struct live_keys *live, struct slice key)
{
	enum fund_status st = key_term(e, key);
	uint64_t *hashes = array_room(live->hashes, live->n + 1, &live->cap, sizeof *hashes);
	if (!hashes)
		return FUND_NO_MEMORY;
	live->hashes = hashes;
	if (st == FUND_OK)
		live->hashes[live->n++] = hash_bytes(e->term.data, e->term.len);
	return st;
}

static enum fund_status note_segment(struct xapian_export *e, struct segment *segment, struct live_keys *live)
{
	struct key_iter it = { 0 };
	enum fund_status st = key_iter_seek(&it, segment, 0);
	while (st == FUND_OK && (st = key_iter_next(&it)) == FUND_OK) {
		bool dead;
		st = segment_is_dead(segment, it.doc, &dead);
		if (st != FUND_OK || dead || !shard_has(e->shard, it.key.key))
			continue;
		uint64_t length;
		st = segment_value(segment, COLUMN_LENGTH, it.doc, &length);
		live->sum_length += st == FUND_OK ? length : 0;
		if (st == FUND_OK)
			st = note_key(e, live, it.key.key);
	}
	key_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static int by_hash(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct removal {
	struct xapian_export *e;
	const struct live_keys *live;
	struct buf gone; /* terms, each behind its length as varint */
};

static enum fund_status see_key(void *context, struct slice term, uint64_t df)
{
	struct removal *r = context;
	uint64_t hash = hash_bytes(term.data, term.len);
	(void)df;
	if (r->live->n && bsearch(&hash, r->live->hashes, r->live->n, sizeof hash, by_hash))
		return FUND_OK;
	enum fund_status st = buf_add_varint(&r->gone, term.len);
	return st == FUND_OK ? buf_add_slice(&r->gone, term) : st;
}

static enum fund_status remove_gone(struct xapian_export *e, uint64_t *sum_length)
{
	struct live_keys live = { NULL, 0, 0, 0 };
	struct removal r = { e, &live, BUF_INIT };
	const struct xapian_term_visitor visitor = { &r, see_key };
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < snapshot_n_segments(e->snapshot) && st == FUND_OK; i++) {
		struct segment *segment;
		st = snapshot_segment(e->snapshot, i, &segment, e->why);
		if (st == FUND_OK)
			st = note_segment(e, segment, &live);
	}
	if (live.n > 1)
		qsort(live.hashes, live.n, sizeof *live.hashes, by_hash);
	if (st == FUND_OK)
		st = e->x->db_each_term(e->db, SLICE_LIT(XAPIAN_PREFIX_KEY), &visitor, e->why);
	struct cursor c = cursor_of(slice_buf(&r.gone));
	while (st == FUND_OK && cursor_left(&c)) {
		size_t len = (size_t)cursor_varint(&c);
		st = e->x->db_delete(e->db, cursor_take(&c, len), e->why);
		e->counts->removed += st == FUND_OK;
	}
	*sum_length = live.sum_length;
	buf_release(&r.gone);
	free(live.hashes);
	return st;
}

/* ---- the whole ---- */

/* How this index analyses: its settings and its lexicon. */
static enum fund_status fingerprint(struct xapian_export *e, char out[40])
{
	struct slice block;
	uint64_t lexicon = 0;
	enum fund_status st = FUND_OK;
	for (unsigned letter = 0; letter < LEXICON_LETTERS && (st == FUND_OK || st == FUND_NOT_FOUND); letter++) {
		st = snapshot_lexicon(e->snapshot, (uint8_t)letter, &block);
		if (st == FUND_OK)
			lexicon = hash_bytes_seed(block.data, block.len, lexicon);
	}
	snprintf(out, 40, "%016llx-%016llx", (unsigned long long)snapshot_manifest(e->snapshot)->analysis_hash, (unsigned long long)lexicon);
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

/* A database that was analysed or laid out otherwise is begun anew; one of another shard is somebody else's. */
static enum fund_status open_database(struct xapian_export *e, const char *dir, const char *print, const char *shard)
{
	struct slice had;
	enum fund_status st = e->x->db_open(&e->db, dir, XAPIAN_UPDATE, e->why);
	if (st == FUND_OK)
		st = e->x->db_metadata(e->db, XAPIAN_METADATA_SHARD, &had, e->why);
	if (st == FUND_OK && had.len && !slice_equal(had, slice_str(shard)))
		return fault_set(e->why, FUND_INVALID, "%s holds shard %.*s: write shard %s to another directory", dir, (int)had.len, (const char *)had.data, shard);
	if (st == FUND_OK)
		st = e->x->db_metadata(e->db, XAPIAN_METADATA_ANALYSIS, &had, e->why);
	bool is_new = st == FUND_OK && had.len == 0, as_ours = st == FUND_OK && slice_equal(had, slice_str(print));
	if (st == FUND_OK && as_ours)
		st = e->x->db_metadata(e->db, XAPIAN_METADATA_STATE, &had, e->why);
	if (st != FUND_OK || is_new || (as_ours && xapian_state_decode(had, &e->before) == FUND_OK))
		return st;
	e->before = (struct xapian_state){ .id = 0 };
	e->x->db_free(e->db);
	return e->x->db_open(&e->db, dir, XAPIAN_OVERWRITE, e->why);
}

/* Another one after each run that changed something. */
static uint64_t mark_of(const struct xapian_export *e, const struct xapian_state *now)
{
	const uint64_t parts[] = { now->id, now->generation, now->sum_length, e->before.mark, e->counts->written, e->counts->removed };
	return hash_bytes(parts, sizeof parts);
}

static enum fund_status put_state(struct xapian_export *e, uint64_t sum_length)
{
	const struct manifest *m = snapshot_manifest(e->snapshot);
	struct xapian_state now = { m->id, m->generation, m->last_run.generation, sum_length, 0, m->weights };
	now.mark = mark_of(e, &now);
	buf_reset(&e->data);
	enum fund_status st = xapian_state_encode(&now, &e->data);
	return st == FUND_OK ? e->x->db_set_metadata(e->db, XAPIAN_METADATA_STATE, slice_buf(&e->data), e->why) : st;
}

static enum fund_status put_lexicon(struct xapian_export *e)
{
	struct slice block;
	char key[60];
	enum fund_status st = FUND_OK;
	for (unsigned letter = 0; letter < LEXICON_LETTERS && st == FUND_OK; letter++) {
		snprintf(key, sizeof key, XAPIAN_METADATA_LEXICON_OF, letter);
		st = snapshot_lexicon(e->snapshot, (uint8_t)letter, &block);
		st = st == FUND_OK ? e->x->db_set_metadata(e->db, key, block, e->why) : st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	return st;
}

/* Where nothing changed they are there already, but in a database of an earlier version. */
static enum fund_status put_names(struct xapian_export *e)
{
	struct slice had;
	enum fund_status st = e->x->db_metadata(e->db, XAPIAN_METADATA_NAMES, &had, e->why);
	if (st != FUND_OK || (had.len && e->counts->written == 0 && e->counts->removed == 0))
		return st;
	return export_names(e->x, e->db, e->why);
}

static enum fund_status sign(struct xapian_export *e, const char *print, const char *shard, uint64_t sum_length)
{
	enum fund_status st = e->x->db_set_metadata(e->db, XAPIAN_METADATA_ANALYSIS, slice_str(print), e->why);
	if (st == FUND_OK)
		st = e->x->db_set_metadata(e->db, XAPIAN_METADATA_TEXT, slice_buf(&snapshot_manifest(e->snapshot)->analysis_text), e->why);
	if (st == FUND_OK)
		st = put_lexicon(e);
	if (st == FUND_OK)
		st = put_names(e);
	if (st == FUND_OK)
		st = put_state(e, sum_length);
	return st == FUND_OK ? e->x->db_set_metadata(e->db, XAPIAN_METADATA_SHARD, slice_str(shard), e->why) : st;
}

static enum fund_status write_all(struct xapian_export *e, const char *dir)
{
	char print[40], shard[32];
	uint64_t sum_length = 0;
	const struct export_sink sink = { e, wants, article };
	snprintf(shard, sizeof shard, "%u/%u", e->shard.n ? e->shard.k : 1, e->shard.n ? e->shard.n : 1);
	enum fund_status st = fingerprint(e, print);
	if (st == FUND_OK)
		st = open_database(e, dir, print, shard);
	if (st == FUND_OK)
		st = remove_gone(e, &sum_length);
	if (st == FUND_OK)
		st = export_articles(e->snapshot, e->shard, dir, &sink, e->why);
	if (st == FUND_OK)
		st = sign(e, print, shard, sum_length);
	return st == FUND_OK ? e->x->db_commit(e->db, e->why) : st;
}

enum fund_status export_xapian(struct snapshot *s, struct shard shard, const char *dir, struct export_counts *counts, struct fault *why)
{
	struct xapian_export e = { .snapshot = s, .shard = shard, .why = why, .counts = counts };
	*counts = (struct export_counts){ 0, 0, 0 };
	enum fund_status st = xapian_load(&e.x, why);
	if (st == FUND_OK) {
		st = write_all(&e, dir);
		e.x->db_free(e.db);
	}
	buf_release(&e.term);
	buf_release(&e.data);
	buf_release(&e.terms);
	buf_release(&e.ranking);
	free(e.forms);
	free(e.ordinals);
	if (st != FUND_OK && !why->text[0])
		fault_set(why, st, "%s: %s", dir, fund_status_name(st));
	return st;
}
