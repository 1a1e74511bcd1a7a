#ifndef CORE_NAMES_H
#define CORE_NAMES_H
#define VM_PASTE_(s, n) s##_##n
#define VM_PASTE(s, n)  VM_PASTE_(s, n)
#define VM_NAME(n)      VM_PASTE(LK_STRATEGY, n)
#endif
