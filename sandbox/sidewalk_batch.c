/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-batch: makes the list of serial numbers and the control log of a simulated batch of Sidewalk
 * devices. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/progress.h"
#include "base/text.h"
#include "sandbox/sidewalk_hsm.h"

#define DEVICES_MAX 100000000
#define PART_DEVICES 256
#define THREADS_MAX 16
#define PARTS_MAX (2 * THREADS_MAX)
#define FILE_BUFFER (1 << 20)

static const char usage[] =
    "Usage: sidewalk-batch [OPTION]... FOLDER\n"
    "\n"
    "Writes FOLDER/devices.csv and a matching control log, with devices that have real certificate\n"
    "chains, signed by a throw-away HSM. For tests and training.\n"
    "\n"
    "  --devices N    number of devices (1000)\n"
    "  --seed TEXT    source of all keys and serial numbers (sandbox): the same seed and ApId give the\n"
    "                 same devices\n"
    "  --apid ID      the product: advertisedProductId (eXpL)\n"
    "  --form FORM    one: FOLDER/control-log.json, indented (default)\n"
    "                 lines: the same, one line per device\n"
    "                 each: FOLDER/control-logs/SMSN.json, one file per device, as the factory's tool writes "
    "them\n"
    "  --fast         all devices have the same keys; each certificate still has its own signature\n"
    "  --threads N    number of threads (one per processor)\n"
    "  --help         print this, and exit\n"
    "\n"
    "Exit status: 0 written, 1 not written, 64 wrong arguments.\n";

/* The constant parts of an entry. */
struct layout {
    const char *head, *between, *tail; /* of the log: before, between and after the entries */
    const char *serial, *apid, *ed25519, *p256, *end;
};

/* The format of Python's json.dump(indent=4), which the factory's tool uses. */
static const struct layout indented = {
    .head = "{\n    \"controlLogs\": [\n",
    .between = ",\n",
    .tail = "\n    ]\n}\n",
    .serial = "        {\n"
              "            \"version\": \"4-0-1\",\n"
              "            \"device\": {\n"
              "                \"serialNumber\": \"",
    .apid = "\",\n"
            "                \"productIdentifier\": {\n"
            "                    \"advertisedProductId\": \"",
    .ed25519 = "\"\n"
               "                },\n"
               "                \"sidewalkData\": {\n"
               "                    \"sidewalkED25519CertificateChain\": \"",
    .p256 = "\",\n"
            "                    \"sidewalkP256R1CertificateChain\": \"",
    .end = "\",\n"
           "                    \"label\": \"production\"\n"
           "                }\n"
           "            }\n"
           "        }",
};

static const struct layout in_lines = {
    .head = "{\"controlLogs\":[\n",
    .between = ",\n",
    .tail = "\n]}\n",
    .serial = "{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":\"",
    .apid = "\",\"productIdentifier\":{\"advertisedProductId\":\"",
    .ed25519 = "\"},\"sidewalkData\":{\"sidewalkED25519CertificateChain\":\"",
    .p256 = "\",\"sidewalkP256R1CertificateChain\":\"",
    .end = "\",\"label\":\"production\"}}}",
};

struct settings {
    const char *folder, *seed, *apid;
    const struct layout *layout;
    unsigned long long devices;
    long threads;
    bool each, fast;
};

/* A part of the batch: made by any thread, written in order. */
struct part {
    bool ready;
    struct text list, log;
};

struct work {
    const struct settings *settings;
    const struct sidewalk_hsm *hsm;
    unsigned long long part_count;
    size_t part_room; /* maximum number of parts in progress */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned long long next, written; /* numbers of parts; guarded, as are ready and failed */
    bool failed;
    struct part parts[PARTS_MAX];
};

struct output {
    char *path, *partial; /* owned; the file gets its name when it is complete */
    FILE *file;           /* NULL after an error, which was reported */
};

static void complain(const char *what, const char *why)
{
    fprintf(stderr, "sidewalk-batch: %s: %s\n", what, why);
}

static char *path_in(const char *folder, const char *name)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s", folder, name);
    return text_take(&path);
}

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    complain(path, strerror(errno));
    return false;
}

static struct output output_open(const char *folder, const char *name)
{
    struct text partial = TEXT_EMPTY;
    struct output output = {.path = path_in(folder, name)};

    text_printf(&partial, "%s.partial", output.path);
    output.partial = text_take(&partial);
    output.file = fopen(output.partial, "we");
    if (output.file)
        setvbuf(output.file, NULL, _IOFBF, FILE_BUFFER);
    else
        complain(output.partial, strerror(errno));
    return output;
}

static void output_put(struct output *output, const char *bytes, size_t length)
{
    if (!output->file || fwrite(bytes, 1, length, output->file) == length)
        return;
    complain(output->path, strerror(errno));
    fclose(output->file);
    output->file = NULL;
    unlink(output->partial);
}

