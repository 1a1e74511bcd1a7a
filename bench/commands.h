/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands of this program; each returns an exit status. */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

int bench_main(int argc, char **argv);
int work_main(int argc, char **argv);

#endif /* BENCH_COMMANDS_H */
