/* What `tonghop coverage` prints: lines, rows of counts, or a trend. */
#ifndef CLIENT_COVERAGE_H
#define CLIENT_COVERAGE_H

#include <stdio.h>

#include "client/command.h"

enum coverage_view { COVERAGE_LINES, COVERAGE_BY_CHILD, COVERAGE_TREND };

/* Prints an answer, whose node is not too old for the view (Coverage.counts is there). */
void coverage_print(const struct common *common, const Tonghop__Coverage *coverage,
                    enum coverage_view view, FILE *out);

#endif
