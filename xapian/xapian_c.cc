/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/xapian_c.h"

#include <xapian.h>

#include <chrono>
#include <cstring>
#include <new>
#include <string>
#include <vector>

extern "C" {
#include "base/translate.h"
}

struct xapian_db {
	Xapian::Database *read;		  /* always there; the same object as `write` where that is */
	Xapian::WritableDatabase *write;  /* NULL: for reading */
	bool transacted;		  /* a transaction is always open: closing a database would commit otherwise */
	std::string room;		  /* what the last call handed out */
	struct xapian_wait *wait;	  /* NULL: calls may take any time */
	~xapian_db() { delete read; }
};

struct xapian_doc {
	Xapian::Document doc;
	std::string room;
};

struct xapian_query {
	Xapian::Query query;
	std::string room;
};

struct xapian_hits {
	Xapian::MSet set;
	std::vector<xapian_hit> hits;
};

struct xapian_stem {
	Xapian::Stem stem;
	std::string room;
};

namespace {

/* ---- the border: no exception crosses it ---- */

fund_status status_of(const Xapian::Error &e)
{
	static const struct {
		const char *type;
		fund_status status;
	} kinds[] = {
		{ "DatabaseLockError", FUND_LOCKED },	      { "DatabaseCorruptError", FUND_CORRUPT },	  { "DatabaseNotFoundError", FUND_NOT_FOUND },
		{ "DatabaseOpeningError", FUND_NOT_FOUND },   { "DatabaseVersionError", FUND_FORMAT },	  { "DatabaseModifiedError", FUND_STALE },
		{ "DocNotFoundError", FUND_NOT_FOUND },	      { "NetworkTimeoutError", FUND_TIMEOUT },	  { "UnimplementedError", FUND_UNSUPPORTED },
		{ "FeatureUnavailableError", FUND_UNSUPPORTED }, { "InvalidArgumentError", FUND_INVALID }, { "InvalidOperationError", FUND_INVALID },
		{ "WildcardError", FUND_LIMIT },	      { "SerialisationError", FUND_CORRUPT },
	};
	for (const auto &k : kinds)
		if (strcmp(e.get_type(), k.type) == 0)
			return k.status;
	return FUND_IO;
}

fund_status told(fault *why, const Xapian::Error &e)
{
	const char *os = e.get_error_string();
	return fault_set(why, status_of(e), "Xapian: %s%s%s%s%s", e.get_msg().c_str(), os ? ": " : "", os ? os : "", e.get_context().empty() ? "" : ": ",
			 e.get_context().c_str());
}

fund_status no_memory(fault *why) { return fault_set(why, FUND_NO_MEMORY, "out of memory"); }

template <typename Body> fund_status guarded(fault *why, Body body)
{
	try {
		return body();
	} catch (const Xapian::Error &e) {
		try { /* Xapian makes parts of its message when it is asked for them */
			return told(why, e);
		} catch (...) {
			return no_memory(why);
		}
	} catch (const std::bad_alloc &) {
		return no_memory(why);
	} catch (...) {
		return fault_set(why, FUND_IO, "Xapian: an unknown error");
	}
}

uint64_t now_us()
{
	return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

fund_status too_late(fault *why) { return fault_set(why, FUND_TIMEOUT, "Xapian: the answers took too long in all"); }

/* A call that asks the database something. One within another, by a visitor, is counted with it. */
template <typename Body> fund_status asked(xapian_db *db, fault *why, Body body)
{
	xapian_wait *w = db->wait;
	if (!w || w->counting)
		return guarded(why, body);
	if (w->taken_us >= w->limit_us)
		return too_late(why);
	uint64_t start = now_us();
	w->counting = true;
	fund_status st = guarded(why, body);
	w->counting = false;
	w->taken_us += now_us() - start;
	return st;
}

std::string str(slice s) { return s.len ? std::string(reinterpret_cast<const char *>(s.data), s.len) : std::string(); }
slice as_slice(const std::string &s) { return slice{ reinterpret_cast<const uint8_t *>(s.data()), s.size() }; }

fund_status lend(std::string &room, std::string what, slice *out)
{
	room.swap(what);
	*out = as_slice(room);
	return FUND_OK;
}

fund_status read_only(fault *why) { return fault_set(why, FUND_INVALID, "Xapian: the database is open for reading"); }

/* ---- databases ---- */

const char *library() { return Xapian::version_string(); }

fund_status adopt(xapian_db **out, Xapian::Database *read, Xapian::WritableDatabase *write)
{
	*out = new (std::nothrow) xapian_db{ read, write, false, std::string(), nullptr };
	if (!*out)
		delete read;
	return *out ? FUND_OK : FUND_NO_MEMORY;
}

fund_status open_for_writing(xapian_db **out, const std::string &path, int flags)
{
	auto *db = new Xapian::WritableDatabase(path, flags);
	fund_status st = adopt(out, db, db);
	if (st == FUND_OK && !path.empty()) {
		db->begin_transaction();
		(*out)->transacted = true;
	}
	return st;
}

fund_status db_open(xapian_db **out, const char *path, xapian_mode mode, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() -> fund_status {
		switch (mode) {
		case XAPIAN_READ: return adopt(out, new Xapian::Database(path), nullptr);
		case XAPIAN_UPDATE: return open_for_writing(out, path, Xapian::DB_CREATE_OR_OPEN);
		case XAPIAN_OVERWRITE: return open_for_writing(out, path, Xapian::DB_CREATE_OR_OVERWRITE);
		case XAPIAN_IN_MEMORY: return open_for_writing(out, std::string(), Xapian::DB_BACKEND_INMEMORY);
		default: return adopt(out, new Xapian::Database(), nullptr); /* XAPIAN_EMPTY */
		}
	});
}

fund_status db_open_remote(xapian_db **out, const char *host, unsigned port, unsigned timeout_ms, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() { return adopt(out, new Xapian::Database(Xapian::Remote::open(host, port, timeout_ms, timeout_ms)), nullptr); });
}

