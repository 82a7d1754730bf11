/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/status.h"

#include <time.h>

#include "base/date_text.h"
#include "lib/fundstelle.h"
#include "store/sources.h"

static const char *iso_time(uint64_t seconds, char out[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = 0;
	return out;
}

#define ull unsigned long long

static struct slice slice_text(struct fundstelle_text t) { return slice_of(t.data, t.len); }
static const char *date(struct fundstelle_date d, char out[DATE_TEXT_MAX]) { return date_text(d.year, d.month, d.day, out); }

static void print_status(struct printer *p, const struct fundstelle_status *s)
{
	char a[DATE_TEXT_MAX], b[DATE_TEXT_MAX], t[32];
	print_str(p, "index       ");
	print_text(p, slice_text(s->name), true);
	print_format(p, "\nid          %016llx, generation %llu\n", (ull)s->id, (ull)s->generation);
	for (size_t i = 0; i < s->n_archives; i++) {
		print_str(p, "archive     ");
		print_text(p, slice_text(s->archives[i]), true);
		print_str(p, "\n");
	}
	print_format(p, "articles    %llu (and %llu deleted, not yet merged away)\n", (ull)s->articles, (ull)s->deleted);
	print_format(p, "files       %llu, of which %llu failed\n", (ull)s->files, (ull)s->failed);
	print_format(p, "segments    %llu\nterms       %llu\npostings    %llu\nwords       %llu\n", (ull)s->segments, (ull)s->terms, (ull)s->postings, (ull)s->words);
	print_format(p, "size        %.1f MB on disk; segments %.1f MB, of which text %.1f MB\n", (double)s->bytes / 1e6, (double)s->bytes_live / 1e6,
		     (double)s->bytes_text / 1e6);
	if (s->date_first.year)
		print_format(p, "dates       %s to %s\n", date(s->date_first, a), date(s->date_last, b));
	print_format(p, "last run    %s, %llu s: %llu added, %llu changed, %llu removed, %llu unchanged, %llu failed\n", iso_time(s->run_end, t),
		     (ull)(s->run_end - s->run_start), (ull)s->run_added, (ull)s->run_changed, (ull)s->run_removed, (ull)s->run_unchanged, (ull)s->run_failed);
	print_str(p, "analysis    ");
	print_text(p, slice_text(s->analysis), true);
	print_format(p, " (%016llx)\nformat      %u\n", (ull)s->analysis_hash, s->format);
}

static void json_date(struct printer *p, const char *name, struct fundstelle_date d)
{
	char room[DATE_TEXT_MAX];
	print_format(p, d.year ? " \"%s\": \"%s\",\n" : " \"%s\": %s,\n", name, d.year ? date(d, room) : "null");
}

static void print_json_status(struct printer *p, const struct fundstelle_status *s)
{
	char t[32], u[32];
	print_format(p, "{\"schema\": 1, \"articles\": %llu, \"deleted\": %llu, \"segments\": %llu, \"terms\": %llu, \"postings\": %llu,\n", (ull)s->articles,
		     (ull)s->deleted, (ull)s->segments, (ull)s->terms, (ull)s->postings);
	print_format(p, " \"words\": %llu, \"bytes\": %llu, \"bytes_live\": %llu, \"bytes_text\": %llu, \"files\": %llu, \"failed\": %llu,\n",
		     (ull)s->words, (ull)s->bytes, (ull)s->bytes_live, (ull)s->bytes_text, (ull)s->files, (ull)s->failed);
	json_date(p, "date_first", s->date_first);
	json_date(p, "date_last", s->date_last);
	print_format(p, " \"last_run\": {\"start\": \"%s\", \"end\": \"%s\", \"added\": %llu, \"changed\": %llu, \"removed\": %llu, \"unchanged\": %llu, "
			"\"failed\": %llu, \"bytes_read\": %llu},\n",
		     iso_time(s->run_start, t), iso_time(s->run_end, u), (ull)s->run_added, (ull)s->run_changed, (ull)s->run_removed, (ull)s->run_unchanged,
		     (ull)s->run_failed, (ull)s->run_bytes_read);
	print_format(p, " \"id\": \"%016llx\", \"generation\": %llu, \"format\": %u, \"features\": 0,\n \"archives\": [", (ull)s->id, (ull)s->generation, s->format);
	for (size_t i = 0; i < s->n_archives; i++) {
		print_str(p, i ? ", " : "");
		print_json(p, slice_text(s->archives[i]));
	}
	print_str(p, "],\n \"analysis\": ");
	print_json(p, slice_text(s->analysis));
	print_str(p, "}\n");
}

/* Of the codes that there is an advice for. */
static enum fund_status status_of(const struct fundstelle_error *error)
{
	switch (error->code) {
	case FUNDSTELLE_DAMAGED: return FUND_CORRUPT;
	case FUNDSTELLE_NO_MEMORY: return FUND_NO_MEMORY;
	default: return FUND_IO;
	}
}

enum fund_status status_print(struct printer *p, const char *dir, bool json, struct fault *why)
{
	struct fundstelle_open_options options = { .size = sizeof options, .status_only = true };
	struct fundstelle_status s = { .size = sizeof s };
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	int code = fundstelle_open(&dir, 1, &options, &index, &error);
	if (code == FUNDSTELLE_OK)
		code = fundstelle_status(index, 0, &s, &error);
	if (code == FUNDSTELLE_OK)
		(json ? print_json_status : print_status)(p, &s);
	fundstelle_close(index);
	return code == FUNDSTELLE_OK ? FUND_OK : fault_set(why, status_of(&error), "%s", error.message);
}

/* Calls `print` with each source that failed, and its number among them. */
static enum fund_status each_failed(struct printer *p, const struct snapshot *s, void (*print)(struct printer *p, const struct manifest *m, const struct source *f, uint64_t i))
{
	struct sources_iter it = { 0 };
	uint64_t n = 0;
	enum fund_status st = sources_seek(&it, s, 0, (struct slice){ NULL, 0 });
	while (st == FUND_OK && (st = sources_next(&it)) == FUND_OK)
		if (it.source.flags & SOURCE_FAILED)
			print(p, snapshot_manifest(s), &it.source, n++);
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static void print_one(struct printer *p, const struct manifest *m, const struct source *f, uint64_t i)
{
	(void)m, (void)i;
	print_key(p, f->path, false);
	print_str(p, ": ");
	print_text(p, f->reason, true);
	print_str(p, "\n");
}

static void print_one_json(struct printer *p, const struct manifest *m, const struct source *f, uint64_t i)
{
	struct slice root = { NULL, 0 };
	for (uint32_t k = 0; k < m->n_roots; k++)
		if (m->roots[k].number == f->root)
			root = slice_buf(&m->roots[k].path);
	print_str(p, i ? ",\n  {\"archive\": " : "\n  {\"archive\": ");
	print_json(p, root);
	print_str(p, ", \"path\": ");
	struct buf key = BUF_INIT; /* paths that are not UTF-8 look as everywhere */
	if (key_escape(f->path, false, &key) == FUND_OK)
		print_json(p, slice_buf(&key));
	else
		print_str(p, "null");
	buf_release(&key);
	print_str(p, ", \"reason\": ");
	print_json(p, f->reason);
	print_str(p, "}");
}

enum fund_status status_print_failed(struct printer *p, const struct snapshot *s) { return each_failed(p, s, print_one); }

enum fund_status status_print_failed_json(struct printer *p, const struct snapshot *s)
{
	print_str(p, "{\"schema\": 1, \"failed\": [");
	enum fund_status st = each_failed(p, s, print_one_json);
	print_str(p, "]}\n");
	return st;
}
