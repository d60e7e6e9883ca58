/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules of ownership promise (ownership/ownership.h, docs/ownership.md), checked of one step, by
 * code that shares nothing with them but the structs. */
#ifndef TESTS_UNIT_OWNERSHIP_CHECKS_H
#define TESTS_UNIT_OWNERSHIP_CHECKS_H

#include "ownership/ownership.h"

struct rule_step {
    const struct ownership *before, *after;
    const struct ownership_event *event;
    const struct ownership_effects *effects;
    enum ownership_answer answer;
};

/* The promise that the step breaks; NULL: none. */
const char *rule_step_breaks(const struct rule_step *step);

/* The same of a state by itself. */
const char *rule_state_breaks(const struct ownership *state, long long now);

#endif
