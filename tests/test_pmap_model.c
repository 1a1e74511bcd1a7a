/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call of the pmap's interface, loads and stores at random, on three
 * pmaps, against a model that is two arrays; the oracle looks now and then.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/pmap_fixture.h"

#define MODEL_PMAPS 3
#define MODEL_PAGES 24
#define MODEL_STEP  ((vm_offset_t)0x123 << PAGE_SHIFT) /* over many leaves */

struct model {
	struct pmap *pmap[MODEL_PMAPS];
	int frame[MODEL_PMAPS][MODEL_PAGES]; /* -1: none */
	vm_prot_t prot[MODEL_PMAPS][MODEL_PAGES];
	boolean_t modified[FRAMES];
	uint64_t word[FRAMES];
};

static void
model_cut(struct model *model, unsigned p, unsigned i, vm_prot_t prot)
{
	if (prot == VM_PROT_NONE)
		model->frame[p][i] = -1;
	model->prot[p][i] &= prot;
}

static void
model_range(
    struct model *model, unsigned p, unsigned i, unsigned n, vm_prot_t prot)
{
	vm_offset_t va = VA + i * MODEL_STEP;

	if (prot == VM_PROT_NONE)
		pmap_remove(model->pmap[p], va, va + n * MODEL_STEP);
	else
		pmap_protect(model->pmap[p], va, va + n * MODEL_STEP, prot);
	for (unsigned k = i; k < i + n; k++)
		model_cut(model, p, k, prot);
}

static void
model_page(
    struct fixture *f, struct model *model, unsigned frame, vm_prot_t prot)
{
	pmap_page_protect(f->m, page(frame), prot);
	for (unsigned p = 0; p < MODEL_PMAPS; p++)
		for (unsigned i = 0; i < MODEL_PAGES; i++)
			if (model->frame[p][i] == (int)frame)
				model_cut(model, p, i, prot);
}

static void
model_access(struct model *model, unsigned p, unsigned i, uint64_t value)
{
	vm_offset_t va = VA + i * MODEL_STEP;
	int frame = model->frame[p][i];
	uint64_t found;

	if (curcpu()->pmap != model->pmap[p])
		cpu_switch(curcpu(), model->pmap[p], NULL);
	if (frame >= 0 && (model->prot[p][i] & VM_PROT_WRITE) != 0) {
		assert_int_equal(cpu_store(va, value), KERN_SUCCESS);
		model->word[frame] = value;
		model->modified[frame] = TRUE;
	} else {
		assert_int_not_equal(cpu_store(va, value), KERN_SUCCESS);
	}
	if (frame >= 0 && (model->prot[p][i] & VM_PROT_READ) != 0) {
		assert_int_equal(cpu_load(va, &found), KERN_SUCCESS);
		assert_int_equal(found, model->word[frame]);
	} else {
		assert_int_not_equal(cpu_load(va, &found), KERN_SUCCESS);
	}
}

static void
model_step(struct fixture *f, struct model *model, unsigned short rng[3])
{
	unsigned p = (unsigned)nrand48(rng) % MODEL_PMAPS;
	unsigned i = (unsigned)nrand48(rng) % MODEL_PAGES;
	unsigned n = 1 + (unsigned)nrand48(rng) % (MODEL_PAGES - i);
	unsigned frame = (unsigned)nrand48(rng) % FRAMES;

	switch (nrand48(rng) % 10) {
	case 0:
		model_range(model, p, i, n, VM_PROT_NONE);
		break;
	case 1:
		model_range(model, p, i, n, VM_PROT_READ);
		break;
	case 2:
		model_page(f, model, frame, VM_PROT_NONE);
		break;
	case 3:
		model_page(f, model, frame, VM_PROT_READ);
		break;
	case 4:
		assert_int_equal(pmap_is_modified(f->m, page(frame)),
		    model->modified[frame]);
		pmap_clear_modify(f->m, page(frame));
		model->modified[frame] = FALSE;
		break;
	case 5:
	case 6:
	case 7:
		model->frame[p][i] = (int)frame;
		model->prot[p][i] = (vm_prot_t)(nrand48(rng) & VM_PROT_ALL);
		enter(model->pmap[p], VA + i * MODEL_STEP, frame,
		    model->prot[p][i]);
		break;
	default:
		model_access(model, p, i, (uint64_t)nrand48(rng));
	}
}

static void
everything_at_random_agrees_with_a_model(void **state)
{
	struct fixture *f = *state;
	struct model model;
	unsigned short rng[3] = { 1, 2, 3 };

	memset(&model, 0, sizeof(model));
	memset(model.frame, 0xff, sizeof(model.frame));
	model.pmap[0] = f->pmap;
	for (unsigned p = 1; p < MODEL_PMAPS; p++)
		model.pmap[p] = pmap_create(f->m);
	for (unsigned i = 0; i < 50000; i++) {
		model_step(f, &model, rng);
		if (i % 1000 == 0)
			assert_int_equal(pmap_check(f->m), 0);
	}
	cpu_switch(curcpu(), f->pmap, f->pmap);
	for (unsigned p = 1; p < MODEL_PMAPS; p++)
		pmap_destroy(model.pmap[p]);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_at_random_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("pmap_model", tests, NULL, NULL);
}
