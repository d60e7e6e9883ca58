/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/enrolment/enrolment_list.h"
#include "account/enrolment/pem.h"
#include "base/memory.h"

#define PART_BYTES ((size_t)64 * 1024)

static bool fail(const char *path, const char *reason, struct text *why)
{
    text_printf(why, "%s: %s", path, reason);
    return false;
}

static bool ends_with(const char *path, const char *const *endings)
{
    const char *dot = strrchr(path, '.');

    for (; dot != NULL && *endings != NULL; endings++)
        if (strcasecmp(dot, *endings) == 0)
            return true;
    return false;
}

static bool is_certificate_file(const char *name)
{
    static const char *const endings[] = {".pem", ".crt", ".cer", ".cert", NULL};

    return name[0] != '.' && ends_with(name, endings);
}

static int choose_file(const struct dirent *entry)
{
    return is_certificate_file(entry->d_name);
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static void add_path(const char *folder, const char *name, struct text *out)
{
    text_printf(out, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
}

static bool measure_folder(struct enrolment_source *source, struct text *why)
{
    struct dirent **entries;
    int count = scandir(source->path, &entries, choose_file, NULL);

    if (count < 0)
        return fail(source->path, strerror(errno), why);
    for (int i = 0; i < count; i++) {
        TEXT struct text path = TEXT_EMPTY;
        struct stat status;
        add_path(source->path, entries[i]->d_name, &path);
        if (stat(path.data, &status) == 0)
            source->bytes_all += (unsigned long long)status.st_size;
        free(entries[i]);
    }
    free(entries);
    if (count == 0)
        return fail(source->path, "there is no .pem, .crt, .cer or .cert in this folder", why);
    return true;
}

bool enrolment_source_open(const char *path, struct enrolment_source *out, struct text *why)
{
    static const char *const lists[] = {".csv", ".tsv", NULL};
    struct enrolment_source source = {.path = path, .kind = ENROLMENT_BUNDLE};
    struct stat status;

    if (path[0] == '\0')
        return fail("\"\"", "not a file or folder", why);
    if (stat(path, &status) != 0)
        return fail(path, strerror(errno), why);
    if (access(path, R_OK) != 0)
        return fail(path, strerror(errno), why);
    if (S_ISDIR(status.st_mode))
        source.kind = ENROLMENT_FOLDER;
    else if (ends_with(path, lists))
        source.kind = ENROLMENT_LIST;
    if (source.kind == ENROLMENT_FOLDER && !measure_folder(&source, why))
        return false;
    if (S_ISREG(status.st_mode))
        source.bytes_all = (unsigned long long)status.st_size;
    *out = source;
    return true;
}

/* State of reading one PEM file. */
struct bundle {
    const struct enrolment_source_events *events;
    const char *path;
    bool plain_place; /* the first certificate is told by the file's name alone */
    bool stopped;
    size_t found; /* anything that a block can be */
};

static void add_place(const struct bundle *bundle, unsigned long long line, struct text *out)
{
    text_puts(out, bundle->path);
    if (!bundle->plain_place || bundle->found > 1)
        text_printf(out, ":%llu", line);
}

static void take_certificate(struct bundle *bundle, const char *pem, size_t length, const char *place)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_parse(pem, length, place, &why);
    const struct enrolment_device device = {place, certificate, ""};

    if (certificate == NULL)
        bundle->events->bad(bundle->events->context, place, text_get(&why));
    else if (certificate_is_authority(certificate))
        bundle->events->passed(bundle->events->context, place, "an authority");
    else
        bundle->events->device(bundle->events->context, &device);
    certificate_free(certificate);
}

static void take_block(void *context, const char *kind, const char *pem, size_t length,
                       unsigned long long line)
{
    struct bundle *bundle = context;
    TEXT struct text place = TEXT_EMPTY;

    if (bundle->stopped)
        return;
    bundle->found++;
    add_place(bundle, line, &place);
    if (strcmp(kind, "CERTIFICATE") == 0)
        take_certificate(bundle, pem, length, place.data);
    else if (strstr(kind, "PRIVATE KEY") != NULL)
        bundle->events->passed(bundle->events->context, place.data, "a private key");
    else if (strstr(kind, "CERTIFICATE REQUEST") != NULL)
        bundle->events->passed(bundle->events->context, place.data, "a signing request");
    bundle->stopped = bundle->events->stop(bundle->events->context);
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct bundle *bundle = context;
    TEXT struct text place = TEXT_EMPTY;

    if (bundle->stopped)
        return;
    bundle->found++;
    add_place(bundle, line, &place);
    bundle->events->bad(bundle->events->context, place.data, why);
}

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}

