/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translate.h - messages in the language of whoever reads them; English where the environment does not say otherwise, and in
 * programs that only use our library: their locale is theirs.
 *
 * fault_set(), fault_errno() and message() translate their formats themselves, so a message is marked by going through them. What
 * people read elsewhere goes through translate(); N_() marks a string that is translated later. po/de.po has the German.
 */
#ifndef BASE_TRANSLATE_H
#define BASE_TRANSLATE_H

#include <stdbool.h>

#define N_(text) text

/* Only for main programs, before their threads: messages are in the environment's language from now on. An English locale costs one look at the environment, with the
 * first message; for another the locale of messages is set, and a catalogue opened. translate_environment.c */
void translate_by_environment(void);
bool translates(void); /* whether that was asked for */
struct translator {
	const char *(*one)(const char *text);
	const char *(*plural)(const char *one, const char *many, unsigned long n);
	char (*decimal_point)(void);
};
void translate_by(const struct translator *by); /* static */

/* Static, or the text itself. */
const char *translate(const char *text) __attribute__((format_arg(1)));
/* One of two forms, by n. */
const char *translate_plural(const char *one, const char *many, unsigned long n) __attribute__((format_arg(1), format_arg(2)));

/* A number with a point, in place, as whoever reads it writes it: LC_NUMERIC. Never of what programs read. Gives the number. */
char *decimal_for_people(char *number);

#endif
