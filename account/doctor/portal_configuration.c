/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the portal itself what it says of its configuration, of which the doctor knows only a part. What the
 * doctor reports by checks of its own is left out. */
#include <stdint.h>
#include <string.h>

#include "account/doctor/doctor.h"
#include "aws/child_output.h"
#include "base/lines.h"
#include "base/program_beside.h"

#define CHECK "configuration.portal"
#define LIMIT_MS 30000
#define MACHINE                                                                                              \
    "expresslink-portal: " /* what begins so is about keys or the machine, not the configuration */

/* Both outputs of: sh -c SCRIPT PROGRAM FILE. */
#define SCRIPT "exec \"$0\" --check-config --config \"$1\" 2>&1"

/* doctor_files() looks at these. */
static bool is_about_a_file(const char *line)
{
    static const char *const keys[] = {"] ca_file: ", "] cert_file: ", "] key_file: "};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strstr(line, keys[i]))
            return true;
    return false;
}

static bool is_known(const struct doctor *doctor, const char *line)
{
    const struct config *config = doctor->options->config;

    for (size_t i = 0; config && i < config_error_count(config); i++)
        if (strcmp(config_error(config, i), line) == 0)
            return true;
    return strncmp(line, MACHINE, strlen(MACHINE)) == 0 || is_about_a_file(line);
}

static void tell_mistakes(struct doctor *doctor, const struct text *output)
{
    struct lines lines = lines_of(output->data, output->length);
    const char *begin;
    size_t length;

    while (lines_next(&lines, &begin, &length)) {
        TEXT struct text line = TEXT_EMPTY;
        text_add(&line, begin, length);
        if (length > 0 && !is_known(doctor, text_get(&line)))
            doctor_tell(doctor, DOCTOR_FAILED, CHECK, text_get(&line),
                        "Fix this line: the portal does not start with it.");
    }
}

static void skip(struct doctor *doctor, const struct text *why)
{
    doctor_tell(doctor, DOCTOR_SKIPPED, CHECK, text_get(why),
                "Where the portal is installed, run: expresslink-portal --check-config --config FILE");
}

void doctor_portal_configuration(struct doctor *doctor)
{
    TEXT struct text program = TEXT_EMPTY;
    TEXT struct text output = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;

    if (!program_beside("expresslink-portal", "server", &program, &why)) {
        skip(doctor, &why);
        return;
    }
    char *arguments[] = {"sh",
                         "-c",
                         SCRIPT,
                         (char *)(uintptr_t)text_get(&program),
                         (char *)(uintptr_t)doctor->options->config_path,
                         NULL};
    enum child_result result = child_output(arguments, LIMIT_MS, doctor->options->interrupted, &output, &why);
    if (result == CHILD_ENDED)
        doctor_tell(doctor, DOCTOR_OK, CHECK, NULL, NULL);
    else if (result == CHILD_FAILED && output.length)
        tell_mistakes(doctor, &output);
    else if (result != CHILD_INTERRUPTED) {
        if (!why.length)
            text_puts(&why, result == CHILD_SLOW ? "it takes too long" : "it cannot be run");
        skip(doctor, &why);
    }
}
