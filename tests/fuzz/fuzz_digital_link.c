/* SPDX-License-Identifier: Apache-2.0 */
/* Digital Links: what is read is within its limits, and the link that is made of it is read as the same. */
#include "claim/digital_link.h"
#include "tests/fuzz/fuzz.h"

static void check_link(const struct digital_link *link)
{
    TEXT struct text made = TEXT_EMPTY;
    struct digital_link again;
    char gtin[GTIN_SIZE];
    size_t words;

    MUST(strlen(link->gtin) == GTIN_LENGTH && gtin_parse(link->gtin, GTIN_LENGTH, gtin) == GTIN_OK);
    MUST(strlen(link->batch) <= DIGITAL_LINK_VALUE_MAX);
    MUST(link->serial[0] == '\0' || digital_link_check_serial(link->serial) == IDENTIFIER_OK);
    digital_link_add_path(link->gtin, link->serial, &made);
    MUST(digital_link_search(text_get(&made), made.length, &again, &words) == IDENTIFIER_OK && words == 1);
    MUST(strcmp(again.gtin, link->gtin) == 0 && strcmp(again.serial, link->serial) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct digital_link link = {.gtin = ""};
    enum identifier_error error = digital_link_parse((const char *)data, size, &link);

    if (error == IDENTIFIER_OK)
        check_link(&link);
    else
        MUST(link.gtin[0] == '\0' && (error == IDENTIFIER_NO_MATCH || error >= IDENTIFIER_BAD_GTIN));
    error = digital_link_search((const char *)data, size, &link, NULL);
    if (error == IDENTIFIER_OK)
        check_link(&link);
    return 0;
}
