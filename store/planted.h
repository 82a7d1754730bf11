/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted.h - bugs for the test bench. A harness that looks for lost and damaged states proves something only if it finds them where they are: so
 *             tests/planted/ has programs with bugs in them, each brought out by its name in $FUNDSTELLE_PLANT. Everywhere else planted() is
 *             false when compiled, and nothing of it is left.
 */
#ifndef STORE_PLANTED_H
#define STORE_PLANTED_H

#ifdef FUNDSTELLE_PLANTED
#include <stdlib.h>
#include <string.h>
#define planted(bug) (getenv("FUNDSTELLE_PLANT") != NULL && strcmp(getenv("FUNDSTELLE_PLANT"), bug) == 0)
#else
#define planted(bug) 0
#endif

#endif