fund_status db_add(xapian_db *db, const xapian_db *other, fault *why)
{
	return guarded(why, [&]() {
		db->read->add_database(*other->read);
		return FUND_OK;
	});
}

void db_wait(xapian_db *db, xapian_wait *wait) { db->wait = wait; }

void db_free(xapian_db *db)
{
	(void)guarded(nullptr, [&]() {
		if (db && db->transacted)
			db->write->cancel_transaction();
		return FUND_OK;
	});
	delete db;
}

fund_status db_commit(xapian_db *db, fault *why)
{
	return guarded(why, [&]() {
		if (!db->write)
			return read_only(why);
		if (!db->transacted) {
			db->write->commit();
			return FUND_OK;
		}
		db->transacted = false;
		db->write->commit_transaction();
		db->write->begin_transaction();
		db->transacted = true;
		return FUND_OK;
	});
}

fund_status db_reopen(xapian_db *db, fault *why)
{
	return asked(db, why, [&]() {
		db->read->reopen();
		return FUND_OK;
	});
}

fund_status db_size(xapian_db *db, uint32_t *n_docs, double *average_length, fault *why)
{
	return asked(db, why, [&]() {
		*n_docs = db->read->get_doccount();
		*average_length = db->read->get_avlength();
		return FUND_OK;
	});
}

fund_status db_term(xapian_db *db, slice term, uint32_t *df, uint64_t *occurrences, fault *why)
{
	return asked(db, why, [&]() {
		std::string t = str(term);
		*df = db->read->get_termfreq(t);
		if (occurrences)
			*occurrences = *df ? db->read->get_collection_freq(t) : 0;
		return FUND_OK;
	});
}

fund_status db_each_term(xapian_db *db, slice prefix, const xapian_term_visitor *v, fault *why)
{
	return asked(db, why, [&]() {
		std::string p = str(prefix);
		fund_status st = FUND_OK;
		for (auto it = db->read->allterms_begin(p); st == FUND_OK && it != db->read->allterms_end(p); ++it) {
			std::string term = *it;
			st = v->each(v->context, as_slice(term), it.get_termfreq());
		}
		return st;
	});
}

fund_status db_uuid(xapian_db *db, slice *out, fault *why)
{
	return asked(db, why, [&]() { return lend(db->room, db->read->get_uuid(), out); });
}

fund_status db_metadata(xapian_db *db, const char *key, slice *out, fault *why)
{
	return asked(db, why, [&]() { return lend(db->room, db->read->get_metadata(key), out); });
}

fund_status db_set_metadata(xapian_db *db, const char *key, slice value, fault *why)
{
	return guarded(why, [&]() {
		if (!db->write)
			return read_only(why);
		db->write->set_metadata(key, str(value));
		return FUND_OK;
	});
}

fund_status db_replace(xapian_db *db, slice unique_term, const xapian_doc *doc, uint32_t *number, fault *why)
{
	return guarded(why, [&]() {
		if (!db->write)
			return read_only(why);
		*number = db->write->replace_document(str(unique_term), doc->doc);
		return FUND_OK;
	});
}

fund_status db_delete(xapian_db *db, slice unique_term, fault *why)
{
	return guarded(why, [&]() {
		if (!db->write)
			return read_only(why);
		db->write->delete_document(str(unique_term));
		return FUND_OK;
	});
}