/* The file in parts, until take() returns false. False: errno says why. */
static bool read_parts(struct enrolment_source *source, const char *path,
                       bool (*take)(void *context, const char *bytes, size_t length), void *context)
{
    __attribute__((cleanup(close_file))) int file = open(path, O_RDONLY | O_CLOEXEC);
    OWNED char *part = memory_new(PART_BYTES, 1);
    ssize_t length;

    if (file < 0)
        return false;
    while ((length = read(file, part, PART_BYTES)) != 0) {
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return false;
        source->bytes_done += (unsigned long long)length;
        if (!take(context, part, (size_t)length))
            break;
    }
    return true;
}

struct bundle_reading {
    struct bundle *bundle;
    struct enrolment_pem *pem;
};

static bool feed_bundle(void *context, const char *bytes, size_t length)
{
    struct bundle_reading *reading = context;

    enrolment_pem_feed(reading->pem, bytes, length);
    return !reading->bundle->stopped;
}

static bool read_bundle(struct enrolment_source *source, const char *path, struct bundle *bundle)
{
    const struct enrolment_pem_events blocks = {bundle, take_block, take_bad};
    struct bundle_reading reading = {bundle, enrolment_pem_new(&blocks)};
    bool fine = read_parts(source, path, feed_bundle, &reading);

    if (fine && !bundle->stopped)
        enrolment_pem_end(reading.pem);
    enrolment_pem_free(reading.pem);
    return fine;
}

static void no_certificate(const struct bundle *bundle)
{
    bundle->events->bad(bundle->events->context, bundle->path,
                        "it holds no certificate in PEM form; openssl x509 -inform der -in FILE -out "
                        "FILE.pem turns one in DER form into it");
}

/* A file of a folder: an unreadable file is one bad device. */
static bool read_file(struct enrolment_source *source, const char *name,
                      const struct enrolment_source_events *events)
{
    TEXT struct text path = TEXT_EMPTY;

    add_path(source->path, name, &path);
    struct bundle bundle = {.events = events, .path = path.data, .plain_place = true};
    if (!read_bundle(source, path.data, &bundle))
        events->bad(events->context, path.data, strerror(errno));
    else if (bundle.found == 0 && !bundle.stopped)
        no_certificate(&bundle);
    return !bundle.stopped && !events->stop(events->context);
}

static bool read_folder(struct enrolment_source *source, const struct enrolment_source_events *events,
                        struct text *why)
{
    struct dirent **entries;
    int count = scandir(source->path, &entries, choose_file, by_name);
    bool going = true;

    if (count < 0)
        return fail(source->path, strerror(errno), why);
    for (int i = 0; i < count; i++) {
        going = going && read_file(source, entries[i]->d_name, events);
        free(entries[i]);
    }
    free(entries);
    return true;
}

static bool feed_list(void *context, const char *bytes, size_t length)
{
    enrolment_list_feed(context, bytes, length);
    return !enrolment_list_is_over(context);
}

static bool read_list(struct enrolment_source *source, const struct enrolment_source_events *events,
                      struct text *why)
{
    struct enrolment_list *list = enrolment_list_new(source->path, events);
    bool fine = read_parts(source, source->path, feed_list, list);

    if (!fine)
        fail(source->path, strerror(errno), why);
    else
        fine = enrolment_list_end(list, why);
    enrolment_list_free(list);
    return fine;
}

bool enrolment_source_read(struct enrolment_source *source, const struct enrolment_source_events *events,
                           struct text *why)
{
    struct bundle bundle = {.events = events, .path = source->path};

    source->bytes_done = 0;
    if (source->kind == ENROLMENT_FOLDER)
        return read_folder(source, events, why);
    if (source->kind == ENROLMENT_LIST)
        return read_list(source, events, why);
    if (!read_bundle(source, source->path, &bundle))
        return fail(source->path, strerror(errno), why);
    if (bundle.found == 0 && !bundle.stopped)
        no_certificate(&bundle);
    return true;
}
