/*
 * Number every change that a command, or any process under it, makes to files below one folder, and make one of them
 * the last. A library: the supervisor calls `stand_by`, forks, and then `supervise`; the command first of all
 * `listen_to_calls`, whose descriptor it passes to the supervisor.
 *
 * The kernel stops each system call of a list before it is carried out and asks us (seccomp user notification), so
 * nothing gets past, whichever library or program makes it, and while one is being asked about nobody is ahead of it.
 * A call that cannot change anything, such as the removal of a file that is not there, has no number.
 *
 * `supervise(report, below, at, action, hold, listener, command)` does `action` at call number `at` (0: never):
 *   kill      SIGKILL to everything, before the call
 *   tear      the call writes half of its data, then as `kill`
 *   eio       the call fails with EIO
 *   full      the call fails with ENOSPC, as do all later ones that need room
 *   sigterm   SIGTERM to the command
 *   sigint    SIGINT to everything, as from a terminal
 *   copy      from there on, the folder is copied as it is before a call that the seed `hold` draws, to BELOW.copy
 *   instant   whatever `at`: SIGKILL to everything, `hold` microseconds after call number 1, also in the middle of a call
 *
 * The file `report` gets a line per numbered call: number, call, program, path, separated by tabs; `copied` and the
 * number of a call, the last of these being that of the copy; `ended`, the status of the command as Python's returncode,
 * and the microseconds since call number 1, once that has ended. `supervise` ends when everything has.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct seccomp_notif Asked;
enum { NONE = -1 };
enum { FOUND = 1, ABSENT = 2, ROOM = 4 }; /* changes something only if its path exists, or only if not; needs room */

/* Where each call has its descriptor and its path; a call without a path is about the descriptor itself. */
static const struct call {
    int number;
    const char *name;
    int folder, path, flags, is;
} CALLS[] = {
#ifdef __NR_open
    {__NR_open, "open", NONE, 0, 1, ROOM},
    {__NR_creat, "creat", NONE, 0, NONE, ROOM},
    {__NR_rename, "rename", NONE, 0, NONE, FOUND | ROOM},
    {__NR_unlink, "unlink", NONE, 0, NONE, FOUND},
    {__NR_rmdir, "rmdir", NONE, 0, NONE, FOUND},
    {__NR_mkdir, "mkdir", NONE, 0, NONE, ABSENT | ROOM},
    {__NR_link, "link", NONE, 1, NONE, ABSENT | ROOM},
    {__NR_symlink, "symlink", NONE, 1, NONE, ABSENT | ROOM},
    {__NR_chmod, "chmod", NONE, 0, NONE, FOUND},
#endif
#ifdef __NR_renameat
    {__NR_renameat, "rename", 0, 1, NONE, FOUND | ROOM},
#endif
    {__NR_openat, "open", 0, 1, 2, ROOM},
    {__NR_renameat2, "rename", 0, 1, NONE, FOUND | ROOM},
    {__NR_unlinkat, "unlink", 0, 1, NONE, FOUND},
    {__NR_mkdirat, "mkdir", 0, 1, NONE, ABSENT | ROOM},
    {__NR_linkat, "link", 2, 3, NONE, ABSENT | ROOM},
    {__NR_symlinkat, "symlink", 1, 2, NONE, ABSENT | ROOM},
    {__NR_fchmodat, "chmod", 0, 1, NONE, FOUND},
    {__NR_utimensat, "utime", 0, 1, NONE, FOUND},
    {__NR_truncate, "truncate", NONE, 0, NONE, FOUND | ROOM},
    {__NR_write, "write", 0, NONE, NONE, ROOM},
    {__NR_pwrite64, "write", 0, NONE, NONE, ROOM},
    {__NR_writev, "writev", 0, NONE, NONE, ROOM},
    {__NR_pwritev, "writev", 0, NONE, NONE, ROOM},
    {__NR_sendfile, "sendfile", 0, NONE, NONE, ROOM},
    {__NR_copy_file_range, "copy", 2, NONE, NONE, ROOM},
    {__NR_ftruncate, "truncate", 0, NONE, NONE, ROOM},
    {__NR_fallocate, "fallocate", 0, NONE, NONE, ROOM},
    {__NR_fchmod, "chmod", 0, NONE, NONE, 0},
    {__NR_fsync, "fsync", 0, NONE, NONE, ROOM},
    {__NR_fdatasync, "fsync", 0, NONE, NONE, ROOM},
};
enum { COUNT = sizeof CALLS / sizeof *CALLS };

static FILE *report;
static const char *below, *action;
static long at, numbered;
static int hold, alarm_clock;
static pid_t command, group;
static struct timespec first;

