/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with the headers that it wants before it; how much of a thing a test does, and how long it waits. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A sanitized build does one in EXPRESSLINK_TEST_SHARE of what a test does many times, where the number is
 * not the point. */
#define FEWER(count) (((count) + EXPRESSLINK_TEST_SHARE - 1) / EXPRESSLINK_TEST_SHARE)

/* The time, stretched by EXPRESSLINK_TEST_PATIENCE as in tests/integration/patience.py. */
static inline int patient_ms(int ms)
{
    const char *factor = getenv("EXPRESSLINK_TEST_PATIENCE");
    double by = factor ? strtod(factor, NULL) : 1;

    return (int)(ms * (by > 1 ? by : 1));
}

/* What has not happened by then never will. */
#define HANG_MS patient_ms(60000)

#endif
