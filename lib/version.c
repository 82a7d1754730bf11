/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fundstelle.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unversioned"
#endif

const char *fundstelle_version(void) { return PACKAGE_VERSION; }
