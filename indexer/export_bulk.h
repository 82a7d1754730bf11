/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export_bulk.h - an index as bulk requests for OpenSearch or Elasticsearch (and, with the action lines left out, for Solr): fields as they were read, and the
 * analysed terms, so that German is fundstelle's there, too. docs/SCALING.md has the mapping that goes with it.
 *
 * Shape    two lines an article: {"index": {"_id": KEY}} and the fields. "terms", "title_terms", "parts", "variants" are terms with blanks between, in the order of their
 *          positions (parts and variants, which have none: as often as they occur), for a whitespace analyser.
 */
#ifndef INDEXER_EXPORT_BULK_H
#define INDEXER_EXPORT_BULK_H

#include "indexer/export.h"

/* To a file beside, renamed into place when it is complete; "-" is stdout. */
enum fund_status export_bulk(struct snapshot *s, struct shard shard, const char *path, const char *dir, uint64_t *n, struct fault *why);

#endif
