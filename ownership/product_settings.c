/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "claim/gtin.h"
#include "ownership/product_folder.h"
#include "ownership/proof.h"

#define ADDRESS_MAX 400
#define REQUIRED_USUALLY "2"
#define CHOICE_MAX 100 /* bytes */

static const struct config_key keys[] = {
    {"product.*", "name", CONFIG_TEXT, NULL, 1, 100, NULL, false,
     "The product's name on its page. The folder's words.LANG.txt may have another for a language."},
    {"product.*", "folder", CONFIG_PATH, "", 0, 0, NULL, false,
     "Folder with the product's pictures and texts, read at start: docs/products.md."},
    {"product.*", "identifiers", CONFIG_TEXT, "", 0, 1000, NULL, false,
     "Which devices are this product, by their ThingName: the first characters, or a pattern with * and ?; "
     "several "
     "with commas. Empty: all that no other product has."},
    {"product.*", "gtin", CONFIG_TEXT, "", 0, 1000, NULL, false,
     "The product's GTIN, with its check digit; several with commas."},
    {"product.*", "endpoint", CONFIG_TEXT, "", 0, 32, NULL, false,
     "Endpoint of the product's devices, where neither the page nor the country decides. Empty: that of "
     "[claim]."},
    {"product.*", "proof", CONFIG_TEXT, "label", 1, 100, NULL, false,
     "What makes a person the owner, all of it: label, code, power-cycle, fresh, staff; several with "
     "commas."},
    {"product.*", "countries", CONFIG_TEXT, "", 0, 1000, NULL, false,
     "Countries where the product is sold, such as DE, FR. The form asks for the country. Empty: it does "
     "not."},
    {"product.*", "fields", CONFIG_TEXT, "", 0, 600, NULL, false,
     "Questions of your own in the form, in this order, with commas. Each has a section "
     "[product.KEY.FIELD]."},
    {"product.*", "required_fields_max", CONFIG_INTEGER, REQUIRED_USUALLY, 0, PRODUCT_FIELDS_MAX, NULL, false,
     "How many questions may be required. People give up long forms."},
    {"product.*", "consent", CONFIG_TEXT, "", 0, 64, NULL, false,
     "Version of the text that people must agree to, such as 2026-01; the text is consent.LANG.txt in the "
     "folder. Version, language and time are kept with the registration. Empty: none."},
    {"product.*", "marketing", CONFIG_BOOLEAN, "no", 0, 0, NULL, false,
     "Offer news, with a box that is never ticked; the text is marketing.LANG.txt in the folder."},
    {"product.*", "support", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "Where people get help with this product: https://..."},
    {"product.*", "manual", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "The product's manual: https://..."},

    {"product.*.*", "label", CONFIG_TEXT, NULL, 1, 200, NULL, false,
     "The question, as the form shows it. The folder's words.LANG.txt may have another for a language."},
    {"product.*.*", "type", CONFIG_CHOICE, "text", 0, 0, "text|name|email|number|date|choice|checkbox", false,
     "What is answered. name and email are the person's: they are kept as the contact."},
    {"product.*.*", "choices", CONFIG_TEXT, "", 0, 2000, NULL, false,
     "The answers of type = choice, with commas."},
    {"product.*.*", "required", CONFIG_BOOLEAN, "no", 0, 0, NULL, false,
     "Whether it must be answered to register."},
    {"product.*.*", "ask", CONFIG_CHOICE, "after-arrival", 0, 0, "register|after-arrival", false,
     "When: in the form, or on the status page once the device has arrived. What is required is always asked "
     "in the form."},
    {"product.*.*", "length", CONFIG_INTEGER, "200", 1, 1000, NULL, false, "Most characters of an answer."},
};

const struct config_table product_config_table = {keys, sizeof keys / sizeof *keys};

/* ---- lists ---- */

static void list_fini(struct product_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->parts[i]);
    free(list->parts);
}

static void report_part(struct config *config, const char *section, const char *name, const char *part,
                        const char *problem)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add_bare(part, strlen(part), &shown);
    config_add_error(config, section, name, "%s %s", text_get(&shown), problem);
}

static bool list_has(const struct product_list *list, const char *part)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->parts[i], part) == 0)
            return true;
    return false;
}

/* A problem of a part, NULL if it has none; may change it. */
typedef const char *part_check(char **part);

static void add_part(struct config *config, const char *section, const char *name, char *part,
                     part_check *check, struct product_list *out)
{
    const char *problem = check(&part);

    if (!problem && list_has(out, part))
        problem = "is there twice";
    if (!problem && out->count == PRODUCT_LIST_MAX)
        problem = "is one too many: 64 are possible";
    if (problem) {
        report_part(config, section, name, part, problem);
        free(part);
        return;
    }
    out->parts = memory_grow(out->parts, out->count + 1, sizeof *out->parts);
    out->parts[out->count++] = part;
}

static void read_list(struct config *config, const char *section, const char *name, part_check *check,
                      struct product_list *out)
{
    const char *at = config_text(config, section, name);

