/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - how an article stands in a Xapian database, so that fundstelle, Omega and quest can all use it.
 *
 * Terms    a word's stem by itself (query parsers: STEM_ALL, $set{stem_all,true} in Omega); the prefixes below for all else. Omega's own: Q, A, S, D, M, Y, T.
 * wdf      of words, parts, variants: the pseudo-frequency of docs/FORMAT.md; of all filters 0.
 * Values   slots below. Slot 0 is Omega's "last modified".
 * Data     lines "name=value" as Omega wants them; in a value \n and \\ stand for newline and backslash. Ours begin with "f_".
 * Metadata fundstelle.analysis: the fingerprint; a database analysed otherwise is refused.
 */
#ifndef XAPIAN_LAYOUT_H
#define XAPIAN_LAYOUT_H

#include "store/segment.h"

#define XAPIAN_PREFIX_TITLE "S"
#define XAPIAN_PREFIX_KEY "Q"
#define XAPIAN_PREFIX_DAY "D"	/* D20220118 */
#define XAPIAN_PREFIX_MONTH "M" /* M202201 */
#define XAPIAN_PREFIX_YEAR "Y"	/* Y2022 */

#define XAPIAN_SLOT_TIME 0u /* seconds since 1970, u32 BE; only of 1970 to 2105, as Omega sorts and shows it */
#define XAPIAN_SLOT_DATE 10u /* DATE_PACK(), u32 BE: precision kept; none: no value */
#define XAPIAN_SLOT_HASH 11u /* u64 BE */

#define XAPIAN_METADATA_ANALYSIS "fundstelle.analysis"
#define XAPIAN_METADATA_TEXT "fundstelle.analysis_text"
#define XAPIAN_METADATA_SHARD "fundstelle.shard"

/* The term of a term of ours (class byte and bytes), appended to out. Terms that are too long end in a hash. */
enum fund_status xapian_term_name(struct slice term, struct buf *out);
/* The same behind a prefix of Omega's. */
enum fund_status xapian_prefixed(const char *prefix, struct slice bytes, struct buf *out);

struct xapian_article {
	struct slice key;
	uint32_t date, words;
	struct stored_article text;
};
/* Replaces what `out` held. */
enum fund_status xapian_data_encode(const struct xapian_article *a, struct buf *out);
/* The texts live in `room`, which is replaced. FUND_CORRUPT: not data that was written so. */
enum fund_status xapian_data_decode(struct slice data, struct buf *room, struct xapian_article *out);

#endif
