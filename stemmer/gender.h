/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gender.h - the signs of forms for all genders: Bürger*innen :in _innen /-innen /in (innen) jede*r BürgerInnen.
 *
 * A form is a base, a sign, an ending, perhaps a closing sign, perhaps the rest of a compound (Bürger*innenrat).
 */
#ifndef STEMMER_GENDER_H
#define STEMMER_GENDER_H

#include "base/bytes.h"

struct gender_form {
	size_t base_len, sign_len, ending_len, close_len;
};

/* Is there a sign with its ending at text[at], behind at least three bytes of a word that begins at 0? */
bool gender_at(struct slice text, size_t at, struct gender_form *form);

/* Finds the form within one word: at a sign, or at the capital I of BürgerInnen. */
bool gender_find(struct slice word, struct gender_form *form);

uint64_t gender_fingerprint(void);

#endif