    if (!*at)
        return;
    for (;; at++) {
        size_t length = strcspn(at, ",");
        const char *part = at;
        size_t part_length = plain_text_trim(&part, length);
        if (part_length > 0)
            add_part(config, section, name, memory_part(part, part_length), check, out);
        else
            config_add_error(config, section, name, "has nothing between two commas, or at an end");
        at += length;
        if (!*at)
            return;
    }
}

static const char *check_pattern(char **part)
{
    return product_pattern_valid(*part) ? NULL : "must have only letters, digits, - and _, with * and ?";
}

static const char *check_gtin(char **part)
{
    char gtin[GTIN_SIZE];

    if (gtin_parse(*part, strlen(*part), gtin))
        return "is no GTIN: it has 8, 12, 13 or 14 digits, of which the last is the check digit";
    free(*part);
    *part = memory_string(gtin);
    return NULL;
}

static const char *check_country(char **part)
{
    return claim_settings_is_country(*part) ? NULL : "is no country, such as DE";
}

static const char *check_choice(char **part)
{
    return strlen(*part) <= CHOICE_MAX ? NULL : "is too long: 100 characters are possible";
}

static const char *check_field_key(char **part)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(*part);

    return length <= PRODUCT_KEY_MAX && strspn(*part, allowed) == length
               ? NULL
               : "is no name: it has up to 32 letters, digits, - and _";
}

/* ---- fields ---- */

static enum product_field_type type_of(const char *name)
{
    static const char *const names[] = {"text", "name", "email", "number", "date", "choice", "checkbox"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return (enum product_field_type)i;
    return PRODUCT_FIELD_TEXT;
}

static void check_field(struct config *config, const char *section, const struct product_field *field)
{
    if (field->type == PRODUCT_FIELD_CHOICE && field->choices.count < 2)
        config_add_error(config, section, "choices", "must have at least two answers");
    if (field->type != PRODUCT_FIELD_CHOICE && field->choices.count)
        config_add_error(config, section, "choices", "are only for type = choice");
}

static void read_field(struct config *config, const char *product, const char *key, struct product_field *out)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "%s.%s", product, key);
    out->key = key;
    out->label = config_text(config, section.data, "label");
    out->type = type_of(config_text(config, section.data, "type"));
    read_list(config, section.data, "choices", check_choice, &out->choices);
    out->length = (size_t)config_integer(config, section.data, "length");
    out->required = config_boolean(config, section.data, "required");
    out->after_arrival = !out->required && strcmp(config_text(config, section.data, "ask"), "register") != 0;
    check_field(config, section.data, out);
}

static const char *member(const struct config *config, const char *section, const char *name)
{
    for (size_t i = 0; i < config_family_count(config, section); i++)
        if (strcmp(config_family_name(config, section, i), name) == 0)
            return config_family_name(config, section, i);
    return NULL;
}

static void check_unlisted(struct config *config, const char *section, const struct product_list *listed)
{
    for (size_t i = 0; i < config_family_count(config, section); i++) {
        const char *key = config_family_name(config, section, i);
        if (!list_has(listed, key))
            config_add_error(config, section, "fields", "does not list %s, which [%s.%s] describes", key,
                             section, key);
    }
}

static void check_numbers(struct config *config, const char *section, const struct product *product)
{
    long long required = 0, most = config_integer(config, section, "required_fields_max");
    size_t names = 0, emails = 0;

    for (size_t i = 0; i < product->field_count; i++) {
        required += product->fields[i].required;
        names += product->fields[i].type == PRODUCT_FIELD_NAME;
        emails += product->fields[i].type == PRODUCT_FIELD_EMAIL;
    }
    if (required > most)
        config_add_error(config, section, "fields",
                         "has %lld that are required; people give up long forms: at most %lld, or set "
                         "required_fields_max",
                         required, most);
    if (names > 1 || emails > 1)
        config_add_error(config, section, "fields", "has more than one of type = %s",
                         names > 1 ? "name" : "email");
}

static void read_fields(struct config *config, const char *section, struct product *out)
{
    struct product_list listed = {0};

    read_list(config, section, "fields", check_field_key, &listed);
    if (listed.count > PRODUCT_FIELDS_MAX)
        config_add_error(config, section, "fields", "has more than %d", PRODUCT_FIELDS_MAX);
    out->fields = memory_new(PRODUCT_FIELDS_MAX, sizeof *out->fields);
    for (size_t i = 0; i < listed.count && out->field_count < PRODUCT_FIELDS_MAX; i++) {
        const char *key = member(config, section, listed.parts[i]);
        if (key)
            read_field(config, section, key, &out->fields[out->field_count++]);
        else
            config_add_error(config, section, "fields", "there is no section [%s.%s]", section,
                             listed.parts[i]);
    }
    if (list_has(&listed, "name"))
        config_add_error(config, section, "fields",
                         "name is the product's own name in words.LANG.txt: choose another");
    check_unlisted(config, section, &listed);
    check_numbers(config, section, out);
    list_fini(&listed);
}

