/* SPDX-License-Identifier: Apache-2.0 */
#include "base/standard_output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

bool standard_output_is_closed(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, 0) == 1 && output.revents & (POLLERR | POLLHUP);
}

bool standard_output_flush(void)
{
    bool flushed = fflush(stdout) == 0;

    return (flushed && !ferror(stdout)) || standard_output_is_closed();
}

int standard_output_end(const char *command, int status)
{
    errno = 0;
    if (standard_output_flush() || status >= EX_USAGE)
        return status;
    fprintf(stderr, "%.*s: standard output cannot be written to%s%s\n", (int)strcspn(command, " "), command,
            errno ? ": " : "", errno ? strerror(errno) : "");
    return EX_IOERR;
}

int standard_output_print(const char *command, const struct text *text)
{
    fwrite(text_get(text), 1, text->length, stdout);
    return standard_output_end(command, 0);
}
