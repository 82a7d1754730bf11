/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/span.h"

#include <stdlib.h>

#include "store/segment.h"

#define SPANS_MAX (1u << 24) /* in a list: 128 MiB */

void span_list_release(struct span_list *l)
{
	free(l->at);
	*l = (struct span_list){ NULL, 0, 0 };
}

enum fund_status span_list_add(struct span_list *l, uint32_t first, uint32_t last)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? 2 * l->cap : 64;
		if (cap > SPANS_MAX)
			return FUND_LIMIT;
		struct span *grown = realloc(l->at, cap * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		l->at = grown;
		l->cap = cap;
	}
	l->at[l->n++] = (struct span){ first, last };
	return FUND_OK;
}

void span_finder_release(struct span_finder *f)
{
	for (uint32_t i = 0; i < f->n_lists; i++)
		span_list_release(&f->lists[i]);
	free(f->lists);
	free(f->events);
	*f = (struct span_finder){ .n_lists = 0 };
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->last > y->last) - (x->last < y->last);
}

/* In order, each once. Mostly they are already. */
static void settle(struct span_list *l)
{
	uint32_t kept = 1;
	bool sorted = true;
	for (uint32_t i = 1; i < l->n && sorted; i++)
		sorted = by_place(&l->at[i - 1], &l->at[i]) < 0;
	if (sorted)
		return;
	qsort(l->at, l->n, sizeof *l->at, by_place);
	for (uint32_t i = 1; i < l->n; i++)
		if (by_place(&l->at[kept - 1], &l->at[i]) != 0)
			l->at[kept++] = l->at[i];
	l->n = kept;
}

/* The first element of an ascending array that is > value. */
static uint32_t first_above(const uint32_t *pos, uint32_t n, uint32_t value)
{
	uint32_t low = 0;
	while (low < n) {
		uint32_t middle = low + (n - low) / 2;
		if (pos[middle] <= value)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/* The first span that begins at or behind `first`. */
static uint32_t first_from(const struct span_list *l, uint64_t first)
{
	uint32_t low = 0, high = l->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (l->at[middle].first < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- at work on one document ---- */

struct work {
	struct span_finder *finder;
	const struct span_source *source;
};

static enum fund_status find_node(struct work *w, const struct span_node *node, bool whole, uint32_t *out);

static struct span_list *list_at(struct work *w, uint32_t number) { return &w->finder->lists[number]; }

static enum fund_status find_slot(struct work *w, const struct span_node *node, uint32_t own)
{
	const uint32_t *pos;
	uint32_t n;
	enum fund_status st = w->source->positions(w->source->context, node->slot, &pos, &n);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = span_list_add(list_at(w, own), pos[i], pos[i]);
	return st;
}

static enum fund_status find_or(struct work *w, const struct span_node *node, uint32_t own)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++) {
		uint32_t child;
		st = find_node(w, node->children[i], false, &child);
		for (uint32_t k = 0; st == FUND_OK && k < list_at(w, child)->n; k++)
			st = span_list_add(list_at(w, own), list_at(w, child)->at[k].first, list_at(w, child)->at[k].last);
	}
	return st;
}

/* Each span of `left` with each of `right` that begins right behind it. `right` ascends by its beginnings. */
static enum fund_status join(const struct span_list *left, const struct span_list *right, struct span_list *out)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < left->n && st == FUND_OK; i++) {
		uint64_t want = (uint64_t)left->at[i].last + 1;
		for (uint32_t k = first_from(right, want); k < right->n && right->at[k].first == want && st == FUND_OK; k++)
			st = span_list_add(out, left->at[i].first, right->at[k].last);
	}
	return st;
}

static enum fund_status find_sequence(struct work *w, const struct span_node *node, uint32_t own)
{
	uint32_t so_far, child;
	enum fund_status st = find_node(w, node->children[0], false, &so_far);
	for (uint32_t i = 1; i < node->n_children && st == FUND_OK && list_at(w, so_far)->n; i++) {
		st = find_node(w, node->children[i], false, &child);
		if (st != FUND_OK)
			return st;
		struct span_list *out = list_at(w, own), *left = list_at(w, so_far), last;
		out->n = 0;
		st = join(left, list_at(w, child), out);
		settle(out);
		last = *left; /* what was joined is the left side of the next */
		*left = *out;
		*out = last;
	}
	if (st != FUND_OK)
		return st;
	struct span_list last = *list_at(w, own);
	*list_at(w, own) = *list_at(w, so_far);
	*list_at(w, so_far) = last;
	return FUND_OK;
}

/* ---- near ---- */

/* The stretch of positions around `pos` within which the scope does not change: [*from, *to). */
static enum fund_status scope_around(struct work *w, enum span_scope scope, uint32_t pos, uint32_t *from, uint32_t *to)
{
	const uint32_t *starts;
	uint32_t n;
	enum fund_status st = w->source->boundaries(w->source->context, scope, &starts, &n);
	if (st != FUND_OK)
		return st;
	uint32_t at = first_above(starts, n, pos);
	*from = at ? starts[at - 1] : 0;
	*to = at < n ? starts[at] : UINT32_MAX;
	return FUND_OK;
}

