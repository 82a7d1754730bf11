/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splitting compounds by a small lexicon; the lexicon's bytes; and what comes of it in an index. */
#include <string.h>

#include "base/checked.h"
#include "indexer/met_forms.h"
#include "indexer/verb_stems.h"
#include "stemmer/compound.h"
#include "tests/program.h"

static const char *const nouns[] = { "truppe", "aufmarsch", "wand", "halterung", "kind", "zahn", "heilkunde", "tasche", "hersteller", "blut", "orange", "baumwolle", "baum", "wolle",
				     "jacke", "strasse", "sommer", "kleid", "schule", "hof", "regierung", "erklarung", "gesellschaft", "liebe", "brief", "haus", "tur", "grenze",
				     "ubergang", "gewerkschaft", "bund", "schrank", "zeh", "hose", "staat", "vertrag", "platz", "schiff", "fahrt", "schifffahrt", "amt",
				     "keule", "erlanger", "ende", "test", "gang", "zimmer", "plan", "barren" };
/* They only stand in front of others: stems of verbs, an adjective. */
static const char *const stems[] = { "jonglier", "studier", "spazier", "skalier", "schreib", "fahr", "wasch", "kurz" };
#define N(table) (sizeof(table) / sizeof((table)[0]))

static void fill(struct lexicon *x)
{
	*x = (struct lexicon)LEXICON_INIT;
	for (size_t i = 0; i < N(nouns); i++)
		ck_assert_int_eq(lexicon_add(x, slice_str(nouns[i]), 50 + i, LEXICON_NOUN), FUND_OK);
	for (size_t i = 0; i < N(stems); i++)
		ck_assert_int_eq(lexicon_add(x, slice_str(stems[i]), 50 + i, 0), FUND_OK);
}

static const struct {
	const char *word, *parts; /* NULL: no compound */
} splits[] = {
	{ "truppenaufmarsch", "truppe+aufmarsch" }, { "truppenaufmarschs", "truppe+aufmarsch" }, { "wandhalterung", "wand+halterung" },
	{ "kinderzahnheilkunde", "kind+zahn+heilkunde" }, { "taschenhersteller", "tasche+hersteller" }, { "blutorange", "blut+orange" },
	{ "baumwolljacke", "baumwolle+jacke" }, { "sommerkleid", "sommer+kleid" }, { "schulhof", "schule+hof" }, { "regierungserklarung", "regierung+erklarung" },
	{ "liebesbrief", "liebe+brief" }, { "gewerkschaftsbund", "gewerkschaft+bund" }, { "grenzubergange", "grenze+ubergang" }, { "staatsvertrag", "staat+vertrag" },
	{ "gesellschaft", NULL }, { "gewerkschaft", NULL }, { "kurzehose", "kurz+hose" }, { "erlangerstrasse", "erlanger+strasse" }, { "baumwolle", "baum+wolle" }, { "truppe", NULL }, { "haustur", "haus+tur" },
	{ "unbekannt", NULL }, { "kleiderschrank", "kleid+schrank" }, { "", NULL },
	/* stems of verbs, and what is none of their compounds */
	{ "jonglierkeulen", "jonglier+keule" }, { "studierzimmer", "studier+zimmer" }, { "spaziergang", "spazier+gang" }, { "fahrplan", "fahr+plan" }, { "waschzimmer", "wasch+zimmer" },
	{ "schreibbarren", "schreib+barren" }, { "studierende", NULL }, { "spazierenden", NULL }, { "schreibender", NULL }, { "studierendenamt", NULL }, { "skalierbare", NULL },
	{ "studiertesten", NULL }, { "jongliererkeule", NULL }, { "keulenjonglier", NULL },
};

START_TEST(a_word_has_these_parts)
{
	struct lexicon x;
	struct compound c;
	char text[400] = "";
	fill(&x);
	ck_assert_int_eq(compound_split(&x, NULL, slice_str(splits[_i].word), &c), FUND_OK);
	for (uint32_t i = 0; i < c.n; i++)
		sprintf(text + strlen(text), "%s%.*s", i ? "+" : "", c.parts[i].len, (const char *)c.parts[i].word);
	ck_assert_msg(splits[_i].parts ? strcmp(text, splits[_i].parts) == 0 : c.n == 0, "%s: %s", splits[_i].word, text);
	lexicon_release(&x);
}
END_TEST

