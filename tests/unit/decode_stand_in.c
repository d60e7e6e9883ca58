/* SPDX-License-Identifier: Apache-2.0 */
/* A program in the place of expresslink-decode --serve that misbehaves. How, its own name says (the tests
 * make links), or where its name is "obeys", the picture that it gets. */
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "decode/frame.h"

static void write_all(const void *bytes, size_t length)
{
    for (const char *at = bytes; length > 0;) {
        ssize_t done = write(STDOUT_FILENO, at, length);
        if (done <= 0)
            exit(0);
        at += done;
        length -= (size_t)done;
    }
}

static void read_all(void *out, size_t length)
{
    for (char *at = out; length > 0;) {
        ssize_t got = read(STDIN_FILENO, at, length);
        if (got <= 0)
            exit(0);
        at += got;
        length -= (size_t)got;
    }
}

static void say(enum frame_kind kind, enum decode_error error, const char *string)
{
    TEXT struct text frame = TEXT_EMPTY;
    OWNED char *copy = memory_string(string);
    struct decode_code code = {.text = copy, .length = string ? strlen(string) : 0};

    frame_add_answer(&frame, kind, error, &code, string ? 1 : 0);
    write_all(frame.data, frame.length);
}

static char *read_picture(void)
{
    unsigned char question[FRAME_QUESTION_SIZE];
    size_t length;

    read_all(question, sizeof question);
    if (!frame_read_question(question, &length))
        exit(1);
    char *picture = memory_new(length + 1, 1);
    read_all(picture, length);
    return picture;
}

static _Noreturn void hang(void)
{
    for (;;)
        pause();
}

/* What it was started with, and must not have been. */
static void tell_surroundings(void)
{
    TEXT struct text told = TEXT_EMPTY;
    sigset_t blocked;
    unsigned masked = 0, ignored = 0;

    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        masked += sigismember(&blocked, number) == 1;
        ignored += sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
    }
    text_printf(&told, "variables %d, masked %u, ignored %u, own group %d", environ[0] != NULL, masked,
                ignored, getpgrp() == getpid());
    say(FRAME_ANSWER, DECODE_OK, text_get(&told));
}

/* Until a writer has opened and closed it. */
static void wait_for(const char *fifo)
{
    int fd = open(fifo, O_RDONLY);
    char byte;

    while (fd >= 0 && read(fd, &byte, 1) > 0)
        ;
    close(fd);
}

/* Uses so many milliseconds of the processor's time. */
static void burn(const char *milliseconds)
{
    clock_t begin = clock(), wanted = strtol(milliseconds, NULL, 10) * (CLOCKS_PER_SEC / 1000);

    while (clock() - begin < wanted)
        ;
    say(FRAME_ANSWER, DECODE_OK, "burnt");
}

static void obey(const char *order)
{
    char id[32];

    snprintf(id, sizeof id, "%d", (int)getpid());
    if (strcmp(order, "die") == 0)
        raise(SIGKILL);
    else if (strcmp(order, "run out") == 0)
        raise(SIGPROF); /* as the limit of processor time does */
    else if (strcmp(order, "hang") == 0)
        hang();
    else if (strcmp(order, "tell surroundings") == 0)
        tell_surroundings();
    else if (strcmp(order, "tell id") == 0)
        say(FRAME_ANSWER, DECODE_OK, id);
    else if (strcmp(order, "nothing") == 0)
        say(FRAME_ANSWER, DECODE_NO_CODE, NULL);
    else if (strncmp(order, "burn ", 5) == 0)
        burn(order + 5);
    else if (strncmp(order, "wait ", 5) == 0)
        wait_for(order + 5);
    if (strncmp(order, "wait ", 5) == 0 || strncmp(order, "echo ", 5) == 0)
        say(FRAME_ANSWER, DECODE_OK, order + 5);
}

static void obey_all(void)
{
    for (;;) {
        OWNED char *order = read_picture();
        obey(order);
    }
}

