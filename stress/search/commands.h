/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands of the search program; each returns an exit status. */
#ifndef STRESS_SEARCH_COMMANDS_H
#define STRESS_SEARCH_COMMANDS_H

int explore_main(int argc, char **argv);
int list_main(int argc, char **argv); /* stress/list.c */
int hunt_main(int argc, char **argv);
int replay_main(int argc, char **argv);

#endif /* STRESS_SEARCH_COMMANDS_H */