/* Some nouns in a row, now and then with other letters between them; in memory of that length. */
static struct slice random_word(uint64_t *state)
{
	uint8_t word[200];
	size_t n = 0;
	for (uint32_t i = random_below(state, 7); i > 0; i--) {
		const char *part = random_below(state, 5) ? nouns[random_below(state, N(nouns))] : "nesx";
		memcpy(word + n, part, strlen(part));
		n += strlen(part);
	}
	uint8_t *exact = malloc(n + 1);
	memcpy(exact, word, n);
	return slice_of(exact, n);
}

START_TEST(the_parts_of_any_letters_cover_the_word)
{
	uint64_t state = 4;
	struct lexicon x;
	fill(&x);
	for (int round = 0; round < 50000; round++) {
		struct slice word = random_word(&state);
		struct compound c;
		ck_assert_int_eq(compound_split(&x, NULL, word, &c), FUND_OK);
		if (c.n) {
			ck_assert(c.n >= 2 && c.n <= COMPOUND_PARTS && c.parts[0].off == 0 && c.parts[c.n - 1].end == word.len);
			for (uint32_t i = 0; i < c.n; i++) {
				ck_assert(i == 0 || c.parts[i].off == c.parts[i - 1].end);
				ck_assert(lexicon_find(&x, slice_of(c.parts[i].word, c.parts[i].len)) != NULL);
			}
		}
		free((void *)(uintptr_t)word.data);
	}
	lexicon_release(&x);
}
END_TEST

/* A lexicon as an index keeps it: blocks, found by their letter. */
struct blocks {
	struct buf of[256];
	size_t n;
};

static enum fund_status keep_block(void *context, uint8_t letter, struct slice block)
{
	struct blocks *b = context;
	b->n++;
	ck_assert_uint_eq(b->of[letter].len, 0);
	return buf_add_slice(&b->of[letter], block);
}

static void release_blocks(struct blocks *b)
{
	for (size_t i = 0; i < 256; i++)
		buf_release(&b->of[i]);
}

static enum fund_status from_blocks(void *context, struct lexicon *x, struct slice text)
{
	struct blocks *b = context;
	struct slice block = slice_buf(&b->of[text.data[0]]);
	return block.len ? lexicon_decode_beginnings(x, block, text) : FUND_OK;
}

/* Behind its letters a part's word holds whatever was there. */
static bool same_split(const struct compound *a, const struct compound *b)
{
	bool same = a->n == b->n;
	for (uint32_t i = 0; same && i < a->n; i++) {
		const struct compound_part *p = &a->parts[i], *q = &b->parts[i];
		same = p->off == q->off && p->end == q->end && slice_equal(slice_of(p->word, p->len), slice_of(q->word, q->len));
	}
	return same;
}

/* Of few letters, so that most beginnings of a word are words, too. */
static struct slice dense_word(uint64_t *state, uint32_t most, uint8_t room[LEXICON_WORD_MAX])
{
	size_t len = 3 + random_below(state, most - 2);
	for (size_t i = 0; i < len; i++)
		room[i] = (uint8_t)"aesn"[random_below(state, 4)];
	return slice_of(room, len);
}

static void check_split(struct lexicon *x, struct lexicon *few, struct blocks *blocks, struct slice word)
{
	struct word_source source = { blocks, from_blocks };
	struct compound a, b;
	lexicon_reset(few);
	ck_assert_int_eq(compound_split(x, NULL, word, &a), FUND_OK);
	ck_assert_int_eq(compound_split(few, &source, word, &b), FUND_OK);
	ck_assert_msg(same_split(&a, &b), "%.*s", (int)word.len, (const char *)word.data);
	ck_assert_uint_lt(few->n, x->n);
}

START_TEST(the_words_that_a_words_letters_lead_to_split_it_as_all_words_do)
{
	uint64_t state = 9;
	struct lexicon x, few = LEXICON_INIT;
	static struct blocks blocks;
	uint8_t room[LEXICON_WORD_MAX];
	fill(&x);
	for (int i = 0; i < 40000; i++)
		ck_assert_int_eq(lexicon_add(&x, dense_word(&state, 9, room), 1 + (uint64_t)(i % 90), LEXICON_NOUN), FUND_OK);
	ck_assert_int_eq(lexicon_encode(&x, &blocks, keep_block), FUND_OK);
	ck_assert_uint_gt(blocks.n, 10);
	for (int round = 0; round < 3000; round++) {
		struct slice word = random_word(&state), dense = dense_word(&state, 20, room);
		check_split(&x, &few, &blocks, word);
		check_split(&x, &few, &blocks, dense);
		free((void *)(uintptr_t)word.data);
	}
	release_blocks(&blocks);
	lexicon_release(&x), lexicon_release(&few);
}
END_TEST

