/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/check_characters.h"

#include <string.h>

#define MODULUS 36
#define NOT_COUNTED (-1)

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static int value_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : NOT_COUNTED;
}

/* ISO/IEC 7064, hybrid systems: the sum modulo 36, with 36 for 0, is doubled modulo 37. product is 1..36.
 * Subtraction is faster than division here. */
static int add(int product, int value)
{
    int sum = product + value;

    sum -= sum > MODULUS ? MODULUS : 0;
    return sum * 2 > MODULUS ? sum * 2 - MODULUS - 1 : sum * 2;
}

static char check_character(int product)
{
    return alphabet[(MODULUS + 1 - product) % MODULUS];
}

static char check_of_all(const char *name)
{
    int product = MODULUS;

    for (; *name != '\0'; name++)
        if (value_of(*name) != NOT_COUNTED)
            product = add(product, value_of(*name));
    return check_character(product);
}

/* The check character over the odd positions, then the even ones. */
static char check_of_alternate(const char *name)
{
    int product = MODULUS;

    for (int parity = 0; parity < 2; parity++) {
        int place = 0;
        for (const char *at = name; *at != '\0'; at++)
            if (value_of(*at) != NOT_COUNTED && place++ % 2 == parity)
                product = add(product, value_of(*at));
    }
    return check_character(product);
}

void check_characters_of(const char *name, char out[CHECK_SIZE])
{
    const char found[CHECK_SIZE] = {check_of_all(name), check_of_alternate(name), '\0'};

    memcpy(out, found, sizeof found);
}

enum likeness { DIFFERENT, ALIKE, SAME };

/* One character for all that look like c. */
static char look_of(char c)
{
    if (c == 'O')
        return '0';
    return c == 'I' || c == 'L' ? '1' : c;
}

static enum likeness compare(char typed, char right)
{
    int value = value_of(typed);

    if (value == NOT_COUNTED || look_of(alphabet[value]) != look_of(right))
        return DIFFERENT;
    return alphabet[value] == right ? SAME : ALIKE;
}

bool check_characters_fit(const char *name, const char check[CHECK_LENGTH])
{
    enum likeness first = compare(check[0], check_of_all(name));

    if (first == DIFFERENT)
        return false;
    enum likeness second = compare(check[1], check_of_alternate(name));
    return second == SAME || (second == ALIKE && first == SAME);
}
