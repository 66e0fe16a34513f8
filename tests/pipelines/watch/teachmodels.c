/* SPDX-License-Identifier: BSD-2-Clause */
#include "teachmodels.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "checkpoint.h"
#include "learner.h"

static void
write_text(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static gboolean
has_file(const char *folder, const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
leave_learned(const char *folder, const char *name)
{
    g_autofree char *model = g_strconcat(name, ".safetensors", NULL);
    g_autofree char *path = g_build_filename(folder, EFFNET_WATCH_LEARNER_FOLDER, NULL);

    g_mkdir(path, 0700);
    write_text(path, model, "model");
    write_text(path, EFFNET_WATCH_LEARNER_PAGE, "<p>");
    write_text(path, EFFNET_WATCH_LEARNER_JSON, "{}");
}

static int
open_fd(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    return fd;
}

/* One more than are kept: the oldest goes, but not the one in use. */
static void
test_adopted(void)
{
    char *folder = effnet_test_make_folder();
    int fd = open_fd(folder);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GBytes) report = NULL;

    write_text(folder, "model-mine.safetensors", "");
    for (guint i = 0; i < EFFNET_WATCH_TEACH_MODELS_KEPT + 2; i++) {
        char *name;

        name = effnet_watch_teach_models_new_name(fd);
        leave_learned(folder, name);
        g_assert_true(
            effnet_watch_teach_models_adopt(fd, name, i ? g_ptr_array_index(all, 0) : NULL, NULL));
        g_assert_true(effnet_watch_teach_models_has(fd, name));
        g_ptr_array_add(all, name);
    }
    names = effnet_watch_teach_models_list(fd);
    g_assert_cmpuint(names->len, ==, EFFNET_WATCH_TEACH_MODELS_KEPT + 1);
    for (guint i = 1; i < names->len; i++)
        g_assert_cmpstr(g_ptr_array_index(names, i - 1), >, g_ptr_array_index(names, i));
    g_assert_true(effnet_watch_teach_models_has(fd, g_ptr_array_index(all, 0)));
    g_assert_false(has_file(folder, g_ptr_array_index(all, 1), ".safetensors"));
    g_assert_false(has_file(folder, g_ptr_array_index(all, 1), ".html"));
    g_assert_true(has_file(folder, "model-mine", ".safetensors"));
    report = effnet_watch_teach_models_read_report(fd, g_ptr_array_index(all, 0), "html");
    g_assert_cmpmem(g_bytes_get_data(report, NULL), g_bytes_get_size(report), "<p>", 3);
    g_assert_null(effnet_watch_teach_models_read_report(fd, "model-mine", "html"));
    g_assert_null(effnet_watch_teach_models_read_report(fd, "../model", "html"));
    close(fd);
    effnet_test_remove_folder(folder);
}

/* What is not whole leaves nothing. */
static void
test_incomplete(void)
{
    char *folder = effnet_test_make_folder();
    static const char name[] = "model-20260131-184500";
    g_autofree char *model =
        g_strconcat(EFFNET_WATCH_LEARNER_FOLDER, "/", name, ".safetensors", NULL);
    g_autofree char *path = g_build_filename(folder, model, NULL);
    int fd = open_fd(folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = NULL;

    leave_learned(folder, name);
    g_unlink(path);
    g_assert_false(effnet_watch_teach_models_adopt(fd, name, NULL, &error));
    g_assert_true(g_str_has_prefix(error->message, model));
    dir = g_dir_open(folder, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(dir), ==, EFFNET_WATCH_LEARNER_FOLDER);
    g_assert_null(g_dir_read_name(dir));
    close(fd);
    effnet_test_remove_folder(folder);
}

static void
test_saved(void)
{
    static const char awkward[] = "front [door]=\xc3\xa4 % \n";
    char *folder = effnet_test_make_folder();
    int fd = open_fd(folder);
    g_autofree char *name = NULL, *nothing = NULL, *current = NULL;
    g_autoptr(GHashTable) zones = NULL, read = NULL;

    nothing = effnet_watch_teach_models_load(fd, &zones);
    g_assert_null(nothing);
    g_assert_cmpuint(g_hash_table_size(zones), ==, 0);
    name = effnet_watch_teach_models_new_name(fd);
    leave_learned(folder, name);
    g_assert_true(effnet_watch_teach_models_adopt(fd, name, NULL, NULL));
    g_hash_table_insert(zones, g_strdup(awkward), g_strdup("0.1,0.2,0.3,0.4"));
    g_assert_true(effnet_watch_teach_models_save(fd, name, zones, NULL));
    current = effnet_watch_teach_models_load(fd, &read);
    g_assert_cmpstr(current, ==, name);
    g_assert_cmpstr(g_hash_table_lookup(read, awkward), ==, "0.1,0.2,0.3,0.4");
    close(fd);
    effnet_test_remove_folder(folder);
}

static void
test_damaged(void)
{
    static const char *const texts[] = {"",
                                        "\xff\xfe",
                                        "[models",
                                        "[models]\ncurrent=model-1\n",
                                        "[models]\ncurrent=../../x\n",
                                        "[models]\ncurrent=model-20260131-184500\n"};

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *folder = effnet_test_make_folder();
        int fd = open_fd(folder);
        g_autoptr(GHashTable) zones = NULL;

        write_text(folder, "teaching.conf", texts[i]);
        g_assert_null(effnet_watch_teach_models_load(fd, &zones));
        g_assert_cmpuint(g_hash_table_size(zones), ==, 0);
        close(fd);
        effnet_test_remove_folder(folder);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/teachmodels/adopted", test_adopted);
    g_test_add_func("/teachmodels/incomplete", test_incomplete);
    g_test_add_func("/teachmodels/saved", test_saved);
    g_test_add_func("/teachmodels/damaged", test_damaged);
    return g_test_run();
}
