/* SPDX-License-Identifier: Apache-2.0 */
#include "base/qr_code.h"

static void add_integer(int number, struct text *out)
{
    char digits[12];
    size_t at = sizeof digits;
    unsigned left = number < 0 ? (unsigned)-number : (unsigned)number;

    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    text_add(out, digits + at, sizeof digits - at);
}

/* The edges between dark and light, each walked once: the upper edge of a dark module to the right, the lower
 * edge to the left, so that dark is always on the right. */
struct outline {
    const struct qr_code *code;
    bool walked[QR_CODE_SIDE_MAX][QR_CODE_SIDE_MAX]; /* upper edges */
};

static bool is_dark(const struct qr_code *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->side && y < code->side && code->dark[y][x];
}

enum heading { RIGHT, DOWN, LEFT, UP };

/* Which way the edge continues at a corner. If there are two ways, turn right: areas that touch at a corner
 * stay separate. */
static enum heading turn(const struct qr_code *code, int x, int y, enum heading heading)
{
    bool upper_left = is_dark(code, x - 1, y - 1), upper_right = is_dark(code, x, y - 1);
    bool lower_left = is_dark(code, x - 1, y), lower_right = is_dark(code, x, y);

    switch (heading) {
    case RIGHT:
        return !lower_right ? DOWN : upper_right ? UP : RIGHT;
    case DOWN:
        return !lower_left ? LEFT : lower_right ? RIGHT : DOWN;
    case LEFT:
        return !upper_left ? UP : lower_left ? DOWN : LEFT;
    default:
        return !upper_right ? RIGHT : upper_left ? LEFT : UP;
    }
}

static void walk(struct outline *outline, int x, int y, struct text *out)
{
    static const int step_x[] = {1, 0, -1, 0}, step_y[] = {0, 1, 0, -1};
    int start_x = x, start_y = y, length = 0;
    enum heading heading = RIGHT;

    do {
        if (heading == RIGHT)
            outline->walked[y][x] = true;
        x += step_x[heading];
        y += step_y[heading];
        length++;
        enum heading next = turn(outline->code, x, y, heading);
        if (next == heading)
            continue;
        text_add(out, heading == RIGHT || heading == LEFT ? "h" : "v", 1);
        add_integer(heading == RIGHT || heading == DOWN ? length : -length, out);
        heading = next;
        length = 0;
    } while (x != start_x || y != start_y || heading != RIGHT);
}

void qr_code_path(const struct qr_code *code, struct text *out)
{
    struct outline outline = {.code = code};

    for (int y = 0; y < code->side; y++)
        for (int x = 0; x < code->side; x++) {
            if (!is_dark(code, x, y) || is_dark(code, x, y - 1) || outline.walked[y][x])
                continue;
            text_add(out, "M", 1);
            add_integer(x, out);
            text_add(out, " ", 1);
            add_integer(y, out);
            walk(&outline, x, y, out);
            text_add(out, "z", 1);
        }
}
