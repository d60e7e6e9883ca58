/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/number.h"

#define MINUTE_MS 60000LL
#define NEVER_MS (1LL << 31)

static const struct policy *const policies[] = {&policy_turns, &policy_due, &policy_firsts, &policy_oracle};

enum { POLICIES = sizeof policies / sizeof policies[0], PEAK_AROUND_MS = 900000 };

/* What was said; what follows from it is worked out at the end. */
struct words {
    struct options *options;
    long long minutes, warm_minutes, hostile_minute;
    long long backlog;
    double rate, hostile_rate;
};

enum key {
    PEOPLE = 1,
    SEED,
    CONNECTIONS,
    AHEAD,
    ACKNOWLEDGED_AFTER,
    RATE,
    MINUTES,
    BURST,
    MORNING,
    OVERLOAD,
    HOSTILE,
    HOSTILE_RATE,
    HOSTILE_AT,
    HOSTILE_PRESS,
    BACKLOG,
    HOMES,
    CARRIERS,
    CARRIER_SHARE,
    KNOWN,
    DEAF,
    POLICY,
    VALUES,
    FIND_CONNECTIONS,
    HELP
};

static const struct option names[] = {
    {"people", required_argument, NULL, PEOPLE},
    {"seed", required_argument, NULL, SEED},
    {"connections", required_argument, NULL, CONNECTIONS},
    {"ahead", required_argument, NULL, AHEAD},
    {"acknowledged-after", required_argument, NULL, ACKNOWLEDGED_AFTER},
    {"rate", required_argument, NULL, RATE},
    {"minutes", required_argument, NULL, MINUTES},
    {"burst", required_argument, NULL, BURST},
    {"morning", required_argument, NULL, MORNING},
    {"overload", required_argument, NULL, OVERLOAD},
    {"hostile", required_argument, NULL, HOSTILE},
    {"hostile-rate", required_argument, NULL, HOSTILE_RATE},
    {"hostile-at", required_argument, NULL, HOSTILE_AT},
    {"hostile-press", no_argument, NULL, HOSTILE_PRESS},
    {"backlog", required_argument, NULL, BACKLOG},
    {"homes", required_argument, NULL, HOMES},
    {"carriers", required_argument, NULL, CARRIERS},
    {"carrier-share", required_argument, NULL, CARRIER_SHARE},
    {"known", no_argument, NULL, KNOWN},
    {"deaf", required_argument, NULL, DEAF},
    {"policy", required_argument, NULL, POLICY},
    {"values", no_argument, NULL, VALUES},
    {"find-connections", no_argument, NULL, FIND_CONNECTIONS},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "Usage: crowd [option...]\n"
    "\n"
    "Simulates the registrations of many people and prints how long they wait, with the portal's policy "
    "(ours), by due time\n"
    "as it was before (due), first messages in order of arrival before what is due (firsts), and with one "
    "that knows when\n"
    "each device is on (oracle).\n"
    "\n"
    "  --rate N              new claims a second and connection (20), for --minutes (30), after 5 minutes "
    "that do not count\n"
    "  --burst N             instead: N claims at once\n"
    "  --morning N           instead: N claims in six hours, with a peak three times the mean\n"
    "  --overload N          instead: N a second and connection for ten minutes, then --rate\n"
    "  --people MODEL        when devices are on (study); see below\n"
    "  --connections N       claim-things side by side (1), 98 messages a second each\n"
    "  --hostile N           networks from which claims are made that never arrive (none), from --hostile-at "
    "MINUTE (5)\n"
    "  --hostile-rate N      such claims a second altogether (100)\n"
    "  --hostile-press       they press \"It's on now\" every ten seconds\n"
    "  --backlog N           instead: N such claims at the start, and no more\n"
    "  --homes N, --carriers N, --carrier-share SHARE\n"
    "                        networks of honest people (20000, 5, 0.3)\n"
    "  --known               carriers have a record of arrivals at the start\n"
    "  --deaf SHARE          of the messages that a device misses although it is on (0)\n"
    "  --ahead N             claims a connection that are taken before they can be sent (10)\n"
    "  --acknowledged-after MS\n"
    "                        from a message to its acknowledgement (20)\n"
    "  --seed N              another seed is another crowd (1)\n"
    "  --policy NAME         only this one\n"
    "  --find-connections    how many hold arrival below 10 s (95 %), all the time and in the peak\n"
    "  --values              one value a line\n"
    "\n"
    "People:\n";

__attribute__((noreturn)) static void help(void)
{
    fputs(usage, stdout);
    for (unsigned i = 0; people_at(i); i++)
        printf("  %-12s %s\n", people_name(people_at(i)), people_words(people_at(i)));
    exit(EX_OK);
}

__attribute__((noreturn)) static void wrong(const char *name)
{
    fprintf(stderr, "crowd: the value of --%s is wrong\nTry crowd --help\n", name);
    exit(EX_USAGE);
}

static bool read_count(const char *value, uint32_t least, uint32_t *out)
{
    long long number;

    if (!number_parse(value, least, 100000000, &number))
        return false;
    *out = (uint32_t)number;
    return true;
}

static bool read_policy(const char *value, const struct policy **out)
{
    for (size_t i = 0; i < POLICIES; i++) {
        if (strcmp(policies[i]->name, value) == 0)
            *out = policies[i];
    }
    return *out != NULL;
}

static bool read_people(const char *value, struct scenario *scenario)
{
    scenario->people = people_find(value);
    return scenario->people != NULL;
}

static bool read_seed(const char *value, uint64_t *seed)
{
    long long number;

    if (!number_parse(value, 0, 1LL << 40, &number))
        return false;
    *seed = (uint64_t)number;
    return true;
}

static bool read_shape(const char *value, enum curve_shape shape, struct curve *curve)
{
    curve->shape = shape;
    if (shape == CURVE_OVERLOAD)
        return number_parse_decimal(value, 0, 100000, &curve->overload);
    return number_parse(value, 1, 100000000, &curve->count);
}

/* Options of the crowd itself. */
static bool read_crowd(struct words *words, enum key key, const char *value)
{
    struct scenario *scenario = &words->options->scenario;

    switch (key) {
    case PEOPLE:
        return read_people(value, scenario);
    case SEED:
        return read_seed(value, &scenario->seed);
    case RATE:
        return number_parse_decimal(value, 0, 100000, &words->rate);
    case MINUTES:
        return number_parse(value, 1, 10000, &words->minutes);
    case BURST:
        return read_shape(value, CURVE_BURST, &scenario->honest);
    case MORNING:
        return read_shape(value, CURVE_MORNING, &scenario->honest);
    case OVERLOAD:
        return read_shape(value, CURVE_OVERLOAD, &scenario->honest);
    case HOMES:
        return read_count(value, 1, &scenario->places.homes);
    case CARRIERS:
        return read_count(value, 1, &scenario->places.carriers);
    case CARRIER_SHARE:
        return number_parse_decimal(value, 0, 1, &scenario->places.carrier_share);
    case KNOWN:
        return scenario->known = true;
    case DEAF:
        return number_parse_decimal(value, 0, 0.99, &scenario->deaf);
    default:
        return false;
    }
}

/* Options of those who do not want to register, of the wire, and of the report. */
static bool read_other(struct words *words, enum key key, const char *value)
{
    struct scenario *scenario = &words->options->scenario;

    switch (key) {
    case HOSTILE:
        return read_count(value, 1, &scenario->places.hostile);
    case HOSTILE_RATE:
        return number_parse_decimal(value, 0, 100000, &words->hostile_rate);
    case HOSTILE_AT:
        return number_parse(value, 0, 10000, &words->hostile_minute);
    case HOSTILE_PRESS:
        return scenario->hostile_press = true;
    case BACKLOG:
        return number_parse(value, 1, 100000000, &words->backlog);
    case CONNECTIONS:
        return number_parse_int(value, 1, 10000, &scenario->connections);
    case AHEAD:
        return number_parse_int(value, 1, 1000, &scenario->ahead);
    case ACKNOWLEDGED_AFTER:
        return number_parse_int(value, 1, 100000, &scenario->acknowledged_after_ms);
    case POLICY:
        return read_policy(value, &words->options->only);
    case VALUES:
        return words->options->values = true;
    case FIND_CONNECTIONS:
        return words->options->find_connections = true;
    default:
        return read_crowd(words, key, value);
    }
}

static void set_honest(const struct words *words, struct scenario *scenario)
{
    struct curve *honest = &scenario->honest;

    honest->rate = words->rate * scenario->connections;
    honest->overload *= scenario->connections;
    honest->until_ms = NEVER_MS;
    scenario->measured_until_ms = words->minutes * MINUTE_MS;
    if (honest->shape == CURVE_BURST)
        scenario->measured_until_ms = 1;
    if (honest->shape == CURVE_MORNING) {
        scenario->measured_until_ms = honest->until_ms = CURVE_MORNING_MS;
        scenario->peak_from_ms = CURVE_PEAK_MS - PEAK_AROUND_MS;
        scenario->peak_until_ms = CURVE_PEAK_MS + PEAK_AROUND_MS;
    }
    if (honest->shape == CURVE_STEADY) {
        scenario->measured_from_ms = words->warm_minutes * MINUTE_MS;
        scenario->measured_until_ms += scenario->measured_from_ms;
    }
}

static void set_hostile(const struct words *words, struct scenario *scenario)
{
    struct curve *hostile = &scenario->hostile;

    hostile->from_ms = words->hostile_minute * MINUTE_MS;
    hostile->until_ms = NEVER_MS;
    if (scenario->places.hostile)
        hostile->rate = words->hostile_rate;
    if (words->backlog == 0)
        return;
    *hostile = (struct curve){.shape = CURVE_BURST, .count = words->backlog};
    if (scenario->places.hostile == 0)
        scenario->places.hostile = 50;
}

void options_read(struct options *options, int argc, char **argv)
{
    struct words words = {.options = options,
                          .minutes = 30,
                          .warm_minutes = 5,
                          .hostile_minute = 5,
                          .rate = 20,
                          .hostile_rate = 100};
    int key, index = 0;

    *options = (struct options){.scenario = {.seed = 1,
                                             .people = people_find("study"),
                                             .places = {.homes = 20000, .carriers = 5, .carrier_share = 0.3},
                                             .connections = 1,
                                             .ahead = 10,
                                             .acknowledged_after_ms = 20}};
    while ((key = getopt_long(argc, argv, "", names, &index)) != -1) {
        if (key == HELP)
            help();
        if (key == '?')
            exit(EX_USAGE);
        if (!read_other(&words, (enum key)key, optarg))
            wrong(names[index].name);
    }
    if (optind < argc)
        wrong(argv[optind]);
    set_honest(&words, &options->scenario);
    set_hostile(&words, &options->scenario);
}

const struct policy *options_policy(unsigned number)
{
    return number < POLICIES ? policies[number] : NULL;
}