/* By hand: is it the text's beginning, or that but for an e at its end? */
static bool may_begin(struct slice word, struct slice text)
{
	size_t n = word.len - 1;
	if (n > text.len || memcmp(word.data, text.data, n) != 0)
		return false;
	return word.data[n] == 'e' || (n < text.len && word.data[n] == text.data[n]);
}

static void check_beginnings(const struct lexicon *x, struct blocks *blocks, struct slice text)
{
	struct lexicon found = LEXICON_INIT;
	size_t n = 0;
	ck_assert_int_eq(from_blocks(blocks, &found, text), FUND_OK);
	for (size_t i = 0; i < x->n_slots; i++) {
		const struct lexicon_word *w = &x->slots[i];
		if (!w->data || !may_begin(lexicon_bytes(w), text) || w->data[0] != text.data[0])
			continue;
		const struct lexicon_word *as_read = lexicon_find(&found, lexicon_bytes(w));
		ck_assert_msg(as_read && as_read->count == w->count && as_read->flags == w->flags, "%.*s of %.*s", w->len, w->data, (int)text.len, text.data);
		n++;
	}
	ck_assert_uint_eq(found.n, n);
	lexicon_release(&found);
}

START_TEST(all_words_are_found_that_a_text_begins_with_and_no_other)
{
	static const char *const words[] = { "sch", "schal", "sche", "schild", "schul", "schule", "schulen", "schulh", "schulhof", "schulhofe", "schulzeit", "bad", "bade", "badeort" };
	static const char *const texts[] = { "schulhof", "schul", "schu", "sch", "badanstalt", "bad", "badezimmer", "x" };
	uint64_t state = 5;
	struct lexicon x = LEXICON_INIT;
	static struct blocks blocks;
	uint8_t room[LEXICON_WORD_MAX];
	for (size_t i = 0; i < N(words); i++)
		ck_assert_int_eq(lexicon_add(&x, slice_str(words[i]), 1 + 100 * i, i % 2), FUND_OK);
	for (int i = 0; i < 3000; i++)
		ck_assert_int_eq(lexicon_add(&x, dense_word(&state, 9, room), 1 + (uint64_t)i, LEXICON_NOUN), FUND_OK);
	ck_assert_int_eq(lexicon_encode(&x, &blocks, keep_block), FUND_OK);
	for (size_t i = 0; i < N(texts); i++)
		check_beginnings(&x, &blocks, slice_str(texts[i]));
	for (int i = 0; i < 500; i++)
		check_beginnings(&x, &blocks, dense_word(&state, 20, room));
	release_blocks(&blocks);
	lexicon_release(&x);
}
END_TEST

/* Longest words, and letters of all values. */
START_TEST(any_word_is_read_as_it_was_written)
{
	uint64_t state = 3;
	struct lexicon x = LEXICON_INIT, y = LEXICON_INIT;
	static struct blocks blocks;
	uint8_t room[LEXICON_WORD_MAX];
	for (int i = 0; i < 3000; i++) {
		size_t len = i % 50 ? 1 + random_below(&state, LEXICON_WORD_MAX) : LEXICON_WORD_MAX;
		for (size_t k = 0; k < len; k++)
			room[k] = (uint8_t)(i % 3 ? random_next(&state) : 'a' + random_below(&state, 2));
		ck_assert_int_eq(lexicon_add(&x, slice_of(room, len), 1 + (uint64_t)(i * i), (unsigned)i % 2), FUND_OK);
	}
	ck_assert_int_eq(lexicon_encode(&x, &blocks, keep_block), FUND_OK);
	for (unsigned letter = 0; letter < 256; letter++)
		if (blocks.of[letter].len)
			ck_assert_int_eq(lexicon_decode(&y, (uint8_t)letter, slice_buf(&blocks.of[letter])), FUND_OK);
	ck_assert_uint_eq(x.n, y.n);
	for (size_t i = 0; i < x.n_slots; i++)
		if (x.slots[i].data) {
			const struct lexicon_word *w = lexicon_find(&y, lexicon_bytes(&x.slots[i]));
			ck_assert(w && w->count == x.slots[i].count && w->flags == x.slots[i].flags);
		}
	release_blocks(&blocks);
	lexicon_release(&x), lexicon_release(&y);
}
END_TEST

