/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.h - a published state, written anew and compactly into a file of its own.
 *
 * The old pages are read by pages.h, never by LMDB, so that a damaged index cannot crash the copy; what the manifest
 * does not list stays behind.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/snapshot.h"

/* Writes and syncs the file `path`, which must not exist; deletes it on failure. */
enum fund_status copy_state(const struct snapshot *from, const char *path, struct fault *why);

#endif
