/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/translate.h"
#include "base/utf8.h"
#include "indexer/confine.h"
#include "indexer/date.h"
#include "indexer/interrupt.h"
#include "indexer/walk.h"

#define SPOOL_MEMORY ((size_t)1 << 20)

enum fund_status worker_init(struct worker *w, uint32_t number, const struct worker_settings *settings)
{
	*w = (struct worker){ .settings = *settings, .number = number, .cache = TEXT_CACHE_WALK };
	spool_init(&w->spool, settings->dir, SPOOL_MEMORY);
	enum fund_status st = analyser_new(&w->analyser);
	if (st == FUND_OK)
		st = inverter_new(&w->inverter, w->analyser, settings->weights);
	if (st == FUND_OK)
		st = isolated_reader_new(&w->reader, settings->nursery);
	if (st == FUND_OK)
		st = text_builder_new(&w->text);
	return st;
}

void worker_release(struct worker *w)
{
	inverter_free(w->inverter);
	spool_release(&w->spool);
	free(w->runs);
	analyser_free(w->analyser);
	isolated_reader_free(w->reader);
	text_builder_free(w->text);
	text_cache_release(&w->cache);
	old_docs_release(&w->old);
	key_maker_release(&w->keys);
	claims_release(&w->claims);
	buf_release(&w->tail);
	buf_release(&w->record);
	buf_release(&w->final);
}

/* ---- documents ---- */

static enum fund_status close_text(struct worker *w, struct batch *b)
{
	uint32_t n_docs, raw_len;
	size_t off = b->text.len;
	enum fund_status st = text_builder_close(w->text, &b->text, &n_docs, &raw_len);
	if (st == FUND_END)
		return FUND_OK;
	return st == FUND_OK ? batch_add_text(b, off, n_docs, raw_len) : st;
}

static enum fund_status invert(struct worker *w, struct batch *b, const struct stored_article *a, struct batch_doc *doc)
{
	struct inverted_doc in;
	enum fund_status st = inverter_add(w->inverter, a, &in);
	if (st == FUND_OK)
		st = text_builder_add(w->text, a);
	if (st == FUND_OK && text_builder_raw_len(w->text) >= TEXT_BLOCK_TARGET)
		st = close_text(w, b);
	if (st != FUND_OK)
		return st;
	uint32_t title = in.title < 0xFFFF ? in.title : 0xFFFF, lead = in.lead < 0xFFFF ? in.lead : 0xFFFF;
	doc->info.length = in.length;
	doc->info.words = in.words;
	doc->info.fields = title | lead << 16;
	doc->info.signature = in.signature;
	doc->info.author = column_text_hash(a->author);
	doc->info.section = column_text_hash(a->section);
	doc->info.source = column_text_hash(a->source);
	return batch_add_doc(b, doc);
}

/* The key: path and tail, in the batch's arena. */
static enum fund_status set_key(struct batch *b, const struct source *source, struct slice tail, struct article_key *key)
{
	uint8_t *bytes = arena_alloc(&b->arena, source->path.len + tail.len + 1);
	if (!bytes)
		return FUND_NO_MEMORY;
	memcpy(bytes, source->path.data, source->path.len);
	if (tail.len)
		memcpy(bytes + source->path.len, tail.data, tail.len);
	*key = (struct article_key){ source->root, slice_of(bytes, source->path.len + tail.len), tail.len };
	return FUND_OK;
}

static enum fund_status article_hash(struct worker *w, const struct stored_article *a, uint32_t date, uint64_t *hash)
{
	buf_reset(&w->record);
	enum fund_status st = stored_article_encode(a, &w->record);
	*hash = hash_bytes_seed(w->record.data, w->record.len, date);
	return st;
}

