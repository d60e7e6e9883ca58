/* SPDX-License-Identifier: Apache-2.0 */
#include "account/thing_name.h"

#include <string.h>
#include <strings.h>

static const char *const fields[] = {"CommonName", "SerialNumber"};
#define FIELDS (sizeof fields / sizeof *fields)

enum thing_name_fit thing_name_fits(const struct identifier_form *form, const char *name)
{
    char as_written[IDENTIFIER_SIZE];

    if (identifier_parse(form, name, strlen(name), as_written, NULL) != IDENTIFIER_OK)
        return THING_NAME_FITS_NOT;
    if (strcmp(as_written, name) == 0)
        return THING_NAME_FITS;
    return strcasecmp(as_written, name) == 0 ? THING_NAME_FITS_BUT_CASE : THING_NAME_FITS_NOT;
}

/* The forms that are known of modules, where the configuration has none. */
static const char *usual_form(const char *name)
{
    static const char *const forms[] = {"uuid", "hex"};
    static const char *const words[] = {"is a UUID with dashes", "has 32 hex digits"};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct identifier_form form;
        if (identifier_form_parse(forms[i], "lower", &form) != IDENTIFIER_OK)
            continue;
        bool fits = thing_name_fits(&form, name) != THING_NAME_FITS_NOT;
        identifier_form_fini(&form);
        if (fits)
            return words[i];
    }
    return NULL;
}

/* True, with why in words, when the name has a form of the modules'. */
static bool is_name(const char *name, const struct claim_settings *settings, struct text *words)
{
    const char *usual = settings && settings->staging_count ? NULL : usual_form(name);

    for (size_t i = 0; settings && i < settings->staging_count; i++) {
        const struct staging_account *staging = &settings->staging[i];
        if (thing_name_fits(&staging->form, name) == THING_NAME_FITS_NOT)
            continue;
        text_printf(words, "has the form of [staging.%s]", staging->name);
        return true;
    }
    text_puts(words, usual ? usual : "does not have the form of a ThingName");
    return usual != NULL;
}

struct found {
    struct text value, words;
    bool there, fits;
};

static void look(const struct certificate *birth, const struct claim_settings *settings, size_t field,
                 struct found *out)
{
    out->there = certificate_subject(birth, fields[field], &out->value);
    out->fits = out->there && is_name(text_get(&out->value), settings, &out->words);
}

static const char *decide(const struct found *found, struct text *why)
{
    size_t fits = (size_t)found[0].fits + (size_t)found[1].fits;

    for (size_t i = 0; i < FIELDS; i++)
        if (found[i].there)
            text_printf(why, "%s%s %s %s", why->length ? ", " : "", fields[i], text_get(&found[i].value),
                        text_get(&found[i].words));
        else
            text_printf(why, "%sthere is no %s", why->length ? ", " : "", fields[i]);
    if (fits == 2 && strcmp(text_get(&found[0].value), text_get(&found[1].value)) == 0)
        text_puts(why, ": both are the same");
    else if (fits != 1)
        return NULL;
    return fields[found[0].fits ? 0 : 1];
}

const char *thing_name_choose(const struct certificate *birth, const struct claim_settings *settings,
                              struct text *why)
{
    struct found found[FIELDS] = {0};

    for (size_t i = 0; i < FIELDS; i++)
        look(birth, settings, i, &found[i]);
    const char *field = decide(found, why);
    for (size_t i = 0; i < FIELDS; i++) {
        text_fini(&found[i].value);
        text_fini(&found[i].words);
    }
    return field;
}

const char *thing_name_option(const char *field)
{
    return strcmp(field, "CommonName") == 0 ? "common-name" : "serial-number";
}
