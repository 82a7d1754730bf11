/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/random_query.h"

#include <string.h>

static const char *const words[] = { "Haus",	   "Häuser",	   "Hauses",	   "Truppen",	  "Truppe",	 "Aufmarsch",  "Truppenaufmarsch", "Aufmarschgebiet", "Straße",   "Strasse",
				     "Goethe",	   "Göthe",	   "Schiffahrt",   "Schifffahrt", "US-Präsident", "Präsident", "der",	       "die",	      "und",	  "nicht",
				     "Regierung",  "Regierungen",  "Krise",	   "Regierungskrise", "Bürgerinnen", "Bürger", "Bürger*innen", "2022",	      "8",	  "685",
				     "See",	   "am",	   "Winter",	   "Wintersee",	  "Bahn",	 "Bahnhof",    "Hof",	       "Höfe",	      "läuft",	  "lief",
				     "gegangen",   "gehen",	   "E-Mail",	   "Bericht",	  "Berichte",	 "berichtet",  "Welt",	       "Weltkrise" };
#define N_WORDS (sizeof words / sizeof *words)

static const char *const *vocabulary = words;
static uint32_t n_vocabulary = N_WORDS;

const char *random_word(uint64_t *state)
{
	uint32_t a = random_below(state, n_vocabulary), b = random_below(state, n_vocabulary);
	return vocabulary[a < b ? a : b];
}

void random_words_are(const char *const *found, uint32_t n)
{
	vocabulary = found;
	n_vocabulary = n;
}

static void append(char *out, const char *text) { snprintf(out + strlen(out), 2000 - strlen(out), "%s", text); }

static void ask_words(uint64_t *state, char *out, uint32_t n, const char *between)
{
	for (uint32_t i = 0; i < n; i++) {
		append(out, i ? between : "");
		append(out, random_word(state));
	}
}

/* A word with a star in it, or one letter changed: cut where a letter begins. */
static void ask_broken(uint64_t *state, char *out, bool fuzzy)
{
	const char *w = random_word(state);
	char text[80] = "";
	size_t n = strlen(w), at = n > 2 ? 1 + random_below(state, (uint32_t)n - 1) : n;
	while (at < n && (w[at] & 0xC0) == 0x80)
		at++;
	if (fuzzy)
		snprintf(text, sizeof text, "%.*s%s~", (int)at, w, random_below(state, 2) ? "x" : "");
	else if (random_below(state, 3) == 0)
		snprintf(text, sizeof text, "*%s", w + at);
	else if (random_below(state, 3) == 0)
		snprintf(text, sizeof text, "*%.*s*", (int)at, w);
	else
		snprintf(text, sizeof text, "%.*s*%s", (int)at, w, random_below(state, 3) ? "" : w + at);
	append(out, strlen(text) > 3 ? text : "Trupp*");
}

static void ask_phrase(uint64_t *state, char *out)
{
	append(out, "\"");
	ask_words(state, out, 1 + random_below(state, 3), " ");
	if (random_below(state, 4) == 0) {
		append(out, " {");
		ask_words(state, out, 2, ",");
		append(out, "}");
	}
	append(out, random_below(state, 3) ? "\"" : "\"~3");
}

static void ask_near(uint64_t *state, char *out)
{
	static const char *const relations[] = { " NEAR/1 ", " NEAR/3 ", " NEAR/12 ", " PRE/4 ", " NEAR/S ", " NEAR/P " };
	random_query(state, random_below(state, 4) ? ASK_WORDS + ASK_KINDS : ASK_PHRASE, out);
	append(out, relations[random_below(state, 6)]);
	random_query(state, random_below(state, 4) ? ASK_WORDS + ASK_KINDS : ASK_WILDCARD, out);
}

