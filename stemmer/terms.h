/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terms.h - the terms of one analyser: (bytes, kind) to a dense number and back. */
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
enum fund_status terms_add(struct terms *t, struct arena *arena, struct slice bytes, enum term_kind kind,
			   uint32_t *number);
const struct term *terms_at(const struct terms *t, uint32_t number);
size_t terms_memory(const struct terms *t);

#endif
