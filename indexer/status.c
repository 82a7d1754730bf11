/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/status.h"

#include <time.h>

#include "store/segment.h"
#include "store/sources.h"

static const char *date(uint32_t d, char out[16])
{
	out[0] = 0;
	if (DATE_DAY(d))
		snprintf(out, 16, "%04u-%02u-%02u", DATE_YEAR(d) & 0xFFFF, DATE_MONTH(d), DATE_DAY(d));
	else if (DATE_MONTH(d))
		snprintf(out, 16, "%04u-%02u", DATE_YEAR(d) & 0xFFFF, DATE_MONTH(d));
	else if (d)
		snprintf(out, 16, "%04u", DATE_YEAR(d) & 0xFFFF);
	return out;
}

static const char *iso_time(uint64_t seconds, char out[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = 0;
	return out;
}

#define ull unsigned long long

void status_print(struct printer *p, const struct index_status *s)
{
	const struct manifest *m = s->manifest;
	char a[16], b[16], t[32];
	print_str(p, "index       ");
	print_text(p, slice_str(s->dir), true);
	print_format(p, "\nid          %016llx, generation %llu\n", (ull)m->id, (ull)m->generation);
	for (uint32_t i = 0; i < m->n_roots; i++) {
		print_str(p, "archive     ");
		print_text(p, slice_buf(&m->roots[i].path), true);
		print_str(p, "\n");
	}
	print_format(p, "articles    %llu (and %llu deleted, not yet merged away)\n", (ull)s->articles, (ull)s->deleted);
	print_format(p, "files       %llu, of which %llu failed\n", (ull)m->n_sources, (ull)m->n_failed);
	print_format(p, "segments    %u\nterms       %llu\npostings    %llu\nwords       %llu\n", m->n_segments, (ull)s->terms, (ull)s->postings, (ull)s->words);
	print_format(p, "size        %.1f MB on disk; segments %.1f MB, of which text %.1f MB\n", (double)s->bytes_on_disk / 1e6, (double)s->bytes / 1e6,
		     (double)s->bytes_text / 1e6);
	if (s->date_first)
		print_format(p, "dates       %s to %s\n", date(s->date_first, a), date(s->date_last, b));
	print_format(p, "last run    %s, %llu s: %llu added, %llu changed, %llu removed, %llu unchanged, %llu failed\n", iso_time(m->last_run.end, t),
		     (ull)(m->last_run.end - m->last_run.start), (ull)m->last_run.added, (ull)m->last_run.changed, (ull)m->last_run.removed,
		     (ull)m->last_run.unchanged, (ull)m->last_run.failed);
	print_str(p, "analysis    ");
	print_text(p, slice_buf(&m->analysis_text), true);
	print_format(p, " (%016llx)\nformat      %u\n", (ull)m->analysis_hash, STORE_FORMAT_VERSION);
}

static void json_date(struct printer *p, const char *name, uint32_t d)
{
	char room[16];
	print_format(p, d ? " \"%s\": \"%s\",\n" : " \"%s\": %s,\n", name, d ? date(d, room) : "null");
}

void status_print_json(struct printer *p, const struct index_status *s)
{
	const struct manifest *m = s->manifest;
	char t[32], u[32];
	print_format(p, "{\"schema\": 1, \"articles\": %llu, \"deleted\": %llu, \"segments\": %u, \"terms\": %llu, \"postings\": %llu,\n", (ull)s->articles,
		     (ull)s->deleted, m->n_segments, (ull)s->terms, (ull)s->postings);
	print_format(p, " \"words\": %llu, \"bytes\": %llu, \"bytes_live\": %llu, \"bytes_text\": %llu, \"files\": %llu, \"failed\": %llu,\n",
		     (ull)s->words, (ull)s->bytes_on_disk, (ull)s->bytes, (ull)s->bytes_text, (ull)m->n_sources, (ull)m->n_failed);
	json_date(p, "date_first", s->date_first);
	json_date(p, "date_last", s->date_last);
	print_format(p, " \"last_run\": {\"start\": \"%s\", \"end\": \"%s\", \"added\": %llu, \"changed\": %llu, \"removed\": %llu, \"unchanged\": %llu, "
			"\"failed\": %llu, \"bytes_read\": %llu},\n",
		     iso_time(m->last_run.start, t), iso_time(m->last_run.end, u), (ull)m->last_run.added, (ull)m->last_run.changed,
		     (ull)m->last_run.removed, (ull)m->last_run.unchanged, (ull)m->last_run.failed, (ull)m->last_run.bytes_read);
	print_format(p, " \"id\": \"%016llx\", \"generation\": %llu, \"format\": %u, \"features\": 0,\n \"archives\": [", (ull)m->id, (ull)m->generation,
		     STORE_FORMAT_VERSION);
	for (uint32_t i = 0; i < m->n_roots; i++) {
		print_str(p, i ? ", " : "");
		print_json(p, slice_buf(&m->roots[i].path));
	}
	print_str(p, "],\n \"analysis\": ");
	print_json(p, slice_buf(&m->analysis_text));
	print_str(p, "}\n");
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
