/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/lender.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "store/term_filter.h"

enum fund_status leaf_load_lengths(struct leaf *l, uint32_t chunk)
{
	uint32_t n;
	enum fund_status st = segment_column(l->segment, COLUMN_LENGTH, chunk, &l->lengths, &n);
	l->length_chunk = st == FUND_OK ? chunk : UINT32_MAX;
	return st;
}

enum fund_status leaf_load_dates(struct leaf *l, uint32_t chunk)
{
	uint32_t n;
	enum fund_status st = segment_column(l->segment, COLUMN_DATE, chunk, &l->dates, &n);
	l->date_chunk = st == FUND_OK ? chunk : UINT32_MAX;
	return st;
}

enum fund_status leaf_load_dead(struct leaf *l, uint32_t chunk)
{
	enum fund_status st = segment_tombstones(l->segment, chunk, &l->dead);
	l->dead_chunk = st == FUND_OK ? chunk : UINT32_MAX;
	return st;
}

static enum fund_status add_leaves(struct searcher *s, uint32_t index, struct fault *why)
{
	struct snapshot *snapshot = s->snapshots[index];
	uint32_t n = snapshot_n_segments(snapshot);
	struct leaf *grown = realloc(s->leaves, (s->n_leaves + n + 1) * sizeof *grown);
	if (!grown)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	s->leaves = grown;
	for (uint32_t i = 0; i < n; i++) {
		struct segment *segment;
		enum fund_status st = snapshot_segment(snapshot, i, &segment, why);
		if (st != FUND_OK)
			return st;
		s->n_docs += segment_n_docs(segment);
		s->sum_length += segment_stats(segment)->sum_length;
		s->leaves[s->n_leaves] = (struct leaf){
			.segment = segment, .number = s->n_leaves, .opening = s->opening, .index = index, .n_docs = segment_n_docs(segment),
			.has_dead = segment_has_dead(segment), .newest = (uint32_t)snapshot_manifest(snapshot)->last_run.generation, .weights = segment_weights(segment),
			.cold = true, .length_chunk = UINT32_MAX, .dead_chunk = UINT32_MAX, .date_chunk = UINT32_MAX,
		};
		s->n_leaves++;
		segment_will_need(segment);
	}
	return FUND_OK;
}

