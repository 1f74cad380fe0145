#ifndef CRENAME_H
#define CRENAME_H

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>

/// Linux's renameat2, which Swift's Glibc does not show. Flags: 1 replaces nothing, 2 exchanges two names in one step.
static inline int renameWithFlags(const char *_Nonnull from, const char *_Nonnull to, unsigned int flags) {
    return (int)syscall(SYS_renameat2, -100, from, -100, to, flags);
}
#else
static inline int renameWithFlags(const char *_Nonnull from, const char *_Nonnull to, unsigned int flags) {
    errno = ENOSYS;
    return -1;
}
#endif

#endif
