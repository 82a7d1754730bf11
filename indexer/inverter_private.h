/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inverter_private.h - the lists themselves: inverter.c appends, inverter_stream.c reads. */
#ifndef INDEXER_INVERTER_PRIVATE_H
#define INDEXER_INVERTER_PRIVATE_H

#include "base/arena.h"
#include "indexer/inverter.h"
#include "indexer/signature.h"

#define CHAIN_LINK 8u /* bytes at a block's end: the next block's address */
#define CHAIN_LEVELS 14u
extern const uint16_t chain_block_size[CHAIN_LEVELS];

struct chain {
	uint8_t *next;	   /* where the next byte goes; NULL: no posting yet */
	uint8_t *first;	   /* the first block */
	uint32_t last_doc; /* from 1, counted from the last reset */
	uint32_t last_pos;
	uint16_t room;	   /* bytes left in the block */
	uint8_t level;	   /* its size */
};

/* What tells the boost of a position. */
struct extent {
	uint32_t title, lead_from, lead_to;
};

enum { FIELD_AUTHOR, FIELD_SECTION, FIELD_SOURCE, FIELDS_APART };
extern const uint8_t field_class[FIELDS_APART];

struct extra {
	struct chain chain;
	uint32_t term; /* the analyser's number; of boundaries: 0 sentences, 1 paragraphs */
	uint8_t class;
};
#define EXTRA_BOUNDARIES 2u

struct inverter {
	struct analyser *analyser;
	struct field_weights weights;
	struct arena arena;
	struct chain *chains; /* by term number */
	uint32_t n_chains;
	struct extra *extra; /* boundaries, and the words of author, section and source */
	uint32_t n_extra, cap_extra;
	uint32_t *extra_of[FIELDS_APART]; /* by term number: index in extra + 1; 0: none */
	uint32_t cap_extra_of[FIELDS_APART];
	struct extent *extents; /* of documents since the last reset */
	uint32_t cap_extents;
	uint32_t *met; /* by word number: how often, since the last reset */
	size_t cap_met;
	uint32_t n_docs, base;	/* all documents; those before the last reset */
	uint32_t doc;		/* the current one: from 1, counted from the last reset */
	int field;		/* while one of its own is analysed */
	bool begins;		/* no word of this field was seen yet */
	bool signs;		/* this field's words go into the signature */
	struct signature signature;
};

#endif
