/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common.c - errors, texts, signals: what every call needs. */
#include <time.h>

#include "lib/handles_private.h"
#include "lib/sized.h"
#include "query/ast.h"
#include "query/score.h"
#include "store/index_advice.h"

/* ---- values ---- */

struct fundstelle_text text_of(struct slice s) { return (struct fundstelle_text){ s.len ? (const char *)s.data : "", s.len }; }

struct fundstelle_date date_of(uint32_t packed)
{
	return (struct fundstelle_date){ (uint16_t)DATE_YEAR(packed), (uint8_t)DATE_MONTH(packed), (uint8_t)DATE_DAY(packed) };
}

int fundstelle_read_date(const char *text, struct fundstelle_date *date)
{
	uint32_t first, last;
	if (!parse_one_date(slice_str(text), &first, &last))
		return FUNDSTELLE_INVALID;
	*date = date_of(first);
	return FUNDSTELLE_OK;
}

double score_of(int64_t micro)
{
	int64_t printed = micro < 0 ? -score_printed(-micro) : score_printed(micro); /* what age takes is below 0 */
	return (double)printed / (SCORE_UNIT / SCORE_PRINTED);
}

/* ---- errors ---- */

static int code_of(enum fund_status st)
{
	switch (st) {
	case FUND_OK: return FUNDSTELLE_OK;
	case FUND_END: return FUNDSTELLE_NO_ARTICLE;
	case FUND_NOT_FOUND: return FUNDSTELLE_NO_INDEX;
	case FUND_NO_MEMORY: return FUNDSTELLE_NO_MEMORY;
	case FUND_IO:
	case FUND_NO_SPACE: return FUNDSTELLE_IO;
	case FUND_CORRUPT: return FUNDSTELLE_DAMAGED;
	case FUND_FORMAT:
	case FUND_OLDER: return FUNDSTELLE_OTHER_FORMAT;
	case FUND_FINGERPRINT: return FUNDSTELLE_OTHER_ANALYSIS;
	case FUND_STALE: return FUNDSTELLE_CHANGED;
	case FUND_INVALID: return FUNDSTELLE_INVALID;
	case FUND_UNSUPPORTED: return FUNDSTELLE_UNSUPPORTED;
	case FUND_LIMIT: return FUNDSTELLE_LIMIT;
	case FUND_TIMEOUT: return FUNDSTELLE_TIMEOUT;
	case FUND_LOCKED:
	case FUND_INTERRUPTED: break;
	}
	return FUNDSTELLE_FAILED;
}

static int tell_all(struct fundstelle_error *error, struct fundstelle_error *e, const char *message)
{
	memcpy(e->message, message, strnlen(message, sizeof e->message - 1));
	if (error)
		sized_write(error, e, sizeof *e);
	return e->code;
}

int tell(struct fundstelle_error *error, int code, const char *message)
{
	struct fundstelle_error e = { .code = code };
	return tell_all(error, &e, message);
}

int tell_fault(struct fundstelle_error *error, enum fund_status st, const struct fault *why)
{
	return tell(error, code_of(st), why->text[0] ? why->text : fund_status_name(st));
}

int tell_asked(struct fundstelle_error *error, enum fund_status st, uint32_t query, const struct search_note *note, const struct fault *why)
{
	struct fundstelle_error e = { .code = FUNDSTELLE_SYNTAX, .offset = note->error_off, .query = query };
	return st == FUND_INVALID ? tell_all(error, &e, why->text) : tell_fault(error, st, why);
}

int tell_invalid(struct fundstelle_error *error, const char *message) { return tell(error, FUNDSTELLE_INVALID, message); }

int tell_no_memory(struct fundstelle_error *error)
{
	struct fault why = { .status = FUND_OK };
	return tell_fault(error, fault_set(&why, FUND_NO_MEMORY, "out of memory"), &why);
}

const char *fundstelle_advice(int code) { return code == FUNDSTELLE_DAMAGED ? index_advice(FUND_CORRUPT, false) : NULL; }

/* ---- signals ---- */

static bool is_pending(void)
{
	sigset_t pending;
	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void call_begin(struct call *c, struct fundstelle_index *index)
{
	sigset_t pipe;
	c->blocked = false;
	if (!index->servers->partial)
		index->servers->n_lost = 0; /* each call asks all of them */
	if (!index->has_server || is_pending())
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	c->blocked = pthread_sigmask(SIG_BLOCK, &pipe, &c->mask) == 0;
}

/* One that came meanwhile is ours, and taken. */
void call_end(const struct call *c)
{
	sigset_t pipe;
	if (!c->blocked)
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	if (is_pending())
		sigtimedwait(&pipe, NULL, &(struct timespec){ 0, 0 });
	pthread_sigmask(SIG_SETMASK, &c->mask, NULL);
}
