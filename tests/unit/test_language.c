/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/language.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

static const char *const languages[] = {"en", "de", "pt-BR"};

static void expect(const char *header, const char *wanted)
{
    const char *got = languages[language_choose(languages, COUNT(languages), header)];
    if (strcmp(got, wanted) != 0)
        fail_msg("\"%.80s\": %s, not %s", header != NULL ? header : "(none)", got, wanted);
}

static void broken_headers_fall_back(void **state)
{
    static const char *const broken[] = {
        NULL,
        "",
        " ",
        ",,,,",
        ";",
        "q=1",
        ";q=1",
        "de;q",
        "de;q=",
        "de;q=2",
        "de;q=1.1",
        "de;q=0.0001",
        "de;q=-1",
        "de;q=x",
        "de;level=1",
        "de q=1",
        "de;q=1.001",
        "d",
        "deutsch",
        "d\xC3\xA9",
        "<script>",
        "de_DE",
        "de;q=0.5;q=0.6",
        "-de",
        "de;q=0",
        "de;q=0.0",
        "de;q=.5",
        "de;q=1.000000",
        "fr, it;q=.1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++)
        expect(broken[i], "en");
}

static void a_broken_part_does_not_hide_the_others(void **state)
{
    (void)state;
    expect("\xFF\xFE;q=, de", "de");
    expect("en;q=7, de;q=0.1", "de");
    expect(",, ,de,", "de");
}

static void hostile_headers_are_harmless(void **state)
{
    const size_t size = 1 << 20;
    char *header = malloc(size + 1);
    (void)state;
    static const char fill[] = ",;=q*-d\xFF ";
    for (size_t i = 0; fill[i] != '\0'; i++) {
        memset(header, fill[i], size);
        header[size] = '\0';
        expect(header, "en");
    }
    memset(header, ',', size);
    memcpy(header, "de", 2);
    expect(header, "de");
    memcpy(header, ",,,", 3);
    memcpy(header + ACCEPT_LANGUAGE_MAX, "de", 2);
    expect(header, "en");
    free(header);
}

static void the_best_one_is_chosen(void **state)
{
    static const struct {
        const char *header, *wanted;
    } rows[] = {
        {"de", "de"},
        {"DE", "de"},
        {"de-AT", "de"},
        {"de-Latn-AT-1996", "de"},
        {"den", "en"},
        {"pt", "pt-BR"},
        {"pt-PT", "en"},
        {"pt-br", "pt-BR"},
        {"en, de", "en"},
        {"de, en", "de"},
        {"en;q=0.8, de;q=0.9", "de"},
        {"en;q=0.9,de;q=0.8", "en"},
        {"fr, de;q=0.2", "de"},
        {"de-CH;q=0.3, en;q=0.2", "de"},
        {"\tde \t;\t q=1.000 ", "de"},
        {"de;Q=0.5, en;q=0.4", "de"},
        {"*", "en"},
        {"*, en;q=0", "de"},
        {"*;q=0.5, pt-BR;q=0.6", "pt-BR"},
        {"*;q=0.5, en;q=0.1, de;q=0.4", "pt-BR"},
        {"en;q=0, de;q=0, *;q=0", "en"},
        {"de-AT;q=0, de;q=0.5", "de"},
        {"de-AT;q=0, *;q=0.5, en;q=0.4", "de"},
        {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(rows[i].header, rows[i].wanted);
}

static void tags_are_checked(void **state)
{
    static const char *const bad[] = {"",
                                      "e",
                                      "1e",
                                      "engl",
                                      "en-",
                                      "-en",
                                      "en--",
                                      "en_US",
                                      "en-a.b",
                                      "../en",
                                      "en-ninechars",
                                      "en/..",
                                      "en-12345678-12345678-12345678-12345678"};
    static const char *const good[] = {"en", "gsw", "pt-BR", "de-CH-1996", "zh-Hant-TW"};
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (language_tag_valid(bad[i]))
            fail_msg("\"%s\" was taken", bad[i]);
    for (size_t i = 0; i < COUNT(good); i++)
        if (!language_tag_valid(good[i]))
            fail_msg("\"%s\" was refused", good[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_headers_fall_back),
        cmocka_unit_test(a_broken_part_does_not_hide_the_others),
        cmocka_unit_test(hostile_headers_are_harmless),
        cmocka_unit_test(the_best_one_is_chosen),
        cmocka_unit_test(tags_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