fund_status db_find(xapian_db *db, slice term, uint32_t *doc, fault *why)
{
	return asked(db, why, [&]() {
		std::string t = str(term);
		auto it = db->read->postlist_begin(t);
		if (it == db->read->postlist_end(t))
			return FUND_NOT_FOUND;
		*doc = *it;
		return FUND_OK;
	});
}

fund_status db_add_spelling(xapian_db *db, slice word, uint32_t times, fault *why)
{
	return guarded(why, [&]() {
		if (!db->write)
			return read_only(why);
		db->write->add_spelling(str(word), times);
		return FUND_OK;
	});
}

fund_status db_spell(xapian_db *db, slice word, slice *out, fault *why)
{
	return asked(db, why, [&]() { return lend(db->room, db->read->get_spelling_suggestion(str(word)), out); });
}

/* ---- documents ---- */

fund_status doc_new(xapian_doc **out, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() {
		*out = new xapian_doc;
		return FUND_OK;
	});
}

fund_status doc_open(xapian_doc **out, xapian_db *db, uint32_t number, fault *why)
{
	*out = nullptr;
	return asked(db, why, [&]() {
		*out = new xapian_doc{ db->read->get_document(number), std::string() };
		return FUND_OK;
	});
}

void doc_free(xapian_doc *doc) { delete doc; }

fund_status doc_add(xapian_doc *doc, slice term, uint32_t wdf, fault *why)
{
	return guarded(why, [&]() {
		doc->doc.add_term(str(term), wdf);
		return FUND_OK;
	});
}

fund_status doc_add_position(xapian_doc *doc, slice term, uint32_t pos, fault *why)
{
	return guarded(why, [&]() {
		doc->doc.add_posting(str(term), pos, 0);
		return FUND_OK;
	});
}

fund_status doc_set_value(xapian_doc *doc, uint32_t slot, slice value, fault *why)
{
	return guarded(why, [&]() {
		doc->doc.add_value(slot, str(value));
		return FUND_OK;
	});
}

fund_status doc_value(xapian_doc *doc, uint32_t slot, slice *out, fault *why)
{
	return guarded(why, [&]() { return lend(doc->room, doc->doc.get_value(slot), out); });
}

fund_status doc_set_data(xapian_doc *doc, slice data, fault *why)
{
	return guarded(why, [&]() {
		doc->doc.set_data(str(data));
		return FUND_OK;
	});
}

fund_status doc_data(xapian_doc *doc, slice *out, fault *why)
{
	return guarded(why, [&]() { return lend(doc->room, doc->doc.get_data(), out); });
}

fund_status doc_each_term(xapian_doc *doc, const xapian_term_visitor *v, fault *why)
{
	return guarded(why, [&]() {
		fund_status st = FUND_OK;
		for (auto it = doc->doc.termlist_begin(); st == FUND_OK && it != doc->doc.termlist_end(); ++it)
			st = v->each(v->context, as_slice(*it), it.get_wdf());
		return st;
	});
}

/* ---- queries ---- */

fund_status made(xapian_query **out, const Xapian::Query &q)
{
	*out = new xapian_query{ q, std::string() };
	return FUND_OK;
}

fund_status query_term(xapian_query **out, slice term, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() { return made(out, Xapian::Query(str(term))); });
}

fund_status query_all(xapian_query **out, bool everything, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() { return made(out, everything ? Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, Xapian::Query(std::string()), 0) : Xapian::Query()); });
}

fund_status query_range(xapian_query **out, uint32_t slot, slice from, slice to, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() {
		if (to.len == 0)
			return made(out, Xapian::Query(Xapian::Query::OP_VALUE_GE, slot, str(from)));
		return made(out, Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot, str(from), str(to)));
	});
}

fund_status query_wildcard(xapian_query **out, slice prefix, uint32_t most, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() {
		return made(out, Xapian::Query(Xapian::Query::OP_WILDCARD, str(prefix), most, Xapian::Query::WILDCARD_LIMIT_ERROR, Xapian::Query::OP_SYNONYM));
	});
}

Xapian::Query::op op_of(xapian_op op)
{
	switch (op) {
	case XAPIAN_AND: return Xapian::Query::OP_AND;
	case XAPIAN_OR: return Xapian::Query::OP_OR;
	case XAPIAN_AND_NOT: return Xapian::Query::OP_AND_NOT;
	case XAPIAN_AND_MAYBE: return Xapian::Query::OP_AND_MAYBE;
	case XAPIAN_FILTER: return Xapian::Query::OP_FILTER;
	case XAPIAN_NEAR: return Xapian::Query::OP_NEAR;
	case XAPIAN_PHRASE: return Xapian::Query::OP_PHRASE;
	case XAPIAN_SYNONYM: return Xapian::Query::OP_SYNONYM;
	case XAPIAN_BEST: return Xapian::Query::OP_MAX;
	}
	return Xapian::Query::OP_INVALID;
}

