/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-decode: reads the codes in one picture, or in one after the other for a parent (process.h). It
 * sets up everything before it enters its sandbox, and reads pictures only inside it. */
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command_help.h"
#include "base/command_options.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/standard_output.h"
#include "base/text.h"
#include "decode/confine.h"
#include "decode/decode.h"
#include "decode/frame.h"
#include "decode/picture.h"
#include "decode/search.h"

#define EXIT_NO_CODE 1
#define EXIT_USAGE 64    /* sysexits.h: EX_USAGE */
#define EXIT_REFUSED 65  /* EX_DATAERR */
#define EXIT_NO_INPUT 66 /* EX_NOINPUT */
#define EXIT_CANNOT 69   /* EX_UNAVAILABLE */

/* Blocks above this size are returned to the system when freed: an idle process is as small as at its
 * start. */
#define KEPT_MAX (1 << 20)

static const struct command_option page_options[] = {
    {"serve", 's', NULL,
     "one picture after the other for the program that started this one and speaks its protocol on standard "
     "input and output"},
    {"version", 'v', NULL, "print the version, and exit"},
};

static const struct command_page page = {
    .name = "expresslink-decode",
    .synopsis = "[FILE]\n"
                "--serve",
    .about = "Reads the QR code in one picture (JPEG, PNG or WebP; - or no FILE: standard input), and prints "
             "its text and a newline: as it is to a file or a pipe, with \\xNN for control characters to a "
             "terminal. Of several codes it is the largest one's; the others are told on standard error. The "
             "picture is looked at in a sandbox: no files, no network, no other processes, bounded memory "
             "and processor time.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 found, 1 no code in it, 64 wrong arguments, 65 a picture that is refused (too large, "
                   "damaged, of another format), 66 cannot be opened, 69 the sandbox cannot be set up. Ended "
                   "by a signal: the picture was too much for it",
};

/* 8 x 8 grey points. */
static const unsigned char empty_picture[] = {
    0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x10, 0x0b, 0x0c, 0x0e, 0x0c, 0x0a, 0x10, 0x0e, 0x0d,
    0x0e, 0x12, 0x11, 0x10, 0x13, 0x18, 0x28, 0x1a, 0x18, 0x16, 0x16, 0x18, 0x31, 0x23, 0x25, 0x1d,
    0x28, 0x3a, 0x33, 0x3d, 0x3c, 0x39, 0x33, 0x38, 0x37, 0x40, 0x48, 0x5c, 0x4e, 0x40, 0x44, 0x57,
    0x45, 0x37, 0x38, 0x50, 0x6d, 0x51, 0x57, 0x5f, 0x62, 0x67, 0x68, 0x67, 0x3e, 0x4d, 0x71, 0x79,
    0x70, 0x64, 0x78, 0x5c, 0x65, 0x67, 0x63, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08,
    0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x10, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x3f, 0xff, 0xd9,
};

/* Before the sandbox: lets the libraries inspect the machine and allocate what they keep. */
static void warm_up(void)
{
    struct decode_result result = {0};

    if (search_codes(empty_picture, sizeof empty_picture, 0, &result, NULL) == DECODE_OK)
        decode_result_fini(&result);
}

static void prepare(void)
{
    mallopt(M_MMAP_THRESHOLD, KEPT_MAX);
    mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
    warm_up();
}

static bool write_text(int fd, const struct text *text)
{
    return file_write_all(fd, text_get(text), text->length) == 0;
}

/* Reads up to length bytes; returns fewer only at the end of input. */
static size_t read_all(unsigned char *out, size_t length)
{
    size_t count = 0;

    while (count < length) {
        ssize_t got = read(STDIN_FILENO, out + count, length - count);
        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        if (got > 0)
            count += (size_t)got;
    }
    return count;
}

static enum decode_error search(const unsigned char *bytes, size_t length, struct decode_result *out)
{
    confine_limit_cpu(CONFINE_PICTURE_CPU_MS);
    enum decode_error error = search_codes(bytes, length, 0, out, NULL);
    confine_limit_cpu(0);
    return error;
}

static bool answer(enum frame_kind kind, enum decode_error error, const struct decode_result *result)
{
    TEXT struct text frame = TEXT_EMPTY;

    frame_add_answer(&frame, kind, error, result->codes, result->count);
    return write_text(STDOUT_FILENO, &frame);
}

/* Reports the reason to the parent in the ready message. */
static int refuse_to_serve(struct text *why)
{
    struct decode_result reason = {.count = 1};

    reason.codes[0].length = why->length;
    reason.codes[0].text = why->data;
    answer(FRAME_READY, DECODE_UNAVAILABLE, &reason);
    return EXIT_CANNOT;
}

