#include "ahead.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/mem.h"

/* What is handed over goes with `begun` to the second thread, and comes back with `ended`. */
struct ahead {
    pthread_t thread;
    sem_t begun, ended;
    int end_fd; /* an eventfd: the second thread waits for sockets, too */
    bool is_begun;
    bool is_leaving;
    struct turn *turn;
    const struct turn_sources *sources;
};

/* Signals are blocked, but a debugger interrupts as well. */
static void await(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        assert(errno == EINTR);
}

static void *run(void *ctx)
{
    struct ahead *ahead = ctx;
    for (;;) {
        await(&ahead->begun);
        if (ahead->is_leaving)
            return NULL;
        turn_take_ahead(ahead->turn, ahead->sources, ahead->end_fd);
        (void)sem_post(&ahead->ended); /* fails only after two billion times */
    }
}

void ahead_begin(struct ahead *ahead, struct turn *turn, const struct turn_sources *sources)
{
    assert(!ahead->is_begun);
    ahead->is_begun = true;
    ahead->turn = turn;
    ahead->sources = sources;
    (void)sem_post(&ahead->begun); /* as above */
}

void ahead_end(struct ahead *ahead)
{
    eventfd_t value;
    if (!ahead->is_begun)
        return;
    (void)eventfd_write(ahead->end_fd, 1); /* fails only if nobody has read it two billion times */
    await(&ahead->ended);
    (void)eventfd_read(ahead->end_fd, &value); /* it is there */
    ahead->is_begun = false;
}

struct ahead *ahead_new(void)
{
    struct ahead *ahead = mem_calloc(1, sizeof(*ahead));
    int error = 0;
    (void)sem_init(&ahead->begun, 0, 0); /* fails only for too large a value */
    (void)sem_init(&ahead->ended, 0, 0);
    ahead->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (ahead->end_fd < 0)
        error = errno;
    else if ((error = pthread_create(&ahead->thread, NULL, run, ahead)) != 0)
        (void)close(ahead->end_fd);
    if (error == 0) {
        (void)pthread_setname_np(ahead->thread, "ahead"); /* for who looks at threads */
        return ahead;
    }
    free(ahead);
    errno = error;
    return NULL;
}

void ahead_free(struct ahead **ahead)
{
    struct ahead *a = *ahead;
    if (a == NULL)
        return;
    ahead_end(a);
    a->is_leaving = true;
    (void)sem_post(&a->begun);
    (void)pthread_join(a->thread, NULL); /* it is one that can be joined */
    (void)close(a->end_fd);              /* nothing was written to it that matters */
    (void)sem_destroy(&a->begun);
    (void)sem_destroy(&a->ended);
    free(a);
    *ahead = NULL;
}