START_TEST(damage_of_a_lexicon_is_refused)
{
	struct lexicon x, y = LEXICON_INIT;
	static struct blocks blocks;
	uint64_t state = 6;
	fill(&x);
	ck_assert_int_eq(lexicon_encode(&x, &blocks, keep_block), FUND_OK);
	const struct buf *bytes = &blocks.of['t'];
	ck_assert_uint_gt(bytes->len, 20);
	for (size_t bit = 0; bit < 8 * bytes->len; bit++) {
		bytes->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(lexicon_decode(&y, 't', slice_buf(bytes)), FUND_CORRUPT);
		lexicon_reset(&y);
		enum fund_status st = lexicon_decode_beginnings(&y, slice_buf(bytes), slice_str("truppenaufmarsch"));
		ck_assert(st == FUND_CORRUPT || (st == FUND_OK && lexicon_find(&y, slice_str("truppe"))));
		lexicon_reset(&y);
		bytes->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (int round = 0; round < 20000; round++) { /* with right checksums */
		struct buf sealed = BUF_INIT;
		struct checked c;
		ck_assert_int_eq(checked_open(slice_buf(bytes), &c), FUND_OK);
		size_t len = 1 + random_below(&state, (uint32_t)c.bytes.len);
		uint8_t *copy = malloc(len);
		memcpy(copy, c.bytes.data, len);
		copy[random_below(&state, (uint32_t)len)] = (uint8_t)random_next(&state);
		ck_assert_int_eq(checked_put(slice_of(copy, len), &sealed), FUND_OK);
		lexicon_reset(&y);
		enum fund_status st = lexicon_decode(&y, 't', slice_buf(&sealed));
		ck_assert(st == FUND_OK || st == FUND_CORRUPT);
		st = lexicon_decode_beginnings(&y, slice_buf(&sealed), slice_str("truppenaufmarsch"));
		ck_assert(st == FUND_OK || st == FUND_CORRUPT);
		buf_release(&sealed);
		free(copy);
	}
	release_blocks(&blocks);
	lexicon_release(&x), lexicon_release(&y);
}
END_TEST

/* ---- stems of verbs ---- */

static const struct {
	const char *infinitive, *stem; /* "": none */
} ieren[] = { { "jonglieren", "jonglier" }, { "studieren", "studier" }, { "nieren", "" }, { "tieren", "" }, { "frieren", "" }, { "addieren", "addier" }, { "jongliert", "" }, { "", "" } };

START_TEST(a_verb_in_ieren_gives_its_stem_and_a_plural_does_not)
{
	struct slice stem = verb_stem_of_ieren(slice_str(ieren[_i].infinitive));
	ck_assert_msg(slice_equal(stem, slice_str(ieren[_i].stem)), "%s", ieren[_i].infinitive);
}
END_TEST

static const struct {
	const char *term;
	struct {
		const char *word;
		uint64_t small;
	} forms[4];
	uint64_t times; /* 0: no verb */
} verbs[] = {
	{ "wandern", { { "wandernen", 9 }, { "wanderne", 1 } }, 9 },
	{ "fahr", { { "fahren", 40 }, { "fahre", 3 }, { "fahrt", 20 } }, 40 },
	{ "fahr", { { "fahren", 40 } }, 0 },				    /* nothing but -en: a plural */
	{ "gross", { { "grossen", 40 }, { "grosse", 35 }, { "grosser", 20 } }, 0 }, /* an adjective */
	{ "klein", { { "kleinen", 80 }, { "kleine", 10 }, { "kleiner", 30 } }, 0 }, /* another */
	{ "sagt", { { "sagten", 10 }, { "sagte", 90 } }, 0 },		    /* a past */
	{ "lauf", { { "laufen", 2 }, { "laufe", 1 } }, 0 },		    /* hardly met */
	{ "tun", { { "tunen", 40 }, { "tune", 3 } }, 0 },		    /* short */
	{ "wand", { { "wand", 50 }, { "wanden", 40 }, { "wande", 2 } }, 0 }, /* more often without an ending */
};

START_TEST(a_verb_is_known_by_its_endings)
{
	struct buf forms = BUF_INIT;
	for (size_t i = 0; i < 4 && verbs[_i].forms[i].word; i++) {
		struct met_form f = { slice_str(verbs[_i].forms[i].word), verbs[_i].forms[i].small, 0, verbs[_i].forms[i].small };
		ck_assert_int_eq(met_form_put(&forms, &f), FUND_OK);
	}
	ck_assert_uint_eq(verb_times(slice_str(verbs[_i].term), slice_buf(&forms)), verbs[_i].times);
	buf_release(&forms);
}
END_TEST

/* ---- in an index ---- */

static struct scratch scratch;

/* Its folder. */
static const char *make_archive(void)
{
	static char dir[300];
	scratch_make(&scratch);
	snprintf(dir, sizeof(dir), "%s/a", scratch.dir);
	return dir;
}

static void index_it(const char *options)
{
	program_expect(0, "fundstelle-index -q -i %s/i %s %s/a", scratch.dir, options, scratch.dir);
}

static void lists(const char *query, const char *paths)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -f paths %s", scratch.dir, query);
	ck_assert_msg(strcmp(o.out, paths) == 0, "%s: %s%s", query, o.out, o.err);
	outcome_free(&o);
}