static void answers_garbage(void)
{
    free(read_picture());
    write_all("HTTP/1.1 200 OK\r\n", 17);
    hang();
}

/* Announces four gigabytes, and means it. */
static void answers_without_end(void)
{
    static const unsigned char header[] = {'E', 'L', 'd', 'a', 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255};

    free(read_picture());
    write_all(header, sizeof header);
    for (;;)
        write_all(header, sizeof header);
}

/* The length of its text is longer than what follows. */
static void answers_beyond_its_frame(void)
{
    static const unsigned char frame[] = {'E', 'L', 'd', 'a', 0, 0, 0, 0, 1, 0,   0,
                                          0,   6,   0,   0,   0, 3, 0, 0, 0, 'a', 'b'};

    free(read_picture());
    write_all(frame, sizeof frame);
    hang();
}

static void answers_half(void)
{
    static const unsigned char frame[] = {'E', 'L', 'd', 'a', 0, 0, 0, 0, 1, 0,  0,
                                          0,   9,   0,   0,   0, 5, 0, 0, 0, 'a'};

    free(read_picture());
    write_all(frame, sizeof frame);
}

static void answers_half_and_hangs(void)
{
    answers_half();
    hang();
}

static void claims_to_be_late(void)
{
    free(read_picture());
    say(FRAME_ANSWER, DECODE_UNAVAILABLE, NULL);
    hang();
}

static void answers_twice(void)
{
    for (;;) {
        free(read_picture());
        TEXT struct text frames = TEXT_EMPTY;
        struct decode_code code = {.text = (char[]){"one"}, .length = 3};
        frame_add_answer(&frames, FRAME_ANSWER, DECODE_OK, &code, 1);
        frame_add_answer(&frames, FRAME_ANSWER, DECODE_OK, &code, 1);
        write_all(frames.data, frames.length);
    }
}

/* In one piece with what says that it is ready. */
static void answers_unasked(void)
{
    struct decode_code code = {.text = (char[]){"unasked"}, .length = 7};
    TEXT struct text frames = TEXT_EMPTY;

    frame_add_answer(&frames, FRAME_READY, DECODE_OK, NULL, 0);
    frame_add_answer(&frames, FRAME_ANSWER, DECODE_OK, &code, 1);
    write_all(frames.data, frames.length);
    obey_all();
}

static void babbles(void)
{
    write_all("I am ready, I think", 19);
    hang();
}

static void cannot(void)
{
    say(FRAME_READY, DECODE_UNAVAILABLE, "the moon is not full");
}

static void ends_at_once(void)
{
}

static void dies_of_it(void)
{
    free(read_picture());
    raise(SIGKILL);
}

static void goes_before_it_has_read(void)
{
    unsigned char question[FRAME_QUESTION_SIZE];

    read_all(question, sizeof question);
}

static const struct manner {
    const char *name;
    void (*run)(void);
    bool ready; /* says so before */
} manners[] = {
    {"obeys", obey_all, true},
    {"answers-garbage", answers_garbage, true},
    {"answers-without-end", answers_without_end, true},
    {"answers-beyond-its-frame", answers_beyond_its_frame, true},
    {"answers-half", answers_half, true},
    {"answers-half-and-hangs", answers_half_and_hangs, true},
    {"answers-twice", answers_twice, true},
    {"answers-unasked", answers_unasked, false},
    {"claims-to-be-late", claims_to_be_late, true},
    {"dies-of-it", dies_of_it, true},
    {"goes-before-it-has-read", goes_before_it_has_read, true},
    {"hangs-unhearing", hang, true},
    {"babbles", babbles, false},
    {"cannot", cannot, false},
    {"ends-at-once", ends_at_once, false},
};

int main(int count, char **values)
{
    const char *name = basename(values[0]);

    if (count != 2 || strcmp(values[1], "--serve") != 0)
        return 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
        if (strcmp(name, manners[i].name) != 0)
            continue;
        if (manners[i].ready)
            say(FRAME_READY, DECODE_OK, NULL);
        manners[i].run();
    }
    return 0;
}
