/* SPDX-License-Identifier: Apache-2.0 */
/* What the portal needs of the machine that it runs on. Only warnings: the doctor may be asked elsewhere. */
#include <string.h>
#include <unistd.h>

#include "account/doctor/doctor.h"
#include "base/file.h"
#include "base/listen.h"

#define SQLITE "sqlite:"

/* The same keys and defaults as in server/settings.c. */
static const struct config_key keys[] = {
    {"http", "listen", CONFIG_TEXT, "127.0.0.1:8080", 1, 256, NULL, false, ""},
    {"http", "admin_listen", CONFIG_TEXT, "127.0.0.1:9090", 0, 256, NULL, false, ""},
    {"store", "url", CONFIG_TEXT, "sqlite:/var/lib/expresslink-portal/portal.db", 1, 1024, NULL, false, ""},
};
static const struct config_table table = {keys, sizeof keys / sizeof *keys};

static void check_store(struct doctor *doctor, const char *url)
{
    TEXT struct text why = TEXT_EMPTY;

    if (strncmp(url, SQLITE, strlen(SQLITE)) != 0)
        return;
    bool good = file_has_folder(url + strlen(SQLITE), &why);
    doctor_tell(doctor, good ? DOCTOR_OK : DOCTOR_WARNING, "place.store", good ? url : text_get(&why),
                good
                    ? NULL
                    : "If the portal is to run on this machine: make the folder for its user, or set [store] "
                      "url = sqlite:PATH to a file in one that exists.");
}

/* An address in use may well be in use by the portal. */
static void check_listen(struct doctor *doctor, const char *const addresses[2])
{
    for (size_t i = 0; i < 2; i++) {
        TEXT struct text why = TEXT_EMPTY;
        bool in_use = false;
        if (!*addresses[i] || listen_is_possible(addresses[i], &in_use, &why) || in_use)
            continue;
        doctor_tell(
            doctor, DOCTOR_WARNING, "place.listen", text_get(&why),
            "If the portal is to run on this machine: set [http] listen and admin_listen to addresses "
            "that it has.");
        return;
    }
    doctor_tell(doctor, DOCTOR_OK, "place.listen", NULL, NULL);
}

void doctor_places(struct doctor *doctor)
{
    struct config *config = config_new(&table, 1, "PORTAL", false);

    config_ignore_unknown_keys(config);
    if (config_load(config, doctor->options->config_path, environ)) {
        const char *const addresses[] = {config_text(config, "http", "listen"),
                                         config_text(config, "http", "admin_listen")};
        check_store(doctor, config_text(config, "store", "url"));
        check_listen(doctor, addresses);
    }
    config_free(config);
}