START_TEST(a_part_finds_its_compounds_below_itself_whatever_the_night)
{
	const char *dir = make_archive();
	file_write(dir, "wort.txt", "Der Aufmarsch begann. Ein Aufmarsch ist ein Aufmarsch; die Truppe sah es, die Truppe stand, eine Truppe.\n");
	file_write(dir, "zusammen.txt", "Der Truppenaufmarsch begann gestern und auch heute, dies sagt der Bericht von dort.\n");
	index_it("");
	lists("Aufmarsch", "wort.txt\nzusammen.txt\n");
	lists("Truppen", "wort.txt\nzusammen.txt\n");
	lists("Truppenaufmarsch", "zusammen.txt\n");
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -f jsonl --explain Aufmarsch", scratch.dir);
	ck_assert_msg(strstr(o.out, "\"kind\": \"part\"") != NULL, "%s", o.out);
	ck_assert_msg(strstr(strchr(o.out, '\n'), "\"marks\": [[") != NULL, "%s", o.out);
	outcome_free(&o);
	/* a later run knows no noun by itself: the lexicon of the index splits */
	file_write(dir, "spaeter.txt", "Ein Aufmarschtruppen wird erwartet.\n");
	index_it("");
	lists("Aufmarsch", "wort.txt\nspaeter.txt\nzusammen.txt\n");
	index_it("--rebuild");
	program_expect(0, "fundstelle-index -i %s/i --compact", scratch.dir);
	lists("Aufmarsch", "wort.txt\nspaeter.txt\nzusammen.txt\n");
	program_expect(0, "fundstelle-index -i %s/i --verify=deep", scratch.dir);
	scratch_remove(&scratch);
}
END_TEST

START_TEST(words_side_by_side_rank_above_the_same_words_apart)
{
	const char *dir = make_archive();
	file_write(dir, "a.txt", "Die Wahl war lange her, als in einer anderen Stadt und zu ganz anderer Zeit das Wetter umschlug.\n");
	file_write(dir, "b.txt", "Die Wahl und das Wetter waren lange her, als in einer anderen Stadt zu ganz anderer Zeit umschlug.\n");
	index_it("");
	lists("Wahl Wetter", "b.txt\na.txt\n");
	lists("Wetter Wahl -n 1", "b.txt\n");
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -f jsonl -n 1 --explain Wahl Wetter", scratch.dir);
	ck_assert_msg(strstr(o.out, "\"kind\": \"proximity\"") != NULL, "%s", o.out);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s/i -n 1 --explain Wahl Wetter", scratch.dir);
	ck_assert_msg(strstr(o.out, "  proximity (side by side)\n") != NULL, "%s", o.out);
	outcome_free(&o);
	scratch_remove(&scratch);
}
END_TEST

/* ---- one word, two words, a hyphen ---- */