static bool serve_picture(size_t length)
{
    OWNED unsigned char *bytes = memory_new(length, 1);
    struct decode_result result = {0};

    if (read_all(bytes, length) < length)
        return false;
    enum decode_error error = search(bytes, length, &result);
    bool told = answer(FRAME_ANSWER, error, &result);
    decode_result_fini(&result);
    return told;
}

static int serve(void)
{
    unsigned char question[FRAME_QUESTION_SIZE];
    TEXT struct text why = TEXT_EMPTY;
    size_t length, got;

    prepare();
    if (!confine_enter(CONFINE_SERVE, &why))
        return refuse_to_serve(&why);
    if (!answer(FRAME_READY, DECODE_OK, &(struct decode_result){0}))
        return EXIT_CANNOT;
    while ((got = read_all(question, sizeof question)) == sizeof question) {
        if (!frame_read_question(question, &length))
            return EXIT_REFUSED;
        if (length > DECODE_BYTES_MAX) { /* its bytes may follow: do not read them as questions */
            answer(FRAME_ANSWER, DECODE_TOO_LARGE, &(struct decode_result){0});
            return EXIT_REFUSED;
        }
        if (!serve_picture(length))
            return EXIT_CANNOT;
    }
    return got == 0 ? 0 : EXIT_REFUSED;
}

/* Writes without stdio, which makes system calls at its first use. */
static void say(const char *what, const char *reason)
{
    TEXT struct text line = TEXT_EMPTY;

    text_printf(&line, "expresslink-decode: %s%s\n", what, reason);
    (void)write_text(STDERR_FILENO, &line);
}

static bool print_text(const struct decode_result *result, bool terminal)
{
    TEXT struct text line = TEXT_EMPTY;

    if (terminal)
        decode_code_show(&result->codes[0], &line);
    else
        text_add(&line, result->codes[0].text, result->codes[0].length);
    text_puts(&line, "\n");
    if (!write_text(STDOUT_FILENO, &line))
        return false;
    for (size_t i = 1; i < result->count; i++) {
        text_clear(&line);
        decode_code_show(&result->codes[i], &line);
        say("another code in the picture: ", text_get(&line));
    }
    return true;
}

static int finish(enum decode_error error, const struct decode_result *result, bool terminal)
{
    if (error == DECODE_OK)
        return print_text(result, terminal) ? 0 : EXIT_CANNOT;
    say(decode_error_sentence(error), "");
    return decode_is_without_code(error) ? EXIT_NO_CODE : EXIT_REFUSED;
}

static int read_one(const char *path)
{
    bool terminal = isatty(STDOUT_FILENO);
    OWNED unsigned char *bytes = NULL;
    struct decode_result result = {0};
    TEXT struct text why = TEXT_EMPTY;
    size_t length = 0;
    int error = picture_read(path, &bytes, &length);

    if (error == EFBIG)
        return finish(DECODE_TOO_LARGE, &result, terminal);
    if (error) {
        say("the picture cannot be read: ", strerror(error));
        return EXIT_NO_INPUT;
    }
    prepare();
    if (!confine_enter(CONFINE_ONCE, &why)) {
        say(text_get(&why), "");
        return EXIT_CANNOT;
    }
    enum decode_error found = search(bytes, length, &result);
    int status = finish(found, &result, terminal);
    decode_result_fini(&result);
    return status;
}

static int usage_error(const char *what)
{
    fprintf(stderr, "expresslink-decode: %s\nTry expresslink-decode --help\n", what);
    return EXIT_USAGE;
}

static int print_version(void)
{
    puts("expresslink-decode " EXPRESSLINK_VERSION);
    return standard_output_end(page.name, 0);
}

static int run(int count, char **values)
{
    struct command_options options;
    bool serving = false;

    command_options_init(&page, "", &options);
    for (int option; (option = command_options_next(&options, count, values)) != -1;) {
        if (option == 's')
            serving = true;
        else if (option == 'v')
            return print_version();
        else if (option == 'h')
            return command_help(&page);
        else
            return usage_error("these arguments are not understood");
    }
    if (count - optind > (serving ? 0 : 1))
        return usage_error(serving ? "--serve takes no FILE" : "one FILE at a time");
    return serving ? serve() : read_one(optind < count ? values[optind] : "-");
}

/* Ends with _exit(): exit handlers of libraries and sanitizers need system calls that the sandbox blocks. */
int main(int count, char **values)
{
    int status = run(count, values);

    fflush(stdout);
    _exit(status);
}
