/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/sanitized.h"

/* A decoder process has a lower priority than the processes that serve pages. */
#define NICENESS 5

const bool confine_limits_memory = !SANITIZED;

static bool fail(struct text *why, const char *what, int error)
{
    text_printf(why, "the sandbox cannot be set up: %s: %s", what, strerror(error));
    return false;
}

/* A limit that is lower already stays: raising it is not allowed. */
static bool limit(int resource, rlim_t most)
{
    struct rlimit limits;

    if (getrlimit((__rlimit_resource_t)resource, &limits) == 0 && limits.rlim_max < most)
        most = limits.rlim_max;
    limits = (struct rlimit){.rlim_cur = most, .rlim_max = most};
    return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

/* A second line of defence: the filter already blocks every call that would need these resources. Standard
 * output may be a file in CONFINE_ONCE, so files may grow then. */
static bool limit_resources(enum confine_mode mode, struct text *why)
{
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NOFILE, 3) || !limit(RLIMIT_NPROC, 0))
        return fail(why, "limits", errno);
    if (mode == CONFINE_SERVE && !limit(RLIMIT_FSIZE, 0))
        return fail(why, "limit of file size", errno);
    if (confine_limits_memory && !limit(RLIMIT_AS, CONFINE_MEMORY_MAX))
        return fail(why, "limit of memory", errno);
    return true;
}

/* The parent may have SIGPROF ignored or blocked. */
static void let_the_clock_kill(void)
{
    sigset_t profiling;

    sigemptyset(&profiling);
    sigaddset(&profiling, SIGPROF);
    signal(SIGPROF, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &profiling, NULL);
}

static bool has_no_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (syscall(SYS_capget, &header, held) != 0)
        return false;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (held[i].effective | held[i].permitted | held[i].inheritable)
            return false;
    return true;
}

/* What root, or the manager that started the portal, has given to it. Without CAP_SETPCAP the bounding set
 * stays: nothing can be taken from it, as no program can be executed. A manager that takes all capabilities
 * away may forbid capset too, as the units in deploy/systemd do. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
        ;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
           (has_no_capabilities() || syscall(SYS_capset, &header, none) == 0);
}

/* If the parent died before this call there is no signal; the process then ends at the end of standard
 * input. */
static bool give_up_privileges(enum confine_mode mode, struct text *why)
{
    if (mode == CONFINE_SERVE && prctl(PR_SET_PDEATHSIG, SIGKILL))
        return fail(why, "PR_SET_PDEATHSIG", errno);
    if (prctl(PR_SET_DUMPABLE, 0))
        return fail(why, "PR_SET_DUMPABLE", errno);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return fail(why, "PR_SET_NO_NEW_PRIVS", errno);
    if (mode == CONFINE_SERVE && setpriority(PRIO_PROCESS, 0, NICENESS))
        return fail(why, "priority", errno);
    return drop_capabilities() || fail(why, "capabilities", errno);
}

static int allow(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add_exact(filter, SCMP_ACT_ALLOW, call, 0);
}

static int allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add_exact_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

static int allow_descriptors(scmp_filter_ctx filter, enum confine_mode mode)
{
    int error = allow_if(filter, SCMP_SYS(write), SCMP_A0_32(SCMP_CMP_EQ, STDOUT_FILENO));

    if (!error && mode == CONFINE_SERVE)
        error = allow_if(filter, SCMP_SYS(read), SCMP_A0_32(SCMP_CMP_EQ, STDIN_FILENO));
    if (!error && (mode == CONFINE_ONCE || SANITIZED)) /* sanitizers report there */
        error = allow_if(filter, SCMP_SYS(write), SCMP_A0_32(SCMP_CMP_EQ, STDERR_FILENO));
    return error;
}

static int allow_memory(scmp_filter_ctx filter)
{
    static const int calls[] = {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)};
    struct scmp_arg_cmp not_executable = SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int error = 0;

    for (size_t i = 0; i < sizeof calls / sizeof *calls && !error; i++)
        error = allow(filter, calls[i]);
    if (!error)
        error = allow_if(filter, SCMP_SYS(mmap), not_executable);
    return error ? error : allow_if(filter, SCMP_SYS(mprotect), not_executable);
}

/* abort() only signals its own process. */
static int allow_the_rest(scmp_filter_ctx filter)
{
    static const int calls[] = {
        SCMP_SYS(clock_gettime),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(futex),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(setitimer),
#if SANITIZED
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sched_yield),
        SCMP_SYS(sigaltstack),
#endif
    };
    int error = 0;

    for (size_t i = 0; i < sizeof calls / sizeof *calls && !error; i++)
        error = allow(filter, calls[i]);
    if (error)
        return error;
    return allow_if(filter, SCMP_SYS(tgkill), SCMP_A0_32(SCMP_CMP_EQ, (unsigned)getpid()));
}

static bool filter_calls(enum confine_mode mode, struct text *why)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

    if (!filter)
        return fail(why, "seccomp", ENOSYS);
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!error) /* a sanitizer may have its own thread */
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!error)
        error = allow_descriptors(filter, mode);
    if (!error)
        error = allow_memory(filter);
    if (!error)
        error = allow_the_rest(filter);
    if (!error)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return error ? fail(why, "seccomp", -error) : true;
}

bool confine_enter(enum confine_mode mode, struct text *why)
{
    closefrom(STDERR_FILENO + 1);
    let_the_clock_kill();
    return give_up_privileges(mode, why) && limit_resources(mode, why) && filter_calls(mode, why);
}

void confine_limit_cpu(long long ms)
{
    struct itimerval timer = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};

    setitimer(ITIMER_PROF, &timer, NULL);
}
