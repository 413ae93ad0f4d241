/* What the targets of tests/fuzz share: laws, and the entry points that libFuzzer asks for.
 *
 * A target states the laws it checks in its opening comment. That nothing crashes, reads beyond its
 * end, leaks or overflows is a law of all of them, which the sanitizers check. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/problem.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* The generated structs have char * members. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* One run; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* libFuzzer's own mutations (or replay.c's), in place; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
/* Of targets whose inputs have a form that blind mutations destroy: mutates in place. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* And where two inputs are not to be cut anywhere: into `out`. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed);

/* Ends the process when `holds` is false: the input is a finding. */
#define LAW(holds, law) ((holds) ? (void)0 : law_is_broken(__FILE__, __LINE__, law))
_Noreturn void law_is_broken(const char *file, int line, const char *law);

/* The input as a string: a copy up to its first NUL, which the caller frees. */
char *fuzz_text(struct span bytes);
/* The same law for every list of problems: `failed` exactly when it has errors, all of them text
 * that can be printed and that stands somewhere. Frees it. */
void fuzz_check_problems(struct problems *problems, bool failed);
/* `clean` is called when the process ends, also by a law that does not hold. */
void fuzz_at_end(void (*clean)(void));
/* Nobody wants the log of a million hostile inputs. To be called first; cheap. */
void fuzz_be_quiet(void);

#endif
