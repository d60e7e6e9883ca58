/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded (LD_PRELOAD) into a program: its disk takes EXPRESSLINK_TEST_DISK_MS longer to keep what was
 * written. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int slowly(const char *name, int file)
{
    const char *delay = getenv("EXPRESSLINK_TEST_DISK_MS");
    long ms = delay ? strtol(delay, NULL, 10) : 0;
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    void *found = dlsym(RTLD_NEXT, name);
    int (*next)(int);

    memcpy(&next, &found, sizeof next);
    nanosleep(&wait, NULL);
    return next(file);
}

int fsync(int file)
{
    return slowly("fsync", file);
}

int fdatasync(int file)
{
    return slowly("fdatasync", file);
}
