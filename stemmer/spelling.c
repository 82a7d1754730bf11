/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/spelling.h"

#include "base/hash.h"

/* ---- tables; all is folded: no umlauts, ss for ß ---- */

/* Where t and h stand together today: in words from the Greek and in names, and where a part of a compound begins with h. */
static const char *const keeps_th[] = {
	"theat", "them", "theo", "these", "thesi", "ther", "thron", "thrill", "thai", "thoma", "thuring", "thurgau", "athl", "atheis", "ethi", "ethn", "math",
	"meth", "kath", "orthod", "orthog", "orthop", "worth", "forth", "path", "rhyth", "synth", "anthr", "thek", "marath", "panth", "luther", "gothe", "elisabeth", "doroth", "marth", "edith",
	"judith", "smith", "thatch", "macbeth", "bethleh", "north", "south", "health", "youth", "thorax", "thym", "thyss", "lithi", "litho", "lith", "myth",
	"plethor", "asth", "prothes", "parenth", "hypoth", "epith", "zith", "thaus", "thall", "theim", "thof", "tholz", "thand", "thund", "thilf", "thaft",
	"theit", "thalt", "thaar", "thauf", "thoch", "thin", "therr", "themd", "thort", "thang", "thaut", "theft", "thinter", "thuhn", "thoff", "thutte",
};

/* Words that are written with c today. */
static const char *const keeps_c[] = {
	"comput", "comic", "corona", "covid", "city", "club", "camp", "cafe", "center", "percent", "clan", "clip", "code", "coach", "cola", "contain", "cool", "crash", "creme",
	"crew", "cup", "cyber", "account", "office", "servic", "police", "facebook", "merc", "micro", "cannabis", "canada", "carl", "claudia", "clara",
	"cloud", "cover", "court", "count", "casting", "celsius", "cello", "cocktail", "chanc", "scan", "score", "discount", "podcast", "outcom",
	"race", "face", "place", "space", "peace", "balanc", "france", "francisco", "vincent", "lucas", "marc", "eric", "oscar", "nicol", "pascal", "barcelona",
};

/* And with ey. */
static const char *const keeps_ey[] = { "disney", "hockey", "money", "jersey", "valley", "harley", "turkey", "journey", "sydney", "whitney", "kelley" };

static const struct pair {
	const char *from, *to;
} words[] = { /* whole words */
	{ "janner", "januar" }, { "janners", "januars" }, { "feber", "februar" }, { "febers", "februars" }, { "diess", "dies" }, { "blos", "bloss" },
	{ "brod", "brot" },	{ "brodes", "brotes" },	  { "bey", "bei" },	  { "sey", "sei" },	  { "baar", "bar" },	   { "baare", "bare" },
	{ "baares", "bares" },	{ "baaren", "baren" },	  { "rauh", "rau" },	  { "rauhs", "raus" },	  { "tip", "tipp" },	   { "tips", "tipps" },
	{ "stop", "stopp" },	{ "stops", "stopps" },	  { "bischen", "bisschen" }, { "karamel", "karamell" },
},
  inside[] = { /* anywhere in a word; by their first letters, the first that fits a place */
	{ "addres", "adres" }, { "allmalig", "allmahlich" }, { "aufwendig", "aufwandig" }, { "baarsch", "barsch" }, { "baarz", "barz" }, { "brodt", "brot" }, { "behend", "behand" }, { "belemmert", "belammert" }, { "bureau", "buro" },
	{ "crystall", "kristall" }, { "capitain", "kapitan" }, { "delphin", "delfin" }, { "dessh", "desh" }, { "elephant", "elefant" }, { "erndt", "ernt" },
	{ "fieng", "fing" }, { "graph", "graf" }, { "gieb", "gib" }, { "gieng", "ging" }, { "gescheidt", "gescheit" }, { "giltig", "gultig" }, { "granz", "grenz" },
	{ "gesammt", "gesamt" }, { "gemse", "gamse" }, { "hieng", "hing" }, { "heerd", "herd" }, { "hulf", "hilf" }, { "ieen", "ien" }, { "joghurt", "jogurt" }, { "justiti", "justizi" },
	{ "kameel", "kamel" }, { "krystall", "kristall" }, { "kapitain", "kapitan" }, { "kanguruh", "kanguru" }, { "loos", "los" },
	{ "litteratur", "literatur" }, { "maass", "mass" }, { "maal", "mal" }, { "ntial", "nzial" }, { "ntiell", "nziell" },
	{ "nemlich", "namlich" }, { "numerier", "nummerier" }, { "nissm", "nism" }, { "nissl", "nisl" }, { "nissv", "nisv" }, { "nissf", "nisf" },
	{ "phot", "fot" }, { "phon", "fon" }, { "phantas", "fantas" }, { "packet", "paket" }, { "porcellan", "porzellan" },
	{ "plazier", "platzier" }, { "quentchen", "quantchen" }, { "rauhe", "raue" }, { "roheit", "rohheit" }, { "schwerdt", "schwert" },
	{ "schaar", "schar" }, { "schooss", "schoss" }, { "spruchwort", "sprichwort" }, { "sammtlich", "samtlich" }, { "sylb", "silb" },
	{ "styl", "stil" }, { "selbststand", "selbstand" }, { "stengel", "stangel" }, { "schneuz", "schnauz" }, { "stukkat", "stuckat" },
	{ "scen", "szen" }, { "scept", "szept" }, { "telephon", "telefon" }, { "todt", "tot" }, { "tolpatsch", "tollpatsch" },
	{ "uberschwenglich", "uberschwanglich" }, { "waar", "war" }, { "wessh", "wesh" }, { "zierat", "zierrat" },
};

