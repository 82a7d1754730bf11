/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/hunspell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/verb_stems.h"

/* A word of the dictionary counts as if it had been met so often: enough to be a part, less than what the archive talks about. */
#define WORD_COUNT 10u

/* Ending `strip` becomes `add` where the word ends as the condition says: a character, a dot, or [characters] each. */
struct suffix {
	char flag;
	char strip[16], add[16], condition[40];
};

struct affixes {
	bool utf8;
	bool has_flags; /* one byte each */
	char need_affix, forbidden, only_in_compound;
	struct suffix *suffixes;
	size_t n_suffixes, cap_suffixes;
};

/* FUND_NOT_FOUND: there is none. One that is there and cannot be read is told: without it words would be split otherwise. */
static enum fund_status open_file(const char *path, FILE **out, struct fault *why)
{
	*out = fopen(path, "re");
	if (*out)
		return FUND_OK;
	return errno == ENOENT || errno == ENOTDIR ? FUND_NOT_FOUND : fault_errno(why, errno, "%s", path);
}

static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);
	if (strncmp(line, name, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
		return NULL;
	return line + n + strspn(line + n, " \t");
}

/* Inflection is the splitter's: only what makes another word of one is kept (Regelung of Regeln). */
static bool only_inflects(const struct suffix *s)
{
	static const char *const endings[] = { "s", "n", "en", "es", "e", "er", "ern", "em", "nen", "ns", "r" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (strcmp(s->add, endings[i]) == 0)
			return true;
	return s->add[0] == '\0' || (s->add[0] >= 'A' && s->add[0] <= 'Z') || strchr(s->add, '-') != NULL;
}

static enum fund_status read_suffix(struct affixes *a, const char *rule)
{
	struct suffix s;
	if (sscanf(rule, "%c %15s %15s %39s", &s.flag, s.strip, s.add, s.condition) != 4)
		return FUND_OK; /* the head of its rules */
	char *slash = strchr(s.add, '/'); /* affixes of the affix */
	if (slash)
		*slash = '\0';
	if (strcmp(s.strip, "0") == 0)
		s.strip[0] = '\0';
	if (only_inflects(&s))
		return FUND_OK;
	struct suffix *grown = array_room(a->suffixes, a->n_suffixes + 1, &a->cap_suffixes, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	a->suffixes = grown;
	a->suffixes[a->n_suffixes++] = s;
	return FUND_OK;
}

static enum fund_status read_setting(struct affixes *a, const char *line)
{
	const char *v;
	if ((v = value_of(line, "SFX")) != NULL)
		return read_suffix(a, v);
	if ((v = value_of(line, "SET")) != NULL)
		a->utf8 = strncmp(v, "UTF-8", 5) == 0;
	else if ((v = value_of(line, "FLAG")) != NULL)
		a->has_flags = strncmp(v, "UTF-8", 5) == 0;
	else if ((v = value_of(line, "NEEDAFFIX")) != NULL)
		a->need_affix = *v;
	else if ((v = value_of(line, "FORBIDDENWORD")) != NULL)
		a->forbidden = *v;
	else if ((v = value_of(line, "ONLYINCOMPOUND")) != NULL)
		a->only_in_compound = *v;
	return FUND_OK;
}

/* Calls `each` for every line, without its end, and closes the file. */
static enum fund_status each_line(FILE *f, const char *path, void *context, enum fund_status (*each)(void *context, char *line), struct fault *why)
{
	char *line = NULL;
	size_t cap = 0;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && (errno = 0, getline(&line, &cap, f)) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		st = each(context, line);
		if (st != FUND_OK)
			fault_set(why, st, "out of memory");
	}
	if (st == FUND_OK && !feof(f))
		st = fault_errno(why, errno ? errno : EIO, "%s", path);
	free(line);
	fclose(f);
	return st;
}

static enum fund_status affix_line(void *context, char *line)
{
	return read_setting(context, line);
}

/* de_DE.dic: de_DE.aff. Without one all words are nouns, in ISO 8859-1 as is hunspell's default. */
static enum fund_status read_affixes(struct affixes *a, const char *dictionary, struct fault *why)
{
	size_t len = strlen(dictionary);
	char *path;
	FILE *f;
	*a = (struct affixes){ .has_flags = true };
	if (len < 4 || strcmp(dictionary + len - 4, ".dic") != 0)
		return FUND_OK;
	path = strdup(dictionary);
	if (!path)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	memcpy(path + len - 4, ".aff", 4);
	enum fund_status st = open_file(path, &f, why);
	if (st == FUND_OK)
		st = each_line(f, path, a, affix_line, why);
	free(path);
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

struct reading {
	struct affixes affixes;
	struct lexicon *lexicon;
	struct analyser *analyser;
	struct buf word, folded;
	bool has[256]; /* the word's flags; 0 is none */
};

static enum fund_status put_word(struct reading *r, struct slice bytes)
{
	enum fund_status st = FUND_OK;
	buf_reset(&r->word);
	if (r->affixes.utf8)
		return buf_add_slice(&r->word, bytes);
	for (size_t i = 0; i < bytes.len && st == FUND_OK; i++) {
		uint8_t utf8[4];
		st = buf_add(&r->word, utf8, utf8_encode(bytes.data[i], utf8));
	}
	return st;
}

static void read_flags(struct reading *r, const char *flags)
{
	memset(r->has, 0, sizeof r->has);
	for (; *flags && r->affixes.has_flags; flags++)
		r->has[(uint8_t)*flags] = true;
}

static bool has_flag(const struct reading *r, char flag) { return r->has[(uint8_t)flag]; }

static bool is_capitalised(struct slice utf8)
{
	uint32_t cp;
	utf8_decode(utf8.data, utf8.data + utf8.len, &cp);
	return (cp >= 'A' && cp <= 'Z') || cp == 0xC4 || cp == 0xD6 || cp == 0xDC;
}

/* USA, GmbH: no letters of a word that others are made of. */
static bool is_plain(struct slice utf8)
{
	for (size_t i = 1; i < utf8.len; i++)
		if (utf8.data[i] < 0x80 && !(utf8.data[i] >= 'a' && utf8.data[i] <= 'z'))
			return false;
	return true;
}

static enum fund_status add_word(struct reading *r, struct slice word, unsigned flags)
{
	buf_reset(&r->folded);
	enum fund_status st = analyse_fold(r->analyser, word, &r->folded);
	return st == FUND_OK ? lexicon_add(r->lexicon, slice_buf(&r->folded), WORD_COUNT, flags | LEXICON_ATTESTED) : st;
}

/* The condition's last unit, which `c` must meet; it is cut off. */
static bool meets(const char *condition, size_t *len, char c)
{
	size_t end = *len, from = end - 1;
	if (condition[from] != ']') {
		*len = from;
		return condition[from] == '.' || condition[from] == c;
	}
	while (from > 0 && condition[from] != '[')
		from--;
	*len = from;
	bool not = condition[from + 1] == '^';
	for (size_t i = from + 1 + not; i + 1 < end; i++)
		if (condition[i] == c)
			return !not;
	return not;
}

static bool applies(const struct suffix *s, struct slice word)
{
	size_t strip = strlen(s->strip), len = strlen(s->condition);
	if (word.len <= strip || memcmp(word.data + word.len - strip, s->strip, strip) != 0)
		return false;
	for (size_t at = word.len; len > 0; at--)
		if (at == 0 || !meets(s->condition, &len, (char)word.data[at - 1]))
			return false;
	return true;
}

/* Infinitives stand in front of other words as their stem, which the dictionary has apart, but for those in -ieren. */
static bool is_verb(struct slice word) { return word.len < 4 || word.data[word.len - 1] == 'n'; }

static enum fund_status add_stem(struct reading *r, struct slice infinitive)
{
	struct slice stem = verb_stem_of_ieren(infinitive);
	return stem.len ? add_word(r, stem, 0) : FUND_OK;
}

/* What the word's suffixes make of it. It is the last thing in r->word, which is as it was behind it. */
static enum fund_status add_derived(struct reading *r)
{
	enum fund_status st = FUND_OK;
	size_t whole = r->word.len;
	for (size_t i = 0; i < r->affixes.n_suffixes && st == FUND_OK; i++) {
		const struct suffix *s = &r->affixes.suffixes[i];
		if (!has_flag(r, s->flag) || !applies(s, slice_buf(&r->word)))
			continue;
		size_t from = whole - strlen(s->strip);
		struct buf word = BUF_INIT;
		st = buf_add(&word, r->word.data, from);
		if (st == FUND_OK)
			st = buf_add(&word, s->add, strlen(s->add));
		if (st == FUND_OK)
			st = add_word(r, slice_buf(&word), LEXICON_NOUN);
		buf_release(&word);
	}
	return st;
}

static enum fund_status word_line(void *context, char *line)
{
	struct reading *r = context;
	size_t n = strcspn(line, "/\t ");
	const char *flags = line[n] == '/' ? line + n + 1 : "";
	line[n + (line[n] == '/') + strcspn(flags, "\t ")] = '\0';
	read_flags(r, flags);
	if (n == 0 || has_flag(r, r->affixes.forbidden))
		return FUND_OK;
	enum fund_status st = put_word(r, slice_of(line, n));
	if (st != FUND_OK || !is_plain(slice_buf(&r->word)))
		return st;
	bool is_noun = is_capitalised(slice_buf(&r->word)) || has_flag(r, r->affixes.only_in_compound);
	bool needs = has_flag(r, r->affixes.need_affix);
	if (!is_noun && is_verb(slice_buf(&r->word)))
		return add_stem(r, slice_buf(&r->word));
	if (!is_noun)
		return needs ? FUND_OK : add_word(r, slice_buf(&r->word), 0);
	st = add_word(r, slice_buf(&r->word), needs ? 0 : LEXICON_NOUN);
	return st == FUND_OK ? add_derived(r) : st;
}

enum fund_status hunspell_add(struct lexicon *x, struct analyser *analyser, const char *path, struct fault *why)
{
	struct reading r = { .lexicon = x, .analyser = analyser };
	FILE *f;
	enum fund_status st = path && *path ? open_file(path, &f, why) : FUND_NOT_FOUND;
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	st = read_affixes(&r.affixes, path, why);
	if (st == FUND_OK)
		st = each_line(f, path, &r, word_line, why);
	else
		fclose(f);
	free(r.affixes.suffixes);
	buf_release(&r.word);
	buf_release(&r.folded);
	return st;
}
