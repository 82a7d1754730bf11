/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index_status.h - what an index holds, in figures. */
#ifndef STORE_INDEX_STATUS_H
#define STORE_INDEX_STATUS_H

#include "store/snapshot.h"

struct index_status {
	const char *dir;		 /* borrowed */
	const struct manifest *manifest; /* of the snapshot: id, generation, archives, files, the last run, the analysis */
	uint64_t articles, deleted;	 /* that can be found; that were removed, but not yet merged away */
	uint64_t terms, postings, words; /* of all segments, deleted articles included */
	uint64_t bytes, bytes_text;	 /* of the segments, and of that the texts */
	uint64_t bytes_on_disk;		 /* of the file, free pages included; 0 where it went meanwhile */
	uint32_t date_first, date_last;	 /* packed (segment.h); 0: no article has one */
};

/* Valid as long as the snapshot. */
void index_status(const struct snapshot *snapshot, const char *dir, struct index_status *out);

#endif
