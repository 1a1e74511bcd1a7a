/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands of this program; each returns an exit status. */
#ifndef STRESS_COMMANDS_H
#define STRESS_COMMANDS_H

int run_main(int argc, char **argv);
int record_main(int argc, char **argv); /* stress/record.c */
int stress_main(int argc, char **argv);
int list_main(int argc, char **argv);

#endif /* STRESS_COMMANDS_H */
