/* SPDX-License-Identifier: BSD-2-Clause */
/* The live kernel's own speed, in the process that measures ours. */
#ifndef STRESS_YARDSTICK_H
#define STRESS_YARDSTICK_H

/* Anonymous page faults per second of this thread, over about a second.
 * Negative if the kernel gives no memory. */
double yardstick_kernel_faults_per_s(void);

#endif /* STRESS_YARDSTICK_H */