struct pairing {
	const struct span_node *node;
	const struct span_list *right;
	uint32_t longest;  /* from first to last of the right spans */
	uint32_t from, to; /* the scope around the left span */
};

static uint32_t distance_of(struct span a, struct span b)
{
	return b.first > a.last ? b.first - a.last : a.first > b.last ? a.first - b.last : 0;
}

static bool is_pair(const struct pairing *p, struct span a, struct span b)
{
	if (b.first < p->from || b.last >= p->to || a.first == b.first || a.last == b.last)
		return false;
	return distance_of(a, b) <= p->node->distance && (!p->node->ordered || b.first > a.last);
}

/* Where, among the right spans, those begin that can be near `a`; *end: where they end. */
static uint32_t candidates(const struct pairing *p, struct span a, uint32_t *end)
{
	uint64_t reach = p->node->distance, least = 0, most = (uint64_t)a.last + reach;
	if (p->node->ordered)
		least = (uint64_t)a.last + 1;
	else if (a.first > reach + p->longest)
		least = a.first - reach - p->longest;
	if (p->from > least)
		least = p->from;
	if (most >= p->to)
		most = (uint64_t)p->to - 1;
	*end = first_from(p->right, most + 1);
	return first_from(p->right, least);
}

static enum fund_status add_pair(struct span_list *out, struct span a, struct span b)
{
	return span_list_add(out, a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last);
}

static enum fund_status pair_with_all(const struct pairing *p, struct span a, struct span_list *out)
{
	enum fund_status st = FUND_OK;
	uint32_t end;
	for (uint32_t i = candidates(p, a, &end); i < end && st == FUND_OK; i++)
		if (is_pair(p, a, p->right->at[i]))
			st = add_pair(out, a, p->right->at[i]);
	return st;
}

/* Outwards from where `a` begins: what begins further right is further away; to the left that holds but for the spans' lengths. */
static enum fund_status pair_with_nearest(const struct pairing *p, struct span a, struct span_list *out)
{
	uint32_t end, from = candidates(p, a, &end), middle = first_from(p->right, a.first), best = UINT32_MAX, nearest = 0;
	middle = middle < from ? from : middle > end ? end : middle;
	for (uint32_t i = middle; i < end; i++)
		if (is_pair(p, a, p->right->at[i])) {
			best = distance_of(a, p->right->at[i]);
			nearest = i;
			break;
		}
	for (uint32_t i = middle; i-- > from;) {
		struct span b = p->right->at[i];
		if (best != UINT32_MAX && (uint64_t)b.first + p->longest + best < a.first)
			break;
		if (is_pair(p, a, b) && distance_of(a, b) < best) {
			best = distance_of(a, b);
			nearest = i;
		}
	}
	return best == UINT32_MAX ? FUND_OK : add_pair(out, a, p->right->at[nearest]);
}

static enum fund_status find_near(struct work *w, const struct span_node *node, bool whole, uint32_t own)
{
	uint32_t left, right;
	enum fund_status st = find_node(w, node->children[0], false, &left);
	if (st != FUND_OK || list_at(w, left)->n == 0)
		return st;
	st = find_node(w, node->children[1], false, &right);
	if (st != FUND_OK || list_at(w, right)->n == 0)
		return st;
	struct pairing p = { .node = node, .right = list_at(w, right), .to = UINT32_MAX };
	bool one_field = node->scope == SCOPE_FIELD && node->distance < FIELD_GAP; /* the gap between fields is wider */
	for (uint32_t i = 0; i < p.right->n; i++) {
		uint32_t len = p.right->at[i].last - p.right->at[i].first;
		p.longest = len > p.longest ? len : p.longest;
	}
	for (uint32_t i = 0; i < list_at(w, left)->n && st == FUND_OK; i++) {
		struct span a = list_at(w, left)->at[i];
		if (!one_field)
			st = scope_around(w, node->scope, a.first, &p.from, &p.to);
		if (st == FUND_OK && a.last < p.to)
			st = whole ? pair_with_nearest(&p, a, list_at(w, own)) : pair_with_all(&p, a, list_at(w, own));
	}
	return st;
}

/* ---- loose ---- */

struct loose {
	struct span_event *events; /* the finder's */
	uint32_t n;
	uint32_t taken[SPAN_LOOSE_MAX]; /* by child: the event it has, UINT32_MAX: none */
	uint64_t seen;
};

