/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_deep.h - does the index say what its texts say? Each segment's stored articles are analysed again, and the lists that come out are compared
 * with those that are stored.
 */
#ifndef INDEXER_VERIFY_DEEP_H
#define INDEXER_VERIFY_DEEP_H

#include "store/index_writer.h"

enum fund_status verify_deep(const char *dir, const struct verify_report *report, uint64_t *n_findings, struct fault *why);

#endif
