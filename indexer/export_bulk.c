/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/export_bulk.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/print.h"
#include "base/utf8.h"
#include "indexer/output_file.h"

#define ID_MAX 512u /* bytes: OpenSearch refuses a longer one */
#define ID_HASH 17u /* of them: a hyphen and a hash in hexadecimal, where a key is longer */

struct place {
	uint32_t pos;
	const struct export_term *term;
};

struct bulk {
	struct printer *out;
	struct place *places; /* of the article's words */
	size_t n, cap;
	struct buf text;
	uint64_t n_articles;
};

static void field(struct printer *p, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	print_format(p, ", \"%s\": ", name);
	print_json(p, value);
}

/* Year, month, day as far as they are known: a mapping of the format yyyy||yyyy-MM||yyyy-MM-dd takes all three. */
static void date_field(struct printer *p, uint32_t date)
{
	unsigned m = DATE_MONTH(date), d = DATE_DAY(date);
	if (date == 0)
		return;
	print_format(p, ", \"date\": \"%04u", DATE_YEAR(date));
	if (m)
		print_format(p, "-%02u", m);
	if (m && d)
		print_format(p, "-%02u", d);
	print_str(p, "\"");
}

static int by_position(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->pos != y->pos ? (x->pos > y->pos) - (x->pos < y->pos) : slice_compare(x->term->term, y->term->term);
}

static enum fund_status place_words(struct bulk *b, const struct export_article *a)
{
	b->n = 0;
	for (uint32_t i = 0; i < a->n_terms; i++) {
		const struct export_term *t = &a->terms[i];
		for (uint32_t k = 0; t->term.data[0] == CLASS_WORD && t->pos && k < t->freq; k++) {
			struct place *places = array_room(b->places, b->n + 1, &b->cap, sizeof *places);
			if (!places)
				return FUND_NO_MEMORY;
			b->places = places;
			b->places[b->n++] = (struct place){ t->pos[k], t };
		}
	}
	if (b->n > 1)
		qsort(b->places, b->n, sizeof *b->places, by_position);
	return FUND_OK;
}

static enum fund_status add_word(struct buf *to, struct slice term)
{
	enum fund_status st = to->len ? buf_add_byte(to, ' ') : FUND_OK;
	return st == FUND_OK ? buf_add(to, term.data + 1, term.len - 1) : st;
}

static enum fund_status words_field(struct bulk *b, const char *name, bool title)
{
	enum fund_status st = FUND_OK;
	buf_reset(&b->text);
	for (size_t i = 0, last = SIZE_MAX; i < b->n && st == FUND_OK; last = i++) {
		/* the title stands first, behind it a gap: docs/FORMAT.md, "Terms" */
		if (title && ((b->places[i].term->boost & 15u) == 0 || (last != SIZE_MAX && b->places[i].pos - b->places[last].pos > FIELD_GAP)))
			break;
		st = add_word(&b->text, b->places[i].term->term);
	}
	field(b->out, name, slice_buf(&b->text));
	return st;
}

static enum fund_status class_field(struct bulk *b, const struct export_article *a, const char *name, uint8_t class)
{
	enum fund_status st = FUND_OK;
	buf_reset(&b->text);
	for (uint32_t i = 0; i < a->n_terms; i++)
		for (uint32_t k = 0; a->terms[i].term.data[0] == class && k < a->terms[i].freq && st == FUND_OK; k++)
			st = add_word(&b->text, a->terms[i].term);
	field(b->out, name, slice_buf(&b->text));
	return st;
}

/* The key, or its beginning and a hash of it. */
static enum fund_status id_field(struct bulk *b, struct slice key)
{
	buf_reset(&b->text);
	enum fund_status st = key_escape(key, false, &b->text);
	if (st == FUND_OK && b->text.len > ID_MAX) {
		b->text.len = utf8_valid_prefix(slice_of(b->text.data, ID_MAX - ID_HASH));
		st = buf_add_format(&b->text, "-%016llx", (unsigned long long)hash_bytes(key.data, key.len));
	}
	print_str(b->out, "{\"index\": {\"_id\": ");
	print_json(b->out, slice_buf(&b->text));
	print_str(b->out, "}}\n");
	return st;
}

static enum fund_status article(void *context, const struct export_article *a, struct fault *why)
{
	struct bulk *b = context;
	struct printer *p = b->out;
	const struct stored_article *t = a->text;
	enum fund_status st = id_field(b, a->key);
	print_str(p, "{\"key\": ");
	print_json_key(p, a->key);
	date_field(p, a->date);
	const struct {
		const char *name;
		struct slice value;
	} fields[] = { { "title", t->title }, { "lead", t->lead }, { "body", t->body }, { "author", t->author }, { "section", t->section }, { "source", t->source } };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		field(p, fields[i].name, fields[i].value);
	if (st == FUND_OK)
		st = place_words(b, a);
	if (st == FUND_OK)
		st = words_field(b, "terms", false);
	if (st == FUND_OK)
		st = words_field(b, "title_terms", true);
	if (st == FUND_OK)
		st = class_field(b, a, "parts", CLASS_PART);
	if (st == FUND_OK)
		st = class_field(b, a, "variants", CLASS_VARIANT);
	print_str(p, "}\n");
	b->n_articles++;
	return p->error ? fault_errno(why, p->error, "the output cannot be written") : st;
}

static enum fund_status write_to(struct snapshot *s, struct shard shard, int fd, const char *name, const char *dir, uint64_t *n, struct fault *why)
{
	struct printer out;
	struct bulk b = { .out = &out };
	const struct export_sink sink = { &b, NULL, article };
	print_init(&out, fd);
	enum fund_status st = export_articles(s, shard, dir, &sink, why);
	if (st == FUND_OK && print_flush(&out) != FUND_OK)
		st = fault_errno(why, out.error, "%s", name);
	*n = b.n_articles;
	print_release(&out);
	buf_release(&b.text);
	free(b.places);
	return st;
}

enum fund_status export_bulk(struct snapshot *s, struct shard shard, const char *path, const char *dir, uint64_t *n, struct fault *why)
{
	struct output_file file;
	*n = 0;
	if (strcmp(path, "-") == 0)
		return write_to(s, shard, STDOUT_FILENO, "stdout", dir, n, why);
	enum fund_status st = output_file_open(&file, path, 0666, why);
	if (st != FUND_OK)
		return st;
	return output_file_close(&file, write_to(s, shard, file.fd, output_file_name(&file), dir, n, why), why);
}