/* What the spellings are made of, so often that a small archive has it for a part. */
#define TIMES 8
static void write_nouns(const char *dir, const char *text)
{
	struct buf all = BUF_INIT;
	for (int i = 0; i < TIMES; i++)
		ck_assert_int_eq(buf_add_str(&all, text), FUND_OK);
	ck_assert_int_eq(buf_add_byte(&all, 0), FUND_OK);
	file_write(dir, "woerter.txt", (const char *)all.data);
	buf_release(&all);
}

static const struct {
	const char *together, *apart, *hyphen;
	const char *words; /* of the archive */
	const char *dictionary; /* hunspell's */
} spellings[] = {
	{ "Jonglierkeulen", "Jonglier Keulen", "Jonglier-Keulen", "Sie jonglieren. Die Keule, eine Keule. ", "" },
	{ "Jonglierkeulen", "Jonglier Keulen", "Jonglier-Keulen", "Nichts davon. ", "Keule\njonglieren\n" },
	{ "Schreibtische", "Schreib Tische", "Schreib-Tische", "Wir schreiben, ihr schreibt, wir schreiben, sie schreiben, sie schreiben, ich schreibe. Am Tisch. ", "" },
	{ "Wandhalterung", "Wand Halterung", "Wand-Halterung", "An der Wand. Die Halterung. ", "" },
	{ "Kinderzahnheilkunde", "Kinder Zahnheilkunde", "Kinder-Zahnheilkunde", "Ein Kind. Der Zahn. Die Heilkunde. ", "" },
	{ "Kinderzahnheilkunde", "Kinderzahn Heilkunde", "Kinderzahn-Heilkunde", "Ein Kind. Der Zahn. Die Heilkunde. ", "" },
	{ "Taschenhersteller", "Taschen Hersteller", "Taschen-Hersteller", "Die Tasche. Der Hersteller. ", "" },
	{ "Blutorange", "Blut Orange", "Blut-Orange", "Das Blut. Die Orange. ", "" },
	{ "Baumwolljacke", "Baumwoll Jacke", "Baumwoll-Jacke", "Die Baumwolle. Die Jacke. ", "" },
	{ "Erlangerstraße", "Erlanger Straße", "Erlanger-Straße", "Der Erlanger. Die Straße. ", "" },
	{ "Sommerkleid", "Sommer Kleid", "Sommer-Kleid", "Im Sommer. Das Kleid. ", "" },
	{ "Kurzehose", "Kurze Hose", "Kurze-Hose", "Nichts davon. ", "Hose\nkurz\n" },
};

/* Until clear_dictionary(). */
static void use_dictionary(const char *words)
{
	char path[400];
	snprintf(path, sizeof path, "%s/klein.dic", scratch.dir);
	file_write(scratch.dir, "klein.dic", words);
	setenv("FUNDSTELLE_DICTIONARY", path, 1);
}

static void clear_dictionary(void) { unsetenv("FUNDSTELLE_DICTIONARY"); }

static bool finds(const char *query, const char *file)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -f paths -n 0 %s", scratch.dir, query);
	bool found = strstr(o.out, file) != NULL;
	outcome_free(&o);
	return found;
}

START_TEST(a_compound_in_one_word_two_words_and_with_a_hyphen_find_each_other)
{
	static const char *const files[] = { "zusammen.txt", "getrennt.txt", "strich.txt" };
	const char *texts[] = { spellings[_i].together, spellings[_i].apart, spellings[_i].hyphen }, *dir = make_archive();
	char text[200];
	use_dictionary(spellings[_i].dictionary);
	write_nouns(dir, spellings[_i].words);
	for (size_t i = 0; i < N(files); i++) {
		snprintf(text, sizeof text, "Dort lag gestern %s auf dem Boden.\n", texts[i]);
		file_write(dir, files[i], text);
	}
	index_it("");
	for (size_t q = 0; q < N(files); q++)
		for (size_t f = 0; f < N(files); f++)
			ck_assert_msg(finds(texts[q], files[f]), "%s does not find %s", texts[q], texts[f]);
	ck_assert_msg(!finds(texts[0], "woerter.txt"), "%s finds its parts anywhere", texts[0]);
	clear_dictionary();
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_compound_is_no_two_words_that_are_inflected_or_apart_or_another_word)
{
	const char *dir = make_archive();
	use_dictionary("Stadt\nZeh\nHose\nSommer\nKleid\nkurz\ngro\xDF\n");
	file_write(dir, "gross.txt", "In jeder großen Stadt, in der große Stadt, Stadt.\n");
	file_write(dir, "sommer.txt", "Der Sommer kam und mit ihm ein Kleid.\n");
	file_write(dir, "zeh.txt", "Der Zeh tat weh, auch die Hose.\n");
	file_write(dir, "hose.txt", "Nur noch eine Kurzehose lag dort.\n");
	index_it("");
	lists("Großstadt", "");
	lists("Sommerkleid", "");
	lists("Zeh", "zeh.txt\n");
	lists("Hose", "zeh.txt\nhose.txt\n");
	file_write(dir, "gross.txt", "Eine Groß Stadt wie diese.\n");
	index_it("");
	lists("Großstadt", "gross.txt\n");
	lists("-- -Großstadt Hose Stadt", "zeh.txt\nhose.txt\n");
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -f jsonl --explain Großstadt", scratch.dir);
	ck_assert_msg(strstr(o.out, "\"term\": \"Groß stadt\", \"field\": \"text\", \"kind\": \"variant\"") != NULL, "%s", o.out);
	outcome_free(&o);
	clear_dictionary();
	scratch_remove(&scratch);
}
END_TEST

