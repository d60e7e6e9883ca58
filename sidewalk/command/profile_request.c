/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/profile_request.h"

#include <stdio.h>

#include "base/json_writer.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"

#define ITEMS_MAX 8

/* %-free texts; a line break begins the next line of an item. What is known of the profile follows the first.
 */
static const struct part {
    const char *name, *title;
    const char *items[ITEMS_MAX];
} parts[] = {
    {"ask",
     "Ask the Amazon Sidewalk team for these (a ticket in the AWS console, or your\ncontact at Amazon):",
     {
         "factory support in the device profile",
         "an ApId (advertised product ID) and a device type ID for the product",
         "the number of devices that the factory may sign; by default it is limited",
         ("a hardware security module (YubiHSM) with the production key (DAK) of\n"
          "this profile, one for each production line, sent to the factory"),
         ("the Sidewalk signing tool, and the way by which the factory delivers its\n"
          "control logs to Amazon (EDI or SFTP)"),
     }},
    {"tell",
     "Tell them:",
     {
         ("the AWS account and the ID of the device profile; both must stay: devices\n"
          "are imported into that account"),
         "company, product, model, and who answers questions",
         "how far the qualification (Works with Amazon Sidewalk) is",
         "the factory: name, address, who answers there, number of production lines",
         "devices in the first batch and in a year, and when production begins",
     }},
    {"check",
     "When they have answered, and before the first batch:",
     {
         ("sidewalk-import profile get ID says: factory yes, your ApId, and enough\n"
          "signatures"),
         ("the factory's tool signs with the stage PRODUCTION: the logs' label is\n"
          "production"),
         ("sidewalk-import check of the first devices finds nothing, with --root the\n"
          "keys of Amazon's root from the Sidewalk SDK"),
         ("no one sends a device's own file (JSON with devicePrivKey...) around: it\n"
          "has private keys"),
     }},
};

static void add_certificate(const struct dak_certificate *certificate, struct text *out)
{
    text_printf(out, "%s: ApId %s, device type %s, ", certificate->factory_support ? "factory" : "prototypes",
                certificate->apid != NULL ? certificate->apid : "-",
                certificate->device_type_id != NULL ? certificate->device_type_id : "-");
    if (certificate->signatures_max < 0)
        text_puts(out, "unlimited signatures");
    else {
        common_count((unsigned long long)certificate->signatures_max, out);
        text_puts(out, " signatures");
    }
}

static void print_known(const struct device_profile *profile, const char *region)
{
    TEXT struct text line = TEXT_EMPTY, safe = TEXT_EMPTY;

    text_printf(&line, "Device profile %s in %s: %squalified", profile->id != NULL ? profile->id : "-",
                region, profile->qualified ? "" : "not ");
    terminal_add(line.data, &safe);
    printf("%s\n", safe.data);
    for (size_t i = 0; i < profile->certificate_count; i++) {
        text_clear(&line);
        text_clear(&safe);
        add_certificate(&profile->certificates[i], &line);
        terminal_add(line.data, &safe);
        printf("  %s\n", safe.data);
    }
    fputs("\n", stdout);
}

static void print_item(const char *item)
{
    fputs("  [ ] ", stdout);
    for (; *item != '\0'; item++)
        fputs(*item == '\n' ? "\n      " : (char[]){*item, '\0'}, stdout);
    fputs("\n", stdout);
}

static void print_text(const struct device_profile *profile, const char *region)
{
    if (profile != NULL)
        print_known(profile, region);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        printf("%s%s\n", i > 0 ? "\n" : "", parts[i].title);
        for (const char *const *item = parts[i].items; *item != NULL; item++)
            print_item(*item);
    }
}

static void write_item(struct json_writer *json, const char *item)
{
    TEXT struct text line = TEXT_EMPTY;

    for (; *item != '\0'; item++)
        text_add(&line, *item == '\n' ? " " : item, 1);
    json_write_text(json, NULL, line.data);
}

static void print_json(const struct device_profile *profile, const char *region)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text_or_null(&json, "device_profile", profile != NULL ? profile->id : NULL);
    json_write_text_or_null(&json, "region", region);
    if (profile != NULL)
        json_write_boolean(&json, "factory_support", device_profile_factory(profile, NULL) != NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_begin_array(&json, parts[i].name);
        for (const char *const *item = parts[i].items; *item != NULL; item++)
            write_item(&json, *item);
        json_end_array(&json);
    }
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

void profile_request_print(const struct device_profile *profile, const char *region, bool json)
{
    if (json)
        print_json(profile, region);
    else
        print_text(profile, region);
}