static int by_position(const void *a, const void *b)
{
	const struct span_event *x = a, *y = b;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static enum fund_status events_room(struct span_finder *f, uint32_t n)
{
	if (n <= f->cap_events)
		return FUND_OK;
	struct span_event *grown = realloc(f->events, 2 * (size_t)n * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	f->events = grown;
	f->cap_events = 2 * n;
	return FUND_OK;
}

static void merge_events(struct loose *l)
{
	uint32_t kept = 0;
	qsort(l->events, l->n, sizeof *l->events, by_position);
	for (uint32_t i = 1; i < l->n; i++)
		if (l->events[i].pos == l->events[kept].pos)
			l->events[kept].who |= l->events[i].who;
		else
			l->events[++kept] = l->events[i];
	l->n = kept + 1;
}

static enum fund_status collect_events(struct work *w, const struct span_node *node, struct loose *l)
{
	for (uint32_t i = 0; i < node->n_children; i++) {
		const uint32_t *pos;
		uint32_t n;
		enum fund_status st = w->source->positions(w->source->context, node->children[i]->slot, &pos, &n);
		if (st == FUND_OK && n)
			st = events_room(w->finder, l->n + n);
		if (st != FUND_OK || n == 0) {
			l->n = 0;
			return st;
		}
		l->events = w->finder->events;
		for (uint32_t k = 0; k < n; k++)
			l->events[l->n++] = (struct span_event){ pos[k], (uint64_t)1 << i };
	}
	merge_events(l);
	return FUND_OK;
}

/* Gives the event to a child that has none, if need be by moving others: one step of Kuhn's matching. */
static bool place_event(struct loose *l, uint32_t event)
{
	uint64_t open = l->events[event].who & ~l->seen;
	for (; open; open = l->events[event].who & ~l->seen) {
		uint32_t child = (uint32_t)__builtin_ctzll(open);
		l->seen |= (uint64_t)1 << child;
		if (l->taken[child] == UINT32_MAX || place_event(l, l->taken[child])) {
			l->taken[child] = event;
			return true;
		}
	}
	return false;
}

/* The last event of the shortest stretch that begins with event `from` and has a place for every child; n: none. */
static uint32_t shortest(struct loose *l, uint32_t from, uint32_t n_children, uint64_t reach)
{
	uint32_t placed = 0;
	memset(l->taken, 0xFF, n_children * sizeof *l->taken);
	for (uint32_t i = from; i < l->n && l->events[i].pos - l->events[from].pos < reach; i++) {
		l->seen = 0;
		placed += place_event(l, i);
		if (placed == n_children)
			return i;
	}
	return l->n;
}

/* Of stretches that end alike, the one that begins last: it has none within it. */
static enum fund_status find_stretches(struct work *w, const struct span_node *node, struct loose *l, struct span_list *out)
{
	uint64_t reach = (uint64_t)node->n_children + node->distance;
	uint32_t from_field = 0, to_field = UINT32_MAX, next;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0, end = shortest(l, 0, node->n_children, reach); i < l->n && st == FUND_OK; i++, end = next) {
		next = i + 1 < l->n ? shortest(l, i + 1, node->n_children, reach) : l->n;
		if (end == l->n || next == end)
			continue;
		if (reach > FIELD_GAP)
			st = scope_around(w, SCOPE_FIELD, l->events[i].pos, &from_field, &to_field);
		if (st == FUND_OK && l->events[end].pos < to_field)
			st = span_list_add(out, l->events[i].pos, l->events[end].pos);
	}
	return st;
}

static enum fund_status find_loose(struct work *w, const struct span_node *node, uint32_t own)
{
	struct loose l = { .n = 0 };
	enum fund_status st = collect_events(w, node, &l);
	if (st == FUND_OK && l.n)
		st = find_stretches(w, node, &l, list_at(w, own));
	return st;
}

/* ---- any node ---- */

static enum fund_status new_list(struct work *w, uint32_t *number)
{
	struct span_finder *f = w->finder;
	if (f->used == f->n_lists) {
		uint32_t n = f->n_lists ? 2 * f->n_lists : 8;
		struct span_list *grown = realloc(f->lists, n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		memset(grown + f->n_lists, 0, (n - f->n_lists) * sizeof *grown);
		f->lists = grown;
		f->n_lists = n;
	}
	*number = f->used++;
	f->lists[*number].n = 0;
	return FUND_OK;
}

static enum fund_status find_node(struct work *w, const struct span_node *node, bool whole, uint32_t *out)
{
	enum fund_status st = new_list(w, out);
	if (st != FUND_OK)
		return st;
	switch (node->kind) {
	case SPAN_SLOT: return find_slot(w, node, *out);
	case SPAN_OR: st = find_or(w, node, *out); break;
	case SPAN_SEQUENCE: return find_sequence(w, node, *out);
	case SPAN_LOOSE: return find_loose(w, node, *out);
	case SPAN_NEAR: st = find_near(w, node, whole, *out); break;
	}
	settle(list_at(w, *out));
	return st;
}

enum fund_status span_find(struct span_finder *f, const struct span_node *root, const struct span_source *source, const struct span_list **out)
{
	struct work w = { f, source };
	uint32_t own = 0;
	f->used = 0;
	enum fund_status st = find_node(&w, root, true, &own);
	if (st != FUND_OK && f->n_lists)
		f->lists[own].n = 0;
	*out = f->n_lists ? &f->lists[own] : NULL;
	return st;
}