/* The file gets its name only if whole is true. Returns false if it did not get it. */
static bool output_close(struct output *output, bool whole)
{
    bool fine = output->file != NULL;

    if (fine && (fclose(output->file) != 0 || (whole && rename(output->partial, output->path) != 0))) {
        complain(output->path, strerror(errno));
        fine = false;
    }
    if (!whole || !fine)
        unlink(output->partial);
    free(output->path);
    free(output->partial);
    return fine && whole;
}

static bool write_each(const struct settings *settings, const char *smsn, const struct text *log)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "control-logs/%s.json", smsn);
    struct output output = output_open(settings->folder, text_get(&name));
    output_put(&output, text_get(log), log->length);
    return output_close(&output, true);
}

static void add_entry(const struct layout *layout, const char *apid, const struct sidewalk_device *device,
                      struct text *out)
{
    text_puts(out, layout->serial);
    text_puts(out, device->smsn);
    text_puts(out, layout->apid);
    text_puts(out, apid);
    text_puts(out, layout->ed25519);
    text_puts(out, device->ed25519);
    text_puts(out, layout->p256);
    text_puts(out, device->p256);
    text_puts(out, layout->end);
}

/* Returns false if its file could not be written. */
static bool make_device(const struct settings *settings, unsigned long long number,
                        const struct sidewalk_device *device, struct part *part)
{
    const struct layout *layout = settings->layout;

    text_puts(&part->list, device->smsn);
    text_puts(&part->list, "\n");
    if (settings->each)
        text_puts(&part->log, layout->head);
    else if (number > 0)
        text_puts(&part->log, layout->between);
    add_entry(layout, settings->apid, device, &part->log);
    if (!settings->each)
        return true;
    text_puts(&part->log, layout->tail);
    bool written = write_each(settings, device->smsn, &part->log);
    text_clear(&part->log);
    return written;
}

static bool make_part(const struct settings *settings, struct sidewalk_signer *signer,
                      unsigned long long number, struct part *part)
{
    unsigned long long first = number * PART_DEVICES, end = first + PART_DEVICES;
    struct sidewalk_device device;
    bool fine = true;

    text_clear(&part->list);
    text_clear(&part->log);
    for (unsigned long long i = first; i < end && i < settings->devices && fine; i++) {
        sidewalk_signer_make(signer, i, &device);
        fine = make_device(settings, i, &device, part);
    }
    return fine;
}

static void *run_worker(void *argument)
{
    struct work *work = argument;
    struct sidewalk_signer *signer = sidewalk_signer_new(work->hsm);

    pthread_mutex_lock(&work->mutex);
    while (work->next < work->part_count) {
        if (work->next - work->written >= work->part_room) {
            pthread_cond_wait(&work->changed, &work->mutex);
            continue;
        }
        unsigned long long number = work->next++;
        struct part *part = &work->parts[number % work->part_room];
        pthread_mutex_unlock(&work->mutex);
        bool fine = make_part(work->settings, signer, number, part);
        pthread_mutex_lock(&work->mutex);
        part->ready = true;
        work->failed = work->failed || !fine;
        pthread_cond_broadcast(&work->changed);
    }
    pthread_mutex_unlock(&work->mutex);
    sidewalk_signer_free(signer);
    return NULL;
}

static void show_progress(struct progress *progress, unsigned long long done, unsigned long long all)
{
    TEXT struct text counts = TEXT_EMPTY;

    if (done < all && !progress_is_due(progress))
        return;
    text_printf(&counts, "%llu of %llu devices  ", done, all);
    progress_add_rate(progress, done, &counts);
    progress_show(progress, (double)done / (double)all, text_get(&counts));
}

/* Returns NULL if a thread could not write its files. */
static struct part *wait_for(struct work *work, unsigned long long number)
{
    struct part *part = &work->parts[number % work->part_room];

    pthread_mutex_lock(&work->mutex);
    while (!part->ready && !work->failed)
        pthread_cond_wait(&work->changed, &work->mutex);
    bool failed = work->failed;
    pthread_mutex_unlock(&work->mutex);
    return failed ? NULL : part;
}

