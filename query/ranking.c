/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/ranking.h"

const struct ranking ranking_default = { .k1 = 0.9, .b = 0.7, .part = 0.65, .variant = 0.7, .own_part = 0.6, .near = 0.45 };
