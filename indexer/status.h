/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.h - what the index holds, for people and for programs. */
#ifndef INDEXER_STATUS_H
#define INDEXER_STATUS_H

#include "base/print.h"
#include "store/index_status.h"

enum fund_status status_print(struct printer *p, const char *dir, bool json, struct fault *why);
/* "path: reason" of each file or folder that failed. */
enum fund_status status_print_failed(struct printer *p, const struct snapshot *s);
/* The same as an object for programs. */
enum fund_status status_print_failed_json(struct printer *p, const struct snapshot *s);
/* The run as a Prometheus textfile, written beside and renamed. `s` NULL: the index cannot be read, only the run is told. */
struct update_result;
enum fund_status metrics_write(const char *path, const struct update_result *r, const struct index_status *s, int exit_status, struct fault *why);

#endif
