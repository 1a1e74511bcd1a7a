# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -DSOURCE=TREE -DOUTPUT=FILE -P commit.cmake: which text is being built.
# Run at every build; the file is written when it would change.  What
# analysis/evidence.py writes is no text of a program: one part's section is not
# a change that the next part is measured with.
set(commit unknown)
set(dirty 0)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  # Whoever builds may be another than who owns the tree.
  set(git ${GIT} -c "safe.directory=*" --no-optional-locks -C ${SOURCE})
  execute_process(COMMAND ${git} rev-parse --verify HEAD
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${head})
    execute_process(COMMAND ${git} status --porcelain -- .
      ":(exclude)docs/evidence.md" ":(exclude)docs/pictures/first-conviction.svg"
      OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      set(dirty 1)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#define VMRACE_COMMIT "@commit@"
#define VMRACE_DIRTY  @dirty@
]])
