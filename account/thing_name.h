/* SPDX-License-Identifier: Apache-2.0 */
/* Which field of a birth certificate's subject has the ThingName: a fact of the module vendor. PG 12.1.3.1
 * says the serial number; certificates of real modules have it as common name. Pure functions, any thread. */
#ifndef ACCOUNT_THING_NAME_H
#define ACCOUNT_THING_NAME_H

#include <stdbool.h>

#include "account/keys/certificate.h"
#include "base/text.h"
#include "claim/settings.h"

enum thing_name_fit { THING_NAME_FITS_NOT, THING_NAME_FITS_BUT_CASE, THING_NAME_FITS };

/* Whether the name is, character by character, one of the form. */
enum thing_name_fit thing_name_fits(const struct identifier_form *form, const char *name);

/* Chooses "CommonName" or "SerialNumber": the one whose value has the form of a staging account in settings,
 * or, where there is none (settings may be NULL), is a UUID with dashes or has 32 hex digits. why: a sentence
 * that says what was found. NULL: neither does, or both do with different values. Static. */
const char *thing_name_choose(const struct certificate *birth, const struct claim_settings *settings,
                              struct text *why);

/* "common-name": the value of --thing-name for a field. */
const char *thing_name_option(const char *field);

#endif