static enum fund_status push_place(struct batch *b, struct doc_place **row, uint32_t *n, struct doc_place place)
{
	struct doc_place *grown = arena_one_more(&b->arena, *row, *n, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	*row = grown;
	(*row)[(*n)++] = place;
	return FUND_OK;
}

static struct stored_article stored(const struct article *a)
{
	return (struct stored_article){
		.title = a->title, .lead = a->lead, .body = a->body, .author = a->author, .section = a->section, .source = a->source,
		.format = slice_str(a->format), .encoding = slice_str(a->encoding), .date_text = a->date_text,
		.layout = a->layout, .others = a->others,
	};
}

static enum fund_status find_segment(struct worker *w, uint32_t number, struct segment **out)
{
	for (uint32_t i = 0; i < snapshot_n_segments(w->settings.old); i++) {
		enum fund_status st = snapshot_segment(w->settings.old, i, out, NULL);
		if (st != FUND_OK || segment_number(*out) == number)
			return st;
	}
	return FUND_CORRUPT;
}

/* An article that is as it was keeps the generation it came with. */
static enum fund_status keep_born(struct worker *w, struct doc_place place, uint32_t *born)
{
	struct segment *s;
	uint64_t value = 0;
	enum fund_status st = find_segment(w, place.segment, &s);
	if (st == FUND_OK)
		st = segment_value(s, COLUMN_BORN, place.doc, &value);
	*born = (uint32_t)value;
	return st;
}

static enum fund_status take_article(struct worker *w, struct batch *b, struct entry *e, const struct article *a, uint64_t ordinal)
{
	struct stored_article s = stored(a);
	struct batch_doc doc = { .info = { .date = a->date, .born = w->settings.born }, .ordinal = ordinal };
	bool whole = e->first && e->last, cut;
	enum fund_status st = key_tail(a, &w->tail, &doc.needs_ordinal, &cut);
	e->n_cut += cut;
	if (st == FUND_OK && whole)
		st = key_maker_add(&w->keys, &w->tail, doc.needs_ordinal, ordinal);
	if (st == FUND_OK)
		st = article_hash(w, &s, a->date, &doc.info.hash);
	if (st != FUND_OK)
		return st;
	e->n_articles++;
	struct old_doc *old = e->known && whole ? old_docs_match(&w->old, slice_buf(&w->tail)) : NULL;
	bool same = old && old->hash == doc.info.hash;
	*(same ? &e->unchanged : old ? &e->changed : &e->added) += 1;
	if (same && !w->settings.everything)
		return FUND_OK;
	if (old)
		st = push_place(b, &e->replaced, &e->n_replaced, old->place);
	if (st == FUND_OK && same)
		st = keep_born(w, old->place, &doc.info.born);
	if (st == FUND_OK)
		e->n_docs++;
	if (st != FUND_OK || w->settings.dry)
		return st;
	if (whole) {
		st = set_key(b, &e->source, slice_buf(&w->tail), &doc.info.key);
	} else {
		doc.tail = arena_slice(&b->arena, slice_buf(&w->tail));
		st = doc.tail.data ? FUND_OK : FUND_NO_MEMORY;
	}
	return st == FUND_OK ? invert(w, b, &s, &doc) : st;
}

/* ---- taken over from the index ---- */

static enum fund_status copy_doc(struct worker *w, struct batch *b, struct entry *e, struct doc_place place)
{
	struct segment *s;
	struct stored_article a;
	struct article_key key;
	struct batch_doc doc = { 0 };
	uint64_t date = 0;
	enum fund_status st = find_segment(w, place.segment, &s);
	if (st == FUND_OK)
		st = segment_value(s, COLUMN_DATE, place.doc, &date);
	if (st == FUND_OK)
		st = segment_value(s, COLUMN_HASH, place.doc, &doc.info.hash);
	if (st == FUND_OK)
		st = keep_born(w, place, &doc.info.born);
	if (st == FUND_OK)
		st = segment_key(s, place.doc, &(struct key_chunk){ .n = 0 }, &w->tail, &key);
	if (st == FUND_OK)
		st = segment_article(s, place.doc, &w->cache, &a);
	if (st == FUND_OK)
		st = set_key(b, &e->source, slice_part(key.key, key.key.len - key.id_len, key.id_len), &doc.info.key);
	if (st != FUND_OK)
		return st;
	doc.info.date = (uint32_t)date;
	e->n_docs++;
	return w->settings.dry ? FUND_OK : invert(w, b, &a, &doc);
}

/* The file's old articles that were not read anew, so that a rebuild does not lose what it cannot read. */
static enum fund_status copy_unmatched(struct worker *w, struct batch *b, struct entry *e)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < w->old.n && st == FUND_OK; i++) {
		if (w->old.docs[i].matched)
			continue;
		st = copy_doc(w, b, e, w->old.docs[i].place);
		e->n_articles++;
		e->unchanged++;
	}
	return st;
}

