/* What is due, earliest first: a binary heap. Equal times keep the order in which they were put. */
#include <stdlib.h>

#include "core/mem.h"
#include "sim/sim.h"

static bool is_before(const struct sim_due *a, const struct sim_due *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

void sim_queue_put(struct sim *sim, struct sim_due due)
{
    struct sim_queue *queue = &sim->queue;
    queue->items = mem_grow(queue->items, queue->count, &queue->capacity, sizeof(*queue->items));
    due.order = queue->order++;
    size_t at = queue->count++;
    while (at > 0 && is_before(&due, &queue->items[(at - 1) / 2])) {
        queue->items[at] = queue->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->items[at] = due;
}

bool sim_queue_take(struct sim *sim, struct sim_due *ret_due)
{
    struct sim_queue *queue = &sim->queue;
    if (queue->count == 0)
        return false;
    *ret_due = queue->items[0];
    struct sim_due last = queue->items[--queue->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && is_before(&queue->items[child + 1], &queue->items[child]))
            child++;
        if (is_before(&last, &queue->items[child]))
            break;
        queue->items[at] = queue->items[child];
        at = child;
    }
    if (queue->count > 0)
        queue->items[at] = last;
    return true;
}
