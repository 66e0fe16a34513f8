/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/cpu.h>
#include <effnet/error.h>

static void
test_cap(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(effnet_cpu_cap("c", NULL));
    g_assert_cmpstr(effnet_cpu_get(), ==, "c");
    g_assert_false(effnet_cpu_cap("mmx", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_cmpstr(effnet_cpu_get(), ==, "c"); /* the refused one changed nothing */
    for (const char *const *level = effnet_cpu_list(); *level; level++)
        g_assert_true(effnet_cpu_cap(*level, NULL));
}

/* A machine that emulates another CPU may not start that one's programs. */
static gboolean
can_start_itself(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    const char *argv[] = {self, "-l", NULL};
    int status = -1;

    return g_spawn_sync(NULL, (char **)argv, NULL,
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                        NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

static void
test_environment(void)
{
    if (g_test_subprocess()) {
        g_setenv("EFFNET_ISA", "c", TRUE);
        g_assert_cmpstr(effnet_cpu_get(), ==, "c");
        g_unsetenv("EFFNET_ISA");
        return;
    }
    if (!can_start_itself()) {
        g_test_skip("this machine does not start programs of the CPU that it emulates");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
}

static void
test_machine(void)
{
    g_assert_cmpuint(effnet_cpu_get_threads(), >=, 1);
    g_assert_cmpuint(effnet_cpu_get_threads(), <=, g_get_num_processors());
    g_assert_cmpfloat(effnet_cpu_measure_peak(EFFNET_PRECISION_FP32), >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cpu/cap", test_cap);
    g_test_add_func("/cpu/environment", test_environment);
    g_test_add_func("/cpu/machine", test_machine);
    return g_test_run();
}
