/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file from memory. One that loads must print as a file that loads and prints the same. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/config.h"
#include "tests/fuzz/fuzz.h"

static const struct config_key keys[] = {
    {"a", "text", CONFIG_TEXT, "x", 1, 100, NULL, false, ""},
    {"a", "long", CONFIG_TEXT, "", 0, 0, NULL, false, ""},
    {"a", "number", CONFIG_INTEGER, "4", -64, 64, NULL, false, ""},
    {"a", "time", CONFIG_DURATION, "15s", 0, 0, NULL, false, ""},
    {"a", "times", CONFIG_DURATIONS, "1s 2s", 0, 0, NULL, false, ""},
    {"a", "flag", CONFIG_BOOLEAN, "no", 0, 0, NULL, false, ""},
    {"a", "mode", CONFIG_CHOICE, "json", 0, 0, "json|plain", false, ""},
    {"a", "path", CONFIG_PATH, "", 0, 0, NULL, false, ""},
    {"a", "secret", CONFIG_TEXT, "", 0, 0, NULL, true, ""},
    {"f.*", "text", CONFIG_TEXT, "x", 0, 0, NULL, false, ""},
    {"f.*.#", "text", CONFIG_TEXT, "y", 0, 0, NULL, false, ""},
};
static const struct config_table table = {keys, sizeof keys / sizeof *keys};

/* Returns NULL where the file has errors. */
static struct config *load(const void *bytes, size_t size)
{
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC);

    MUST(fd >= 0);
    MUST(write(fd, bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct config *config = config_new(&table, 1, "FUZZ", true);
    bool good = config_load(config, path, NULL);
    close(fd);
    MUST(good == (config_error_count(config) == 0));
    for (size_t i = 0; i < config_error_count(config); i++)
        MUST(config_error(config, i)[0] != '\0');
    if (good)
        return config;
    MUST(config_text(config, "a", "text") != NULL);
    config_free(config);
    return NULL;
}

static char *print(const struct config *config, size_t *length)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, length);

    MUST(out != NULL);
    config_print(config, out);
    fclose(out);
    return bytes;
}

static void check_bounds(const struct config *config)
{
    long long delays[32];
    size_t count = config_durations(config, "a", "times", delays, 32);
    long long number = config_integer(config, "a", "number");
    size_t length = strlen(config_text(config, "a", "text"));

    MUST(count >= 1 && count <= 32);
    MUST(number >= -64 && number <= 64);
    MUST(length >= 1 && length <= 100);
    MUST(config_integer(config, "a", "time") >= 0);
    for (size_t i = 0; i < config_family_count(config, "f"); i++)
        MUST(strlen(config_family_name(config, "f", i)) <= 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t first_length, second_length;
    struct config *config = load(data, size);

    if (config == NULL)
        return 0;
    check_bounds(config);
    char *first = print(config, &first_length);
    config_free(config);
    config = load(first, first_length);
    MUST(config != NULL);
    char *second = print(config, &second_length);
    config_free(config);
    MUST(strcmp(first, second) == 0);
    free(first);
    free(second);
    return 0;
}
