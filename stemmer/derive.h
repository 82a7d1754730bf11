/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * derive.h - what the terms of one surface form are. Depends on the surface alone.
 *
 * Truppenaufmarschs      truppenaufmarsch
 * US-Militärstützpunkt   usmilitarstutzpunkt; us 0, militarstutzpunkt 1 (positions: 2)
 * Bürger*innen           burg as from Bürgerinnen; burg as VARIANT
 * Müller's               as Müller        O'Neill   oneill, neill as VARIANT
 * 18.01.2022             18.1.2022, 2022 as VARIANT; other numbers: number.h
 * §218                   §218, 218 (both at 0)
 * z.B.                   zb               C++       c++
 * www.zeit.de/politik    zeit.de/politik; zeit 0, de 1, politik 2 (positions: 3)
 */
#ifndef STEMMER_DERIVE_H
#define STEMMER_DERIVE_H

#include "stemmer/analyse.h"
#include "stemmer/spelling.h"
#include "stemmer/stem.h"
#include "stemmer/words.h"

#define DRAFT_TERMS (2 * WORD_PIECES + 8)

struct draft_term {
	uint32_t off;	  /* in bytes */
	uint32_t written; /* of a TERM_WORD: offset of its form in bytes */
	uint8_t len, written_len, shift, kind;
};

/* The analysis before it is entered in tables. */
struct draft {
	uint8_t n_positions, n_terms;
	struct draft_term terms[DRAFT_TERMS];
	struct buf bytes;
};

struct derive {
	struct stemmer stemmer;
	struct spelling spelling;
	struct buf folded, whole, clean;
	struct draft draft;
};

enum fund_status derive_init(struct derive *d);
void derive_release(struct derive *d); /* also on {0} */
/* Fills d->draft: valid until the next call. */
enum fund_status derive_terms(struct derive *d, struct slice surface);
/* Appends the term of a folded word without pieces. */
enum fund_status derive_part(struct derive *d, struct slice folded, struct buf *out);
/* Appends the form of a surface: in small letters, cut like a term. */
enum fund_status derive_written(struct slice surface, struct buf *out);
/* Appends the folded, unstemmed form of a surface: pieces joined, numbers in their one form. */
enum fund_status derive_fold(struct derive *d, struct slice surface, struct buf *out);

#endif
