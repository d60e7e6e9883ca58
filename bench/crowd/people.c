/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/people.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum delay { DELAY_LOG_NORMAL, DELAY_EXPONENTIAL, DELAY_UNIFORM, DELAY_WEIBULL, DELAY_TWO_HUMPS };

struct people {
    const char *name, *words;
    double on;    /* the share of devices that are on when they are claimed */
    double never; /* the share of the others that is not switched on at all */
    double press; /* the share that presses the button once it is on */
    enum delay delay;
    double seconds, shape; /* of the delay of the rest */
};

static const struct people models[] = {
    {"study", "half on, the rest log-normal, median 40 s, sigma 1.2", 0.5, 0.15, 0, DELAY_LOG_NORMAL, 40,
     1.2},
    {"exponential", "half on, the rest exponential, mean 60 s", 0.5, 0.15, 0, DELAY_EXPONENTIAL, 60, 0},
    {"humps", "half on, a quarter soon (20 s), a quarter after charging 10 to 40 min", 0.5, 0.15, 0,
     DELAY_TWO_HUMPS, 20, 0.8},
    {"uniform", "half on, the rest within 300 s, evenly", 0.5, 0.15, 0, DELAY_UNIFORM, 300, 0},
    {"weibull", "half on, the rest Weibull, 90 s, shape 0.6", 0.5, 0.15, 0, DELAY_WEIBULL, 90, 0.6},
    {"few", "as study, but 20 % on", 0.2, 0.15, 0, DELAY_LOG_NORMAL, 40, 1.2},
    {"most", "as study, but 80 % on", 0.8, 0.15, 0, DELAY_LOG_NORMAL, 40, 1.2},
    {"slow", "30 % on, the rest log-normal, median 180 s, sigma 0.8", 0.3, 0.15, 0, DELAY_LOG_NORMAL, 180,
     0.8},
    {"button", "as study, and half press the button 5 s after it is on", 0.5, 0.15, 0.5, DELAY_LOG_NORMAL, 40,
     1.2},
    {"on", "every device is on", 1, 0, 0, DELAY_UNIFORM, 0, 0},
};

enum { MODELS = sizeof models / sizeof models[0], PRESS_MS = 5000 };

const struct people *people_at(unsigned number)
{
    return number < MODELS ? &models[number] : NULL;
}

const struct people *people_find(const char *name)
{
    for (size_t i = 0; i < MODELS; i++) {
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    }
    return NULL;
}

const char *people_name(const struct people *people)
{
    return people->name;
}

const char *people_words(const struct people *people)
{
    return people->words;
}

static double delay_seconds(const struct people *people, struct dice *dice)
{
    switch (people->delay) {
    case DELAY_LOG_NORMAL:
        return people->seconds * exp(people->shape * dice_normal(dice));
    case DELAY_EXPONENTIAL:
        return dice_exponential(dice, people->seconds);
    case DELAY_UNIFORM:
        return people->seconds * dice_unit(dice);
    case DELAY_WEIBULL:
        return people->seconds * pow(-log(dice_unit(dice)), 1 / people->shape);
    case DELAY_TWO_HUMPS:
        break;
    }
    if (dice_unit(dice) < 0.5)
        return people->seconds * exp(people->shape * dice_normal(dice));
    return 600 + 1800 * dice_unit(dice);
}

struct person people_draw(const struct people *people, struct dice *dice)
{
    struct person person = {0, PERSON_NEVER};
    bool presses = dice_unit(dice) < people->press;

    if (dice_unit(dice) >= people->on) {
        bool never = dice_unit(dice) < people->never;
        person.on_after_ms = never ? PERSON_NEVER : (long long)(1000 * delay_seconds(people, dice));
    }
    if (presses && person.on_after_ms != PERSON_NEVER)
        person.press_after_ms = person.on_after_ms + PRESS_MS;
    return person;
}
