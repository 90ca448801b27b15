/*
 * Stops the process before its n-th call that changes the names of files or begins to write one,
 * and says so: STOP_AT is n, of the calls whose path holds STOP_WITHIN, once the file STOP_ARMED is
 * there. With FORGET_LOCKS the process believes that it has locks on files, and has none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int isWithin(const char *path) {
  const char *within = getenv("STOP_WITHIN");
  return within && path && strstr(path, within);
}

static void reach(int within) {
  static int count;
  const char *armed = getenv("STOP_ARMED");
  const char *at = getenv("STOP_AT");
  if (!within || !armed || !at || access(armed, F_OK) != 0) {
    return;
  }
  if (__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) == atoi(at)) {
    if (write(1, "stopped\n", 8) == 8) {
      raise(SIGSTOP);
    }
  }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to) {
  reach(isWithin(from) || isWithin(to));
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  reach(isWithin(path));
  return REAL(unlink)(path);
}

int rmdir(const char *path) {
  reach(isWithin(path));
  return REAL(rmdir)(path);
}

#define OPEN(name)                                                         \
  int name(const char *path, int flags, ...) {                             \
    mode_t mode = 0;                                                       \
    if (flags & O_CREAT) {                                                 \
      va_list more;                                                        \
      va_start(more, flags);                                               \
      mode = va_arg(more, mode_t);                                         \
      va_end(more);                                                        \
    }                                                                      \
    if (flags & O_TRUNC) {                                                 \
      reach(isWithin(path));                                                         \
    }                                                                      \
    return REAL(name)(path, flags, mode);                                  \
  }

OPEN(open)
OPEN(open64)

#define FCNTL(name)                                                        \
  int name(int file, int command, ...) {                                   \
    va_list more;                                                          \
    va_start(more, command);                                               \
    void *argument = va_arg(more, void *);                                 \
    va_end(more);                                                          \
    if (getenv("FORGET_LOCKS") && (command == F_SETLK || command == F_SETLKW)) { \
      return 0;                                                            \
    }                                                                      \
    return REAL(name)(file, command, argument);                            \
  }

FCNTL(fcntl)
FCNTL(fcntl64)
