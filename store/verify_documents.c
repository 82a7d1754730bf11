/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "store/column_writer.h"
#include "store/planted.h"
#include "store/verify_private.h"

#define LIMIT_YEAR 9999u

/* ---- columns ---- */

struct column_sums {
	uint64_t n_words, sum_length;
	uint32_t date_first, date_last;
};

static void add_date(struct verify *v, uint32_t segment, uint32_t doc, uint32_t date, struct column_sums *sums)
{
	if (date == 0)
		return;
	if (DATE_YEAR(date) > LIMIT_YEAR || DATE_MONTH(date) > 12 || (DATE_MONTH(date) == 0 && DATE_DAY(date) != 0))
		verify_found(v, "segment %u: document %u: the date %u cannot be", segment, doc, date);
	if (sums->date_first == 0 || date < sums->date_first)
		sums->date_first = date;
	if (date > sums->date_last)
		sums->date_last = date;
}

static void sum_column(struct verify *v, uint32_t segment, enum column column, uint32_t first, const uint8_t *values,
		       uint32_t n, struct column_sums *sums)
{
	for (uint32_t i = 0; i < n; i++) {
		if (column == COLUMN_WORDS)
			sums->n_words += get_u32(values + 4 * i);
		else if (column == COLUMN_LENGTH)
			sums->sum_length += get_u32(values + 4 * i);
		else if (column == COLUMN_DATE)
			add_date(v, segment, first + i, get_u32(values + 4 * i), sums);
	}
}

/* Of some columns, chunks that are all 0 are not stored. */
static bool is_stored(struct segment *s, enum column column, uint32_t chunk)
{
	const struct chunk_source *source = segment_chunks(s);
	uint8_t tail[5] = { (uint8_t)column };
	struct slice value;

	if (!column_may_lack(column))
		return true;
	chunk_tail_put(tail + 1, chunk);
	return source->get(source->context, CHUNK_COLUMN, slice_of(tail, sizeof(tail)), &value) != FUND_NOT_FOUND;
}

static void check_column(struct verify *v, struct segment *s, enum column column, struct column_sums *sums)
{
	uint32_t n_docs = segment_n_docs(s), number = segment_number(s), n;
	const uint8_t *values;

	for (uint32_t first = 0, chunk = 0; chunk < (n_docs + COLUMN_CHUNK - 1) / COLUMN_CHUNK;
	     chunk++, first += COLUMN_CHUNK) {
		uint32_t expected = n_docs - first < COLUMN_CHUNK ? n_docs - first : COLUMN_CHUNK;
		if (!is_stored(s, column, chunk))
			continue;
		if (!verify_status(v, segment_column(s, column, chunk, &values, &n),
				   "segment %u: column %d, documents from %u", number, (int)column, first))
			continue;
		if (n != expected)
			verify_found(v, "segment %u: column %d: %u values for the documents from %u, not %u", number,
				     (int)column, n, first, expected);
		else
			sum_column(v, number, column, first, values, n, sums);
	}
}

static void check_columns(struct verify *v, struct segment *s)
{
	const struct segment_stats *stats = segment_stats(s);
	struct column_sums sums = { 0 };
	uint64_t before = v->n_findings;

	for (int i = 0; i < COLUMNS && verify_goes_on(v); i++)
		check_column(v, s, (enum column)i, &sums);
	if (v->n_findings != before) /* the sums would only repeat it */
		return;
	if (sums.n_words != stats->n_words || sums.sum_length != stats->sum_length)
		verify_found(v, "segment %u: %llu words, weighted length %llu; the manifest says %llu, %llu",
			     stats->number, (unsigned long long)sums.n_words, (unsigned long long)sums.sum_length,
			     (unsigned long long)stats->n_words, (unsigned long long)stats->sum_length);
	if (sums.date_first != stats->date_first || sums.date_last != stats->date_last)
		verify_found(v, "segment %u: dates from %u to %u; the manifest says %u to %u", stats->number,
			     sums.date_first, sums.date_last, stats->date_first, stats->date_last);
}

/* ---- keys ---- */

/* Articles of one file follow each other in their order in the file: only the paths ascend. */
static bool follows(const struct buf *before, uint32_t root_before, size_t path_before, const struct article_key *key)
{
	if (key->root != root_before)
		return key->root > root_before;
	int order =
		slice_compare(slice_of(before->data, path_before), slice_of(key->key.data, key->key.len - key->id_len));
	return order < 0 || (order == 0 && !slice_equal(slice_buf(before), key->key));
}

static void check_keys(struct verify *v, struct segment *s)
{
	struct key_iter it = { 0 };
	struct buf before = BUF_INIT;
	uint32_t root_before = 0, number = segment_number(s), n = 0;
	size_t path_before = 0;
	enum fund_status st = key_iter_seek(&it, s, 0);

	while (st == FUND_OK && verify_goes_on(v)) {
		st = key_iter_next(&it);
		if (st != FUND_OK)
			break;
		if (it.doc != n || it.key.id_len > it.key.key.len) {
			st = FUND_CORRUPT;
			break;
		}
		if (n && !follows(&before, root_before, path_before, &it.key))
			verify_found(v, "segment %u: document %u: its key is out of order", number, n);
		root_before = it.key.root;
		path_before = it.key.key.len - it.key.id_len;
		buf_reset(&before);
		st = buf_add_slice(&before, it.key.key);
		n++;
	}
	if (st == FUND_END && n != segment_n_docs(s))
		verify_found(v, "segment %u: %u keys for %u documents", number, n, segment_n_docs(s));
	else if (st != FUND_END)
		verify_status(v, st, "segment %u: keys from document %u on", number, n);
	key_iter_release(&it);
	buf_release(&before);
}