/* What the first hit scores from a part of the query's compound: "wand" of Wandhalterung. */
static void explains_wand(const char *query, bool with)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/i -n 1 -f jsonl --explain %s", scratch.dir, query);
	ck_assert_msg(o.status == 0 && strstr(o.out, "a.txt") && (strstr(o.out, "\"term\": \"wand\"") != NULL) == with, "%s: %s%s", query, o.out, o.err);
	outcome_free(&o);
}

START_TEST(parts_of_a_compound_count_only_where_hits_may_lack_it)
{
	const char *dir = make_archive();
	setenv("FUNDSTELLE_DICTIONARY", "none", 1);
	write_nouns(dir, "Die Wand. Die Halterung. ");
	file_write(dir, "2020/01/a.txt", "Am Boden lag die Wandhalterung, die von der Wand kam.\n");
	file_write(dir, "others.jsonl", "{\"text\":\"Regen.\"}\n{\"text\":\"Schnee.\"}\n{\"text\":\"Wind.\"}\n{\"text\":\"Sonne.\"}\n{\"text\":\"Nebel.\"}\n"); /* what most articles have says nothing */
	index_it("");
	explains_wand("Wandhalterung", false);
	explains_wand("der Wandhalterung", false);
	explains_wand("+Wandhalterung -Nirgendwort --from=1900", false);
	explains_wand("(Wandhalterung)", false);
	explains_wand("+Wandhalterung Boden", false);
	explains_wand("--all Wandhalterung Boden", false);
	explains_wand("Wandhalterung Boden", true);
	explains_wand("der (Wandhalterung) Boden", true);
	clear_dictionary();
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_compound_that_many_articles_have_is_not_looked_for_as_two_words)
{
	const char *dir = make_archive();
	char name[32];
	setenv("FUNDSTELLE_DICTIONARY", "none", 1);
	write_nouns(dir, "Die Wand. Die Halterung. ");
	file_write(dir, "getrennt.txt", "Dort hing eine Wand Halterung.\n");
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "%d.txt", i);
		file_write(dir, name, "Dort hing eine Wandhalterung.\n");
	}
	index_it("");
	ck_assert(finds("Wandhalterung", "getrennt.txt"));
	file_write(dir, "9.txt", "Dort hing eine Wandhalterung.\n");
	index_it("");
	ck_assert(!finds("Wandhalterung", "getrennt.txt"));
	clear_dictionary();
	scratch_remove(&scratch);
}
END_TEST

/* The file that is to be second comes first by its name. */
START_TEST(a_compound_that_is_looked_for_as_two_words_too_is_close_to_its_neighbours)
{
	const char *dir = make_archive();
	setenv("FUNDSTELLE_DICTIONARY", "none", 1);
	write_nouns(dir, "Die Wand. Die Halterung. ");
	file_write(dir, "getrennt.txt", "Dort hing eine Wand Halterung.\n");
	file_write(dir, "a.txt", "Eine Wandhalterung hing dort, und gestern noch sah er in jener Stadt und zu anderer Zeit den Bohrer.\n");
	file_write(dir, "b.txt", "Eine Wandhalterung und den Bohrer sah er gestern noch dort in jener Stadt, und zu anderer Zeit hing.\n");
	index_it("");
	lists("Wandhalterung Bohrer -n 2", "b.txt\na.txt\n");
	lists("+Wandhalterung +Bohrer -n 1", "b.txt\n");
	ck_assert(finds("Wandhalterung Bohrer", "getrennt.txt"));
	clear_dictionary();
	scratch_remove(&scratch);
}
END_TEST

