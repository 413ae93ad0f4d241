/* The checked allocator.
 *
 * Running out of memory is not an error that callers handle: it is logged and the process exits,
 * and systemd starts it again from what is on disk. Hostile input never gets that far, because
 * whatever it makes us allocate comes from an arena with a limit (core/arena.h). */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* Never return NULL; the caller frees with free(). `count * size` is checked for overflow. */
void *mem_alloc(size_t size_bytes);
void *mem_calloc(size_t count, size_t size_bytes);
void *mem_realloc(void *old, size_t size_bytes);
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
/* printf into a new string that the caller frees. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Makes room for one more element in a growing array: returns the array, moved if need be, with
 * `*capacity` at least `count + 1`. */
void *mem_grow(void *array, size_t count, size_t *capacity, size_t element_size_bytes);

#endif