/* Starts no more parts. */
static void give_up(struct work *work)
{
    pthread_mutex_lock(&work->mutex);
    work->next = work->part_count;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

static void let_go(struct work *work, struct part *part)
{
    pthread_mutex_lock(&work->mutex);
    part->ready = false;
    work->written++;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

/* log: NULL if each device has its own file. */
static bool write_parts(struct work *work, struct output *list, struct output *log)
{
    const struct settings *settings = work->settings;
    struct progress progress;

    progress_begin(&progress, stderr, 0);
    for (unsigned long long i = 0; i < work->part_count; i++) {
        struct part *part = list->file && (!log || log->file) ? wait_for(work, i) : NULL;
        unsigned long long done = (i + 1) * PART_DEVICES;
        if (!part) {
            progress_clear(&progress);
            give_up(work);
            return false;
        }
        output_put(list, text_get(&part->list), part->list.length);
        if (log)
            output_put(log, text_get(&part->log), part->log.length);
        let_go(work, part);
        show_progress(&progress, done < settings->devices ? done : settings->devices, settings->devices);
    }
    progress_keep(&progress);
    return true;
}

static bool write_files(struct work *work)
{
    const struct settings *settings = work->settings;
    const struct layout *layout = settings->layout;
    struct output list = output_open(settings->folder, "devices.csv"), log = {0};

    output_put(&list, "smsn\n", 5);
    if (settings->each) {
        bool written = write_parts(work, &list, NULL);
        return output_close(&list, written);
    }
    log = output_open(settings->folder, "control-log.json");
    output_put(&log, layout->head, strlen(layout->head));
    bool written = write_parts(work, &list, &log);
    output_put(&log, layout->tail, strlen(layout->tail));
    /* The list comes last, as it names what is in the log. */
    written = output_close(&log, written);
    return output_close(&list, written);
}

static bool write_batch(const struct settings *settings)
{
    struct sidewalk_hsm *hsm = sidewalk_hsm_new(settings->seed, settings->apid, settings->fast);
    struct work work = {
        .settings = settings,
        .hsm = hsm,
        .part_count = (settings->devices + PART_DEVICES - 1) / PART_DEVICES,
        .part_room = 2 * (size_t)settings->threads,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    pthread_t threads[THREADS_MAX];
    long started = 0;

    while (started < settings->threads && pthread_create(&threads[started], NULL, run_worker, &work) == 0)
        started++;
    if (started == 0)
        complain("thread", "cannot be started");
    bool written = started && write_files(&work);
    for (long i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PARTS_MAX; i++) {
        text_fini(&work.parts[i].list);
        text_fini(&work.parts[i].log);
    }
    sidewalk_hsm_free(hsm);
    return written;
}

__attribute__((noreturn)) static void usage_error(const char *what, const char *value)
{
    fprintf(stderr, "sidewalk-batch: %s%s\nTry sidewalk-batch --help\n", what, value);
    exit(64);
}

static long number(const char *option, const char *text, long most)
{
    long long value;

    if (!number_parse(text, 1, most, &value))
        usage_error(option, text);
    return (long)value;
}

static void take_form(struct settings *settings, const char *form)
{
    settings->each = strcmp(form, "each") == 0;
    if (strcmp(form, "lines") == 0)
        settings->layout = &in_lines;
    else if (settings->each || strcmp(form, "one") == 0)
        settings->layout = &indented;
    else
        usage_error("--form needs one, lines or each, not ", form);
}

/* The ApId goes into JSON unescaped. */
static const char *checked_apid(const char *apid)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    if (!*apid || strlen(apid) > 64 || apid[strspn(apid, allowed)] != '\0')
        usage_error("--apid needs 1 to 64 letters, digits, - and _, not ", apid);
    return apid;
}

static void read_settings(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"devices", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
        {"apid", required_argument, NULL, 'a'},    {"form", required_argument, NULL, 'f'},
        {"fast", no_argument, NULL, 'F'},          {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'n')
            settings->devices =
                (unsigned long long)number("--devices needs 1 to 100000000, not ", optarg, DEVICES_MAX);
        else if (option == 's')
            settings->seed = optarg;
        else if (option == 'a')
            settings->apid = checked_apid(optarg);
        else if (option == 'f')
            take_form(settings, optarg);
        else if (option == 'F')
            settings->fast = true;
        else if (option == 't')
            settings->threads = number("--threads needs 1 to 16, not ", optarg, THREADS_MAX);
        else if (option == 'h')
            exit(fputs(usage, stdout) < 0);
        else
            usage_error("unknown option, or an option without its value", "");
    }
    if (argc - optind != 1)
        usage_error("give exactly one FOLDER", "");
    settings->folder = argv[optind];
}

int main(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct settings settings = {
        .seed = "sandbox",
        .apid = "eXpL",
        .layout = &indented,
        .devices = 1000,
        .threads = processors < 1             ? 1
                   : processors > THREADS_MAX ? THREADS_MAX
                                              : processors,
    };

    read_settings(argc, argv, &settings);
    if (!make_folder(settings.folder))
        return 1;
    OWNED char *logs = path_in(settings.folder, "control-logs");
    if (settings.each && !make_folder(logs))
        return 1;
    return write_batch(&settings) ? 0 : 1;
}