#define FAR "als in einer anderen Stadt und zu ganz anderer Zeit von dort her, so sagt es jener Bericht über sie, noch dazu dieses und auch jenes geschah, "

START_TEST(two_parts_of_one_compound_rank_above_the_two_words_far_apart)
{
	const char *dir = make_archive();
	file_write(dir, "nouns.txt", "Ein Aufmarsch, der Aufmarsch, jeder Aufmarsch; die Truppe, eine Truppe, jene Truppe.\n");
	file_write(dir, "one.txt", "Der Truppenaufmarsch begann, " FAR FAR "mit Blick nach Osten.\n");
	file_write(dir, "apart.txt", "Der Aufmarsch begann, " FAR FAR "bei der Truppe.\n");
	index_it("");
	lists("Truppen Aufmarsch", "nouns.txt\none.txt\napart.txt\n");
	lists("\"Truppen Aufmarsch\"", "");
	lists("Aufmarsch NEAR/2 begann --sort=oldest", "apart.txt\none.txt\n"); /* a part stands where its compound stands */
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_number_is_found_in_groups_as_it_is_in_a_text)
{
	const char *dir = make_archive();
	file_write(dir, "a.txt", "Gemeldet wurden 8.685 neue Fälle und fast 60 000 insgesamt.\n");
	file_write(dir, "b.txt", "Gemeldet wurden 685 neue Fälle; 8 davon gestern, 60 vorher.\n");
	index_it("");
	lists("60 000", "a.txt\n");
	lists("--all 60 000 Fälle", "a.txt\n");
	lists("60.000", "a.txt\n");
	lists("neue Fälle 8 685 -n 1", "b.txt\n"); /* it has both groups */
	file_write(dir, "b.txt", "Gemeldet wurden keine neuen Fälle, Fälle, Fälle.\n");
	index_it("");
	lists("neue Fälle -n 1", "b.txt\n");
	lists("neue Fälle 8 685 -n 1", "a.txt\n");
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_compound(void);
Suite *suite_compound(void)
{
	Suite *s = suite_create("compounds");
	TCase *t = tcase_create("compounds");

	tcase_add_loop_test(t, a_word_has_these_parts, 0, (int)(sizeof(splits) / sizeof(*splits)));
	tcase_add_test(t, the_parts_of_any_letters_cover_the_word);
	tcase_add_test(t, the_words_that_a_words_letters_lead_to_split_it_as_all_words_do);
	tcase_add_test(t, all_words_are_found_that_a_text_begins_with_and_no_other);
	tcase_add_test(t, any_word_is_read_as_it_was_written);
	tcase_add_test(t, damage_of_a_lexicon_is_refused);
	tcase_add_loop_test(t, a_verb_in_ieren_gives_its_stem_and_a_plural_does_not, 0, (int)N(ieren));
	tcase_add_loop_test(t, a_verb_is_known_by_its_endings, 0, (int)N(verbs));
	tcase_add_test(t, words_side_by_side_rank_above_the_same_words_apart);
	tcase_add_test(t, two_parts_of_one_compound_rank_above_the_two_words_far_apart);
	tcase_add_loop_test(t, a_compound_in_one_word_two_words_and_with_a_hyphen_find_each_other, 0, (int)N(spellings));
	tcase_add_test(t, a_compound_is_no_two_words_that_are_inflected_or_apart_or_another_word);
	tcase_add_test(t, a_compound_that_is_looked_for_as_two_words_too_is_close_to_its_neighbours);
	tcase_add_test(t, parts_of_a_compound_count_only_where_hits_may_lack_it);
	tcase_add_test(t, a_compound_that_many_articles_have_is_not_looked_for_as_two_words);
	tcase_add_test(t, a_number_is_found_in_groups_as_it_is_in_a_text);
	tcase_add_test(t, a_part_finds_its_compounds_below_itself_whatever_the_night);
	suite_add_tcase(s, t);
	return s;
}
