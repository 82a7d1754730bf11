/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span.h - how words stand to each other in one document: phrases, sets, NEAR, as a tree over slots, worked out on positions.
 *
 * Shape    A slot is what may stand at one position (a word in any of its forms, one of several, a wildcard). A span is a stretch of positions
 *          from a first word to a last one. What each node stands for is a set of spans:
 *
 *              slot        each of its positions
 *              or          the spans of its children
 *              sequence    children side by side: each begins one behind the last word of the one before
 *              loose       all children, slots, at different positions in any order, in a stretch of n_children + distance; the shortest such stretches
 *              near        from the first word to the last word of a pair, a span of either child: at most `distance` from the end of one to the beginning
 *                          of the other (neighbours are 1 apart, spans that overlap 0), or in one sentence or paragraph; not beginning on the same word, nor
 *                          ending on the same one. Ordered: the second begins behind the end of the first
 *
 *          Loose and near spans lie within one field. Those of a near that is the whole tree are fewer: each span of the first child with its nearest
 *          partner. So they are no more than the first child's.
 * Source   positions come through struct span_source: from the index (iter_span.c) or from a text (finder.c).
 */
#ifndef QUERY_SPAN_H
#define QUERY_SPAN_H

#include "base/bytes.h"

struct slot;

enum span_kind { SPAN_SLOT, SPAN_OR, SPAN_SEQUENCE, SPAN_LOOSE, SPAN_NEAR };

/* What the words of a near or a loose phrase share. Ascending: whoever shares one shares those before. */
enum span_scope { SCOPE_FIELD, SCOPE_PARAGRAPH, SCOPE_SENTENCE };
#define SPAN_DISTANCE_MAX 1000u
#define SPAN_ANY_DISTANCE UINT32_MAX
#define SPAN_LOOSE_MAX 64u /* words of a loose phrase */

struct span_node {
	enum span_kind kind;
	enum span_scope scope;
	bool ordered;
	uint32_t distance;
	struct slot *slot; /* SPAN_SLOT */
	struct span_node **children;
	uint32_t n_children;
};

/* Where positions come from. What is returned stays valid while the document is worked on. */
struct span_source {
	void *context;
	enum fund_status (*positions)(void *context, const struct slot *slot, const uint32_t **pos, uint32_t *n);
	/* The positions of the words that begin a field, paragraph, sentence. */
	enum fund_status (*boundaries)(void *context, enum span_scope scope, const uint32_t **pos, uint32_t *n);
};

struct span {
	uint32_t first, last; /* positions, both of them in it */
};

/* Spans in ascending order, none twice. Keeps its memory. */
struct span_list {
	struct span *at;
	uint32_t n, cap;
};
void span_list_release(struct span_list *l); /* also on {0} */
enum fund_status span_list_add(struct span_list *l, uint32_t first, uint32_t last);

/* A position with the children of a loose node that may stand there, a bit each. */
struct span_event {
	uint32_t pos;
	uint64_t who;
};

/* The spans of a whole tree in one document. What its inner nodes need is kept from document to document: {0} at first. */
struct span_finder {
	struct span_list *lists; /* one a node, in the order of a walk */
	uint32_t n_lists, used;
	struct span_event *events;
	uint32_t cap_events;
};
void span_finder_release(struct span_finder *f); /* also on {0} */
/* *out belongs to the finder, until the next call. FUND_LIMIT: more pairs in one document than can be told. */
enum fund_status span_find(struct span_finder *f, const struct span_node *root, const struct span_source *source, const struct span_list **out);

#endif
