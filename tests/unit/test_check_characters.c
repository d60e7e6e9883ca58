/* SPDX-License-Identifier: Apache-2.0 */
/* The check characters, and what they find: mistakes are made as people make them, with a fixed seed, and
 * counted. The table that it prints is the one of identifier_mistake.h; SIMULATED names a mistake make it
 * finer. */
#include "claim/check_characters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claim/identifier.h"
#include "tests/unit/test.h"

#define NAME_LENGTH 32
#define GROUP_COUNT (NAME_LENGTH / IDENTIFIER_GROUP_LENGTH)
#define TYPED_SIZE 80
#ifndef SIMULATED
#define SIMULATED FEWER(1000)
#endif

static const char digits[] = "0123456789abcdef";
static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static void expect_characters(const char *name, const char *check)
{
    char found[CHECK_SIZE];

    check_characters_of(name, found);
    if (strcmp(found, check) != 0)
        fail_msg("%s: %s instead of %s", name, found, check);
}

/* One character a: the doubled sum is 2a modulo 37, and the check character brings it to 37: A is 10, 20, R
 * (17). The first of A12425GABC1234002 is from the standard itself. */
static void computes_known_ones(void **state)
{
    (void)state;
    expect_characters("A", "HH");
    expect_characters("0", "22");
    expect_characters("A12425GABC1234002", "M6");
    expect_characters("0123456789abcdef0123456789abcdef", "3Q");
    expect_characters("01234567-89ab-cdef-0123-456789ABCDEF", "3Q");
    expect_characters("SN12345678", "TO");
    expect_characters("s_n-12345678", "TO");
    expect_characters("aaaaaaaa", "33");
}

