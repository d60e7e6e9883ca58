/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/module_fleet.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/memory.h"

struct fleet {
    const struct module_options *options;
    struct mailbox *mailbox;
    long long start_gap_us;
    struct module **modules;
    size_t count;
};

struct fleet *fleet_new(const struct module_options *options, struct mailbox *mailbox, long long start_gap_us)
{
    struct fleet *fleet = memory_new(1, sizeof *fleet);

    fleet->options = options;
    fleet->mailbox = mailbox;
    fleet->start_gap_us = start_gap_us;
    return fleet;
}

void fleet_free(struct fleet *fleet)
{
    if (!fleet)
        return;
    for (size_t i = 0; i < fleet->count; i++)
        module_free(fleet->modules[i]);
    free(fleet->modules);
    free(fleet);
}

void fleet_add(struct fleet *fleet, const char *thing_name)
{
    fleet->modules = memory_grow(fleet->modules, fleet->count + 1, sizeof *fleet->modules);
    fleet->modules[fleet->count++] = module_new(fleet->options, thing_name, fleet->mailbox);
}

void fleet_switch_on(struct fleet *fleet)
{
    long long now = clock_monotonic_ms();

    for (size_t i = 0; i < fleet->count; i++)
        module_switch_on(fleet->modules[i], now + (long long)i * fleet->start_gap_us / 1000);
}

static void take_mail(struct fleet *fleet)
{
    struct happening *next = mailbox_take(fleet->mailbox);

    while (next) {
        struct happening *happening = next;
        next = happening->next;
        module_take(happening->module, happening);
        free(happening);
    }
}

int fleet_run(struct fleet *fleet)
{
    long long due = LLONG_MAX;

    take_mail(fleet);
    long long now = clock_monotonic_ms();
    for (size_t i = 0; i < fleet->count; i++) {
        long long at = module_tick(fleet->modules[i], now);
        due = at < due ? at : due;
    }
    if (due == LLONG_MAX)
        return -1;
    now = clock_monotonic_ms();
    return due <= now ? 0 : due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

static void end_line(struct json_writer *json)
{
    json_end_object(json);
    json_writer_finish(json);
    text_puts(json->out, "\n");
}

static void add_error(const char *what, struct text *reply)
{
    struct json_writer json = json_writer_into(reply);

    json_begin_object(&json, NULL);
    json_write_text(&json, "error", what);
    end_line(&json);
}

static void add_one(const struct module *module, struct text *reply)
{
    struct module_status status = module_status(module);
    struct json_writer json = json_writer_into(reply);

    json_begin_object(&json, NULL);
    json_write_text(&json, "thing", module_thing_name(module));
    json_write_text(&json, "power", status.on ? "on" : "off");
    json_write_text(&json, "state", status.onboarded ? "onboarded" : "staging");
    json_write_text(&json, "endpoint", status.endpoint);
    json_write_boolean(&json, "connected", status.connected);
    json_write_boolean(&json, "subscribed", status.subscribed);
    json_write_unsigned(&json, "published", status.published);
    end_line(&json);
}

static void add_all(const struct fleet *fleet, struct text *reply)
{
    size_t on = 0, connected = 0, subscribed = 0, onboarded = 0, arrived = 0;
    struct json_writer json = json_writer_into(reply);

    for (size_t i = 0; i < fleet->count; i++) {
        struct module_status status = module_status(fleet->modules[i]);
        on += status.on;
        connected += status.connected;
        subscribed += status.subscribed;
        onboarded += status.onboarded;
        arrived += status.onboarded && status.connected;
    }
    json_begin_object(&json, NULL);
    json_write_unsigned(&json, "modules", fleet->count);
    json_write_unsigned(&json, "on", on);
    json_write_unsigned(&json, "connected", connected);
    json_write_unsigned(&json, "subscribed", subscribed);
    json_write_unsigned(&json, "onboarded", onboarded);
    json_write_unsigned(&json, "arrived", arrived);
    end_line(&json);
}

static void list(const struct fleet *fleet, struct text *reply)
{
    for (size_t i = 0; i < fleet->count; i++)
        add_one(fleet->modules[i], reply);
}

static struct module *find(const struct fleet *fleet, const char *thing_name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (strcmp(module_thing_name(fleet->modules[i]), thing_name) == 0)
            return fleet->modules[i];
    return NULL;
}

static void switch_on(struct module *module)
{
    module_switch_on(module, clock_monotonic_ms());
}

static void nothing(struct module *module)
{
    (void)module;
}

static const struct {
    const char *word;
    void (*act)(struct module *module);
} commands[] = {
    {"on", switch_on}, {"off", module_switch_off}, {"reset", module_factory_reset}, {"status", nothing}};

static void command_all(struct fleet *fleet, void (*act)(struct module *module), struct text *reply)
{
    if (act == switch_on)
        fleet_switch_on(fleet);
    else
        for (size_t i = 0; i < fleet->count; i++)
            act(fleet->modules[i]);
    if (fleet->count == 1)
        add_one(fleet->modules[0], reply);
    else
        add_all(fleet, reply);
}

static void command(struct fleet *fleet, void (*act)(struct module *module), const char *thing_name,
                    struct text *reply)
{
    if (!thing_name) {
        command_all(fleet, act, reply);
        return;
    }
    struct module *module = find(fleet, thing_name);
    if (!module) {
        add_error("no such thing", reply);
        return;
    }
    act(module);
    add_one(module, reply);
}

void fleet_command(struct fleet *fleet, char *line, struct text *reply)
{
    char *rest = NULL;
    const char *word = strtok_r(line, " \t\r", &rest);
    const char *thing_name = strtok_r(NULL, " \t\r", &rest);

    if (!word)
        return;
    if (strcmp(word, "list") == 0) {
        list(fleet, reply);
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].word, word) == 0) {
            command(fleet, commands[i].act, thing_name, reply);
            return;
        }
    add_error("use on, off, reset or status, with or without a thing name, or list", reply);
}