/* ---- products ---- */

static const char *read_address(struct config *config, const char *section, const char *name)
{
    const char *address = config_text(config, section, name);
    bool fine = strncmp(address, "https://", 8) == 0 && address[8] != '\0' && address[8] != '/';

    for (const char *at = address; *at; at++)
        if (strchr("\"<>\\^`{|}", *at) || *at <= ' ' || *at > '~')
            fine = false;
    if (*address && !fine)
        config_add_error(config, section, name, "must be an address that starts with https://");
    return address;
}

static void read_folder(struct config *config, const char *section, const char *language, struct product *out)
{
    TEXT struct text why = TEXT_EMPTY;

    out->folder = product_folder_load(config_text(config, section, "folder"), language, &why);
    if (!out->folder) {
        config_add_error(config, section, "folder", "%s", text_get(&why));
        out->folder = product_folder_load("", language, &why);
        return;
    }
    if (*out->consent && !product_folder_find(out->folder, PRODUCT_CONSENT, language))
        config_add_error(config, section, "consent", "needs the text, consent.%s.txt in the folder",
                         language);
    if (out->marketing && !product_folder_find(out->folder, PRODUCT_MARKETING, language))
        config_add_error(config, section, "marketing", "needs the text, marketing.%s.txt in the folder",
                         language);
}

static void read_endpoint(struct config *config, const char *section, const struct claim_settings *claim,
                          struct product *out)
{
    out->endpoint = config_text(config, section, "endpoint");
    for (size_t i = 0; i < claim->endpoint_count; i++)
        if (strcmp(claim->endpoints[i].key, out->endpoint) == 0)
            return;
    if (*out->endpoint)
        report_part(config, section, "endpoint", out->endpoint, "is no endpoint: it has no section");
}

static void read_product(struct config *config, const char *key, const char *language,
                         const struct claim_settings *claim, struct product *out)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "product.%s", key);
    out->key = key;
    out->name = config_text(config, section.data, "name");
    read_list(config, section.data, "identifiers", check_pattern, &out->identifiers);
    read_list(config, section.data, "gtin", check_gtin, &out->gtins);
    read_list(config, section.data, "countries", check_country, &out->countries);
    read_endpoint(config, section.data, claim, out);
    out->proofs = PROOF(PROOF_LABEL);
    if (!proofs_parse(config_text(config, section.data, "proof"), &out->proofs))
        config_add_error(config, section.data, "proof",
                         "must be of label, code, power-cycle, fresh and staff, with commas");
    out->consent = config_text(config, section.data, "consent");
    out->marketing = config_boolean(config, section.data, "marketing");
    out->support = read_address(config, section.data, "support");
    out->manual = read_address(config, section.data, "manual");
    read_fields(config, section.data, out);
    read_folder(config, section.data, language, out);
}

/* A GTIN or a pattern of two products would not say which of them a device is. */
static void check_shared(struct config *config, const struct product *product, const struct product *other)
{
    TEXT struct text section = TEXT_EMPTY;
    const struct {
        const char *name;
        const struct product_list *own, *others;
    } lists[] = {{"gtin", &product->gtins, &other->gtins},
                 {"identifiers", &product->identifiers, &other->identifiers}};

    text_printf(&section, "product.%s", product->key);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t j = 0; j < lists[i].own->count; j++)
            if (list_has(lists[i].others, lists[i].own->parts[j]))
                config_add_error(config, section.data, lists[i].name, "%s is that of [product.%s]",
                                 lists[i].own->parts[j], other->key);
}

bool product_settings_load(struct config *config, const char *language, const struct claim_settings *claim,
                           struct products *out)
{
    size_t errors_before = config_error_count(config), count = config_family_count(config, "product");

    *out = (struct products){0};
    if (count > PRODUCTS_MAX)
        config_add_error(config, NULL, NULL, "there are %zu products, but %d is the limit", count,
                         PRODUCTS_MAX);
    out->count = count < PRODUCTS_MAX ? count : PRODUCTS_MAX;
    out->list = memory_new(out->count ? out->count : 1, sizeof *out->list);
    for (size_t i = 0; i < out->count; i++)
        read_product(config, config_family_name(config, "product", i), language, claim, &out->list[i]);
    for (size_t i = 0; i < out->count; i++)
        for (size_t j = 0; j < i; j++)
            check_shared(config, &out->list[i], &out->list[j]);
    return config_error_count(config) == errors_before;
}

void product_settings_fini(struct products *products)
{
    for (size_t i = 0; i < products->count; i++) {
        struct product *product = &products->list[i];
        for (size_t j = 0; j < product->field_count; j++)
            list_fini(&product->fields[j].choices);
        free(product->fields);
        list_fini(&product->identifiers);
        list_fini(&product->gtins);
        list_fini(&product->countries);
        product_folder_free(product->folder);
    }
    free(products->list);
    *products = (struct products){0};
}