static enum fund_status load_old(struct worker *w, const struct entry *e)
{
	w->old.n = w->old.n_matched = 0;
	return e->known && w->settings.old ? old_docs_load(&w->old, w->settings.old, e->source.root, e->source.path) : FUND_OK;
}

/* ---- files ---- */

/* What --status --failed says of the file: the first thing that failed. */
static enum fund_status set_reason(struct batch *b, struct entry *e, const struct note *n)
{
	struct buf text = BUF_INIT;
	enum fund_status st = FUND_OK;
	if (n->member.len)
		st = buf_add_format(&text, "#%.*s: ", (int)n->member.len, (const char *)n->member.data);
	if (st == FUND_OK)
		st = buf_add_slice(&text, n->text);
	e->source.reason = st == FUND_OK ? arena_slice(&b->arena, slice_buf(&text)) : (struct slice){ NULL, 0 };
	buf_release(&text);
	return e->source.reason.data ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status fail(struct batch *b, struct entry *e, const struct note *n)
{
	enum fund_status st = e->failed ? FUND_OK : set_reason(b, e, n);
	e->failed = true;
	return st == FUND_OK ? entry_note(b, e, n) : st;
}

static enum fund_status fail_whole(struct batch *b, struct entry *e, const struct fault *why)
{
	return fail(b, e, &(struct note){ .text = slice_str(why->text) });
}

static enum fund_status cannot_read_index(struct batch *b, enum fund_status st)
{
	if (st == FUND_NO_MEMORY)
		return fault_set(&b->fault, st, "out of memory");
	return fault_set(&b->fault, st, "the index cannot be read: run fundstelle-index --verify");
}

#define DATE_SHOWN 80 /* bytes */

/* A date that the file names and that cannot be is left out, and told under --verbose. w->tail is the article's. */
static enum fund_status note_date(struct worker *w, struct batch *b, struct entry *e, const struct article *a)
{
	struct fault why = { 0 };
	if (a->date_text.len == 0 || date_parse(a->date_text) != 0)
		return FUND_OK;
	size_t n = utf8_valid_prefix(slice_part(a->date_text, 0, a->date_text.len < DATE_SHOWN ? a->date_text.len : DATE_SHOWN));
	fault_set(&why, FUND_INVALID, "no date between 1500 and 2100, ignored: %.*s", (int)n, (const char *)a->date_text.data);
	struct slice tail = slice_from(slice_buf(&w->tail), w->tail.len > 0);
	tail.len -= tail.len && tail.data[tail.len - 1] == '#'; /* its number is not known yet */
	return entry_note(b, e, &(struct note){ .member = tail, .minor = true, .text = slice_str(why.text) });
}

/* Trouble that is the program's, not the file's: it ends the run. */
static bool is_fatal(enum fund_status st) { return st == FUND_NO_MEMORY || st == FUND_INTERRUPTED; }

static enum fund_status read_articles(struct worker *w, struct batch *b, struct entry *e)
{
	struct fault why = { 0 };
	bool recovered;
	uint64_t line, ordinal = 0, member = 0;
	key_maker_begin(&w->keys);
	for (;;) {
		struct article a = { .date = 0 };
		if (interrupted())
			return FUND_INTERRUPTED;
		enum fund_status st = isolated_reader_next(w->reader, &a, &recovered, &line, &why);
		if (st == FUND_END)
			return FUND_OK;
		uint64_t hash = hash_bytes(a.member.data, a.member.len);
		ordinal = hash == member ? ordinal + 1 : 1; /* so that a member's keys do not depend on those before it */
		member = hash;
		e->n_records++;
		if (st == FUND_OK) {
			e->format = a.format;
			e->encoding = a.encoding;
			st = take_article(w, b, e, &a, ordinal);
			if (st == FUND_OK)
				st = note_date(w, b, e, &a);
			if (st == FUND_LIMIT)
				st = fail(b, e, &(struct note){ .member = a.member, .text = slice_str(translate(N_("an article is too large to be indexed"))) });
			if (st != FUND_OK)
				return st;
			continue;
		}
		if (is_fatal(st))
			return fault_set(&b->fault, st, "%s", why.text);
		struct note note = { .member = a.member, .line = line, .minor = st == FUND_UNSUPPORTED, .text = slice_str(why.text) };
		st = note.minor ? entry_note(b, e, &note) : fail(b, e, &note);
		if (st != FUND_OK || !recovered)
			return st;
	}
}

static enum fund_status open_sibling(void *context, struct slice path, int *fd, struct fault *why)
{
	return walk_open_sibling(context, path, fd, why);
}

/* FUND_UNSUPPORTED: a page that belongs to a METS. */
static enum fund_status open_file(struct worker *w, struct entry *e, int fd, struct fault *why)
{
	struct slice mets;
	enum fund_status st = claims_find(&w->claims, e->walk, e->source.path, &mets);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	if (mets.len)
		return fault_set(why, FUND_UNSUPPORTED, "a page of %.*s, which has its text", (int)(mets.len < 500 ? mets.len : 500), (const char *)mets.data);
	w->siblings = (struct siblings){ e->walk, open_sibling };
	isolated_reader_set_siblings(w->reader, &w->siblings);
	return isolated_reader_open(w->reader, fd, e->source.path, e->range, why);
}

static enum fund_status read_file(struct worker *w, struct batch *b, struct entry *e, int fd)
{
	struct fault why = { 0 };
	enum fund_status st = load_old(w, e);
	if (st != FUND_OK)
		return cannot_read_index(b, st);
	st = open_file(w, e, fd, &why);
	if (st == FUND_UNSUPPORTED) {
		e->skipped = true;
		e->source.reason = arena_slice(&b->arena, slice_str(why.text));
		st = e->source.reason.data ? entry_note(b, e, &(struct note){ .minor = true, .text = e->source.reason }) : FUND_NO_MEMORY;
	} else if (st != FUND_OK) {
		st = is_fatal(st) ? fault_set(&b->fault, st, "%s", why.text) : fail_whole(b, e, &why);
	} else {
		st = read_articles(w, b, e);
	}
	if (st != FUND_OK || !e->known)
		return st;
	if (e->failed && w->settings.everything)
		return copy_unmatched(w, b, e);
	for (uint32_t i = 0; i < w->old.n && st == FUND_OK; i++)
		if (!w->old.docs[i].matched) {
			if (!e->failed)
				st = push_place(b, &e->gone, &e->n_gone, w->old.docs[i].place);
			else
				e->n_articles++, e->unchanged++; /* what was indexed of it before stays */
		}
	return st;
}

/* Of a file that is read in ranges whoever has the last one takes the hash of all. */
static enum fund_status hash_file(struct entry *e, int fd, struct fault *why)
{
	bool is_mets = false;
	enum fund_status st = e->last ? file_hash(fd, &e->source.hash, why) : FUND_OK;
	if (st == FUND_OK && e->first && e->last)
		st = claims_mix_pages(e->walk, e->source.path, fd, &e->source.hash, &is_mets);
	if (is_mets)
		e->source.flags |= SOURCE_RACY; /* its pages may change while it does not: it is looked at in each run */
	return st;
}

/* It could not be read then either (else it would have a hash), and nothing has happened to it since. */
static bool failed_before(const struct entry *e)
{
	return e->compare && e->old.flags & SOURCE_FAILED && e->old.hash == 0 && e->source.mtime_ns == e->old.mtime_ns && e->source.ctime_ns == e->old.ctime_ns;
}

static enum fund_status run_entry(struct worker *w, struct batch *b, struct entry *e)
{
	struct fault why = { 0 };
	int fd;
	if (e->action == ENTRY_COPY) {
		enum fund_status st = load_old(w, e);
		return st == FUND_OK ? copy_unmatched(w, b, e) : cannot_read_index(b, st);
	}
	enum fund_status st = walk_open_path(e->walk, e->source.path, &fd, &why);
	if (st == FUND_NO_MEMORY)
		return st;
	if (st == FUND_OK) {
		st = hash_file(e, fd, &why);
		if (st == FUND_OK && e->compare && e->old.hash != 0 && e->source.hash == e->old.hash) {
			e->same = true;
		} else if (st == FUND_OK) {
			st = read_file(w, b, e, fd);
			uint64_t size = e->range.len == UINT64_MAX ? e->source.size : e->range.len;
			atomic_fetch_add_explicit(&w->bytes_read, size, memory_order_relaxed);
			close(fd);
			return st;
		}
		close(fd);
	}
	if (st == FUND_NO_MEMORY)
		return st;
	if (st != FUND_OK && failed_before(e)) {
		e->same = true;
		st = FUND_OK;
	} else if (st != FUND_OK) {
		st = fail_whole(b, e, &why);
		e->n_articles = e->unchanged = (uint32_t)e->old.n_articles;
		if (st == FUND_OK && w->settings.everything && e->known) {
			e->n_articles = e->unchanged = 0;
			st = load_old(w, e);
			if (st == FUND_OK)
				st = copy_unmatched(w, b, e);
		}
	}
	return st;
}

static enum fund_status room_for_run(struct worker *w)
{
	struct run *grown = array_room(w->runs, w->n_runs + (size_t)1, &w->cap_runs, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	w->runs = grown;
	return FUND_OK;
}

static enum fund_status spill(struct worker *w, struct fault *why)
{
	struct term_stream stream = { 0 };
	enum fund_status st = room_for_run(w);
	if (st == FUND_OK)
		st = inverter_stream(w->inverter, &stream);
	if (st == FUND_OK)
		st = run_write(&stream, &w->spool, &w->runs[w->n_runs]);
	inverter_stream_end(&stream);
	if (st != FUND_OK)
		return fault_set(why, st, "%s", w->spool.fault.text[0] ? w->spool.fault.text : fund_status_name(st));
	w->n_runs++;
	inverter_reset(w->inverter, w->settings.memory / 4);
	return FUND_OK;
}

enum fund_status worker_end(struct worker *w, struct fault *why)
{
	if (w->n_runs == 0)
		return FUND_OK;
	enum fund_status st = spill(w, why);
	inverter_free(w->inverter);
	analyser_free(w->analyser);
	w->inverter = NULL;
	w->analyser = NULL;
	return st;
}

void worker_begin(struct worker *w) { confine_thread(w->settings.confinement); }

void worker_run(struct worker *w, struct batch *b)
{
	b->worker = w->number;
	for (uint32_t i = 0; i < b->n_entries && b->status == FUND_OK; i++) {
		struct entry *e = &b->entries[i];
		if (e->action != ENTRY_KEEP)
			b->status = interrupted() ? FUND_INTERRUPTED : run_entry(w, b, e);
	}
	if (b->status == FUND_OK)
		b->status = close_text(w, b);
	if (b->status == FUND_OK && !w->settings.dry && inverter_memory(w->inverter) > w->settings.memory)
		b->status = spill(w, &b->fault);
}