static void ask_field(uint64_t *state, char *out)
{
	static const char *const asked[] = { "autor:Müller", "autor:\"Anna Müller\"", "ressort:Politik", "ressort:Wirt*", "quelle:dpa", "quelle:Presse", "autor:Meyer~" };
	if (random_below(state, 2)) {
		append(out, "titel:");
		random_query(state, random_below(state, 3) == 0 ? ASK_PHRASE : random_below(state, 3) == 0 ? ASK_WILDCARD : ASK_WORDS + ASK_KINDS, out);
		return;
	}
	append(out, asked[random_below(state, 7)]);
}

static void ask_date(uint64_t *state, char *out)
{
	static const char *const dates[] = { "datum:2021", "datum:2020-05", "datum:2021-03-07", "datum:2020-11..2021-02", "datum:..2021-06", "datum:2022-02.." };
	append(out, dates[random_below(state, 6)]);
}

void random_query(uint64_t *state, enum query_kind kind, char *out)
{
	static const char *const signs[] = { "+", "-", "", "" }, *const operators[] = { " AND ", " OR ", " AND NOT ", " UND ", " ODER " };
	static const char *const regexes[] = { "/h(ä|a)us.*/", "/[a-m].*e/", "/.*marsch/", "/(trupp|wint)e[nr]?/", "/krise?/" };
	uint32_t n = 1 + random_below(state, 4);
	switch (kind) {
	case ASK_WORDS: ask_words(state, out, n, " "); break;
	case ASK_SIGNS:
		for (uint32_t i = 0; i < n + 1; i++) {
			append(out, i ? " " : "");
			append(out, i ? signs[random_below(state, 4)] : "+");
			random_query(state, random_below(state, 5) ? ASK_WORDS + ASK_KINDS : (enum query_kind)(ASK_PHRASE + 5 * random_below(state, 2)), out);
		}
		break;
	case ASK_OPERATORS:
		append(out, random_below(state, 6) ? "(" : "NOT (");
		ask_words(state, out, n, operators[random_below(state, 5)]);
		append(out, ")");
		append(out, operators[random_below(state, 5)]);
		append(out, random_word(state));
		break;
	case ASK_PHRASE: ask_phrase(state, out); break;
	case ASK_NEAR: ask_near(state, out); break;
	case ASK_FIELDS:
		ask_field(state, out);
		if (random_below(state, 2)) {
			append(out, " ");
			append(out, random_word(state));
		}
		break;
	case ASK_DATES:
		ask_date(state, out);
		if (random_below(state, 3)) {
			append(out, " ");
			ask_words(state, out, n, " ");
		}
		break;
	case ASK_WILDCARD: ask_broken(state, out, false); break;
	case ASK_FUZZY: ask_broken(state, out, true); break;
	case ASK_EXACT:
		append(out, "=");
		append(out, random_word(state));
		break;
	case ASK_REGEX: append(out, regexes[random_below(state, 5)]); break;
	case ASK_MIXED:
		for (uint32_t i = 0; i < 2; i++) {
			append(out, i ? random_below(state, 2) ? " AND " : " " : "");
			append(out, "(");
			random_query(state, (enum query_kind)random_below(state, ASK_MIXED), out);
			append(out, ")");
		}
		break;
	default: append(out, random_word(state)); break;
	}
}

struct search_options random_options(uint64_t *state)
{
	struct search_options o = { .limit = random_below(state, 4) ? 10 : random_below(state, 2) ? 1 : UINT32_MAX, .to = UINT32_MAX };
	o.offset = random_below(state, 6) ? 0 : random_below(state, 30);
	o.parse.all = random_below(state, 8) == 0;
	o.parse.exact = random_below(state, 12) == 0;
	o.only_new = random_below(state, 12) == 0;
	o.collapse = random_below(state, 8) == 0;
	o.want_total = random_below(state, 2) == 0;
	o.order = random_below(state, 5) ? ORDER_RELEVANCE : (enum hit_order)random_below(state, 4);
	o.seed = 5;
	o.recency = random_below(state, 4) ? 0 : 1 + random_below(state, 500);
	if (random_below(state, 10) == 0) {
		o.from = DATE_PACK(2020, 6, 0);
		o.to = DATE_PACK(2021, 9, 31);
	}
	return o;
}
