/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fts5.c - the same archive into SQLite's FTS5, for comparison: bench/fts5 DATABASE PATH
 *
 * Reads with fundstelle's own walk and readers, so that both sides pay the same for files, and inserts title and text into one FTS5 table:
 * unicode61 with libstemmer's German behind it, full detail, text stored, one transaction, no journal, no sync: SQLite at its fastest.
 */
#include <libstemmer.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/file_reader.h"
#include "indexer/walk.h"

static void die(const char *what, const char *why)
{
	fprintf(stderr, "fts5: %s: %s\n", what, why);
	exit(2);
}

/* ---- the tokenizer: what unicode61 finds, stemmed ---- */

struct snowball {
	fts5_tokenizer words; /* unicode61 */
	Fts5Tokenizer *state;
	struct sb_stemmer *stemmer;
};

struct stemming {
	struct snowball *owner;
	void *context;
	int (*emit)(void *, int, const char *, int, int, int);
};

static void snowball_delete(Fts5Tokenizer *tokenizer)
{
	struct snowball *s = (struct snowball *)tokenizer;
	if (s->state)
		s->words.xDelete(s->state);
	sb_stemmer_delete(s->stemmer);
	free(s);
}

static int snowball_create(void *context, const char **args, int n_args, Fts5Tokenizer **out)
{
	fts5_api *api = context;
	const char *keep_marks[] = { "remove_diacritics", "0" };
	void *user = NULL;
	struct snowball *s = calloc(1, sizeof *s);
	(void)args;
	(void)n_args;
	if (!s)
		return SQLITE_NOMEM;
	s->stemmer = sb_stemmer_new("german", "UTF_8");
	int rc = api->xFindTokenizer(api, "unicode61", &user, &s->words);
	if (rc == SQLITE_OK)
		rc = s->words.xCreate(user, keep_marks, 2, &s->state);
	if (rc != SQLITE_OK || !s->stemmer) {
		snowball_delete((Fts5Tokenizer *)s);
		return rc != SQLITE_OK ? rc : SQLITE_ERROR;
	}
	*out = (Fts5Tokenizer *)s;
	return SQLITE_OK;
}

static int stem_one(void *context, int flags, const char *word, int len, int from, int to)
{
	struct stemming *s = context;
	const sb_symbol *stem = len < 256 ? sb_stemmer_stem(s->owner->stemmer, (const sb_symbol *)word, len) : NULL;
	if (stem) {
		word = (const char *)stem;
		len = sb_stemmer_length(s->owner->stemmer);
	}
	return s->emit(s->context, flags, word, len, from, to);
}

static int snowball_tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int len,
			     int (*emit)(void *, int, const char *, int, int, int))
{
	struct snowball *s = (struct snowball *)tokenizer;
	struct stemming stemming = { s, context, emit };
	return s->words.xTokenize(s->state, &stemming, flags, text, len, stem_one);
}

static void add_tokenizer(sqlite3 *db)
{
	static fts5_tokenizer snowball = { snowball_create, snowball_delete, snowball_tokenize };
	sqlite3_stmt *q;
	fts5_api *api = NULL;
	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &q, NULL) != SQLITE_OK)
		die("FTS5", sqlite3_errmsg(db));
	sqlite3_bind_pointer(q, 1, &api, "fts5_api_ptr", NULL);
	sqlite3_step(q);
	sqlite3_finalize(q);
	if (!api || api->xCreateTokenizer(api, "snowball", api, &snowball, NULL) != SQLITE_OK)
		die("FTS5", "cannot add a tokenizer");
}

/* ---- the archive ---- */

static void sql(sqlite3 *db, const char *text)
{
	char *why = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		die(text, why ? why : "failed");
}

static void insert(sqlite3 *db, sqlite3_stmt *q, struct slice key, const struct article *a)
{
	sqlite3_bind_text(q, 1, (const char *)key.data, (int)key.len, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, a->title.data ? (const char *)a->title.data : "", (int)a->title.len, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, a->body.data ? (const char *)a->body.data : "", (int)a->body.len, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_DONE)
		die("insert", sqlite3_errmsg(db));
	sqlite3_reset(q);
}

static unsigned long read_file(sqlite3 *db, sqlite3_stmt *q, struct file_reader *r, struct walk *w, struct slice path)
{
	struct fault why = { 0 };
	struct article a;
	bool recovered;
	uint64_t line;
	int fd;
	unsigned long n = 0;
	if (walk_open_file(w, &fd, &why) != FUND_OK)
		die("open", why.text);
	enum fund_status st = file_reader_open(r, fd, path, (struct file_range){ 0, UINT64_MAX }, &why);
	while (st == FUND_OK || (st == FUND_INVALID && recovered)) {
		st = file_reader_next(r, &a, &recovered, &line, &why);
		if (st == FUND_OK) {
			insert(db, q, a.id.len ? a.id : path, &a);
			n++;
		}
	}
	close(fd);
	return n;
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	struct walk *w;
	struct walk_entry e;
	struct file_reader *r;
	struct fault why = { 0 };
	unsigned long n = 0;
	if (argc != 3)
		die("usage", "fts5 DATABASE PATH");
	remove(argv[1]);
	if (sqlite3_open(argv[1], &db) != SQLITE_OK)
		die(argv[1], sqlite3_errmsg(db));
	add_tokenizer(db);
	sql(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144;"
		"CREATE VIRTUAL TABLE article USING fts5(key UNINDEXED, title, body, tokenize='snowball');"
		"INSERT INTO article(article, rank) VALUES('hashsize', 67108864); BEGIN");
	if (sqlite3_prepare_v2(db, "INSERT INTO article(key, title, body) VALUES(?1, ?2, ?3)", -1, &q, NULL) != SQLITE_OK)
		die("insert", sqlite3_errmsg(db));
	if (walk_open(&w, argv[2], &why) != FUND_OK || file_reader_new(&r, NULL) != FUND_OK)
		die(argv[2], why.text);
	while (walk_next(w, &e, &why) == FUND_OK)
		if (e.kind == WALK_FILE)
			n += read_file(db, q, r, w, e.path);
	sqlite3_finalize(q);
	sql(db, "COMMIT");
	sqlite3_close(db);
	file_reader_free(r);
	walk_close(w);
	printf("%lu articles\n", n);
	return 0;
}
