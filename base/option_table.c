/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/option_table.h"

#include <ctype.h>

#define HELP_COLUMN 27

static int argument_kind(const struct option_spec *s)
{
	return !s->argument ? no_argument : s->argument[0] == '[' ? optional_argument : required_argument;
}

/* ---- parsing ---- */

void option_reader_init(struct option_reader *r, const struct option_table *table, int argc, char **argv)
{
	size_t n = 0;
	char *letters = r->shorts;
	*r = (struct option_reader){ .table = table, .argc = argc, .argv = argv };
	*letters++ = '-'; /* words are given in their place */
	*letters++ = ':';
	for (size_t i = 0; i < table->n; i++) {
		const struct option_spec *s = &table->specs[i];
		if (s->name)
			r->longs[n++] = (struct option){ s->name, argument_kind(s), NULL, s->id };
		if (s->id < 256) {
			*letters++ = (char)s->id;
			if (argument_kind(s) == required_argument)
				*letters++ = ':';
		}
	}
	*letters = 0;
	opterr = 0;
	optind = 0; /* from the start, whoever parsed before */
}

/* `given`: the argument that was read; getopt_long(3) tells of a letter in optopt. */
static enum fund_status bad_option(const struct option_reader *r, const char *given, struct fault *why)
{
	const char *program = r->table->program;
	if (given[0] == '-' && given[1] == '-' && given[2])
		return optopt ? fault_set(why, FUND_INVALID, "option '%s' takes no value", given) :
				fault_set(why, FUND_INVALID, "unknown or ambiguous option '%s'; try %s --help", given, program);
	return isprint(optopt) ? fault_set(why, FUND_INVALID, "unknown option '-%c'; try %s --help", optopt, program) :
				 fault_set(why, FUND_INVALID, "unknown option '%s'; try %s --help", given, program);
}

enum fund_status option_next(struct option_reader *r, int *id, const char **value, struct fault *why)
{
	if (optind == 0) /* as getopt_long(3) begins; a word may stand before it is called */
		getopt_long(1, r->argv, r->shorts, r->longs, NULL);
	int at = optind; /* of several letters in a word the next one stands there, too */
	bool is_word = optind < r->argc && r->table->is_word && r->table->is_word(r->argv[optind]);
	*id = r->only_words || is_word ? -1 : getopt_long(r->argc, r->argv, r->shorts, r->longs, NULL);
	*value = optarg;
	if (*id == -1 && optind < r->argc) {
		r->only_words |= !is_word;
		*id = OPTION_WORD;
		*value = r->argv[optind++];
	}
	if (*id == -1)
		return FUND_END;
	if (*id == ':')
		return fault_set(why, FUND_INVALID, "option '%s' needs a value", r->argv[optind - 1]);
	return *id == '?' ? bad_option(r, r->argv[at], why) : FUND_OK;
}

/* ---- values ---- */

static const struct option_spec *spec_of(const struct option_table *table, int id)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->specs[i].id == id)
			return &table->specs[i];
	return NULL;
}

int option_value(const struct option_table *table, int id, const char *text)
{
	const struct option_spec *s = spec_of(table, id);
	size_t len = strlen(text);
	int n = 0;
	for (const char *at = s && s->values ? s->values : ""; *at; n++) {
		size_t word = strcspn(at, " ");
		if (word == len && memcmp(at, text, len) == 0)
			return n;
		at += word + (at[word] == ' ');
	}
	return -1;
}

const char *option_values(const struct option_table *table, int id, char *room, size_t size)
{
	const struct option_spec *s = spec_of(table, id);
	size_t len = 0;
	room[0] = 0;
	for (const char *at = s && s->values ? s->values : ""; *at && len < size;) {
		size_t word = strcspn(at, " "), rest = strlen(at + word);
		const char *between = len == 0 ? "" : rest ? ", " : translate(N_(" or "));
		int n = snprintf(room + len, size - len, "%s%.*s", between, (int)word, at);
		len += n > 0 ? (size_t)n : 0;
		at += word + (rest > 0);
	}
	return room;
}

enum fund_status option_not_a_value(const struct option_table *table, int id, const char *text, struct fault *why)
{
	char room[128];
	return fault_set(why, FUND_INVALID, "--%s=%s: %s", spec_of(table, id)->name, text, option_values(table, id, room, sizeof room));
}

/* ---- --help ---- */

void option_table_help(const struct option_table *table, struct printer *p)
{
	print_format(p, "%s\n", translate(table->head));
	for (size_t i = 0; i < table->n; i++) {
		const struct option_spec *s = &table->specs[i];
		char left[64], names[48];
		const char *a = s->argument;
		if (s->id >= 256)
			snprintf(names, sizeof names, "    --%s", s->name);
		else
			snprintf(names, sizeof names, s->name ? "-%c, --%s" : "-%c", s->id, s->name);
		snprintf(left, sizeof left, "  %s%s%s", names, !a ? "" : *a == '[' ? "[=" : "=", !a ? "" : *a == '[' ? a + 1 : a);
		print_format(p, "%-*s %s\n", HELP_COLUMN, left, translate(s->help));
	}
	print_format(p, "\n%s", translate(table->foot));
}
