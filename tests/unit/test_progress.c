/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/test.h"

#define WIDTH 60

struct screen {
    int control;
    FILE *out;
    char shown[16384];
};

static void open_terminal(struct screen *screen)
{
    const struct winsize size = {.ws_row = 24, .ws_col = WIDTH};
    struct termios modes;

    screen->control = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(screen->control >= 0 && grantpt(screen->control) == 0 && unlockpt(screen->control) == 0);
    screen->out = fopen(ptsname(screen->control), "r+");
    assert_non_null(screen->out);
    assert_int_equal(ioctl(fileno(screen->out), TIOCSWINSZ, &size), 0);
    assert_int_equal(tcgetattr(fileno(screen->out), &modes), 0);
    modes.c_oflag &= ~(tcflag_t)OPOST; /* a line end is what was written */
    assert_int_equal(tcsetattr(fileno(screen->out), TCSANOW, &modes), 0);
    assert_int_equal(fcntl(screen->control, F_SETFL, O_NONBLOCK), 0);
}

static void open_file(struct screen *screen)
{
    screen->control = -1;
    screen->out = tmpfile();
    assert_non_null(screen->out);
}

/* What was written since the last time. */
static const char *shown(struct screen *screen)
{
    size_t length = 0;

    fflush(screen->out);
    if (screen->control < 0) {
        rewind(screen->out);
        length = fread(screen->shown, 1, sizeof screen->shown - 1, screen->out);
    }
    for (ssize_t got; screen->control >= 0 && (got = read(screen->control, screen->shown + length,
                                                          sizeof screen->shown - 1 - length)) > 0;)
        length += (size_t)got;
    screen->shown[length] = '\0';
    return screen->shown;
}

static void close_screen(struct screen *screen)
{
    fclose(screen->out);
    if (screen->control >= 0)
        close(screen->control);
}

static void wait_until_due(const struct progress *progress)
{
    while (!progress_is_due(progress))
        usleep(1000);
}

static void a_file_gets_nothing_unless_asked_for(void **state)
{
    struct screen screen;
    struct progress progress;
    (void)state;

    open_file(&screen);
    progress_begin(&progress, screen.out, 0);
    usleep(1000);
    assert_false(progress_is_due(&progress));
    progress_show(&progress, 0.5, "3 labels");
    progress_clear(&progress);
    assert_string_equal(shown(&screen), "");
    close_screen(&screen);
}

static void a_file_gets_lines_without_bars_or_escapes(void **state)
{
    struct screen screen;
    struct progress progress;
    (void)state;

    open_file(&screen);
    progress_begin(&progress, screen.out, 60000);
    assert_false(progress_is_due(&progress));
    progress_begin(&progress, screen.out, 1);
    wait_until_due(&progress);
    progress_show(&progress, PROGRESS_UNKNOWN, "3 labels");
    progress_show(&progress, 0, "4 labels");
    progress_show(&progress, 1, "5 labels");
    progress_draw(&progress, "any text");
    progress_clear(&progress);
    assert_string_equal(shown(&screen),
                        "  3 labels\n    0 %  4 labels\n  100 %  5 labels  0:00 left\nany text\n");
    close_screen(&screen);
}

static void a_terminal_is_drawn_at_most_five_times_a_second(void **state)
{
    struct screen screen;
    struct progress progress;
    long long drawn = 0;
    (void)state;

    open_terminal(&screen);
    progress_begin(&progress, screen.out, 0);
    assert_false(progress_is_due(&progress));
    while (drawn < 3)
        if (progress_is_due(&progress)) {
            progress_show(&progress, PROGRESS_UNKNOWN, "x");
            drawn++;
        }
    assert_true(progress_elapsed_ms(&progress) >= drawn * 200);
    assert_string_equal(shown(&screen), "  x\r\033[K  x\r\033[K  x");
    progress_clear(&progress);
    assert_string_equal(shown(&screen), "\r\033[K");
    progress_clear(&progress);
    assert_string_equal(shown(&screen), "");
    close_screen(&screen);
}

static void a_terminal_shows_a_bar(void **state)
{
    static const struct {
        double part;
        const char *line;
    } lines[] = {{0, "  [..............................]   0 %  1 row"},
                 {0.5, "  [###############...............]  50 %  1 row  0:"},
                 {1, "  [##############################] 100 %  1 row  0:00 left"},
                 {7, "  [##############################] 100 %  1 row  0:00 left"},
                 {PROGRESS_UNKNOWN, "  1 row"}};
    (void)state;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct screen screen;
        struct progress progress;
        open_terminal(&screen);
        progress_begin(&progress, screen.out, 0);
        progress_show(&progress, lines[i].part, "1 row");
        shown(&screen);
        if (lines[i].part == 0.5) /* how much is left depends on how slow this machine is */
            screen.shown[strlen(lines[i].line)] = '\0';
        assert_string_equal(screen.shown, lines[i].line);
        close_screen(&screen);
    }
}

static void the_time_left_follows_the_part(void **state)
{
    struct screen screen;
    struct progress progress;
    TEXT struct text rate = TEXT_EMPTY;
    (void)state;

    open_terminal(&screen);
    progress_begin(&progress, screen.out, 0);
    progress.started_ms -= 60000;
    progress_show(&progress, 0.25, "x");
    assert_non_null(strstr(shown(&screen), "  x  3:"));
    assert_non_null(strstr(screen.shown, " left"));
    progress_add_rate(&progress, 6000000, &rate);
    long each = strtol(text_get(&rate), NULL, 10);
    assert_true(each > 0 && each <= 100000);
    assert_non_null(strstr(text_get(&rate), " a second"));
    close_screen(&screen);
}

static void lines_are_cut_and_removed_whole(void **state)
{
    char wide[2 * WIDTH + 1], cut[WIDTH];
    struct screen screen;
    struct progress progress;
    TEXT struct text text = TEXT_EMPTY, wanted = TEXT_EMPTY;
    (void)state;

    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    memcpy(cut, wide, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    open_terminal(&screen);
    progress_begin(&progress, screen.out, 0);
    text_printf(&text, "%s\n\nlast\n", wide);
    text_printf(&wanted, "%s\n\nlast\n", cut);
    progress_draw(&progress, text_get(&text));
    assert_string_equal(shown(&screen), text_get(&wanted));
    progress_draw(&progress, "one\ntwo");
    assert_string_equal(shown(&screen), "\r\033[3A\033[Jone\ntwo");
    progress_clear(&progress);
    assert_string_equal(shown(&screen), "\r\033[1A\033[J");
    progress_keep(&progress);
    assert_string_equal(shown(&screen), "");
    progress_draw(&progress, "kept");
    progress_keep(&progress);
    progress_clear(&progress);
    assert_string_equal(shown(&screen), "kept\n");
    close_screen(&screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gets_nothing_unless_asked_for),
        cmocka_unit_test(a_file_gets_lines_without_bars_or_escapes),
        cmocka_unit_test(a_terminal_is_drawn_at_most_five_times_a_second),
        cmocka_unit_test(a_terminal_shows_a_bar),
        cmocka_unit_test(the_time_left_follows_the_part),
        cmocka_unit_test(lines_are_cut_and_removed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