/* Behind -ir of a verb from the French or Latin. */
static const char *const verb_endings[] = { "en", "e", "t", "te", "ten", "tes", "ter", "tem", "test", "est", "st", "end", "ende", "enden", "ender", "endes",
					    "ung", "ungen", "er", "ern", "ers", "bar" };

#define VERB_ENDING_MAX 5u
#define N(table) (sizeof(table) / sizeof((table)[0]))

static uint32_t letter_bit(uint8_t c) { return c >= 'a' && c <= 'z' ? UINT32_C(1) << (c - 'a') : UINT32_C(1) << 26; }

/* The letters behind this one at which a rule besides those of `inside` may fit: th, c, ey, three consonants. */
static uint32_t rules_at(unsigned letter)
{
	switch (letter + 'a') {
	case 'c': return UINT32_MAX;
	case 't': return letter_bit('h') | letter_bit('t');
	case 'e': return letter_bit('y');
	case 'i': case 'o': case 'u': case 'a': return 0;
	default: return UINT32_C(1) << letter;
	}
}

void spelling_init(struct spelling *s)
{
	unsigned k = 0;
	for (unsigned letter = 0; letter <= 26; letter++) {
		while (k < N(inside) && inside[k].from[0] < (char)('a' + letter))
			k++;
		s->first[letter] = (uint8_t)k;
	}
	for (unsigned letter = 0; letter < 26; letter++)
		s->second[letter] = rules_at(letter);
	for (k = 0; k < N(inside); k++)
		s->second[inside[k].from[0] - 'a'] |= letter_bit((uint8_t)inside[k].from[1]);
}

/* ---- places in a word ---- */

struct word_in_work {
	const struct spelling *tables;
	const uint8_t *in;
	size_t n;
	uint8_t *out;
	size_t len;
};

static uint8_t at(const struct word_in_work *w, size_t i) { return i < w->n ? w->in[i] : 0; }

static bool stands_at(const struct word_in_work *w, size_t at, const char *part, size_t len)
{
	return at + len <= w->n && memcmp(w->in + at, part, len) == 0;
}

/* Is the byte at `at` within one of these parts? */
static bool is_within(const struct word_in_work *w, size_t at, const char *const *parts, size_t n_parts)
{
	for (size_t i = 0; i < n_parts; i++) {
		size_t len = strlen(parts[i]);
		for (size_t back = 0; back < len && back <= at; back++)
			if ((uint8_t)parts[i][back] == w->in[at] && stands_at(w, at - back, parts[i], len))
				return true;
	}
	return false;
}

static void put(struct word_in_work *w, const char *text)
{
	size_t len = strlen(text);
	if (w->len + len <= SPELLING_ROOM) {
		memcpy(w->out + w->len, text, len);
		w->len += len;
	}
}

/* ---- the rules: each gives how many bytes it took, 0 where it does not fit ---- */

static size_t rule_inside(struct word_in_work *w, size_t i)
{
	unsigned letter = w->in[i] - 'a';
	for (unsigned k = w->tables->first[letter]; k < w->tables->first[letter + 1]; k++) {
		const char *from = inside[k].from;
		if ((uint8_t)from[1] == at(w, i + 1) && stands_at(w, i, from, strlen(from))) {
			put(w, inside[k].to);
			return strlen(from);
		}
	}
	return 0;
}

static size_t rule_th(struct word_in_work *w, size_t i)
{
	if (w->in[i] != 't' || at(w, i + 1) != 'h' || is_within(w, i, keeps_th, N(keeps_th)))
		return 0;
	put(w, "t");
	return 2;
}

static bool is_soft(uint8_t c) { return c == 'e' || c == 'i' || c == 'y'; }

/* c before e, i, y is z; before all else k. ch and ck stay. */
static size_t rule_c(struct word_in_work *w, size_t i)
{
	uint8_t next = at(w, i + 1);
	if (w->in[i] != 'c' || next == 'h' || next == 'k' || next == 0 || is_within(w, i, keeps_c, N(keeps_c)))
		return 0;
	if (next == 'c') {
		put(w, is_soft(at(w, i + 2)) ? "kz" : "kk");
		return 2;
	}
	put(w, is_soft(next) ? "z" : "k");
	return 1;
}

