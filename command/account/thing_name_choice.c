/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/thing_name_choice.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/setup/setup.h"
#include "account/thing_name.h"
#include "base/interrupt.h"
#include "base/terminal.h"
#include "command/command.h"

#define HOW                                                                                                  \
    "say which field has the ThingName with --thing-name common-name or --thing-name serial-number, or "     \
    "give "                                                                                                  \
    "a birth certificate of the vendor's modules with --birth-certificate FILE"

static void use(const struct thing_name_choice *choice, const char *field, const char *because)
{
    choice->things->name_field = field;
    account_report_add(choice->report, "thing_name", thing_name_option(field));
    account_report_say(choice->report, "ThingName: %s (--thing-name %s), because %s", field,
                       thing_name_option(field), because);
}

/* The birth certificate as far as it goes: the portal's configuration may not be there yet. */
static const char *choose(const struct thing_name_choice *choice, const struct certificate *birth,
                          struct text *why)
{
    struct config *config = config_new(&claim_config_table, 1, "PORTAL", false);
    const char *path = choice->portal_ini;
    struct claim_settings settings = {0};
    bool loaded = path && access(path, R_OK) == 0;

    if (loaded) {
        (void)config_load(config, path, environ);
        claim_settings_load_partly(config, &settings);
    }
    const char *field = thing_name_choose(birth, loaded ? &settings : NULL, why);
    if (loaded)
        claim_settings_fini(&settings);
    config_free(config);
    return field;
}

int thing_name_read(const struct thing_name_choice *choice, struct text *found)
{
    const char *path = choice->birth_certificate;
    TEXT struct text why = TEXT_EMPTY, words = TEXT_EMPTY;

    if (!path || choice->things->name_field)
        return COMMAND_DONE;
    struct certificate *birth = certificate_read_birth(path, &why);
    if (!birth)
        return account_report_wrong(choice->report, COMMAND_NO_INPUT, "%s", text_get(&why));
    if (certificate_is_authority(birth)) {
        certificate_free(birth);
        return account_report_wrong(choice->report, COMMAND_BAD_IDENTIFIER,
                                    "%s: it is a CA's certificate, not a module's birth certificate", path);
    }
    const char *field = choose(choice, birth, &words);
    certificate_free(birth);
    text_printf(found, "in %s %s", path, text_get(&words));
    if (field)
        use(choice, field, text_get(found));
    return COMMAND_DONE;
}

/* Asks at the terminal. NULL: no answer. */
static const char *ask(const char *found)
{
    TEXT struct text safe = TEXT_EMPTY;
    char answer[16] = "";

    terminal_add(found, &safe);
    fprintf(stderr, "%s%sWhich field of the vendor's birth certificates has the ThingName?\n",
            text_get(&safe), safe.length ? ".\n" : "");
    fputs("  1  CommonName\n  2  SerialNumber\n[1/2] ", stderr);
    fflush(stderr);
    if (!interrupt_wait_readable(STDIN_FILENO) || !fgets(answer, sizeof answer, stdin))
        return NULL;
    return answer[0] == '1' ? "CommonName" : answer[0] == '2' ? "SerialNumber" : NULL;
}

int thing_name_have(const struct thing_name_choice *choice, const struct oem_account *account,
                    const char *found)
{
    TEXT struct text why = TEXT_EMPTY;
    const char *field = NULL;

    if (choice->things->name_field)
        return COMMAND_DONE;
    enum aws_error error = setup_thing_name_field(account, choice->setup, &field, &why);
    if (error)
        return account_report_failed(choice->report, error, "nothing was changed", text_get(&why));
    if (field) {
        use(choice, field, "the template that is there says so");
        return COMMAND_DONE;
    }
    bool can_ask = choice->can_ask && isatty(STDIN_FILENO) == 1;
    field = can_ask ? ask(found) : NULL;
    if (interrupt_received)
        return account_report_wrong(choice->report, COMMAND_INTERRUPTED, "interrupted: nothing was changed");
    if (!field)
        return account_report_wrong(choice->report, COMMAND_USAGE, "nothing was changed: %s%s" HOW, found,
                                    *found ? "; " : "");
    use(choice, field, "you said so");
    return COMMAND_DONE;
}
