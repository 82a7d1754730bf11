/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/fold.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "stemmer/unicode.h"

/* Bytes of the first pass that the second resolves. */
enum { DROPPED = 0, UMLAUT_A = 1, UMLAUT_O = 2, UMLAUT_U = 3 };

/* Words in which ae, oe, ue are two sounds (-) or an umlaut against the rules (+), the digraph in capitals, ^ and $ the
 * word's ends. The first that fits decides. Read off the frequent words of newspapers. */
static const char patterns_ae[] =
	"+AEisch +europAEi +AEer$ +AEern$ +AEerin +sAEen +krAEen +mAEen "
	"-michAE -mikhAE -micAEl -isrAEl -raphAEl -rafAEl -raffAEl -ismAEl -nathanAEl -gAEl$ -gAElisch -gAEtan -^AEro "
	"-AErosol -AErob -AErodyn -anAErob -pAEll -mAEstr -tAEkwon -phAEton$ -lAEtiti -^jAEl$ -rAEd$ -bAEk -dAEgu "
	"-kAEsong -klimAE -coronAE -kamerAE -diasporAE -metAE -pizzAE -thomAE -altonAEr -jenAEr -fuldAEr -gothAEr "
	"-rigAEr -pirnAEr -ghanAEr -gerAEr -geraAE -yogaAE ";
static const char patterns_oe[] =
	"+^bOEen "
	"-pOEt -pOEs -kOEff -kOEx -kOEdu -nOEl -jOEl -phOEnix -bOEing -sOEben -sOEst$ -gastrOE -autOE -biOE -eurOE "
	"-nettOE -bruttOE -elektrOE -videOE -fotOE -photOE -risikOE -kontOE -discOE -diskOE -kinOE -dominOE -placebOE "
	"-pseudOE -radiOE -mikrOE -makrOE -infOE -tangOE -studiOE -sozioOE -neoOE -zOEe -hOEks -oslOEr -chicagOEr "
	"-kairOEr -tokiOEr -togOEr -herOEn -herOEs$ -benzOE -alOE -obOEn ";
static const char patterns_ue[] =
	"+menUE$ +menUEs$ +^tUEll +knUEll +zUErich +zUErch +zUErn +zUErcher "
	"-menUEtt -tUEll -dUEll -sUEll -xUEll -nUEll -tUEnt -idUEn -flUEn -grUEnz -dUEtt -minUEtt -statUE -bagUEtt "
	"-gUErill -gUErr -gUEvar -gUEz -gUEl$ -gUEls$ -migUEl -samUEl -manUEl -consUElo -venezUEl -pUErt -bUEno "
	"-fUErteve -nUEv -sUEz$ -sUEzk -pUEnte -pUEbl -vUElt -blUEs -^blUE -trUEs -^trUE -issUEs -avenUEs -valUEs "
	"-revUE -rescUE -vogUE -zUEr -zUEnt -zUEmp -zUEng -zUEss -tUEnd -^tUEn$ -^tUEst$ -tUErei -gUEst -tUEsday -^UEfa "
	"-crUEll -argUEs -continUE -puyUE ";

/* The class of every ASCII byte in a fold: its lower-case letter or digit, or 0 for signs. */
static inline uint8_t lower_ascii(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c + 32);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

/* First pass: letters folded one by one, umlauts as UMLAUT_x. Writes at most 8 bytes for each of text. */
static uint8_t *fold_letters(struct slice text, uint8_t *to, bool *digraph)
{
	const uint8_t *p = text.data, *end = slice_end(text);
	uint8_t last = 0;

	while (p < end) {
		uint8_t low = *p < 0x80 ? lower_ascii(*p) : 0;
		if (*p < 0x80) {
			p++;
			if (low == 0)
				continue;
			*digraph |= low == 'e' && (last == 'a' || last == 'o' || last == 'u');
			*to++ = last = low;
			continue;
		}
		uint32_t cp;
		size_t n = utf8_decode(p, end, &cp);
		enum char_class class = char_class(cp);
		struct slice folded = char_folded(cp);
		last = 0;
		if (folded.data != NULL) {
			memcpy(to, folded.data, folded.len);
			to += folded.len;
			last = to[-1];
			*digraph |= folded.len > 1;
		} else if (class_is_letter(class) || class == CHAR_IDEOGRAPH || (class == CHAR_MARK && cp >= 0x370)) {
			to += utf8_encode(cp, to);
		}
		p += n;
	}
	return to;
}

static bool is_vowel(uint8_t c)
{
	return c <= UMLAUT_U || c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* Does the pattern p (up to the blank) fit the word with its capitals at word[at]? Sets *next to the pattern behind. */
static bool pattern_fits(const char *p, struct slice word, size_t at, const char **next)
{
	bool from_start = *p == '^', fits;
	const char *first = p + from_start, *stop = strchr(p, ' '), *capital = first;

	*next = stop + 1;
	while (*capital > 'Z' || *capital < 'A')
		capital++;
	bool to_end = stop[-1] == '$';
	size_t before = (size_t)(capital - first), len = (size_t)(stop - first) - to_end;
	if (before > at || at - before + len > word.len)
		return false;
	fits = (!from_start || before == at) && (!to_end || at - before + len == word.len);
	for (size_t i = 0; fits && i < len; i++)
		fits = word.data[at - before + i] == ((uint8_t)first[i] | 0x20);
	return fits;
}

static bool is_umlaut(struct slice word, size_t at)
{
	uint8_t vowel = word.data[at], before = at ? word.data[at - 1] : 'x';
	const char *p = vowel == 'a' ? patterns_ae : vowel == 'o' ? patterns_oe : patterns_ue;

	while (*p) {
		bool yes = *p == '+';
		if (pattern_fits(p + 1, word, at, &p))
			return yes;
	}
	if (at + 2 == word.len)
		return false;
	if (vowel == 'u' && (before == 'q' || (is_vowel(before) && before != 'i' && before != 'y' && before != 'u')))
		return false;
	uint8_t after = word.data[at + 2];
	return !is_vowel(after) || (vowel == 'a' && after == 'u');
}

/* Second pass, in place: returns the new length. */
static size_t resolve_umlauts(uint8_t *word, size_t len, bool digraph)
{
	size_t n = 0;

	for (size_t i = 0; digraph && i + 1 < len; i++) {
		bool pair = word[i + 1] == 'e' && (word[i] == 'a' || word[i] == 'o' || word[i] == 'u');
		if (pair && is_umlaut(slice_of(word, len), i))
			word[i + 1] = DROPPED;
	}
	for (size_t i = 0; i < len; i++) {
		if (word[i] != DROPPED)
			word[n++] = word[i] <= UMLAUT_U ? (uint8_t)"aou"[word[i] - 1] : word[i];
	}
	return n;
}

enum fund_status fold_text(struct slice text, struct buf *out)
{
	bool digraph = false;
	enum fund_status status = buf_reserve(out, text.len * 8 + 16);

	if (status != FUND_OK || text.len == 0)
		return status;
	uint8_t *start = out->data + out->len;
	uint8_t *end = fold_letters(text, start, &digraph);
	out->len += resolve_umlauts(start, (size_t)(end - start), digraph);
	return FUND_OK;
}

uint64_t fold_fingerprint(void)
{
	uint64_t hash = unicode_tables_hash;

	hash = hash_bytes_seed(patterns_ae, sizeof(patterns_ae), hash);
	hash = hash_bytes_seed(patterns_oe, sizeof(patterns_oe), hash);
	return hash_bytes_seed(patterns_ue, sizeof(patterns_ue), hash);
}
