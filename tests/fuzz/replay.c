/* Runs a target without libFuzzer: over every file of the folders that it is given, and over some
 * mutants of each, which are the same in every run.
 *
 * When a run ends the process, whatever ends it, the input is written to `finding-PROGRAM` in the
 * working folder and the file that it was made from is named. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"

enum { INPUT_MAX = 64 << 10, MUTANTS = 20, STACKED_MAX = 4 };

/* Globals, because they are read when the process dies. */
static struct {
    const char *program;
    const char *path;
    unsigned mutant; /* 0: the file itself */
    const uint8_t *data;
    size_t size;
} running;

/* A target without one is mutated blindly. */
#pragma weak LLVMFuzzerCustomMutator

/* A sanitizer's runtime, where there is one, calls back before it ends the process. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static uint64_t random_state;

/* xorshift64*: small, and the same everywhere. */
static size_t pick(size_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * 2685821657736338717u >> 11) % below);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    enum { CHANGE, REMOVE, INSERT, WAYS };
    size_t way = size == 0 ? INSERT : pick(WAYS);
    size_t at = pick(size + (way == INSERT));
    if (way == REMOVE) {
        memmove(data + at, data + at + 1, size - at - 1);
        return size - 1;
    }
    if (way == INSERT) {
        if (size == max_size)
            return size;
        memmove(data + at + 1, data + at, size - at);
        size++;
    }
    data[at] = pick(2) == 0 ? (uint8_t)pick(256) : (uint8_t)(data[at] + pick(3) - 1);
    return size;
}

/* Only what may be called when the process is dying already. */
static void tell(void)
{
    char text[512];
    int len = snprintf(text, sizeof text, "%s: ended by %s, mutant %u; see finding-%s\n",
                       running.program, running.path, running.mutant, running.program);
    char name[256];
    (void)snprintf(name, sizeof name, "finding-%s", running.program);
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, running.data, running.size) != (ssize_t)running.size)
        len = snprintf(text, sizeof text, "%s: ended by %s, mutant %u\n", running.program,
                       running.path, running.mutant);
    (void)!write(STDERR_FILENO, text, (size_t)len); /* nobody is left to be told */
    if (file >= 0)
        (void)close(file);
}

static void die(int number)
{
    (void)number;
    tell();
    _exit(EXIT_FAILURE);
}

/* A copy of exactly that size, so that reading beyond it shows. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = mem_alloc(size + 1);
    uint8_t *exact = realloc(copy, size > 0 ? size : 1);
    memcpy(exact, data, size);
    running.data = data;
    running.size = size;
    (void)LLVMFuzzerTestOneInput(exact, size); /* always 0 */
    free(exact);
}

static size_t mutate(uint8_t *data, size_t size)
{
    return LLVMFuzzerCustomMutator != NULL
               ? LLVMFuzzerCustomMutator(data, size, INPUT_MAX, (unsigned)pick(UINT32_MAX))
               : LLVMFuzzerMutate(data, size, INPUT_MAX);
}

static void run_mutants(const uint8_t *data, size_t size)
{
    uint8_t *mutant = mem_alloc(INPUT_MAX);
    for (running.mutant = 1; running.mutant <= MUTANTS; running.mutant++) {
        size_t mutant_size = size;
        memcpy(mutant, data, size);
        for (size_t n = 1 + pick(STACKED_MAX); n > 0; n--)
            mutant_size = mutate(mutant, mutant_size);
        run(mutant, mutant_size);
    }
    free(mutant);
}

static void run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    running.path = path;
    running.mutant = 0;
    /* A file is followed by the same mutants whatever files stand beside it. */
    random_state = 88172645463325252u;
    run(data, size);
    run_mutants(data, size);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static size_t run_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_file, alphasort);
    if (count < 0) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < count; i++) {
        char *path = mem_printf("%s/%s", folder, entries[i]->d_name);
        run_file(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    const char *slash = strrchr(argv[0], '/');
    running.program = slash != NULL ? slash + 1 : argv[0];
    running.path = "nothing";
    (void)signal(SIGABRT, die);
    (void)signal(SIGSEGV, die);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(tell);
    for (int i = 1; i < argc; i++)
        count += run_folder(argv[i]);
    printf("%s: %zu inputs and %d mutants of each\n", running.program, count, (int)MUTANTS);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