static size_t rule_ey(struct word_in_work *w, size_t i)
{
	if (w->in[i] != 'e' || at(w, i + 1) != 'y' || is_within(w, i, keeps_ey, N(keeps_ey)))
		return 0;
	put(w, "ei");
	return 2;
}

/* Of three consonants in a row two are left, as before 1996. */
static size_t rule_three(struct word_in_work *w, size_t i)
{
	uint8_t c = w->in[i];
	if (c < 'b' || c > 'z' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || at(w, i + 1) != c || at(w, i + 2) != c)
		return 0;
	const char two[] = { (char)c, (char)c, 0 };
	put(w, two);
	return 3;
}

static size_t (*const rules[])(struct word_in_work *, size_t) = { rule_inside, rule_th, rule_c, rule_ey, rule_three };

static void apply_rules(struct word_in_work *w)
{
	for (size_t i = 0; i < w->n;) {
		size_t took = 0;
		bool may = w->tables->second[w->in[i] - 'a'] & letter_bit(at(w, i + 1)); /* mostly not */
		for (size_t r = 0; r < N(rules) && took == 0 && may; r++)
			took = rules[r](w, i);
		if (took == 0 && w->len < SPELLING_ROOM)
			w->out[w->len++] = w->in[i];
		i += took ? took : 1;
	}
}

/* ---- ends of words ---- */

static bool has_vowel(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memchr("aeiouy", p[i], 6))
			return true;
	return false;
}

/* Gastwirt, Schafhirt; not triumphirt, extrahirt, marschirt. */
static bool is_wirt(const uint8_t *word, size_t ir)
{
	return word[ir - 1] == 'w' || (word[ir - 1] == 'h' && !memchr("paeiouc", word[ir - 2], 7));
}

static bool is_verb_ending(const uint8_t *ending, size_t n)
{
	for (size_t k = 0; k < N(verb_endings); k++)
		if (strlen(verb_endings[k]) == n && memcmp(verb_endings[k], ending, n) == 0)
			return true;
	return false;
}

/* komponirt -> komponiert. What is before the last -ir- has three letters and a vowel. */
static void modern_verb(uint8_t *word, size_t *len)
{
	size_t ir = *len;
	while (ir > 3 && *len - ir < VERB_ENDING_MAX + 2 && !(word[ir - 1] == 'i' && ir < *len && word[ir] == 'r'))
		ir--;
	ir--;
	if (ir < 3 || ir + 2 >= *len || word[ir] != 'i' || word[ir + 1] != 'r' || *len + 1 > SPELLING_ROOM)
		return;
	if (is_wirt(word, ir) || !has_vowel(word, ir) || !is_verb_ending(word + ir + 2, *len - ir - 2))
		return;
	memmove(word + ir + 2, word + ir + 1, *len - ir - 1);
	word[ir + 1] = 'e';
	++*len;
}

static void modern_end(uint8_t *word, size_t *len)
{
	if (*len > 5 && memcmp(word + *len - 4, "niss", 4) == 0)
		--*len;
	else
		modern_verb(word, len);
}

/* ---- the door ---- */

static bool is_plain(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] < 'a' || word.data[i] > 'z')
			return false;
	return word.len >= 3 && word.len <= SPELLING_MAX;
}

size_t spelling_modern(const struct spelling *tables, struct slice folded, uint8_t out[SPELLING_ROOM])
{
	struct word_in_work w = { tables, folded.data, folded.len, out, 0 };
	if (!is_plain(folded))
		return 0;
	for (size_t i = 0; i < N(words); i++)
		if ((uint8_t)words[i].from[0] == folded.data[0] && strlen(words[i].from) == folded.len && memcmp(words[i].from, folded.data, folded.len) == 0) {
			put(&w, words[i].to);
			return w.len;
		}
	apply_rules(&w);
	modern_end(out, &w.len);
	return w.len == folded.len && memcmp(out, folded.data, w.len) == 0 ? 0 : w.len;
}

static uint64_t add_strings(uint64_t hash, const char *const *strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = hash_bytes_seed(strings[i], strlen(strings[i]), hash);
	return hash;
}

static uint64_t add_pairs(uint64_t hash, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *both[] = { pairs[i].from, pairs[i].to };
		hash = add_strings(hash, both, 2);
	}
	return hash;
}

uint64_t spelling_fingerprint(void)
{
	uint64_t hash = add_strings(1, keeps_th, N(keeps_th));
	hash = add_strings(hash, keeps_c, N(keeps_c));
	hash = add_strings(hash, keeps_ey, N(keeps_ey));
	hash = add_pairs(add_pairs(hash, words, N(words)), inside, N(inside));
	return add_strings(hash, verb_endings, N(verb_endings));
}
