/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal.h - what is printed to: its width, and whether it knows colours and links.
 *
 * Which terminals know OSC 8 cannot be asked: those that are known to are named here, by what they set in the environment. Others may print what they do not know.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"

/* Columns: 80 where nobody says. */
uint32_t terminal_width(void);
bool terminal_has_colors(const struct options *o);
/* Do keys, titles and dates lead to files? */
bool terminal_has_links(const struct options *o);
/* By its environment; `get` as getenv(). Terminals inside others (tmux, screen) inherit what these set, and are none that know it. */
bool terminal_knows_links(const char *(*get)(const char *name));

#endif