fund_status query_combine(xapian_query **out, xapian_op op, xapian_query *const *parts, uint32_t n, uint32_t window, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() {
		std::vector<Xapian::Query> queries;
		for (uint32_t i = 0; i < n; i++)
			queries.push_back(parts[i]->query);
		return made(out, Xapian::Query(op_of(op), queries.begin(), queries.end(), window));
	});
}

fund_status query_scale(xapian_query **out, const xapian_query *q, double factor, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() { return made(out, Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, q->query, factor)); });
}

fund_status query_describe(xapian_query *q, slice *out, fault *why)
{
	return guarded(why, [&]() { return lend(q->room, q->query.get_description(), out); });
}

void query_free(xapian_query *q) { delete q; }

/* ---- searching ---- */

void set_order(Xapian::Enquire &enquire, const xapian_search *how)
{
	if (how->order == XAPIAN_BY_WEIGHT)
		enquire.set_weighting_scheme(Xapian::BM25Weight(how->k1, 0, 0, how->b, 0));
	else
		enquire.set_weighting_scheme(Xapian::BoolWeight());
	if (how->order == XAPIAN_BY_WEIGHT && how->slot != UINT32_MAX)
		enquire.set_sort_by_relevance_then_value(how->slot, true);
	else if (how->order == XAPIAN_BY_VALUE || how->order == XAPIAN_BY_VALUE_DOWN)
		enquire.set_sort_by_value(how->slot, how->order == XAPIAN_BY_VALUE_DOWN);
}

fund_status search(xapian_hits **out, xapian_db *db, const xapian_query *q, const xapian_search *how, fault *why)
{
	*out = nullptr;
	return asked(db, why, [&]() {
		Xapian::Enquire enquire(*db->read);
		enquire.set_query(q->query);
		set_order(enquire, how);
		uint32_t n_docs = db->read->get_doccount();
		Xapian::MSet set = enquire.get_mset(how->first, how->n < n_docs ? how->n : n_docs, how->check_at_least < n_docs ? how->check_at_least : n_docs);
		std::vector<xapian_hit> hits;
		for (auto it = set.begin(); it != set.end(); ++it)
			hits.push_back(xapian_hit{ *it, it.get_weight() });
		*out = new xapian_hits{ set, hits };
		return FUND_OK;
	});
}

uint32_t hits_n(const xapian_hits *h) { return static_cast<uint32_t>(h->hits.size()); }
xapian_hit hits_at(const xapian_hits *h, uint32_t i) { return h->hits[i]; }

void hits_total(const xapian_hits *h, uint64_t *least, uint64_t *about, uint64_t *most)
{
	*least = h->set.get_matches_lower_bound();
	*about = h->set.get_matches_estimated();
	*most = h->set.get_matches_upper_bound();
}

void hits_free(xapian_hits *h) { delete h; }

/* ---- stems ---- */

fund_status stem_new(xapian_stem **out, const char *language, fault *why)
{
	*out = nullptr;
	return guarded(why, [&]() {
		*out = new xapian_stem{ Xapian::Stem(language), std::string() };
		return FUND_OK;
	});
}

fund_status stem(xapian_stem *s, slice word, slice *out, fault *why)
{
	return guarded(why, [&]() { return lend(s->room, s->stem(str(word)), out); });
}

void stem_free(xapian_stem *s) { delete s; }

const xapian_c table = {
	XAPIAN_C_VERSION, library,
	db_open, db_open_remote, db_add, db_wait, db_free, db_commit, db_reopen, db_size, db_term, db_each_term, db_uuid, db_metadata, db_set_metadata, db_replace, db_delete, db_find,
	db_add_spelling, db_spell,
	doc_new, doc_open, doc_free, doc_add, doc_add_position, doc_set_value, doc_value, doc_set_data, doc_data, doc_each_term,
	query_term, query_all, query_range, query_wildcard, query_combine, query_scale, query_describe, query_free,
	search, hits_n, hits_at, hits_total, hits_free,
	stem_new, stem, stem_free,
};

} /* namespace */

__attribute__((visibility("default"))) const xapian_c *fundstelle_xapian(bool by_environment)
{
	if (by_environment)
		translate_by_environment();
	return &table;
}
