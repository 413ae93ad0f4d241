/* The checked allocator: every failure ends here, in one place. */
#include "core/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

enum {
    EXIT_OUT_OF_MEMORY = 3, /* to a caller: the outcome is unknown and repeating is safe */
    FIRST_CAPACITY = 8,
};

/* _exit, because handlers of exit() would allocate again, over structures half changed. */
static _Noreturn void out_of_memory(size_t size_bytes)
{
    log_event(LOG_EVENT_OUT_OF_MEMORY, NULL, "out of memory: cannot allocate %zu bytes",
              size_bytes);
    _exit(EXIT_OUT_OF_MEMORY);
}

/* An allocator may answer NULL to 0 bytes, and realloc may free: ask for one instead. */
static size_t at_least_one(size_t size_bytes)
{
    return size_bytes > 0 ? size_bytes : 1;
}

void *mem_alloc(size_t size_bytes)
{
    void *memory = malloc(at_least_one(size_bytes));
    if (memory == NULL)
        out_of_memory(size_bytes);
    return memory;
}

void *mem_calloc(size_t count, size_t size_bytes)
{
    size_t total_bytes;
    if (__builtin_mul_overflow(count, size_bytes, &total_bytes))
        out_of_memory(SIZE_MAX);
    void *memory = calloc(1, at_least_one(total_bytes));
    if (memory == NULL)
        out_of_memory(total_bytes);
    return memory;
}

void *mem_realloc(void *old, size_t size_bytes)
{
    void *memory = realloc(old, at_least_one(size_bytes));
    if (memory == NULL)
        out_of_memory(size_bytes);
    return memory;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = strndup(text, len);
    if (copy == NULL)
        out_of_memory(len);
    return copy;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    return text;
}

char *mem_vprintf(const char *format, va_list args)
{
    char *text;
    if (vasprintf(&text, format, args) < 0)
        out_of_memory(strlen(format));
    return text;
}

void *mem_grow(void *array, size_t count, size_t *capacity, size_t element_size_bytes)
{
    if (count < *capacity)
        return array;
    size_t wanted = FIRST_CAPACITY;
    size_t total_bytes;
    if ((count >= FIRST_CAPACITY && __builtin_mul_overflow(count, 2, &wanted)) ||
        __builtin_mul_overflow(wanted, element_size_bytes, &total_bytes))
        out_of_memory(SIZE_MAX);
    array = mem_realloc(array, total_bytes);
    *capacity = wanted;
    return array;
}