static void forgives_one_look_alike(void **state)
{
    static const char *const good[] = {"TO", "to", "T0"};
    static const char *const bad[] = {"TQ", "S0", "OT", "T-", "\0O", "T\xC3", "T ", "7O"};
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(check_characters_fit("SN12345678", good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(check_characters_fit("SN12345678", bad[i]));
}

/* 1, I and L for one another, and O for 0, but never both characters of a check. */
static void forgives_the_same_in_every_place(void **state)
{
    static const char alike[][4] = {"0O", "1IL"};
    (void)state;

    for (size_t i = 0, found = 0; found < 20; i++) {
        char name[16], check[CHECK_SIZE];
        snprintf(name, sizeof name, "thing%06zu", i);
        check_characters_of(name, check);
        if (strpbrk(check, "0O1IL") == NULL)
            continue;
        found++;
        for (size_t k = 0; k < CHECK_LENGTH; k++) {
            const char right = check[k];
            for (size_t set = 0; set < COUNT(alike); set++) {
                for (const char *c = alike[set]; *c != '\0'; c++) {
                    check[k] = *c;
                    assert_int_equal(check_characters_fit(name, check), strchr(alike[set], right) != NULL);
                }
            }
            check[k] = right;
        }
    }
}

static void forgives_no_two_look_alikes(void **state)
{
    (void)state;
    for (size_t i = 0;; i++) {
        char name[16], check[CHECK_SIZE];
        snprintf(name, sizeof name, "thing%06zu", i);
        check_characters_of(name, check);
        if (strspn(check, "0O") != CHECK_LENGTH)
            continue;
        for (size_t k = 0; k < CHECK_LENGTH; k++)
            check[k] = check[k] == '0' ? 'O' : '0';
        assert_false(check_characters_fit(name, check));
        return;
    }
}

/* All of them, in a name of letters and digits: what one MOD 97-10 would not do. */
static void finds_every_wrong_character(void **state)
{
    static const char right[] = "Q7GZ0K1MXB52";
    char name[sizeof right], check[CHECK_SIZE];
    (void)state;

    check_characters_of(right, check);
    memcpy(name, right, sizeof right);
    for (size_t i = 0; i < strlen(right); i++) {
        for (const char *c = alphabet; *c != '\0'; c++) {
            name[i] = *c;
            assert_int_equal(check_characters_fit(name, check), *c == right[i]);
        }
        name[i] = right[i];
    }
}

/* A generator of its own (SplitMix64): the same mistakes on every machine. */
static uint64_t seed;

static size_t below(size_t count)
{
    uint64_t mixed = seed += 0x9E3779B97F4A7C15U;

    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return (size_t)((mixed ^ (mixed >> 31)) % count);
}

/* What is on the label as one word, what was typed for it, and the groups in which the mistake is. */
struct label {
    char word[TYPED_SIZE];
    char typed[TYPED_SIZE];
    size_t name_length; /* of what was typed */
    size_t first, last;
};

static size_t group_at(size_t place)
{
    return place < NAME_LENGTH ? place / IDENTIFIER_GROUP_LENGTH + 1 : GROUP_COUNT + 1;
}

static void blame(struct label *label, size_t first, size_t last)
{
    label->first = group_at(first);
    label->last = group_at(last);
}

static void replace_at(struct label *label, size_t place, const char *by)
{
    size_t count = strlen(by);

    do
        label->typed[place] = by[below(count)];
    while (label->typed[place] == label->word[place]);
    blame(label, place, place);
}

static void replace(struct label *label)
{
    replace_at(label, below(NAME_LENGTH), digits);
}

static void replace_check(struct label *label)
{
    replace_at(label, NAME_LENGTH + below(CHECK_LENGTH), alphabet);
}

static void replace_two(struct label *label)
{
    size_t first = below(NAME_LENGTH);
    size_t second = (first + 1 + below(NAME_LENGTH - 1)) % NAME_LENGTH;

    replace_at(label, second, digits);
    replace_at(label, first, digits);
    label->last = group_at(second);
}

static void look_alike(struct label *label)
{
    static const char *const pairs[] = {"8b", "6b", "0d", "17", "ce", "38", "56", "09"};

    for (;;) {
        size_t place = below(NAME_LENGTH);
        const char *pair = pairs[below(COUNT(pairs))];
        if (strchr(pair, label->word[place]) != NULL) {
            replace_at(label, place, pair);
            return;
        }
    }
}

static void swap(struct label *label)
{
    size_t place;

    do
        place = below(NAME_LENGTH - 1);
    while (label->word[place] == label->word[place + 1]);
    label->typed[place] = label->word[place + 1];
    label->typed[place + 1] = label->word[place];
    blame(label, place, place + 1);
}

static void leave_out_check(struct label *label)
{
    size_t place = NAME_LENGTH + below(CHECK_LENGTH);

    memmove(label->typed + place, label->typed + place + 1, strlen(label->typed + place));
    blame(label, place, place);
}

static void leave_out(struct label *label)
{
    size_t place = below(NAME_LENGTH);

    memmove(label->typed + place, label->typed + place + 1, strlen(label->typed + place));
    label->name_length--;
    blame(label, place, place);
}

/* Before the character at place: between two groups it belongs to both. */
static void insert(struct label *label, size_t place, char c)
{
    memmove(label->typed + place + 1, label->typed + place, strlen(label->typed + place) + 1);
    label->typed[place] = c;
    label->name_length++;
    blame(label, place > 0 ? place - 1 : 0, place);
}

static void add(struct label *label)
{
    insert(label, below(NAME_LENGTH + 1), digits[below(strlen(digits))]);
}

static void repeat(struct label *label)
{
    size_t place = below(NAME_LENGTH);

    insert(label, place, label->word[place]);
    blame(label, place, place);
}

struct counts {
    size_t found, named, misnamed;
};

static struct label make_label(void)
{
    struct label label = {.name_length = NAME_LENGTH};

    for (size_t i = 0; i < NAME_LENGTH; i++)
        label.word[i] = digits[below(strlen(digits))];
    check_characters_of(label.word, label.word + NAME_LENGTH);
    memcpy(label.typed, label.word, sizeof label.typed);
    return label;
}

static void simulate(const struct identifier_form *form, void (*make)(struct label *), const char *mark,
                     struct counts *counts)
{
    for (size_t i = 0; i < SIMULATED; i++) {
        struct label label = make_label();
        struct identifier_problem problem = {0};
        char typed[TYPED_SIZE + 2], out[IDENTIFIER_SIZE];
        make(&label);
        snprintf(typed, sizeof typed, "%.*s%s%s", (int)label.name_length, label.typed, mark,
                 label.typed + label.name_length);
        if (identifier_parse(form, typed, strlen(typed), out, &problem) == IDENTIFIER_OK)
            continue;
        counts->found++;
        counts->named += problem.group > 0;
        counts->misnamed += problem.group > 0 && problem.group != label.first && problem.group != label.last;
    }
}

/* Per 1000. How many are found, how many of all are told with a group, and for how many that group is wrong.
 */
static void finds_mistakes_and_names_the_group(void **state)
{
    static const struct {
        const char *what;
        void (*make)(struct label *);
        size_t found, named, named_unmarked, misnamed; /* at least, at least, at least, at most */
    } rows[] = {
        {"another digit", replace, 1000, 580, 580, 0},
        {"a look-alike", look_alike, 1000, 580, 580, 0},
        {"neighbours swapped", swap, 998, 550, 550, 0},
        {"one left out", leave_out, 1000, 580, 420, 0},
        {"one too many", add, 1000, 950, 950, 10},
        {"one doubled", repeat, 1000, 900, 900, 10},
        {"wrong check character", replace_check, 980, 890, 890, 0},
        {"a check character less", leave_out_check, 1000, 1000, 280, 0},
        {"two other digits", replace_two, 998, 0, 0, 320},
    };
    static const char *const marks[] = {" / ", ""};
    const size_t off = SIMULATED < 1000 ? 100 * SIMULATED : 0; /* what chance adds to, or takes from, fewer */
    struct identifier_form form;
    (void)state;

    assert_int_equal(identifier_form_parse("hex", "lower", &form), IDENTIFIER_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t k = 0; k < COUNT(marks); k++) {
            struct counts counts = {0};
            seed = i * COUNT(marks) + k;
            simulate(&form, rows[i].make, marks[k], &counts);
            printf("%-22s %-12s found %6.1f  named %6.1f  wrongly %6.1f\n", rows[i].what,
                   *marks[k] != '\0' ? "with \"/\"" : "without", (double)counts.found * 1000 / SIMULATED,
                   (double)counts.named * 1000 / SIMULATED, (double)counts.misnamed * 1000 / SIMULATED);
            assert_true(counts.found * 1000 + off >= rows[i].found * SIMULATED);
            assert_true(counts.named * 1000 + off >=
                        (k ? rows[i].named_unmarked : rows[i].named) * SIMULATED);
            assert_true(counts.misnamed * 1000 <= rows[i].misnamed * SIMULATED + off);
        }
    }
    identifier_form_fini(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_known_ones),
        cmocka_unit_test(forgives_one_look_alike),
        cmocka_unit_test(forgives_the_same_in_every_place),
        cmocka_unit_test(forgives_no_two_look_alikes),
        cmocka_unit_test(finds_every_wrong_character),
        cmocka_unit_test(finds_mistakes_and_names_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
