/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with links to decode_stand_in, one a manner of it, and what tests ask for over and over. */
#ifndef TESTS_UNIT_DECODE_FIXTURE_H
#define TESTS_UNIT_DECODE_FIXTURE_H

#include <stddef.h>

#include "base/text.h"

struct decode_fixture {
    char folder[64];
    struct text path; /* the last one that was asked for */
};

/* For cmocka_unit_test_setup_teardown(): *state is a struct decode_fixture. */
int decode_fixture_setup(void **state);
int decode_fixture_teardown(void **state);

/* The path of a stand-in that behaves so; borrowed until the next call. */
const char *decode_fixture_program(struct decode_fixture *fixture, const char *manner);
/* A path in the folder; borrowed until the next call. */
const char *decode_fixture_path(struct decode_fixture *fixture, const char *name);

/* A PNG with a QR code that says "ExpressLink". */
extern const unsigned char decode_fixture_png[];
extern const size_t decode_fixture_png_size;

#endif
