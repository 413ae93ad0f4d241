/* What every cmocka test includes, in the order that cmocka asks for, and the sample catalogue. */
#ifndef TESTS_LIB_CM_H
#define TESTS_LIB_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/sample.h"

#endif
