/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/planted.h"
#include "store/writer_private.h"

static enum fund_status check_next(struct index_writer *w, const struct manifest *next)
{
	for (uint32_t i = 0; i < next->n_segments; i++) {
		uint32_t number = next->segments[i].number;
		if (number >= w->next_segment || (i > 0 && number <= next->segments[i - 1].number))
			return fault_set(&w->fault, FUND_INVALID, "%s: segment %u cannot be published", writer_dir(w),
					 number);
	}
	return FUND_OK;
}

/* What only the writer knows. */
static void complete(const struct index_writer *w, struct manifest *next, const struct sources_update *sources)
{
	const struct manifest *live = snapshot_manifest(w->snapshot);

	next->generation = live->generation + 1;
	if (next->next_segment < w->next_segment)
		next->next_segment = w->next_segment;
	for (uint32_t i = 0; i < next->n_segments; i++)
		next->segments[i].n_dead = index_writer_n_dead(w, next->segments[i].number);
	next->n_sources = live->n_sources;
	next->n_failed = live->n_failed;
	if (sources)
		sources_update_counts(sources, &next->n_sources, &next->n_failed);
}

static enum fund_status put_manifest(struct index_writer *w, const struct manifest *next)
{
	const uint8_t key = KEY_MANIFEST;
	struct buf bytes = BUF_INIT;
	enum fund_status st = manifest_encode(next, &bytes);

	if (st != FUND_OK)
		fault_set(&w->fault, st, "%s: the manifest cannot be written", writer_dir(w));
	else
		st = writer_put(w, slice_of(&key, 1), slice_buf(&bytes));
	buf_release(&bytes);
	return st;
}

/* A segment, or a store of one, that falls out of the manifest. */
struct dropped {
	uint32_t number;
	bool keep_texts; /* another segment has taken the store over */
	uint64_t bytes;
};

/* The chunks of segments that fell out of the manifest. */
static enum fund_status delete_dropped(struct index_writer *w, const struct dropped *dropped, uint32_t n)
{
	enum fund_status st = FUND_OK;

	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = writer_delete_segment(w, dropped[i].number, dropped[i].keep_texts);
	return st;
}

/* One transaction that frees a whole index would need a contiguous run of thousands of pages for the list of what it freed, and must not end on its way. */
static bool can_be_deleted_at_once(const struct index_writer *w, const struct dropped *dropped, uint32_t n)
{
	uint64_t bytes = w->txn_bytes;

	for (uint32_t i = 0; i < n; i++)
		bytes += dropped[i].bytes;
	return bytes < TXN_PUT_MAX / 8 * 7; /* keys come to it */
}

/* All that a publish changes; what was finished of segments is in the open transaction. *deleted: so is what was dropped. */
static enum fund_status write_state(struct index_writer *w, struct manifest *next, struct sources_update *sources, const struct dropped *dropped,
				    uint32_t n_dropped, bool *deleted)
{
	enum fund_status st = check_next(w, next);

	if (st == FUND_OK && sources) {
		st = sources_update_finish(sources);
		if (st != FUND_OK)
			fault_set(&w->fault, st, "%s: the list of sources cannot be written", writer_dir(w));
	}
	if (st != FUND_OK)
		return st;
	complete(w, next, sources);
	if (planted("publish-early") && put_manifest(w, next) == FUND_OK)
		st = writer_commit(w);
	if (sources)
		st = sources_update_apply(sources, w);
	if (st == FUND_OK)
		st = writer_put_tombstones(w, next);
	if (st == FUND_OK)
		st = writer_put_lexicon(w);
	if (st == FUND_OK)
		st = put_manifest(w, next);
	*deleted = st == FUND_OK && can_be_deleted_at_once(w, dropped, n_dropped);
	if (*deleted)
		st = delete_dropped(w, dropped, n_dropped);
	if (st == FUND_OK)
		st = writer_commit(w);
	else
		writer_abort(w);
	return st;
}

static enum fund_status list_dropped(struct index_writer *w, const struct manifest *next, struct buf *list, uint32_t *n)
{
	const struct manifest *live = snapshot_manifest(w->snapshot);
	enum fund_status st = FUND_OK;

	*n = 0;
	for (uint32_t i = 0; st == FUND_OK && i < live->n_segments; i++) {
		const struct segment_stats *s = &live->segments[i];
		struct dropped d = { s->number, manifest_store(next, s->number, NULL) != NULL, s->bytes };
		if (manifest_segment(next, s->number))
			continue;
		for (uint32_t k = 0; k < s->n_stores; k++)
			d.bytes -= s->stores[k].number != s->number || d.keep_texts ? s->stores[k].bytes : 0;
		st = buf_add(list, &d, sizeof(d));
		++*n;
		for (uint32_t k = 0; st == FUND_OK && k < s->n_stores; k++) {
			d = (struct dropped){ s->stores[k].number, false, s->stores[k].bytes };
			if (d.number == s->number || manifest_store(next, d.number, NULL))
				continue;
			st = buf_add(list, &d, sizeof(d));
			++*n;
		}
	}
	return st == FUND_OK ? st : fault_set(&w->fault, st, "%s: no memory", writer_dir(w));
}

/* Where what falls out is much it is deleted in transactions of its own, after the state is live. Killed or failed in between, the rest are orphans like
 * any: the next writer deletes them. */
enum fund_status index_writer_publish(struct index_writer *w, struct manifest *next, struct sources_update *sources,
				      struct fault *why)
{
	struct buf list = BUF_INIT;
	uint32_t n;
	enum fund_status st = list_dropped(w, next, &list, &n);
	const struct dropped *dropped = (const struct dropped *)(const void *)list.data;
	bool deleted;

	if (st == FUND_OK)
		st = write_state(w, next, sources, dropped, n, &deleted);
	if (st != FUND_OK) {
		if (why)
			*why = w->fault;
		goto out;
	}
	writer_forget_tombstones(w);
	writer_close_snapshot(w); /* so that what is deleted now can be used again at once */
	if (!deleted && delete_dropped(w, dropped, n) == FUND_OK)
		writer_commit(w);
	if (writer_reopen_snapshot(w, &w->fault) != FUND_OK) /* all is done; who wants to go on sees that there is no snapshot */
		writer_close_snapshot(w);
out:
	buf_release(&list);
	return st;
}