/* ---- texts ---- */

#define NAME_MAX_SHOWN 200

/* " (path#id)", as far as the keys can be read; control characters are the reporter's. */
static const char *article_name(struct segment *s, uint32_t doc, char room[NAME_MAX_SHOWN])
{
	struct key_chunk last = { .n = 0 };
	struct buf bytes = BUF_INIT;
	struct article_key key;

	room[0] = 0;
	if (segment_key(s, doc, &last, &bytes, &key) == FUND_OK)
		snprintf(room, NAME_MAX_SHOWN, " (%.*s)", key.key.len < NAME_MAX_SHOWN - 4 ? (int)key.key.len : (int)NAME_MAX_SHOWN - 4,
			 (const char *)key.key.data);
	buf_release(&bytes);
	return room;
}

/* A block of texts that cannot be unpacked takes all its articles with it: so each is asked for, and named. */
static void check_articles(struct verify *v, struct segment *s, const struct text_run *run, struct text_cache *cache)
{
	struct stored_article article;
	char name[NAME_MAX_SHOWN];

	for (uint32_t i = 0; verify_goes_on(v) && i < run->n_docs; i++) {
		enum fund_status st = segment_article(s, run->first + i, cache, &article);
		if (st != FUND_OK)
			verify_status(v, st, "segment %u: text of document %u%s", segment_number(s), run->first + i,
				      article_name(s, run->first + i, name));
	}
}

/* Where the last run of each store ended: so each record is seen to be one document's alone. */
struct store_place {
	uint64_t address;
	uint32_t record_end;
	bool begun;
};

static bool goes_on(struct segment *s, const struct text_run *run, struct store_place *places)
{
	const struct segment_stats *stats = segment_stats(s);
	struct store_place *p = &places[segment_stats_store(stats, run->store) - stats->stores];
	bool is_behind = !p->begun || run->address > p->address || (run->address == p->address && run->record >= p->record_end);

	*p = (struct store_place){ run->address, run->record + run->n_docs, true };
	return is_behind;
}

static void check_texts(struct verify *v, struct segment *s)
{
	struct text_cache cache = TEXT_CACHE_WALK;
	struct store_place places[TEXT_STORES_MAX] = { { 0 } };
	struct text_run run;
	uint64_t n = 0;
	enum fund_status st = FUND_OK;

	for (uint32_t i = 0; verify_goes_on(v); i++) {
		st = segment_text_run(s, i, &run);
		if (st != FUND_OK)
			break;
		if (run.first != n || run.n_docs > segment_n_docs(s) - n) {
			verify_found(v, "segment %u: texts %u are of documents from %u on, not from %llu",
				     segment_number(s), i, run.first, (unsigned long long)n);
			break;
		}
		if (!goes_on(s, &run, places))
			verify_found(v, "segment %u: the text of document %u is another document's", segment_number(s), run.first);
		check_articles(v, s, &run, &cache);
		n += run.n_docs;
	}
	if (st == FUND_END && n != segment_n_docs(s))
		verify_found(v, "segment %u: texts of %llu documents, not %u", segment_number(s), (unsigned long long)n,
			     segment_n_docs(s));
	else if (st != FUND_OK && st != FUND_END)
		verify_status(v, st, "segment %u: text directory at document %llu", segment_number(s),
			      (unsigned long long)n);
	text_cache_release(&cache);
}

/* ---- tombstones ---- */

static void check_tombstones(struct verify *v, struct segment *s)
{
	uint32_t n_docs = segment_n_docs(s), number = segment_number(s), n_dead = 0;
	const uint8_t *bits;
	bool whole = true;

	for (uint32_t first = 0, chunk = 0; chunk < (n_docs + TOMBSTONE_CHUNK - 1) / TOMBSTONE_CHUNK;
	     chunk++, first += TOMBSTONE_CHUNK) {
		if (!verify_status(v, segment_tombstones(s, chunk, &bits), "segment %u: tombstones from document %u on",
				   number, first)) {
			whole = false;
			continue;
		}
		for (uint32_t i = 0; bits && i < 8 * tombstone_bytes(n_docs, chunk); i++) {
			if (!(bits[i / 8] >> (i % 8) & 1))
				continue;
			n_dead++;
			if (i >= n_docs - first)
				verify_found(v, "segment %u: a tombstone for document %u, behind the last one", number,
					     first + i);
		}
	}
	if (whole && n_dead != segment_stats(s)->n_dead)
		verify_found(v, "segment %u: %u tombstones; the manifest says %u", number, n_dead,
			     segment_stats(s)->n_dead);
}

void verify_documents(struct verify *v, struct segment *s)
{
	check_columns(v, s);
	if (verify_goes_on(v))
		check_keys(v, s);
	if (verify_goes_on(v) && !planted("verify-blind"))
		check_texts(v, s);
	if (verify_goes_on(v))
		check_tombstones(v, s);
}
