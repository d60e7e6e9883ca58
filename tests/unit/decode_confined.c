/* SPDX-License-Identifier: Apache-2.0 */
/* Enters the sandbox of expresslink-decode, and then tries the one thing that it is told to. Exits with 0
 * where it could. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "decode/confine.h"

#define PAGE 4096
#define LEAST_CPU_MS 20

static void *page; /* from before */

static bool nothing(void)
{
    return true;
}

static bool opens_a_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool makes_a_file(void)
{
    return open("/tmp/decode-confined", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool makes_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool forks(void)
{
    return fork() >= 0;
}

static bool spawns(void)
{
    char *arguments[] = {"true", NULL};
    pid_t id;

    return posix_spawn(&id, "/bin/true", NULL, NULL, arguments, environ) == 0;
}

static bool executes(void)
{
    return execl("/bin/true", "true", (char *)NULL) == 0;
}

static bool maps_executable(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool makes_executable(void)
{
    return mprotect(page, PAGE, PROT_READ | PROT_EXEC) == 0;
}

/* By name and number: the bits above the lower half of an argument are no way around the filter. */
static bool makes_executable_with_high_bits(void)
{
    return syscall(SYS_mprotect, page, (size_t)PAGE, PROT_EXEC | 1L << 32) == 0;
}

static bool maps_memory(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool reads_standard_input(void)
{
    char byte;

    return read(STDIN_FILENO, &byte, 1) >= 0;
}

static bool writes_standard_output(void)
{
    return write(STDOUT_FILENO, "", 0) == 0;
}

static bool writes_standard_error(void)
{
    return write(STDERR_FILENO, "", 0) == 0;
}

static bool writes_standard_input(void)
{
    return write(STDIN_FILENO, "", 0) == 0;
}

static bool kills_its_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool signals_init(void)
{
    return syscall(SYS_tgkill, 1, 1, 0) == 0;
}

static bool raises_its_limits(void)
{
    struct rlimit limits = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};

    return setrlimit(RLIMIT_AS, &limits) == 0;
}

static bool becomes_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1) == 0;
}

static bool aborts(void)
{
    abort();
}

/* In pieces that are really used. */
static bool takes_all_memory(void)
{
    for (size_t taken = 0; taken < 2 * CONFINE_MEMORY_MAX; taken += 1 << 20) {
        char *piece = malloc(1 << 20);
        if (!piece)
            return false;
        memset(piece, 1, 1 << 20);
    }
    return true;
}

static bool takes_shared_memory(void)
{
    return mmap(NULL, CONFINE_MEMORY_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static bool spins(void)
{
    confine_limit_cpu(LEAST_CPU_MS);
    for (volatile bool forever = true; forever;)
        ;
    return true;
}

static bool spins_within_its_time(void)
{
    confine_limit_cpu(60000);
    for (volatile int i = 0; i < 1000000; i++)
        ;
    confine_limit_cpu(0);
    return true;
}

static bool uses_a_descriptor_from_before(void)
{
    return syscall(SYS_read, 5, &(char){0}, (size_t)1) >= 0;
}

static const struct {
    const char *name;
    bool (*can)(void);
} deeds[] = {
    {"nothing", nothing},
    {"opens_a_file", opens_a_file},
    {"makes_a_file", makes_a_file},
    {"makes_a_socket", makes_a_socket},
    {"forks", forks},
    {"spawns", spawns},
    {"executes", executes},
    {"maps_executable", maps_executable},
    {"makes_executable", makes_executable},
    {"makes_executable_with_high_bits", makes_executable_with_high_bits},
    {"maps_memory", maps_memory},
    {"reads_standard_input", reads_standard_input},
    {"writes_standard_output", writes_standard_output},
    {"writes_standard_error", writes_standard_error},
    {"writes_standard_input", writes_standard_input},
    {"kills_its_parent", kills_its_parent},
    {"signals_init", signals_init},
    {"raises_its_limits", raises_its_limits},
    {"becomes_dumpable", becomes_dumpable},
    {"aborts", aborts},
    {"takes_all_memory", takes_all_memory},
    {"takes_shared_memory", takes_shared_memory},
    {"spins", spins},
    {"spins_within_its_time", spins_within_its_time},
    {"uses_a_descriptor_from_before", uses_a_descriptor_from_before},
};

/* decode_confined once|serve DEED */
int main(int count, char **values)
{
    TEXT struct text why = TEXT_EMPTY;

    if (count != 3)
        return 64;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
    dup2(STDERR_FILENO, 5);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!confine_enter(strcmp(values[1], "serve") == 0 ? CONFINE_SERVE : CONFINE_ONCE, &why))
        return 69;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(values[2], deeds[i].name) == 0)
            _exit(deeds[i].can() ? 0 : 1);
    _exit(64);
}