/* Has an earlier directory been the same one? */
static bool named_before(const char *const *dirs, uint32_t i)
{
	struct stat a, b;
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(dirs[i], dirs[k]) == 0)
			return true;
	if (i == 0 || stat(dirs[i], &a) != 0)
		return false;
	for (uint32_t k = 0; k < i; k++)
		if (stat(dirs[k], &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return true;
	return false;
}

static enum fund_status add_index(struct searcher *s, const char *dir, uint64_t analysis, struct fault *why)
{
	enum fund_status st = snapshot_open(&s->snapshots[s->n_indexes], dir, why);
	if (st != FUND_OK)
		return st;
	s->dirs[s->n_indexes] = dir;
	uint32_t index = s->n_indexes++;
	if (s->only_snapshots)
		return FUND_OK;
	if (snapshot_manifest(s->snapshots[index])->analysis_hash != analysis)
		return fault_set(why, FUND_FINGERPRINT,
				 "%s: made with another analysis of words than this program has: "
				 "run fundstelle-index --rebuild with the archive's PATH", dir);
	return add_leaves(s, index, why);
}

/* A leaf for what is lent. */
static enum fund_status add_lender(struct searcher *s, const char *const *names, uint32_t n, uint64_t analysis, struct fault *why)
{
	if (n == 0)
		return FUND_OK;
	enum fund_status st = lender_open(&s->lender, names, n, analysis, s->servers, why);
	if (st == FUND_END && s->n_indexes)
		return FUND_OK; /* all servers are lost: whoever has the list tells */
	if (st != FUND_OK)
		return st == FUND_END ? FUND_TIMEOUT : st;
	struct leaf *grown = realloc(s->leaves, (s->n_leaves + (size_t)1) * sizeof *grown);
	if (!grown)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	s->leaves = grown;
	s->lent_leaf = s->n_leaves++;
	s->n_docs += lender_n_docs(s->lender);
	s->sum_length += lender_sum_length(s->lender);
	s->leaves[s->lent_leaf] = (struct leaf){ .number = s->lent_leaf, .index = s->n_indexes, .lent = true };
	st = lender_lend(s, NULL, NULL, 0, LEND_NONE);
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

static enum fund_status open_all(struct searcher *s, const char *const *dirs, uint32_t n_dirs, uint64_t analysis, struct fault *why)
{
	const char *names[SERVERS_MAX];
	uint32_t n_names = 0;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < n_dirs && st == FUND_OK; i++) {
		if (named_before(dirs, i))
			continue;
		if (s->only_snapshots || !lender_is_name(dirs[i]))
			st = add_index(s, dirs[i], analysis, why);
		else if (n_names < SERVERS_MAX)
			names[n_names++] = dirs[i];
	}
	s->lender_first = n_names && lender_is_name(dirs[0]);
	return st == FUND_OK ? add_lender(s, names, n_names, analysis, why) : st;
}

/* As it is between openings. */
static struct searcher closed(const struct searcher *s)
{
	return (struct searcher){ .opening = s->opening, .servers = s->servers, .only_snapshots = s->only_snapshots, .lent_leaf = UINT32_MAX };
}

enum fund_status searcher_open(struct searcher *s, struct analyser *analyser, const char *const *dirs, uint32_t n_dirs, struct fault *why)
{
	struct fingerprint print = { .hash = 0 };
	*s = closed(s);
	s->analyser = analyser;
	s->opening++;
	enum fund_status st = s->only_snapshots ? FUND_OK : analyser_fingerprint(analyser, &print);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	s->snapshots = calloc(n_dirs, sizeof(struct snapshot *));
	s->dirs = calloc(n_dirs, sizeof *s->dirs);
	if (!s->snapshots || !s->dirs) {
		free(s->snapshots);
		free(s->dirs);
		*s = closed(s);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	st = open_all(s, dirs, n_dirs, print.hash, why);
	if (st != FUND_OK) {
		searcher_close(s);
		return st;
	}
	searcher_rank(s, &ranking_default);
	return FUND_OK;
}

void searcher_rank(struct searcher *s, const struct ranking *ranking)
{
	s->ranking = *ranking;
	double average = s->n_docs ? (double)s->sum_length / (double)s->n_docs : 0;
	s->bm25 = bm25_of(ranking, average);
	if (s->lender)
		lender_rank(s->lender, ranking, average);
}

void searcher_close(struct searcher *s)
{
	for (uint32_t i = 0; i < s->n_indexes; i++)
		snapshot_close(s->snapshots[i]);
	lender_close(s->lender);
	free(s->snapshots);
	free(s->dirs);
	free(s->leaves);
	free(s->window_room);
	arena_release(&s->iterators);
	*s = closed(s);
}

/* From a cold leaf the list is fetched while others are looked up. */
static enum fund_status find_term(struct leaf *l, struct slice term, uint64_t hash, struct term_entry *entry)
{
	bool may;
	enum fund_status st = segment_may_have(l->segment, term, hash, &may);
	if (st != FUND_OK || !may)
		return st == FUND_OK ? FUND_NOT_FOUND : st;
	if (l->cold)
		segment_will_need_term(l->segment, term);
	st = dictionary_find(segment_chunks(l->segment), term, entry);
	if (st == FUND_OK && l->cold)
		segment_will_need_list(l->segment, entry);
	return st;
}

enum fund_status searcher_locate(struct searcher *s, struct slice term, struct arena *arena, struct term_places *out)
{
	*out = (struct term_places){ term, s->opening, 0, arena_alloc(arena, (s->n_leaves + (size_t)1) * sizeof *out->entries) };
	uint64_t hash = term_filter_hash(term);
	if (!out->entries)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < s->n_leaves; i++) {
		enum fund_status st = s->leaves[i].lent ? FUND_NOT_FOUND : find_term(&s->leaves[i], term, hash, &out->entries[i]);
		if (st == FUND_NOT_FOUND)
			out->entries[i].df = 0;
		else if (st != FUND_OK)
			return st;
		out->df += out->entries[i].df;
	}
	uint64_t df = 0;
	enum fund_status st = s->lender ? lender_term(s->lender, term, &df, NULL) : FUND_OK;
	out->df += df;
	return st;
}

enum fund_status searcher_occurrences(struct searcher *s, const struct term_places *places, uint64_t *n)
{
	uint64_t df, lent = 0;
	*n = 0;
	for (uint32_t i = 0; i < s->n_leaves; i++)
		*n += places->entries[i].df ? places->entries[i].cf : 0;
	enum fund_status st = s->lender ? lender_term(s->lender, places->term, &df, &lent) : FUND_OK;
	*n += lent;
	return st;
}

enum fund_status leaf_term(const struct leaf *l, const struct term_places *places, struct term_entry *out)
{
	if (places->opening != l->opening)
		return dictionary_find(segment_chunks(l->segment), places->term, out);
	*out = places->entries[l->number];
	return out->df ? FUND_OK : FUND_NOT_FOUND;
}

enum fund_status searcher_check(struct searcher *s)
{
	for (uint32_t i = 0; i < s->n_indexes; i++) {
		enum fund_status st = snapshot_check(s->snapshots[i]);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

enum fund_status searcher_judge(struct searcher *s, enum fund_status st, struct fault *why)
{
	if (st != FUND_OK && lender_fault(s->lender))
		return lender_judge(s->lender, why);
	if (st != FUND_OK && st != FUND_CORRUPT && st != FUND_NOT_FOUND)
		return st;
	return searcher_check(s) == FUND_STALE ? FUND_STALE : st;
}

/* The state of each index in turn, then that of Xapian's. */
static struct state_mark mark_of(const struct searcher *s, uint32_t i)
{
	if (i == s->n_indexes)
		return s->lender ? lender_mark(s->lender) : (struct state_mark){ 0, 0 };
	const struct manifest *m = snapshot_manifest(s->snapshots[i]);
	return (struct state_mark){ m->id, m->generation };
}

enum fund_status searcher_mark(const struct searcher *s, struct state_marks **out)
{
	*out = malloc(sizeof **out + (s->n_indexes + (size_t)1) * sizeof(struct state_mark));
	if (!*out)
		return FUND_NO_MEMORY;
	(*out)->n = s->n_indexes + 1;
	for (uint32_t i = 0; i < (*out)->n; i++)
		(*out)->of[i] = mark_of(s, i);
	return FUND_OK;
}

struct state_mark searcher_state(const struct searcher *s)
{
	if (s->lender && (s->lender_first || s->n_indexes == 0))
		return lender_state(s->lender);
	const struct manifest *m = snapshot_manifest(s->snapshots[0]);
	return (struct state_mark){ m->id, m->generation };
}

struct slice searcher_analysis(const struct searcher *s)
{
	if (s->lender && (s->lender_first || s->n_indexes == 0))
		return lender_analysis(s->lender);
	return slice_buf(&snapshot_manifest(s->snapshots[0])->analysis_text);
}

bool searcher_is_at(const struct searcher *s, const struct state_marks *marks)
{
	if (!marks || marks->n != s->n_indexes + 1)
		return false;
	for (uint32_t i = 0; i < marks->n; i++) {
		struct state_mark now = mark_of(s, i);
		if (now.id != marks->of[i].id || now.generation != marks->of[i].generation)
			return false;
	}
	return true;
}
