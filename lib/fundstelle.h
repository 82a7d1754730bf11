/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fundstelle.h - searching an index of fundstelle in one's own program: what fundstelle-query lists, counts and shows, and fundstelle-index --status.
 *
 *     #include <fundstelle.h>           cc suche.c $(pkg-config --cflags --libs fundstelle)
 *
 *     fundstelle_index *index;
 *     fundstelle_result *result;
 *     struct fundstelle_error error = { .size = sizeof error };
 *     const char *name = "/srv/index";
 *     if (fundstelle_open(&name, 1, NULL, &index, &error) == FUNDSTELLE_OK &&
 *         fundstelle_search(index, "Truppenaufmarsch", FUNDSTELLE_TERMINATED, NULL, &result, &error) == FUNDSTELLE_OK) ...
 *
 * The whole example is suche.c beside the manual, libfundstelle(3); zeitleiste.c counts and shows contexts, suche.py calls the library from Python.
 *
 * Structs   begin with their size, which the caller sets: = { .size = sizeof error }. All else 0 is the default. Later versions add members at the end: what a
 *           caller does not know is not written, what the library does not know must be 0 where it reads, and is set to 0 where it writes. So a struct of
 *           twenty members is one call, and no function of its own for each. Without a size, and as they are for good: fundstelle_text, _range, _date.
 * Errors    functions that can fail return enum fundstelle_code, FUNDSTELLE_OK is 0, and fill the error that they are given (NULL: not wanted). Messages
 *           are one line of English UTF-8 (names of files as they are), for people: programs go by the code. On failure *out is NULL. What a person should
 *           know though nothing failed is a warning: fundstelle_index_warning().
 * Memory    what has a ..._free() or _close() is the caller's, who may give NULL to it, too. Texts and arrays belong to what they were asked from and live
 *           as long, unless said otherwise. The library keeps nothing that it was given: names, queries, keys may go when the call is over. A result does
 *           not need its index any more: everything in it was copied. Where that would be too much at once, it is read piece by piece, with the index:
 *           fundstelle_result_next(), fundstelle_concordance_next().
 * Text      is UTF-8, with a NUL behind it that its length does not count, and never NULL. Keys and names of files are bytes as the file system has them.
 * Threads   an index is for one thread at a time, several indexes (of the same files, too) for several at once. Results and articles do not change: any
 *           number of threads may read them, but where the next piece is read: that is a call with the index, and a change of the result. An index that was
 *           opened before fork(2) may not be used in the child.
 * State     there is none that a caller could meet: no setting of the process is read or changed but, where no index is named, FUNDSTELLE_INDEX,
 *           XDG_DATA_HOME and HOME; nothing is printed, nobody's signals, locale or umask are touched, nothing exits. Hidden, and safe in threads: a list
 *           of the files that are open, since LMDB allows to open one only once in a process. (So a program must not open the index's files by itself.)
 * Files     are only read, and mapped: nothing is written but a slot in lock.mdb, where that may be written, and what fundstelle_kwic_options.dir allows. A
 *           disk that fails, or a file that somebody cuts off while it is open, is a SIGBUS in the thread that reads it, as for every mapped file: the
 *           library installs no handler for it, fundstelle_maps() tells one whose it was. Damage within a file is found by its checksums and is an error,
 *           FUNDSTELLE_DAMAGED.
 * Life      an index holds one state of its files from fundstelle_open() on, so that all that is asked goes together. What is held cannot be reused by
 *           fundstelle-index: call fundstelle_refresh() now and then, or fundstelle_let_go() when nothing is asked for a while.
 */
#ifndef FUNDSTELLE_H
#define FUNDSTELLE_H

#include <stddef.h>
#include <stdint.h>

#if defined __GNUC__ && __GNUC__ >= 4
#define FUNDSTELLE_API __attribute__((visibility("default")))
#else
#define FUNDSTELLE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what everything uses ---- */

/* The version of the library that runs, "0.1.0"; static. */
FUNDSTELLE_API const char *fundstelle_version(void);

struct fundstelle_text {
	const char *data;
	size_t len;
};

struct fundstelle_range { /* bytes of a text: from begin, up to end */
	uint32_t begin, end;
};

struct fundstelle_date { /* as precise as is known: of 2022-01 the day is 0; all 0: no date */
	uint16_t year;
	uint8_t month, day;
};

/* A date as options have it: 2022, 2022-01 or 2022-01-18. FUNDSTELLE_INVALID: it is none, *date is untouched. */
FUNDSTELLE_API int fundstelle_read_date(const char *text, struct fundstelle_date *date);

enum fundstelle_code {
	FUNDSTELLE_OK = 0,
	FUNDSTELLE_SYNTAX = 1,	     /* of the query; fundstelle_error.offset says where */
	FUNDSTELLE_INVALID = 2,	     /* an argument: a size, a flag, a date that is none */
	FUNDSTELLE_NO_INDEX = 3,     /* there is none at that place */
	FUNDSTELLE_NO_ARTICLE = 4,   /* with that key */
	FUNDSTELLE_NO_MEMORY = 5,
	FUNDSTELLE_IO = 6,	     /* the system refuses to open or read something */
	FUNDSTELLE_DAMAGED = 7,	     /* the index: fundstelle-index --verify says where */
	FUNDSTELLE_OTHER_FORMAT = 8, /* an index of another version, or something else */
	FUNDSTELLE_OTHER_ANALYSIS = 9, /* made with another analysis of words: fundstelle-index --rebuild */
	FUNDSTELLE_CHANGED = 10,     /* it changes faster than it can be read without a place in its lock.mdb */
	FUNDSTELLE_LIMIT = 11,	     /* the query asks for too much */
	FUNDSTELLE_TIMEOUT = 12,     /* a server does not answer */
	FUNDSTELLE_UNSUPPORTED = 13, /* Xapian's part is not installed */
	FUNDSTELLE_FAILED = 14,	     /* anything else; codes of later versions may come in its place */
	FUNDSTELLE_END = 15	     /* no failure: of what is read piece by piece there is no more */
};

/* What to do about a failure of that code, which its message alone does not say: a line for people; static. NULL: there is nothing to add. */
FUNDSTELLE_API const char *fundstelle_advice(int code);

#define FUNDSTELLE_MESSAGE_MAX 1024
struct fundstelle_error {
	size_t size;
	int32_t code;	 /* enum fundstelle_code */
	uint32_t offset; /* FUNDSTELLE_SYNTAX: byte of the query */
	char message[FUNDSTELLE_MESSAGE_MAX];
	uint32_t query; /* FUNDSTELLE_SYNTAX: of several queries, its number */
};

/* For a length: the text ends with a NUL. */
#define FUNDSTELLE_TERMINATED ((size_t)-1)

/* ---- indexes ---- */

typedef struct fundstelle_index fundstelle_index;

struct fundstelle_open_options {
	size_t size;
	uint32_t timeout; /* seconds that a server of Xapian is waited for; 0: 30 */
	uint32_t partial; /* not 0: go on without servers that do not answer; warnings tell, as FUNDSTELLE_MISSING */
	uint32_t later;	  /* not 0: only names are noted; the first question opens, as behind fundstelle_let_go() */
	uint32_t status_only; /* not 0: nothing but fundstelle_status() will be asked, also of indexes that were made with another analysis of words */
};

/* `names`: n of them, at most 64, as `fundstelle-query -i` takes them: directories, xapian:DIR, xapian://HOST:PORT; searched as one. n 0: the place where the
 * programs have it when no -i is given. An index named twice is searched once. Constant time. `options` NULL: all default. */
FUNDSTELLE_API int fundstelle_open(const char *const *names, size_t n, const struct fundstelle_open_options *options, fundstelle_index **out,
				   struct fundstelle_error *error);
FUNDSTELLE_API void fundstelle_close(fundstelle_index *index);

/* Holds the newest state from now on, and asks servers again that did not answer. *changed (NULL: not wanted): whether it is another one. Cheap where it is
 * not. After a failure nothing is held: the next call tries again. */
FUNDSTELLE_API int fundstelle_refresh(fundstelle_index *index, int *changed, struct fundstelle_error *error);
/* Holds nothing until the next call, which takes the newest state. */
FUNDSTELLE_API void fundstelle_let_go(fundstelle_index *index);
/* For a handler of SIGBUS: does this address lie in a file of an index that is open in this process? Safe in handlers of signals. */
FUNDSTELLE_API int fundstelle_maps(const void *address);

enum fundstelle_warning_kind {
	FUNDSTELLE_DOUBTFUL = 0, /* the query may not mean what it should: `offset` says where */
	FUNDSTELLE_CUT = 1,	 /* the pattern `about` stands for `words` words: `used` of them, the most frequent, were looked for */
	FUNDSTELLE_MISSING = 2	 /* the server `about` did not answer: its articles are missing */
};
struct fundstelle_warning {
	size_t size;
	uint32_t kind, offset, words, used;
	struct fundstelle_text about, message;
	uint32_t query; /* of several queries, its number */
};
/* Number i of what a person should know about the last question to this index, also one that failed: until the next question. FUNDSTELLE_INVALID: there is
 * no such one. Servers come first, in the order in which they were lost. */
FUNDSTELLE_API int fundstelle_index_warning(const fundstelle_index *index, uint32_t i, struct fundstelle_warning *warning);

struct fundstelle_status { /* what `fundstelle-index --status` prints */
	size_t size;
	struct fundstelle_text name; /* as it was opened */
	uint64_t id, generation;     /* of the index; of its state, one more with each run that published something */
	uint64_t articles, deleted;  /* deleted: not yet merged away */
	uint64_t files, failed;	     /* of the archives; those of them that cannot be read */
	uint64_t segments, terms, postings, words;
	uint64_t bytes, bytes_live, bytes_text; /* of the file; of what is in it; of that the texts */
	struct fundstelle_date date_first, date_last;
	uint64_t run_start, run_end; /* of the last run, in seconds since 1970 */
	uint64_t run_added, run_changed, run_removed, run_unchanged, run_failed, run_bytes_read;
	const struct fundstelle_text *archives; /* n_archives of them: their paths */
	size_t n_archives;
	struct fundstelle_text analysis; /* for people */
	uint64_t analysis_hash;
	uint32_t format; /* version of the index's format */
};

/* How many indexes there are with a status: those that are directories. Xapian's have none. 0: the index cannot be opened, too. */
FUNDSTELLE_API size_t fundstelle_status_count(fundstelle_index *index);
/* Of the i-th of them. Its texts live until the next call with this index. */
FUNDSTELLE_API int fundstelle_status(fundstelle_index *index, size_t i, struct fundstelle_status *status, struct fundstelle_error *error);

/* ---- searching ---- */

typedef struct fundstelle_result fundstelle_result;

enum fundstelle_search_flag {
	FUNDSTELLE_ALL_WORDS = 1 << 0,	/* words side by side must all occur: --all */
	FUNDSTELLE_EXACT_FORMS = 1 << 1, /* each word only in the form that it has: --exact */
	FUNDSTELLE_ONLY_NEW = 1 << 2,	/* of the last run: --new */
	FUNDSTELLE_COLLAPSE = 1 << 3,	/* near copies under the best of them: --duplicates=collapse; limit and offset count groups */
	FUNDSTELLE_EXACT_TOTAL = 1 << 4, /* the total exact, where that is cheap */
	FUNDSTELLE_SUGGEST = 1 << 5,	/* another query, where words are unknown */
	FUNDSTELLE_NO_SNIPPET = 1 << 6, /* hits without snippet, marks, boxes */
	FUNDSTELLE_NO_TEXT = 1 << 7,	/* hits with key, date and score alone: nothing else is read */
	FUNDSTELLE_EXPLAIN = 1 << 8,	/* hits with what their scores are made of */
	FUNDSTELLE_OCR = 1 << 9,	/* letters that machines confuse are half an edit of a fuzzy word: --ocr */
	FUNDSTELLE_ADDRESS = 1 << 10,	/* hits, copies and lines of a concordance with the address of their file */
	FUNDSTELLE_COUNT_ONLY = 1 << 11, /* no hits, but the total, exact */
	FUNDSTELLE_TIMED = 1 << 12	/* summary.to_keys is measured, for which keys are read twice */
};

enum fundstelle_order {
	FUNDSTELLE_BY_RELEVANCE = 0,
	FUNDSTELLE_NEWEST_FIRST = 1,
	FUNDSTELLE_OLDEST_FIRST = 2,
	FUNDSTELLE_RANDOM = 3 /* by `seed`, the same each time */
};

#define FUNDSTELLE_LIMIT_DEFAULT 10
#define FUNDSTELLE_NO_LIMIT UINT32_MAX /* all hits: each takes its memory, with pages some 80 bytes */
struct fundstelle_search_options {
	size_t size;
	uint32_t flags;	 /* enum fundstelle_search_flag */
	uint32_t order;	 /* enum fundstelle_order */
	uint32_t limit;	 /* 0: FUNDSTELLE_LIMIT_DEFAULT */
	uint32_t offset; /* hits to pass over */
	const char *from, *to; /* 2022, 2022-01, 2022-01-18, both inclusive; NULL: open */
	const char *similar_to; /* articles like the one with this key, there is no query then; NULL: none */
	uint64_t seed;
	uint32_t recency; /* days in which half of what newness gives is lost: --recency; 0: newness counts nothing */
	uint32_t page;	  /* hits that a result has at once; fundstelle_result_next() reads those behind them. 0: all */
};

/* The best hits, by the language of fundstelle-query(1). `options` NULL: all default. No hit is no failure. */
FUNDSTELLE_API int fundstelle_search(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
				     fundstelle_result **out, struct fundstelle_error *error);
/* How many articles match, exactly; without ranking them. Of the options only what chooses among articles counts. */
FUNDSTELLE_API int fundstelle_count(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint64_t *n,
				    struct fundstelle_error *error);
/* The next page of hits, in place of those that the result has: their texts go. `index` is the one that was asked, which may have been let go, and asked for
 * other things. FUNDSTELLE_END: there are no more; FUNDSTELLE_CHANGED: the index changed since the query. Then, as after any failure, the result has no hits. */
FUNDSTELLE_API int fundstelle_result_next(fundstelle_result *result, fundstelle_index *index, struct fundstelle_error *error);
FUNDSTELLE_API void fundstelle_result_free(fundstelle_result *result);

struct fundstelle_summary {
	size_t size;
	uint64_t total; /* articles that match; at least, unless total_exact */
	uint32_t total_exact;
	uint32_t n_hits; /* of this page */
	uint32_t n_warnings;
	uint32_t next; /* offset of the hits behind all of these; 0: there are none */
	struct fundstelle_text suggestion; /* with FUNDSTELLE_SUGGEST: the query as it may have been meant; empty: none */
	uint64_t took; /* microseconds to rank */
	uint64_t index_id, generation; /* of the first index */
	struct fundstelle_text analysis; /* how that was made, for people */
	double to_keys; /* FUNDSTELLE_TIMED: microseconds from the query's text to the keys of the first page */
};
FUNDSTELLE_API void fundstelle_result_summary(const fundstelle_result *result, struct fundstelle_summary *summary);

struct fundstelle_hit {
	size_t size;
	uint32_t rank; /* from 1, the offset counted */
	struct fundstelle_date date;
	double score; /* to four decimals, as it is printed */
	struct fundstelle_text key; /* what names the article in the archive */
	struct fundstelle_text title, author, section, source; /* empty: there is none */
	const struct fundstelle_range *title_marks; /* what was found in the title: ascending, n_title_marks of them */
	struct fundstelle_text snippet;		    /* the passage that shows why */
	const struct fundstelle_range *marks;	    /* in the snippet: n_marks */
	uint32_t n_title_marks, n_marks;
	uint32_t n_boxes, n_duplicates, n_explained; /* see below */
	int64_t millionths; /* the score, exact */
	int64_t falling;    /* the same, but each hit's less than that of the one before: for formats that are sorted by it */
	struct fundstelle_text address; /* FUNDSTELLE_ADDRESS: file://host/path; empty: the file is not here */
};

struct fundstelle_box { /* where, on the image of a page, a mark of the snippet was printed; two where a word was cut at a line's end */
	size_t size;
	uint32_t mark; /* its number */
	int32_t x, y, width, height;
	struct fundstelle_text page;
};

struct fundstelle_duplicate { /* a near copy that the hit stands for: FUNDSTELLE_COLLAPSE */
	size_t size;
	struct fundstelle_text key, source;
	struct fundstelle_date date;
	struct fundstelle_text address; /* as its hit's */
};

struct fundstelle_explained { /* a part of the score: FUNDSTELLE_EXPLAIN. They add up to it */
	size_t size;
	struct fundstelle_text term, field, kind; /* as the JSON of fundstelle-query has them: docs/query.schema.json */
	uint32_t freq;	/* how often in the article */
	uint64_t df;	/* in how many articles */
	double score;
	int64_t millionths;
};

/* Number i of the result, or of the hit; FUNDSTELLE_INVALID: there is no such one. */
FUNDSTELLE_API int fundstelle_result_warning(const fundstelle_result *result, uint32_t i, struct fundstelle_warning *warning);
FUNDSTELLE_API int fundstelle_result_hit(const fundstelle_result *result, uint32_t i, struct fundstelle_hit *hit);
FUNDSTELLE_API int fundstelle_hit_box(const fundstelle_result *result, uint32_t hit, uint32_t i, struct fundstelle_box *box);
FUNDSTELLE_API int fundstelle_hit_duplicate(const fundstelle_result *result, uint32_t hit, uint32_t i, struct fundstelle_duplicate *duplicate);
FUNDSTELLE_API int fundstelle_hit_explained(const fundstelle_result *result, uint32_t hit, uint32_t i, struct fundstelle_explained *explained);

/* ---- what is counted over all hits ---- */

typedef struct fundstelle_counts fundstelle_counts;

enum fundstelle_unit { /* of time */
	FUNDSTELLE_YEAR = 0,
	FUNDSTELLE_MONTH = 1,
	FUNDSTELLE_DAY = 2
};

enum fundstelle_facet { /* --facet=ressort, quelle, autor, jahr */
	FUNDSTELLE_BY_SECTION = 0,
	FUNDSTELLE_BY_SOURCE = 1,
	FUNDSTELLE_BY_AUTHOR = 2,
	FUNDSTELLE_BY_YEAR = 3
};

/* Hits over time: a row for each period from the first hit's to the last one's, empty ones too. `unit`: enum fundstelle_unit. Of the options only what chooses
 * among articles counts, as for fundstelle_count(), here and in the next. */
FUNDSTELLE_API int fundstelle_timeline(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t unit,
				       fundstelle_counts **out, struct fundstelle_error *error);
#define FUNDSTELLE_TIMELINES_MAX 8
/* Several queries over the same time: for each period a row of each, in their order. `n`: at most FUNDSTELLE_TIMELINES_MAX. */
FUNDSTELLE_API int fundstelle_timelines(fundstelle_index *index, const struct fundstelle_text *queries, size_t n,
					const struct fundstelle_search_options *options, uint32_t unit, fundstelle_counts **out, struct fundstelle_error *error);
/* Hits by a field, `facet`: enum fundstelle_facet. The most frequent value first, years in their order, hits without a value last. */
FUNDSTELLE_API int fundstelle_facet(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t facet,
				    fundstelle_counts **out, struct fundstelle_error *error);

#define FUNDSTELLE_COLLOCATES_DEFAULT 20
#define FUNDSTELLE_WINDOW_DEFAULT 5
#define FUNDSTELLE_WINDOW_MAX 1000
struct fundstelle_collocates_options {
	size_t size;
	uint32_t n;	 /* the strongest; 0: FUNDSTELLE_COLLOCATES_DEFAULT; FUNDSTELLE_NO_LIMIT: all */
	uint32_t window; /* positions on each side, at most FUNDSTELLE_WINDOW_MAX; 0: FUNDSTELLE_WINDOW_DEFAULT */
	uint32_t least;	 /* times that a word stands in it */
};
/* The words that stand more often near what matches than elsewhere, the strongest first. `collocates` NULL: all default. */
FUNDSTELLE_API int fundstelle_collocates(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
					 const struct fundstelle_collocates_options *collocates, fundstelle_counts **out, struct fundstelle_error *error);
/* The words of the index that match a pattern, in which stars stand for any letters (Milit*), the most frequent first. */
FUNDSTELLE_API int fundstelle_terms(fundstelle_index *index, const char *pattern, size_t len, fundstelle_counts **out, struct fundstelle_error *error);
FUNDSTELLE_API void fundstelle_counts_free(fundstelle_counts *counts);

struct fundstelle_counts_summary {
	size_t size;
	uint64_t total;	  /* hits; of fundstelle_terms() words */
	uint64_t undated; /* of a timeline: hits of them whose date is less precise than a period, or not there */
	uint32_t n_rows, n_warnings;
	uint64_t occurrences; /* of collocates: of what matches */
	uint64_t took; /* microseconds */
	uint64_t index_id, generation; /* of the first index */
	struct fundstelle_text analysis; /* how that was made, for people */
};
FUNDSTELLE_API void fundstelle_counts_summary(const fundstelle_counts *counts, struct fundstelle_counts_summary *summary);

struct fundstelle_counts_row {
	size_t size;
	struct fundstelle_text value; /* the period, 2022-01; or the section, source ..., empty: hits that have none */
	uint64_t hits;
	uint64_t articles, words; /* of a timeline: all that there are in that period, whatever the query's words; of a word: articles that have it */
	uint32_t query;		  /* of several timelines: its number */
	uint64_t occurrences;	  /* of a word, in the whole index */
	uint64_t nearby;	  /* of a collocate: of these near what matches */
	double strength;	  /* of a collocate: logDice, at most 14; two more is four times as strong */
};
/* Number i; FUNDSTELLE_INVALID: there is no such one. */
FUNDSTELLE_API int fundstelle_counts_row(const fundstelle_counts *counts, uint32_t i, struct fundstelle_counts_row *row);
FUNDSTELLE_API int fundstelle_counts_warning(const fundstelle_counts *counts, uint32_t i, struct fundstelle_warning *warning);

/* ---- a concordance ---- */

typedef struct fundstelle_concordance fundstelle_concordance;

enum fundstelle_line_order {
	FUNDSTELLE_BY_RANK = 0,	 /* that of their articles, by the search options */
	FUNDSTELLE_BY_LEFT = 1,	 /* by the words before the keyword, the nearest first */
	FUNDSTELLE_BY_RIGHT = 2 /* by those behind it */
};

#define FUNDSTELLE_WIDTH_DEFAULT 40
#define FUNDSTELLE_WIDTH_MAX 10000
struct fundstelle_kwic_options {
	size_t size;
	uint32_t width; /* columns of context on each side, at most FUNDSTELLE_WIDTH_MAX; 0: FUNDSTELLE_WIDTH_DEFAULT */
	uint32_t order; /* enum fundstelle_line_order */
	uint32_t one_by_one; /* not 0: lines are not kept, fundstelle_concordance_next() reads them from the index */
	const char *dir; /* one by one and sorted: where what exceeds `memory` bytes goes meanwhile, in files without names; NULL: all is sorted in memory */
	uint64_t memory; /* 0: 16 MiB */
};

/* Every occurrence with its context. The search options' limit and offset count lines. `kwic` NULL: all default. */
FUNDSTELLE_API int fundstelle_kwic(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
				   const struct fundstelle_kwic_options *kwic, fundstelle_concordance **out, struct fundstelle_error *error);
FUNDSTELLE_API void fundstelle_concordance_free(fundstelle_concordance *concordance);

struct fundstelle_concordance_summary {
	size_t size;
	uint32_t n_lines, n_warnings; /* n_lines: 0 where they come one by one */
	uint64_t took; /* microseconds to rank the articles */
	uint64_t index_id, generation; /* of the first index */
	struct fundstelle_text analysis; /* how that was made, for people */
};
FUNDSTELLE_API void fundstelle_concordance_summary(const fundstelle_concordance *concordance, struct fundstelle_concordance_summary *summary);

struct fundstelle_line {
	size_t size;
	struct fundstelle_date date;
	struct fundstelle_text key, left, match, right;
	struct fundstelle_text address; /* FUNDSTELLE_ADDRESS */
};
/* The next of lines that come one by one: its texts live until the next call. `index` is the one that was asked, which may have been let go, and asked for
 * other things. FUNDSTELLE_END: there are no more; FUNDSTELLE_CHANGED: the index changed since the query. */
FUNDSTELLE_API int fundstelle_concordance_next(fundstelle_concordance *concordance, fundstelle_index *index, struct fundstelle_line *line,
					       struct fundstelle_error *error);
/* Number i; FUNDSTELLE_INVALID: there is no such one. */
FUNDSTELLE_API int fundstelle_concordance_line(const fundstelle_concordance *concordance, uint32_t i, struct fundstelle_line *line);
FUNDSTELLE_API int fundstelle_concordance_warning(const fundstelle_concordance *concordance, uint32_t i, struct fundstelle_warning *warning);

/* ---- one article ---- */

typedef struct fundstelle_article fundstelle_article;

/* By its key, as it is or as the programs print it. */
FUNDSTELLE_API int fundstelle_show(fundstelle_index *index, const char *key, size_t len, fundstelle_article **out, struct fundstelle_error *error);
FUNDSTELLE_API void fundstelle_article_free(fundstelle_article *article);

struct fundstelle_fields {
	size_t size;
	struct fundstelle_text key, title, lead, body, author, section, source;
	struct fundstelle_text format, encoding; /* of its file */
	struct fundstelle_text date_text;	 /* as it was written */
	struct fundstelle_date date;
	struct fundstelle_text address; /* of its file: file://host/path; empty: it is not here */
	struct fundstelle_text snippet; /* how it begins: as of a hit in which no word matches */
};
FUNDSTELLE_API void fundstelle_article_fields(const fundstelle_article *article, struct fundstelle_fields *fields);

#ifdef __cplusplus
}
#endif
#endif
