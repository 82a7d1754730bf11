/* SPDX-License-Identifier: GPL-2.0-or-later */
/* translate_environment.c - the catalogue of the environment's language, by itself: it sets a locale, which is no library's business. */
#include "base/translate.h"

#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef LOCALE_DIR
#define LOCALE_DIR "/usr/share/locale"
#endif
#define DOMAIN "fundstelle"

static bool foreign; /* a catalogue is open */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The locale of that category, as setlocale(3) would find it; NULL: none is named. */
static const char *locale_name(const char *category)
{
	const char *const names[] = { "LC_ALL", category, "LANG" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return NULL;
}

/* A name with a slash is a path, and none of ours to follow. */
static bool is_plain(const char *name) { return !name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0 || strchr(name, '/'); }
static bool is_english(const char *name) { return strncmp(name, "en", 2) == 0 && strchr("_.:@", name[2]); }

/* The catalogues beside the program in a tree that was built, where they were installed together, or where make installed them. */
static void bind_catalogue(void)
{
	static const char *const places[] = { "/locale", "/../share/locale" };
	char program[PATH_MAX], place[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	char *slash = n > 0 ? memrchr(program, '/', (size_t)n) : NULL;
	for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
		char probe[PATH_MAX + 64];
		*slash = 0;
		snprintf(place, sizeof place, "%s%s", program, places[i]);
		snprintf(probe, sizeof probe, "%s/de/LC_MESSAGES/" DOMAIN ".mo", place);
		if (access(probe, R_OK) == 0) {
			bindtextdomain(DOMAIN, place);
			return;
		}
	}
	bindtextdomain(DOMAIN, LOCALE_DIR);
}

/* Where the locale itself is not installed its messages are still wanted: C.UTF-8 is always there, and LANGUAGE names them. */
static void open_catalogue(void)
{
	const char *name = locale_name("LC_MESSAGES"), *language = getenv("LANGUAGE");
	bool named = language && *language;
	if (is_plain(name) || (named ? is_english(language) : is_english(name) || strncmp(name, "C.", 2) == 0))
		return;
	if (!setlocale(LC_MESSAGES, "")) {
		if (!setlocale(LC_MESSAGES, "C.UTF-8"))
			return;
		if (!named)
			setenv("LANGUAGE", name, 0);
	}
	bind_catalogue();
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	foreign = true;
}

static const char *one(const char *text)
{
	pthread_once(&once, open_catalogue);
	return foreign && *text ? dgettext(DOMAIN, text) : text;
}

static const char *plural(const char *singular, const char *many, unsigned long n)
{
	pthread_once(&once, open_catalogue);
	return foreign ? dngettext(DOMAIN, singular, many, n) : n == 1 ? singular : many;
}

/* ---- numbers ---- */

static char point = '.';
static pthread_once_t once_for_numbers = PTHREAD_ONCE_INIT;

/* No locale is set. Where a German one is not installed its point is known all the same; a sign of several bytes is none that we print. */
static void find_point(void)
{
	const char *name = locale_name("LC_NUMERIC");
	if (is_plain(name) || is_english(name) || strncmp(name, "C.", 2) == 0)
		return;
	locale_t locale = newlocale(LC_NUMERIC_MASK, "", (locale_t)0);
	const char *sign = locale ? nl_langinfo_l(RADIXCHAR, locale) : strncmp(name, "de", 2) == 0 ? "," : ".";
	if (sign[0] > 0 && sign[1] == '\0')
		point = sign[0];
	if (locale)
		freelocale(locale);
}

static char decimal_point(void)
{
	pthread_once(&once_for_numbers, find_point);
	return point;
}

void translate_by_environment(void)
{
	static const struct translator environment = { one, plural, decimal_point };
	translate_by(&environment);
}
