/* The catalogue that tests and the simulator share. */
#ifndef TESTS_LIB_SAMPLE_H
#define TESTS_LIB_SAMPLE_H

#include "core/catalogue.h"

/* A small finished catalogue, number 1, administrative calendar (Decree 09/2019), deadlines for
 * levels 1 and 2. The caller frees it.
 *   levels  0 province, 1 district, 2 commune; types tinh, huyen, xa, thi_tran
 *   units   64 province; 631, 632 districts; 23857 (thi_tran), 23860, 23863 communes of 631;
 *           23887 (thi_tran), 23888 communes of 632. id = code. valid always.
 *           23899: commune (xa) of 632 until 2024-09-30, successor 23888
 *   forms   1 "general" owed by communes and districts, 2 "security" owed by communes
 *   indicators, form 1: 1 model.registered flow sum 0; 2 model.recognised flow sum 0;
 *     3 model.recognised.collective part of 2; 4 model.recognised.individual part of 2;
 *     5 model.recognition_rate derived, 2 decimals, "= 100 * model.recognised / model.registered";
 *     6 poverty.poor stock sum 0; 7 contrib.land flow sum 1 decimal; 8 pupil.rate stock max 0;
 *     9 dialogue.district flow sum, level 1 only; 10 dialogue.commune flow sum, level 2 only;
 *     11 dialogue.total derived "= dialogue.district + dialogue.commune";
 *     12 org.xa derived "count@commune(unit.type = xa)"; 13 balance flow sum signed 2 decimals;
 *     14 first.day stock min 0
 *   form 2: 20 security.team stock sum 0 */
struct catalogue *sample_catalogue(void);

#endif