static void give_up(const char *what)
{
    perror(what);
    _exit(99);
}

#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))

/* Before the fork: orphans are ours to reap, until then they count as alive; and no death is missed. */
void stand_by(void)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/*
 * In the child: a group of its own, and stop before every listed call. Gives the descriptor that we are asked through.
 * To open a file for reading is most of what a program does at its start, and the kernel can tell: a lower half of the
 * flags is enough.
 */
int listen_to_calls(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    struct sock_filter filter[COUNT + 8] = {LOAD(nr)};
    enum { SECOND = COUNT + 2, THIRD = COUNT + 4, ASK = COUNT + 6 }; /* argument with the flags, or ask at once */
    for (int i = 0; i < COUNT; i++) {
        int to = CALLS[i].flags == NONE ? ASK : CALLS[i].flags == 1 ? SECOND : THIRD;
        filter[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, to - i - 2, 0);
    }
    struct sock_filter rest[] = {
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        LOAD(args[1]),
        BPF_STMT(BPF_JMP | BPF_JA, 1),
        LOAD(args[2]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_TRUNC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    memcpy(filter + COUNT + 1, rest, sizeof rest);
    struct sock_fprog program = {COUNT + 8, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        give_up("no_new_privs");
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void link_of(char *target, size_t size, const char *format, pid_t pid, int descriptor)
{
    char name[64];
    snprintf(name, sizeof name, format, (int)pid, descriptor);
    ssize_t length = readlink(name, target, size - 1);
    target[length < 0 ? 0 : length] = 0;
}

static ssize_t memory_of(pid_t pid, void *into, size_t size, unsigned long from)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/mem", (int)pid);
    int memory = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t length = memory < 0 ? -1 : pread(memory, into, size, from);
    close(memory);
    return length;
}

static void path_of(const Asked *asked, const struct call *call, char *path)
{
    int folder = call->folder == NONE ? AT_FDCWD : (int)asked->data.args[call->folder];
    char given[PATH_MAX] = "";
    if (call->path != NONE && memory_of(asked->pid, given, sizeof given - 1, asked->data.args[call->path]) <= 0)
        given[0] = 0;
    if (given[0] == '/') {
        strcpy(path, given);
        return;
    }
    link_of(path, PATH_MAX, folder == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", asked->pid, folder);
    size_t length = strlen(path);
    if (given[0])
        snprintf(path + length, PATH_MAX - length, "/%s", given);
}

/* Would this call change anything below our folder? */
static int changes(const Asked *asked, const struct call *call, const char *path)
{
    struct stat status;
    if (strncmp(path, below, strlen(below)))
        return 0;
    int there = lstat(path, &status) == 0;
    if (call->flags != NONE) {
        int flags = asked->data.args[call->flags];
        return there ? (flags & O_TRUNC) && status.st_size > 0 && !(flags & O_EXCL) : flags & O_CREAT;
    }
    return !(call->is & (there ? ABSENT : FOUND)) || call->path == NONE;
}

static void program_of(pid_t pid, char *name, size_t size)
{
    char text[4096] = "";
    snprintf(name, size, "/proc/%d/cmdline", (int)pid);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    close(file);
    snprintf(name, size, "%s", "python");
    /* git's own subcommand: the first word that is no option, and none's value, nor what a loader is told */
    if (strcmp(basename(text), "git") == 0)
        for (char *word = text + strlen(text) + 1; word < text + length; word += strlen(word) + 1) {
            if (strcmp(word, "-c") == 0)
                word += strlen(word) + 1;
            else if (strcmp(word, "--library-path") == 0)
                for (int i = 0; i < 2; i++)
                    word += strlen(word) + 1;
            else if (word[0] != '-') {
                snprintf(name, size, "git %s", word);
                return;
            }
        }
    else
        snprintf(name, size, "%s", basename(text));
}

static void write_half(const Asked *asked)
{
    size_t half = asked->data.args[2] / 2;
    char name[64], line[64], *data = malloc(half + 1);
    long long position = asked->data.args[3];
    if (asked->data.nr == __NR_write) {
        snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", asked->pid, (int)asked->data.args[0]);
        FILE *facts = fopen(name, "r");
        if (!facts || !fgets(line, sizeof line, facts) || sscanf(line, "pos: %lld", &position) != 1)
            give_up(name);
        fclose(facts);
    }
    snprintf(name, sizeof name, "/proc/%d/fd/%d", asked->pid, (int)asked->data.args[0]);
    int file = open(name, O_WRONLY | O_CLOEXEC);
    if (memory_of(asked->pid, data, half, asked->data.args[1]) != (ssize_t)half ||
        pwrite(file, data, half, position) != (ssize_t)half)
        give_up("half of a write");
    close(file);
}

static void begin_clock(void)
{
    struct itimerspec time = {.it_value = {hold / 1000000, hold % 1000000 * 1000L + 1}};
    clock_gettime(CLOCK_MONOTONIC, &first);
    if (strcmp(action, "instant") == 0)
        timerfd_settime(alarm_clock, 0, &time, NULL);
}

static long microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return numbered ? (now.tv_sec - first.tv_sec) * 1000000 + (now.tv_nsec - first.tv_nsec) / 1000 : 0;
}

static void note_end(int status)
{
    int code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    fprintf(report, "ended\t%d\t%ld\n", code, microseconds());
    fflush(report);
    command = 0;
}

/*
 * Copy the folder, with chance 1/N at the N-th call: so in the end each call is as likely as any other, however many
 * there are. What a kill would leave here is what is on the disk now, since who is asked about has done nothing yet.
 */
static void copy_if_drawn(void)
{
    if (lrand48() % (numbered - at + 1))
        return;
    fprintf(report, "copied\t%ld\n", numbered);
    pid_t copying = fork();
    int status;
    if (copying == 0) {
        execlp("sh", "sh", "-c", "rm -rf \"$0.copy\" && exec cp -a --reflink=auto \"$0\" \"$0.copy\"", below, NULL);
        _exit(127);
    }
    if (waitpid(copying, &status, 0) != copying || status)
        give_up("copy");
}

enum { DEAD = -1 };

/* Do what is wanted at this call. Gives the error that it is to fail with, 0 to let it go on; DEAD: nobody waits. */
static int act(const Asked *asked, const struct call *call)
{
    if (strcmp(action, "eio") == 0)
        return numbered == at ? EIO : 0;
    if (strcmp(action, "full") == 0)
        return call->is & ROOM ? ENOSPC : 0;
    if (strcmp(action, "copy") == 0)
        return copy_if_drawn(), 0;
    if (numbered != at)
        return 0;
    if (strcmp(action, "sigterm") == 0)
        kill(command, SIGTERM);
    else if (strcmp(action, "sigint") == 0)
        kill(-command, SIGINT);
    else {
        if (strcmp(action, "tear") == 0 && strcmp(call->name, "write") == 0)
            write_half(asked);
        kill(-command, SIGKILL);
        return DEAD; /* an answer could be faster than the signal */
    }
    return 0;
}

static void answer(int listener)
{
    Asked asked = {0};
    char path[2 * PATH_MAX], program[128];
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
        return; /* whoever asked is dead */
    const struct call *call = CALLS;
    while (call->number != asked.data.nr)
        call++;
    struct seccomp_notif_resp reply = {.id = asked.id};
    path_of(&asked, call, path);
    if (changes(&asked, call, path)) {
        if (++numbered == 1)
            begin_clock();
        program_of(asked.pid, program, sizeof program);
        fprintf(report, "%ld\t%s\t%s\t%s\n", numbered, call->name, program, path);
        int error = at && numbered >= at ? act(&asked, call) : 0;
        if (error == DEAD)
            return;
        reply.error = -error;
    }
    if (!reply.error)
        reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

static void reap(int signals)
{
    struct signalfd_siginfo ignored;
    int status;
    if (read(signals, &ignored, sizeof ignored) < 0)
        give_up("signalfd");
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == command)
            note_end(status);
}

int supervise(const char *file, const char *folder, long number, const char *what, int held, int listener, pid_t pid)
{
    sigset_t child;
    if (!(report = fopen(file, "we")))
        give_up(file);
    below = folder, at = number, action = what, hold = held, command = group = pid;
    srand48(hold);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    alarm_clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct pollfd wait[] = {
        {signalfd(-1, &child, SFD_CLOEXEC), POLLIN, 0}, {listener, POLLIN, 0}, {alarm_clock, POLLIN, 0}};
    while (!(wait[1].revents & POLLHUP)) {
        if (poll(wait, 3, -1) < 0)
            give_up("poll");
        if (wait[2].revents & POLLIN) {
            kill(-group, SIGKILL);
            wait[2].fd = -1; /* once */
        }
        if (wait[0].revents & POLLIN)
            reap(wait[0].fd);
        if (wait[1].revents & POLLIN)
            answer(wait[1].fd);
    }
    for (int status; waitpid(-1, &status, 0) > 0;)
        if (command)
            note_end(status);
    return fclose(report);
}
