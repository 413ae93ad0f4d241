/* Between a program and the files beneath one folder: keeps what a power cut may take back, and
 * makes calls fail. Preloaded into a daemon it takes its settings from the environment; a test
 * program that it is linked into calls shim_begin. */
#ifndef TESTS_FAULTS_SHIM_H
#define TESTS_FAULTS_SHIM_H

#include <stdbool.h>

#include "faults/control.h"

struct shim_settings {
    const char *folder;  /* FAULTS_FOLDER: files beneath it are looked at */
    const char *journal; /* FAULTS_JOURNAL, outside of it; NULL: no power cuts */
    const char *control; /* FAULTS_CONTROL, a file of sizeof(struct control); NULL: no faults */
    bool loses_flushes;  /* FAULTS_LOSE_FLUSHES: no flush counts, as on a disk that lies */
};

/* From here on. Files that are open already are not looked at. What it cannot set up ends the
 * process. */
void shim_begin(const struct shim_settings *settings);

/* Allocations count and fail from here on, as the control file says. NULL in a sanitized program.
 */
__attribute__((weak)) void shim_allocate_begin(const char *control_path);

#endif
