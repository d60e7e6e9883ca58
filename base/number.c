/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18 /* they always fit a long long */

bool number_parse(const char *text, long long least, long long most, long long *out)
{
    const char *digits = *text == '-' ? text + 1 : text;
    size_t count = strspn(digits, "0123456789");

    if (count == 0 || count > DIGITS_MAX || digits[count] != '\0')
        return false;
    long long number = strtoll(text, NULL, 10);
    if (number < least || number > most)
        return false;
    *out = number;
    return true;
}

bool number_parse_int(const char *text, int least, int most, int *out)
{
    long long number;

    if (!number_parse(text, least, most, &number))
        return false;
    *out = (int)number;
    return true;
}

bool number_parse_decimal(const char *text, double least, double most, double *out)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end != '\0' || isspace((unsigned char)*text) || !(number >= least && number <= most))
        return false;
    *out = number;
    return true;
}
