/* SPDX-FileCopyrightText: The diffjoule authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Measures two phases of a C program and prints what the library says. Runs on a machine without any sensor too: then
 * the answer says so.
 *
 *   cc -std=c11 meter_your_code.c $(pkg-config --cflags --libs diffjoule) -o meter_your_code && ./meter_your_code
 */
#include <diffjoule.h>
#include <stdio.h>

/* Stands for your work. Wait for your GPU before it ends: cudaDeviceSynchronize(), hipDeviceSynchronize(). */
static double work(long turns) {
  double sum = 0.0;
  for (long i = 1; i <= turns; ++i) sum += 1.0 / ((double)i * (double)i);
  return sum;
}

static void show(const char* what, diffjoule_answer* answer) {
  printf("%s: %s\n", what, diffjoule_answer_text(answer));
  diffjoule_answer_free(answer);
}

int main(void) {
  diffjoule_meter* meter = NULL;
  diffjoule_answer* answer = NULL;
  if (diffjoule_meter_open("{\"period_s\": 0.1}", &meter, &answer) != DIFFJOULE_OK) {
    show("the meter could not be opened", answer);
    return 1;
  }
  show("sensors", answer);

  const char* phases[] = {"encode", "denoise"};
  diffjoule_window windows[2];
  double sum = 0.0;
  for (int i = 0; i < 2; ++i) {
    diffjoule_meter_begin(meter, phases[i], &windows[i]);
    sum += work(20L * 1000 * 1000 * (i + 1));
    diffjoule_meter_end(meter, windows[i], NULL); /* only marks: costs microseconds */
  }
  for (int i = 0; i < 2; ++i) {
    diffjoule_meter_end(meter, windows[i], &answer); /* the results, after the work */
    show(phases[i], answer);
  }
  diffjoule_meter_close(meter);
  return sum > 0.0 ? 0 : 1;
}
