/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index_advice.h - what to do about a failure that its message alone, deep in the store, cannot say. For main programs, behind the message. */
#ifndef STORE_INDEX_ADVICE_H
#define STORE_INDEX_ADVICE_H

#include <stdbool.h>

#include "base/status.h"

/* Translated; NULL: there is nothing to add. `writes`: of a run that writes the index. */
const char *index_advice(enum fund_status status, bool writes);

#endif
