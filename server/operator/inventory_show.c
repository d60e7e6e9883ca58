/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/standard_output.h"
#include "server/operator/inventory.h"
#include "server/operator/inventory_access.h"

/* As import reads names: in the form of the first staging account that fits. */
static bool read_name(const struct settings *settings, const char *typed, char out[IDENTIFIER_SIZE])
{
    const struct claim_settings *claim = &settings->claim;
    size_t length = strlen(typed);

    for (size_t i = 0; i < claim->staging_count; i++)
        if (identifier_parse(&claim->staging[i].form, typed, length, out, NULL) == IDENTIFIER_OK)
            return true;
    if (claim->staging_count || !identifier_is_thing_name(typed, length))
        return false;
    memcpy(out, typed, length + 1);
    return true;
}

static int print_lines(const struct text *json)
{
    JSON cJSON *object = json_object_parse(text_get(json), json->length);
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        if (cJSON_IsString(member))
            printf("%-12s%s\n", member->string, member->valuestring);
        else
            printf("%-12s%s\n", member->string, cJSON_IsTrue(member) ? "yes" : "no");
    }
    return 0;
}

static int show(const struct inventory_access *access, const struct operation *operation, const char *name)
{
    TEXT struct text json = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    bool found = false;

    if (!inventory_access_find(access, name, &json, &found, &why))
        return operator_fail(text_get(&why));
    if (!found) {
        text_printf(&why, "%s is not in the inventory", name);
        operator_fail(text_get(&why));
        return EXIT_CHECK;
    }
    if (!operation->json)
        return print_lines(&json);
    printf("%.*s\n", (int)strcspn(text_get(&json), "\n"), text_get(&json));
    return 0;
}

int operator_inventory_show(const struct settings *settings, const struct operation *operation)
{
    struct inventory_access access;
    char name[IDENTIFIER_SIZE];
    TEXT struct text why = TEXT_EMPTY;

    if (!read_name(settings, operation->file, name)) {
        operator_fail("this is not the name of a thing: no [staging.*] identifier_form fits it");
        return EXIT_USAGE;
    }
    if (!inventory_access_open(settings, &access, &why))
        return operator_fail(text_get(&why));
    int status = show(&access, operation, name);
    inventory_access_close(&access);
    return status;
}

static int print_pages(const struct inventory_access *access)
{
    char after[IDENTIFIER_SIZE] = "";
    TEXT struct text page = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    bool more = true;

    for (bool first = true; more && !interrupt_received && !standard_output_is_closed(); first = false) {
        text_clear(&page);
        if (!inventory_access_page(access, after, &page, &more, &why))
            return operator_fail(text_get(&why));
        const char *rows = text_get(&page);
        fputs(first ? rows : rows + strcspn(rows, "\n") + 1, stdout); /* the titles once */
    }
    return interrupt_received ? operator_fail("interrupted") : 0;
}

int operator_inventory_export(const struct settings *settings, const struct operation *operation)
{
    struct inventory_access access;
    TEXT struct text why = TEXT_EMPTY;

    (void)operation;
    if (!inventory_access_open(settings, &access, &why))
        return operator_fail(text_get(&why));
    int status = print_pages(&access);
    inventory_access_close(&access);
    return status;
}
