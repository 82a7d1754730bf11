/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terms.h - the terms of one analyser: (bytes, kind) to a dense number and back.
 *
 * The words as written are kept in a second table of the same shape: there `kind` is the number of the word's term, `n_forms` its ordinal.
 */
#ifndef STEMMER_TERMS_H
#define STEMMER_TERMS_H

#include "base/arena.h"
#include "stemmer/analyse.h"

struct term_slot {
	uint32_t hash;
	uint32_t number; /* + 1; 0 is empty */
};

struct terms {
	struct term **chunks; /* of TERMS_CHUNK terms each, so that pointers stay */
	size_t n_chunks;
	uint32_t n;
	struct term_slot *slots;
	size_t n_slots; /* a power of two */
};

enum fund_status terms_init(struct terms *t);
void terms_release(struct terms *t); /* also on {0} */
void terms_reset(struct terms *t);
/* Finds or adds; new bytes are copied into the arena. */
enum fund_status terms_add(struct terms *t, struct arena *arena, struct slice bytes, uint32_t kind, uint32_t *number);
struct term *terms_at(const struct terms *t, uint32_t number);
size_t terms_memory(const struct terms *t);

#endif
